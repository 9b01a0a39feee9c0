"""Counts are kept compactly, and lose nothing by it."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.benchmarks.workload import EVENTS, MENTIONS, TOKENS, pair_of_documents, write_workload

from detente.counts import Counts
from detente.ontology import Ontology
from detente.scoring.evaluate import evaluate, evaluate_files
from detente.scoring.metrics import Counted, Key
from detente.scoring.resampling import resampled_columns, resampled_sums
from detente.scoring.sums import Sums
from detente.scoring.table import CountTable, DocumentCounts, Recorder, tabulate

KEYS = [Key("t", name) for name in "abcd"]
numbers = st.one_of(st.integers(0, 40), st.sampled_from([65_535, 65_536, 10**6]))
fractions = st.integers(0, 2**34).map(lambda n: n / 2**30)
whole_counts = st.builds(lambda m, p, g: Counts(m, m + p, m, m + g), numbers, numbers, numbers)
any_counts = st.one_of(whole_counts, st.builds(Counts, fractions, fractions, fractions, fractions))
rows = st.lists(st.dictionaries(st.sampled_from(KEYS), any_counts, max_size=4), min_size=1, max_size=8)


def documents(made: list[dict[Key, Counts]], story: bool = False) -> list[DocumentCounts]:
    return [DocumentCounts(f"d{n:02}", f"s{n % 3}" if story else "", counts) for n, counts in enumerate(made)]


def counted(document: DocumentCounts) -> Counted:
    """The counts of a document as a batch of one."""
    figures = {}
    for key, counts in document.counts.items():
        numbers = np.array([msgspec.structs.astuple(counts)])
        whole = counts.matched_predicted == counts.matched_gold and np.all(numbers == np.rint(numbers))
        figures[key] = numbers.astype(np.int64) if whole else numbers
    return Counted(figures)


def recorded(made: list[DocumentCounts]) -> Recorder:
    recorder = Recorder()
    for document in made:
        recorder.add([document.id], [document.story], [counted(document)])
    return recorder


def summed(made: list[DocumentCounts]) -> Sums:
    sums = Sums()
    for document in made:
        sums.add([document.story], [counted(document)])
    return sums


def same(one: CountTable, other: CountTable) -> bool:
    return one.keys == other.keys and one.documents == other.documents and np.array_equal(one.values, other.values)


@given(rows)
def test_every_count_comes_back_as_it_was(made: list[dict[Key, Counts]]) -> None:
    table = recorded(documents(made)[::-1]).table()
    for row, counts in enumerate(made):
        for key in KEYS:
            found = table.select([key])[row, 0].tolist()
            assert found == list(msgspec.structs.astuple(counts.get(key, Counts())))


@given(rows, st.integers(0, 8))
def test_recorders_brought_together_hold_what_one_would(made: list[dict[Key, Counts]], cut: int) -> None:
    everything = documents(made)
    total = recorded(everything[cut:])
    total.absorb(recorded(everything[:cut]))
    assert same(total.table(), tabulate(everything))


@given(rows, st.integers(0, 8))
def test_sums_without_documents_are_the_same_sums(made: list[dict[Key, Counts]], cut: int) -> None:
    everything = documents(made)
    total = summed(everything[cut:])
    total.absorb(summed(everything[:cut]))
    table, expected = total.table(), tabulate(everything)
    assert table.keys == expected.keys
    assert np.array_equal(table.totals, expected.totals)
    assert (table.size, table.documents) == (len(made), ())


@pytest.mark.parametrize("stories", [[], [""], ["s"], ["s", ""], ["s", "t"]])
def test_sums_know_whether_every_document_is_in_a_story(stories: list[str]) -> None:
    sums = Sums()
    for story in stories:
        sums.add([story], [])
    assert sums.table().by_story == (bool(stories) and all(stories))


@given(rows, st.booleans())
def test_columns_resample_to_the_same_sums_as_the_full_table(made: list[dict[Key, Counts]], story: bool) -> None:
    table = tabulate(documents(made, story))
    columns = table.columns()
    sums = resampled_columns(columns, 20, seed=3)[:, columns.back]
    assert np.array_equal(sums, resampled_sums(table.units(), 20, seed=3))


def test_the_block_of_draws_plays_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    table = tabulate(documents([{KEYS[0]: Counts(n, n + 1, n, n + 2)} for n in range(7)]))
    whole = resampled_sums(table.units(), 50, seed=1)
    monkeypatch.setattr("detente.scoring.resampling.BLOCK", 21)
    assert np.array_equal(resampled_sums(table.units(), 50, seed=1), whole)


def test_without_resamples_the_figures_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, ontology: Ontology
) -> None:
    gold, predicted = write_workload(tmp_path_factory.mktemp("workload"), 8, ontology)
    bare, full = (evaluate_files(gold, predicted, ontology, resamples=resamples) for resamples in (0, 10))
    for track, figures in full.scores.items():
        assert {name: score.value for name, score in figures.items()} == {
            name: score.value for name, score in bare.scores[track].items()
        }
    assert bare.overall.value == full.overall.value


def test_the_workload_is_what_it_says_and_always_the_same(ontology: Ontology) -> None:
    pairs = [pair_of_documents(number, ontology) for number in range(20)]
    assert pairs == [pair_of_documents(number, ontology) for number in range(20)]
    for gold, _ in pairs:
        assert gold.text is not None
        assert len(gold.text.split()) == TOKENS
        assert len(gold.mentions) == MENTIONS
        assert len(gold.events) in EVENTS
    figures = evaluate(
        [msgspec.structs.replace(gold, id=f"d{n}") for n, (gold, _) in enumerate(pairs)],
        [msgspec.structs.replace(predicted, id=f"d{n}") for n, (_, predicted) in enumerate(pairs)],
        ontology,
        resamples=0,
    )
    assert all(0.3 < (figures.board_value(track) or 0) < 0.95 for track in figures.primary)


def test_small_whole_numbers_are_kept_in_two_bytes_each() -> None:
    made = [{Key("a", "b", "c", str(n)): Counts(n, n + 1, n, n + 2) for n in range(50)} for _ in range(3)]
    entries = recorded(documents(made)).table().entries
    assert (len(entries.whole), len(entries.fractions)) == (150, 0)
    assert entries.whole.dtype == np.uint16
    large = recorded(documents([{Key("a", "b"): Counts(70_000, 70_000, 70_000, 70_000)}])).table()
    assert (len(large.entries.whole), len(large.entries.fractions)) == (0, 1)
    assert large.total(Key("a", "b")) == Counts(70_000, 70_000, 70_000, 70_000)


@pytest.mark.parametrize(("number", "single"), [(2**23 - 1, True), (2**23, False)])
def test_columns_are_in_single_precision_as_long_as_their_sums_are_exact(number: int, single: bool) -> None:
    # two documents: a resample may draw the larger one twice
    made: list[dict[Key, Counts]] = [{Key("a", "b"): Counts(number, number, number, number)}, {Key("a", "b"): Counts()}]
    columns = recorded(documents(made)).table().columns()
    assert bool(columns.whole.shape[1]) == single
    assert columns.whole.dtype == np.float32
    assert columns.others.dtype == np.float64
    assert bool(columns.others.shape[1]) == (not single)
