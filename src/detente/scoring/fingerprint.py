"""The hash of a gold collection: the same for the same annotation, whatever the order and the ids of items.

Every item is hashed by what it says, whatever it refers to being told by its span; a document's hash is made of the
sums over its items, the collection's is the sum over its documents. 64 bits, enough to tell one gold from another; it
is no protection against someone who makes two alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from detente.scoring.columns import BY_EVENT, ENTITY, EVENT, MENTION, NONE, Ints, Located, Side

Hashes = NDArray[np.uint64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


class GoldHash:
    """The hash of documents as they come, in any order, here or in parts that are brought together."""

    def __init__(self) -> None:
        self._sum = 0
        self._documents = 0

    def add(self, gold: Side, ids: Sequence[str]) -> None:
        """Take in the gold documents of a batch, with their ids; their references must hold."""
        self._sum = (self._sum + int(_document_hashes(gold, ids).sum(dtype=np.uint64))) % 2**64
        self._documents += len(ids)

    def absorb(self, other: GoldHash) -> None:
        """Take in the documents that another hash has taken in."""
        self._sum = (self._sum + other._sum) % 2**64
        self._documents += other._documents

    def hexdigest(self) -> str:
        """8 hexadecimal digits."""
        found = mixed(np.array([self._documents], np.int64), np.array([self._sum], np.uint64))
        return f"{int(found[0]) >> 32:08x}"


def _document_hashes(side: Side, ids: Sequence[str]) -> Hashes:
    m, n, v, s, a, more, codes = (
        side.mentions,
        side.entities,
        side.events,
        side.stances,
        side.arguments,
        side.further,
        side.codes,
    )
    kinds = codes.event_types.stable[v.type]
    # what a node stands for: a mention, an event, the members of an entity
    of_mention = mixed(m.start, m.end, codes.types.stable[m.type])
    of_event = mixed(v.start, v.end, kinds)
    node = np.zeros(len(side.node_layer), np.uint64)
    node[side.node_of[MENTION]], node[side.node_of[EVENT]] = of_mention, of_event
    grouped = m.entity >= 0
    np.add.at(node, m.entity[grouped], mixed(m.start[grouped], m.end[grouped]))
    clusters = sums_by(more.clusters, mixed(v.start, v.end), int(more.clusters.max(initial=-1)) + 1)
    arguments = sums_by(
        a.event, mixed(codes.roles.stable[a.role], _of(node, a.filler), a.given == BY_EVENT), len(v.doc)
    )
    layers = (
        (m.doc, mixed(of_mention, codes.levels.stable[m.level], codes.readings.stable[m.reading], more.values,
                       ends_hashes(side.heads, len(m.doc)), _of(node, m.entity))),
        (n.doc, mixed(more.names, codes.types.stable[n.type], more.wikidata, node[side.node_of[ENTITY]])),
        (v.doc, mixed(of_event, codes.polarities.stable[v.polarity], codes.modalities.stable[v.modality],
                       _of(node, v.source), ends_hashes(side.conditions, len(v.doc)), _of(clusters, more.clusters),
                       arguments)),
        (s.doc, mixed(_of(node, s.holder), _of(node, s.target), codes.labels.stable[s.label], more.explicit,
                       _of(node, s.source), ends_hashes(side.evidence, len(s.doc)))),
    )  # fmt: skip
    names = np.array([crc32(name.encode()) for name in ids], np.uint64)
    sums = (sums_by(doc, hashes, len(ids)) for doc, hashes in layers)
    return mixed(names, *sums)


def mixed(*columns: Ints | Hashes | NDArray[np.bool_]) -> Hashes:
    """One hash for each row (the finaliser of SplitMix64, Steele et al. 2014, after each column)."""
    hashes = np.full(len(columns[0]), GOLDEN, np.uint64)
    for column in columns:
        hashes += column.astype(np.uint64)
        hashes ^= hashes >> np.uint64(30)
        hashes *= FIRST
        hashes ^= hashes >> np.uint64(27)
        hashes *= SECOND
        hashes ^= hashes >> np.uint64(31)
    return hashes


def _of(hashes: Hashes, places: Ints) -> Hashes:
    """The hash at each place; of a word that stands for no place, the word's number."""
    found = places.astype(np.uint64)
    known = places >= 0
    found[known] = hashes[places[known]]
    return found


def sums_by(places: Ints, hashes: Hashes, size: int) -> Hashes:
    """Sums of the hashes of each place; those of no place are left out."""
    sums = np.zeros(size, np.uint64)
    known = places != NONE
    np.add.at(sums, places[known], hashes[known])
    return sums


def ends_hashes(spans: Located, rows: int) -> Hashes:
    """A number for the span of each row, 0 where there is none."""
    ends = np.zeros(rows, np.uint64)
    ends[spans.row] = mixed(spans.start, spans.end)
    return ends
