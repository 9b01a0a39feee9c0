"""A document's annotation as a Label Studio result: regions, per-region choices, texts and labelled relations.

What has no control of its own in the page lies in a region's `meta`: a head that differs from the default one, and an
entity's type that differs from the default one. Repeated relations between the same two regions are merged into one
with several labels, since the page keeps one only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from detente.annotation import controls as c
from detente.annotation.canonical import canonical, entity_types
from detente.checks import check_document
from detente.documents import Document, Entity, Event, Mention, Span, Stance
from detente.errors import DataError, Fault
from detente.heads import default_head
from detente.ontology import Ontology

Item = dict[str, Any]
Links = dict[tuple[str, str], list[str]]


def document_to_result(document: Document, ontology: Ontology) -> list[Item]:
    """The `result` list of an annotation or prediction that says what the document says.

    Region ids are those of the document's canonical form. A block with the rule "annotator" becomes a region that
    overrules its paragraph; other blocks are the task's and no part of the result. Raises `DataError` where the
    document has no text or is not well formed, and for a stance without evidence, which has no place in the page.
    """
    if document.text is None:
        raise DataError(
            [Fault("no text", "the text to annotate", "Hydrate the stand-off document first.", document=document.id)]
        )
    faults = check_document(document, ontology, gold=False)
    faults += [
        Fault(
            "a stance without evidence",
            "the span that shows it",
            "Add the evidence.",
            document=document.id,
            item=stance.id,
        )
        for stance in document.stances
        if stance.evidence is None
    ]
    if faults:
        raise DataError(faults)
    text = document.text
    document = canonical(document, ontology)
    links: Links = {}
    result = [item for mention in _mentions(document, text, ontology) for item in mention]
    conditions = _conditions(document)
    for event in document.events:
        result += _event(event, text)
        _event_links(event, conditions, links)
    result += [
        _region(key, c.CONDITION, span.start, span.end, text, c.CONDITION_LABEL) for span, key in conditions.items()
    ]
    _cluster_links(document, links)
    for stance in document.stances:
        result += _stance(stance, text)
        _stance_links(stance, document, links)
    result += [
        _region(f"b{number}", c.BLOCK, block.start, block.end, text, block.kind)
        for number, block in enumerate(document.blocks, 1)
        if block.rule == c.ANNOTATOR_RULE
    ]
    result += [_relation(start, end, labels) for (start, end), labels in links.items()]
    return result


def _region(key: str, control: str, start: int, end: int, text: str, label: str) -> Item:
    return {
        "id": key,
        "from_name": control,
        "to_name": c.TEXT,
        "type": "labels",
        "value": {"start": start, "end": end, "text": text[start:end], "labels": [label]},
    }


def _choices(region: Item, *chosen: tuple[str, str | None]) -> Iterator[Item]:
    """The per-region choices and texts of a region: one item for each control that has a value."""
    span = region["value"]
    start, end = span["start"], span["end"]
    for control, value in chosen:
        if value is None:
            continue
        kind, field = ("textarea", "text") if control in c.TEXT_CONTROLS else ("choices", "choices")
        yield {
            "id": region["id"],
            "from_name": control,
            "to_name": c.TEXT,
            "type": kind,
            "value": {"start": start, "end": end, field: [value]},
        }


def _relation(start: str, end: str, labels: list[str]) -> Item:
    return {"type": "relation", "from_id": start, "to_id": end, "direction": "right", "labels": labels}


def _mentions(document: Document, text: str, ontology: Ontology) -> Iterator[list[Item]]:
    entities = {entity.id: entity for entity in document.entities}
    defaults = entity_types(document, ontology)
    introduced: set[str] = set()
    for mention in document.mentions:
        entity = entities.get(mention.entity or "")
        first = entity is not None and entity.id not in introduced
        if entity is not None:
            introduced.add(entity.id)
        yield _mention(mention, text, entity, first, defaults)


def _mention(
    mention: Mention, text: str, entity: Entity | None, first: bool, defaults: Mapping[str, str]
) -> list[Item]:
    """The region of one mention; what belongs to the entity (Wikidata id, type) lies on its `first` mention."""
    region = _region(mention.id, c.MENTION, mention.start, mention.end, text, mention.type)
    meta: dict[str, Any] = {}
    if mention.head is not None and mention.head != default_head(text, mention.start, mention.end):
        meta["head"] = list(mention.head)
    if entity is not None and first and entity.type != defaults[entity.id]:
        meta["entity_type"] = entity.type
    if meta:
        region["meta"] = meta
    chosen = (
        ("level", mention.level),
        ("reading", mention.reading),
        ("value", mention.value),
        ("entity", entity.name if entity is not None else None),
        ("wikidata", entity.wikidata if entity is not None and first else None),
    )
    return [region, *_choices(region, *chosen)]


def _conditions(document: Document) -> dict[Span, str]:
    """One region for each distinct condition, however many events have it."""
    spans = {event.condition: None for event in document.events if event.condition is not None}
    ordered = sorted(spans, key=lambda span: (span.start, -span.end))
    return {span: f"k{number}" for number, span in enumerate(ordered, 1)}


def _event(event: Event, text: str) -> list[Item]:
    region = _region(event.id, c.EVENT, event.start, event.end, text, event.type)
    source = event.source if event.source in c.SOURCES else None
    chosen = (("polarity", event.polarity), ("modality", event.modality), ("event_source", source))
    return [region, *_choices(region, *chosen)]


def _event_links(event: Event, conditions: Mapping[Span, str], links: Links) -> None:
    for argument in event.arguments:
        _link(links, event.id, argument.mention or argument.event or "", argument.role)
    if event.source is not None and event.source not in c.SOURCES:
        _link(links, event.id, event.source, c.SOURCE)
    if event.condition is not None:
        _link(links, event.id, conditions[event.condition], c.CONDITION_LINK)


def _cluster_links(document: Document, links: Links) -> None:
    """A chain through each cluster, from each event to the one before it."""
    last: dict[str, str] = {}
    for event in document.events:
        if event.cluster is None:
            continue
        if event.cluster in last:
            _link(links, event.id, last[event.cluster], c.SAME_EVENT)
        last[event.cluster] = event.id


def _stance(stance: Stance, text: str) -> list[Item]:
    if stance.evidence is None:
        return []
    region = _region(stance.id, c.EVIDENCE, stance.evidence.start, stance.evidence.end, text, c.STANCE_LABEL)
    explicit = None if stance.explicit is None else c.EXPLICIT if stance.explicit else c.IMPLICIT
    source = stance.source if stance.source in c.SOURCES else None
    chosen = (("stance_label", stance.label), ("explicit", explicit), ("stance_source", source))
    return [region, *_choices(region, *chosen)]


def _stance_links(stance: Stance, document: Document, links: Links) -> None:
    entities = {entity.id for entity in document.entities}
    _link(links, stance.id, _nearest_mention(stance.holder, stance, document), c.HOLDER)
    target = _nearest_mention(stance.target, stance, document) if stance.target in entities else stance.target
    _link(links, stance.id, target, c.TARGET)
    if stance.source is not None and stance.source not in c.SOURCES:
        _link(links, stance.id, stance.source, c.SOURCE)


def _nearest_mention(entity: str, stance: Stance, document: Document) -> str:
    """The entity's mention nearest to the evidence, so that arcs stay short; of two the earlier."""
    evidence = stance.evidence or Span(0, 0)
    found = (mention for mention in document.mentions if mention.entity == entity)

    def distance(mention: Mention) -> int:
        return max(mention.start - evidence.end, evidence.start - mention.end, 0)

    return min(found, key=distance).id


def _link(links: Links, start: str, end: str, label: str) -> None:
    links.setdefault((start, end), []).append(label)
