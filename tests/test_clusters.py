from __future__ import annotations

import random
from collections.abc import Set
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.clusters import (
    CLUSTER_METRICS,
    Overlap,
    align,
    conll_f1,
    overlap,
    without_singletons,
)
from detente.counts import Counts
from detente.errors import DataError

Clusters = list[Set[Any]]


def counted(metric: str, compared: Overlap) -> Counts:
    (counts,) = CLUSTER_METRICS[metric](compared)
    return Counts(*counts.tolist())


def told(compared: Overlap) -> list[Any]:
    return [compared.gold.tolist(), compared.predicted.tolist()] + [
        column.tolist() for column in (compared.one, compared.other, compared.count)
    ]


def clusters(*words: str) -> Clusters:
    return [frozenset(word) for word in words]


# each mention gets a cluster, or none (0)
clusterings = st.lists(st.integers(0, 4), max_size=9).map(
    lambda numbers: [
        frozenset(place for place, number in enumerate(numbers) if number == cluster)
        for cluster in sorted(set(numbers) - {0})
    ]
)


# the worked example of Luo 2005 (figure 1), which Bagga and Baldwin 1998 introduced
LUO_KEY = clusters("12345", "67", "89ABC")
LUO_A = clusters("12345", "6789ABC")
LUO_B = clusters("1234589ABC", "67")


@pytest.mark.parametrize(
    ("response", "muc_f1", "b_cubed_f1", "ceaf_e_f1"),
    [(LUO_A, 0.947, 0.865, 0.733), (LUO_B, 0.947, 0.737, 0.667)],
)
def test_luo_2005_table_1(response: Clusters, muc_f1: float, b_cubed_f1: float, ceaf_e_f1: float) -> None:
    compared = overlap(LUO_KEY, response)
    assert counted("MUC", compared).f1 == pytest.approx(muc_f1, abs=5e-4)
    assert counted("B3", compared).f1 == pytest.approx(b_cubed_f1, abs=5e-4)
    assert counted("CEAFe", compared).f1 == pytest.approx(ceaf_e_f1, abs=5e-4)


def test_bagga_and_baldwin_1998_precision() -> None:
    assert counted("B3", overlap(LUO_KEY, LUO_A)).precision == pytest.approx(0.76, abs=5e-3)
    assert counted("B3", overlap(LUO_KEY, LUO_B)).precision == pytest.approx(0.58, abs=5e-3)
    assert counted("B3", overlap(LUO_KEY, LUO_A)).recall == 1


def test_vilain_et_al_1995_a_chain_split_in_two_misses_one_link() -> None:
    counts = counted("MUC", overlap(clusters("ABCD"), clusters("AB", "CD")))
    assert counts.recall == pytest.approx(2 / 3)
    assert counts.precision == 1


def test_moosavi_and_strube_2016_worked_example() -> None:
    counts = counted("LEA", overlap(clusters("abc", "defg"), clusters("ab", "cd", "fghi")))
    assert counts.recall == pytest.approx((3 * 1 / 3 + 4 * 1 / 6) / 7)
    assert counts.precision == pytest.approx((2 * 1 + 2 * 0 + 4 * 1 / 6) / 8)


def test_lea_credits_a_singleton_only_with_a_singleton() -> None:
    assert counted("LEA", overlap(clusters("a"), clusters("a"))).f1 == 1
    assert counted("LEA", overlap(clusters("a"), clusters("ab"))).recall == 0


def test_muc_is_undefined_where_there_is_no_link_on_either_side() -> None:
    assert counted("MUC", overlap(clusters("a", "b"), clusters("a"))).f1 is None


def test_conll_f1_is_the_mean_of_what_is_defined() -> None:
    compared = overlap(clusters("a", "b"), clusters("a"))
    assert conll_f1([counted("MUC", compared), counted("B3", compared), counted("CEAFe", compared)]) == pytest.approx(
        2 / 3
    )
    assert conll_f1([Counts(), Counts()]) is None


def test_mention_counts_leave_clusters_aside() -> None:
    assert counted("mentions", overlap(clusters("ab", "c"), clusters("abx"))) == Counts(2, 3, 2, 3)


