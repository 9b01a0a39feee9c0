from __future__ import annotations

from itertools import combinations
from math import fsum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.assignment import TOLERANCE, Pair, first_best, first_best_assignment

# few different weights, so that ties are common
weights = st.sampled_from([0.25, 0.5, 1.0])
tables = st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 3)), weights, max_size=9).map(
    lambda cells: [Pair(i, j, weight) for (i, j), weight in cells.items()]
)


def is_one_to_one(pairs: list[Pair]) -> bool:
    return len({p.gold for p in pairs}) == len({p.predicted for p in pairs}) == len(pairs)


def total(pairs: list[Pair]) -> float:
    return fsum(pair.weight for pair in pairs)


def best_by_trying_all(pairs: list[Pair]) -> list[list[Pair]]:
    """All one-to-one assignments of the greatest sum."""
    subsets = [list(s) for n in range(len(pairs) + 1) for s in combinations(pairs, n) if is_one_to_one(list(s))]
    greatest = max(map(total, subsets))
    return [subset for subset in subsets if total(subset) >= greatest - TOLERANCE]


@given(tables)
def test_the_sum_is_the_greatest_of_all_one_to_one_assignments(pairs: list[Pair]) -> None:
    found = first_best_assignment(pairs)
    assert is_one_to_one(found)
    assert total(found) == pytest.approx(total(best_by_trying_all(pairs)[0]))


@given(tables)
def test_among_ties_the_earliest_pairs_win(pairs: list[Pair]) -> None:
    ranks = [[pairs.index(pair) for pair in best] for best in best_by_trying_all(pairs)]
    # an assignment that goes on beats one that stops where all pairs before are the same
    first = min(ranks, key=lambda rank: [*rank, len(pairs)])
    assert [pairs.index(pair) for pair in first_best_assignment(pairs)] == first


@given(tables)
def test_pairs_in_columns_are_assigned_as_pairs_are(pairs: list[Pair]) -> None:
    one, other = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    chosen = first_best(one, other, np.array([pair.weight for pair in pairs]))
    assert [pair for pair, taken in zip(pairs, chosen, strict=True) if taken] == first_best_assignment(pairs)


def test_nothing_to_assign_is_an_empty_assignment() -> None:
    assert first_best_assignment([]) == []


def test_a_long_chain_of_pairs_is_one_component_and_still_solved() -> None:
    chain = [Pair(i, i + step, 1.0) for i in range(300) for step in (0, 1)]
    assert len(first_best_assignment(chain)) == 300
