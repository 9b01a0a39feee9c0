"""From a Label Studio task and annotation to a document, strictly validated.

The text comes from the task's data and spans from offsets alone, never from `value.text`. All faults of an annotation
are found before it is refused; each names the document, task, annotator, region, label and remedy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from detente.annotation import controls as c
from detente.annotation.canonical import canonical, default_entity_type
from detente.annotation.names import TypedName, full_names, is_short, names_that_fit
from detente.annotation.regions import Link, Region, describe, ends_of, read_result
from detente.checks import check_document
from detente.documents import (
    Argument,
    Block,
    BlockKind,
    Document,
    Entity,
    Event,
    Mention,
    Meta,
    Span,
    Stance,
    text_hash,
)
from detente.errors import DataError, Fault
from detente.ontology import Ontology

BLOCK_KINDS = frozenset(BlockKind.__args__)  # type: ignore[attr-defined]


@dataclass(slots=True)
class _Reading:
    """What is known of one annotation while it is read."""

    document: str
    place: str
    regions: dict[str, Region] = field(default_factory=dict)
    links: dict[str, list[Link]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def report(self, found: str, expected: str, remedy: str, region: str = "") -> None:
        known = self.regions.get(region)
        item = describe(known) if known else f"region {region}" if region else ""
        where = ", ".join(part for part in (self.place, item) if part)
        self.faults.append(Fault(found, expected, remedy, document=self.document, item=where))


def task_to_document(
    task: Mapping[str, Any],
    annotation: Mapping[str, Any],
    ontology: Ontology,
    *,
    text: str | None = None,
    gold: bool = False,
) -> Document:
    """The document that one annotation of one task describes, in canonical form.

    `text` is the text of a stand-off document whose export carries none; without it the document comes back without
    text, its spans checked against the recorded length. With `gold` everything must be complete (levels, readings,
    entities, attributes); without, an annotator may have left something out. Raises `DataError` with all faults.
    """
    reading = _Reading("", _place(task, annotation))
    blank, length = _blank_document(task, text, reading)
    if blank is None:
        raise DataError(reading.faults)
    reading.regions, links = _read(annotation, reading)
    for link in links:
        reading.links.setdefault(link.start.id, []).append(link)
    _spell_names(reading, blank.text)
    _fill_defaults(reading, task["data"].get("defaults"))
    document = msgspec.structs.replace(
        blank,
        blocks=_blocks(blank, reading),
        mentions=_mentions(reading),
        entities=_entities(reading, ontology),
        events=_events(reading),
        stances=_stances(reading),
    )
    _check_links(links, reading)
    for fault in check_document(document, ontology, gold=gold, length=length):
        reading.report(fault.found, fault.expected, fault.remedy, fault.item)
    if reading.faults:
        raise DataError(reading.faults)
    document = canonical(document, ontology)
    return document if document.text is not None else _standoff(document)


def annotator_of(annotation: Mapping[str, Any]) -> str:
    """Who made an annotation: the normalised export's annotator, else the e-mail or id that the server gives."""
    if "annotator" in annotation:
        return str(annotation["annotator"])
    user = annotation.get("completed_by")
    if isinstance(user, Mapping):
        return str(user.get("email") or user.get("username") or user.get("id") or "")
    return f"user {user}" if user is not None else ""


def _place(task: Mapping[str, Any], annotation: Mapping[str, Any]) -> str:
    parts = [f"task {task['id']}"] if "id" in task else []
    annotator = annotator_of(annotation)
    return ", ".join(parts + ([f"annotator {annotator}"] if annotator else []))


def _standoff(document: Document) -> Document:
    meta = document.meta and msgspec.structs.replace(document.meta, standoff=True)
    return msgspec.structs.replace(document, meta=meta)


def _read(annotation: Mapping[str, Any], reading: _Reading) -> tuple[dict[str, Region], list[Link]]:
    found: list[tuple[str, str, str, str]] = []
    regions, links = read_result(annotation.get("result"), lambda *parts: found.append(parts))
    reading.regions = regions
    for parts in found:
        reading.report(*parts)
    return regions, links


