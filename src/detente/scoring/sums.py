"""Counts of many documents summed as they come: what is kept where no figure of a single document is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from detente.counts import Counts
from detente.scoring.metrics import Counted, Key, breakdown_counts
from detente.scoring.table import CountTable, no_entries

Place = tuple[str, str, str]
# documents whose names are counted at one go
TOGETHER = 128


class Sums:
    """Sums of documents' counts, in any order, here or in parts that are brought together; no memory of documents.

    All numbers are whole ones or multiples of 2⁻³⁰, so sums are exact and the order plays no part.
    """

    def __init__(self) -> None:
        self.documents = 0
        self._all_in_stories = True
        # matched predicted, predicted, matched gold, gold
        self._totals: dict[Key, list[float]] = {}
        # names of items that both sides have, that gold alone has, that the prediction alone has
        self._waiting: dict[Place, tuple[list[str], list[str], list[str]]] = {}
        self._names: dict[Place, tuple[Counter[str], Counter[str], Counter[str]]] = {}

    def add(self, story: str, counted: Iterable[Counted]) -> None:
        """Take in one document's counts; `story` is its story cluster, "" where it has none."""
        self.documents += 1
        self._all_in_stories &= bool(story)
        for figures, breakdowns in counted:
            self._add_figures(figures)
            for items, value, place in breakdowns:
                waiting = self._waiting.get(place)
                if waiting is None:
                    waiting = self._waiting[place] = [], [], []
                waiting[0].extend(map(value, items.matched))
                waiting[1].extend(map(value, items.gold))
                waiting[2].extend(map(value, items.predicted))
        if self.documents % TOGETHER == 0:
            self._count_waiting()

    def _count_waiting(self) -> None:
        for place, waiting in self._waiting.items():
            for counter, names in zip(self._of_place(place), waiting, strict=True):
                counter.update(names)
        self._waiting.clear()

    def absorb(self, other: Sums) -> None:
        """Take in what another has summed, of other documents."""
        other._count_waiting()
        self.documents += other.documents
        self._all_in_stories &= other._all_in_stories
        self._add_figures({key: Counts(*total) for key, total in other._totals.items()})
        for place, names in other._names.items():
            for ours, theirs in zip(self._of_place(place), names, strict=True):
                ours.update(theirs)

    def table(self) -> CountTable:
        """The table of sums; it lists no documents."""
        self._count_waiting()
        sums = {key: Counts(*total) for key, total in self._totals.items()}
        for place, names in self._names.items():
            sums |= breakdown_counts(place, *names)
        keys = sorted(sums)
        folded = np.array(
            [[c.matched_predicted, c.predicted, c.matched_gold, c.gold] for c in map(sums.get, keys) if c]
        )
        return CountTable(
            (), (), tuple(keys), no_entries(), folded.reshape(-1, 4), self.documents, self._all_in_stories
        )

    def _of_place(self, place: Place) -> tuple[Counter[str], Counter[str], Counter[str]]:
        found = self._names.get(place)
        if found is None:
            found = self._names[place] = Counter(), Counter(), Counter()
        return found

    def _add_figures(self, figures: Mapping[Key, Counts]) -> None:
        totals = self._totals
        for key, c in figures.items():
            total = totals.get(key)
            if total is None:
                total = totals[key] = [0, 0, 0, 0]
            total[0] += c.matched_predicted
            total[1] += c.predicted
            total[2] += c.matched_gold
            total[3] += c.gold
