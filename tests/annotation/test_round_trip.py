"""A document as a result and back: nothing is lost, whatever the order in which the server gives it."""

from __future__ import annotations

import json
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.annotation.canonical import canonical, default_entity_type
from detente.annotation.conversion import task_to_document
from detente.annotation.normalise import normalise_export
from detente.annotation.results import document_to_result
from detente.annotation.tasks import document_to_task
from detente.checks import check_document
from detente.documents import Argument, Block, Document, Entity, Event, Mention, Meta, Span, Stance
from detente.errors import DataError
from detente.heads import default_head
from detente.ontology import Ontology, load_ontology


def through_the_server(document: Document, ontology: Ontology) -> Document:
    task = json.loads(json.dumps(document_to_task(document, ontology)))
    result = json.loads(json.dumps(document_to_result(document, ontology)))
    return task_to_document(task, {"result": result}, ontology)


def test_everything_in_a_document_comes_back(annotated: Document, ontology: Ontology) -> None:
    assert check_document(annotated, ontology) == []
    assert through_the_server(annotated, ontology) == canonical(annotated, ontology)


def test_ids_count_up_in_text_order(annotated: Document, ontology: Ontology) -> None:
    document = through_the_server(annotated, ontology)
    assert [m.id for m in document.mentions] == [f"m{n}" for n in range(1, 9)]
    assert [m.start for m in document.mentions] == sorted(m.start for m in document.mentions)
    assert [v.id for v in document.events] == ["v1", "v2", "v3"]
    assert [v.cluster for v in document.events] == ["c1", "c2", "c2"]
    assert [s.id for s in document.stances] == ["s1", "s2"]


def test_the_order_of_the_result_does_not_matter(annotated: Document, ontology: Ontology) -> None:
    task = document_to_task(annotated, ontology)
    result = document_to_result(annotated, ontology)
    expected = canonical(annotated, ontology)
    for seed in range(20):
        shuffled = list(result)
        random.Random(seed).shuffle(shuffled)
        assert task_to_document(task, {"result": shuffled}, ontology) == expected


def test_an_overruled_paragraph_keeps_the_new_kind_and_names_the_annotator_as_its_rule(
    annotated: Document, blank: Document, ontology: Ontology
) -> None:
    task = document_to_task(blank, ontology)
    document = task_to_document(task, {"result": document_to_result(annotated, ontology)}, ontology)
    assert [(b.kind, b.rule) for b in document.blocks][2] == ("subheading", "annotator")
    assert document.blocks[0] == blank.blocks[0]


def test_showing_the_paragraphs_that_are_not_annotated_changes_nothing(blank: Document, ontology: Ontology) -> None:
    task = document_to_task(blank, ontology)
    (prediction,) = task["predictions"]
    assert [r["value"]["labels"] for r in prediction["result"]] == [["title"], ["related_headline"]]
    assert task_to_document(task, {"result": prediction["result"]}, ontology) == blank


def test_an_empty_result_is_the_blank_document(blank: Document, ontology: Ontology) -> None:
    assert task_to_document(document_to_task(blank, ontology), {"result": []}, ontology) == blank


def test_two_roles_of_one_mention_are_one_relation_with_two_labels(annotated: Document, ontology: Ontology) -> None:
    event = Event(
        "v", "ATTACK", 40, 45, arguments=(Argument("Target", mention="x1"), Argument("Attacker", mention="x1"))
    )
    document = Document(
        "d", text=annotated.text, meta=annotated.meta, mentions=(Mention("x1", 33, 41, "PER"),), events=(event,)
    )
    relations = [item for item in document_to_result(document, ontology) if item["type"] == "relation"]
    assert [item["labels"] for item in relations] == [["Attacker", "Target"]]


def test_text_comes_from_offsets_and_never_from_the_servers_copy(annotated: Document, ontology: Ontology) -> None:
    result = document_to_result(annotated, ontology)
    for item in result:
        if item["type"] == "labels":
            item["value"]["text"] = "\\n something else"
    task = document_to_task(annotated, ontology)
    assert task_to_document(task, {"result": result}, ontology) == canonical(annotated, ontology)


