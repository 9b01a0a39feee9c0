"""Challenge slices: the gold items, and the articles, that are hard in a way worth a figure of its own.

Two kinds. A slice of items (`slice`) is a set of gold items; its figure is the share of them that was found, since a
spurious item belongs to no slice. A slice of articles (`article`) holds all items of some articles, gold and predicted,
and its figure is the track's own primary. Everything is read off the gold and the ontology; what needs the text or the
meta data is left out where gold comes without. What is hard about an item is `detente.phenomena`'s part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from typing import Any

from detente.documents import Document, Event, Mention, Stance
from detente.items import (
    AttachedArgument,
    StanceTuple,
    arguments_of,
    attributes_of,
    entity_alignment,
    primary_mentions,
    stances_of,
)
from detente.ontology import Ontology
from detente.phenomena import (
    ambiguous_mentions,
    has_debris,
    is_anonymous,
    is_negated,
    is_unreal,
    nested_spans,
    sentence_numbers,
    unevenly_told,
)

# names of the slices of items
NESTED, METONYMY = "nested in a longer mention", "words with several readings"
ANONYMOUS, NESTED_SOURCE = "anonymous source", "source with names in it"
CONDITIONAL, MIXED_COREFERENCE = "conditional", "coreferent with other attributes"
ACROSS, BY_EVENT = "filler in another sentence", "filled by an event"
EXPLICIT, IMPLICIT, ON_EVENT, THIRD_PARTY = "explicit", "implicit", "on an event", "told by a third party"
# and of articles
DEBRIS = "page debris"

Sliced = Iterator[tuple[Any, str]]


def mention_slices(gold: Document, ontology: Ontology) -> Sliced:
    """(start, end, type) of the primary's mentions, each with every slice that it is in."""
    primary = primary_mentions(gold, ontology)
    nested = nested_spans(gold)
    ambiguous = ambiguous_mentions(gold)
    for mention in gold.mentions:
        item = (mention.start, mention.end, mention.type)
        if item not in primary:
            continue
        if item[:2] in nested:
            yield item, NESTED
        if mention.level:
            yield item, f"level {mention.level}"
        if mention.reading:
            yield item, f"reading {mention.reading}"
        if mention.id in ambiguous:
            yield item, METONYMY


def argument_slices(gold: Document, ontology: Ontology) -> Sliced:
    """The arguments on their triggers, each with every slice that it or its event is in."""
    of_event = _event_slices(gold, ontology)
    sentence = sentence_numbers(gold)
    events = {event.id: event for event in gold.events}
    mentions = {mention.id: mention for mention in gold.mentions}
    for event in gold.events:
        for argument in event.arguments:
            filler = events[argument.event] if argument.event is not None else mentions[argument.mention or ""]
            item = AttachedArgument(event.type, (event.start, event.end), argument.role, (filler.start, filler.end))
            yield from ((item, name) for name in of_event[event.id])
            if argument.event is not None:
                yield item, BY_EVENT
            if sentence(event.start) != sentence(filler.start):
                yield item, ACROSS


def attribute_slices(gold: Document, ontology: Ontology) -> Sliced:
    """The event mentions with their attributes, each with every slice that it is in."""
    of_event = _event_slices(gold, ontology)
    for event in gold.events:
        item = (event.start, event.end, event.type, event.polarity, event.modality)
        yield from ((item, name) for name in of_event[event.id])


def stance_slices(gold: Document, ontology: Ontology) -> Sliced:
    """The stance tuples, each with every slice that one of its statements is in."""
    events, mentions = {event.id for event in gold.events}, {mention.id for mention in gold.mentions}
    for stance in gold.stances:
        item = stance_item(gold, stance)
        if stance.explicit is not None:
            yield item, EXPLICIT if stance.explicit else IMPLICIT
        if stance.target in events:
            yield item, ON_EVENT
        if stance.source in mentions:
            yield item, THIRD_PARTY


def article_slices(gold: Document) -> list[str]:
    """The slices of articles that a document is in."""
    meta = gold.meta
    facts = (("family", meta.family), ("region", meta.region), ("kind", meta.kind)) if meta else ()
    names = [f"{what} {value}" for what, value in facts if value]
    if has_debris(gold):
        names.append(DEBRIS)
    return names


def _found_stances(gold: Document, predicted: Document, ontology: Ontology) -> Set[Any]:
    return stances_of(predicted, entity_alignment(gold, predicted))


# track: (the slices of its gold items, the predicted items in the same terms); coreference has no items to slice
SLICED: dict[str, tuple[Callable[[Document, Ontology], Sliced], Callable[[Document, Document, Ontology], Set[Any]]]] = {
    "entities": (mention_slices, lambda gold, predicted, ontology: primary_mentions(predicted, ontology)),
    "events": (argument_slices, lambda gold, predicted, ontology: arguments_of(predicted)),
    "attributes": (attribute_slices, lambda gold, predicted, ontology: attributes_of(predicted)),
    "stance": (stance_slices, _found_stances),
}


def _event_slices(gold: Document, ontology: Ontology) -> dict[str, list[str]]:
    """The slices of each event mention, by its id."""
    mentions = {mention.id: mention for mention in gold.mentions}
    uneven = unevenly_told(gold)
    slices = {}
    for event in gold.events:
        names = [f"polarity {event.polarity}"] if is_negated(event, ontology) else []
        names += [f"modality {event.modality}"] if is_unreal(event, ontology) else []
        names += [CONDITIONAL] if event.condition else []
        names += [MIXED_COREFERENCE] if event.id in uneven else []
        names += _source_slices(gold, event, mentions, ontology)
        slices[event.id] = names
    return slices


def _source_slices(gold: Document, event: Event, mentions: dict[str, Mention], ontology: Ontology) -> list[str]:
    source = mentions.get(event.source or "")
    if source is None:
        return []
    names = [ANONYMOUS] if is_anonymous(source, ontology) else []
    inside = any(
        source.start <= other.start and other.end <= source.end and other.end - other.start < source.end - source.start
        for other in gold.mentions
    )
    return [*names, NESTED_SOURCE] if inside else names


def stance_item(gold: Document, stance: Stance) -> StanceTuple:
    """One gold stance as the tuple that it is scored as."""
    return next(iter(stances_of(Document(gold.id, events=gold.events, stances=(stance,)))))
