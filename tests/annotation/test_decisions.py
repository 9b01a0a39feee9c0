"""Reasons chosen in the page end in the table of decisions; a changed pass is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from detente.annotation.adjudication import find_differences
from detente.annotation.decisions import (
    Decision,
    decide_export,
    given_reasons,
    show_differences,
    write_decisions,
)
from detente.annotation.export import convert_export
from detente.annotation.normalise import normalise_export
from detente.annotation.results import document_to_result
from detente.annotation.tasks import document_to_task
from detente.documents import Document
from detente.errors import DataError
from detente.ontology import Ontology


def reason(number: int, value: str) -> dict[str, Any]:
    return {
        "id": f"random{number}",
        "from_name": f"reason_{number - 1}",
        "to_name": "text",
        "type": "choices",
        "value": {"choices": [value]},
    }


@pytest.fixture
def other(annotated: Document) -> Document:
    """A pass that lacks the last stance."""
    return msgspec.structs.replace(annotated, stances=annotated.stances[:-1])


@pytest.fixture
def tasks(blank: Document, annotated: Document, other: Document, ontology: Ontology) -> list[dict[str, Any]]:
    """The pulled adjudication, decided for the first pass."""
    differences = find_differences(annotated, other)[1]
    task = document_to_task(blank, ontology, more=show_differences(differences))
    result = [*document_to_result(annotated, ontology), *(reason(d.number, "missed") for d in reversed(differences))]
    return normalise_export([task | {"annotations": [{"annotator": "carla", "result": result}]}])


def test_the_reasons_outlast_the_normalised_export_in_order(blank: Document, ontology: Ontology) -> None:
    task = document_to_task(blank, ontology) | {
        "annotations": [{"annotator": "carla", "result": [reason(11, "span"), reason(2, "type"), reason(1, "missed")]}]
    }
    (kept,) = normalise_export([task])
    assert normalise_export([kept]) == [kept]
    names = [item["from_name"] for item in kept["annotations"][0]["result"]]
    assert names == ["reason_0", "reason_1", "reason_10"]
    assert given_reasons([kept]) == {blank.id: {1: "missed", 2: "type", 11: "span"}}


def test_each_difference_is_decided_with_its_reason(
    tasks: list[dict[str, Any]], annotated: Document, other: Document, ontology: Ontology
) -> None:
    versions = {annotated.id: [annotated, other]}
    table = decide_export(tasks, convert_export(tasks, ontology), versions, {})
    assert table == [Decision(annotated.id, 1, "stance", "A", "missed")]


def test_a_pass_changed_since_is_told(
    tasks: list[dict[str, Any]], annotated: Document, other: Document, ontology: Ontology
) -> None:
    changed = msgspec.structs.replace(other, stances=())
    with pytest.raises(DataError, match="passes that have changed since"):
        decide_export(tasks, convert_export(tasks, ontology), {annotated.id: [annotated, changed]}, {})


def test_the_rows_of_other_articles_stay(tmp_path: Path) -> None:
    path = tmp_path / "decisions.tsv"
    write_decisions(path, [Decision("a", 1, "mentions", "A", "type"), Decision("b", 1, "events", "B", "span")])
    write_decisions(path, [Decision("a", 2, "stance", "other", "unclear")], keep=True)
    rows = path.read_text("utf-8").splitlines()[2:]
    assert rows == ["a\t2\tstance\tother\tunclear", "b\t1\tevents\tB\tspan"]
