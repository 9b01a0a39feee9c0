"""What details add, one rule a test."""

from __future__ import annotations

import msgspec
import pytest

from detente.documents import Argument, Block, Document, Entity, Event, Mention, Meta, Span, Stance
from detente.ontology import Ontology
from detente.scoring.evaluate import evaluate
from detente.scoring.report import Report

replace = msgspec.structs.replace


def score(gold: Document, predicted: Document, ontology: Ontology) -> Report:
    return evaluate([gold], [predicted], ontology, resamples=0, details=True)


# ---------------------------------------------------------------------------------------------------- entities


def mentions(*items: tuple[int, int, str]) -> Document:
    return Document(
        "d1",
        mentions=tuple(Mention(f"m{n}", start, end, kind, level="NAM") for n, (start, end, kind) in enumerate(items)),
    )


def test_nothing_of_it_is_counted_unless_asked_for(ontology: Ontology) -> None:
    report = evaluate([mentions((0, 4, "PER"))], [], ontology, resamples=0)
    assert report.errors == {}
    assert report.confusion == {}
    assert "overlap" not in report.scores["entities"]


def test_overlap_credit_is_dice_and_half_credit_a_half(ontology: Ontology) -> None:
    report = score(mentions((0, 4, "PER"), (10, 14, "PER")), mentions((0, 4, "PER"), (10, 12, "PER")), ontology)
    figures = report.scores["entities"]
    assert figures["F1"].value == 0.5
    assert figures["overlap"].value == pytest.approx((1 + 2 / 3) / 2)
    assert figures["half credit"].value == 0.75


def test_partial_credit_asks_for_the_type_unless_told_otherwise(ontology: Ontology) -> None:
    figures = score(mentions((0, 4, "PER")), mentions((0, 2, "MIL")), ontology).scores["entities"]
    assert (figures["half credit"].value, figures["half credit span only"].value) == (0, 0.5)


def test_partial_credit_is_that_of_the_best_matching_not_of_the_first(ontology: Ontology) -> None:
    # greedily, [0, 6) would take [0, 4) and leave [4, 9) without a partner
    gold, predicted = mentions((0, 4, "PER"), (4, 9, "PER")), mentions((0, 6, "PER"), (0, 4, "PER"))
    figure = score(gold, predicted, ontology).scores["entities"]["half credit"]
    assert (figure.precision, figure.recall) == (0.75, 0.75)


def test_nested_only_looks_at_mentions_inside_longer_ones(ontology: Ontology) -> None:
    gold = mentions((0, 20, "GOV"), (0, 7, "GPE"), (30, 34, "PER"))
    figure = score(gold, mentions((0, 7, "GPE"), (30, 34, "PER")), ontology).scores["entities"]["nested only"]
    assert (figure.value, figure.support, figure.predicted) == (1, 1, 1)
    wrong = mentions((0, 20, "GOV"), (8, 16, "GPE"))
    assert score(gold, wrong, ontology).scores["entities"]["nested only"].value == 0


def test_a_nested_name_may_lie_in_a_mention_that_the_primary_leaves_out(ontology: Ontology) -> None:
    source = Mention("m1", 0, 30, "PER", level="NOM")
    gold = Document("d1", mentions=(source, Mention("m2", 0, 7, "GPE", level="ADJ")))
    assert score(gold, gold, ontology).scores["entities"]["nested only"].support == 1


def place(reading: str | None, start: int = 0) -> Mention:
    return Mention(f"m{start}", start, start + 6, "GPE", level="NAM", reading=reading)


def test_reading_accuracy_is_of_the_mentions_found_reading_f1_of_all(ontology: Ontology) -> None:
    gold = Document("d1", mentions=(place("place"), place("government", 10), place("place", 20)))
    predicted = Document("d1", mentions=(place("place"), place("place", 10)))
    figures = score(gold, predicted, ontology).scores["entities"]
    assert (figures["reading accuracy"].value, figures["reading accuracy"].support) == (0.5, 2)
    assert figures["reading"].precision == 0.5
    assert figures["reading"].recall == pytest.approx(1 / 3)


def test_a_reading_left_out_is_a_wrong_one(ontology: Ontology) -> None:
    gold, predicted = Document("d1", mentions=(place("place"),)), Document("d1", mentions=(place(None),))
    assert score(gold, predicted, ontology).scores["entities"]["reading accuracy"].value == 0


