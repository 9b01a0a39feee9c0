"""Counts of every document under every key, from which sums, intervals and comparisons are made."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from detente.counts import Counts
from detente.scoring.metrics import Array, Key


class DocumentCounts(NamedTuple):
    """What one document contributes: its id, its story cluster ("" where the gold has none), its counts by key."""

    id: str
    story: str
    counts: Mapping[Key, Counts]


@dataclass(frozen=True)
class CountTable:
    """Per-document counts of one system.

    `documents` are in the order of their ids, whatever the order of the files. `values` has the shape
    (documents, keys, 4), the last axis as in `Counts`. `gold` is the hash of the gold (see `signature.py`): tables
    can be compared only where it is the same. `tracks` names the tracks that were counted, `held` those of them for
    which the submission had anything.
    """

    documents: tuple[str, ...]
    stories: tuple[str, ...]
    keys: tuple[Key, ...]
    values: Array
    gold: str = ""
    setting: str = "e2e"
    tracks: tuple[str, ...] = ()
    held: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    @cached_property
    def column(self) -> dict[Key, int]:
        """Position of each key on the second axis of `values`."""
        return {key: position for position, key in enumerate(self.keys)}

    @cached_property
    def by_story(self) -> bool:
        """Whether documents are resampled by story cluster: where all gold documents carry one."""
        return bool(self.documents) and all(self.stories)

    @property
    def unit(self) -> str:
        """What is resampled: "story" or "document"."""
        return "story" if self.by_story else "document"

    def units(self, keys: Sequence[Key] | None = None) -> Array:
        """Counts of the units that are resampled, (units, keys, 4); default: of all keys.

        Units are story clusters in the order of their names, or else the documents.
        """
        values = self.values if keys is None else self.select(keys)
        if not self.by_story:
            return values
        names = sorted(set(self.stories))
        position = {name: place for place, name in enumerate(names)}
        units = np.zeros((len(names), *values.shape[1:]))
        np.add.at(units, [position[story] for story in self.stories], values)
        return units

    def total(self, key: Key) -> Counts:
        """Summed counts under a key, zero where it was never counted."""
        if key not in self.column:
            return Counts()
        return Counts(*self.totals[self.column[key]].tolist())

    @cached_property
    def totals(self) -> Array:
        """Sums over documents, (keys, 4)."""
        totals: Array = self.values.sum(axis=0)
        return totals

    def select(self, keys: Sequence[Key]) -> Array:
        """`values` of some keys, (documents, len(keys), 4); zeros for a key that was never counted."""
        selected = np.zeros((len(self.documents), len(keys), 4))
        for place, key in enumerate(keys):
            if key in self.column:
                selected[:, place] = self.values[:, self.column[key]]
        return selected


def tabulate(rows: Iterable[DocumentCounts]) -> CountTable:
    """Collect documents' counts, in any order, into a table sorted by document id."""
    names, stories = [], []
    numbering: dict[Key, int] = {}
    row_of, key_of, numbers = array("q"), array("q"), array("d")
    for row, (name, story, counts) in enumerate(rows):
        names.append(name)
        stories.append(story)
        for key, c in counts.items():
            row_of.append(row)
            key_of.append(numbering.setdefault(key, len(numbering)))
            numbers.extend((c.matched_predicted, c.predicted, c.matched_gold, c.gold))
    keys = sorted(numbering)
    order = sorted(range(len(names)), key=names.__getitem__)
    row_to = np.empty(len(names), dtype=np.int64)
    row_to[order] = np.arange(len(names))
    key_to = np.empty(len(keys), dtype=np.int64)
    key_to[[numbering[key] for key in keys]] = np.arange(len(keys))
    values = np.zeros((len(names), len(keys), 4))
    values[row_to[np.frombuffer(row_of, np.int64)], key_to[np.frombuffer(key_of, np.int64)]] = np.frombuffer(
        numbers, np.float64
    ).reshape(-1, 4)
    return CountTable(
        tuple(names[place] for place in order), tuple(stories[place] for place in order), tuple(keys), values
    )