def _spell_names(reading: _Reading, text: str | None) -> None:
    """Put the full names where annotators typed short ones."""
    named = {r.id: r for r in _of(reading, c.MENTION) if "entity" in r.values}
    if not any(is_short(region.values["entity"]) for region in named.values()):
        return
    typed = {key: TypedName(r.start, r.end, r.values["entity"]) for key, r in named.items()}
    for key, name in full_names(typed, text or "").items():
        named[key].values["entity"] = name
    for key, region in named.items():
        if is_short(short := region.values["entity"]):
            fitting = names_that_fit(short, (r.values["entity"] for r in named.values()))
            found = f"entity {short!r}, which fits {' and '.join(fitting) or 'no name'}"
            reading.report(found, "the beginning of one name of this article", "Type the name itself.", key)


def _fill_defaults(reading: _Reading, defaults: object) -> None:
    """Give what was left open the value that the page promised for it; a drawn source is no open one."""
    for control, value in defaults.items() if isinstance(defaults, Mapping) else ():
        for region in _of(reading, c.OWNER.get(control, "")):
            if control in c.SOURCE_CONTROLS and _linked(reading, region, c.SOURCE, c.MENTION):
                continue
            region.values.setdefault(control, str(value))


def _blank_document(task: Mapping[str, Any], text: str | None, reading: _Reading) -> tuple[Document | None, int | None]:
    """The document as it was pushed, and its text's length; None where the task's data are not detente's."""
    data = task.get("data")
    if not isinstance(data, Mapping) or not isinstance(data.get("id"), str) or "sha256" not in data:
        reading.report("a task without a document", "data with id, text, sha256, blocks", "Push the document again.")
        return None, None
    reading.document = data["id"]
    given = data.get("text")
    if given is not None and not isinstance(given, str):
        reading.report(f"text {given!r:.40}", "the text as it was pushed", "Push the document again.")
        return None, None
    text = given if isinstance(given, str) else text
    if text is not None and text_hash(text) != data["sha256"]:
        reading.report(
            f"a text with SHA-256 {text_hash(text)[:12]}…",
            f"the source's text, {str(data['sha256'])[:12]}…",
            "Restore the source as it was pushed, or annotate the new text as a new document.",
        )
        return None, None
    try:
        meta = msgspec.convert(data.get("meta"), Meta | None)
        blocks = msgspec.convert(data.get("blocks") or [], tuple[Block, ...])
    except msgspec.ValidationError as error:
        reading.report(f"task data that do not fit ({error})", "meta and blocks as pushed", "Push the document again.")
        return None, None
    length = len(text) if text is not None else data.get("length")
    return Document(data["id"], text=text, meta=meta, blocks=blocks), length if isinstance(length, int) else None


def _of(reading: _Reading, control: str) -> list[Region]:
    return [region for region in reading.regions.values() if region.control == control]


def _linked(reading: _Reading, region: Region, label: str, *controls: str) -> list[Region]:
    """What a region is linked to under a label, on regions of the given controls."""
    links = reading.links.get(region.id, ())
    return [link.end for link in links if link.label == label and link.end.control in controls]


def _blocks(document: Document, reading: _Reading) -> tuple[Block, ...]:
    """The task's blocks, with the kinds that the annotator has overruled; a mark that only restates one is nothing."""
    chosen: dict[int, Region] = {}
    shown = {(block.start, block.end, str(block.kind)) for block in document.blocks}
    for region in _of(reading, c.BLOCK):
        if (region.start, region.end, region.label) in shown:
            continue
        if region.label not in BLOCK_KINDS:
            expected = f"one of {', '.join(sorted(BLOCK_KINDS))}"
            reading.report(f"block kind {region.label!r}", expected, "Use the generated configuration.", region.id)
            continue
        touched = [n for n, b in enumerate(document.blocks) if b.start < region.end and region.start < b.end]
        if not touched:
            reading.report("a block mark outside all paragraphs", "a paragraph", "Delete it.", region.id)
        for number in touched:
            other = chosen.setdefault(number, region)
            if other.label != region.label:
                found = f"a paragraph marked {region.label} and {other.label}"
                reading.report(found, "one kind", "Delete one of the two marks.", region.id)
    return tuple(_overruled(block, chosen.get(number)) for number, block in enumerate(document.blocks))


