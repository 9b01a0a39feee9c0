"""Exports: what counts, what is skipped and said, and a form in which a diff shows only real changes."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from detente.annotation.canonical import canonical
from detente.annotation.export import convert_export, load_export, read_export
from detente.annotation.normalise import normalise_export, write_export
from detente.annotation.results import document_to_result
from detente.annotation.tasks import document_to_task
from detente.documents import Document, without_text
from detente.errors import DataError
from detente.ontology import Ontology


@pytest.fixture
def raw(blank: Document, annotated: Document, ontology: Ontology) -> dict[str, Any]:
    """A task as the server exports it, with all that it adds."""
    result = copy.deepcopy(document_to_result(annotated, ontology))
    for item in result:
        item["origin"] = "manual"
    annotation = {
        "id": 5,
        "completed_by": 2,
        "result": result,
        "was_cancelled": False,
        "created_at": "2024-05-01T10:00:00Z",
        "updated_at": "2024-05-01T10:00:00Z",
        "lead_time": 17.3,
        "ground_truth": False,
    }
    task = document_to_task(blank, ontology, pass_name="full")
    return {
        "id": 3,
        "data": task["data"],
        "annotations": [annotation],
        "predictions": [9],
        "drafts": [],
        "created_at": "2024-04-30T10:00:00Z",
        "inner_id": 1,
    }


def again(task: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The task with a second annotation, like the first but for the changes."""
    second = task["annotations"][0] | {"id": 6, "updated_at": "2024-05-02T10:00:00Z"} | changes
    return task | {"annotations": [second, *task["annotations"]]}


def test_a_written_export_reads_back_as_the_documents(
    raw: dict[str, Any], annotated: Document, ontology: Ontology, tmp_path: Path
) -> None:
    path = tmp_path / "export.json"
    write_export(path, normalise_export([raw], {2: "alice@example.org"}))
    (version,) = read_export(path, ontology)
    assert version.document == canonical(annotated, ontology)
    assert (version.annotator, version.pass_name) == ("alice@example.org", "full")


def test_an_export_made_by_hand_reads_too(
    raw: dict[str, Any], annotated: Document, ontology: Ontology, tmp_path: Path
) -> None:
    raw["annotations"][0]["completed_by"] = {"id": 2, "email": "alice@example.org"}
    path = tmp_path / "export.json"
    path.write_text(json.dumps([raw]), "utf-8")
    (version,) = read_export(path, ontology)
    assert (version.document, version.annotator) == (canonical(annotated, ontology), "alice@example.org")


def test_dates_server_ids_and_lead_times_are_left_out(raw: dict[str, Any], tmp_path: Path) -> None:
    other = copy.deepcopy(raw)
    other |= {"id": 99, "inner_id": 4, "predictions": [], "created_at": "2031-01-01T00:00:00Z"}
    other["annotations"][0] |= {"id": 77, "updated_at": "2030-01-01T00:00:00Z", "lead_time": 1.0}
    for item in other["annotations"][0]["result"]:
        if item["type"] == "labels":
            item["value"].pop("text")
        item["origin"] = "prediction"
    assert normalise_export([raw], {2: "a"}) == normalise_export([other], {2: "a"})
    path = tmp_path / "export.json"
    write_export(path, normalise_export([raw]))
    assert "2024-05-01T" not in path.read_text("utf-8")


def test_a_new_region_adds_its_lines_and_renames_no_other(raw: dict[str, Any], tmp_path: Path) -> None:
    value = {"start": 0, "end": 8, "text": "Examplia", "labels": ["GPE"]}
    new = {"id": "zz", "from_name": "mention", "to_name": "text", "type": "labels", "value": value}
    paths = [tmp_path / "before.json", tmp_path / "after.json"]
    write_export(paths[0], normalise_export([raw]))
    raw["annotations"][0]["result"].append(new)
    write_export(paths[1], normalise_export([raw]))
    before, after = (path.read_text("utf-8").split("\n") for path in paths)
    added = [line for line in after if line not in before]
    assert len(after) == len(before) + 1
    assert [json.loads(line.rstrip(","))["id"] for line in added] == ["mention-0-8"]


def test_regions_of_the_same_span_keep_apart(raw: dict[str, Any], ontology: Ontology, annotated: Document) -> None:
    (task,) = normalise_export([raw])
    ids = [i["id"] for i in task["annotations"][0]["result"] if i["type"] == "labels"]
    assert len(ids) == len(set(ids))
    (version,) = convert_export([task], ontology).documents
    assert version.document == canonical(annotated, ontology)


def test_cancelled_drafts_and_untouched_tasks_are_counted_and_skipped(
    raw: dict[str, Any], blank: Document, ontology: Ontology
) -> None:
    untouched = document_to_task(msgspec.structs.replace(blank, id="dt-9002"), ontology) | {
        "annotations": [],
        "drafts": [{"id": 1, "result": []}],
    }
    tasks = [again(raw, was_cancelled=True, completed_by=3), untouched]
    for form in (tasks, normalise_export(tasks)):
        export = convert_export(form, ontology)
        assert (len(export.documents), export.cancelled, export.drafts, export.unannotated) == (1, 1, 1, 1)


