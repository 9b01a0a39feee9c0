"""A quick look that knows most sound documents as such, so that the full checks need not run on them.

`is_sound` says True only where `check_document` finds nothing; False says nothing. What an ontology allows is laid out
once as sets of tuples, so a document is told sound by walking each of its layers once.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from detente.documents import ANNOTATED_BLOCKS, Argument, Document, Event, Mention, Stance, text_hash
from detente.ontology import EntityType, Ontology

DOCUMENT_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")
MAX_NESTING = 3
SPECIAL_SOURCES = frozenset({"author", "unspecified"})
# ontologies whose tuples are kept
KEPT = 8

Bounds = list[tuple[int, int]]


@dataclass(frozen=True)
class Allowed:
    """What an ontology allows, as tuples.

    `mentions`: (type, level, reading, without entity); `events`: (type, polarity, modality); `fillers`: (event type,
    role, mention type); `event_fillers`: (event type, role). Those of the gold are complete, the others may leave out.
    `primary_mentions`: (type, level) of the mentions that the primary entity score counts, where it is not all.
    """

    ontology: Ontology
    mentions: frozenset[tuple[str, str | None, str | None, bool]]
    gold_mentions: frozenset[tuple[str, str | None, str | None, bool]]
    events: frozenset[tuple[str, str | None, str | None]]
    gold_events: frozenset[tuple[str, str | None, str | None]]
    fillers: frozenset[tuple[str, str, str]]
    event_fillers: frozenset[tuple[str, str]]
    stance_labels: frozenset[str]
    primary_mentions: frozenset[tuple[str, str | None]]


_kept: dict[int, Allowed] = {}


def allowed_by(ontology: Ontology) -> Allowed:
    """The tuples of an ontology, made once."""
    known = _kept.get(id(ontology))
    if known is None or known.ontology is not ontology:
        if len(_kept) >= KEPT:
            _kept.clear()
        known = _kept[id(ontology)] = _allowed(ontology)
    return known


def _allowed(ontology: Ontology) -> Allowed:
    kinds, levels, readings = ontology.entity_types, (*ontology.levels, None), (*ontology.readings, None)

    def complete(kind: EntityType, level: str | None, reading: str | None, bare: bool) -> bool:
        carried = level is not None, reading is not None, not bare
        return carried == (kind.has_level, kind.has_reading, kind.has_entity)

    with_level, exhaustive = [kind.name for kind in kinds if kind.has_level], ontology.mention.exhaustive_levels
    shapes = list(product(kinds, levels, readings, (True, False)))
    events = set(product(ontology.event_type, (*ontology.polarities, None), (*ontology.modalities, None)))
    pairs = [(name, role) for name, roles in ontology.roles_of.items() for role in roles]
    types = {role: definition.types or tuple(ontology.entity_type) for role, definition in ontology.roles.items()}
    open_to_events = {role for role, definition in ontology.roles.items() if definition.events}
    return Allowed(
        ontology=ontology,
        mentions=frozenset((kind.name, *rest) for kind, *rest in shapes),  # type: ignore[misc]
        gold_mentions=frozenset((shape[0].name, *shape[1:]) for shape in shapes if complete(*shape)),
        events=frozenset(events),
        gold_events=frozenset(event for event in events if None not in event),
        fillers=frozenset((name, role, kind) for name, role in pairs for kind in types.get(role, ())),
        event_fillers=frozenset((name, role) for name, role in pairs if role in open_to_events),
        stance_labels=frozenset(ontology.stance_labels),
        primary_mentions=frozenset(product(with_level, (*exhaustive, None))),
    )


def is_sound(document: Document, ontology: Ontology, *, gold: bool, length: int | None) -> bool:
    """Whether the document certainly has no fault; `length` is that of the text in code points, where it is known."""
    allowed = allowed_by(ontology)
    end = sys.maxsize if length is None else length
    type_of = {mention.id: mention.type for mention in document.mentions}
    entities = {entity.id for entity in document.entities}
    events = {event.id for event in document.events}
    return (
        document.schema == 1
        and DOCUMENT_ID.match(document.id) is not None
        and _distinct_ids(document, type_of, entities, events)
        and _sound_mentions(document.mentions, allowed.gold_mentions if gold else allowed.mentions, end)
        and _sound_entities(document, allowed, entities)
        and _sound_events(document.events, allowed.gold_events if gold else allowed.events, type_of, end)
        and _sound_arguments(document.events, allowed, type_of, events)
        and _sound_stances(document.stances, allowed, entities | events, entities, type_of, end)
        and _sound_blocks(document, end)
        and (not gold or _sound_gold(document))
    )


def _distinct_ids(document: Document, mentions: dict[str, str], entities: set[str], events: set[str]) -> bool:
    ids = mentions.keys() | entities | events
    ids.update([stance.id for stance in document.stances])
    parts = (document.mentions, document.entities, document.events, document.stances)
    return len(ids) == sum(map(len, parts))


def _sound_mentions(
    mentions: tuple[Mention, ...], shapes: frozenset[tuple[str, str | None, str | None, bool]], end: int
) -> bool:
    for m in mentions:
        if not 0 <= m.start < m.end <= end or (m.type, m.level, m.reading, m.entity is None) not in shapes:
            return False
        if m.head is not None and not m.start <= m.head[0] < m.head[1] <= m.end:
            return False
    return True


def _sound_entities(document: Document, allowed: Allowed, entities: set[str]) -> bool:
    used = {mention.entity for mention in document.mentions}
    used.discard(None)
    return used == entities and {entity.type for entity in document.entities} <= allowed.ontology.entity_type.keys()


def _sound_events(
    events: tuple[Event, ...], shapes: frozenset[tuple[str, str | None, str | None]], type_of: dict[str, str], end: int
) -> bool:
    for event in events:
        if not 0 <= event.start < event.end <= end or (event.type, event.polarity, event.modality) not in shapes:
            return False
        source, condition = event.source, event.condition
        if source is not None and source not in SPECIAL_SOURCES and source not in type_of:
            return False
        if condition is not None and not 0 <= condition.start < condition.end <= end:
            return False
    return True


def _sound_arguments(events: tuple[Event, ...], allowed: Allowed, type_of: dict[str, str], ids: set[str]) -> bool:
    fillers, event_fillers = allowed.fillers, allowed.event_fillers
    for event in events:
        kind = event.type
        for argument in event.arguments:
            mention, other = argument.mention, argument.event
            if other is None:
                if mention is None or (kind, argument.role, type_of.get(mention)) not in fillers:
                    return False
            elif (
                mention is not None
                or other == event.id
                or other not in ids
                or (kind, argument.role) not in event_fillers
            ):
                return False
    return True


def _sound_stances(
    stances: tuple[Stance, ...],
    allowed: Allowed,
    targets: set[str],
    holders: set[str],
    type_of: dict[str, str],
    end: int,
) -> bool:
    for stance in stances:
        source, evidence = stance.source, stance.evidence
        if stance.holder not in holders or stance.target not in targets or stance.target == stance.holder:
            return False
        if stance.label not in allowed.stance_labels:
            return False
        if source is not None and source not in SPECIAL_SOURCES and source not in type_of:
            return False
        if evidence is not None and not 0 <= evidence.start < evidence.end <= end:
            return False
    return True


def _sound_blocks(document: Document, end: int) -> bool:
    return all(0 <= block.start < block.end <= end for block in document.blocks)


def _sound_gold(document: Document) -> bool:
    return (
        _sound_text(document)
        and _complete(document)
        and _sound_names(document)
        and _sound_clusters(document.events)
        and _nested(document.mentions)
        and _placed(document)
    )


def _sound_text(document: Document) -> bool:
    meta, text = document.meta, document.text
    if meta is None or text is None:
        return meta is not None and meta.standoff
    return not meta.sha256 or meta.sha256 == text_hash(text)


def _complete(document: Document) -> bool:
    for event in document.events:
        if event.source is None or event.cluster is None:
            return False
        if has_repeats(event.arguments):
            return False
    return not any(s.explicit is None or s.source is None or s.evidence is None for s in document.stances)


def has_repeats(arguments: tuple[Argument, ...]) -> bool:
    """Whether an argument stands there twice; fillers are looked at first, since they mostly differ already."""
    number = len(arguments)
    return (
        number > 1
        and len({argument.mention or argument.event for argument in arguments}) < number
        and len(set(arguments)) < number
    )


def _sound_names(document: Document) -> bool:
    entities = document.entities
    if len({entity.name for entity in entities}) < len(entities):
        return False
    # one of the types of each entity's mentions, and only where that is another one all of them
    a_type = {mention.entity: mention.type for mention in document.mentions}
    others = [(entity.id, entity.type) for entity in entities if a_type.get(entity.id) != entity.type]
    return not others or {(mention.entity, mention.type) for mention in document.mentions}.issuperset(others)


def _sound_clusters(events: tuple[Event, ...]) -> bool:
    pairs = {(event.cluster, event.type) for event in events}
    return len({cluster for cluster, _ in pairs}) == len(pairs)


def _nested(mentions: tuple[Mention, ...]) -> bool:
    """Whether mentions lie apart or within one another, none on another's span and none too deep."""
    spans = sorted([(mention.start, -mention.end) for mention in mentions])
    ends: list[int] = []
    before = None
    for span in spans:
        start, end = span[0], -span[1]
        while ends and ends[-1] <= start:
            ends.pop()
        if ends and (end > ends[-1] or span == before):
            return False
        ends.append(end)
        if len(ends) > MAX_NESTING:
            return False
        before = span
    return True


def _placed(document: Document) -> bool:
    """Whether blocks are in order and apart, and each annotated span lies in one that carries annotation."""
    blocks = document.blocks
    if not blocks:
        return True
    starts = [block.start for block in blocks]
    if any(block.end > start for block, start in zip(blocks, starts[1:], strict=False)):
        return False
    # nothing lies in a block without annotation, since none ends before it starts
    ends = [block.end if block.kind in ANNOTATED_BLOCKS else -1 for block in blocks]
    for start, end in _spans(document):
        place = bisect_right(starts, start) - 1
        if place < 0 or end > ends[place]:
            return False
    return True


def _spans(document: Document) -> Iterator[tuple[int, int]]:
    yield from [(mention.start, mention.end) for mention in document.mentions]
    for event in document.events:
        yield event.start, event.end
        if event.condition is not None:
            yield event.condition.start, event.condition.end
    for stance in document.stances:
        if stance.evidence is not None:
            yield stance.evidence.start, stance.evidence.end
