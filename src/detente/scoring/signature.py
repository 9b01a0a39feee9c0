"""The line that lets another person repeat a score, and the hash of the gold that stands in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

import msgspec

from detente import __version__
from detente.columns import columns_of
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
    columns = columns_of(document)
    m, n, v, s = columns.mentions, columns.entities, columns.events, columns.stances
    members = _members(m.entity, columns.spans)
    clusters = _members(v.cluster, columns.trigger_spans)
    # what an id stands for: a mention, an event, or the members of an entity
    place: dict[str | None, Any] = {**members}
    place.update(zip(v.id, zip(repeat("event"), v.start, v.end, v.type), strict=True))
    place.update(zip(m.id, zip(repeat("mention"), m.start, m.end, m.type), strict=True))
    fillers = [place.get(name, name) for name in columns.fillers()]
    arguments = _ordered_each(list(zip(columns.arguments.role, fillers, strict=True)), list(map(len, v.arguments)))
    mentions = list(
        zip(m.start, m.end, m.type, m.level, m.reading, m.value, m.head, map(members.get, m.entity), strict=True)
    )
    entities = list(zip(n.name, n.type, n.wikidata, map(members.get, n.id), strict=True))
    sources = [place.get(name, name) for name in v.source]
    events = list(
        zip(
            repeat("event", len(v.id)), v.start, v.end, v.type, v.polarity, v.modality, sources, v.condition,
            map(clusters.get, v.cluster), arguments, strict=True
        )
    )  # fmt: skip
    stances = [
        (place.get(holder, holder), place.get(target, target), label, explicit, place.get(source, source), evidence)
        for _, holder, target, label, explicit, source, evidence in zip(*s, strict=True)
    ]
    layers = (mentions, entities, events, stances)
    return _encode((document.id, *_ordered_each([*mentions, *entities, *events, *stances], list(map(len, layers)))))


def _members(names: Sequence[str | None], spans: Iterable[tuple[int, int]]) -> dict[str | None, msgspec.Raw]:
    """The spans of each name, in text order, as JSON."""
    members: dict[str | None, list[tuple[int, int]]] = {}
    for name, span in zip(names, spans, strict=True):
        if name in members:
            members[name].append(span)
        elif name is not None:
            members[name] = [span]
    for of_name in members.values():
        if len(of_name) > 1:
            of_name.sort()
    # the last line is an empty one
    lines = _encode_lines(list(members.values())).split(b"\n")
    return dict(zip(members, map(msgspec.Raw, lines), strict=False))


def _ordered_each(items: list[Any], sizes: list[int]) -> list[msgspec.Raw]:
    """JSON arrays of the first `sizes[0]` items, of the next `sizes[1]` …, each in the order of its items' own JSON."""
    # JSON holds no line feed, and the last line is an empty one
    lines = _encode_lines(items).split(b"\n")
    ordered, start = [], 0
    for size in sizes:
        end = start + size
        ordered.append(msgspec.Raw(b"[" + b",".join(sorted(lines[start:end])) + b"]"))
        start = end
    return ordered
