"""What every baseline must do, whichever it is."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente.baselines import BASELINES, Model, load_model, predict_documents, train
from detente.checks import check_document
from detente.documents import Block, BlockKind, Document, without_annotation
from detente.errors import DataError, UsageError
from detente.ontology import EntityType, EventLayer, EventType, Label, MentionLayer, Ontology, Role, StanceLayer

WORDS = (
    "Norland Norlandic Sudria Keld Varn Port Este army official pact defence signed criticised praised ask deployment "
    "The A a could will not said in on of with Monday , ; ( ) U.N. ’s 12 2,000 é̂ 😀 \u2028 \u200d İ ß"
).split(" ")

KINDS: tuple[BlockKind, ...] = ("body", "body", "title", "caption")


@st.composite
def articles(draw: st.DrawFn) -> Document:
    """Blank articles of words that train knows and words that nobody knows, in blocks of any kind or none."""
    paragraph = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=6)), max_size=25).map(" ".join)
    texts = draw(st.lists(paragraph, max_size=5))
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=len(texts), max_size=len(texts)))
    with_blocks = draw(st.booleans())
    text, blocks = "", []
    for paragraph_text, kind in zip(texts, kinds, strict=True):
        start = len(text)
        text += paragraph_text + ". "
        blocks.append(Block(start, len(text), kind))
        text += "\n\n"
    return Document(id="made", text=text, blocks=tuple(blocks) if with_blocks else ())


@pytest.mark.parametrize("baseline", sorted(BASELINES))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(article=articles())
def test_predictions_on_any_text_are_well_formed(
    models: dict[str, Model], ontology: Ontology, baseline: str, article: Document
) -> None:
    prediction = models[baseline].predict(article)
    assert article.text is not None
    assert check_document(prediction, ontology, gold=False, length=len(article.text)) == []


@pytest.mark.parametrize("baseline", sorted(BASELINES))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(article=articles())
def test_predictions_follow_the_form_of_gold(
    models: dict[str, Model], ontology: Ontology, baseline: str, article: Document
) -> None:
    prediction = models[baseline].predict(article)
    whole = msgspec.structs.replace(prediction, text=article.text, blocks=article.blocks)
    found = {fault.found for fault in check_document(whole, ontology, gold=True)}
    assert found <= {"no meta"}


def test_every_layer_is_filled(model: Model, test_documents: list[Document]) -> None:
    prediction = model.predict(without_annotation(test_documents[0]))
    assert prediction.mentions
    assert prediction.entities
    assert prediction.events
    assert any(event.arguments for event in prediction.events)
    assert prediction.stances


def test_a_prediction_has_neither_text_nor_meta_nor_blocks(model: Model, test_documents: list[Document]) -> None:
    prediction = model.predict(test_documents[0])
    assert prediction.id == test_documents[0].id
    assert prediction.text is None
    assert prediction.meta is None
    assert prediction.blocks == ()


def test_given_annotation_is_not_looked_at(model: Model, test_documents: list[Document]) -> None:
    for document in test_documents:
        assert model.predict(document) == model.predict(without_annotation(document))


def test_kept_mentions_stay_as_they_are(model: Model, test_documents: list[Document], ontology: Ontology) -> None:
    for document in test_documents:
        prediction = model.predict(document, frozenset({"mentions"}))
        assert prediction.mentions == document.mentions
        assert prediction.entities == document.entities
        assert prediction.events
        assert (
            prediction.events
            == model.predict(msgspec.structs.replace(document, events=(), stances=()), frozenset({"mentions"})).events
        )
        assert check_document(prediction, ontology, gold=False) == []


def test_kept_events_stay_as_they_are(model: Model, test_documents: list[Document], ontology: Ontology) -> None:
    for document in test_documents:
        prediction = model.predict(document, frozenset({"events"}))
        assert prediction.mentions == document.mentions
        assert prediction.entities == document.entities
        assert prediction.events == document.events
        assert check_document(prediction, ontology, gold=False) == []
        without_stances = msgspec.structs.replace(document, stances=())
        assert prediction == model.predict(without_stances, frozenset({"events", "mentions"}))


def test_new_items_take_no_id_of_kept_ones(model: Model, test_documents: list[Document], ontology: Ontology) -> None:
    document = test_documents[0]
    renamed = {mention.id: f"v{number}" for number, mention in enumerate(document.mentions, start=1)}
    mentions = tuple(msgspec.structs.replace(mention, id=renamed[mention.id]) for mention in document.mentions)
    kept = msgspec.structs.replace(document, mentions=mentions, events=(), stances=())
    prediction = model.predict(kept, frozenset({"mentions"}))
    assert prediction.events
    assert check_document(prediction, ontology, gold=False) == []


def test_an_unknown_layer_to_keep_is_refused(model: Model, test_documents: list[Document]) -> None:
    with pytest.raises(UsageError, match=r"'entities'.*mentions, events"):
        model.predict(test_documents[0], frozenset({"entities"}))


def test_nothing_is_predicted_outside_annotated_blocks(model: Model, test_documents: list[Document]) -> None:
    for document in test_documents:
        prediction = model.predict(document)
        places = [(x.start, x.end) for part in (prediction.mentions, prediction.events) for x in part]
        bodies = [block for block in document.blocks if block.kind == "body"]
        assert all(any(b.start <= start and end <= b.end for b in bodies) for start, end in places)


def test_a_document_without_text_is_refused_with_a_remedy(model: Model) -> None:
    with pytest.raises(DataError, match=r"dx-9: found a document without text.*Hydrate"):
        model.predict(Document(id="dx-9"))


def test_an_empty_text_has_nothing_in_it(model: Model) -> None:
    assert model.predict(Document(id="empty", text="")) == Document(id="empty")


def test_training_twice_predicts_the_same(
    name: str, model: Model, train_documents: list[Document], test_documents: list[Document], ontology: Ontology,
    tmp_path: Path,
) -> None:  # fmt: skip
    again = train(name, list(reversed(train_documents)), ontology, None, tmp_path / "again")
    assert list(predict_documents(again, test_documents)) == list(predict_documents(model, test_documents))


def test_a_stored_model_predicts_the_same(
    name: str, train_documents: list[Document], test_documents: list[Document], ontology: Ontology, tmp_path: Path
) -> None:
    model = train(name, train_documents, ontology, None, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    for keep in (frozenset[str](), frozenset({"mentions"}), frozenset({"events"})):
        assert [loaded.predict(d, keep) for d in test_documents] == [model.predict(d, keep) for d in test_documents]


def test_nothing_stored_is_a_pickle(
    name: str, train_documents: list[Document], ontology: Ontology, tmp_path: Path
) -> None:
    train(name, train_documents, ontology, None, tmp_path / "model")
    files = sorted(path for path in (tmp_path / "model").rglob("*") if path.is_file())
    assert {path.suffix for path in files} <= {".json", ".skops", ".crfsuite"}
    assert not any(path.read_bytes().startswith(b"\x80") for path in files)


def test_training_on_blank_documents_predicts_nothing_but_is_no_fault(
    name: str, train_documents: list[Document], test_documents: list[Document], ontology: Ontology, tmp_path: Path
) -> None:
    blank = [without_annotation(document) for document in train_documents]
    train(name, blank, ontology, None, tmp_path / "model")
    assert load_model(tmp_path / "model").predict(test_documents[0]) == Document(id=test_documents[0].id)


@pytest.fixture(scope="module")
def orchard() -> Ontology:
    """Somebody's own ontology, with names that detente's does not have."""
    words = MentionLayer(levels=(Label("FULL", "a name"), Label("SHORT", "")), readings=(), exhaustive_levels=("FULL",))
    return Ontology(
        name="orchard",
        version="1",
        mention=words,
        entity_types=(
            EntityType("TREE", "", "t", "#112233"),
            EntityType("SEASON", "", "s", "#112233", has_level=False),
        ),
        roles={
            "Fruit": Role("what falls", types=("TREE",)),
            "When": Role("", types=("SEASON",)),
            "Cause": Role("", events=True),
        },
        event=EventLayer(common_roles=("When",), polarities=(Label("YES", ""),), modalities=(Label("REAL", ""),)),
        event_types=(EventType("FALL", "", ("Fruit", "Cause"), "f"), EventType("STORM", "", (), "g")),
        stance=StanceLayer(labels=(Label("LIKES", ""),), none="NOTHING", macro_labels=("LIKES",)),
    )


def test_somebody_elses_ontology_works(name: str, orchard: Ontology, tmp_path: Path) -> None:
    from detente.documents import Argument, Entity, Event, Mention, Span, Stance

    def grow(number: int) -> Document:
        tree = ("Gala", "Braeburn")[number % 2]
        text = f"In autumn the {tree} fell after the storm. It rained. The Bosc likes the {tree}."
        at = text.index
        second = text.rindex(tree)
        return Document(
            id=f"tree-{number}",
            text=text,
            mentions=(
                Mention("m1", at("autumn"), at("autumn") + 6, "SEASON", entity="e3"),
                Mention("m2", at(tree), at(tree) + len(tree), "TREE", level="FULL", entity="e1"),
                Mention("m3", at("Bosc"), at("Bosc") + 4, "TREE", level="FULL", entity="e2"),
                Mention("m4", second, second + len(tree), "TREE", level="FULL", entity="e1"),
            ),
            entities=(Entity("e1", tree, "TREE"), Entity("e2", "Bosc", "TREE"), Entity("e3", "autumn", "SEASON")),
            events=(
                Event("v1", "FALL", at("fell"), at("fell") + 4, "YES", "REAL", "author", None, "c1",
                      (Argument("Fruit", "m2"), Argument("When", "m1"), Argument("Cause", event="v2"))),
                Event("v2", "STORM", at("storm"), at("storm") + 5, "YES", "REAL", "author", None, "c2"),
            ),
            stances=(Stance("s1", "e2", "e1", "LIKES", True, "author", Span(at("likes"), at("likes") + 5)),),
        )  # fmt: skip

    model = train(name, [grow(number) for number in range(10)], orchard, None, tmp_path / "model")
    article = grow(11)
    prediction = load_model(tmp_path / "model").predict(article)
    assert prediction == model.predict(article)
    assert prediction.mentions
    assert {event.type for event in prediction.events} <= {"FALL", "STORM"}
    assert prediction.events
    assert check_document(prediction, orchard, gold=False, length=len(article.text or "")) == []
