"""Columns are the document's own fields, and are made anew for another document."""

from __future__ import annotations

import pytest
from tests.benchmarks.workload import pair_of_documents

from detente.columns import (
    KEPT,
    ArgumentColumns,
    Columns,
    EntityColumns,
    EventColumns,
    MentionColumns,
    StanceColumns,
    columns_of,
)
from detente.documents import Argument, Document, Entity, Event, Mention, Stance
from detente.ontology import Ontology


@pytest.mark.parametrize(
    ("columns", "item"),
    [
        (MentionColumns, Mention),
        (EntityColumns, Entity),
        (EventColumns, Event),
        (ArgumentColumns, Argument),
        (StanceColumns, Stance),
    ],
)
def test_columns_are_named_as_the_fields(columns: type, item: type) -> None:
    assert columns._fields == item.__struct_fields__  # type: ignore[attr-defined]


def test_a_column_holds_the_field_of_every_item(ontology: Ontology) -> None:
    document, _ = pair_of_documents(0, ontology)
    columns = Columns(document)
    assert columns.mentions.level == tuple(mention.level for mention in document.mentions)
    assert columns.arguments.role == tuple(a.role for event in document.events for a in event.arguments)
    of_event = list(columns.of_event(columns.events.id))
    assert of_event == [event.id for event in document.events for _ in event.arguments]


def test_a_document_without_layers_has_empty_columns() -> None:
    columns = Columns(Document("d"))
    assert not any((*columns.mentions, *columns.entities, *columns.events, *columns.arguments, *columns.stances))
    assert [len(items) for items in (columns.typed(), columns.attached(), columns.triggers())] == [0, 0, 0]


def test_an_event_that_fills_a_role_stands_by_its_trigger() -> None:
    outer = Event("v1", "A", 0, 3, arguments=(Argument("Content", event="v2"), Argument("Place", mention="m1")))
    document = Document("d", mentions=(Mention("m1", 7, 9, "GPE"),), events=(outer, Event("v2", "B", 4, 6)))
    assert Columns(document).attached() == {("A", (0, 3), "Content", (4, 6)), ("A", (0, 3), "Place", (7, 9))}


def test_the_last_mention_of_a_span_gives_its_entity() -> None:
    mentions = (Mention("m1", 0, 3, "GPE", entity="e1"), Mention("m2", 0, 3, "GPE"), Mention("m3", 4, 6, "GPE"))
    assert Columns(Document("d", mentions=mentions)).entity_of() == {(0, 3): "e1"}


def test_columns_are_made_once_and_never_those_of_another_document() -> None:
    documents = [Document("d", mentions=(Mention("m1", n, n + 1, "GPE"),)) for n in range(3 * KEPT)]
    assert columns_of(documents[0]) is columns_of(documents[0])
    for _ in range(2):
        for number, document in enumerate(documents):
            assert columns_of(document).spans == [(number, number + 1)]
