"""What is compared in each layer of a document: sets of plain tuples, the same for scoring and for agreement.

Everything is told by spans (code points, half open), never by ids, so two documents can be compared whoever numbered
them. Entities are told by the spans of their mentions.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from detente.clusters import align
from detente.documents import Document
from detente.ontology import Ontology

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


class StanceTuple(NamedTuple):
    """Who is for or against what; both ends in terms of the gold."""

    holder: Node
    target: Node
    label: str


def mentions_of(document: Document) -> set[MentionItem]:
    """All mentions as (start, end, type)."""
    return {(m.start, m.end, m.type) for m in document.mentions}


def primary_mentions(document: Document, ontology: Ontology) -> set[MentionItem]:
    """The mentions that the primary entity score counts: those of the exhaustively annotated levels.

    A mention without a level counts too (a prediction may leave levels out); one of a type without levels (TIME, say)
    never does. In an ontology that names no exhaustive levels every mention counts.
    """
    exhaustive = ontology.mention.exhaustive_levels
    if not exhaustive:
        return mentions_of(document)
    with_level = {kind.name for kind in ontology.entity_types if kind.has_level}
    return {
        (m.start, m.end, m.type)
        for m in document.mentions
        if m.type in with_level and (m.level is None or m.level in exhaustive)
    }


def clusters_of(document: Document) -> dict[str, set[Span]]:
    """The spans of each entity's mentions, by entity id."""
    spans: defaultdict[str, set[Span]] = defaultdict(set)
    for mention in document.mentions:
        if mention.entity is not None:
            spans[mention.entity].add((mention.start, mention.end))
    return dict(spans)


def triggers_of(document: Document) -> set[Trigger]:
    """The triggers with their types."""
    return {Trigger(event.type, (event.start, event.end)) for event in document.events}


def arguments_of(document: Document) -> set[AttachedArgument]:
    """The arguments, fillers as spans; an event that fills a role counts with its trigger's span."""
    spans: dict[str | None, Span] = {mention.id: (mention.start, mention.end) for mention in document.mentions}
    spans.update((event.id, (event.start, event.end)) for event in document.events)
    return {
        AttachedArgument(
            event.type,
            (event.start, event.end),
            argument.role,
            spans[argument.mention if argument.event is None else argument.event],
        )
        for event in document.events
        for argument in event.arguments
    }


def attributes_of(document: Document) -> set[AttributeItem]:
    """The event mentions as (start, end, type, polarity, modality)."""
    return {(e.start, e.end, e.type, e.polarity, e.modality) for e in document.events}


def entity_alignment(gold: Document, predicted: Document) -> dict[str, str]:
    """Predicted entity id → gold entity id, one-to-one as CEAFe aligns them, only where they share a mention."""
    gold_clusters, predicted_clusters = clusters_of(gold), clusters_of(predicted)
    gold_ids, predicted_ids = list(gold_clusters), list(predicted_clusters)
    aligned = align(gold_clusters.values(), predicted_clusters.values())
    return {predicted_ids[j]: gold_ids[i] for j, i in aligned.items()}


def stances_of(document: Document, gold_id: dict[str, str] | None = None) -> set[StanceTuple]:
    """The stance tuples; `gold_id` translates the entity ids of a prediction, None says that this is the gold."""
    events = {event.id: (event.start, event.end) for event in document.events}

    def node(name: str) -> Node:
        if name in events:
            return ("event", *events[name])
        if gold_id is None:
            return "gold", name
        return ("gold", gold_id[name]) if name in gold_id else ("predicted", name)

    return {StanceTuple(node(s.holder), node(s.target), s.label) for s in document.stances}
