"""A quick look that knows most sound documents as such, so that the full checks need not run on them.

`is_sound` says True only where `check_document` finds nothing; False says nothing. What an ontology allows is laid out
once as sets of tuples, so a document is told sound by walking each of its layers once.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from dataclasses import dataclass
from itertools import product, repeat
from operator import is_, le, lt

from detente.columns import Columns, EventColumns, MentionColumns, Names, Numbers, Spans, columns_of
from detente.documents import ANNOTATED_BLOCKS, Document, Stance, text_hash
from detente.ontology import EntityType, Ontology

DOCUMENT_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")
MAX_NESTING = 3
SPECIAL_SOURCES = frozenset({"author", "unspecified"})
NO_MENTION = SPECIAL_SOURCES | {None}
# ontologies whose tuples are kept
KEPT = 8


@dataclass(frozen=True)
class Allowed:
    """What an ontology allows, as tuples.

    `mentions`: (type, level, reading, without entity); `events`: (type, polarity, modality); `fillers`: (event type,
    role, mention type); `event_fillers`: (event type, role). Those of the gold are complete, the others may leave out.
    `primary_types` and `primary_levels` are those of the mentions that the primary entity score counts, where it is
    not all; `primary_mentions` are their pairs.
    """

    ontology: Ontology
    mentions: frozenset[tuple[str, str | None, str | None, bool]]
    gold_mentions: frozenset[tuple[str, str | None, str | None, bool]]
    events: frozenset[tuple[str, str | None, str | None]]
    gold_events: frozenset[tuple[str, str | None, str | None]]
    fillers: frozenset[tuple[str, str, str]]
    event_fillers: frozenset[tuple[str, str]]
    stance_labels: frozenset[str]
    primary_types: frozenset[str]
    primary_levels: frozenset[str | None]
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
        primary_types=frozenset(with_level),
        primary_levels=frozenset((*exhaustive, None)),
        primary_mentions=frozenset(product(with_level, (*exhaustive, None))),
    )


def is_sound(document: Document, ontology: Ontology, *, gold: bool, length: int | None) -> bool:
    """Whether the document certainly has no fault; `length` is that of the text in code points, where it is known."""
    allowed = allowed_by(ontology)
    end = sys.maxsize if length is None else length
    columns = columns_of(document)
    m, v, a = columns.mentions, columns.events, columns.arguments
    type_of: dict[str | None, str] = dict(zip(m.id, m.type, strict=True))
    entities, events = set(columns.entities.id), set(v.id)
    return (
        document.schema == 1
        and DOCUMENT_ID.match(document.id) is not None
        and _distinct_ids(columns)
        and _sound_mentions(m, allowed.gold_mentions if gold else allowed.mentions, end)
        and _sound_entities(columns, allowed, entities)
        and _sound_events(v, allowed.gold_events if gold else allowed.events, type_of, end)
        and (not a.role or _sound_arguments(columns, allowed, type_of, events))
        and _sound_stances(document.stances, allowed, entities | events, entities, type_of, end)
        and _sound_blocks(document, end)
        and (not gold or _sound_gold(columns))
    )


def _distinct_ids(columns: Columns) -> bool:
    parts = (columns.mentions.id, columns.entities.id, columns.events.id, columns.stances.id)
    return len(set().union(*parts)) == sum(map(len, parts))


def _sound_spans(starts: Numbers, ends: Numbers, end: int) -> bool:
    return not starts or (min(starts) >= 0 and max(ends) <= end and all(map(lt, starts, ends)))


def _sound_mentions(m: MentionColumns, shapes: frozenset[tuple[str, str | None, str | None, bool]], end: int) -> bool:
    bare = map(is_, m.entity, repeat(None))
    if not _sound_spans(m.start, m.end, end) or not shapes.issuperset(
        zip(m.type, m.level, m.reading, bare, strict=True)
    ):
        return False
    if not any(m.head):
        return True
    heads = zip(m.start, m.head, m.end, strict=True)
    return all(head is None or start <= head[0] < head[1] <= last for start, head, last in heads)


def _sound_entities(columns: Columns, allowed: Allowed, entities: set[str]) -> bool:
    used = set(columns.mentions.entity)
    used.discard(None)
    return used == entities and allowed.ontology.entity_type.keys() >= set(columns.entities.type)


def _sound_events(
    v: EventColumns,
    shapes: frozenset[tuple[str, str | None, str | None]],
    type_of: dict[str | None, str],
    end: int,
) -> bool:
    if not _sound_spans(v.start, v.end, end) or not shapes.issuperset(zip(v.type, v.polarity, v.modality, strict=True)):
        return False
    if not _sound_sources(v.source, type_of):
        return False
    return all(span is None or 0 <= span.start < span.end <= end for span in v.condition)


def _sound_sources(sources: Names, type_of: dict[str | None, str]) -> bool:
    return all(source in NO_MENTION or source in type_of for source in set(sources))


def _sound_arguments(columns: Columns, allowed: Allowed, type_of: dict[str | None, str], ids: set[str]) -> bool:
    a, v = columns.arguments, columns.events
    kinds = columns.of_event(v.type)
    if a.event.count(None) == len(a.event):
        return allowed.fillers.issuperset(zip(kinds, a.role, map(type_of.get, a.mention), strict=True))
    fillers, event_fillers = allowed.fillers, allowed.event_fillers
    for name, kind, role, mention, other in zip(columns.of_event(v.id), kinds, a.role, a.mention, a.event, strict=True):
        if other is None:
            if mention is None or (kind, role, type_of.get(mention)) not in fillers:
                return False
        elif mention is not None or other == name or other not in ids or (kind, role) not in event_fillers:
            return False
    return True


def _sound_stances(
    stances: tuple[Stance, ...],
    allowed: Allowed,
    targets: set[str],
    holders: set[str],
    type_of: dict[str | None, str],
    end: int,
) -> bool:
    for stance in stances:
        source, evidence = stance.source, stance.evidence
        if stance.holder not in holders or stance.target not in targets or stance.target == stance.holder:
            return False
        if stance.label not in allowed.stance_labels:
            return False
        if source not in NO_MENTION and source not in type_of:
            return False
        if evidence is not None and not 0 <= evidence.start < evidence.end <= end:
            return False
    return True


def _sound_blocks(document: Document, end: int) -> bool:
    return all(0 <= block.start < block.end <= end for block in document.blocks)


def _sound_gold(columns: Columns) -> bool:
    return (
        _sound_text(columns.document)
        and _complete(columns)
        and _sound_names(columns)
        and _sound_clusters(columns.events)
        and _nested(columns.spans)
        and _placed(columns)
    )


def _sound_text(document: Document) -> bool:
    meta, text = document.meta, document.text
    if meta is None or text is None:
        return meta is not None and meta.standoff
    return not meta.sha256 or meta.sha256 == text_hash(text)


def _complete(columns: Columns) -> bool:
    v, s = columns.events, columns.stances
    return not (
        None in v.source
        or None in v.cluster
        or None in s.explicit
        or None in s.source
        or None in s.evidence
        or has_repeated_arguments(columns)
    )


def has_repeated_arguments(columns: Columns) -> bool:
    """Whether an argument stands twice in one event; the document's references must hold."""
    a = columns.arguments
    # arguments that differ even without their events' ids mostly tell
    if len(columns.attached()) == len(a.role):
        return False
    of_event = columns.of_event(columns.events.id)
    return len(set(zip(of_event, a.role, a.mention, a.event, strict=True))) < len(a.role)


