"""Optimal one-to-one alignment of spans, for partial credit, agreement and the explanation of errors.

A span is a tuple that begins with start and end (code points, half open); what follows (a type, say) is the caller's.
Greedy matching in file order, as some scorers do it, can lose matches that exist; this alignment never does.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any

from detente.assignment import Pair, first_best_assignment

Span = tuple[Any, ...]


def overlap_length(one: Span, other: Span) -> int:
    """Code points that two spans share."""
    return max(0, min(int(one[1]), int(other[1])) - max(int(one[0]), int(other[0])))


def dice(one: Span, other: Span) -> float:
    """Twice the shared length over the sum of lengths: 1 for the same span, 0 for spans apart."""
    lengths = int(one[1]) - int(one[0]) + int(other[1]) - int(other[0])
    return 2 * overlap_length(one, other) / lengths


def half_credit(one: Span, other: Span) -> float:
    """1 for the same span, 0.5 for an overlap, else 0 (MUC-5's partial credit)."""
    if one[:2] == other[:2]:
        return 1.0
    return 0.5 if overlap_length(one, other) else 0.0


def match_spans(
    gold: Sequence[Span], predicted: Sequence[Span], credit: Callable[[Span, Span], float] = dice
) -> list[Pair]:
    """The one-to-one alignment of overlapping spans with the greatest sum of `credit`, in text order.

    Returns pairs of positions in `gold` and `predicted` with their credit; a pair of credit 0 or less is never
    matched. `credit` sees the whole tuples, so it can ask for the same type. Among equal sums, exact boundaries come
    before partial ones and earlier spans before later ones, so the order of the input plays no part.
    """

    def order(pair: Pair) -> tuple[bool, list[int], list[str], int, int]:
        one, other = gold[pair.gold], predicted[pair.predicted]
        # the same on both sides, so that swapping gold and predicted swaps the result; positions only for true copies
        spans = sorted([one, other], key=lambda span: (span[0], span[1], repr(span[2:])))
        places = [int(edge) for span in spans for edge in span[:2]]
        return one[:2] != other[:2], places, [repr(span[2:]) for span in spans], pair.gold, pair.predicted

    pairs = []
    for i, j in _overlapping(gold, predicted):
        weight = credit(gold[i], predicted[j])
        if weight > 0:
            pairs.append(Pair(i, j, weight))
    chosen = first_best_assignment(sorted(pairs, key=order))
    return sorted(chosen, key=lambda pair: (gold[pair.gold][0], gold[pair.gold][1], pair.gold))


def _overlapping(gold: Sequence[Span], predicted: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Positions of spans that overlap, without comparing every two."""
    by_start = sorted(range(len(predicted)), key=lambda j: (predicted[j][0], predicted[j][1]))
    starts = [predicted[j][0] for j in by_start]
    # the furthest end so far: where it lies before a gold start, nothing further left can reach it
    reach = list(accumulate((predicted[j][1] for j in by_start), max))
    for i, span in enumerate(gold):
        position = bisect_left(starts, span[1]) - 1
        while position >= 0 and reach[position] > span[0]:
            if predicted[by_start[position]][1] > span[0]:
                yield i, by_start[position]
            position -= 1
