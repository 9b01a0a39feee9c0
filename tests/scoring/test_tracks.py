"""What each track counts, one rule a test."""

from __future__ import annotations

import msgspec
import pytest

from detente.documents import Argument, Document, Entity, Event, Mention, Stance
from detente.ontology import Ontology
from detente.scoring.evaluate import evaluate
from detente.scoring.report import Report, Score


def score(gold: Document, predicted: Document, ontology: Ontology) -> Report:
    return evaluate([gold], [predicted], ontology, resamples=0)


def ratio(figure: Score) -> tuple[float | None, float | None]:
    return figure.precision, figure.recall


# ---------------------------------------------------------------------------------------------------- entities


def entities(*mentions: Mention) -> Document:
    return Document("d1", mentions=mentions)


ANKARA = Mention("m1", 0, 6, "GPE", level="NAM")
TURKISH = Mention("m2", 10, 17, "GPE", level="ADJ")
MINISTRY = Mention("m3", 10, 34, "GOV", level="NAM")
MINISTERS = Mention("m4", 40, 49, "GOV", level="NOM")
MONDAY = Mention("m5", 60, 66, "TIME")


def test_entities_count_nested_mentions_of_the_exhaustive_levels(ontology: Ontology) -> None:
    gold = entities(ANKARA, TURKISH, MINISTRY, MINISTERS, MONDAY)
    figure = score(gold, gold, ontology).scores["entities"]
    assert (figure["F1"].value, figure["F1"].support) == (1, 3)
    assert (figure["all levels"].value, figure["all levels"].support) == (1, 5)


def test_a_predicted_mention_of_another_level_is_neither_right_nor_wrong(ontology: Ontology) -> None:
    figure = score(entities(ANKARA), entities(ANKARA, MINISTERS), ontology).scores["entities"]
    assert figure["F1"].value == 1
    assert figure["all levels"].precision == 0.5


def test_a_predicted_mention_without_level_counts_where_its_type_has_levels(ontology: Ontology) -> None:
    predicted = entities(Mention("p1", 0, 6, "GPE"), Mention("p2", 60, 66, "TIME"), Mention("p3", 70, 72, "PER"))
    assert ratio(score(entities(ANKARA, MONDAY), predicted, ontology).scores["entities"]["F1"]) == (0.5, 1)


def test_a_type_without_levels_never_counts_whatever_level_is_predicted(ontology: Ontology) -> None:
    predicted = entities(ANKARA, Mention("p2", 60, 66, "TIME", level="NAM"))
    figure = score(entities(ANKARA, MONDAY), predicted, ontology).scores["entities"]
    assert (figure["F1"].predicted, figure["all levels"].predicted) == (1, 2)


def test_a_wrong_type_is_wrong_and_right_as_a_span(ontology: Ontology) -> None:
    predicted = entities(Mention("p1", 0, 6, "LOC", level="NAM"))
    report = score(entities(ANKARA), predicted, ontology)
    assert report.scores["entities"]["F1"].value == 0
    assert report.scores["entities"]["span only"].value == 1
    assert report.by["entities"]["type"]["LOC"].precision == 0
    assert report.by["entities"]["type"]["GPE"].recall == 0


def test_the_macro_mean_leaves_out_types_that_nobody_marked(ontology: Ontology) -> None:
    report = score(entities(ANKARA, MINISTRY), entities(ANKARA), ontology)
    assert report.scores["entities"]["macro"].value == 0.5


def test_every_mention_counts_where_the_ontology_names_no_exhaustive_levels(ontology: Ontology) -> None:
    layer = msgspec.structs.replace(ontology.mention, exhaustive_levels=())
    own = msgspec.structs.replace(ontology, mention=layer)
    gold = entities(ANKARA, MINISTERS, MONDAY)
    assert score(gold, gold, own).scores["entities"]["F1"].support == 3


# -------------------------------------------------------------------------------------------------- coreference


def clustered(*clusters: str) -> Document:
    """Each word is a cluster, each letter the mention at its place in the alphabet."""
    mentions = [
        Mention(f"m{letter}", ord(letter) - 97, ord(letter) - 96, "PER", level="PRO", entity=f"e{number}")
        for number, letters in enumerate(clusters)
        for letter in letters
    ]
    entities = [Entity(f"e{number}", f"name {number}", "PER") for number in range(len(clusters))]
    return Document("d1", mentions=tuple(mentions), entities=tuple(entities))


def test_conll_is_the_mean_of_muc_b3_and_ceafe(ontology: Ontology) -> None:
    scores = score(clustered("abc", "de"), clustered("ab", "cde"), ontology).scores["coreference"]
    values = [scores[name].value or 0 for name in ("MUC", "B3", "CEAFe")]
    assert scores["CoNLL"].value == pytest.approx(sum(values) / 3)
    assert (scores["CoNLL"].support, scores["CoNLL"].predicted) == (5, 5)
    assert scores["CoNLL"].note == ""


