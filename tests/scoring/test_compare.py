"""Comparing systems: paired differences, the sign-flip permutation test, Holm's correction."""

from __future__ import annotations

from itertools import product
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.counts import Counts
from detente.documents import Document, Mention, Meta
from detente.errors import UsageError
from detente.ontology import Ontology
from detente.scoring.compare import Difference, compare
from detente.scoring.evaluate import count_documents, evaluate
from detente.scoring.metrics import Array, f1_values
from detente.scoring.permutation import holm, sign_flip
from detente.scoring.table import CountTable


def documents(number: int, right: list[int], *, story: str = "") -> list[Document]:
    """Documents of four mentions each, `right[n]` of which have the right type."""
    return [
        Document(
            f"d{n:03}",
            meta=Meta(story=story and f"{story}{n // 2}"),
            mentions=tuple(
                Mention(f"m{place}", 10 * place, 10 * place + 5, "PER" if place < right[n] else "LOC", level="NAM")
                for place in range(4)
            ),
        )
        for n in range(number)
    ]


def tables(ontology: Ontology, **systems: list[int]) -> dict[str, CountTable]:
    return tables_of(systems, ontology)


def tables_of(systems: dict[str, list[int]], ontology: Ontology, *, story: str = "") -> dict[str, CountTable]:
    """Of documents in stories of two where `story` begins their names."""
    number = len(next(iter(systems.values())))
    gold = documents(number, [4] * number, story=story)
    return {name: count_documents(gold, documents(number, right), ontology) for name, right in systems.items()}


def on(metric: str, differences: tuple[Difference, ...]) -> Difference:
    return next(difference for difference in differences if difference.metric == metric)


def test_differences_have_the_figures_that_evaluate_reports(ontology: Ontology) -> None:
    right = {"good": [4, 4, 3, 4, 2, 4], "poor": [2, 4, 1, 3, 2, 0]}
    compared = compare(tables(ontology, **right), ontology, resamples=50)
    gold = documents(6, [4] * 6)
    for name, numbers in right.items():
        report = evaluate(gold, documents(6, numbers), ontology, resamples=0)
        assert compared.values[name]["entities:F1"] == report.scores["entities"]["F1"].value
        assert compared.values[name]["overall"] == report.overall.value
    difference = on("entities:F1", compared.differences)
    assert difference.difference == pytest.approx(21 / 24 - 12 / 24)
    assert difference.low is not None
    assert difference.high is not None
    assert difference.low <= 21 / 24 - 12 / 24 <= difference.high


def test_few_differing_documents_are_enumerated_exactly(ontology: Ontology) -> None:
    # ten documents, three of which differ, all in favour of one: both signs of all three are as extreme, 2 / 2³
    one, other = [4] * 10, [3] * 3 + [4] * 7
    difference = on("entities:F1", compare(tables(ontology, one=one, other=other), ontology, resamples=0).differences)
    assert difference.exact
    assert difference.permutations == 8
    assert difference.p == 0.25


def test_documents_of_a_story_are_swapped_together(ontology: Ontology) -> None:
    # of five stories of two documents two differ, all in favour of one system: 2 / 2², not 2 / 2³
    one, other = [4] * 10, [3] * 3 + [4] * 7
    compared = compare(tables_of({"one": one, "other": other}, ontology, story="s"), ontology, resamples=0)
    found = on("entities:F1", compared.differences)
    assert compared.unit == "story"
    assert (found.exact, found.permutations, found.p) == (True, 4, 0.5)


def test_what_a_story_evens_out_tells_no_systems_apart(ontology: Ontology) -> None:
    # in each story the one system is ahead on one document and the other on the other
    given_tables = tables_of({"one": [4, 2] * 10, "other": [2, 4] * 10}, ontology, story="s")
    found = on("entities:F1", compare(given_tables, ontology, resamples=0).differences)
    assert (found.permutations, found.p) == (1, 1)


def test_systems_scored_on_other_stories_cannot_be_compared(ontology: Ontology) -> None:
    gold = [documents(4, [4] * 4, story="s"), documents(4, [4] * 4, story="s")]
    gold[1][1], gold[1][2] = (
        msgspec.structs.replace(one, meta=other.meta) for one, other in zip(gold[1][1:3], gold[1][2:0:-1], strict=True)
    )
    first, second = (count_documents(side, side, ontology) for side in gold)
    assert first.gold == second.gold
    with pytest.raises(UsageError, match="same story clusters"):
        compare({"a": first, "b": second}, ontology)


