"""Kinds of broken export: each is answered with a fault that says where, what and what to do; none by a traceback.

Every kind comes twice: as the server exports it, and in the normalised form that `detente annotate pull` keeps.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente.annotation.export import convert_export, load_export
from detente.annotation.normalise import normalise_export, write_export
from detente.annotation.results import document_to_result
from detente.annotation.tasks import document_to_task
from detente.documents import Document
from detente.errors import DataError, Fault
from detente.ontology import Ontology

Item = dict[str, Any]
Break = Callable[[Item, list[Item]], object]
ANNOTATOR = "alice@example.org"


def export_of(document: Document, ontology: Ontology) -> Item:
    """The task as the server exports it, annotated by one annotator."""
    annotation = {
        "id": 5,
        "completed_by": {"id": 2, "email": ANNOTATOR},
        "result": copy.deepcopy(document_to_result(document, ontology)),
        "was_cancelled": False,
        "updated_at": "2024-05-01T10:00:00Z",
        "ground_truth": False,
    }
    task = document_to_task(document, ontology, pass_name="full")
    return {"id": 7, "data": copy.deepcopy(task["data"]), "annotations": [annotation], "predictions": [], "drafts": []}


@pytest.fixture
def task(annotated: Document, ontology: Ontology) -> Item:
    return export_of(annotated, ontology)


def item(result: list[Item], key: str, control: str) -> Item:
    return next(i for i in result if i.get("id") == key and i["from_name"] == control)


def relation(result: list[Item], label: str, start: str) -> Item:
    return next(i for i in result if i["type"] == "relation" and label in i["labels"] and i["from_id"] == start)


def region(key: str, control: str, start: object, end: object, label: str) -> Item:
    value = {"start": start, "end": end, "labels": [label]}
    return {"id": key, "from_name": control, "to_name": "text", "type": "labels", "value": value}


def link(start: str, end: str, *labels: str, direction: str = "right") -> Item:
    return {"type": "relation", "from_id": start, "to_id": end, "direction": direction, "labels": list(labels)}


def value(key: str, control: str, **changes: object) -> Break:
    return lambda _, r: item(r, key, control)["value"].update(changes)


def add(*items: Any) -> Break:
    return lambda _, r: r.extend(copy.deepcopy(items))


def change(label: str, start: str, **changes: object) -> Break:
    return lambda _, r: relation(r, label, start).update(changes)


def drop(find: Callable[[list[Item]], Item]) -> Break:
    return lambda _, r: r.remove(find(r))


def data(**changes: object) -> Break:
    return lambda t, _: t["data"].update(changes)


def submitted(**changes: object) -> Break:
    return lambda t, _: t["annotations"][0].update(changes)


def second_wikidata_id(_: Item, result: list[Item]) -> None:
    named = [i for i in result if i.get("from_name") == "entity" and i["value"]["text"] == ["Examplia"]]
    result.append(named[-1] | {"from_name": "wikidata", "value": {"text": ["Q2"]}})


# kind: how an export is broken so, what the fault says was found, the label of the region that it names, the remedy
MARK_AGAIN, GENERATED, ONTOLOGY = "mark it again", "Use the generated configuration", "Use a label of the ontology"
KINDS: dict[str, tuple[Break, str, str, str]] = {
    "text differs from the source": (
        lambda t, _: t["data"].update(text=t["data"]["text"] + " "),
        "a text with SHA-256",
        "",
        "Restore the source",
    ),
    "text came back with CRLF": (
        lambda t, _: t["data"].update(text=t["data"]["text"].replace("\n", "\r\n")),
        "a text with SHA-256",
        "",
        "Restore the source",
    ),
    "empty text": (data(text=""), "a text with SHA-256", "", "Restore the source"),
    "text that is no text": (data(text=5), "text 5", "", "Push the document again"),
    "somebody else's task": (
        lambda t, _: t.update(data={"text": "x"}),
        "a task without a document",
        "",
        "Push the document again",
    ),
    "blocks that do not fit": (data(blocks=[{"start": "x"}]), "task data that do not fit", "", "Push the document"),
    "unknown mention label": (value("m1", "mention", labels=["COUNTRY"]), "'COUNTRY'", "COUNTRY", ONTOLOGY),
    "unknown event label": (value("v3", "event", labels=["HELP"]), "event type 'HELP'", "HELP", ""),
    "unknown evidence label": (value("s1", "evidence", labels=["MOOD"]), "evidence label 'MOOD'", "MOOD", GENERATED),
    "unknown paragraph kind": (add(region("r", "block", 33, 40, "advert")), "block kind 'advert'", "advert", GENERATED),
    "unknown control": (add(region("r", "thing", 33, 41, "GPE")), "unknown control 'thing'", "region ", GENERATED),
    "unknown choice": (value("m1", "level", choices=["NAME"]), "level 'NAME'", "GPE", ONTOLOGY),
    "two labels on a region": (
        value("m1", "mention", labels=["GPE", "PER"]),
        "labels ['GPE', 'PER']",
        "m",
        "one label",
    ),
    "no label on a region": (value("m1", "mention", labels=[]), "labels []", "m", "exactly one label"),
    "span beyond the text": (value("m1", "mention", end=9999), "9999)", "GPE", "end exclusive"),
    "span before the text": (value("m1", "mention", start=-5), "[-5", "GPE", "end exclusive"),
    "span turned round": (value("m1", "mention", start=41, end=33), "[41, 33)", "GPE", "end exclusive"),
    "span of nothing": (value("m1", "mention", start=33, end=33), "[33, 33)", "GPE", "end exclusive"),
    "offsets that are no numbers": (value("m1", "mention", start="33"), "offsets '33'", "m", MARK_AGAIN),
    "region without value": (add({"id": "r", "type": "labels", "from_name": "mention"}), "without id", "r", MARK_AGAIN),
    "repeated region id": (
        add(region("r", "mention", 33, 41, "GPE"), region("r", "mention", 52, 60, "GPE")),
        "two regions with the id r",
        "GPE at [33, 41)",
        MARK_AGAIN,
    ),
    "dangling relation": (change("Provider", "v3", to_id="gone"), "region gone", "MIL_AID", "draw it again"),
    "unlabelled relation": (change("Provider", "v3", labels=[]), "without a label", "MIL_AID", "Pick its label"),
    "relation that lost its labels": (
        lambda _, r: relation(r, "Provider", "v3").pop("labels"),
        "without a label",
        "MIL_AID",
        "Pick its label",
    ),
    "unknown relation label": (change("Provider", "v3", labels=["Helper"]), "role 'Helper'", "MIL_AID", "Correct the"),
    "role that the type does not take": (
        change("Provider", "v3", labels=["Attacker"]),
        "role 'Attacker' of MIL_AID",
        "MIL_AID",
        "Correct the role",
    ),
    "filler that the role does not take": (change("Time", "v1", to_id="m1"), "Time filled by a", "DEMAND", "Correct"),
    "event as its own filler": (add(link("v1", "v1", "Content")), "Content filled by", "DEMAND_REQUEST", "Correct it"),
    "relation from a mention": (add(link("m1", "v1", "Requester")), "from mention GPE", "GPE", "turn its arrow"),
    "relation without direction": (change("Provider", "v3", direction="bi"), "without a direction", "MIL_AID", "arrow"),
    "choice without its region": (
        add({"id": "gone", "from_name": "level", "type": "choices", "value": {"choices": ["NAM"]}}),
        "level of a region that does not exist",
        "region gone",
        "remove the choice",
    ),
    "choice on the wrong kind of region": (
        add({"id": "v1", "from_name": "level", "type": "choices", "value": {"choices": ["NAM"]}}),
        "level on a region of event",
        "DEMAND_REQUEST",
        "Remove its level",
    ),
    "choice made twice": (
        value("m1", "level", choices=["NAM", "NOM"]),
        "level ['NAM', 'NOM']",
        "GPE",
        "Choose or type",
    ),
    "name typed as blanks": (value("m1", "entity", text=["  "]), "entity ['  ']", "GPE", "Choose or type one entity"),
    "two sources": (add(link("v1", "m8", "source")), "more than one source", "DEMAND_REQUEST", "unselect the choice"),
    "stance without holder": (drop(lambda r: relation(r, "holder", "s1")), "no holders", "STANCE", "Draw one holder"),
    "stance with two targets": (add(link("s1", "m2", "target")), "2 targets", "STANCE", "Delete the others"),
    "stance without label": (
        drop(lambda r: item(r, "s1", "stance_label")),
        "a stance without label",
        "STANCE",
        "Choose its label",
    ),
    "holder without a name": (change("holder", "s1", to_id="m4"), "a mention without an entity", "STANCE", "Type the"),
    "one entity with two Wikidata ids": (
        second_wikidata_id,
        "Wikidata ids Q1, Q2 for 'Examplia'",
        "region",
        "give two entities two names",
    ),
    "Wikidata id without a name": (
        add(
            region("r", "mention", 0, 8, "GPE"),
            {"id": "r", "from_name": "wikidata", "type": "textarea", "value": {"text": ["Q5"]}},
        ),
        "Wikidata id 'Q5' without an entity",
        "GPE at [0, 8)",
        "Type the entity's name",
    ),
    "two types for the same event": (add(link("v2", "v1", "same event")), "as the same event", "MIL_AID", "Delete the"),
    "condition that no event has": (
        add(region("r", "condition", 33, 41, "CONDITION")),
        "a condition that no event has",
        "CONDITION at [33, 41)",
        "Draw a condition relation",
    ),
    "two conditions of one event": (
        add(region("r", "condition", 33, 41, "CONDITION"), link("v2", "r", "condition")),
        "two conditions",
        "MIL_AID",
        "Delete one of the relations",
    ),
    "paragraph of two kinds": (
        add(region("r1", "block", 33, 40, "title"), region("r2", "block", 50, 60, "caption")),
        "a paragraph marked",
        "at [",
        "Delete one of the two marks",
    ),
    "result that is no list": (submitted(result="[]"), "a result that is no list", "", "Export the project again"),
    "result with something strange": (add(None), "None in the result", "", "Export the project again"),
    "annotation that is none": (
        lambda t, _: t["annotations"].append("x"),
        "an annotation that is no object ('x')",
        "",
        "Export the project again",
    ),
    "annotation of nobody": (submitted(completed_by=None), "an annotation of nobody", "", "completed_by"),
}


def faults(tasks: object, ontology: Ontology) -> list[Fault]:
    with pytest.raises(DataError) as caught:
        convert_export(tasks, ontology)  # type: ignore[arg-type]
    return caught.value.faults


def faults_of(tasks: list[Item], ontology: Ontology) -> list[Fault]:
    """The faults where there are any; whatever else is raised fails the test."""
    try:
        convert_export(tasks, ontology)
    except DataError as error:
        return error.faults
    return []


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_export_is_answered_with_where_what_and_what_to_do(kind: str, task: Item, ontology: Ontology) -> None:
    breaking, found, label, remedy = KINDS[kind]
    breaking(task, task["annotations"][0]["result"])
    for form in ([task], normalise_export([task])):
        told = [f for f in faults(form, ontology) if found in f.found]
        assert told, [str(fault) for fault in faults(form, ontology)]
        fault = told[0]
        if kind not in ("somebody else's task",):
            assert fault.document == "dt-9001"
        if form[0] is task:
            assert "task 7" in fault.item
        if kind not in ("annotation that is none", "annotation of nobody", "somebody else's task"):
            assert f"annotator {ANNOTATOR}" in fault.item
        assert label in fault.item
        assert remedy in fault.remedy
        assert fault.expected


def test_there_are_at_least_thirty_kinds() -> None:
    assert len(KINDS) >= 30


def test_offsets_count_and_the_words_that_the_page_sends_along_do_not(
    task: Item, annotated: Document, ontology: Ontology
) -> None:
    before = convert_export([task], ontology).documents
    for entry in task["annotations"][0]["result"]:
        if entry["type"] == "labels":
            entry["value"]["text"] = "something\\n else"
    assert convert_export([task], ontology).documents == before


def test_cancelled_work_drafts_and_untouched_tasks_are_no_faults(task: Item, ontology: Ontology) -> None:
    skipped = task["annotations"][0] | {"id": 6, "was_cancelled": True, "result": "whatever"}
    draft = {"id": 1, "result": [region("r", "mention", 0, 9999, "NOTHING")], "user": ANNOTATOR}
    form = task | {"annotations": [*task["annotations"], skipped], "drafts": [draft], "predictions": [3]}
    export = convert_export([form], ontology)
    assert (len(export.documents), export.cancelled, export.drafts) == (1, 1, 1)


@pytest.mark.parametrize(
    "flat",
    [
        {"id": 7, "text": "x", "mention": [{"start": 0, "end": 1, "labels": ["GPE"]}], "annotator": 1},
        {"id": 7, "data": None, "annotations": []},
        {"id": 7, "data": {"id": "dt-9001"}, "annotations": {}},
        {"id": 7, "data": {"id": "dt-9001"}, "annotations": "none"},
        {"id": 7, "data": {"text": "x"}, "annotations": []},
        {},
    ],
)
def test_another_format_than_json_is_not_taken_for_an_empty_export(flat: Item, ontology: Ontology) -> None:
    for form in ([flat], normalise_export([flat])):
        (fault,) = faults(form, ontology)
        assert "Push the document again" in fault.remedy or "exportType=JSON" in fault.remedy
    assert "task 7" in str(faults([flat], ontology)[0]) or not flat


def test_one_document_in_two_annotated_tasks_is_a_fault_that_names_both(task: Item, ontology: Ontology) -> None:
    (fault,) = faults([task, copy.deepcopy(task) | {"id": 8}], ontology)
    assert (fault.document, fault.found) == ("dt-9001", f"two tasks of pass 'full' annotated by {ANNOTATOR}")


@pytest.mark.parametrize(
    "content",
    [
        b"id,text\n7,x\n",
        b"-DOCSTART- -X- O\n",
        b'[{"data": {"id": "\\ud800", "text": "\\ud800", "sha256": "x"}, "annotations": []}]',
        b'[{"data": {"id": "a", "text": "\\ud800", "sha256": "x"}, "annotations": [{"annotator": "a", "result": []}]}]',
        b'[{"data": {"id": 5, "text": "x", "sha256": "x"}, "annotations": [{"annotator": "a", "result": []}]}]',
        b'[{"data": {"id": "a"}, "annotations": [' + b"[" * 5000 + b"]" * 5000 + b"]}]",
        b'[{"data": {"id": "a", "text": NaN}}]',
    ],
)
def test_a_file_of_another_kind_is_refused_with_its_name(content: bytes, ontology: Ontology, tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"export\.json"):
        load_export(path, ontology)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "start", "labels"]), inner),
    max_leaves=4,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choice=st.data())
def test_whatever_is_broken_is_a_fault_and_never_a_traceback(
    choice: st.DataObject, annotated: Document, ontology: Ontology, tmp_path: Path
) -> None:
    task: Any = export_of(annotated, ontology)
    for _ in range(choice.draw(st.integers(1, 3))):
        place: Any = task
        while True:
            keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = choice.draw(st.sampled_from(keys))
            if isinstance(place[key], dict | list) and place[key] and choice.draw(st.integers(0, 4)):
                place = place[key]
                continue
            place[key] = choice.draw(JSON)
            break
    path = tmp_path / "export.json"
    for form in ([task], normalise_export([task])):
        assert all(fault.found and fault.expected and fault.remedy for fault in faults_of(form, ontology))
    write_export(path, normalise_export([task]))
    assert normalise_export(json.loads(path.read_text("utf-8"))) == json.loads(path.read_text("utf-8"))