def test_where_muc_is_undefined_conll_is_the_mean_of_the_others_and_says_so(ontology: Ontology) -> None:
    scores = score(clustered("a", "b", "c"), clustered("a", "b"), ontology).scores["coreference"]
    assert scores["MUC"].value is None
    assert scores["CoNLL"].value == pytest.approx(0.8)
    assert scores["CoNLL"].note == "MUC undefined: mean of the others"


def test_singletons_are_kept_and_can_be_left_out(ontology: Ontology) -> None:
    scores = score(clustered("ab", "c"), clustered("ab"), ontology).scores["coreference"]
    assert scores["mentions"].recall == pytest.approx(2 / 3)
    assert scores["CoNLL without singletons"].value == 1


def test_mentions_without_an_entity_are_in_no_cluster(ontology: Ontology) -> None:
    scores = score(entities(ANKARA, MONDAY), entities(ANKARA), ontology).scores["coreference"]
    assert scores["mentions"].support == 0
    assert scores["CoNLL"].value is None


# ------------------------------------------------------------------------------------------------------- events

A = Mention("a", 0, 2, "GPE", entity="e1")
B = Mention("b", 10, 12, "GPE", entity="e2")
A_AGAIN = Mention("a2", 20, 22, "GPE", entity="e1")
A_THIRD = Mention("a3", 24, 26, "GPE", entity="e1")
COUNTRIES = (Entity("e1", "A", "GPE"), Entity("e2", "B", "GPE"))


def story(*events: Event) -> Document:
    return Document("d1", mentions=(A, B, A_AGAIN, A_THIRD), entities=COUNTRIES, events=events)


def attack(name: str, start: int, *arguments: Argument, type_: str = "ATTACK") -> Event:
    return Event(name, type_, start, start + 3, polarity="POS", modality="ACTUAL", arguments=arguments)


def figures(gold: Document, predicted: Document, ontology: Ontology) -> dict[str, float | None]:
    return {name: figure.value for name, figure in score(gold, predicted, ontology).scores["events"].items()}


def test_an_argument_on_the_wrong_trigger_is_right_without_plus_only(ontology: Ontology) -> None:
    attacker, target = Argument("Attacker", mention="a"), Argument("Target", mention="b")
    gold = story(attack("v1", 30, attacker), attack("v2", 40, target))
    predicted = story(attack("v1", 30, target), attack("v2", 40, attacker))
    found = figures(gold, predicted, ontology)
    assert (found["AC"], found["AI"], found["AC+"], found["AI+"]) == (1, 1, 0, 0)


def test_the_event_type_counts_for_arguments(ontology: Ontology) -> None:
    attacker = Argument("Target", mention="a")
    found = figures(story(attack("v", 30, attacker)), story(attack("v", 30, attacker, type_="DEPLOY")), ontology)
    assert (found["TI"], found["TC"], found["AI"], found["AC+"]) == (1, 0, 0, 0)


def test_a_wrong_role_is_identified_but_not_classified(ontology: Ontology) -> None:
    gold, predicted = (story(attack("v", 30, Argument(role, mention="a"))) for role in ("Attacker", "Target"))
    report = score(gold, predicted, ontology)
    assert report.scores["events"]["AI+"].value == 1
    assert report.scores["events"]["AC+"].value == 0
    assert report.by["events"]["role"]["Attacker"].recall == 0
    assert report.by["events"]["role"]["Target"].precision == 0
    assert report.by["events"]["trigger type"]["ATTACK"].value == 1


def test_an_event_filler_is_its_trigger_span_and_the_same_as_a_mention_of_that_span(ontology: Ontology) -> None:
    content = Event("v1", "ATTACK", 10, 12)
    gold = story(Event("v2", "REJECT", 30, 33, arguments=(Argument("Content", event="v1"),)), content)
    predicted = story(Event("v2", "REJECT", 30, 33, arguments=(Argument("Content", mention="b"),)), content)
    assert figures(gold, predicted, ontology)["AC+"] == 1


def test_at_entity_level_any_mention_of_the_filler_will_do(ontology: Ontology) -> None:
    gold, predicted = (story(attack("v", 30, Argument("Attacker", mention=name))) for name in ("a", "a2"))
    found = figures(gold, predicted, ontology)
    assert (found["AC+"], found["AC+ entity"]) == (0, 1)


def test_at_entity_level_a_wrong_entity_is_wrong_however_often(ontology: Ontology) -> None:
    gold = story(attack("v", 30, Argument("Attacker", mention="b")))
    predicted = story(attack("v", 30, *(Argument("Attacker", mention=name) for name in ("a", "a2", "b"))))
    figure = score(gold, predicted, ontology).scores["events"]["AC+ entity"]
    assert figure.recall == 1
    assert figure.precision == pytest.approx(1 / 3)


# --------------------------------------------------------------------------------------------------- attributes


def test_attributes_want_trigger_type_polarity_and_modality(ontology: Ontology) -> None:
    gold = story(Event("v", "ATTACK", 30, 33, polarity="POS", modality="ACTUAL"))
    predicted = story(Event("v", "ATTACK", 30, 33, polarity="POS", modality="PLANNED"))
    scores = score(gold, predicted, ontology).scores["attributes"]
    assert [scores[name].value for name in ("F1", "polarity", "modality")] == [0, 1, 0]


