"""Expanded percentile intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, t

from detente.intervals import expanded_tail, intervals


@given(st.integers(2, 5_000), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_the_tail_is_hesterbergs(units: int, confidence: float) -> None:
    alpha = 1 - confidence
    expected = norm.cdf(np.sqrt(units / (units - 1)) * t.ppf(alpha / 2, units - 1))
    assert expanded_tail(units, confidence) == pytest.approx(expected, rel=1e-6, abs=1e-300)


@pytest.mark.parametrize(("units", "percent"), [(10, 0.855), (20, 1.588), (40, 2.026), (80, 2.259), (1000, 2.480)])
def test_few_units_move_the_ends_outwards_and_many_hardly_do(units: int, percent: float) -> None:
    # t and Φ from printed tables
    assert 100 * expanded_tail(units) == pytest.approx(percent, abs=5e-4)


def test_the_interval_of_a_mean_is_as_wide_as_students() -> None:
    data = norm.ppf((np.arange(12) + 0.5) / 12)
    drawn = np.random.Generator(np.random.PCG64(1)).integers(0, 12, size=(200_000, 12))
    (low,), (high,), _ = intervals(data[drawn].mean(axis=1)[:, np.newaxis], 12)
    assert low is not None
    assert high is not None
    students = t.ppf(0.975, 11) * data.std(ddof=1) / np.sqrt(12)
    assert (high - low) / 2 == pytest.approx(students, rel=0.02)


def test_the_ends_are_quantiles_of_the_defined_values() -> None:
    values = np.random.Generator(np.random.PCG64(3)).random(1000)
    column = np.concatenate([values, [np.nan] * 7])[:, np.newaxis]
    (low,), (high,), (left_out,) = intervals(column, 25)
    tail = expanded_tail(25)
    assert low == pytest.approx(np.quantile(values, tail), abs=1e-12)
    assert high == pytest.approx(np.quantile(values, 1 - tail), abs=1e-12)
    assert left_out == 7


def test_each_column_has_an_interval_of_its_own() -> None:
    values = np.random.Generator(np.random.PCG64(3)).normal([0, 10, 20], 1, size=(500, 3))
    lows, highs, left_out = intervals(values, 8)
    for column in range(3):
        assert intervals(values[:, [column]], 8) == ([lows[column]], [highs[column]], [left_out[column]])


def test_two_units_give_the_whole_range_of_the_resamples() -> None:
    values = np.random.Generator(np.random.PCG64(3)).random((1000, 1))
    (low,), (high,), _ = intervals(values, 2)
    assert [low, high] == pytest.approx([values.min(), values.max()], abs=1e-12)


def test_a_figure_without_any_defined_resample_has_no_interval() -> None:
    assert intervals(np.full((5, 1), np.nan), 9) == ([None], [None], [5])


@pytest.mark.parametrize("units", [0, 1])
def test_fewer_than_two_units_have_no_interval(units: int) -> None:
    assert intervals(np.array([[0.5, np.nan], [0.5, 0.5]]), units) == ([None, None], [None, None], [0, 1])
