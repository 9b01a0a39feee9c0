"""Bootstrap resamples of counts that add; `detente.intervals` makes intervals of them.

Units (story clusters or documents) are drawn with replacement by NumPy's PCG64; every metric, and every system that is
compared, sees the same draws. A resample is how often each unit was drawn, so its sums are one matrix product.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np
from numpy.typing import NDArray

from detente.scoring.metrics import Array
from detente.scoring.table import Columns

RESAMPLES = 10_000
SEED = 12345
# numbers held at a time by one block of draws
BLOCK = 1_000_000


def resampled_sums(units: Array, resamples: int = RESAMPLES, seed: int = SEED) -> Array:
    """Sums of resampled counts: units (units, …) → (resamples, …)."""
    size, shape = len(units), units.shape[1:]
    matrix = units.reshape(size, prod(shape))
    sums = np.empty((resamples, prod(shape)))
    for start, drawn in _draws(size, resamples, seed):
        sums[start : start + len(drawn)] = drawn.astype(np.float64) @ matrix
    return sums.reshape(resamples, *shape)


def resampled_columns(columns: Columns, resamples: int = RESAMPLES, seed: int = SEED) -> Array:
    """Sums of resampled columns of counts, (resamples, columns): those of `columns.whole`, then the others.

    Exact, like everything that is summed here: whole numbers below 2²⁴ in single precision, and multiples of a power
    of two in double.
    """
    size, whole = columns.whole.shape
    sums = np.empty((resamples, whole + columns.others.shape[1]))
    for start, drawn in _draws(size, resamples, seed):
        rows = slice(start, start + len(drawn))
        sums[rows, :whole] = drawn.astype(np.float32) @ columns.whole
        if columns.others.shape[1]:
            sums[rows, whole:] = drawn.astype(np.float64) @ columns.others
    return sums


def _draws(units: int, resamples: int, seed: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """How often each unit is drawn, in blocks of (some resamples, units), each with its first resample's number."""
    generator = np.random.Generator(np.random.PCG64(seed))
    block = max(1, BLOCK // max(units, 1))
    for start in range(0, resamples, block):
        rows = min(block, resamples - start)
        if units == 0:
            yield start, np.zeros((rows, 0), dtype=np.int64)
            continue
        places = generator.integers(0, units, size=(rows, units)) + np.arange(rows)[:, np.newaxis] * units
        yield start, np.bincount(places.ravel(), minlength=rows * units).reshape(rows, units)
