"""What is wrong in a result is refused: all of it, named by document, task, annotator, region and label."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from detente.annotation.conversion import task_to_document
from detente.annotation.results import document_to_result
from detente.annotation.tasks import document_to_task
from detente.documents import Document, Mention
from detente.errors import DataError, Fault
from detente.ontology import Ontology

Items = list[dict[str, Any]]


@pytest.fixture
def task(blank: Document, ontology: Ontology) -> dict[str, Any]:
    return {"id": 7} | document_to_task(blank, ontology)


@pytest.fixture
def result(annotated: Document, ontology: Ontology) -> Items:
    """The result of the annotated article: mentions m1 …, events v1 … v3, stances s1 and s2, condition k1."""
    return copy.deepcopy(document_to_result(annotated, ontology))


def item(result: Items, key: str, control: str) -> dict[str, Any]:
    return next(i for i in result if i.get("id") == key and i["from_name"] == control)


def relation(result: Items, label: str, start: str) -> dict[str, Any]:
    return next(i for i in result if i["type"] == "relation" and label in i["labels"] and i["from_id"] == start)


def region(key: str, control: str, start: int, end: int, label: str) -> dict[str, Any]:
    value = {"start": start, "end": end, "labels": [label]}
    return {"id": key, "from_name": control, "to_name": "text", "type": "labels", "value": value}


def link(start: str, end: str, *labels: str, direction: str = "right") -> dict[str, Any]:
    return {"type": "relation", "from_id": start, "to_id": end, "direction": direction, "labels": list(labels)}


def faults(task: dict[str, Any], result: object, ontology: Ontology, *, gold: bool = False) -> list[Fault]:
    with pytest.raises(DataError) as caught:
        task_to_document(task, {"annotator": "alice@example.org", "result": result}, ontology, gold=gold)
    return caught.value.faults


def only(task: dict[str, Any], result: object, ontology: Ontology) -> str:
    (fault,) = faults(task, result, ontology)
    return str(fault)


def test_a_fault_names_document_task_annotator_region_and_label(
    task: dict[str, Any], result: Items, ontology: Ontology
) -> None:
    item(result, "m1", "mention")["value"]["labels"] = ["COUNTRY"]
    told = only(task, [i for i in result if i.get("id") == "m1" and i["from_name"] == "mention"], ontology)
    assert told.startswith("dt-9001, task 7, annotator alice@example.org, region m1 (COUNTRY at [33, 41)): found")
    assert "expected one of PER, GPE" in told
    assert told.endswith("Use a label of the ontology.")


def test_all_faults_are_told_at_once(task: dict[str, Any], result: Items, ontology: Ontology) -> None:
    item(result, "m1", "level")["value"]["choices"] = ["NAME"]
    item(result, "v1", "event")["value"]["labels"] = ["ASK"]
    relation(result, "Provider", "v3")["labels"] = []
    result.append(link("v1", "nowhere", "Agent"))
    found = [fault.found for fault in faults(task, result, ontology)]
    assert len(found) == 4
    assert "level 'NAME'" in found
    assert "event type 'ASK'" in found


def test_a_text_that_differs_from_the_source_is_refused(task: dict[str, Any], ontology: Ontology) -> None:
    task["data"]["text"] += " "
    assert "found a text with SHA-256" in only(task, [], ontology)


def test_a_task_of_somebody_else_is_refused(ontology: Ontology) -> None:
    assert "a task without a document" in only({"id": 1, "data": {"text": "x"}}, [], ontology)


def test_unknown_controls_are_refused(task: dict[str, Any], result: Items, ontology: Ontology) -> None:
    item(result, "m1", "level")["from_name"] = "grade"
    assert "unknown control 'grade'" in only(task, result, ontology)
    assert "unknown control 'thing'" in only(task, [region("r", "thing", 33, 41, "GPE")], ontology)


@pytest.mark.parametrize(("start", "end"), [(0, 9999), (-1, 3), (8, 8), (9, 8)])
def test_spans_out_of_range_are_refused(task: dict[str, Any], ontology: Ontology, start: int, end: int) -> None:
    assert f"found mention [{start}, {end})" in only(task, [region("r", "mention", start, end, "GPE")], ontology)


def test_a_region_without_offsets_or_with_two_labels_is_refused(task: dict[str, Any], ontology: Ontology) -> None:
    breaks: tuple[dict[str, Any], ...] = ({"start": None}, {"end": "8"}, {"labels": ["GPE", "PER"]}, {"labels": []})
    for broken in breaks:
        mention = region("r", "mention", 33, 41, "GPE")
        mention["value"] |= broken
        only(task, [mention], ontology)


def test_repeated_region_ids_are_refused(task: dict[str, Any], ontology: Ontology) -> None:
    twice = [region("r", "mention", 33, 41, "GPE"), region("r", "mention", 52, 60, "GPE")]
    assert "two regions with the id r" in only(task, twice, ontology)


def test_dangling_and_unlabelled_relations_are_refused(task: dict[str, Any], result: Items, ontology: Ontology) -> None:
    relation(result, "Provider", "v3")["to_id"] = "gone"
    assert "region gone, which does not exist" in only(task, result, ontology)
    relation(result, "Provider", "v3")["to_id"] = "m6"
    relation(result, "Provider", "v3").pop("labels")
    assert "without a label" in only(task, result, ontology)


def test_a_role_that_the_type_does_not_take_is_refused(task: dict[str, Any], result: Items, ontology: Ontology) -> None:
    relation(result, "Provider", "v3")["labels"] = ["Attacker"]
    told = only(task, result, ontology)
    assert "found role 'Attacker' of MIL_AID; expected one of Provider, Recipient, Item" in told
    assert "(MIL_AID at [" in told


def test_a_mention_type_that_the_role_does_not_take_is_refused(
    task: dict[str, Any], result: Items, ontology: Ontology
) -> None:
    relation(result, "Time", "v1")["to_id"] = "m1"
    told = str(faults(task, result, ontology)[0])
    assert "Time filled by a GPE" in told


def test_an_arrow_may_be_turned_round_but_not_left_double(
    task: dict[str, Any], result: Items, annotated: Document, ontology: Ontology
) -> None:
    arc = relation(result, "Provider", "v3")
    expected = task_to_document(task, {"result": result}, ontology)
    arc["from_id"], arc["to_id"], arc["direction"] = arc["to_id"], arc["from_id"], "left"
    assert task_to_document(task, {"result": result}, ontology) == expected
    arc["direction"] = "bi"
    assert "without a direction" in only(task, result, ontology)


def test_a_relation_from_a_mention_is_refused(task: dict[str, Any], result: Items, ontology: Ontology) -> None:
    result.append(link("m1", "v1", "Requester"))
    told = only(task, result, ontology)
    assert "Requester from mention GPE to event DEMAND_REQUEST" in told
    assert "turn its arrow round" in told


def test_a_choice_without_its_region_or_on_another_kind_of_region_is_refused(
    task: dict[str, Any], result: Items, ontology: Ontology
) -> None:
    level = item(result, "m1", "level")
    assert "level of a region that does not exist" in only(task, [level], ontology)
    level["id"] = "v1"
    assert "level on a region of event" in only(task, result, ontology)


def test_a_choice_made_twice_is_refused(task: dict[str, Any], result: Items, ontology: Ontology) -> None:
    result.append(copy.deepcopy(item(result, "m1", "level")))
    assert "level given twice" in only(task, result, ontology)
    result.pop()
    item(result, "m1", "entity")["value"]["text"] = ["Examplia", "Examplian"]
    assert "expected exactly one value" in str(faults(task, result, ontology)[0])


def test_two_sources_of_one_event_are_refused(task: dict[str, Any], result: Items, ontology: Ontology) -> None:
    result.append(link("v1", "m8", "source"))
    assert "more than one source" in only(task, result, ontology)


def test_a_stance_needs_one_holder_one_target_and_a_label(
    task: dict[str, Any], result: Items, ontology: Ontology
) -> None:
    without = [i for i in result if i is not relation(result, "holder", "s1")]
    assert "no holders of a stance" in only(task, without, ontology)
    several = [*result, link("s1", "m2", "target")]
    assert "2 targets of a stance" in only(task, several, ontology)
    unlabelled = [i for i in result if i is not item(result, "s1", "stance_label")]
    assert "a stance without label" in only(task, unlabelled, ontology)


def test_several_mentions_of_one_holder_are_one_holder(task: dict[str, Any], result: Items, ontology: Ontology) -> None:
    expected = task_to_document(task, {"result": result}, ontology)
    holder = relation(result, "holder", "s1")["to_id"]
    entity = item(result, holder, "entity")["value"]["text"]
    same = next(
        i["id"] for i in result if i.get("from_name") == "entity" and i["value"]["text"] == entity and i["id"] != holder
    )
    assert task_to_document(task, {"result": [*result, link("s1", same, "holder")]}, ontology) == expected


def test_a_holder_without_an_entity_is_refused(task: dict[str, Any], result: Items, ontology: Ontology) -> None:
    relation(result, "holder", "s1")["to_id"] = "m4"
    assert "a mention without an entity" in only(task, result, ontology)


def test_the_same_event_is_of_one_type(task: dict[str, Any], result: Items, ontology: Ontology) -> None:
    result.append(link("v2", "v1", "same event"))
    assert "joined with DEMAND_REQUEST as the same event" in only(task, result, ontology)


def test_a_condition_belongs_to_an_event(task: dict[str, Any], result: Items, ontology: Ontology) -> None:
    relation(result, "condition", "v2")["labels"] = ["Content"]
    told = " ".join(map(str, faults(task, result, ontology)))
    assert "a condition that no event has" in told
    assert "Content from event MIL_AID to condition CONDITION" in told


def test_one_entity_has_one_wikidata_id(task: dict[str, Any], result: Items, ontology: Ontology) -> None:
    other = copy.deepcopy(item(result, "m1", "wikidata"))
    other["id"] = next(
        i["id"]
        for i in result
        if i.get("from_name") == "entity" and i["value"]["text"] == ["Examplia"] and i["id"] != "m1"
    )
    other["value"]["text"] = ["Q2"]
    assert "Wikidata ids Q1, Q2 for 'Examplia'" in only(task, [*result, other], ontology)


def test_a_paragraph_is_of_one_kind_and_of_a_known_one(task: dict[str, Any], ontology: Ontology) -> None:
    two = [region("r1", "block", 33, 40, "title"), region("r2", "block", 50, 60, "caption")]
    assert "a paragraph marked caption and title" in only(task, two, ontology)
    assert "block kind 'advert'" in only(task, [region("r1", "block", 33, 40, "advert")], ontology)
    assert "outside all paragraphs" in only(task, [region("r1", "block", 31, 33, "title")], ontology)


def test_a_mark_beside_the_one_that_is_shown_overrules_it(task: dict[str, Any], ontology: Ontology) -> None:
    (shown,) = [r for r in task["predictions"][0]["result"] if r["value"]["labels"] == ["related_headline"]]
    document = task_to_document(task, {"result": [shown, region("r", "block", 115, 162, "body")]}, ontology)
    assert document.blocks[2].kind == "body"


def test_any_part_of_a_paragraph_overrules_all_of_it(task: dict[str, Any], blank: Document, ontology: Ontology) -> None:
    document = task_to_document(task, {"result": [region("r", "block", 120, 125, "body")]}, ontology)
    assert [(b.start, b.end, b.kind) for b in document.blocks][2] == (115, 162, "body")


def test_a_head_that_its_mention_was_moved_away_from_gives_way_to_the_default(
    task: dict[str, Any], ontology: Ontology
) -> None:
    mention = region("r", "mention", 33, 41, "GPE") | {"meta": {"head": [52, 60]}}
    (found,) = task_to_document(task, {"result": [mention]}, ontology).mentions
    assert found == Mention("m1", 33, 41, "GPE", head=(33, 41))


def test_gold_must_be_complete_while_a_pass_may_leave_something_out(task: dict[str, Any], ontology: Ontology) -> None:
    mention = [region("r", "mention", 33, 41, "GPE")]
    assert task_to_document(task, {"result": mention}, ontology).mentions[0].level is None
    missing = [fault.found for fault in faults(task, mention, ontology, gold=True)]
    assert missing == ["a GPE without level", "a GPE without reading", "a GPE without entity"]


@pytest.mark.parametrize("broken", [None, {}, "[]", [None], [[]], [{"type": "labels"}], [{}]])
def test_what_is_no_result_is_refused(task: dict[str, Any], ontology: Ontology, broken: object) -> None:
    assert faults(task, broken, ontology)