def test_a_submitted_empty_result_is_a_valid_negative(raw: dict[str, Any], blank: Document, ontology: Ontology) -> None:
    raw["annotations"][0]["result"] = []
    assert [version.document for version in convert_export([raw], ontology).documents] == [blank]


def test_of_two_submissions_by_one_annotator_the_newest_counts_and_is_reported(
    raw: dict[str, Any], blank: Document, ontology: Ontology
) -> None:
    tasks = [again(raw, result=[])]
    for form in (tasks, normalise_export(tasks, {2: "alice"})):
        export = convert_export(form, ontology)
        assert [version.document for version in export.documents] == [blank]
        assert "submitted 2 times; newest counts" in export.superseded[0]


def test_two_annotators_of_one_task_are_two_versions(raw: dict[str, Any], ontology: Ontology) -> None:
    tasks = normalise_export([again(raw, result=[], completed_by=3)], {2: "zoe", 3: "ann"})
    assert [v.annotator for v in convert_export(tasks, ontology).documents] == ["ann", "zoe"]


def test_one_document_in_two_tasks_is_refused(raw: dict[str, Any], ontology: Ontology) -> None:
    with pytest.raises(DataError, match="two tasks of pass 'full'"):
        convert_export([raw, raw], ontology)


def test_the_faults_of_all_tasks_are_told_together(
    raw: dict[str, Any], blank: Document, ontology: Ontology, tmp_path: Path
) -> None:
    other = copy.deepcopy(raw)
    other["data"]["id"] = "dt-9002"
    for task in (raw, other):
        task["annotations"][0]["result"][0]["value"]["labels"] = ["COUNTRY"]
    path = tmp_path / "export.json"
    write_export(path, normalise_export([raw, other], {2: "alice"}))
    with pytest.raises(DataError) as caught:
        read_export(path, ontology)
    assert {(fault.document, fault.path) for fault in caught.value.faults} == {
        ("dt-9001", str(path)),
        ("dt-9002", str(path)),
    }


def test_normalising_hides_no_fault(raw: dict[str, Any], ontology: Ontology) -> None:
    result = raw["annotations"][0]["result"]
    result += [copy.deepcopy(result[0]), {"type": "relation", "from_id": "m1", "to_id": "gone", "labels": []}, {"x": 1}]
    with pytest.raises(DataError) as caught:
        convert_export(normalise_export([raw]), ontology)
    told = str(caught.value)
    assert "two regions with the id m1" in told
    assert "gone" in told
    assert "unknown control None" in told


def test_an_entity_typed_in_two_ways_is_warned_of(raw: dict[str, Any], ontology: Ontology) -> None:
    names = [i for i in raw["annotations"][0]["result"] if i.get("from_name") == "entity"]
    next(i for i in names if i["value"]["text"] == ["Examplia"])["value"]["text"] = ["examplia"]
    (warning,) = convert_export([raw], ontology).warnings
    assert "'examplia' and 'Examplia': one thing?" in warning


@pytest.fixture
def standoff(annotated: Document, ontology: Ontology) -> dict[str, Any]:
    assert annotated.meta is not None
    document = msgspec.structs.replace(annotated, meta=msgspec.structs.replace(annotated.meta, standoff=True))
    task = document_to_task(document, ontology, pass_name="full")
    return {"data": task["data"], "annotations": [{"annotator": "a", "result": document_to_result(document, ontology)}]}


def test_a_stand_off_document_leaves_its_text_and_title_behind(standoff: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    write_export(path, normalise_export([standoff]))
    written = path.read_text("utf-8")
    assert "armed forces" not in written
    assert standoff["data"]["title"] not in written
    assert standoff["data"]["sha256"] in written


def test_a_stand_off_document_comes_back_with_the_text_that_is_given_or_without(
    standoff: dict[str, Any], annotated: Document, ontology: Ontology, tmp_path: Path
) -> None:
    path = tmp_path / "export.json"
    write_export(path, normalise_export([standoff]))
    bare = read_export(path, ontology)[0].document
    assert bare == without_text(canonical(annotated, ontology))
    full = read_export(path, ontology, {annotated.id: annotated.text or ""})[0].document
    assert full.text == annotated.text
    assert full.mentions == bare.mentions
    with pytest.raises(DataError, match="SHA-256"):
        read_export(path, ontology, {annotated.id: "another text"})


def test_spans_of_a_stand_off_document_are_checked_against_its_length(
    standoff: dict[str, Any], ontology: Ontology
) -> None:
    (task,) = normalise_export([standoff])
    task["annotations"][0]["result"][0]["value"]["end"] = 10_000
    with pytest.raises(DataError, match="10000"):
        convert_export([task], ontology)


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"[1]", b"\xff", b"[" * 100_000])
def test_a_file_that_is_no_export_is_refused(content: bytes, ontology: Ontology, tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"export\.json"):
        load_export(path, ontology)


def test_a_missing_file_is_told(ontology: Ontology, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Give an existing file"):
        load_export(tmp_path / "none.json", ontology)


def test_an_empty_export_is_written_and_read(ontology: Ontology, tmp_path: Path) -> None:
    write_export(tmp_path / "export.json", [])
    assert load_export(tmp_path / "export.json", ontology).documents == ()
