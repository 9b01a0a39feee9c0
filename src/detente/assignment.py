"""One-to-one assignment over a sparse table of weights: what CEAFe, stance and span matching stand on.

Only pairs with a positive weight are given; pairs that share no row and no column, even through others, are solved
apart, so the cost is that of the largest connected component.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import fsum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
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


Ints = NDArray[np.int64]
Weights = NDArray[np.float64]


def first_best_assignment(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs of the one-to-one assignment with the greatest sum; among ties, that with the earliest pairs.

    The result depends on that order alone, so an order by content makes it independent of the files' order and of
    which side is called gold.
    """
    rank = {pair: position for position, pair in enumerate(pairs)}
    chosen = [pair for component in _components(pairs) for pair in _earliest(component)]
    return sorted(chosen, key=rank.__getitem__)


def first_best(one: Ints, other: Ints, weight: Weights) -> NDArray[np.bool_]:
    """The same for pairs in columns: items of either side as numbers, and weights; which of the pairs are chosen.

    Pairs that are in every best assignment are found many at a time; what is left is solved part by part.
    """
    chosen = np.zeros(len(one), np.bool_)
    rest: Ints = np.arange(len(one))
    while len(rest):
        settled = _settled(one[rest], other[rest], weight[rest])
        if not settled.any():
            break
        chosen[rest[settled]] = True
        open_ = ~np.isin(one[rest], one[rest[settled]]) & ~np.isin(other[rest], other[rest[settled]])
        rest = rest[open_]
    pairs = list(map(Pair, one[rest].tolist(), other[rest].tolist(), weight[rest].tolist()))
    place = {(pair.gold, pair.predicted): at for pair, at in zip(pairs, rest.tolist(), strict=True)}
    chosen[[place[pair.gold, pair.predicted] for pair in first_best_assignment(pairs)]] = True
    return chosen


def _settled(one: Ints, other: Ints, weight: Weights) -> NDArray[np.bool_]:
    """Pairs that are worth more than the best others of their two items together.

    They are in every best assignment: whatever assignment lacks one gains by it, for it drives out two pairs at most.
    """
    best_of_one, next_of_one = _two_greatest(one, weight)
    best_of_other, next_of_other = _two_greatest(other, weight)
    best = (weight == best_of_one) & (weight == best_of_other)
    settled: NDArray[np.bool_] = best & (weight > next_of_one + next_of_other + 2 * TOLERANCE)
    return settled


def _two_greatest(items: Ints, weight: Weights) -> tuple[Weights, Weights]:
    """The greatest and the second greatest weight (0 where there is none) of each pair's item."""
    order = np.lexsort((weight, items))
    ordered = items[order]
    # for each pair in that order, the place of the last pair of its item
    last = np.searchsorted(ordered, ordered, side="right") - 1
    alone = (last == 0) | (ordered[last - 1] != ordered)
    greatest, second = np.empty_like(weight), np.empty_like(weight)
    greatest[order] = weight[order][last]
    second[order] = np.where(alone, 0.0, weight[order][last - 1])
    return greatest, second


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
