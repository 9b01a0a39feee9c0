"""A batch of document pairs as columns, and sets of rows of both sides compared at once.

A row is told by columns of whole numbers; what both sides have is found by sorting rows, never by walking documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.clusters import Overlap
from detente.documents import Document
from detente.ontology import Ontology
from detente.scoring.codes import codes_of
from detente.scoring.columns import LAYERS, Ints, Side

# on which side a row is
GOLD, PREDICTED, BOTH_SIDES = 1, 2, 3
# documents, and items of both sides, of a full batch
DOCUMENTS, NODES = 256, 200_000
# packed numbers stay below this
ROOM = 2**62

Flags = NDArray[np.int8]


class Rows(NamedTuple):
    """Distinct rows: their columns, each (rows,), and on which side each is (`GOLD`, `PREDICTED` or `BOTH_SIDES`)."""

    columns: tuple[Ints, ...]
    sides: Flags

    def part(self, *columns: Ints) -> Rows:
        """The distinct rows of some columns made from these."""
        return distinct(columns, self.sides)

    def where(self, chosen: NDArray[np.bool_]) -> Rows:
        """Some of the rows."""
        return Rows(tuple(column[chosen] for column in self.columns), self.sides[chosen])


class Spans(NamedTuple):
    """The different spans of a batch by number, and those of the rows of each layer.

    `doc` says in which document each span lies; numbers ascend with it.
    """

    doc: Ints
    gold_mentions: Ints
    gold_triggers: Ints
    mentions: Ints
    triggers: Ints


class Batch:
    """Pairs of documents, gold and predicted, as columns; what references there are must hold wherever it is asked.

    `layers` are read; all of them where the batch is to be checked, else those that its track needs.
    """

    def __init__(self, ontology: Ontology, layers: Set[int] = LAYERS) -> None:
        self.codes = codes_of(ontology)
        self.gold = Side(self.codes, layers)
        self.predicted = Side(self.codes, layers)
        self._documents = 0

    def __len__(self) -> int:
        return self._documents

    @cached_property
    def overlap(self) -> Overlap:
        """How the entities of both sides overlap; their places are their rows in `Entities`."""
        return _overlap(self)

    @property
    def full(self) -> bool:
        """Whether no more should be taken in: numbers that have just been read are near, and memory stays small."""
        return len(self) >= DOCUMENTS or self.gold.nodes + self.predicted.nodes >= NODES

    def other_mentions(self) -> Ints:
        """The documents whose mentions (span, type) are not the same on both sides."""
        spans = self.spans
        rows = joined((spans.gold_mentions, self.gold.mentions.type), (spans.mentions, self.predicted.mentions.type))
        documents: Ints = np.unique(spans.doc[rows.columns[0][rows.sides != BOTH_SIDES]])
        return documents

    def add(self, gold: Document, predicted: Document) -> None:
        """Take in the next pair; raises `OverflowError` for a number beyond 64 bits."""
        self._documents += 1
        self.gold.add(gold)
        self.predicted.add(predicted)

    @cached_property
    def spans(self) -> Spans:
        """The spans of mentions and triggers of both sides, numbered."""
        parts = [layer for side in (self.gold, self.predicted) for layer in (side.mentions, side.events)]
        doc, start, end = (np.concatenate([part[place] for part in parts]) for place in range(3))
        packed = pack(doc, start, end)
        order = np.argsort(packed)
        first = np.flatnonzero(_steps(packed[order]))
        number = np.empty(len(order), np.int64)
        number[order] = np.repeat(np.arange(len(first)), np.diff(first, append=len(order)))
        ends = np.cumsum([len(part.doc) for part in parts])
        return Spans(doc[order[first]], *np.split(number, ends[:-1]))


def _overlap(batch: Batch) -> Overlap:
    spans, sides = batch.spans, (batch.gold, batch.predicted)
    gold, predicted = (
        _entity_of_span(side, of_mentions, len(spans.doc))
        for side, of_mentions in zip(sides, (spans.gold_mentions, spans.mentions), strict=True)
    )
    shared = np.flatnonzero((gold >= 0) & (predicted >= 0))
    width = 1 + len(batch.predicted.entities.doc)
    cells, first, count = np.unique(gold[shared] * width + predicted[shared], return_index=True, return_counts=True)
    # spans are numbered in the order of the text
    order = np.argsort(first)
    one, other = np.divmod(cells[order], width)
    sizes = [
        np.bincount(of_span[of_span >= 0], minlength=len(side.entities.doc))
        for of_span, side in zip((gold, predicted), sides, strict=True)
    ]
    return Overlap(
        len(batch), sides[0].entities.doc, sizes[0], sides[1].entities.doc, sizes[1], one, other, count[order]
    )


def _entity_of_span(side: Side, spans: Ints, size: int) -> Ints:
    """The row of the entity that each span is a mention of, -1 where there is none."""
    entity = np.full(size, -1)
    clustered = side.mentions.entity >= 0
    entity[spans[clustered]] = side.node_row[side.mentions.entity[clustered]]
    return entity


def joined(gold: tuple[Ints, ...], predicted: tuple[Ints, ...]) -> Rows:
    """The distinct rows of both sides, from the columns of each."""
    sides = np.repeat(np.array([GOLD, PREDICTED], np.int8), [len(gold[0]), len(predicted[0])])
    return distinct([np.concatenate(both) for both in zip(gold, predicted, strict=True)], sides)


def distinct(columns: Iterable[Ints], sides: Flags) -> Rows:
    """The distinct rows among some, each on every side that one of its repeats is on."""
    columns = tuple(columns)
    if not len(sides):
        return Rows(columns, sides)
    packed = pack(*columns)
    order = np.argsort(packed)
    first = np.flatnonzero(_steps(packed[order]))
    chosen = order[first]
    return Rows(tuple(column[chosen] for column in columns), np.bitwise_or.reduceat(sides[order], first))


def pack(*columns: Ints) -> Ints:
    """One number for each row, equal for equal rows only; numbers must not be negative."""
    packed, room = columns[0], 1 + int(columns[0].max(initial=0))
    for column in columns[1:]:
        size = 1 + int(column.max(initial=0))
        if room * size >= ROOM:
            packed, room = _ranks(packed)
        if room * size >= ROOM:
            column, size = _ranks(column)
        packed, room = packed * size + column, room * size
    return packed


def repeated(*columns: Ints) -> bool:
    """Whether a row stands there twice."""
    ordered = np.sort(pack(*columns))
    return bool(np.any(ordered[1:] == ordered[:-1]))


def distinct_places(*columns: Ints) -> Ints:
    """The places of the rows that are left when repeats are taken out."""
    packed = pack(*columns)
    order = np.argsort(packed)
    return order[_steps(packed[order])]


def number_of(*columns: Ints) -> int:
    """How many different rows there are."""
    return int(np.count_nonzero(_steps(np.sort(pack(*columns)))))


def _ranks(column: Ints) -> tuple[Ints, int]:
    values, ranks = np.unique(column, return_inverse=True)
    return ranks.astype(np.int64), max(1, len(values))


def _steps(ordered: Ints) -> NDArray[np.bool_]:
    """Where a new value begins."""
    steps = np.empty(len(ordered), np.bool_)
    steps[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=steps[1:])
    return steps