def test_errors_are_told_by_kind(ontology: Ontology) -> None:
    gold = mentions((0, 4, "PER"), (10, 14, "PER"), (20, 24, "PER"), (30, 34, "PER"), (40, 44, "PER"))
    predicted = mentions((0, 4, "PER"), (10, 14, "MIL"), (20, 23, "PER"), (30, 33, "MIL"), (50, 54, "PER"))
    report = score(gold, predicted, ontology)
    assert report.errors["entities"] == {
        "missed": 1,
        "spurious": 1,
        "wrong boundary": 1,
        "wrong type": 1,
        "wrong type and boundary": 1,
    }
    assert report.confusion["entities"]["type"] == {"PER": {"PER": 2, "MIL": 2, "none": 1}, "none": {"PER": 1}}


# ------------------------------------------------------------------------------------------------------ events

A, B, C = (Mention(name, 10 * n, 10 * n + 2, "GPE", level="NAM") for n, name in enumerate("abc"))


def event(name: str, start: int, *arguments: tuple[str, str], type_: str = "ATTACK", **attributes: str) -> Event:
    fillers = tuple(Argument(role, mention=mention) for role, mention in arguments)
    values = {"polarity": "POS", "modality": "ACTUAL"} | attributes
    return Event(name, type_, start, start + 3, arguments=fillers, **values)  # type: ignore[arg-type]


def story(*events: Event) -> Document:
    return Document("d1", mentions=(A, B, C), events=events)


def test_roles_taken_for_others_are_told_with_what_was_missed_and_made_up(ontology: Ontology) -> None:
    gold = story(event("v", 40, ("Target", "a"), ("Attacker", "b")))
    predicted = story(event("v", 40, ("Place", "a"), ("Place", "c")))
    report = score(gold, predicted, ontology)
    assert report.confusion["events"]["role"] == {
        "Target": {"Place": 1},
        "Attacker": {"none": 1},
        "none": {"Place": 1},
    }
    assert report.errors["events"] == {"argument missed": 1, "argument spurious": 1, "argument wrong role": 1}


def test_an_argument_on_a_wrong_trigger_is_told_as_such(ontology: Ontology) -> None:
    report = score(story(event("v", 40, ("Target", "a"))), story(event("v", 50, ("Target", "a"))), ontology)
    assert report.errors["events"] == {"argument on a wrong trigger": 1, "missed": 1, "spurious": 1}


def test_an_overlapping_filler_in_the_right_role_has_a_wrong_boundary(ontology: Ontology) -> None:
    gold = story(event("v", 40, ("Target", "a")))
    cut = Document("d1", mentions=(replace(A, end=1),), events=gold.events)
    assert score(gold, cut, ontology).errors["events"] == {"argument wrong boundary": 1}


# -------------------------------------------------------------------------------------------------- attributes


def test_attributes_on_matched_triggers(ontology: Ontology) -> None:
    gold = story(event("v1", 40), event("v2", 50, modality="PLANNED"), event("v3", 60, polarity="NEG"))
    predicted = story(event("v1", 40), event("v2", 50), event("v4", 70, polarity="NEG"))
    figures = score(gold, predicted, ontology).scores["attributes"]
    assert figures["polarity accuracy"].value == 1
    assert (figures["modality accuracy"].value, figures["modality accuracy"].support) == (0.5, 2)
    # ACTUAL: one right, one too many, F1 2/3; PLANNED: missed, 0; the others do not occur
    assert figures["modality macro"].value == pytest.approx(1 / 3)


def test_a_source_is_compared_by_its_span(ontology: Ontology) -> None:
    gold = story(event("v1", 40, source="a"), event("v2", 50, source="author"))
    renamed = Document("d1", mentions=(replace(A, id="x"),), events=(event("w", 40, source="x"),))
    figure = score(gold, renamed, ontology).scores["attributes"]["source"]
    assert (figure.precision, figure.recall) == (1, 0.5)


# ------------------------------------------------------------------------------------------------------ stance

SIDES = tuple(Entity(f"e{n}", f"name {n}", "GPE") for n in range(3))
ACTORS = tuple(replace(mention, entity=entity.id) for mention, entity in zip((A, B, C), SIDES, strict=True))
TEXT = "Sudria said on Monday that it backs the pact in full."


def opinions(*tuples: tuple[int, int, str], evidence: Span | None = None) -> Document:
    stances = tuple(
        Stance(f"s{n}", f"e{holder}", f"e{target}", label, evidence=evidence)
        for n, (holder, target, label) in enumerate(tuples)
    )
    return Document("d1", text=TEXT, mentions=ACTORS, entities=SIDES, stances=stances)


