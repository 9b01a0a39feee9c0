"""What is compared in each layer of a document: sets of plain tuples, the same for scoring and for agreement.

Everything is told by spans (code points, half open), never by ids, so two documents can be compared whoever numbered
them. Entities are told by the spans of their mentions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set
from functools import partial
from itertools import compress
from typing import NamedTuple

from detente.clusters import align, align_members, partners
from detente.columns import columns_of
from detente.documents import Document
from detente.ontology import Ontology
from detente.soundness import allowed_by

Span = tuple[int, int]
MentionItem = tuple[int, int, str]
AttributeItem = tuple[int, int, str, str | None, str | None]
# ("gold", entity id), ("predicted", entity id) where no gold entity corresponds, or ("event", start, end)
Node = tuple[str, str] | tuple[str, int, int]


class Trigger(NamedTuple):
    """A trigger with its type."""

    type: str
    span: Span


class AttachedArgument(NamedTuple):
    """An argument on its trigger: one item of AC+."""

    type: str
    trigger: Span
    role: str
    span: Span


# as the classes' own constructors, without their cost
_trigger = partial(tuple.__new__, Trigger)
_attached = partial(tuple.__new__, AttachedArgument)


class StanceTuple(NamedTuple):
    """Who is for or against what; both ends in terms of the gold."""

    holder: Node
    target: Node
    label: str


_stance = partial(tuple.__new__, StanceTuple)


def mentions_of(document: Document) -> Set[MentionItem]:
    """All mentions as (start, end, type)."""
    return columns_of(document).typed()


def primary_mentions(document: Document, ontology: Ontology) -> Set[MentionItem]:
    """The mentions that the primary entity score counts: those of the exhaustively annotated levels.

    A mention without a level counts too (a prediction may leave levels out); one of a type without levels (TIME, say)
    never does. In an ontology that names no exhaustive levels every mention counts.
    """
    columns = columns_of(document)
    m, allowed = columns.mentions, allowed_by(ontology)
    all_counted = allowed.primary_types.issuperset(m.type) and allowed.primary_levels.issuperset(m.level)
    if all_counted or not ontology.mention.exhaustive_levels:
        return columns.typed()
    primary = map(allowed.primary_mentions.__contains__, zip(m.type, m.level, strict=True))
    return frozenset(compress(zip(m.start, m.end, m.type, strict=True), primary))


def clusters_of(document: Document) -> dict[str, frozenset[Span]]:
    """The spans of each entity's mentions, by entity id."""
    columns = columns_of(document)
    spans: defaultdict[str, list[Span]] = defaultdict(list)
    for entity, span in zip(columns.mentions.entity, columns.spans, strict=True):
        if entity is not None:
            spans[entity].append(span)
    return {entity: frozenset(mentions) for entity, mentions in spans.items()}


def triggers_of(document: Document) -> set[Trigger]:
    """The triggers with their types."""
    columns = columns_of(document)
    return set(map(_trigger, zip(columns.events.type, columns.trigger_spans, strict=True)))


def arguments_of(document: Document) -> set[AttachedArgument]:
    """The arguments, fillers as spans; an event that fills a role counts with its trigger's span."""
    return set(map(_attached, columns_of(document).attached()))


def attributes_of(document: Document) -> set[AttributeItem]:
    """The event mentions as (start, end, type, polarity, modality)."""
    v = columns_of(document).events
    return set(zip(v.start, v.end, v.type, v.polarity, v.modality, strict=True))


def entity_alignment(gold: Document, predicted: Document) -> dict[str, str]:
    """Predicted entity id → gold entity id, one-to-one as CEAFe aligns them, only where they share a mention."""
    gold_of, predicted_of = entity_by_span(gold), entity_by_span(predicted)
    if gold_of is not None and predicted_of is not None:
        return align_members(gold_of, predicted_of)
    gold_clusters, predicted_clusters = clusters_of(gold), clusters_of(predicted)
    gold_ids, predicted_ids = list(gold_clusters), list(predicted_clusters)
    aligned = align(gold_clusters.values(), predicted_clusters.values())
    return {predicted_ids[j]: gold_ids[i] for j, i in aligned.items()}


def stance_alignment(gold: Document, predicted: Document) -> dict[str, str]:
    """The same for the entities that are in a predicted stance; others may be left out."""
    if not predicted.stances:
        return {}
    gold_of, predicted_of = entity_by_span(gold), entity_by_span(predicted)
    if gold_of is None or predicted_of is None:
        return entity_alignment(gold, predicted)
    stances = columns_of(predicted).stances
    return partners(gold_of, predicted_of, {*stances.holder, *stances.target})


def entity_by_span(document: Document) -> dict[Span, str] | None:
    """The entity of each span, where no two mentions with an entity share a span."""
    columns = columns_of(document)
    entity_of, entities = columns.entity_of(), columns.mentions.entity
    return entity_of if len(entity_of) == len(entities) - entities.count(None) else None


def stances_of(document: Document, gold_id: dict[str, str] | None = None) -> set[StanceTuple]:
    """The stance tuples; `gold_id` translates the entity ids of a prediction, None says that this is the gold."""
    if not document.stances:
        return set()
    columns = columns_of(document)
    stances, events = columns.stances, dict(zip(columns.events.id, columns.trigger_spans, strict=True))

    def node(name: str) -> Node:
        if name in events:
            return ("event", *events[name])
        if gold_id is None:
            return "gold", name
        return ("gold", gold_id[name]) if name in gold_id else ("predicted", name)

    return set(map(_stance, zip(map(node, stances.holder), map(node, stances.target), stances.label, strict=True)))
