"""What is compared in each layer of a document: sets of plain tuples, the same for scoring and for agreement.

Everything is told by spans (code points, half open), never by ids, so two documents can be compared whoever numbered
them. Entities are told by the spans of their mentions.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import NamedTuple

from detente.clusters import align, align_members
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


def mentions_of(document: Document) -> set[MentionItem]:
    """All mentions as (start, end, type)."""
    return {(mention.start, mention.end, mention.type) for mention in document.mentions}


def primary_mentions(document: Document, ontology: Ontology) -> set[MentionItem]:
    """The mentions that the primary entity score counts: those of the exhaustively annotated levels.

    A mention without a level counts too (a prediction may leave levels out); one of a type without levels (TIME, say)
    never does. In an ontology that names no exhaustive levels every mention counts.
    """
    if not ontology.mention.exhaustive_levels:
        return mentions_of(document)
    counted = allowed_by(ontology).primary_mentions
    return {(m.start, m.end, m.type) for m in document.mentions if (m.type, m.level) in counted}


def clusters_of(document: Document) -> dict[str, frozenset[Span]]:
    """The spans of each entity's mentions, by entity id."""
    spans: defaultdict[str, list[Span]] = defaultdict(list)
    for mention in document.mentions:
        if mention.entity is not None:
            spans[mention.entity].append((mention.start, mention.end))
    return {entity: frozenset(mentions) for entity, mentions in spans.items()}


def triggers_of(document: Document) -> set[Trigger]:
    """The triggers with their types."""
    return {_trigger((event.type, (event.start, event.end))) for event in document.events}


def arguments_of(document: Document) -> set[AttachedArgument]:
    """The arguments, fillers as spans; an event that fills a role counts with its trigger's span."""
    # ids are unique across layers, and each argument gives exactly one, as the document's checks have made sure
    span = {mention.id: (mention.start, mention.end) for mention in document.mentions}
    span.update([(event.id, (event.start, event.end)) for event in document.events])
    return {
        _attached((event.type, span[event.id], argument.role, span[argument.mention or argument.event or ""]))
        for event in document.events
        for argument in event.arguments
    }


def attributes_of(document: Document) -> set[AttributeItem]:
    """The event mentions as (start, end, type, polarity, modality)."""
    return {(event.start, event.end, event.type, event.polarity, event.modality) for event in document.events}


def entity_alignment(gold: Document, predicted: Document) -> dict[str, str]:
    """Predicted entity id → gold entity id, one-to-one as CEAFe aligns them, only where they share a mention."""
    gold_of, predicted_of = _entity_of(gold), _entity_of(predicted)
    if gold_of is not None and predicted_of is not None:
        return align_members(gold_of, predicted_of)
    gold_clusters, predicted_clusters = clusters_of(gold), clusters_of(predicted)
    gold_ids, predicted_ids = list(gold_clusters), list(predicted_clusters)
    aligned = align(gold_clusters.values(), predicted_clusters.values())
    return {predicted_ids[j]: gold_ids[i] for j, i in aligned.items()}


def _entity_of(document: Document) -> dict[Span, str] | None:
    """The entity of each span, where no two mentions with an entity share a span."""
    linked = [mention for mention in document.mentions if mention.entity is not None]
    entity_of = {(mention.start, mention.end): mention.entity or "" for mention in linked}
    return entity_of if len(entity_of) == len(linked) else None


def stances_of(document: Document, gold_id: dict[str, str] | None = None) -> set[StanceTuple]:
    """The stance tuples; `gold_id` translates the entity ids of a prediction, None says that this is the gold."""
    triggers = {event.id: (event.start, event.end) for event in document.events}

    def node(name: str) -> Node:
        if name in triggers:
            return ("event", *triggers[name])
        if gold_id is None:
            return "gold", name
        return ("gold", gold_id[name]) if name in gold_id else ("predicted", name)

    return {StanceTuple(node(stance.holder), node(stance.target), stance.label) for stance in document.stances}