def test_reversed_directions_and_wrong_labels_are_counted(ontology: Ontology) -> None:
    gold = opinions((0, 1, "SUPPORT"), (1, 2, "OPPOSE"), (2, 0, "MIXED"))
    predicted = opinions((1, 0, "SUPPORT"), (1, 2, "MIXED"), (0, 1, "OPPOSE"))
    report = score(gold, predicted, ontology)
    # (0, 1) was found with another label, so its reversal is made up
    assert report.errors["stance"] == {"wrong label": 2, "missed": 1, "spurious": 1}
    alone = score(opinions((0, 1, "SUPPORT")), opinions((1, 0, "SUPPORT")), ontology)
    assert alone.errors["stance"] == {"reversed direction": 1}
    assert report.confusion["stance"]["label"]["none"] == {"SUPPORT": 1}


def test_the_right_target_and_label_with_another_holder_is_a_wrong_holder(ontology: Ontology) -> None:
    gold = opinions((0, 1, "SUPPORT"), (0, 2, "OPPOSE"))
    report = score(gold, opinions((2, 1, "SUPPORT"), (1, 2, "SUPPORT")), ontology)
    assert report.errors["stance"] == {"missed": 1, "spurious": 1, "wrong holder": 1}
    # one predicted stance is the wrong holder's of one gold stance alone
    twice = score(gold, opinions((2, 1, "SUPPORT"), (0, 1, "SUPPORT")), ontology)
    assert twice.errors["stance"] == {"missed": 1, "spurious": 1}


def test_evidence_is_compared_by_tokens_on_matched_tuples(ontology: Ontology) -> None:
    gold = opinions((0, 1, "SUPPORT"), evidence=Span(27, 52))  # it backs the pact in full
    predicted = opinions((0, 1, "SUPPORT"), (1, 2, "OPPOSE"), evidence=Span(30, 44))  # backs the pact
    figure = score(gold, predicted, ontology).scores["stance"]["evidence"]
    assert (figure.precision, figure.recall) == (1, 0.5)


def test_evidence_of_a_tuple_is_found_whatever_a_prediction_calls_its_entities(ontology: Ontology) -> None:
    gold = opinions((0, 1, "SUPPORT"), evidence=Span(27, 52))
    named = {entity.id: f"x{entity.id}" for entity in SIDES}
    predicted = replace(
        gold,
        mentions=tuple(replace(mention, entity=named[mention.entity or ""]) for mention in ACTORS),
        entities=tuple(replace(entity, id=named[entity.id]) for entity in SIDES),
        stances=tuple(replace(s, holder=named[s.holder], target=named[s.target]) for s in gold.stances),
    )
    figure = score(gold, predicted, ontology).scores["stance"]["evidence"]
    assert (figure.value, figure.support) == (1, 6)


# ------------------------------------------------------------------------------------------------ document macro


def test_document_macro_is_the_mean_over_documents_that_have_a_figure(ontology: Ontology) -> None:
    long = Document("d1", mentions=tuple(Mention(f"m{n}", 10 * n, 10 * n + 2, "PER", level="NAM") for n in range(9)))
    short = replace(mentions((0, 4, "PER")), id="d2")
    nothing = Document("d3")
    report = evaluate([long, short, nothing], [long, nothing], ontology, resamples=0, details=True)
    figures = report.scores["entities"]
    assert figures["document macro"].value == 0.5
    assert figures["document macro"].support == 2
    assert figures["F1"].value == pytest.approx(18 / 19)


def test_each_document_has_its_own_figure(ontology: Ontology) -> None:
    gold = [mentions((0, 4, "PER")), Document("d2")]
    by = evaluate(gold, [], ontology, resamples=0, details=True).by
    assert {name: figure.value for name, figure in by["entities"]["document"].items()} == {"d1": 0, "d2": None}
    assert by["coreference"]["document"]["d1"].value is None


# ------------------------------------------------------------------------------------------------------ slices


def slices(gold: Document, predicted: Document, ontology: Ontology, track: str) -> dict[str, tuple[float | None, int]]:
    found = score(gold, predicted, ontology).by[track].get("slice", {})
    return {name: (figure.value, figure.support) for name, figure in found.items()}


def test_a_slice_is_the_share_of_its_gold_items_found(ontology: Ontology) -> None:
    gold = mentions((0, 20, "GOV"), (0, 7, "GPE"), (8, 15, "GPE"))
    predicted = mentions((0, 7, "GPE"), (1, 5, "PER"), (2, 5, "PER"))
    assert slices(gold, predicted, ontology, "entities")["nested in a longer mention"] == (0.5, 2)