def _overruled(block: Block, region: Region | None) -> Block:
    if region is None or region.label == block.kind or region.label not in BLOCK_KINDS:
        return block
    return msgspec.convert(
        {"start": block.start, "end": block.end, "kind": region.label, "rule": c.ANNOTATOR_RULE}, Block
    )


def _mentions(reading: _Reading) -> tuple[Mention, ...]:
    return tuple(
        Mention(
            region.id,
            region.start,
            region.end,
            region.label,
            head=_head(region),
            level=region.values.get("level"),
            reading=region.values.get("reading"),
            value=region.values.get("value"),
            entity=_entity_id(region.values.get("entity")),
        )
        for region in _of(reading, c.MENTION)
    )


def _head(region: Region) -> tuple[int, int] | None:
    """The head noted with the region; None (the default head) where none is, or the span was moved away from it."""
    head = region.meta.get("head")
    if not isinstance(head, list) or len(head) != 2 or not all(isinstance(offset, int) for offset in head):
        return None
    start, end = head
    return (start, end) if region.start <= start < end <= region.end else None


def _entity_id(name: str | None) -> str | None:
    return None if name is None else f"entity {name}"


def _entities(reading: _Reading, ontology: Ontology) -> tuple[Entity, ...]:
    mentions: dict[str, list[Region]] = {}
    for region in _of(reading, c.MENTION):
        if name := region.values.get("entity"):
            mentions.setdefault(name, []).append(region)
        elif "wikidata" in region.values:
            found = f"Wikidata id {region.values['wikidata']!r} without an entity"
            reading.report(found, "the entity's name", "Type the entity's name.", region.id)
    return tuple(_entity(name, found, reading, ontology) for name, found in mentions.items())


def _entity(name: str, regions: list[Region], reading: _Reading, ontology: Ontology) -> Entity:
    ids = {r.values["wikidata"]: r for r in regions if "wikidata" in r.values}
    if len(ids) > 1:
        found = f"Wikidata ids {', '.join(sorted(ids))} for {name!r}"
        reading.report(found, "one id for an entity", "Correct one, or give two entities two names.", regions[-1].id)
    types = {region.label for region in regions}
    noted = [kind for r in regions if isinstance(kind := r.meta.get("entity_type"), str) and kind in types]
    kind = noted[0] if noted else _entity_type(regions, types, ontology)
    return Entity(f"entity {name}", name, kind, wikidata=next(iter(ids), None))


def _entity_type(regions: list[Region], types: set[str], ontology: Ontology) -> str:
    if len(types) == 1:
        return regions[0].label
    spans = [Mention(r.id, r.start, r.end, r.label, level=r.values.get("level")) for r in regions]
    return default_entity_type(spans, ontology)


def _events(reading: _Reading) -> tuple[Event, ...]:
    clusters = _clusters(reading)
    events = []
    for region in _of(reading, c.EVENT):
        conditions = _linked(reading, region, c.CONDITION_LINK, c.CONDITION)
        if len(conditions) > 1:
            reading.report("two conditions", "at most one", "Delete one of the relations.", region.id)
        events.append(
            Event(
                region.id,
                region.label,
                region.start,
                region.end,
                polarity=region.values.get("polarity"),
                modality=region.values.get("modality"),
                source=_source(region, "event_source", reading),
                condition=Span(conditions[0].start, conditions[0].end) if conditions else None,
                cluster=clusters[region.id],
                arguments=_arguments(region, reading),
            )
        )
    return tuple(events)


def _arguments(region: Region, reading: _Reading) -> tuple[Argument, ...]:
    links = [x for x in reading.links.get(region.id, ()) if x.label not in c.RESERVED_RELATIONS]
    fillers = [Argument(x.label, mention=x.end.id) for x in links if x.end.control == c.MENTION]
    return tuple(fillers + [Argument(x.label, event=x.end.id) for x in links if x.end.control == c.EVENT])


