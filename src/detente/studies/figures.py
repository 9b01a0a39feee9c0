"""Figures of the studies: F1 from counts that add, with the same kind of interval as every score."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.intervals import intervals
from detente.scoring.resampling import resampled_sums

RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Figure:
    """A value between 0 and 1 with the ends of its 95 % expanded percentile interval (none of fewer than two units)."""

    value: float
    low: float | None
    high: float | None

    def __str__(self) -> str:
        ends = "" if self.low is None or self.high is None else f" ({self.low:.3f} – {self.high:.3f})"
        return f"{self.value:.3f}{ends}"


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one document: items right, items said, items there."""

    right: int
    said: int
    there: int


def prf(tallies: Sequence[Tally]) -> tuple[Figure, Figure, Figure]:
    """Precision, recall and F1 over documents; 0 where nothing was said or nothing is there."""
    counts = np.array([(t.right, t.said, t.there) for t in tallies], dtype=np.float64).reshape(-1, 3)

    def over(sums: NDArray[np.float64]) -> NDArray[np.float64]:
        right, said, there = sums[..., 0], sums[..., 1], sums[..., 2]
        parts = [(right, said), (right, there), (2 * right, said + there)]
        return np.stack([np.divide(a, b, out=np.zeros_like(a), where=b > 0) for a, b in parts], axis=-1)

    return tuple(_with_interval(counts, over, column) for column in range(3))  # type: ignore[return-value]


def macro_f1(labels: Mapping[str, Sequence[tuple[str, str]]], classes: Sequence[str]) -> Figure:
    """The mean F1 of `classes` over (gold, said) labels, given by the unit that is resampled: story or document."""
    units = []
    for pairs in labels.values():
        row = []
        for name in classes:
            row += [
                sum(gold == said == name for gold, said in pairs),
                sum(said == name for _, said in pairs) + sum(gold == name for gold, _ in pairs),
            ]
        units.append(row)
    counts = np.array(units, dtype=np.float64).reshape(-1, 2 * len(classes))

    def over(sums: NDArray[np.float64]) -> NDArray[np.float64]:
        right, both = sums[..., 0::2], sums[..., 1::2]
        values: NDArray[np.float64] = np.divide(2 * right, both, out=np.zeros_like(right), where=both > 0)
        means: NDArray[np.float64] = values.mean(axis=-1, keepdims=True)
        return means

    return _with_interval(counts, over, 0)


def _with_interval(
    counts: NDArray[np.float64], over: Callable[[NDArray[np.float64]], NDArray[np.float64]], column: int
) -> Figure:
    values = over(resampled_sums(counts, RESAMPLES))[:, [column]]
    (low,), (high,), _ = intervals(values, len(counts))
    return Figure(float(over(counts.sum(axis=0))[column]), low, high)
