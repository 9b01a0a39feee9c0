"""What sets each baseline apart."""

from __future__ import annotations

import msgspec

from detente.baselines import Model
from detente.documents import Document, Event, without_annotation
from detente.ontology import Ontology


def words(document: Document, text: str | None) -> list[str]:
    assert text is not None
    return [text[mention.start : mention.end] for mention in document.mentions]


def triggers(document: Document, text: str | None) -> dict[str, Event]:
    assert text is not None
    return {text[event.start : event.end]: event for event in document.events}


# ------------------------------------------------------------------------------------------------------ majority


def test_majority_marks_capitalised_runs_but_no_first_words(models: dict[str, Model]) -> None:
    text = "Nobody in Upper Varn met Ruritania Jones. The army left."
    prediction = models["majority"].predict(Document(id="d", text=text))
    assert words(prediction, text) == ["Upper Varn", "Ruritania Jones"]
    assert {(mention.type, mention.level, mention.reading) for mention in prediction.mentions} == {
        ("GPE", "NAM", "government")
    }


def test_majority_knows_one_event_type(models: dict[str, Model], test_documents: list[Document]) -> None:
    types = {event.type for document in test_documents for event in models["majority"].predict(document).events}
    assert len(types) == 1


def test_majority_gives_the_nearest_mention_of_the_sentence_the_majority_role(
    models: dict[str, Model], ontology: Ontology
) -> None:
    text = "Then Varn in secret ask Keld. Norland."
    prediction = models["majority"].predict(Document(id="d", text=text))
    (event,) = prediction.events
    (argument,) = event.arguments
    assert argument.mention == next(m.id for m in prediction.mentions if text[m.start : m.end] == "Keld")
    assert argument.role in ontology.roles_of[event.type]


# ----------------------------------------------------------------------------------------------------- gazetteer


def test_gazetteer_finds_train_strings_with_what_stood_inside_them(models: dict[str, Model]) -> None:
    text = "Then the Norlandic army met Ruritania."
    prediction = models["gazetteer"].predict(Document(id="d", text=text))
    assert [(w, m.type, m.level) for w, m in zip(words(prediction, text), prediction.mentions, strict=True)] == [
        ("Norlandic army", "MIL", "NAM"),
        ("Norlandic", "GPE", "ADJ"),
    ]


def test_gazetteer_joins_strings_with_one_canonical_name(models: dict[str, Model]) -> None:
    text = "Norland spoke. Norlandic rain fell on Keld."
    prediction = models["gazetteer"].predict(Document(id="d", text=text))
    assert {entity.name for entity in prediction.entities} == {"Norland", "Keld"}
    first, second, third = prediction.mentions
    assert first.entity == second.entity != third.entity


def test_gazetteer_fills_roles_and_stances_by_majority(models: dict[str, Model]) -> None:
    text = "In the end Keld praised Norland."
    prediction = models["gazetteer"].predict(Document(id="d", text=text))
    (event,) = prediction.events
    keld, norland = (mention.id for mention in prediction.mentions)
    assert [(a.role, a.mention) for a in event.arguments] == [("Agent", keld), ("Endorsed", norland)]
    (stance,) = prediction.stances
    names = {entity.id: entity.name for entity in prediction.entities}
    assert (names[stance.holder], names[stance.target], stance.label) == ("Keld", "Norland", "SUPPORT")


# ----------------------------------------------------------------------------------------------------- classical


def test_classical_learns_what_is_regular(models: dict[str, Model], test_documents: list[Document]) -> None:
    for document in test_documents:
        prediction = models["classical"].predict(without_annotation(document))
        assert {(m.start, m.end, m.type, m.level, m.reading) for m in prediction.mentions} == {
            (m.start, m.end, m.type, m.level, m.reading) for m in document.mentions
        }
        assert {(e.start, e.end, e.type, e.polarity, e.modality) for e in prediction.events} == {
            (e.start, e.end, e.type, e.polarity, e.modality) for e in document.events
        }
        assert _arguments(prediction) == _arguments(document)
        assert {(_holder(prediction, s.holder), s.label) for s in prediction.stances} == {
            (_holder(document, s.holder), s.label) for s in document.stances
        }


def _arguments(document: Document) -> set[tuple[int, str, int]]:
    starts = {item.id: item.start for part in (document.mentions, document.events) for item in part}
    return {
        (event.start, argument.role, starts[argument.mention or argument.event or ""])
        for event in document.events
        for argument in event.arguments
    }


def _holder(document: Document, entity: str) -> int:
    return min(mention.start for mention in document.mentions if mention.entity == entity)


def test_classical_generalises_to_unseen_names(models: dict[str, Model]) -> None:
    text = "Ruritania criticised Borduria again."
    prediction = models["classical"].predict(Document(id="d", text=text))
    assert words(prediction, text) == ["Ruritania", "Borduria"]
    assert triggers(prediction, text)["criticised"].type == "ACCUSE_CRITICISE"


def test_classical_finds_the_source_of_what_is_said(models: dict[str, Model], test_documents: list[Document]) -> None:
    document = test_documents[0]
    prediction = models["classical"].predict(document)
    asked = triggers(prediction, document.text)["ask"]
    source = next(mention for mention in prediction.mentions if mention.id == asked.source)
    assert document.text is not None
    assert document.text[source.start : source.end].endswith("official")


def test_classical_never_lets_the_ontology_be_broken_by_given_layers(
    models: dict[str, Model], test_documents: list[Document], ontology: Ontology
) -> None:
    document = test_documents[0]
    times = tuple(
        msgspec.structs.replace(m, type="TIME", level=None, reading=None, entity=None) for m in document.mentions
    )
    given = msgspec.structs.replace(document, mentions=times, entities=(), events=(), stances=())
    prediction = models["classical"].predict(given, frozenset({"mentions"}))
    filled = [a for event in prediction.events for a in event.arguments if a.mention]
    assert all(not (types := ontology.roles[a.role].types) or "TIME" in types for a in filled)
