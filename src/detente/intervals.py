"""Expanded percentile intervals of bootstrap resamples: one rule for scores, comparisons, agreement and studies.

Of n units drawn with replacement, a percentile interval is that of a normal distribution whose variance is divided by n
instead of n − 1, where Student's t is wanted: too narrow where units are few. The expanded interval takes quantiles
further out, those at which it is the t interval of a mean (Hesterberg 2015, "What Teachers Should Know about the
Bootstrap", The American Statistician 69:4).
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

CONFIDENCE = 0.95
# how the ends are found, as it stands in signatures and beside figures
METHOD, METHOD_WORDS = "expanded", "expanded percentile"

Numbers = NDArray[np.float64]


def expanded_tail(units: int, confidence: float = CONFIDENCE) -> float:
    """The share of resamples beyond each end of the interval: Φ(−√(n/(n−1)) · t), for n of two or more.

    t is the quantile of Student's distribution of n − 1 degrees of freedom that leaves (1 − confidence) / 2 above it.
    """
    t = stdtrit(units - 1, (1 + confidence) / 2)
    return float(ndtr(-sqrt(units / (units - 1)) * t))


def intervals(
    values: Numbers, units: int, confidence: float = CONFIDENCE
) -> tuple[list[float | None], list[float | None], list[int]]:
    """Expanded percentile intervals (linear interpolation) of resampled figures, one for each column of `values`.

    `values`: (resamples, figures), NaN where a resample was 0/0. `units` is how many units were resampled, those on
    which a figure rests on nothing included. Returns lower ends, upper ends (None where every resample was 0/0, and
    from fewer than two units: one gives the same figure again), and the numbers of resamples left out.
    """
    resamples = values.shape[0]
    left_out = np.isnan(values).sum(axis=0)
    if units < 2:
        return [None] * len(left_out), [None] * len(left_out), left_out.tolist()
    # NaN sorts last, so the defined values of each column come first
    ranked = np.sort(values, axis=0)
    last = np.maximum(resamples - left_out - 1, 0)
    tail = expanded_tail(units, confidence)

    def quantile(share: float) -> list[float | None]:
        place = share * last
        below = np.floor(place).astype(np.int64)
        above = np.minimum(below + 1, last)
        columns = np.arange(values.shape[1])
        ends = ranked[below, columns] + (place - below) * (ranked[above, columns] - ranked[below, columns])
        return [
            None if none else round(end, 12) for end, none in zip(ends.tolist(), left_out == resamples, strict=True)
        ]

    return quantile(tail), quantile(1 - tail), left_out.tolist()