def _sound_names(columns: Columns) -> bool:
    m, entities = columns.mentions, columns.entities
    if len(set(entities.name)) < len(entities.name):
        return False
    # one of the types of each entity's mentions, and only where that is another one all of them
    a_type = dict(zip(m.entity, m.type, strict=True))
    others = set(zip(entities.id, entities.type, strict=True)).difference(a_type.items())
    return not others or others <= set(zip(m.entity, m.type, strict=True))


def _sound_clusters(v: EventColumns) -> bool:
    pairs = set(zip(v.cluster, v.type, strict=True))
    return len(set(v.cluster)) == len(pairs)


def _nested(spans: Spans) -> bool:
    """Whether mentions lie apart or within one another, none on another's span and none too deep."""
    open_ends: list[int] = []
    last = None
    for span in sorted([(start, -end) for start, end in spans]):
        start, end = span[0], -span[1]
        while open_ends and open_ends[-1] <= start:
            open_ends.pop()
        if open_ends and (end > open_ends[-1] or span == last):
            return False
        open_ends.append(end)
        if len(open_ends) > MAX_NESTING:
            return False
        last = span
    return True


def _placed(columns: Columns) -> bool:
    """Whether blocks are in order and apart, and each annotated span lies in one that carries annotation."""
    blocks = columns.document.blocks
    if not blocks:
        return True
    starts = [block.start for block in blocks]
    if any(block.end > start for block, start in zip(blocks, starts[1:], strict=False)):
        return False
    # nothing lies in a block without annotation, since none ends before it starts, nor before the first one
    ends = [-1, *(block.end if block.kind in ANNOTATED_BLOCKS else -1 for block in blocks)]
    m, v = columns.mentions, columns.events
    others = [span for span in (*v.condition, *columns.stances.evidence) if span is not None]
    first = [*m.start, *v.start, *(span.start for span in others)]
    last = [*m.end, *v.end, *(span.end for span in others)]
    return all(map(le, last, map(ends.__getitem__, map(bisect_right, repeat(starts), first))))
