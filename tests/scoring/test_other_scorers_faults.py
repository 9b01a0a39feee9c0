"""Where well-known scorers go wrong (measured), and that this one does not."""

from __future__ import annotations

from itertools import permutations

import pytest

from detente.documents import Argument, Document, Entity, Event, Mention, Stance
from detente.ontology import Ontology
from detente.scoring.compare import compare
from detente.scoring.evaluate import count_documents, evaluate
from detente.scoring.report import Report


def score(gold: Document, predicted: Document, ontology: Ontology) -> Report:
    return evaluate([gold], [predicted], ontology, resamples=0)


def mentions(*items: tuple[int, int, str]) -> Document:
    return Document(
        "d1", mentions=tuple(Mention(f"m{n}", start, end, kind) for n, (start, end, kind) in enumerate(items))
    )


def test_nervaluate_the_order_of_predictions_plays_no_part(ontology: Ontology) -> None:
    gold = mentions((0, 9, "PER"))
    values = {
        score(gold, mentions(*order), ontology).scores["entities"]["F1"].value
        for order in permutations([(0, 4, "PER"), (0, 9, "PER")])
    }
    assert len(values) == 1
    assert values.pop() == pytest.approx(2 / 3)


def test_nervaluate_a_prediction_of_a_type_without_gold_is_not_dropped(ontology: Ontology) -> None:
    gold = mentions((0, 9, "PER"))
    figure = score(gold, mentions((0, 9, "PER"), (20, 25, "LOC")), ontology).scores["entities"]["F1"]
    assert figure.precision == 0.5


def test_seqeval_a_span_that_runs_on_under_another_type_is_wrong(ontology: Ontology) -> None:
    # gold `B-PER O`, predicted `B-PER I-ORG`: whichever way the tags are read as spans, more than the gold is claimed
    gold = mentions((0, 3, "PER"))
    assert score(gold, mentions((0, 7, "PER")), ontology).scores["entities"]["F1"].value == 0
    read_as_two = mentions((0, 3, "PER"), (4, 7, "ORG"))
    assert score(gold, read_as_two, ontology).scores["entities"]["F1"].value == pytest.approx(2 / 3)


def test_spacy_nested_mentions_count_without_asking(ontology: Ontology) -> None:
    gold = mentions((0, 12, "MIL"), (0, 6, "GPE"))
    assert score(gold, mentions((0, 12, "MIL")), ontology).scores["entities"]["F1"].recall == 0.5


def test_spacy_a_prediction_that_misses_token_edges_is_a_false_positive(ontology: Ontology) -> None:
    gold = mentions((0, 6, "GPE"))
    assert score(gold, mentions((0, 6, "GPE"), (1, 5, "GPE")), ontology).scores["entities"]["F1"].precision == 0.5


A, B = Mention("a", 0, 2, "GPE", entity="e1"), Mention("b", 10, 12, "GPE", entity="e1")
C = Mention("c", 20, 22, "GPE", entity="e1")
COUNTRY = (Entity("e1", "A", "GPE"),)


def event(name: str, start: int, *arguments: Argument, type_: str = "ATTACK") -> Event:
    return Event(name, type_, start, start + 3, polarity="POS", modality="ACTUAL", arguments=arguments)


def story(*events: Event) -> Document:
    return Document("d1", mentions=(A, B, C), entities=COUNTRY, events=events)


def test_textee_a_right_argument_on_a_wrong_trigger_earns_nothing(ontology: Ontology) -> None:
    target = Argument("Target", mention="a")
    report = score(story(event("v", 30, target)), story(event("v", 40, target)), ontology)
    assert report.scores["events"]["AC"].value == 1
    assert report.scores["events"]["AC+"].value == 0


def test_textee_events_of_the_same_span_and_type_are_told_apart_by_their_attributes(ontology: Ontology) -> None:
    actual, planned = (
        Event(name, "ATTACK", 30, 33, polarity="POS", modality=modality)
        for name, modality in (("v1", "ACTUAL"), ("v2", "PLANNED"))
    )
    report = score(story(actual, planned), story(actual), ontology)
    assert report.scores["attributes"]["F1"].recall == 0.5


def test_wikievents_coreferent_predictions_for_one_argument_never_raise_recall_above_one(ontology: Ontology) -> None:
    gold = story(event("v", 30, Argument("Target", mention="a")))
    predicted = story(event("v", 30, *(Argument("Target", mention=name) for name in "abc")))
    figure = score(gold, predicted, ontology).scores["events"]["AC+ entity"]
    assert (figure.precision, figure.recall) == (1, 1)
    strict = score(gold, predicted, ontology).scores["events"]["AC+"]
    assert strict.recall == 1
    assert strict.precision == pytest.approx(1 / 3)


def test_maven_arg_arguments_of_a_mistyped_event_or_a_wrong_role_cost_precision(ontology: Ontology) -> None:
    gold = story(event("v", 30, Argument("Target", mention="a")))
    mistyped = event("w", 30, Argument("Target", mention="a"), type_="DEPLOY")
    wrong_role = event("x", 30, Argument("Place", mention="b"))
    for extra in (mistyped, wrong_role):
        predicted = story(*gold.events, extra)
        assert score(gold, predicted, ontology).scores["events"]["AC+"].precision == 0.5


def test_semeval_2022_a_tuple_of_the_wrong_polarity_raises_nothing(ontology: Ontology) -> None:
    holder, target = Mention("a", 0, 2, "GPE", entity="e1"), Mention("b", 10, 12, "GPE", entity="e2")
    entities = (Entity("e1", "A", "GPE"), Entity("e2", "B", "GPE"))

    def opinion(*labels: str) -> Document:
        stances = tuple(Stance(f"s{n}", "e1", "e2", label) for n, label in enumerate(labels))
        return Document("d1", mentions=(holder, target), entities=entities, stances=stances)

    gold = opinion("SUPPORT", "MIXED")
    alone = score(gold, opinion("SUPPORT"), ontology).scores["stance"]["F1"]
    with_wrong = score(gold, opinion("SUPPORT", "OPPOSE"), ontology).scores["stance"]["F1"]
    assert with_wrong.recall == alone.recall == 0.5
    assert (with_wrong.value or 0) < (alone.value or 0)


def test_sacrebleu_identical_systems_get_p_one(ontology: Ontology) -> None:
    gold = [Document(f"d{n}", mentions=(Mention("m", 0, 2 + n, "PER", level="NAM"),)) for n in range(20)]
    table = count_documents(gold, gold[:7], ontology)
    compared = compare({"one": table, "other": table}, ontology, resamples=10)
    assert {difference.p for difference in compared.differences if difference.p is not None} == {1.0}
