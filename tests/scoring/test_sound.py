"""The look at a whole batch never calls sound what has a fault, and knows what is sound as such."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.benchmarks.workload import pair_of_documents

from detente.documents import Argument, Document, Span, as_prediction
from detente.ontology import Ontology, load_ontology
from detente.scoring.codes import codes_of
from detente.scoring.collecting import Pending, UnsureError
from detente.scoring.pairing import DocumentPair, pair_faults

ONTOLOGY = load_ontology()
replace = msgspec.structs.replace
PAIRS = [pair_of_documents(number, ONTOLOGY) for number in range(12)]
LAYERS = ("blocks", "mentions", "entities", "events", "stances")


def pair_of(document: Document, *, gold: bool) -> DocumentPair:
    """The document beside an empty one on the other side."""
    empty = Document(document.id)
    return DocumentPair(document, empty, missing=True) if gold else DocumentPair(empty, document, missing=False)


def full(document: Document, *, gold: bool) -> list[Any]:
    return pair_faults(pair_of(document, gold=gold), ONTOLOGY, complete=gold)


def is_sound(*documents: Document, gold: bool, ontology: Ontology = ONTOLOGY) -> bool:
    pending = Pending(ontology, complete=gold, keep=False)
    for document in documents:
        pending.add(pair_of(document, gold=gold))
    try:
        return pending.faults() == []
    except UnsureError:
        return False


def test_sound_documents_are_known_as_such(gold: Document, ontology: Ontology) -> None:
    assert is_sound(gold, gold=True, ontology=ontology)
    assert is_sound(as_prediction(gold), gold=False, ontology=ontology)
    for document, predicted in PAIRS:
        assert is_sound(document, gold=True)
        assert is_sound(predicted, gold=False)
        assert full(document, gold=True) == full(predicted, gold=False) == []
    for side in (0, 1):
        assert is_sound(*(pair[side] for pair in PAIRS), gold=side == 0)


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
    if _well_typed(document) and is_sound(document, gold=gold):
        assert full(document, gold=gold) == []


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(PAIRS) - 1), st.integers(0, 10**9), st.booleans())
def test_a_batch_is_sound_where_each_of_its_documents_is(number: int, seed: int, gold: bool) -> None:
    side = 0 if gold else 1
    document = spoilt(PAIRS[number][side], seed)
    if _well_typed(document):
        others = [PAIRS[place][side] for place in (number - 1, number - 2)]
        assert is_sound(others[0], document, others[1], gold=gold) == is_sound(document, gold=gold)


def test_a_span_in_two_clusters_is_not_sound() -> None:
    first, *others = PAIRS[0][1].mentions
    entity = next(mention.entity for mention in others if mention.entity not in (None, first.entity))
    assert first.entity is not None
    double = replace(first, id="double", entity=entity)
    assert not is_sound(replace(PAIRS[0][1], mentions=(first, *others, double)), gold=False)


@pytest.mark.parametrize("number", [2**31, 2**63, 2**80])
def test_an_offset_that_no_text_reaches_is_a_fault_and_no_crash(number: int) -> None:
    first, *others = PAIRS[0][1].mentions
    far = replace(PAIRS[0][1], mentions=(replace(first, end=number, head=None), *others))
    assert not is_sound(far, gold=False)
    assert "< 2³¹" in str(full(far, gold=False)[0])


def test_the_quick_look_and_the_checks_agree_on_spoilt_documents() -> None:
    """A quick look that called nothing sound would pass the test above."""
    documents = [spoilt(PAIRS[seed % len(PAIRS)][0], seed) for seed in range(300)]
    for document in filter(_well_typed, documents):
        sound = is_sound(document, gold=True)
        assert sound == (not full(document, gold=True))


@pytest.mark.parametrize(
    "change", [{"schema": 2}, {"id": "with space"}, {"text": "another text"}, {"meta": None}, {"text": None}]
)
def test_a_spoilt_frame_is_not_sound(change: dict[str, Any]) -> None:
    document = replace(PAIRS[0][0], **change)
    assert not is_sound(document, gold=True)


def test_each_ontology_has_numbers_of_its_own(ontology: Ontology) -> None:
    other = msgspec.structs.replace(ontology, entity_types=ontology.entity_types[:1])
    assert list(codes_of(other).types) == [ontology.entity_types[0].name]
    assert codes_of(ontology) is codes_of(ontology)
