"""The line that lets another person repeat a score, and the hash of the gold that stands in it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from typing import Any

import msgspec

from detente import __version__
from detente.documents import Document
from detente.scoring.metrics import Track
from detente.scoring.tracks import OVERALL, TRACKS

# the version of the definitions: any change of a figure changes it
DEFINITIONS = "1.0"
MODULUS = 2**256

_encoder = msgspec.json.Encoder(order="deterministic")
_encode, _encode_lines = _encoder.encode, _encoder.encode_lines


def signature(track: Track | None, *, setting: str, gold: str, documents: int, resamples: int, seed: int) -> str:
    """The signature of a track's primary metric; without a track that of the overall score."""
    if track is None:
        parts = [f"{name}:{TRACKS[name].primary}" for name in OVERALL]
        name, metric, match, average = "overall", f"mean({','.join(parts)})", "exact", "macro"
    else:
        name, metric, match, average = track.name, track.primary, track.match, track.average
    fields = {
        "detente": DEFINITIONS,
        "track": name,
        "metric": metric,
        "match": match,
        "setting": setting,
        "dup": "set",
        "zero": "null",
        "avg": average,
        "gold": gold,
        "n": documents,
        "boot": resamples,
        "seed": seed,
        "v": __version__,
    }
    return "|".join(f"{key}:{value}" for key, value in fields.items())


class GoldHash:
    """Hash of a gold collection that documents can be added to in any order, or in parts.

    It covers the ids of the documents and their annotation, not their text, not the ids of items nor their order: the
    sum of the documents' SHA-256 digests, hashed once more; 8 hexadecimal digits are shown.
    """

    def __init__(self) -> None:
        self._sum = 0
        self._documents = 0

    def add(self, document: Document) -> None:
        """Take in one document."""
        digest = hashlib.sha256(canonical(document)).digest()
        self._sum = (self._sum + int.from_bytes(digest, "big")) % MODULUS
        self._documents += 1

    def absorb(self, other: GoldHash) -> None:
        """Take in the documents that another hash has taken in."""
        self._sum = (self._sum + other._sum) % MODULUS
        self._documents += other._documents

    def hexdigest(self) -> str:
        """The first 8 hexadecimal digits."""
        return hashlib.sha256(f"{self._documents} {self._sum:064x}".encode()).hexdigest()[:8]


def gold_hash(documents: Iterable[Document]) -> str:
    """The hash of a gold collection, as it stands in signatures."""
    total = GoldHash()
    for document in documents:
        total.add(document)
    return total.hexdigest()


def canonical(document: Document) -> bytes:
    """A document's id and annotation as bytes that depend neither on item ids nor on the order of items."""
    members = _members(document)
    # what an id stands for: a mention, an event, or the members of an entity
    place: dict[str, Any] = members | {e.id: ("event", e.start, e.end, e.type) for e in document.events}
    place.update([(m.id, ("mention", m.start, m.end, m.type)) for m in document.mentions])
    arguments = _ordered_each(
        [[(a.role, place.get(a.mention or a.event or "", a.event)) for a in e.arguments] for e in document.events]
    )
    return _encode(
        (
            document.id,
            _ordered(
                [
                    (m.start, m.end, m.type, m.level, m.reading, m.value, m.head, members.get(m.entity or ""))
                    for m in document.mentions
                ]
            ),
            _ordered([(e.name, e.type, e.wikidata, members.get(e.id)) for e in document.entities]),
            _ordered(
                [
                    (
                        "event",
                        e.start,
                        e.end,
                        e.type,
                        e.polarity,
                        e.modality,
                        place.get(e.source or "", e.source),
                        e.condition,
                        members.get(f"cluster {e.cluster}"),
                        of_event,
                    )
                    for e, of_event in zip(document.events, arguments, strict=True)
                ]
            ),
            _ordered(
                [
                    (
                        place.get(s.holder, s.holder),
                        place.get(s.target, s.target),
                        s.label,
                        s.explicit,
                        place.get(s.source or "", s.source),
                        s.evidence,
                    )
                    for s in document.stances
                ]
            ),
        )
    )


def _members(document: Document) -> dict[str, list[tuple[int, int]]]:
    """Mentions of each entity and events of each cluster, in text order."""
    members: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for mention in document.mentions:
        if mention.entity is not None:
            members[mention.entity].append((mention.start, mention.end))
    for event in document.events:
        if event.cluster is not None:
            members[f"cluster {event.cluster}"].append((event.start, event.end))
    for spans in members.values():
        spans.sort()
    return dict(members)


def _ordered(items: list[Any]) -> msgspec.Raw:
    """The items as a JSON array, in the order of their own JSON."""
    return _ordered_each([items])[0]


def _ordered_each(groups: list[list[Any]]) -> list[msgspec.Raw]:
    """The same for each group; encoding is done at one go."""
    # JSON holds no line feed, and the last line is an empty one
    lines = _encode_lines(list(chain.from_iterable(groups))).split(b"\n")
    ordered, start = [], 0
    for group in groups:
        end = start + len(group)
        ordered.append(msgspec.Raw(b"[" + b",".join(sorted(lines[start:end])) + b"]"))
        start = end
    return ordered
