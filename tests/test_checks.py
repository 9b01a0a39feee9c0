from __future__ import annotations

from typing import Any

import msgspec
import pytest

from detente.checks import check_document
from detente.documents import Argument, Document, Entity, Mention, Span, as_prediction, without_text
from detente.ontology import Ontology

replace = msgspec.structs.replace


def changed(document: Document, layer: str, position: int, **fields: Any) -> Document:
    items = list(getattr(document, layer))
    items[position] = replace(items[position], **fields)
    return replace(document, **{layer: tuple(items)})


def faults(document: Document, ontology: Ontology, *, gold: bool = True) -> str:
    return "\n".join(map(str, check_document(document, ontology, gold=gold)))


def test_a_sound_document_has_no_faults(gold: Document, ontology: Ontology) -> None:
    assert faults(gold, ontology) == ""
    assert faults(without_text(gold), ontology) == ""
    assert faults(as_prediction(gold), ontology, gold=False) == ""


@pytest.mark.parametrize(
    ("layer", "position", "fields", "found"),
    [
        ("mentions", 0, {"end": 9_999}, "found mention [32, 9999)"),
        ("mentions", 0, {"type": "STATE"}, "found mention type 'STATE'"),
        ("mentions", 0, {"level": None}, "found a GPE without level"),
        ("mentions", 0, {"reading": None}, "found a GPE without reading"),
        ("mentions", 4, {"level": "NAM"}, "found a TIME with level 'NAM'"),
        ("mentions", 0, {"entity": "e99"}, "found entity 'e99'"),
        ("mentions", 9, {"head": (0, 4)}, "found head [0, 4]"),
        ("events", 0, {"type": "SIGN"}, "found event type 'SIGN'"),
        ("events", 0, {"polarity": None}, "found event without polarity"),
        ("events", 0, {"source": "m99"}, "found source 'm99'"),
        ("events", 0, {"arguments": (Argument("Victim", mention="m1"),)}, "found role 'Victim' of SIGN_AGREEMENT"),
        ("events", 0, {"arguments": (Argument("Time", mention="m1"),)}, "found Time filled by a GPE"),
        ("events", 0, {"arguments": (Argument("Party", event="v2"),)}, "found Party filled by an event"),
        ("events", 4, {"arguments": (Argument("Content", event="v9"),)}, "found Content filled by 'v9'"),
        ("events", 4, {"arguments": (Argument("Content"),)}, "found Content with neither or both fillers"),
        ("events", 2, {"cluster": "c1"}, "found ACCUSE_CRITICISE in cluster c1 of SIGN_AGREEMENT"),
        ("stances", 0, {"holder": "e99"}, "found holder 'e99'"),
        ("stances", 0, {"target": "m1"}, "found target 'm1'"),
        ("stances", 0, {"evidence": None}, "found stance without evidence"),
        ("stances", 0, {"evidence": Span(0, 6)}, "found a stretch of evidence in a title block"),
        ("stances", 0, {"evidence": Span(32, 300)}, "across paragraphs"),
        ("entities", 0, {"name": "Sudria"}, "found 2 entities named 'Sudria'"),
        ("entities", 0, {"type": "WPN"}, "found entity type WPN"),
    ],
)
def test_every_invariant_is_told_with_its_item(
    gold: Document, ontology: Ontology, layer: str, position: int, fields: dict[str, Any], found: str
) -> None:
    told = faults(changed(gold, layer, position, **fields), ontology)
    assert found in told
    assert told.startswith("dx-0001")


def test_crossing_mentions_are_refused_and_nested_ones_are_not(gold: Document, ontology: Ontology) -> None:
    first = gold.mentions[0]
    crossing = replace(first, id="m90", start=first.start + 3, end=first.end + 5)
    assert "crosses m1" in faults(replace(gold, mentions=(*gold.mentions, crossing)), ontology)
    twice = replace(first, id="m91")
    assert "the same span as m1" in faults(replace(gold, mentions=(*gold.mentions, twice)), ontology)


def test_mentions_nest_three_deep_at_most(gold: Document, ontology: Ontology) -> None:
    start = gold.mentions[0].start
    nest = tuple(replace(gold.mentions[0], id=f"n{n}", start=start, end=start + 7 - n) for n in range(4))
    assert "4 mentions deep" in faults(replace(gold, mentions=(*nest, *gold.mentions[1:])), ontology)


def test_page_debris_carries_no_annotation(gold: Document, ontology: Ontology) -> None:
    block = next(b for b in gold.blocks if b.kind == "related_headline")
    mention = Mention("m99", block.start, block.start + 4, "FAC", level="NOM", entity="e99")
    entity = Entity("e99", "port", "FAC")
    told = faults(replace(gold, mentions=(*gold.mentions, mention), entities=(*gold.entities, entity)), ontology)
    assert "found a mention in a related_headline block" in told


def test_a_changed_text_is_noticed(gold: Document, ontology: Ontology) -> None:
    assert gold.text is not None
    assert "SHA-256 differs" in faults(replace(gold, text=gold.text.replace("Keld", "Kald")), ontology)


def test_ids_are_unique_across_layers(gold: Document, ontology: Ontology) -> None:
    assert "id 'm1' 2 times" in faults(changed(gold, "events", 0, id="m1"), ontology)


def test_predictions_may_leave_attributes_out(gold: Document, ontology: Ontology) -> None:
    bare = changed(changed(gold, "mentions", 0, level=None, reading=None), "events", 0, polarity=None, cluster=None)
    assert faults(as_prediction(bare), ontology, gold=False) == ""
