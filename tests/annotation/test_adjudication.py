"""What an adjudicator starts from: all that the versions agree on, and nothing that they do not."""

from __future__ import annotations

from functools import reduce

import msgspec
import pytest

from detente.annotation.adjudication import AGREED, adjudication_versions, agreed
from detente.annotation.canonical import canonical
from detente.annotation.tasks import AnnotatedDocument
from detente.checks import check_document
from detente.documents import Document
from detente.ontology import Ontology

replace = msgspec.structs.replace


@pytest.fixture
def one(annotated: Document, ontology: Ontology) -> Document:
    return canonical(annotated, ontology)


def renamed(document: Document, ontology: Ontology) -> Document:
    """The same document with its items numbered from the end."""
    turned = replace(document, mentions=document.mentions[::-1], events=document.events[::-1])
    return canonical(turned, ontology)


def test_two_equal_versions_agree_on_everything(one: Document, annotated: Document, ontology: Ontology) -> None:
    assert canonical(agreed(one, annotated), ontology) == one
    assert canonical(agreed(annotated, renamed(one, ontology)), ontology) == one


def test_an_attribute_that_differs_is_left_open(one: Document) -> None:
    other = replace(
        one,
        mentions=tuple(replace(m, reading=m.reading and "place") for m in one.mentions),
        events=tuple(replace(e, modality="GENERIC", source="unspecified") for e in one.events),
        stances=tuple(replace(s, explicit=not s.explicit) for s in one.stances),
    )
    start = agreed(one, other)
    assert {m.reading for m in start.mentions} == {None}
    assert {m.level for m in start.mentions} == {m.level for m in one.mentions}
    assert {e.modality for e in start.events} == {None}
    assert [e.source for e in start.events] == [e.source if e.source == "unspecified" else None for e in one.events]
    assert {s.explicit for s in start.stances} == {None}


def test_what_only_one_has_is_left_out_with_all_that_refers_to_it(one: Document, ontology: Ontology) -> None:
    gone = one.events[0].arguments[0].mention
    other = replace(
        one,
        mentions=tuple(m for m in one.mentions if m.id != gone),
        events=tuple(replace(e, arguments=tuple(a for a in e.arguments if a.mention != gone)) for e in one.events),
    )
    for start in (agreed(one, other), agreed(other, one)):
        assert len(start.mentions) == len(one.mentions) - 1
        assert all(a.mention != gone for e in start.events for a in e.arguments)
        assert check_document(start, ontology, gold=False) == []


def test_an_event_of_another_type_or_cluster_is_not_agreed_on(one: Document) -> None:
    other = replace(
        one, events=tuple(replace(e, type="AID" if e.id == "v1" else e.type, cluster=None) for e in one.events)
    )
    start = agreed(one, other)
    assert [e.id for e in start.events] == ["v2", "v3"]
    assert {e.cluster for e in start.events} == {None}


def test_a_stance_with_another_label_is_left_to_be_decided(one: Document) -> None:
    other = replace(one, stances=tuple(replace(s, label="MIXED") for s in one.stances[:1]) + one.stances[1:])
    assert [s.id for s in agreed(one, other).stances] == [s.id for s in one.stances[1:]]


def test_of_three_versions_only_what_all_have_is_in(one: Document) -> None:
    documents = [one, replace(one, stances=()), replace(one, events=(), stances=(), mentions=one.mentions[:2])]
    versions = [AnnotatedDocument(d, name, "full") for d, name in zip(documents, "abc", strict=True)]
    shown = adjudication_versions(versions)
    assert [version.annotator for version in shown] == [AGREED, "a", "b", "c"]
    assert shown[0].document == reduce(agreed, documents)
    assert len(shown[0].document.mentions) == 2
    assert adjudication_versions(versions[:1])[0].document == one