def test_singletons_can_be_left_out() -> None:
    kept = without_singletons(overlap(clusters("a", "bc", "de"), clusters("abc", "d", "e", "fg")))
    assert told(kept) == told(overlap(clusters("bc", "de"), clusters("abc", "fg")))


@pytest.mark.parametrize("metric", CLUSTER_METRICS)
def test_a_side_without_clusters_scores_zero_and_two_nothing(metric: str) -> None:
    assert counted(metric, overlap(clusters("ab"), [])).f1 == 0
    assert counted(metric, overlap([], clusters("ab"))).f1 == 0
    assert counted(metric, overlap([], [])).f1 is None


@pytest.mark.parametrize(
    ("broken", "message"), [([frozenset("ab"), frozenset("bc")], "'b' in two clusters"), ([frozenset()], "empty")]
)
def test_a_clustering_that_is_none_is_refused(broken: Clusters, message: str) -> None:
    with pytest.raises(DataError, match=message):
        overlap(broken, [])
    with pytest.raises(DataError, match=message):
        align([], broken)


@given(clusterings)
def test_perfect_clusters_score_one(gold: Clusters) -> None:
    for metric in CLUSTER_METRICS:
        assert counted(metric, overlap(gold, gold)).f1 in {1.0, None}


@given(clusterings, clusterings)
def test_swapping_the_sides_swaps_precision_and_recall(gold: Clusters, predicted: Clusters) -> None:
    for metric in CLUSTER_METRICS:
        one, other = counted(metric, overlap(gold, predicted)), counted(metric, overlap(predicted, gold))
        assert (one.precision, one.recall) == (other.recall, other.precision)


@given(clusterings, clusterings, st.randoms(use_true_random=False))
def test_the_order_of_clusters_changes_no_count(gold: Clusters, predicted: Clusters, order: random.Random) -> None:
    mixed = order.sample(gold, len(gold)), order.sample(predicted, len(predicted))
    for metric in CLUSTER_METRICS:
        assert counted(metric, overlap(*mixed)) == counted(metric, overlap(gold, predicted))


@given(st.lists(st.tuples(clusterings, clusterings), max_size=6), st.randoms(use_true_random=False))
def test_sums_are_the_same_to_the_last_digit_in_any_order(
    documents: list[tuple[Clusters, Clusters]], order: random.Random
) -> None:
    for metric in CLUSTER_METRICS:
        counts = [counted(metric, overlap(*document)) for document in documents]
        mixed = order.sample(counts, len(counts))
        assert sum(counts, Counts()) == sum(mixed, Counts())


@given(clusterings, clusterings)
def test_the_alignment_is_one_to_one_and_as_similar_as_ceafe(gold: Clusters, predicted: Clusters) -> None:
    aligned = align(gold, predicted)
    assert len(set(aligned.values())) == len(aligned)
    similarity = sum(2 * len(gold[i] & predicted[j]) / (len(gold[i]) + len(predicted[j])) for j, i in aligned.items())
    assert similarity == pytest.approx(counted("CEAFe", overlap(gold, predicted)).matched_gold, abs=1e-8)


@given(clusterings, clusterings, st.randoms(use_true_random=False))
def test_the_alignment_depends_neither_on_order_nor_on_which_side_is_gold(
    gold: Clusters, predicted: Clusters, order: random.Random
) -> None:
    def aligned(one: Clusters, other: Clusters) -> set[tuple[Set[Any], Set[Any]]]:
        return {(one[i], other[j]) for j, i in align(one, other).items()}

    found = aligned(gold, predicted)
    assert aligned(order.sample(gold, len(gold)), order.sample(predicted, len(predicted))) == found
    assert {(other, one) for one, other in aligned(predicted, gold)} == found


def test_among_equal_alignments_the_earliest_shared_mention_decides() -> None:
    assert align([{1, 2}], [{2}, {1}]) == {1: 0}


@given(clusterings, clusterings)
def test_dropping_singletons_is_comparing_without_them(gold: Clusters, predicted: Clusters) -> None:
    larger = [[cluster for cluster in side if len(cluster) > 1] for side in (gold, predicted)]
    assert told(without_singletons(overlap(gold, predicted))) == told(overlap(*larger))
