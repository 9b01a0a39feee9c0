"""The invariants of a document, each told as a fault with its remedy.

Gold must be complete and follow the guidelines' form (nesting, levels, entities, evidence); predictions need only be
well formed (ids, types, roles, offsets): what they leave out costs score, not acceptance.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from detente.documents import ANNOTATED_BLOCKS, Document, Event, Mention, Stance, text_hash
from detente.errors import Fault
from detente.ontology import Ontology

DOCUMENT_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")
MAX_NESTING = 3
# no text is longer
MAX_OFFSET = 2**31 - 1
SPECIAL_SOURCES = frozenset({"author", "unspecified"})

# found, expected, remedy, item
Parts = tuple[str, str, str, str]


def check_document(
    document: Document, ontology: Ontology, *, gold: bool = True, length: int | None = None
) -> list[Fault]:
    """All faults of one document, in reading order; an empty list where there are none.

    `length` is the text's length in code points where the document itself does not carry its text.
    """
    if document.text is not None:
        length = len(document.text)
    elif document.meta is not None and document.meta.length:
        length = document.meta.length
    checks: list[Callable[[], Iterable[Parts]]] = [
        lambda: _ids(document),
        lambda: _spans(document, length),
        lambda: _labels(document, ontology),
        lambda: _references(document, ontology),
    ]
    if gold:
        checks += [
            lambda: _frozen_text(document),
            lambda: _blocks(document),
            lambda: _placement(document),
            lambda: _nesting(document.mentions),
            lambda: _completeness(document, ontology),
            lambda: _entities(document),
            lambda: _clusters(document),
        ]
    return [
        Fault(found, expected, remedy, document=document.id, item=item)
        for check in checks
        for found, expected, remedy, item in check()
    ]


def _ids(document: Document) -> Iterator[Parts]:
    if not DOCUMENT_ID.match(document.id):
        yield (
            f"document id {document.id[:80]!r}",
            "letters, digits, '.', '_' and '-', at most 128",
            "Rename it.",
            "",
        )
    if document.schema != 1:
        yield f"schema {document.schema}", "schema 1", "Convert the file to schema 1.", ""
    ids = [x.id for part in (document.mentions, document.entities, document.events, document.stances) for x in part]
    for name, count in Counter(ids).items():
        if count > 1:
            yield f"id {name!r} {count} times", "each id once in a document", "Number the items anew.", name


def _spans(document: Document, length: int | None) -> Iterator[Parts]:
    blocks = ((f"{block.kind} block", block.start, block.end, "") for block in document.blocks)
    for what, start, end, item in (*_annotated_spans(document), *blocks):
        if start < 0 or end <= start or end > (MAX_OFFSET if length is None else length):
            bound = f" ≤ {length}" if length is not None else " < 2³¹" if end > MAX_OFFSET else ""
            yield (
                f"{what} [{start}, {end})",
                f"0 ≤ start < end{bound}, in code points",
                "Count code points of the frozen text (not bytes, not UTF-16 units), end exclusive.",
                item,
            )
    for mention in document.mentions:
        if mention.head is not None and not (mention.start <= mention.head[0] < mention.head[1] <= mention.end):
            yield f"head {list(mention.head)}", "a span inside its mention", "Correct the head.", mention.id


def _labels(document: Document, ontology: Ontology) -> Iterator[Parts]:
    def check(what: str, value: str | None, allowed: Iterable[str], item: str) -> Iterator[Parts]:
        if value is not None and value not in allowed:
            yield f"{what} {value[:80]!r}", f"one of {', '.join(allowed)}", "Use a label of the ontology.", item

    for mention in document.mentions:
        yield from check("mention type", mention.type, ontology.entity_type, mention.id)
        yield from check("level", mention.level, ontology.levels, mention.id)
        yield from check("reading", mention.reading, ontology.readings, mention.id)
    for entity in document.entities:
        yield from check("entity type", entity.type, ontology.entity_type, entity.id)
    for event in document.events:
        yield from check("event type", event.type, ontology.event_type, event.id)
        yield from check("polarity", event.polarity, ontology.polarities, event.id)
        yield from check("modality", event.modality, ontology.modalities, event.id)
    for stance in document.stances:
        yield from check("stance label", stance.label, ontology.stance_labels, stance.id)


def _references(document: Document, ontology: Ontology) -> Iterator[Parts]:
    mentions = {mention.id: mention for mention in document.mentions}
    entities = {entity.id for entity in document.entities}
    events = {event.id for event in document.events}
    for mention in document.mentions:
        if mention.entity is not None and mention.entity not in entities:
            yield (
                f"entity {mention.entity!r}",
                "an entity of this document",
                "Add the entity or correct the id.",
                mention.id,
            )
    used = {mention.entity for mention in document.mentions}
    for entity in document.entities:
        if entity.id not in used:
            yield (
                f"entity {entity.name[:80]!r} without a mention",
                "at least one mention",
                "Remove the entity.",
                entity.id,
            )
    for event in document.events:
        yield from _source(event.source, mentions, event.id)
        yield from _arguments(event, mentions, events, ontology)
    for stance in document.stances:
        yield from _source(stance.source, mentions, stance.id)
        if stance.holder not in entities:
            yield f"holder {stance.holder!r}", "an entity of this document", "Correct the holder.", stance.id
        if stance.target not in entities and stance.target not in events:
            yield (
                f"target {stance.target!r}",
                "an entity or an event of this document",
                "Correct the target.",
                stance.id,
            )
        if stance.target == stance.holder:
            yield f"target {stance.target!r}, the holder", "another entity or event", "Correct one.", stance.id


def _source(source: str | None, mentions: dict[str, Mention], item: str) -> Iterator[Parts]:
    if source is not None and source not in SPECIAL_SOURCES and source not in mentions:
        yield f"source {source!r}", "author, unspecified or a mention's id", "Correct the source.", item


def _arguments(event: Event, mentions: dict[str, Mention], events: set[str], ontology: Ontology) -> Iterator[Parts]:
    allowed = ontology.roles_of.get(event.type)
    for argument in event.arguments:
        if (argument.mention is None) == (argument.event is None):
            yield (
                f"{argument.role} with neither or both fillers",
                "a mention or an event",
                "Give one of them.",
                event.id,
            )
        if allowed is not None and argument.role not in allowed:
            yield (
                f"role {argument.role[:80]!r} of {event.type}",
                f"one of {', '.join(allowed)}",
                "Correct the role or the event's type.",
                event.id,
            )
            continue
        role = ontology.roles.get(argument.role)
        if argument.event is not None:
            if argument.event not in events or argument.event == event.id:
                yield (
                    f"{argument.role} filled by {argument.event!r}",
                    "another event of this document",
                    "Correct it.",
                    event.id,
                )
            if role is not None and not role.events:
                yield f"{argument.role} filled by an event", "a mention", "Only some roles take events.", event.id
        if argument.mention is not None:
            filler = mentions.get(argument.mention)
            if filler is None:
                yield (
                    f"{argument.role} filled by {argument.mention!r}",
                    "a mention of this document",
                    "Correct it.",
                    event.id,
                )
            elif role is not None and role.types and filler.type not in role.types:
                yield (
                    f"{argument.role} filled by a {filler.type}",
                    f"a mention of type {' or '.join(role.types)}",
                    "Correct the role or the mention's type.",
                    event.id,
                )


def _frozen_text(document: Document) -> Iterator[Parts]:
    if document.meta is None:
        yield "no meta", "title, date, sources and licence", "Add `meta`.", ""
        return
    if document.text is None:
        if not document.meta.standoff:
            yield "no text", "the text, or meta.standoff = true", "Hydrate the document or mark it stand-off.", ""
        return
    if document.meta.sha256 and document.meta.sha256 != text_hash(document.text):
        yield "a text whose SHA-256 differs from meta.sha256", "the frozen text", "Restore the text as ingested.", ""


def _blocks(document: Document) -> Iterator[Parts]:
    end = 0
    for block in document.blocks:
        if block.start < end:
            yield f"block at {block.start} inside the one before", "blocks in order, apart", "Ingest anew.", ""
        end = max(end, block.end)


def _placement(document: Document) -> Iterator[Parts]:
    if not document.blocks:
        return
    for what, start, end, item in _annotated_spans(document):
        block = next((b for b in document.blocks if b.start <= start and end <= b.end), None)
        if block is None:
            yield f"a {what} across paragraphs", "a span inside one paragraph", "Shorten it.", item
        elif block.kind not in ANNOTATED_BLOCKS:
            yield f"a {what} in a {block.kind} block", "annotation in body blocks only", "Remove it.", item


def _annotated_spans(document: Document) -> Iterator[tuple[str, int, int, str]]:
    for mention in document.mentions:
        yield "mention", mention.start, mention.end, mention.id
    for event in document.events:
        yield "trigger", event.start, event.end, event.id
        if event.condition:
            yield "condition", event.condition.start, event.condition.end, event.id
    for stance in document.stances:
        if stance.evidence:
            yield "stretch of evidence", stance.evidence.start, stance.evidence.end, stance.id


def _nesting(mentions: tuple[Mention, ...]) -> Iterator[Parts]:
    open_mentions: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.start, -m.end, m.id)):
        while open_mentions and open_mentions[-1].end <= mention.start:
            open_mentions.pop()
        if open_mentions:
            outer = open_mentions[-1]
            if (outer.start, outer.end) == (mention.start, mention.end):
                yield f"the same span as {outer.id}", "one mention for each span", "Remove one of them.", mention.id
                continue
            if mention.end > outer.end:
                yield (
                    f"a mention that crosses {outer.id}",
                    "nested or apart, never crossing",
                    "Correct a span.",
                    mention.id,
                )
        open_mentions.append(mention)
        if len(open_mentions) > MAX_NESTING:
            yield (
                f"{len(open_mentions)} mentions deep",
                f"at most {MAX_NESTING}",
                "Open titles and descriptions, not names.",
                mention.id,
            )


def _completeness(document: Document, ontology: Ontology) -> Iterator[Parts]:
    for mention in document.mentions:
        yield from _mention_completeness(mention, ontology)
    for event in document.events:
        yield from _missing(event, "event", ("polarity", "modality", "source", "cluster"))
        for argument, count in Counter(event.arguments).items():
            if count > 1:
                yield f"{argument.role} twice with the same filler", "each argument once", "Remove one.", event.id
    for stance in document.stances:
        yield from _missing(stance, "stance", ("explicit", "source", "evidence"))


def _missing(item: Event | Stance, what: str, fields: tuple[str, ...]) -> Iterator[Parts]:
    for name in fields:
        if getattr(item, name) is None:
            yield f"{what} without {name}", f"its {name}", f"Choose its {name}.", item.id


def _mention_completeness(mention: Mention, ontology: Ontology) -> Iterator[Parts]:
    kind = ontology.entity_type.get(mention.type)
    if kind is None:
        return
    for what, wanted, value in (
        ("level", kind.has_level, mention.level),
        ("reading", kind.has_reading, mention.reading),
        ("entity", kind.has_entity, mention.entity),
    ):
        if wanted and value is None:
            yield f"a {mention.type} without {what}", f"its {what}", f"Choose its {what}.", mention.id
        if not wanted and value is not None:
            yield f"a {mention.type} with {what} {value!r}", f"no {what}", f"Remove its {what}.", mention.id


def _entities(document: Document) -> Iterator[Parts]:
    for name, count in Counter(entity.name for entity in document.entities).items():
        if count > 1:
            yield f"{count} entities named {name!r}", "names unique in the article", "Merge or rename them.", ""
    types: dict[str, set[str]] = {}
    for mention in document.mentions:
        if mention.entity:
            types.setdefault(mention.entity, set()).add(mention.type)
    for entity in document.entities:
        if entity.id in types and entity.type not in types[entity.id]:
            yield (
                f"entity type {entity.type}",
                f"a type of its mentions: {', '.join(sorted(types[entity.id]))}",
                "Correct the entity's type.",
                entity.id,
            )


def _clusters(document: Document) -> Iterator[Parts]:
    types: dict[str, str] = {}
    for event in document.events:
        if event.cluster is None:
            continue
        first = types.setdefault(event.cluster, event.type)
        if first != event.type:
            yield (
                f"{event.type} in cluster {event.cluster} of {first}",
                "one type in a cluster",
                "Separate the clusters or correct a type.",
                event.id,
            )
