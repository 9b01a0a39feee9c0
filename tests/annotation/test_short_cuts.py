"""What an annotator may leave open or type short, and what becomes of it when it is pulled."""

from __future__ import annotations

from typing import Any

import pytest

from detente.annotation.controls import attribute_defaults
from detente.annotation.conversion import task_to_document
from detente.annotation.label_config import label_config
from detente.annotation.normalise import normalise_export
from detente.annotation.tasks import document_to_task
from detente.documents import Document
from detente.errors import DataError
from detente.ontology import Ontology


def region(key: str, control: str, label: str, words: str, text: str) -> dict[str, Any]:
    start = text.index(words)
    value = {"start": start, "end": start + len(words), "labels": [label]}
    return {"id": key, "from_name": control, "to_name": "text", "type": "labels", "value": value}


def chosen(key: str, control: str, value: str) -> dict[str, Any]:
    kind, field = ("textarea", "text") if control == "entity" else ("choices", "choices")
    return {"id": key, "from_name": control, "to_name": "text", "type": kind, "value": {field: [value]}}


def drawn(start: str, end: str, *labels: str) -> dict[str, Any]:
    return {"type": "relation", "from_id": start, "to_id": end, "direction": "right", "labels": list(labels)}


def convert(
    blank: Document, result: list[dict[str, Any]], ontology: Ontology, more: dict[str, Any] | None = None
) -> Document:
    task = document_to_task(blank, ontology, more=more)
    return task_to_document(task, {"annotator": "ann", "result": result}, ontology)


@pytest.fixture
def marks(blank: Document) -> list[dict[str, Any]]:
    text = blank.text or ""
    return [
        region("m", "mention", "GPE", "Testland", text),
        region("v", "event", "DEMAND_REQUEST", "asked", text),
        chosen("v", "modality", "ACTUAL"),
    ]


def test_what_the_page_promised_holds_where_nothing_was_chosen(
    blank: Document, marks: list[dict[str, Any]], ontology: Ontology
) -> None:
    (event,) = convert(blank, marks, ontology, {"defaults": attribute_defaults(ontology)}).events
    assert (event.polarity, event.modality, event.source) == ("POS", "ACTUAL", "author")


def test_a_page_that_promised_nothing_leaves_it_open(
    blank: Document, marks: list[dict[str, Any]], ontology: Ontology
) -> None:
    (event,) = convert(blank, marks, ontology).events
    assert (event.polarity, event.source) == (None, None)


def test_a_source_that_is_drawn_is_no_open_one(
    blank: Document, marks: list[dict[str, Any]], ontology: Ontology
) -> None:
    result = [*marks, drawn("v", "m", "source")]
    document = convert(blank, result, ontology, {"defaults": attribute_defaults(ontology)})
    assert document.events[0].source == document.mentions[0].id


def test_defaults_outlast_the_normalised_export(
    blank: Document, marks: list[dict[str, Any]], ontology: Ontology
) -> None:
    task = document_to_task(blank, ontology, more={"defaults": attribute_defaults(ontology)})
    (kept,) = normalise_export([task | {"annotations": [{"annotator": "ann", "result": marks}]}])
    (event,) = task_to_document(kept, kept["annotations"][0], ontology).events
    assert event.polarity == "POS"


def test_the_adjudicators_page_asks_for_what_others_may_leave_open(ontology: Ontology) -> None:
    message = "An event has no polarity yet."
    assert message not in label_config(ontology, "full")
    assert message in label_config(ontology, "full", adjudication=True)


def test_a_short_name_is_pulled_in_full(blank: Document, marks: list[dict[str, Any]], ontology: Ontology) -> None:
    (entity,) = convert(blank, [*marks, chosen("m", "entity", "=")], ontology).entities
    assert entity.name == "Testland"


def test_a_short_name_that_fits_none_is_told(blank: Document, marks: list[dict[str, Any]], ontology: Ontology) -> None:
    with pytest.raises(DataError, match=r"entity 'Aze\*', which fits no name"):
        convert(blank, [*marks, chosen("m", "entity", "Aze*")], ontology)


def test_a_condition_is_linked_without_a_label_and_an_argument_is_not(
    blank: Document, marks: list[dict[str, Any]], ontology: Ontology
) -> None:
    condition = region("k", "condition", "CONDITION", "if talks fail", blank.text or "")
    (event,) = convert(blank, [*marks, condition, drawn("v", "k")], ontology).events
    assert event.condition is not None
    with pytest.raises(DataError, match="without a label"):
        convert(blank, [*marks, drawn("v", "m")], ontology)


def test_the_style_sheet_survives_the_page_which_reads_it_as_it_is_escaped(ontology: Ontology) -> None:
    style = label_config(ontology, "full", adjudication=True).partition("<Style>")[2].partition("</Style>")[0]
    assert "&" not in style
