"""Resamples of per-document counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.counts import Counts
from detente.scoring.metrics import Key, f1_values, mean_of_defined, overall_values
from detente.scoring.resampling import resampled_sums
from detente.scoring.table import CountTable, DocumentCounts, tabulate

KEY = Key("entities", "F1")
OTHER = Key("events", "AC+")

counts = st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 2)).map(
    lambda n: Counts(n[0], n[0] + n[1], n[0], n[0] + n[2])
)


def table(*rows: Counts, stories: tuple[str, ...] = ()) -> CountTable:
    return tabulate(DocumentCounts(f"d{n:03}", stories[n] if stories else "", {KEY: row}) for n, row in enumerate(rows))


@given(counts)
def test_vectorised_f1_is_the_f1_of_counts_to_the_last_digit(c: Counts) -> None:
    value = float(f1_values(np.array([c.matched_predicted, c.predicted, c.matched_gold, c.gold])))
    assert (None if np.isnan(value) else value) == c.f1


def test_zero_over_zero_stays_out_of_means() -> None:
    assert mean_of_defined(np.array([[0.5, np.nan], [np.nan, np.nan]]))[0] == 0.5
    assert np.isnan(mean_of_defined(np.array([np.nan, np.nan])))


def test_a_resample_that_lost_a_track_has_no_overall_score() -> None:
    values = np.array([[0.5, 1.0, np.nan], [0.5, np.nan, np.nan]])
    found = overall_values(values, np.array([True, True, False]))
    assert found[0] == 0.75
    assert np.isnan(found[1])


def test_resampled_sums_are_those_of_documents_drawn_with_replacement() -> None:
    rows = [Counts(1, 2, 1, 3), Counts(0.5, 1, 0.25, 1), Counts(0, 0, 0, 5)]
    found = resampled_sums(table(*rows).units(), 50, seed=7)
    places = np.random.Generator(np.random.PCG64(7)).integers(0, 3, size=(50, 3))
    for drawn, sums in zip(places, found, strict=True):
        total = sum((rows[place] for place in drawn), Counts())
        assert Counts(*sums[0].tolist()) == total


def test_all_metrics_share_the_draws() -> None:
    rows = [
        DocumentCounts(f"d{n}", "", {KEY: Counts(n, n, n, n), OTHER: Counts(2 * n, 2 * n, 2 * n, 2 * n)})
        for n in range(6)
    ]
    sums = resampled_sums(tabulate(rows).units(), 100, seed=1)
    assert np.array_equal(2 * sums[:, 0], sums[:, 1])


def test_the_same_seed_gives_the_same_draws_and_another_seed_others() -> None:
    units = table(*(Counts(n % 3, 3, n % 3, 3) for n in range(30))).units()
    assert np.array_equal(resampled_sums(units, 20, seed=1), resampled_sums(units, 20, seed=1))
    assert not np.array_equal(resampled_sums(units, 20, seed=1), resampled_sums(units, 20, seed=2))


def test_draws_do_not_depend_on_how_they_are_cut_into_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    units = table(*(Counts(n % 3, 3, n % 3, 3) for n in range(31))).units()
    whole = resampled_sums(units, 40, seed=1)
    monkeypatch.setattr("detente.scoring.resampling.BLOCK", 100)
    assert np.array_equal(resampled_sums(units, 40, seed=1), whole)


def test_documents_of_a_story_are_drawn_together() -> None:
    grouped = table(Counts(1, 1, 1, 1), Counts(0, 1, 0, 1), Counts(2, 2, 2, 2), stories=("b", "a", "b"))
    assert grouped.unit == "story"
    assert grouped.units()[:, 0].tolist() == [[0, 1, 0, 1], [3, 3, 3, 3]]


def test_one_document_without_a_story_means_documents_are_drawn() -> None:
    assert table(Counts(), Counts(), stories=("a", "")).unit == "document"


def test_counts_of_any_shape_are_resampled_alike() -> None:
    units = table(*(Counts(n % 3, 3, n % 3, 3) for n in range(12))).units()
    flat = resampled_sums(units.reshape(12, 4), 30, seed=2)
    assert np.array_equal(flat, resampled_sums(units, 30, seed=2).reshape(30, 4))


def test_a_table_knows_how_many_units_it_has() -> None:
    assert table(Counts(), Counts(), Counts()).unit_count == 3
    assert table(Counts(), Counts(), Counts(), stories=("b", "a", "b")).unit_count == 2


@given(st.lists(st.tuples(counts, st.sampled_from("ab")), min_size=1, max_size=6))
def test_a_table_is_the_same_in_whatever_order_its_rows_come(rows: list[tuple[Counts, str]]) -> None:
    named = [DocumentCounts(f"d{n}", story, {KEY: c}) for n, (c, story) in enumerate(rows)]
    one, other = tabulate(named), tabulate(reversed(named))
    assert one.documents == other.documents
    assert one.stories == other.stories
    assert np.array_equal(one.values, other.values)
    assert one.total(KEY) == sum((c for c, _ in rows), Counts())


def test_a_key_that_no_document_has_counts_nothing() -> None:
    assert table(Counts(1, 1, 1, 1)).total(OTHER) == Counts()
    assert table(Counts(1, 1, 1, 1)).select([OTHER, KEY]).tolist() == [[[0, 0, 0, 0], [1, 1, 1, 1]]]