def test_metonymy_is_the_same_words_with_several_readings(ontology: Ontology) -> None:
    text = "Varn said no. In Varn, Keld said yes."
    items = ((0, 4, "government"), (17, 21, "place"), (23, 27, "government"))
    gold = Document(
        "d1",
        text=text,
        mentions=tuple(
            Mention(f"m{n}", start, end, "GPE", level="NAM", reading=reading)
            for n, (start, end, reading) in enumerate(items)
        ),
    )
    assert slices(gold, gold, ontology, "entities")["words with several readings"] == (1, 2)


def test_events_are_sliced_by_their_attributes_and_sources(ontology: Ontology) -> None:
    source = Mention("s", 70, 90, "PER", level="NOM")
    inside = Mention("i", 70, 76, "GPE", level="ADJ")
    planned = event("v1", 40, ("Target", "a"), modality="PLANNED", source="s", cluster="c")
    denied = replace(event("v2", 50, polarity="NEG", cluster="c"), condition=Span(54, 60))
    gold = Document("d1", mentions=(A, source, inside), events=(planned, denied))
    expected = {
        "modality PLANNED",
        "polarity NEG",
        "anonymous source",
        "source with names in it",
        "conditional",
        "coreferent with other attributes",
    }
    assert slices(gold, gold, ontology, "attributes").keys() == expected
    assert slices(gold, gold, ontology, "attributes")["coreferent with other attributes"] == (1, 2)
    assert slices(gold, Document("d1"), ontology, "events")["anonymous source"] == (0, 1)


def test_arguments_in_another_sentence_and_events_as_fillers(ontology: Ontology) -> None:
    text = "Sudria was hit. The strike came late, after the raid."
    victim = Mention("a", 0, 6, "GPE", level="NAM")
    strike = Event(
        "v1",
        "ATTACK",
        20,
        26,
        arguments=(Argument("Target", mention="a"), Argument("Purpose", event="v2")),
    )
    gold = Document("d1", text=text, mentions=(victim,), events=(strike, Event("v2", "ATTACK", 48, 52)))
    assert slices(gold, gold, ontology, "events") == {
        "filler in another sentence": (1, 1),
        "filled by an event": (1, 1),
    }


def test_stances_are_sliced_by_how_they_are_told(ontology: Ontology) -> None:
    stance = Stance("s", "e0", "v", "SUPPORT", explicit=False, source="b")
    gold = Document("d1", mentions=ACTORS, entities=SIDES, events=(event("v", 40),), stances=(stance,))
    assert slices(gold, gold, ontology, "stance").keys() == {"implicit", "on an event", "told by a third party"}


def test_articles_are_sliced_by_what_they_are(ontology: Ontology) -> None:
    meta = Meta(region="north", kind="readout", family="pacts")
    block = Block(0, 5, "newsletter")
    north = replace(mentions((0, 4, "PER")), text="Fidan", meta=meta, blocks=(block,))
    other = replace(mentions((0, 4, "PER")), id="d2")
    predicted = replace(mentions((0, 4, "PER"), (6, 7, "PER")), id="d2")
    found = evaluate([north, other], [predicted], ontology, resamples=0, details=True).by["entities"]["article"]
    assert {name: (figure.value, figure.predicted) for name, figure in found.items()} == {
        "region north": (0, 0),
        "kind readout": (0, 0),
        "family pacts": (0, 0),
        "page debris": (0, 0),
    }


def test_a_slice_within_one_document_has_no_interval(ontology: Ontology) -> None:
    gold = [
        replace(mentions((0, 4, "PER"), (5, 9, "MIL")), id=f"d{n}", meta=Meta(region=region))
        for n, region in enumerate(("north", "south", "south"))
    ]
    predicted = [replace(mentions((0, 4, "PER")), id=document.id) for document in gold]
    found = evaluate(gold, predicted, ontology, resamples=50, details=True).by["entities"]["article"]
    assert (found["region north"].low, found["region north"].high) == (None, None)
    assert found["region north"].value == pytest.approx(2 / 3)
    assert found["region south"].low is not None


def test_a_coreference_slice_of_articles_has_mentions_as_support(ontology: Ontology) -> None:
    gold = Document("d1", meta=Meta(region="north"), mentions=ACTORS, entities=SIDES)
    figure = score(gold, gold, ontology).by["coreference"]["article"]["region north"]
    assert (figure.value, figure.support) == (1, 3)
