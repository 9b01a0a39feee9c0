"""Counts of every document under every key, from which sums, intervals and comparisons are made.

Most documents have few of the keys, and almost all counts are small whole numbers. So they are kept as entries (row,
key, matched, predicted, gold) of two bytes a number, and laid out as columns only where something is computed.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from msgspec.structs import astuple
from numpy.typing import NDArray

from detente.counts import Counts
from detente.scoring.metrics import Array, Counted, Key

# whole numbers below this are exact in single precision
EXACT_SINGLE = 2**24
# the largest number of two bytes
LARGEST_SMALL = 2**16 - 1

Places = NDArray[np.int64]


class DocumentCounts(NamedTuple):
    """What one document contributes: its id, its story cluster ("" where the gold has none), its counts by key."""

    id: str
    story: str
    counts: Mapping[Key, Counts]


@dataclass(frozen=True)
class Entries:
    """The counts that are kept, in no order: of which document (row) under which key (column).

    `whole` has three numbers an entry (matched, predicted, gold), for `whole_places` (row, column); `fractions` has
    all four of `Counts`, for `fraction_places`.
    """

    whole_places: NDArray[np.int32]
    whole: NDArray[np.uint16]
    fraction_places: NDArray[np.int32]
    fractions: Array

    def sums(self, keys: int) -> Array:
        """Sums over documents, (keys, 4); exact, so in any order."""
        sums = np.empty((keys, 4))
        for slot, source in enumerate((0, 1, 0, 2)):
            sums[:, slot] = np.bincount(self.whole_places[:, 1], self.whole[:, source], keys)
            sums[:, slot] += np.bincount(self.fraction_places[:, 1], self.fractions[:, slot], keys)
        return sums

    @cached_property
    def _by_column(self) -> tuple[Places, Places]:
        return tuple(  # type: ignore[return-value]
            np.argsort(places[:, 1], kind="stable") for places in (self.whole_places, self.fraction_places)
        )

    def slots(self, column: int, unit_of: Places, units: int) -> list[Array]:
        """The four counts of each unit under one key, where `unit_of` says into which unit a row falls."""
        slots = []
        (rows, numbers), (more_rows, fractions) = (
            self._of_column(column, place, places, values)
            for place, places, values in ((0, self.whole_places, self.whole), (1, self.fraction_places, self.fractions))
        )
        for slot, source in enumerate((0, 1, 0, 2)):
            sums: Array = np.zeros(units)
            sums += np.bincount(unit_of[rows], numbers[:, source], units)
            if len(more_rows):
                sums += np.bincount(unit_of[more_rows], fractions[:, slot], units)
            slots.append(sums)
        return slots

    def _of_column(
        self, column: int, place: int, places: NDArray[np.int32], values: NDArray[np.uint16] | Array
    ) -> tuple[NDArray[np.int32], NDArray[np.uint16] | Array]:
        order = self._by_column[place]
        start, end = np.searchsorted(places[:, 1], [column, column + 1], sorter=order)
        chosen = order[start:end]
        return places[chosen, 0], values[chosen]


class Columns(NamedTuple):
    """Distinct columns of counts over the units that are resampled.

    `whole` (units, …) holds those of small whole numbers in single precision, `others` the rest; `back` (keys, 4) says
    which of all these columns each count is.
    """

    whole: NDArray[np.float32]
    others: Array
    back: Places


@dataclass(frozen=True)
class CountTable:
    """Per-document counts of one system.

    `documents` are in the order of their ids, whatever the order of the files. `gold` is the hash of the gold (see
    `signature.py`): tables can be compared only where it is the same. `tracks` names the tracks that were counted,
    `held` those of them for which the submission had anything. `folded` are sums (keys, 4) of `unlisted` documents
    whose own counts were not kept (see `Sums`): a table that has them gives totals, but neither intervals nor
    comparisons; `unlisted_in_stories` says whether all of them are in story clusters.
    """

    documents: tuple[str, ...]
    stories: tuple[str, ...]
    keys: tuple[Key, ...]
    entries: Entries
    folded: Array | None = None
    unlisted: int = 0
    unlisted_in_stories: bool = False
    gold: str = ""
    setting: str = "e2e"
    tracks: tuple[str, ...] = ()
    held: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    @cached_property
    def column(self) -> dict[Key, int]:
        """Position of each key."""
        return {key: position for position, key in enumerate(self.keys)}

    @cached_property
    def by_story(self) -> bool:
        """Whether documents are resampled by story cluster: where all gold documents carry one."""
        return self.size > 0 and all(self.stories) and (not self.unlisted or self.unlisted_in_stories)

    @property
    def size(self) -> int:
        """How many documents were counted."""
        return len(self.documents) + self.unlisted

    @property
    def unit(self) -> str:
        """What is resampled, and swapped between systems: "story" or "document"."""
        return "story" if self.by_story else "document"

    @property
    def unit_count(self) -> int:
        """How many units there are, of the documents whose counts were kept."""
        return self._units[1]

    @cached_property
    def values(self) -> Array:
        """All counts, (documents, keys, 4), the last axis as in `Counts`."""
        return self.select(self.keys)

    @cached_property
    def totals(self) -> Array:
        """Sums over documents, (keys, 4)."""
        sums = self.entries.sums(len(self.keys))
        return sums if self.folded is None else sums + self.folded

    def total(self, key: Key) -> Counts:
        """Summed counts under a key, zero where it was never counted."""
        if key not in self.column:
            return Counts()
        return Counts(*self.totals[self.column[key]].tolist())

    def select(self, keys: Sequence[Key]) -> Array:
        """Counts of some keys, (documents, len(keys), 4); zeros for a key that was never counted."""
        return self._laid_out(keys, np.arange(len(self.documents)), len(self.documents))

    def units(self, keys: Sequence[Key] | None = None) -> Array:
        """Counts of the units that are resampled, (units, keys, 4); default: of all keys.

        Units are story clusters in the order of their names, or else the documents.
        """
        return self._laid_out(self.keys if keys is None else keys, *self._units)

    def columns(self) -> Columns:
        """The counts of `units()` as columns, each one once: set metrics repeat many."""
        unit_of, units = self._units
        places: dict[bytes, int] = {}
        kept: list[Array] = []
        back = np.empty((len(self.keys), 4), dtype=np.int64)
        for column in range(len(self.keys)):
            for slot, numbers in enumerate(self.entries.slots(column, unit_of, units)):
                place = places.setdefault(blake2b(numbers.tobytes()).digest(), len(places))
                if place == len(kept):
                    small = np.all(numbers == np.rint(numbers)) and numbers.max(initial=0) * units < EXACT_SINGLE
                    kept.append(numbers.astype(np.float32) if small else numbers)
                back[column, slot] = place
        whole = [place for place, numbers in enumerate(kept) if numbers.dtype == np.float32]
        others = [place for place, numbers in enumerate(kept) if numbers.dtype != np.float32]
        moved = np.empty(len(kept), dtype=np.int64)
        moved[whole + others] = np.arange(len(kept))
        return Columns(
            np.array([kept[place] for place in whole], dtype=np.float32).reshape(len(whole), units).T,
            np.array([kept[place] for place in others], dtype=np.float64).reshape(len(others), units).T,
            moved[back],
        )

    @property
    def _units(self) -> tuple[Places, int]:
        """Into which unit each document falls, and how many units there are."""
        if not self.by_story:
            return np.arange(len(self.documents)), len(self.documents)
        names, unit_of = np.unique(np.array(self.stories), return_inverse=True)
        return unit_of, len(names)

    def _laid_out(self, keys: Sequence[Key], unit_of: Places, units: int) -> Array:
        laid_out = np.zeros((units, len(keys), 4))
        for place, key in enumerate(keys):
            if key in self.column:
                for slot, numbers in enumerate(self.entries.slots(self.column[key], unit_of, units)):
                    laid_out[:, place, slot] = numbers
        return laid_out


def no_entries() -> Entries:
    """The entries of no document."""
    no_places = np.zeros((0, 2), np.int32)
    return Entries(no_places, np.zeros((0, 3), np.uint16), no_places, np.zeros((0, 4)))


class Recorder:
    """Collects documents' counts, in any order, here or in parts that are brought together; then makes the table."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.stories: list[str] = []
        self.numbering: dict[Key, int] = {}
        # what `Entries` holds, in pieces, keys under the numbers of `numbering`
        self._whole: list[tuple[NDArray[np.int32], NDArray[np.uint16]]] = []
        # (row, key) and four numbers for each entry that came alone
        self._places = array("i")
        self._numbers = array("d")

    @property
    def documents(self) -> int:
        """How many documents were taken in."""
        return len(self.names)

    def add(self, names: Sequence[str], stories: Sequence[str], counted: Iterable[Counted]) -> int:
        """Take in the counts of a batch, its documents' ids and story clusters; the number of its first document."""
        first = len(self.names)
        self.names += names
        self.stories += stories
        for figures, breakdowns in counted:
            for key, counts in figures.items():
                self._add_column(first, key, counts)
            for breakdown in breakdowns:
                counts = breakdown.of_documents(len(names))
                for value in np.flatnonzero(counts.any(axis=(0, 2))).tolist():
                    self._add_column(first, breakdown.key(value), counts[:, value])
        return first

    def add_details(self, row: int, counts: Mapping[Key, Counts]) -> None:
        """Take in more counts of one document, under keys that it does not have yet."""
        for key, of_key in counts.items():
            self._places.extend((row, self._number(key)))
            self._numbers.extend(astuple(of_key))

    def _number(self, key: Key) -> int:
        return self.numbering.setdefault(key, len(self.numbering))

    def _add_column(self, first: int, key: Key, counts: Array | NDArray[np.int64]) -> None:
        """Counts (documents, 4) of one key, those of documents without any left out."""
        number = self._number(key)
        rows = np.flatnonzero(counts.any(axis=-1))
        counts = counts[rows]
        places = np.stack([first + rows, np.full(len(rows), number)], axis=-1).astype(np.int32)
        if counts.dtype == np.int64 and counts.max(initial=0) <= LARGEST_SMALL:
            # the two matched numbers of whole counts are the same
            self._whole.append((places, counts[:, (0, 1, 3)].astype(np.uint16)))
        else:
            self._places.frombytes(places.tobytes())
            self._numbers.frombytes(counts.astype(np.float64).tobytes())

    def absorb(self, other: Recorder) -> None:
        """Take in what another recorder has collected, of other documents."""
        moved = np.array([self._number(key) for key in other.numbering], np.int32)
        first = len(self.names)

        def here(places: NDArray[np.int32]) -> NDArray[np.int32]:
            return np.stack([places[:, 0] + first, moved[places[:, 1]]], axis=-1).astype(np.int32)

        self._whole += [(here(places), numbers) for places, numbers in other._whole]
        self._places.frombytes(here(np.frombuffer(other._places, np.int32).reshape(-1, 2)).tobytes())
        self._numbers.extend(other._numbers)
        self.names += other.names
        self.stories += other.stories

    def table(self) -> CountTable:
        """The table, sorted by document id."""
        keys = sorted(self.numbering)
        order = sorted(range(len(self.names)), key=self.names.__getitem__)
        row_to = np.empty(len(order), dtype=np.int32)
        row_to[order] = np.arange(len(order))
        key_to = np.empty(len(keys), dtype=np.int32)
        key_to[[self.numbering[key] for key in keys]] = np.arange(len(keys))

        def sorted_places(places: NDArray[np.int32]) -> NDArray[np.int32]:
            return np.column_stack([row_to[places[:, 0]], key_to[places[:, 1]]])

        whole = self._whole or [(no_entries().whole_places, no_entries().whole)]
        return CountTable(
            tuple(self.names[place] for place in order),
            tuple(self.stories[place] for place in order),
            tuple(keys),
            Entries(
                sorted_places(np.concatenate([places for places, _ in whole])),
                np.concatenate([numbers for _, numbers in whole]),
                sorted_places(np.frombuffer(self._places, np.int32).reshape(-1, 2)),
                np.frombuffer(self._numbers, np.float64).reshape(-1, 4),
            ),
        )


def tabulate(rows: Iterable[DocumentCounts]) -> CountTable:
    """Collect documents' counts, in any order, into a table sorted by document id."""
    recorder = Recorder()
    for name, story, counts in rows:
        recorder.add_details(recorder.add([name], [story], ()), counts)
    return recorder.table()
