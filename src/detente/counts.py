"""Counts that add: what precision, recall and F1 are made of.

`Counts + Counts` is a commutative monoid, so documents can be scored in any order, in parts and on many machines.
"""

from __future__ import annotations

from collections.abc import Collection, Set

import msgspec

GRAIN = 2.0**30


class Counts(msgspec.Struct, frozen=True, gc=False):
    """How many predicted and gold items there are, and how many of each were matched.

    For set metrics the two matched numbers are the same; coreference metrics credit the two sides differently.
    0/0 (nothing in gold, nothing predicted) is None; one empty side is 0.
    """

    matched_predicted: float = 0.0
    predicted: float = 0.0
    matched_gold: float = 0.0
    gold: float = 0.0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.matched_predicted + other.matched_predicted,
            self.predicted + other.predicted,
            self.matched_gold + other.matched_gold,
            self.gold + other.gold,
        )

    @property
    def precision(self) -> float | None:
        """Matched share of what was predicted; 0 where nothing was predicted but there is gold."""
        if self.predicted:
            return self.matched_predicted / self.predicted
        return 0.0 if self.gold else None

    @property
    def recall(self) -> float | None:
        """Matched share of the gold; 0 where there is no gold but something was predicted."""
        if self.gold:
            return self.matched_gold / self.gold
        return 0.0 if self.predicted else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        precision, recall = self.precision, self.recall
        if precision is None or recall is None:
            return None
        if precision + recall == 0:
            return 0.0
        return 2 * precision * recall / (precision + recall)


def rounded(credit: float) -> float:
    """A fractional credit as a multiple of 2⁻³⁰, so that sums over documents are exact in any order."""
    return round(credit * GRAIN) / GRAIN


def mean_f1(counts: Collection[Counts]) -> float | None:
    """The mean of the defined F1s; None where there is none."""
    values = [value for value in (c.f1 for c in counts) if value is not None]
    return sum(values) / len(values) if values else None


def set_counts(gold: Set[object], predicted: Set[object]) -> Counts:
    """Counts of exact matches between two sets of items."""
    matched = len(gold & predicted)
    return Counts(matched, len(predicted), matched, len(gold))