@pytest.mark.parametrize(("number", "story"), [(1, ""), (2, "s")])
def test_a_single_document_or_story_has_no_interval(ontology: Ontology, number: int, story: str) -> None:
    compared = compare(tables_of({"a": [4] * number, "b": [2] * number}, ontology, story=story), ontology, resamples=50)
    found = on("entities:F1", compared.differences)
    assert (compared.resamples, found.low, found.high) == (0, None, None)
    assert (found.difference, found.p) == (0.5, 1)


def test_another_seed_draws_other_resamples(ontology: Ontology) -> None:
    given_tables = tables(ontology, one=[4, 2, 4, 1, 3, 4], other=[1, 3, 0, 2, 2, 1])
    ends = [
        (found.low, found.high)
        for seed in (1, 1, 2)
        for found in [on("entities:F1", compare(given_tables, ontology, resamples=50, seed=seed).differences)]
    ]
    assert ends[0] == ends[1] != ends[2]


def test_many_differing_documents_are_permuted_with_the_plus_one_correction(ontology: Ontology) -> None:
    given_tables = tables(ontology, one=[4] * 40, other=[0] * 40)
    found = on("entities:F1", compare(given_tables, ontology, resamples=0, permutations=999).differences)
    assert not found.exact
    assert found.p == 1 / 1000


def test_systems_that_tie_get_p_one(ontology: Ontology) -> None:
    # they differ on every document, and not at all in sum
    one = [4, 2] * 10
    found = on("entities:F1", compare(tables(ontology, one=one, other=one[::-1]), ontology, resamples=0).differences)
    assert found.difference == 0
    assert found.p == 1


rows = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=6
)


@given(rows)
@settings(max_examples=50)
def test_the_exact_p_is_the_share_of_swaps_at_least_as_extreme(numbers: list[tuple[int, int, int, int]]) -> None:
    # gold has three items in each document; right and wrong ones of two systems
    first = np.array([[[a, a + c, a, 3]] for a, _, c, _ in numbers], dtype=float)
    second = np.array([[[b, b + d, b, 3]] for _, b, _, d in numbers], dtype=float)

    def gap(swaps: tuple[int, ...]) -> float:
        sums = [Counts(), Counts()]
        for swap, pair in zip(swaps, zip(first, second, strict=True), strict=True):
            sums[swap] += Counts(*pair[0][0].tolist())
            sums[1 - swap] += Counts(*pair[1][0].tolist())
        return abs((sums[0].f1 or 0) - (sums[1].f1 or 0))

    gaps = [gap(swaps) for swaps in product((0, 1), repeat=len(numbers))]
    expected = sum(value >= gaps[0] - 1e-12 for value in gaps) / len(gaps)
    (found,) = sign_flip(first, second, f1_values)
    assert found is not None
    assert found.p == pytest.approx(expected)


def test_the_test_holds_its_level_on_systems_of_equal_quality() -> None:
    generator = np.random.Generator(np.random.PCG64(11))
    rejected = 0
    for trial in range(200):
        pair: list[Array] = []
        for _ in range(2):
            right = generator.binomial(10, 0.7, size=20).astype(float)
            pair.append(np.stack([right, np.full(20, 10.0), right, np.full(20, 10.0)], axis=-1)[:, np.newaxis])
        (found,) = sign_flip(pair[0], pair[1], f1_values, permutations=400, seed=trial)
        assert found is not None
        rejected += found.p <= 0.05
    # 5 % of 200 is 10; four standard deviations are 12
    assert rejected <= 22


def test_the_test_holds_its_level_where_stories_are_harder_for_one_system() -> None:
    generator = np.random.Generator(np.random.PCG64(12))
    rejected = {"stories": 0, "documents": 0}
    for trial in range(200):
        # twenty stories of three documents, right in ten cases each; how often is drawn by story and system
        rates = generator.uniform(0.4, 1, size=(2, 20)).repeat(3, axis=1)
        right = generator.binomial(10, rates).astype(float)
        by_document = np.stack([right, np.full_like(right, 10), right, np.full_like(right, 10)], axis=-1)[:, :, None]
        by_story = by_document.reshape(2, 20, 3, 1, 4).sum(axis=2)
        for unit, (first, second) in (("stories", by_story), ("documents", by_document)):
            (found,) = sign_flip(first, second, f1_values, permutations=400, seed=trial)
            assert found is not None
            rejected[unit] += found.p <= 0.05
    # 5 % of 200 is 10; four standard deviations are 12
    assert rejected["stories"] <= 22 < rejected["documents"]


@pytest.mark.parametrize(
    ("p_values", "adjusted"),
    [([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]), ([0.5], [0.5]), ([0.9, 0.8], [1.0, 1.0]), ([], [])],
)
def test_holm(p_values: list[float], adjusted: list[float]) -> None:
    assert holm(p_values) == pytest.approx(adjusted)


