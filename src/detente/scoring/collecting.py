"""Counting pairs of documents, whole or in shards that are brought together: the same table either way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from detente.documents import Document
from detente.errors import DataError, Fault
from detente.ontology import Ontology
from detente.scoring.details import count_details
from detente.scoring.pairing import DocumentPair, repeated_items
from detente.scoring.signature import GoldHash
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

    def take(self, pairs: Iterable[DocumentPair], ontology: Ontology) -> None:
        """Count the pairs as they come."""
        tracks = [TRACKS[name] for name in self.tracks]
        for gold, predicted, missing in pairs:
            self.gold.add(gold)
            if len(self.held) < len(tracks):
                self.held.update([track.name for track in tracks if track.holds(predicted)])
            if missing:
                self.missing.append(gold.id)
            self._warn(gold, predicted, missing)
            story = gold.meta.story if gold.meta else ""
            counted = [track.count(gold, predicted, ontology) for track in tracks]
            if isinstance(self.counts, Sums):
                self.counts.add(story, counted)
            else:
                counts = [c.counts() for c in counted]
                if self.details:
                    counts = [
                        of_track | count_details(track, gold, predicted, ontology, of_track)
                        for track, of_track in zip(tracks, counts, strict=True)
                    ]
                self.counts.add(gold.id, story, *counts)

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

    def _warn(self, gold: Document, predicted: Document, missing: bool) -> None:
        for side, document in (("gold", gold), ("predicted", predicted)):
            for layer, repeats in repeated_items(document).items():
                self.warnings.append(f"{gold.id}: {repeats} of the {side} {layer} exact repeats, counted once")
        if self.setting == "given" and not missing and _spans(gold) != _spans(predicted):
            self.warnings.append(f"{gold.id}: mentions differ from the gold mentions that this setting gives")


def _spans(document: Document) -> set[tuple[int, int, str]]:
    return {(mention.start, mention.end, mention.type) for mention in document.mentions}
