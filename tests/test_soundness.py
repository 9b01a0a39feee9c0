"""The quick look never calls a document sound in which the checks find a fault, and knows sound ones as such."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.benchmarks.workload import pair_of_documents

from detente import checks
from detente.documents import Argument, Document, Span, as_prediction
from detente.ontology import Ontology, load_ontology
from detente.soundness import allowed_by, is_sound

ONTOLOGY = load_ontology()
replace = msgspec.structs.replace
PAIRS = [pair_of_documents(number, ONTOLOGY) for number in range(12)]
LAYERS = ("blocks", "mentions", "entities", "events", "stances")


def length(document: Document) -> int | None:
    return None if document.text is None else len(document.text)


def full(document: Document, *, gold: bool) -> list[Any]:
    return checks._faults(document, ONTOLOGY, gold=gold, length=length(document))


def test_sound_documents_are_known_as_such(gold: Document, ontology: Ontology) -> None:
    assert is_sound(gold, ontology, gold=True, length=length(gold))
    assert is_sound(as_prediction(gold), ontology, gold=False, length=None)
    for document, predicted in PAIRS:
        assert is_sound(document, ONTOLOGY, gold=True, length=length(document))
        assert is_sound(predicted, ONTOLOGY, gold=False, length=None)
        assert full(document, gold=True) == full(predicted, gold=False) == []


def _spoilt_value(source: random.Random, value: Any, document: Document) -> Any:
    """Another value of the same kind, found in the document, or one that is nowhere."""
    if isinstance(value, bool) or value is None:
        return source.choice([None, True, "e1", "m1", Span(3, 9)])
    if isinstance(value, int):
        return source.choice([value + 1, value - 1, -1, 0, 10**6, source.randint(0, 3000)])
    if isinstance(value, str):
        names = [item.id for layer in LAYERS[1:] for item in getattr(document, layer)]
        labels = [mention.type for mention in document.mentions] + [event.type for event in document.events]
        return source.choice([*names, *labels, "", "nowhere", "author", "body", "title", "NAM", None])
    if isinstance(value, tuple) and value and isinstance(value[0], Argument):
        further = Argument("Place", source.choice(["m1", None]))
        return (*value[1:], *source.choices(value, k=source.randint(1, 3)), further)
    return source.choice([None, Span(5, 2), (0, 4), Span(0, 10**6)])


def spoilt(document: Document, seed: int) -> Document:
    """The document with up to three of its values changed, or an item repeated or left out."""
    source = random.Random(seed)
    for _ in range(source.randint(1, 3)):
        layer = source.choice([layer for layer in LAYERS if getattr(document, layer)])
        items = list(getattr(document, layer))
        place = source.randrange(len(items))
        match source.randrange(8):
            case 0:
                items.pop(place)
            case 1:
                items.append(items[place])
            case _:
                items[place] = _changed(source, items[place], document)
        document = replace(document, **{layer: tuple(items)})
    return document


def _changed(source: random.Random, item: Any, document: Document) -> Any:
    name = source.choice(item.__struct_fields__)
    return replace(item, **{name: _spoilt_value(source, getattr(item, name), document)})


def _well_typed(document: Document) -> bool:
    """Whether it could have been read from a file."""
    try:
        msgspec.json.decode(msgspec.json.encode(document), type=Document)
    except (msgspec.ValidationError, TypeError):
        return False
    return True


@settings(max_examples=600, deadline=None)
@given(st.integers(0, len(PAIRS) - 1), st.integers(0, 10**9), st.booleans())
def test_what_is_called_sound_has_no_fault(number: int, seed: int, gold: bool) -> None:
    document = spoilt(PAIRS[number][0 if gold else 1], seed)
    if _well_typed(document) and is_sound(document, ONTOLOGY, gold=gold, length=length(document)):
        assert full(document, gold=gold) == []


def test_the_quick_look_and_the_checks_agree_on_spoilt_documents() -> None:
    """A quick look that called nothing sound would pass the test above."""
    documents = [spoilt(PAIRS[seed % len(PAIRS)][0], seed) for seed in range(300)]
    for document in filter(_well_typed, documents):
        sound = is_sound(document, ONTOLOGY, gold=True, length=length(document))
        assert sound == (not full(document, gold=True))


@pytest.mark.parametrize(
    "change", [{"schema": 2}, {"id": "with space"}, {"text": "another text"}, {"meta": None}, {"text": None}]
)
def test_a_spoilt_frame_is_not_sound(change: dict[str, Any]) -> None:
    document = replace(PAIRS[0][0], **change)
    assert not is_sound(document, ONTOLOGY, gold=True, length=length(document))


def test_each_ontology_has_tuples_of_its_own(ontology: Ontology) -> None:
    other = msgspec.structs.replace(ontology, entity_types=ontology.entity_types[:1])
    assert {name for name, *_ in allowed_by(other).mentions} == {ontology.entity_types[0].name}
    assert allowed_by(ontology) is allowed_by(ontology)