def test_every_pair_of_systems_is_compared_and_corrected_for_their_number(ontology: Ontology) -> None:
    given_tables = tables(ontology, a=[4] * 6, b=[3] * 6, c=[3, 3, 3, 3, 3, 2])
    found = [d for d in compare(given_tables, ontology, resamples=0).differences if d.metric == "entities:F1"]
    assert [(d.first, d.second) for d in found] == [("a", "b"), ("a", "c"), ("b", "c")]
    p_values = [d.p for d in found]
    assert p_values == [2 / 64, 2 / 64, 1]
    assert [d.p_holm for d in found] == [6 / 64, 6 / 64, 1]


def test_a_figure_that_is_undefined_has_no_difference(ontology: Ontology) -> None:
    compared = compare(tables(ontology, a=[4, 2], b=[3, 2]), ontology, resamples=10)
    found = on("stance:F1", compared.differences)
    assert (found.difference, found.p, found.p_holm) == (None, None, None)


def test_paired_intervals_see_what_the_systems_share(ontology: Ontology) -> None:
    # always the same step apart, though the documents themselves differ a lot: the difference hardly varies
    one = [4, 1] * 15
    other = [right - 1 for right in one]
    found = on("entities:F1", compare(tables(ontology, one=one, other=other), ontology, resamples=500).differences)
    assert found.low == found.high == 0.25


@pytest.mark.parametrize("name", ["entities:F2", "entity:F1"])
def test_an_unknown_metric_is_refused_with_what_there_is(name: str, ontology: Ontology) -> None:
    with pytest.raises(UsageError, match="did you mean 'entities:F1'"):
        compare(tables(ontology, a=[1], b=[2]), ontology, metrics=[name])


def test_secondary_metrics_can_be_compared(ontology: Ontology) -> None:
    metrics = ["entities:span only", "coreference:LEA"]
    compared = compare(tables(ontology, a=[4, 1], b=[2, 3]), ontology, metrics=metrics, resamples=10)
    assert [difference.metric for difference in compared.differences] == metrics
    assert on("entities:span only", compared.differences).p == 1


def test_only_systems_on_the_same_gold_and_setting_can_be_compared(ontology: Ontology) -> None:
    gold = documents(2, [4, 4])
    base = count_documents(gold, gold, ontology)
    others: dict[str, Any] = {
        "gold": count_documents(gold[:1], gold[:1], ontology),
        "setting": count_documents(gold, gold, ontology, setting="given"),
        "unit of resampling": count_documents(documents(2, [4, 4], story="s"), gold, ontology),
    }
    for what, other in others.items():
        with pytest.raises(UsageError, match=f"same {what}"):
            compare({"a": base, "b": other}, ontology)
    with pytest.raises(UsageError, match="two or more"):
        compare({"a": base}, ontology)


@pytest.mark.parametrize("block", [1, 70, 4_000_000])
def test_permutations_are_as_many_and_the_same_however_they_are_cut_into_blocks(
    ontology: Ontology, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    generator = np.random.Generator(np.random.PCG64(4))
    right = generator.binomial(9, 0.6, size=(2, 20, 1)).astype(float)
    first, second = np.stack([right, np.full_like(right, 9), right, np.full_like(right, 9)], axis=-1)
    (whole,) = sign_flip(first, second, f1_values, permutations=101, seed=3)
    monkeypatch.setattr("detente.scoring.permutation.BLOCK", block)
    (found,) = sign_flip(first, second, f1_values, permutations=101, seed=3)
    assert found == whole
    assert found is not None
    assert (found.permutations, found.exact) == (101, False)


@pytest.mark.parametrize(("differing", "exact"), [(14, True), (15, False)])
def test_up_to_fourteen_differing_units_are_enumerated(ontology: Ontology, differing: int, exact: bool) -> None:
    one = np.tile([[[2.0, 2.0, 2.0, 2.0]]], (20, 1, 1))
    other = one.copy()
    other[:differing, :, [0, 2]] = 1
    (found,) = sign_flip(one, other, f1_values, permutations=50)
    assert found is not None
    assert (found.exact, found.permutations) == (exact, 2**14 if exact else 50)


def test_permutations_that_are_nought_by_nought_stay_out() -> None:
    # the first system has all of the one document with gold or predictions; swapped, the second would
    first = np.array([[[1.0, 1.0, 1.0, 1.0]], [[0.0, 0.0, 0.0, 0.0]]])
    second = np.array([[[0.0, 0.0, 0.0, 0.0]], [[1.0, 1.0, 1.0, 1.0]]])
    (found,) = sign_flip(first, second, f1_values)
    assert found == (1.0, 4, True, 2)
