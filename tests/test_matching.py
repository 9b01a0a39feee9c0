from __future__ import annotations

import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.assignment import Pair
from detente.matching import Span, dice, half_credit, match_spans, overlap_length

spans = st.lists(
    st.tuples(st.integers(0, 8), st.integers(1, 5), st.sampled_from("AB")).map(lambda s: (s[0], s[0] + s[1], s[2])),
    max_size=5,
)


def of_the_same_type(one: Span, other: Span) -> float:
    return dice(one, other) if one[2] == other[2] else 0.0


def test_credits() -> None:
    assert overlap_length((0, 4), (2, 9)) == 2
    assert overlap_length((0, 4), (4, 9)) == 0
    assert dice((0, 4), (2, 6)) == 0.5
    assert dice((3, 5), (3, 5)) == half_credit((3, 5), (3, 5)) == 1
    assert half_credit((3, 5), (4, 9)) == 0.5
    assert half_credit((3, 5), (5, 9)) == 0


def test_an_exact_match_is_found_though_an_overlap_comes_first_in_the_file() -> None:
    assert match_spans([(0, 9)], [(0, 4), (0, 9)]) == [Pair(0, 1, 1.0)]
    assert match_spans([(0, 9)], [(0, 9), (0, 4)]) == [Pair(0, 0, 1.0)]


def test_a_greedy_choice_that_leaves_another_span_alone_is_not_made() -> None:
    # taking [0, 10) for the first gold span would leave the second without a partner
    assert [pair[:2] for pair in match_spans([(0, 6), (5, 10)], [(0, 10), (0, 5)], half_credit)] == [(0, 1), (1, 0)]


def test_the_caller_decides_what_can_match() -> None:
    assert match_spans([(0, 4, "A")], [(0, 4, "B")], of_the_same_type) == []


def test_one_of_two_copies_is_matched() -> None:
    assert match_spans([(0, 4)], [(0, 4), (0, 4)]) == [Pair(0, 0, 1.0)]


@given(spans, spans)
def test_no_one_to_one_alignment_earns_more(gold: list[Span], predicted: list[Span]) -> None:
    found = match_spans(gold, predicted, of_the_same_type)
    few, many = sorted([gold, predicted], key=len)
    best = max(
        sum(of_the_same_type(one, other) for one, other in zip(few, chosen, strict=True))
        for chosen in permutations(many, len(few))
    )
    assert sum(pair.weight for pair in found) == pytest.approx(best)
    assert len({pair.gold for pair in found}) == len({pair.predicted for pair in found}) == len(found)


@given(spans, spans, st.randoms(use_true_random=False))
def test_neither_order_nor_side_plays_a_part(gold: list[Span], predicted: list[Span], order: random.Random) -> None:
    def matched(one: list[Span], other: list[Span]) -> list[tuple[Span, Span]]:
        return sorted((one[pair.gold], other[pair.predicted]) for pair in match_spans(one, other))

    found = matched(gold, predicted)
    assert matched(order.sample(gold, len(gold)), order.sample(predicted, len(predicted))) == found
    assert sorted((one, other) for other, one in matched(predicted, gold)) == found