def test_an_attribute_left_out_is_a_miss(ontology: Ontology) -> None:
    gold = story(Event("v", "ATTACK", 30, 33, polarity="POS", modality="ACTUAL"))
    predicted = story(Event("v", "ATTACK", 30, 33, polarity="POS"))
    scores = score(gold, predicted, ontology).scores["attributes"]
    assert [scores[name].value for name in ("F1", "polarity", "modality")] == [0, 1, 0]


# ------------------------------------------------------------------------------------------------------- stance

SIGNING = Event("v1", "SIGN_AGREEMENT", 50, 54)


def opinion(*stances: Stance, names: tuple[str, str] = ("e1", "e2"), event: Event = SIGNING) -> Document:
    one, other = names
    mentions = (
        Mention("a", 0, 2, "GPE", entity=one),
        Mention("a2", 20, 22, "GPE", entity=one),
        Mention("b", 10, 12, "GPE", entity=other),
    )
    entities = (Entity(one, "A", "GPE"), Entity(other, "B", "GPE"))
    return Document("d1", mentions=mentions, entities=entities, events=(event,), stances=stances)


def test_stance_compares_entities_by_their_mentions_not_by_their_ids(ontology: Ontology) -> None:
    gold = opinion(Stance("s1", "e1", "e2", "SUPPORT"))
    predicted = opinion(Stance("s1", "e2", "e1", "SUPPORT"), names=("e2", "e1"))
    assert score(gold, predicted, ontology).scores["stance"]["F1"].value == 1


def test_the_direction_of_a_stance_matters(ontology: Ontology) -> None:
    gold, predicted = opinion(Stance("s1", "e1", "e2", "SUPPORT")), opinion(Stance("s1", "e2", "e1", "SUPPORT"))
    scores = score(gold, predicted, ontology).scores["stance"]
    assert [scores[name].value for name in ("F1", "undirected", "without label")] == [0, 1, 0]


def test_the_label_of_a_stance_matters(ontology: Ontology) -> None:
    gold, predicted = opinion(Stance("s1", "e1", "e2", "SUPPORT")), opinion(Stance("s1", "e1", "e2", "OPPOSE"))
    scores = score(gold, predicted, ontology).scores["stance"]
    assert [scores[name].value for name in ("F1", "undirected", "without label")] == [0, 0, 1]


def test_an_event_target_is_compared_by_its_trigger_span(ontology: Ontology) -> None:
    gold = opinion(Stance("s1", "e1", "v1", "OPPOSE"))
    retyped = opinion(Stance("s1", "e1", "v7", "OPPOSE"), event=Event("v7", "COMMIT", 50, 54))
    moved = opinion(Stance("s1", "e1", "v1", "OPPOSE"), event=Event("v1", "SIGN_AGREEMENT", 50, 55))
    assert score(gold, retyped, ontology).scores["stance"]["F1"].value == 1
    assert score(gold, moved, ontology).scores["stance"]["F1"].value == 0


def test_a_tuple_counts_once_for_a_document_whatever_its_sources(ontology: Ontology) -> None:
    gold = opinion(
        Stance("s1", "e1", "e2", "SUPPORT", source="author"), Stance("s2", "e1", "e2", "SUPPORT", source="a")
    )
    predicted = opinion(Stance("s1", "e1", "e2", "SUPPORT"))
    figure = score(gold, predicted, ontology).scores["stance"]["F1"]
    assert (figure.value, figure.support) == (1, 1)


def test_an_entity_split_in_two_is_aligned_once(ontology: Ontology) -> None:
    gold = opinion(Stance("s1", "e1", "e2", "SUPPORT"))
    mentions = (
        Mention("a", 0, 2, "GPE", entity="e1"),
        Mention("a2", 20, 22, "GPE", entity="e3"),
        Mention("b", 10, 12, "GPE", entity="e2"),
    )
    entities = tuple(Entity(name, name, "GPE") for name in ("e1", "e2", "e3"))
    for holder, value in (("e1", 1), ("e3", 0)):
        predicted = Document(
            "d1", mentions=mentions, entities=entities, stances=(Stance("s1", holder, "e2", "SUPPORT"),)
        )
        assert score(gold, predicted, ontology).scores["stance"]["F1"].value == value


def test_macro_f1_looks_at_the_gold_pairs_only(ontology: Ontology) -> None:
    gold = opinion(Stance("s1", "e1", "e2", "SUPPORT"), Stance("s2", "e2", "e1", "OPPOSE"))
    predicted = opinion(
        Stance("s1", "e1", "e2", "SUPPORT"), Stance("s2", "e2", "e1", "SUPPORT"), Stance("s3", "e1", "v1", "OPPOSE")
    )
    report = score(gold, predicted, ontology)
    # SUPPORT: precision 1/2, recall 1; OPPOSE: nothing found on the gold pairs; MIXED and NEUTRAL: 0/0, left out
    assert report.scores["stance"]["macro"].value == pytest.approx((2 / 3 + 0) / 2)
    assert report.scores["stance"]["macro all"].value == report.scores["stance"]["macro"].value
    assert report.by["stance"]["label"]["OPPOSE"].predicted == 1
