"""One side of a batch of documents (gold, or predicted) as columns of numbers.

Structs are good to read and to name, but to walk them again for every check and every metric costs more than all that
is then done with what they hold. So each document is walked once, when it has just been read; from then on checks and
metrics work on columns of many documents at once. Labels are their numbers in `OntologyCodes`; what an id refers to is
the place of that item in its layer's columns.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Set
from functools import cached_property
from itertools import chain, count
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from detente.documents import ANNOTATED_BLOCKS, Document, Entity, Event, Mention, Stance
from detente.scoring.codes import OntologyCodes

Ints = NDArray[np.int64]
Ends = tuple[int, int]

# in place of a node: no id is given, the id is no item's, or it is one of the words for a source
NONE, DANGLING, AUTHOR, UNSPECIFIED = -1, -2, -3, -4
SPECIAL = {"author": AUTHOR, "unspecified": UNSPECIFIED}
# the layers that have nodes, in the order of their nodes in a document
MENTION, ENTITY, EVENT, STANCE = range(4)
LAYERS = frozenset((MENTION, ENTITY, EVENT, STANCE))
# an argument that names both a mention and an event, an event alone, a mention alone, neither
BOTH, BY_EVENT, BY_MENTION, NEITHER = range(4)


class Mentions(NamedTuple):
    """Mentions, one a row; `doc` is the number of the document in the batch, `entity` the node of the entity."""

    doc: Ints
    start: Ints
    end: Ints
    type: Ints
    level: Ints
    reading: Ints
    entity: Ints


class Entities(NamedTuple):
    """Entities, one a row."""

    doc: Ints
    type: Ints


class Events(NamedTuple):
    """Event mentions, one a row; `source` is a node or one of the words."""

    doc: Ints
    start: Ints
    end: Ints
    type: Ints
    polarity: Ints
    modality: Ints
    source: Ints


class Arguments(NamedTuple):
    """Arguments, one a row; `event` is the row of their event, `filler` a node, `given` which ids are given."""

    event: Ints
    role: Ints
    given: Ints
    filler: Ints


class Stances(NamedTuple):
    """Stances, one a row; holder and target are nodes."""

    doc: Ints
    holder: Ints
    target: Ints
    label: Ints
    source: Ints


class Blocks(NamedTuple):
    """Blocks, one a row; `annotated` is 1 for those that carry annotation."""

    doc: Ints
    start: Ints
    end: Ints
    annotated: Ints


class Located(NamedTuple):
    """Spans that some rows of a layer have beside their own: the rows, and where the spans start and end."""

    row: Ints
    start: Ints
    end: Ints


class Further(NamedTuple):
    """What only the checks and the hash look at, beside the rows of their layers.

    Names and values are 32-bit checksums, 0 where there is none; clusters are numbers over the batch.
    """

    values: Ints
    names: Ints
    wikidata: Ints
    clusters: Ints
    explicit: Ints


class _Nodes(dict[str | None, int]):
    """The node of each id in a document."""

    def __missing__(self, name: str | None) -> int:
        return DANGLING


class Side:
    """The documents of one side of a batch, their numbers kept, the documents not.

    Layers that are not among `layers` are not read; of mentions alone only what is scored of them is. What the checks
    and the hash look at beside that is read where all layers are.
    """

    def __init__(self, codes: OntologyCodes, layers: Set[int]) -> None:
        self.codes = codes
        # whether every id is of one item alone
        self.distinct = True
        self.nodes = 0
        self._layers = layers
        self._clusters = 0
        self._sizes = array("q")
        self._mentions = _columns(6)
        self._entities = array("q")
        self._events = _columns(7)
        self._arguments = _columns(3)
        self._stances = _columns(4)
        self._beside = _columns(5)
        self._blocks = _columns(4)
        # beside the rows of mentions, events and stances
        self._heads: list[Ends | None] = []
        self._conditions: list[Ends | None] = []
        self._evidence: list[Ends | None] = []

    def add(self, document: Document) -> None:
        """Take in the next document; raises `OverflowError` for a number beyond 64 bits."""
        self._add_mentions(document.mentions)
        if self._layers == {MENTION}:
            self.nodes += len(document.mentions)
            self._sizes.extend((len(document.mentions), 0, 0, 0))
            return
        layers: tuple[tuple[Mention | Entity | Event | Stance, ...], ...] = (
            document.mentions,
            document.entities,
            document.events,
            document.stances,
        )
        ids: list[str | None] = []
        for number, items in enumerate(layers):
            if items and number in self._layers:
                self._sizes.append(len(items))
                ids += [x.id for x in items]
            else:
                self._sizes.append(0)
        nodes = _Nodes(zip(ids, count(self.nodes), strict=False))
        self.nodes += len(ids)
        self.distinct &= len(nodes) == len(ids)
        nodes[None] = NONE
        self._add_references(document.mentions, nodes)
        if document.entities and ENTITY in self._layers:
            types = self.codes.types
            self._entities.fromlist([types[x.type] for x in document.entities])
        if document.events and EVENT in self._layers:
            self._add_events(document.events, nodes)
        if document.stances and STANCE in self._layers:
            self._add_stances(document.stances, nodes)
        if self._layers == LAYERS:
            self._add_further(document)

    def _add_mentions(self, mentions: tuple[Mention, ...]) -> None:
        types, levels = self.codes.types, self.codes.levels
        start, end, kind, level, *_ = self._mentions
        start.fromlist([x.start for x in mentions])
        end.fromlist([x.end for x in mentions])
        kind.fromlist([types[x.type] for x in mentions])
        level.fromlist([levels[x.level] for x in mentions])

    def _add_references(self, mentions: tuple[Mention, ...], nodes: _Nodes) -> None:
        readings = self.codes.readings
        *_, reading, entity = self._mentions
        reading.fromlist([readings[x.reading] for x in mentions])
        entity.fromlist([nodes[x.entity] for x in mentions])
        self._heads += [x.head for x in mentions]

    def _add_events(self, events: tuple[Event, ...], nodes: _Nodes) -> None:
        codes = self.codes
        types, polarities, modalities, roles = codes.event_types, codes.polarities, codes.modalities, codes.roles
        start, end, kind, polarity, modality, source, sizes = self._events
        start.fromlist([x.start for x in events])
        end.fromlist([x.end for x in events])
        kind.fromlist([types[x.type] for x in events])
        polarity.fromlist([polarities[x.polarity] for x in events])
        modality.fromlist([modalities[x.modality] for x in events])
        source.fromlist(_sources(events, nodes))
        sizes.fromlist([len(x.arguments) for x in events])
        self._conditions += [None if x.condition is None else (x.condition.start, x.condition.end) for x in events]
        arguments = [argument for x in events for argument in x.arguments]
        role, given, filler = self._arguments
        role.fromlist([roles[x.role] for x in arguments])
        given.fromlist([(x.mention is None) + 2 * (x.event is None) for x in arguments])
        filler.fromlist([nodes[x.mention if x.event is None else x.event] for x in arguments])

    def _add_stances(self, stances: tuple[Stance, ...], nodes: _Nodes) -> None:
        labels = self.codes.labels
        holder, target, label, source = self._stances
        holder.fromlist([nodes[x.holder] for x in stances])
        target.fromlist([nodes[x.target] for x in stances])
        label.fromlist([labels[x.label] for x in stances])
        source.fromlist(_sources(stances, nodes))
        self._evidence += [None if x.evidence is None else (x.evidence.start, x.evidence.end) for x in stances]

    def _add_further(self, document: Document) -> None:
        value, name, wikidata, cluster, explicit = self._beside
        value.fromlist(_checksums([x.value for x in document.mentions]))
        name.fromlist(_checksums([x.name for x in document.entities]))
        wikidata.fromlist(_checksums([x.wikidata for x in document.entities]))
        clusters = [x.cluster for x in document.events]
        numbers: dict[str | None, int] = dict(zip(dict.fromkeys(clusters), count(self._clusters), strict=False))
        self._clusters += len(numbers)
        numbers[None] = NONE
        cluster.fromlist([numbers[name] for name in clusters])
        explicit.fromlist([NONE if x.explicit is None else int(x.explicit) for x in document.stances])
        start, end, annotated, sizes = self._blocks
        start.fromlist([x.start for x in document.blocks])
        end.fromlist([x.end for x in document.blocks])
        annotated.fromlist([x.kind in ANNOTATED_BLOCKS for x in document.blocks])
        sizes.append(len(document.blocks))

    @cached_property
    def sizes(self) -> Ints:
        """How many mentions, entities, events and stances each document has, (documents, 4)."""
        return _array(self._sizes).reshape(-1, 4)

    @cached_property
    def mentions(self) -> Mentions:
        """The mentions of all documents."""
        return Mentions(self._documents_of(MENTION), *map(_array, self._mentions))

    @cached_property
    def entities(self) -> Entities:
        """The entities of all documents."""
        return Entities(self._documents_of(ENTITY), _array(self._entities))

    @cached_property
    def events(self) -> Events:
        """The event mentions of all documents."""
        return Events(self._documents_of(EVENT), *map(_array, self._events[:-1]))

    @cached_property
    def arguments(self) -> Arguments:
        """The arguments of all documents."""
        sizes = _array(self._events[-1])
        return Arguments(np.repeat(np.arange(len(sizes)), sizes), *map(_array, self._arguments))

    @cached_property
    def stances(self) -> Stances:
        """The stances of all documents."""
        return Stances(self._documents_of(STANCE), *map(_array, self._stances))

    @cached_property
    def further(self) -> Further:
        """What is read for the checks and the hash alone."""
        return Further(*map(_array, self._beside))

    @cached_property
    def heads(self) -> Located:
        """The heads of mentions."""
        return _located(self._heads)

    @cached_property
    def conditions(self) -> Located:
        """The conditions of events."""
        return _located(self._conditions)

    @cached_property
    def evidence(self) -> Located:
        """The evidence of stances."""
        return _located(self._evidence)

    @cached_property
    def blocks(self) -> Blocks:
        """The blocks of all documents."""
        *columns, sizes = map(_array, self._blocks)
        return Blocks(np.repeat(np.arange(len(sizes)), sizes), *columns)

    @cached_property
    def node_layer(self) -> Ints:
        """The layer of each node."""
        return np.repeat(np.tile(np.arange(4), len(self.sizes)), self.sizes.ravel())

    @cached_property
    def node_row(self) -> Ints:
        """The row of each node in its layer's columns."""
        rows = np.empty(self.nodes, np.int64)
        for layer in range(4):
            of_layer = self.node_layer == layer
            rows[of_layer] = np.arange(np.count_nonzero(of_layer))
        return rows

    @cached_property
    def node_of(self) -> tuple[Ints, ...]:
        """The nodes of each layer's rows."""
        return tuple(np.flatnonzero(self.node_layer == layer) for layer in range(4))

    def _documents_of(self, layer: int) -> Ints:
        return np.repeat(np.arange(len(self.sizes)), self.sizes[:, layer])


def _sources(items: Iterable[Any], nodes: _Nodes) -> list[int]:
    return [SPECIAL[x.source] if x.source in SPECIAL else nodes[x.source] for x in items]


def _checksums(texts: Iterable[str | None]) -> list[int]:
    return [0 if text is None else crc32(text.encode("utf-8", "surrogatepass")) + 1 for text in texts]


def _located(spans: list[Ends | None]) -> Located:
    rows = [row for row, span in enumerate(spans) if span is not None] if any(spans) else []
    ends = np.fromiter(chain.from_iterable(filter(None, spans)), np.int64, 2 * len(rows))
    return Located(np.array(rows, np.int64), ends[::2], ends[1::2])


def _columns(number: int) -> tuple[array[int], ...]:
    return tuple(array("q") for _ in range(number))


def _array(numbers: array[int]) -> Ints:
    return np.frombuffer(numbers, np.int64)
