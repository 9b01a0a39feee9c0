"""A document's layers as columns: one tuple for each field, which checks and metrics go through at once.

Structs are good to read and to name; but walking them field by field costs more than everything that scoring then does
with what it finds. Columns are made once for a document and serve every check and every metric.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, repeat
from typing import Any, NamedTuple

from msgspec.structs import astuple

from detente.documents import Argument, Document
from detente.documents import Span as Offsets

# documents whose columns are kept: both of a pair; more would only push one another out of the fast memory
KEPT = 2

Texts = tuple[str, ...]
Names = tuple[str | None, ...]
Numbers = tuple[int, ...]
Spans = list[tuple[int, int]]
# event type, trigger span, role, filler span
AttachedItem = tuple[str, tuple[int, int], str, tuple[int, int]]


class MentionColumns(NamedTuple):
    """The fields of `Mention`."""

    id: Texts
    start: Numbers
    end: Numbers
    type: Texts
    head: tuple[tuple[int, int] | None, ...]
    level: Names
    reading: Names
    value: Names
    entity: Names


class EntityColumns(NamedTuple):
    """The fields of `Entity`."""

    id: Texts
    name: Texts
    type: Texts
    wikidata: Names


class EventColumns(NamedTuple):
    """The fields of `Event`."""

    id: Texts
    type: Texts
    start: Numbers
    end: Numbers
    polarity: Names
    modality: Names
    source: Names
    condition: tuple[Offsets | None, ...]
    cluster: Names
    arguments: tuple[tuple[Argument, ...], ...]


class ArgumentColumns(NamedTuple):
    """The fields of `Argument`, the arguments of all events one after the other."""

    role: Texts
    mention: Names
    event: Names


class StanceColumns(NamedTuple):
    """The fields of `Stance`."""

    id: Texts
    holder: Texts
    target: Texts
    label: Texts
    explicit: tuple[bool | None, ...]
    source: Names
    evidence: tuple[Offsets | None, ...]


NO_MENTIONS = MentionColumns(*repeat((), 9))
NO_ENTITIES = EntityColumns(*repeat((), 4))
NO_EVENTS = EventColumns(*repeat((), 10))
NO_ARGUMENTS = ArgumentColumns(*repeat((), 3))
NO_STANCES = StanceColumns(*repeat((), 7))


class Columns:
    """The layers of one document as columns, laid out when first asked for, and what most readers make of them.

    `spans` are those of the mentions, `trigger_spans` those of the events; `arguments` are those of all events.
    """

    __slots__ = (
        "_attached",
        "_entity_of",
        "_typed",
        "arguments",
        "document",
        "entities",
        "events",
        "mentions",
        "spans",
        "stances",
        "trigger_spans",
    )

    mentions: MentionColumns
    entities: EntityColumns
    events: EventColumns
    arguments: ArgumentColumns
    stances: StanceColumns
    spans: Spans
    trigger_spans: Spans

    def __init__(self, document: Document) -> None:
        self.document = document
        self._typed: frozenset[tuple[int, int, str]] | None = None
        self._entity_of: dict[tuple[int, int], str] | None = None
        self._attached: frozenset[AttachedItem] | None = None

    def __getattr__(self, name: str) -> Any:
        # called for columns that are not there yet, and only once for each
        if name not in _LAYOUTS:
            raise AttributeError(name)
        found = _LAYOUTS[name](self)
        setattr(self, name, found)
        return found

    def of_event(self, column: Any) -> Any:
        """A column of events with each value as often as its event has arguments: a column beside the arguments'."""
        return chain.from_iterable(map(repeat, column, map(len, self.events.arguments)))

    def fillers(self) -> Names:
        """The id of what fills each argument."""
        arguments = self.arguments
        if not any(arguments.event):
            return arguments.mention
        pairs = zip(arguments.mention, arguments.event, strict=True)
        return tuple([mention or event for mention, event in pairs])

    def typed(self) -> frozenset[tuple[int, int, str]]:
        """The mentions as (start, end, type)."""
        if self._typed is None:
            m = self.mentions
            self._typed = frozenset(zip(m.start, m.end, m.type, strict=True))
        return self._typed

    def entity_of(self) -> dict[tuple[int, int], str]:
        """The entity of each span that has one; of several the last one's."""
        if self._entity_of is None:
            pairs: Iterable[Any] = zip(self.spans, self.mentions.entity, strict=True)
            if None in self.mentions.entity:
                pairs = [pair for pair in pairs if pair[1] is not None]
            self._entity_of = dict(pairs)
        return self._entity_of

    def triggers(self) -> set[tuple[str, tuple[int, int]]]:
        """The triggers as (event type, span)."""
        return set(zip(self.events.type, self.trigger_spans, strict=True))

    def attached(self) -> frozenset[AttachedItem]:
        """The arguments as (event type, trigger span, role, filler span); the document's references must hold."""
        if self._attached is None:
            # ids are unique across layers, and each argument gives exactly one
            place: dict[str | None, tuple[int, int]] = dict(zip(self.mentions.id, self.spans, strict=True))
            place.update(zip(self.events.id, self.trigger_spans, strict=True))
            kinds, triggers = self.of_event(self.events.type), self.of_event(self.trigger_spans)
            fillers = map(place.__getitem__, self.fillers())
            self._attached = frozenset(zip(kinds, triggers, self.arguments.role, fillers, strict=True))
        return self._attached


def _laid_out(items: Iterable[Any], columns: Any, empty: Any) -> Any:
    rows = list(map(astuple, items))
    return columns(*zip(*rows, strict=True)) if rows else empty


_LAYOUTS: dict[str, Callable[[Columns], Any]] = {
    "mentions": lambda c: _laid_out(c.document.mentions, MentionColumns, NO_MENTIONS),
    "entities": lambda c: _laid_out(c.document.entities, EntityColumns, NO_ENTITIES),
    "events": lambda c: _laid_out(c.document.events, EventColumns, NO_EVENTS),
    "arguments": lambda c: _laid_out(chain.from_iterable(c.events.arguments), ArgumentColumns, NO_ARGUMENTS),
    "stances": lambda c: _laid_out(c.document.stances, StanceColumns, NO_STANCES),
    "spans": lambda c: list(zip(c.mentions.start, c.mentions.end, strict=True)),
    "trigger_spans": lambda c: list(zip(c.events.start, c.events.end, strict=True)),
}


_kept: dict[int, Columns] = {}


def columns_of(document: Document) -> Columns:
    """The columns of a document, made once as long as few other documents come in between."""
    known = _kept.get(id(document))
    if known is None or known.document is not document:
        if len(_kept) >= KEPT:
            _kept.clear()
        known = _kept[id(document)] = Columns(document)
    return known
