"""The paired sign-flip permutation test and Holm's correction.

Under the null hypothesis the two systems could swap their outputs on any unit. Units are what intervals resample: story
clusters where the gold carries them, else documents. A story is swapped whole because it may be harder for one system
than for the other. Each permutation swaps some units, adds the swapped counts up anew, and takes the difference of the
micro figures. Two-sided; a permutation that ties with what was observed counts as extreme (systems that score alike get
p = 1, not 0.0001); +1 correction where permutations are drawn, none where they are all enumerated (they hold the
observed one).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from detente.scoring.metrics import Array

PERMUTATIONS = 10_000
# up to this many units on which the systems differ all 2ⁿ permutations are gone through
EXACT_UNITS = 14
TOLERANCE = 1e-12
BLOCK = 4_000_000


class Significance(NamedTuple):
    """A p-value, from how many permutations, whether those were all there are, and how many were 0/0."""

    p: float
    permutations: int
    exact: bool
    left_out: int


def sign_flip(
    first: Array,
    second: Array,
    values: Callable[[Array], Array],
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> list[Significance | None]:
    """Test the difference of two systems on every metric at once, with the same permutations.

    `first`, `second`: counts (units, keys, 4) of the same units (`CountTable.units`); `values` makes metrics
    (…, metrics) of summed counts (…, keys, 4). None where a system's figure is undefined.
    """
    change: Array = (second - first).reshape(len(first), -1)
    change = change[np.any(change != 0, axis=1)]
    sums = first.sum(axis=0), second.sum(axis=0)
    observed = np.abs(values(sums[0]) - values(sums[1]))
    exact = len(change) <= EXACT_UNITS
    extreme = np.zeros(observed.shape, dtype=np.int64)
    undefined = np.zeros(observed.shape, dtype=np.int64)
    count = 0
    for swapped in _all_swaps(len(change)) if exact else _drawn_swaps(len(change), permutations, seed):
        moved = (swapped @ change).reshape(len(swapped), *first.shape[1:])
        differences = np.abs(values(sums[0] + moved) - values(sums[1] - moved))
        undefined += np.isnan(differences).sum(axis=0)
        extreme += (differences >= observed - TOLERANCE).sum(axis=0)
        count += len(swapped)
    added = 0 if exact else 1
    return [
        None
        if np.isnan(observed[place])
        else Significance(float((hits + added) / (count - none + added)), count, exact, none)
        for place, (hits, none) in enumerate(zip(extreme.tolist(), undefined.tolist(), strict=True))
    ]


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjusted p-values, in the order given (Holm 1979)."""
    adjusted = [1.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted


def _all_swaps(units: int) -> Iterator[Array]:
    """Every choice of units to swap, (2ⁿ, n), in blocks."""
    block = max(1, BLOCK // max(units, 1))
    for start in range(0, 2**units, block):
        numbers = np.arange(start, min(start + block, 2**units))
        yield (numbers[:, np.newaxis] >> np.arange(units) & 1).astype(np.float64)


def _drawn_swaps(units: int, permutations: int, seed: int) -> Iterator[Array]:
    generator = np.random.Generator(np.random.PCG64(seed))
    block = max(1, BLOCK // max(units, 1))
    for start in range(0, permutations, block):
        rows = min(block, permutations - start)
        yield generator.integers(0, 2, size=(rows, units)).astype(np.float64)
