"""Documents as rows of each configuration, and rows of `documents` as documents again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec
from msgspec.structs import asdict

from detente.documents import Document, Event, Mention, Meta, Span, Stance, annotated_blocks, without_text
from detente.heads import default_head
from detente.ontology import Ontology
from detente.sentences import document_sentences, tokenize

Row = dict[str, Any]


def make_rows(configuration: str, documents: Iterable[Document], ontology: Ontology) -> Iterator[Row]:
    """The rows of one configuration, in the order of the documents; `standoff` drops texts and titles."""
    makers: dict[str, Callable[[Document, Ontology], Iterator[Row]]] = {
        "documents": _document_rows,
        "standoff": _standoff_rows,
        "entities": _sentence_rows,
        "events": _event_rows,
        "stance": stance_rows,
    }
    for document in documents:
        yield from makers[configuration](document, ontology)


def row_to_document(row: Row, features: Any = None) -> Document:
    """A row of `documents` or `standoff` (labels as numbers, with `features`, or as names) as a document."""
    plain = _decode_labels(row, features) if features is not None else row
    for mention in plain["mentions"]:
        head = mention["head"]
        mention["head"] = (head["start"], head["end"]) if head else None
    plain["meta"]["provenance"] = json.loads(plain["meta"]["provenance"] or "{}")
    return msgspec.convert(_without_none(plain), Document)


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return [_without_none(item) for item in value] if isinstance(value, list) else value


def _decode_labels(value: Any, feature: Any) -> Any:
    if value is None:
        return None
    if isinstance(feature, dict):
        return {key: _decode_labels(value[key], feature[key]) for key in value}
    if hasattr(feature, "feature"):
        return [_decode_labels(item, feature.feature) for item in value]
    return feature.int2str(value) if hasattr(feature, "int2str") else value


def _document_rows(document: Document, ontology: Ontology) -> Iterator[Row]:
    meta = asdict(document.meta or Meta())
    yield {
        **asdict(document),
        "meta": meta | {"provenance": json.dumps(meta["provenance"], sort_keys=True, ensure_ascii=False)},
        "blocks": [asdict(block) for block in document.blocks],
        "mentions": [_mention_row(mention, document.text) for mention in document.mentions],
        "entities": [asdict(entity) for entity in document.entities],
        "events": [
            asdict(e) | {"condition": _span(e.condition), "arguments": [asdict(a) for a in e.arguments]}
            for e in document.events
        ],
        "stances": [asdict(stance) | {"evidence": _span(stance.evidence)} for stance in document.stances],
    }


def _span(span: Span | None) -> Row | None:
    return asdict(span) if span else None


def _mention_row(mention: Mention, text: str | None) -> Row:
    head = mention.head
    if head is None and text is not None:
        head = default_head(text, mention.start, mention.end)
    return asdict(mention) | {"head": {"start": head[0], "end": head[1]} if head else None}


def _standoff_rows(document: Document, ontology: Ontology) -> Iterator[Row]:
    for row in _document_rows(without_text(document), ontology):
        del row["text"]
        yield row


def _common(document: Document, number: int) -> Row:
    meta = document.meta
    return {
        "id": f"{document.id}-{number}",
        "document": document.id,
        "story": meta.story if meta else "",
        "canary": meta.canary if meta else "",
    }


def _sentence_rows(document: Document, ontology: Ontology) -> Iterator[Row]:
    text = document.text or ""
    for number, (start, end) in enumerate(document_sentences(document), 1):
        offsets = tokenize(text, start, end)
        spans = [_token_span(m, offsets) for m in document.mentions if start <= m.start and m.end <= end]
        spans.sort(key=lambda span: (span["start"], -span["end"]))
        yield _common(document, number) | {
            "start": start,
            "end": end,
            "text": text[start:end],
            "tokens": [text[a:b] for a, b in offsets],
            "offsets": [{"start": a, "end": b} for a, b in offsets],
            "tags": _flat_tags(spans, len(offsets), ontology),
            "spans": spans,
        }


def _token_span(mention: Mention, offsets: list[tuple[int, int]]) -> Row:
    inside = [i for i, (a, b) in enumerate(offsets) if a < mention.end and mention.start < b]
    return {
        "start": mention.start,
        "end": mention.end,
        "token_start": inside[0],
        "token_end": inside[-1] + 1,
        "type": mention.type,
        "level": mention.level,
        "reading": mention.reading,
        "mention": mention.id,
        "entity": mention.entity,
    }


def _flat_tags(spans: list[Row], length: int, ontology: Ontology) -> list[str]:
    """BIO tags of the outermost exhaustive mentions; what is nested in them has no tag."""
    tags = ["O"] * length
    for span in sorted(spans, key=lambda s: (s["start"] - s["end"], s["start"])):
        inside = range(span["token_start"], span["token_end"])
        if span["level"] in ontology.mention.exhaustive_levels and all(tags[i] == "O" for i in inside):
            for i in inside:
                tags[i] = f"{'B' if i == inside.start else 'I'}-{span['type']}"
    return tags


def _event_rows(document: Document, ontology: Ontology) -> Iterator[Row]:
    text = document.text or ""
    sentences = document_sentences(document)
    mentions = {m.id: m for m in document.mentions}
    events = {e.id: e for e in document.events}
    names = {e.id: e.name for e in document.entities}
    for number, event in enumerate(document.events, 1):
        start, end = next(s for s in sentences if s[0] <= event.start < s[1])
        fillers = [(a.role, mentions[a.mention] if a.mention else events[a.event or ""]) for a in event.arguments]
        source = mentions.get(event.source or "")
        yield _common(document, number) | {
            "event": event.id,
            "sentence": text[start:end],
            "sentence_start": start,
            "trigger": {"start": event.start, "end": event.end, "text": text[event.start : event.end]},
            "type": event.type,
            "polarity": event.polarity,
            "modality": event.modality,
            "source": text[source.start : source.end] if source else event.source,
            "condition": text[event.condition.start : event.condition.end] if event.condition else None,
            "cluster": event.cluster,
            "arguments": [_argument_row(role, filler, text, names) for role, filler in fillers],
        }


def _argument_row(role: str, filler: Mention | Event, text: str, names: dict[str, str]) -> Row:
    is_mention = isinstance(filler, Mention)
    return {
        "start": filler.start,
        "end": filler.end,
        "role": role,
        "filler": "mention" if is_mention else "event",
        "text": text[filler.start : filler.end],
        "type": filler.type,
        "entity": names.get(filler.entity or "") if isinstance(filler, Mention) else None,
    }


def stance_rows(document: Document, ontology: Ontology) -> Iterator[Row]:
    """One row for each candidate pair of a paragraph: the annotated stances, and NONE for every other pair.

    Candidates are the ordered pairs of an entity that can hold a stance and another entity or an event, both
    mentioned in the paragraph. A pair with several stances (by source) has a row for each.
    """
    text = document.text or ""
    names = {e.id: e.name for e in document.entities}
    number = 0
    for block in annotated_blocks(document):
        inside = [m for m in document.mentions if block.start <= m.start < block.end and m.entity]
        events = [e for e in document.events if block.start <= e.start < block.end]
        holders = dict.fromkeys(m.entity for m in inside if m.type in ontology.holder_types)
        targets = {m.entity: ("entity", names[m.entity or ""]) for m in inside}
        targets |= {e.id: ("event", text[e.start : e.end]) for e in events}
        here = [s for s in document.stances if s.evidence and block.start <= s.evidence.start < block.end]
        pairs = [(h, t) for h in holders for t in targets if h != t]
        pairs += [(s.holder, s.target) for s in here if (s.holder, s.target) not in pairs]
        for holder, target in dict.fromkeys(pairs):
            kind, words = targets.get(target) or _elsewhere(target or "", document, names)
            found: list[Stance | None] = [s for s in here if (s.holder, s.target) == (holder, target)]
            for stance in found or [None]:
                number += 1
                yield _common(document, number) | {
                    "paragraph": text[block.start : block.end],
                    "paragraph_start": block.start,
                    "holder": names[holder or ""],
                    "holder_id": holder,
                    "target": words,
                    "target_id": target,
                    "target_kind": kind,
                    "label": stance.label if stance else ontology.stance.none,
                    "explicit": stance.explicit if stance else None,
                    "source": stance.source if stance else None,
                    "evidence": _span(stance.evidence) if stance else None,
                }


def _elsewhere(target: str, document: Document, names: dict[str, str]) -> tuple[str, str]:
    """A stance's target that is not mentioned in the paragraph of its evidence."""
    if target in names:
        return "entity", names[target]
    event = next(e for e in document.events if e.id == target)
    return "event", (document.text or "")[event.start : event.end]