def test_a_stance_without_evidence_is_refused(annotated: Document, ontology: Ontology) -> None:
    document = Document(
        "d",
        text=annotated.text,
        mentions=(Mention("m1", 0, 8, "GPE", entity="e1"), Mention("m2", 13, 21, "GPE", entity="e2")),
        entities=(Entity("e1", "A", "GPE"), Entity("e2", "B", "GPE")),
        stances=(Stance("s1", "e1", "e2", "SUPPORT"),),
    )
    with pytest.raises(DataError, match="stance without evidence"):
        document_to_result(document, ontology)


@pytest.mark.parametrize(
    ("phrase", "head"),
    [
        ("Hakan Fidan", "Fidan"),
        ("its armed forces", "forces"),
        ("Ministry of Defence", "Ministry"),
        ("at least three major bases", "bases"),
        ("officials, who spoke anonymously", "officials"),
        ("Turkey\u2019s", "Turkey"),
        ("S-400", "S-400"),
        ("…", "…"),
    ],
)
def test_the_default_head(phrase: str, head: str) -> None:
    start, end = default_head(f"xx {phrase} yy", 3, 3 + len(phrase))
    assert f"xx {phrase} yy"[start:end] == head


def test_an_entity_has_the_type_of_most_of_its_names(ontology: Ontology) -> None:
    mentions = [
        Mention("a", 0, 1, "GOV", level="NOM"),
        Mention("b", 2, 3, "GOV", level="NOM"),
        Mention("c", 4, 5, "GPE", level="NAM"),
    ]
    assert default_entity_type(mentions, ontology) == "GPE"


# ------------------------------------------------------------------------------------------------------- properties


