"""The features of every configuration, generated from the ontology, whose order is the order of the ClassLabels.

`List({...})`, never `Sequence({...})` (which turns lists of structs into structs of lists).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from detente.documents import BlockKind
from detente.ontology import Ontology

if TYPE_CHECKING:
    from datasets import Features

CONFIGURATIONS = ("documents", "entities", "events", "stance", "standoff")
SPLITS = ("train", "validation", "test")


def make_features(configuration: str, ontology: Ontology) -> Features:
    """The `datasets.Features` of one configuration."""
    from datasets import Features

    makers = {
        "documents": _documents,
        "entities": _entities,
        "events": _events,
        "stance": _stance,
        "standoff": _standoff,
    }
    return Features(makers[configuration](ontology))


def bio_tags(ontology: Ontology) -> list[str]:
    """Names of the flat tags: O, then B- and I- of every type, in the order of the ontology."""
    return ["O", *(f"{prefix}-{name}" for name in ontology.entity_type for prefix in "BI")]


def _labels(names: Any) -> Any:
    from datasets import ClassLabel

    return ClassLabel(names=list(names))


def _value(kind: str) -> Any:
    from datasets import Value

    return Value(kind)


def _list(item: Any) -> Any:
    from datasets import List

    return List(item)


def _span() -> dict[str, Any]:
    return {"start": _value("int32"), "end": _value("int32")}


def _meta() -> dict[str, Any]:
    texts = ("title", "published", "licence", "language", "family", "region", "kind", "story", "provenance", "canary")
    meta: dict[str, Any] = dict.fromkeys(texts, _value("string"))
    return meta | {
        "sources": _list(_value("string")),
        "sha256": _value("string"),
        "length": _value("int32"),
        "standoff": _value("bool"),
        "notes": _list(_value("string")),
    }


def _documents(ontology: Ontology) -> dict[str, Any]:
    text = _value("string")
    mention = {
        **_span(),
        "id": text,
        "head": _span(),
        "type": _labels(ontology.entity_type),
        "level": _labels(ontology.levels),
        "reading": _labels(ontology.readings),
        "value": text,
        "entity": text,
    }
    entity = {"id": text, "name": text, "type": _labels(ontology.entity_type), "wikidata": text}
    event = {
        **_span(),
        "id": text,
        "type": _labels(ontology.event_type),
        "polarity": _labels(ontology.polarities),
        "modality": _labels(ontology.modalities),
        "source": text,
        "condition": _span(),
        "cluster": text,
        "arguments": _list({"role": _labels(ontology.roles), "mention": text, "event": text}),
    }
    stance = {
        "id": text,
        "holder": text,
        "target": text,
        "label": _labels(ontology.stance_labels),
        "explicit": _value("bool"),
        "source": text,
        "evidence": _span(),
    }
    return {
        "id": text,
        "schema": _value("int32"),
        "text": text,
        "meta": _meta(),
        "blocks": _list({**_span(), "kind": _labels(get_args(BlockKind)), "rule": text}),
        "mentions": _list(mention),
        "entities": _list(entity),
        "events": _list(event),
        "stances": _list(stance),
    }


def _standoff(ontology: Ontology) -> dict[str, Any]:
    return {name: feature for name, feature in _documents(ontology).items() if name != "text"}


def _row(**fields: Any) -> dict[str, Any]:
    start = {name: _value("string") for name in ("id", "document", "story")}
    return {**start, **fields, "canary": _value("string")}


def _entities(ontology: Ontology) -> dict[str, Any]:
    span = {
        **_span(),
        "token_start": _value("int32"),
        "token_end": _value("int32"),
        "type": _labels(ontology.entity_type),
        "level": _labels(ontology.levels),
        "reading": _labels(ontology.readings),
        "mention": _value("string"),
        "entity": _value("string"),
    }
    return _row(
        **_span(),
        text=_value("string"),
        tokens=_list(_value("string")),
        offsets=_list(_span()),
        tags=_list(_labels(bio_tags(ontology))),
        spans=_list(span),
    )


def _events(ontology: Ontology) -> dict[str, Any]:
    argument = {
        **_span(),
        "role": _labels(ontology.roles),
        "filler": _labels(("mention", "event")),
        "text": _value("string"),
        "type": _value("string"),
        "entity": _value("string"),
    }
    return _row(
        event=_value("string"),
        sentence=_value("string"),
        sentence_start=_value("int32"),
        trigger={**_span(), "text": _value("string")},
        type=_labels(ontology.event_type),
        polarity=_labels(ontology.polarities),
        modality=_labels(ontology.modalities),
        source=_value("string"),
        condition=_value("string"),
        cluster=_value("string"),
        arguments=_list(argument),
    )


def _stance(ontology: Ontology) -> dict[str, Any]:
    return _row(
        paragraph=_value("string"),
        paragraph_start=_value("int32"),
        holder=_value("string"),
        holder_id=_value("string"),
        target=_value("string"),
        target_id=_value("string"),
        target_kind=_labels(("entity", "event")),
        label=_labels([*ontology.stance_labels, ontology.stance.none]),
        explicit=_value("bool"),
        source=_value("string"),
        evidence=_span(),
    )
