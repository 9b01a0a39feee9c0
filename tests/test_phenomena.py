"""What makes items hard, seen in the documents that the other tests share."""

from __future__ import annotations

from detente.documents import Block, Document, Event, Mention
from detente.ontology import Ontology
from detente.phenomena import (
    ambiguous_mentions,
    has_debris,
    is_anonymous,
    is_negated,
    is_unreal,
    sentence_numbers,
    unevenly_told,
)


def test_words_are_ambiguous_where_they_have_two_readings_or_two_entities() -> None:
    def read(name: str, start: int, reading: str | None, entity: str) -> Mention:
        return Mention(name, start, start + 4, "GPE", reading=reading, entity=entity)

    text = "Keld Keld Varn Varn Bosc Bosc"
    mentions = (
        read("m1", 0, "place", "e1"),
        read("m2", 5, "government", "e1"),
        read("m3", 10, "place", "e2"),
        read("m4", 15, "place", "e3"),
        read("m5", 20, "place", "e4"),
        read("m6", 25, None, "e4"),
    )
    assert ambiguous_mentions(Document("d", text=text, mentions=mentions)) == {"m1", "m2", "m3", "m4"}
    assert ambiguous_mentions(Document("d", mentions=mentions)) == frozenset()


def test_an_event_is_unevenly_told_where_another_mention_of_it_has_other_attributes(ontology: Ontology) -> None:
    plain, other = ontology.modalities[:2]
    polarity = ontology.polarities[0]

    def told(name: str, modality: str, cluster: str | None) -> Event:
        return Event(name, "SIGN_AGREEMENT", 0, 1, polarity, modality, cluster=cluster)

    events = (told("v1", plain, "c1"), told("v2", other, "c1"), told("v3", plain, "c2"), told("v4", plain, "c2"))
    document = Document("d", events=(*events, told("v5", plain, None), told("v6", other, None)))
    assert unevenly_told(document) == {"v1", "v2"}


def test_everything_but_the_first_value_of_an_attribute_is_out_of_the_ordinary(ontology: Ontology) -> None:
    for polarity in ontology.polarities:
        event = Event("v1", "SIGN_AGREEMENT", 0, 1, polarity, ontology.modalities[0])
        assert is_negated(event, ontology) == (polarity != "POS")
    for modality in ontology.modalities:
        event = Event("v1", "SIGN_AGREEMENT", 0, 1, ontology.polarities[0], modality)
        assert is_unreal(event, ontology) == (modality != "ACTUAL")
    assert not is_negated(Event("v1", "SIGN_AGREEMENT", 0, 1), ontology)


def test_a_source_is_anonymous_where_it_is_described_and_not_named(ontology: Ontology) -> None:
    anonymous = {level for level in ontology.levels if is_anonymous(Mention("m1", 0, 1, "PER", level=level), ontology)}
    assert anonymous == {"NOM", "PRO"}
    assert not is_anonymous(Mention("m1", 0, 1, "TIME"), ontology)


def test_sentences_are_numbered_and_debris_is_seen() -> None:
    number = sentence_numbers(Document("d", text="One is here. Two is there."))
    assert (number(0), number(11), number(13)) == (1, 1, 2)
    assert sentence_numbers(Document("d"))(99) == sentence_numbers(Document("d"))(0)
    body, caption = Block(0, 3, "body"), Block(4, 9, "caption")
    assert has_debris(Document("d", blocks=(body, caption)))
    assert not has_debris(Document("d", blocks=(body,)))
