"""One-to-one assignment over a sparse table of weights: what CEAFe, stance and span matching stand on.

Only pairs with a positive weight are given; pairs that share no row and no column, even through others, are solved
apart, so the cost is that of the largest connected component.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import fsum
from typing import Any, NamedTuple, TypeVar

import numpy as np
from scipy.optimize import linear_sum_assignment

# sums of weights closer than this are ties
TOLERANCE = 1e-9
# components with more pairs than this leave their ties to the solver, on ordered input
MAX_TIED = 200


class Pair(NamedTuple):
    """A gold item, a predicted item (both as positions in their sequences) and what matching them is worth (> 0)."""

    gold: int
    predicted: int
    weight: float


# a pair, or any such triple of hashable items and their weight
P = TypeVar("P", bound=tuple[Any, Any, float])


def best_assignment(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs of a one-to-one assignment with the greatest sum of weights; which one, where several tie, is open."""
    settled, rest = settled_pairs(pairs)
    return settled + _best(rest)


def first_best_assignment(pairs: Sequence[Pair]) -> list[Pair]:
    """The best assignment that, among ties, holds the earliest pairs in the order given.

    The result depends on that order alone, so an order by content makes it independent of the files' order and of
    which side is called gold.
    """
    rank = {pair: position for position, pair in enumerate(pairs)}
    settled, rest = settled_pairs(pairs)
    settled += [pair for component in _components(rest) for pair in _earliest(component)]
    return sorted(settled, key=rank.__getitem__)


def settled_pairs(pairs: Sequence[P]) -> tuple[list[P], list[P]]:
    """Pairs that are in every best assignment, and those that remain open once their items are taken.

    A pair worth more than the best others of its two items together is in each: whatever assignment lacks it gains by
    it, for it drives out two pairs at most.
    """
    settled: list[P] = []
    rest = list(pairs)
    while rest:
        # the greatest and the second greatest weight (0 where there is none) of each item
        of_gold: dict[Any, float] = {}
        of_predicted: dict[Any, float] = {}
        next_of_gold: dict[Any, float] = {}
        next_of_predicted: dict[Any, float] = {}
        for gold, predicted, weight in rest:
            greatest = of_gold.get(gold, 0.0)
            if weight > greatest:
                of_gold[gold], next_of_gold[gold] = weight, greatest
            elif weight > next_of_gold[gold]:
                next_of_gold[gold] = weight
            greatest = of_predicted.get(predicted, 0.0)
            if weight > greatest:
                of_predicted[predicted], next_of_predicted[predicted] = weight, greatest
            elif weight > next_of_predicted[predicted]:
                next_of_predicted[predicted] = weight
        found = [
            pair
            for pair in rest
            if pair[2] == of_gold[pair[0]] == of_predicted[pair[1]]
            and pair[2] > next_of_gold[pair[0]] + next_of_predicted[pair[1]] + 2 * TOLERANCE
        ]
        if not found:
            break
        settled += found
        taken_gold, taken_predicted = {pair[0] for pair in found}, {pair[1] for pair in found}
        rest = [pair for pair in rest if pair[0] not in taken_gold and pair[1] not in taken_predicted]
    return settled, rest


def _best(pairs: Sequence[Pair]) -> list[Pair]:
    return [pair for component in _components(pairs) for pair in _solve(component)]


def _components(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """Pairs that are connected through a shared item, each group in the order given."""
    by_gold: defaultdict[int, list[int]] = defaultdict(list)
    by_predicted: defaultdict[int, list[int]] = defaultdict(list)
    for position, pair in enumerate(pairs):
        by_gold[pair.gold].append(position)
        by_predicted[pair.predicted].append(position)
    seen = [False] * len(pairs)
    components = []
    for start in range(len(pairs)):
        if seen[start]:
            continue
        seen[start] = True
        waiting, found = [start], []
        while waiting:
            position = waiting.pop()
            found.append(position)
            # a list is emptied once walked, so that each is walked once
            for neighbours in (by_gold[pairs[position].gold], by_predicted[pairs[position].predicted]):
                for other in neighbours:
                    if not seen[other]:
                        seen[other] = True
                        waiting.append(other)
                neighbours.clear()
        components.append([pairs[position] for position in sorted(found)])
    return components


def _solve(component: Sequence[Pair]) -> list[Pair]:
    rows = {gold: row for row, gold in enumerate(dict.fromkeys(pair.gold for pair in component))}
    columns = {predicted: column for column, predicted in enumerate(dict.fromkeys(p.predicted for p in component))}
    if len(rows) == 1 or len(columns) == 1:
        return [max(component, key=lambda pair: pair.weight)] if component else []
    weights = np.zeros((len(rows), len(columns)))
    by_cell = {}
    for pair in component:
        cell = rows[pair.gold], columns[pair.predicted]
        weights[cell] = pair.weight
        by_cell[cell] = pair
    cells = zip(*(axis.tolist() for axis in linear_sum_assignment(weights, maximize=True)), strict=True)
    return [by_cell[cell] for cell in cells if cell in by_cell]


def _earliest(component: Sequence[Pair]) -> list[Pair]:
    """Take each pair in turn if the sum can still be the greatest with it."""
    if len(component) == 1 or len(component) > MAX_TIED:
        return _solve(component)
    chosen: list[Pair] = []
    rest = list(component)
    # some best assignment of what is left; a pair that is in it needs no trial
    best = _best(rest)
    while rest:
        pair, *others = rest
        compatible = [other for other in others if other.gold != pair.gold and other.predicted != pair.predicted]
        if pair in best:
            trial: list[Pair] | None = [other for other in best if other != pair]
        else:
            trial = _assignment_worth(compatible, _total(best) - pair.weight - TOLERANCE)
        if trial is None:
            rest = others
        else:
            chosen.append(pair)
            rest, best = compatible, trial
    return chosen


def _assignment_worth(pairs: Sequence[Pair], least: float) -> list[Pair] | None:
    """The best assignment if its sum is at least that much."""
    greatest: dict[int, float] = {}
    for pair in pairs:
        greatest[pair.gold] = max(greatest.get(pair.gold, 0.0), pair.weight)
    # no assignment is worth more than each gold item with its best partner
    if fsum(greatest.values()) < least:
        return None
    best = _best(pairs)
    return best if _total(best) >= least else None


def _total(pairs: Sequence[Pair]) -> float:
    return fsum(pair.weight for pair in pairs)