ONTOLOGY = load_ontology()
LETTERS = st.sampled_from(
    ["a", "B", " ", "  ", "é", "e\u0301", "🛰️", "👩‍👩‍👧", "\n", "'s ", " of ", ",", "한", "\u2028"]
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Well-formed documents of every shape, the odd characters of scraped text among them."""
    text = "".join(draw(st.lists(LETTERS, min_size=8, max_size=40)))
    span = st.integers(0, len(text) - 2).flatmap(
        lambda start: st.tuples(st.just(start), st.integers(start + 1, len(text)))
    )
    spans = draw(st.lists(span, min_size=1, max_size=6, unique=True))
    names = draw(st.lists(st.sampled_from(["Ä", "b c", "Q [1]", "x|y", "d"]), min_size=1, max_size=3, unique=True))
    mentions = [_mention(draw, f"a{n}", *found, len(names)) for n, found in enumerate(spans)]
    used = sorted({m.entity for m in mentions if m.entity})
    entities = [_entity(draw, key, names[int(key[1:])], [m.type for m in mentions if m.entity == key]) for key in used]
    triggers = draw(st.lists(span, max_size=4, unique=True))
    events = [_event(draw, n, found, [m.id for m in mentions], span, text) for n, found in enumerate(triggers)]
    events = _with_arguments(draw, events, mentions)
    stances = _stances(draw, used, [v.id for v in events], [m.id for m in mentions], span)
    return Document(
        "d-1",
        text=text,
        meta=Meta(title="t", provenance={"a": [1, None]}),
        blocks=_blocks(draw, len(text)),
        mentions=tuple(mentions),
        entities=tuple(entities),
        events=tuple(events),
        stances=tuple(stances),
    )


def _mention(draw: st.DrawFn, key: str, start: int, end: int, names: int) -> Mention:
    kind = draw(st.sampled_from(ONTOLOGY.entity_types))
    entity = draw(st.integers(0, names - 1)) if kind.has_entity and draw(st.booleans()) else None
    head = None
    if draw(st.booleans()):
        first = draw(st.integers(start, end - 1))
        head = (first, draw(st.integers(first + 1, end)))
    return Mention(
        key,
        start,
        end,
        kind.name,
        head=head,
        level=draw(st.none() | st.sampled_from(ONTOLOGY.levels)) if kind.has_level else None,
        reading=draw(st.none() | st.sampled_from(ONTOLOGY.readings)) if kind.has_reading else None,
        value=draw(st.none() | st.sampled_from(["2020-01", "P3M", "≥ 40"])) if kind.has_value else None,
        entity=None if entity is None else f"n{entity}",
    )


def _entity(draw: st.DrawFn, key: str, name: str, types: list[str]) -> Entity:
    return Entity(key, name, draw(st.sampled_from(types)), wikidata=draw(st.sampled_from([None, "Q43"])))


def _event(
    draw: st.DrawFn,
    n: int,
    found: tuple[int, int],
    mentions: list[str],
    span: st.SearchStrategy[tuple[int, int]],
    text: str,
) -> Event:
    condition = draw(st.none() | span)
    kind = draw(st.sampled_from(ONTOLOGY.event_types[:3])).name
    return Event(
        f"b{n}",
        kind,
        *found,
        polarity=draw(st.none() | st.sampled_from(ONTOLOGY.polarities)),
        modality=draw(st.none() | st.sampled_from(ONTOLOGY.modalities)),
        source=draw(st.none() | st.sampled_from(["author", "unspecified", *mentions])),
        condition=Span(*condition) if condition else None,
        cluster=draw(st.none() | st.just(f"of {kind}")),
    )


def _with_arguments(draw: st.DrawFn, events: list[Event], mentions: list[Mention]) -> list[Event]:
    filled = []
    for event in events:
        others = [v.id for v in events if v.id != event.id]
        arguments = set()
        for role in draw(st.lists(st.sampled_from(ONTOLOGY.roles_of[event.type]), max_size=4)):
            rules = ONTOLOGY.roles[role]
            if rules.events and others and draw(st.booleans()):
                arguments.add(Argument(role, event=draw(st.sampled_from(others))))
            elif fitting := [m.id for m in mentions if not rules.types or m.type in rules.types]:
                arguments.add(Argument(role, mention=draw(st.sampled_from(fitting))))
        parts = {f: getattr(event, f) for f in event.__struct_fields__} | {"arguments": tuple(arguments)}
        filled.append(Event(**parts))
    return filled


def _stances(
    draw: st.DrawFn,
    entities: list[str],
    events: list[str],
    mentions: list[str],
    span: st.SearchStrategy[tuple[int, int]],
) -> list[Stance]:
    stances = []
    for n in range(draw(st.integers(0, 3)) if entities else 0):
        holder = draw(st.sampled_from(entities))
        targets = [x for x in entities + events if x != holder]
        if not targets:
            continue
        stances.append(
            Stance(
                f"z{n}",
                holder,
                draw(st.sampled_from(targets)),
                draw(st.sampled_from(ONTOLOGY.stance_labels)),
                draw(st.none() | st.booleans()),
                draw(st.none() | st.sampled_from(["author", "unspecified", *mentions])),
                Span(*draw(span)),
            )
        )
    return stances


def _blocks(draw: st.DrawFn, length: int) -> tuple[Block, ...]:
    cuts = sorted(draw(st.sets(st.integers(1, length - 1), max_size=3)) | {0, length})
    return tuple(
        Block(
            start,
            end,
            draw(st.sampled_from(["title", "body", "caption"])),
            rule=draw(st.sampled_from(["", "annotator"])),
        )
        for start, end in pairwise(cuts)
    )


@settings(max_examples=150, deadline=None)
@given(documents(), st.randoms(use_true_random=False))
def test_any_document_comes_back_in_canonical_form(document: Document, randomness: random.Random) -> None:
    assert check_document(document, ONTOLOGY, gold=False) == []
    task = document_to_task(document, ONTOLOGY)
    result = document_to_result(document, ONTOLOGY)
    randomness.shuffle(result)
    assert task_to_document(task, {"result": result}, ONTOLOGY) == canonical(document, ONTOLOGY)


@settings(max_examples=100, deadline=None)
@given(documents(), st.randoms(use_true_random=False))
def test_any_normalised_export_says_the_same_whatever_the_order(document: Document, randomness: random.Random) -> None:
    result = document_to_result(document, ONTOLOGY)
    shuffled = list(result)
    randomness.shuffle(shuffled)
    task = document_to_task(document, ONTOLOGY)
    once, other = (
        normalise_export([task | {"annotations": [{"annotator": "a", "result": r}]}]) for r in (result, shuffled)
    )
    assert once == other
    assert normalise_export(once) == once
    assert task_to_document(once[0], once[0]["annotations"][0], ONTOLOGY) == canonical(document, ONTOLOGY)


@settings(max_examples=100, deadline=None)
@given(documents())
def test_the_canonical_form_is_its_own_canonical_form(document: Document) -> None:
    once = canonical(document, ONTOLOGY)
    assert canonical(once, ONTOLOGY) == once
