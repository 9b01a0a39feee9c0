"""Counting pairs of documents, whole or in shards that are brought together: the same table either way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from detente.errors import DataError, Fault
from detente.ontology import Ontology
from detente.scoring.batch import Batch
from detente.scoring.details import count_details
from detente.scoring.fingerprint import GoldHash
from detente.scoring.pairing import DocumentPair, pair_faults, text_length
from detente.scoring.repeats import repeats
from detente.scoring.sound import is_framed, is_sound
from detente.scoring.sums import Sums
from detente.scoring.table import CountTable, Recorder
from detente.scoring.tracks import TRACKS


class Collector:
    """The counts of pairs of documents and what else counting learns; what several collect can be added up.

    `tracks` names the tracks to count, with `details` their diagnostics too. With `keep=False` the counts of single
    documents are not kept, nor their ids (see `Sums`); details are counted of single documents alone.
    """

    def __init__(self, setting: str, tracks: tuple[str, ...], *, details: bool = False, keep: bool = True) -> None:
        self.setting = setting
        self.tracks = tracks
        self.details = details
        self.gold = GoldHash()
        self.held: set[str] = set()
        self.missing: list[str] = []
        self.warnings: list[str] = []
        self.counts: Recorder | Sums = Recorder() if keep or details else Sums()

    def take(
        self, pairs: Iterable[DocumentPair], ontology: Ontology, *, complete: bool = False, quick: bool = False
    ) -> None:
        """Check the pairs as they come, and count them as long as nothing is wrong.

        `complete` says that gold must have all that gold has. Raises one `DataError` with all faults; with `quick`,
        which keeps no document, `UnsureError` where some pair is not certainly right.
        """
        faults: list[Fault] = []
        pending = Pending(ontology, complete, keep=not quick)
        try:
            for pair in pairs:
                pending.add(pair)
                if pending.batch.full:
                    faults += self._take(pending, count=not faults)
                    pending = Pending(ontology, complete, keep=not quick)
        except DataError as error:
            faults += error.faults
        faults += self._take(pending, count=not faults)
        if faults:
            raise DataError(faults)

    def _take(self, pending: Pending, *, count: bool) -> list[Fault]:
        if faults := pending.faults():
            return faults
        if count and pending.ids:
            self._note(pending)
            self._count(pending)
        return []

    def _count(self, pending: Pending) -> None:
        tracks = [TRACKS[name] for name in self.tracks]
        counted = [track.count(pending.batch) for track in tracks]
        if isinstance(self.counts, Sums):
            self.counts.add(pending.stories, counted)
            return
        first = self.counts.add(pending.ids, pending.stories, counted)
        if self.details:
            for place, (gold, predicted, _) in enumerate(pending.pairs):
                for track, of_track in zip(tracks, counted, strict=True):
                    counts = of_track.of_document(place)
                    details = count_details(track, gold, predicted, pending.ontology, counts)
                    self.counts.add_details(first + place, details)

    def _note(self, pending: Pending) -> None:
        """What is told of the pairs beside their counts."""
        batch, ids = pending.batch, pending.ids
        self.gold.add(batch.gold, ids)
        self.missing += [name for name, missing in zip(ids, pending.missing, strict=True) if missing]
        self.held.update(name for name in self.tracks if name not in self.held and TRACKS[name].holds(batch.predicted))
        if self.setting == "given":
            for place in batch.other_mentions().tolist():
                if not pending.missing[place]:
                    self.warnings.append(
                        f"{ids[place]}: mentions differ from the gold mentions that this setting gives"
                    )
        for (side, layer), numbers in repeats(batch).items():
            for place in np.flatnonzero(numbers).tolist():
                self.warnings.append(
                    f"{ids[place]}: {numbers[place]} of the {side} {layer} exact repeats, counted once"
                )

    def absorb(self, other: Collector) -> None:
        """Add what another has collected, of other documents."""
        self.gold.absorb(other.gold)
        self.held |= other.held
        self.missing += other.missing
        self.warnings += other.warnings
        self.counts.absorb(other.counts)  # type: ignore[arg-type]

    def table(self) -> CountTable:
        """The table of all that was collected; raises `DataError` where there was no gold document."""
        if not self.counts.documents:
            raise DataError([Fault("no gold document", "at least one", "Give the gold documents of the split.")])
        return replace(
            self.counts.table(),
            gold=self.gold.hexdigest(),
            setting=self.setting,
            tracks=self.tracks,
            held=frozenset(self.held),
            missing=tuple(sorted(self.missing)),
            warnings=tuple(sorted(self.warnings)),
        )


class UnsureError(Exception):
    """Whether anything is wrong shows only at a closer look."""


class Pending:
    """Pairs that wait to be checked and counted together."""

    def __init__(self, ontology: Ontology, complete: bool, *, keep: bool) -> None:
        self.ontology = ontology
        self.batch = Batch(ontology)
        self.ids: list[str] = []
        self.stories: list[str] = []
        self.missing: list[bool] = []
        self.pairs: list[DocumentPair] = []
        self._lengths: list[int | None] = []
        self._complete = complete
        self._keep = keep
        self._sure = True

    def add(self, pair: DocumentPair) -> None:
        """Take in the next pair."""
        gold, predicted, missing = pair
        self.ids.append(gold.id)
        self.stories.append(gold.meta.story if gold.meta else "")
        self.missing.append(missing)
        self._lengths.append(text_length(gold))
        if self._keep:
            self.pairs.append(pair)
        self._sure = self._sure and is_framed(pair, complete=self._complete)
        try:
            self.batch.add(gold, predicted)
        except OverflowError:
            self._sure = False

    def faults(self) -> list[Fault]:
        """What is wrong with the pairs; raises `UnsureError` where that cannot be said without the documents."""
        try:
            if self._sure and is_sound(self.batch, self._lengths, complete=self._complete):
                return []
        except OverflowError:
            pass
        if not self._keep:
            raise UnsureError
        return [fault for pair in self.pairs for fault in pair_faults(pair, self.ontology, complete=self._complete)]
