"""Counts of many documents summed as they come: what is kept where no figure of a single document is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from msgspec.structs import astuple

from detente.counts import Counts
from detente.scoring.metrics import Counted, Key
from detente.scoring.table import CountTable, no_entries


class Sums:
    """Sums of documents' counts, in any order, here or in parts that are brought together; no memory of documents.

    All numbers are whole ones or multiples of 2⁻³⁰, so sums are exact and the order plays no part.
    """

    def __init__(self) -> None:
        self.documents = 0
        self._all_in_stories = True
        self._totals: dict[Key, Counts] = {}

    def add(self, stories: Sequence[str], counted: Iterable[Counted]) -> None:
        """Take in the counts of a batch; `stories` are its documents' story clusters, "" where they have none."""
        self.documents += len(stories)
        self._all_in_stories &= all(stories)
        for of_track in counted:
            self._add(of_track.totals())

    def absorb(self, other: Sums) -> None:
        """Take in what another has summed, of other documents."""
        self.documents += other.documents
        self._all_in_stories &= other._all_in_stories
        self._add(other._totals)

    def table(self) -> CountTable:
        """The table of sums; it lists no documents."""
        keys = sorted(self._totals)
        folded = np.array([astuple(self._totals[key]) for key in keys])
        return CountTable(
            (), (), tuple(keys), no_entries(), folded.reshape(-1, 4), self.documents, self._all_in_stories
        )

    def _add(self, totals: Mapping[Key, Counts]) -> None:
        for key, counts in totals.items():
            known = self._totals.get(key)
            self._totals[key] = counts if known is None else known + counts