def _clusters(reading: _Reading) -> dict[str, str]:
    """The cluster of each event: everything that "same event" relations join, named after its first region."""
    joined: dict[str, list[Region]] = {}
    events = _of(reading, c.EVENT)
    for region in events:
        for other in _linked(reading, region, c.SAME_EVENT, c.EVENT):
            joined.setdefault(region.id, []).append(other)
            joined.setdefault(other.id, []).append(region)
            if other.label != region.label:
                found = f"{region.label} joined with {other.label} as the same event"
                reading.report(found, "events of one type", "Delete the relation or correct a type.", region.id)
    clusters: dict[str, str] = {}
    for region in events:
        waiting = [region.id]
        while waiting:
            key = waiting.pop()
            if key not in clusters:
                clusters[key] = region.id
                waiting += [other.id for other in joined.get(key, ())]
    return clusters


def _source(region: Region, control: str, reading: _Reading) -> str | None:
    """Author or unspecified by choice, or a mention by relation; not both, not two."""
    chosen = region.values.get(control)
    linked = _linked(reading, region, c.SOURCE, c.MENTION)
    if len(linked) + (chosen is not None) > 1:
        remedy = "Delete the relation, or unselect the choice."
        reading.report("more than one source", "author, unspecified or one mention", remedy, region.id)
    return linked[0].id if linked else chosen


def _stances(reading: _Reading) -> tuple[Stance, ...]:
    stances = (_stance(region, reading) for region in _of(reading, c.EVIDENCE))
    return tuple(stance for stance in stances if stance is not None)


def _stance(region: Region, reading: _Reading) -> Stance | None:
    holder = _party(region, c.HOLDER, reading, c.MENTION)
    target = _party(region, c.TARGET, reading, c.MENTION, c.EVENT)
    label, explicit = region.values.get("stance_label"), region.values.get("explicit")
    if region.label != c.STANCE_LABEL:
        found = f"evidence label {region.label!r}"
        reading.report(found, c.STANCE_LABEL, "Use the generated configuration.", region.id)
    if label is None:
        reading.report("a stance without label", "a stance label", "Choose its label.", region.id)
    if explicit not in (None, c.EXPLICIT, c.IMPLICIT):
        found = f"explicit {explicit!r}"
        reading.report(found, f"{c.EXPLICIT} or {c.IMPLICIT}", "Use the generated configuration.", region.id)
    source = _source(region, "stance_source", reading)
    if holder is None or target is None or label is None:
        return None
    marked = None if explicit is None else explicit == c.EXPLICIT
    return Stance(region.id, holder, target, label, marked, source, Span(region.start, region.end))


def _party(region: Region, label: str, reading: _Reading, *controls: str) -> str | None:
    """The entity or event that a stance's holder or target relation points to."""
    parties = dict.fromkeys(_referent(end) for end in _linked(reading, region, label, *controls))
    if len(parties) != 1:
        remedy = f"Draw one {label} relation from the evidence." if not parties else "Delete the others."
        reading.report(f"{len(parties) or 'no'} {label}s of a stance", f"one {label}", remedy, region.id)
        return None
    party = next(iter(parties))
    if party is None:
        remedy = "Type the entity's name on that mention."
        reading.report(f"a {label} that is a mention without an entity", "a mention with an entity", remedy, region.id)
    return party


def _referent(region: Region) -> str | None:
    return region.id if region.control == c.EVENT else _entity_id(region.values.get("entity"))


def _check_links(links: list[Link], reading: _Reading) -> None:
    """Relations between regions that they cannot join, and conditions that no event has."""
    for link in links:
        if link.end.control not in ends_of(link):
            found = f"{link.label} from {link.start.control} {link.start.label} to {link.end.control} {link.end.label}"
            expected = "roles from a trigger; holder and target from evidence; source to a mention"
            remedy = "Delete the relation, or turn its arrow round."
            reading.report(found, expected, remedy, link.start.id)
    conditions = {link.end.id for link in links if link.label == c.CONDITION_LINK}
    for region in _of(reading, c.CONDITION):
        if region.id not in conditions:
            remedy = "Draw a condition relation from the trigger, or delete the mark."
            reading.report("a condition that no event has", "an event's condition", remedy, region.id)
        if region.label != c.CONDITION_LABEL:
            found = f"condition label {region.label!r}"
            reading.report(found, c.CONDITION_LABEL, "Use the generated configuration.", region.id)
