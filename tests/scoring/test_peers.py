"""The same figures as the installed seqeval, nervaluate and scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.documents import Document, Entity, Event, Mention, Stance
from detente.ontology import load_ontology
from detente.scoring.compat import other_figures
from detente.scoring.evaluate import evaluate
from detente.scoring.report import Report

ONTOLOGY = load_ontology()
TYPES = ("PER", "GPE", "MIL")
# a document is a row of tokens, each of one code point; a run of tokens carries a type
Runs = list[tuple[str | None, int]]
runs = st.lists(st.tuples(st.sampled_from([*TYPES, None]), st.integers(1, 3)), min_size=1, max_size=6)
TOKENS = 18
few = settings(deadline=None)


def flat(name: str, row: Runs) -> Document:
    mentions, place = [], 0
    for kind, length in row:
        if kind is not None:
            mentions.append(Mention(f"m{place}", place, place + length, kind, level="NAM"))
        place += length
    return Document(name, mentions=tuple(mentions))


def iob2(document: Document) -> list[str]:
    tags = ["O"] * TOKENS
    for mention in document.mentions:
        for place in range(mention.start, mention.end):
            tags[place] = f"{'B' if place == mention.start else 'I'}-{mention.type}"
    return tags


def documents(rows: Sequence[tuple[Runs, Runs]]) -> tuple[list[Document], list[Document]]:
    return (
        [flat(f"d{number}", gold) for number, (gold, _) in enumerate(rows)],
        [flat(f"d{number}", predicted) for number, (_, predicted) in enumerate(rows)],
    )


def assert_same(report: Report, metric: str, peer: dict[str, float]) -> None:
    figure = report.scores["entities"][metric]
    ours = [figure.precision or 0, figure.recall or 0, figure.value or 0]
    assert ours == pytest.approx([peer["precision"], peer["recall"], peer["f1"]], abs=1e-8)


@few
@given(st.lists(st.tuples(runs, runs), min_size=1, max_size=3))
def test_seqeval_strict_iob2(rows: list[tuple[Runs, Runs]]) -> None:
    from seqeval.metrics import f1_score, precision_score, recall_score
    from seqeval.scheme import IOB2

    gold, predicted = documents(rows)
    tags = [iob2(document) for document in gold], [iob2(document) for document in predicted]
    functions = {"precision": precision_score, "recall": recall_score, "f1": f1_score}
    peer = {
        name: float(function(*tags, mode="strict", scheme=IOB2, zero_division=0))
        for name, function in functions.items()
    }
    assert_same(evaluate(gold, predicted, ONTOLOGY, resamples=0), "F1", peer)


@few
@given(st.lists(st.tuples(runs, runs), min_size=1, max_size=3))
def test_nervaluate_strict_and_exact(rows: list[tuple[Runs, Runs]]) -> None:
    from nervaluate import Evaluator

    gold, predicted = documents(rows)
    sides = [
        # nervaluate's ends are inclusive
        [[{"label": m.type, "start": m.start, "end": m.end - 1} for m in document.mentions] for document in side]
        for side in (gold, predicted)
    ]
    overall = Evaluator(sides[0], sides[1], tags=list(TYPES), loader="dict").evaluate()["overall"]
    report = evaluate(gold, predicted, ONTOLOGY, resamples=0)
    for theirs, ours in (("strict", "F1"), ("exact", "span only")):
        result = overall[theirs]
        assert_same(report, ours, {"precision": result.precision, "recall": result.recall, "f1": result.f1})


LABELS = [*ONTOLOGY.stance_labels, ONTOLOGY.stance.none]


@few
@given(st.lists(st.tuples(st.sampled_from(LABELS[:-1]), st.sampled_from(LABELS)), min_size=1, max_size=6))
def test_scikit_learn_classification_of_the_gold_pairs(labels: list[tuple[str, str]]) -> None:
    from sklearn.metrics import precision_recall_fscore_support

    names = [f"e{number}" for number in range(len(labels) + 1)]
    base = Document(
        "d1",
        mentions=tuple(Mention(f"m{n}", n, n + 1, "PER", entity=name) for n, name in enumerate(names)),
        entities=tuple(Entity(name, name, "PER") for name in names),
    )

    def with_labels(side: int) -> Document:
        stances = tuple(
            Stance(f"s{n}", names[0], names[n + 1], pair[side])
            for n, pair in enumerate(labels)
            if pair[side] != ONTOLOGY.stance.none
        )
        return Document(base.id, mentions=base.mentions, entities=base.entities, stances=stances)

    report = evaluate([with_labels(0)], [with_labels(1)], ONTOLOGY, resamples=0)
    gold, predicted = zip(*labels, strict=True)
    peer = precision_recall_fscore_support(gold, predicted, labels=list(ONTOLOGY.stance_labels), zero_division=0)
    for label, *expected in zip(ONTOLOGY.stance_labels, *peer, strict=True):
        figure = report.by["stance"]["label on gold pairs"].get(label)
        if figure is None:
            assert expected[3] == 0
            continue
        assert [figure.precision or 0, figure.recall or 0, figure.value or 0] == pytest.approx(expected[:3])
        assert figure.support == expected[3]


def events(side: Sequence[tuple[str, str] | None]) -> Document:
    """An event at each place that has attributes."""
    found = (
        Event(f"v{place}", ONTOLOGY.event_types[0].name, place, place + 1, polarity=pair[0], modality=pair[1])
        for place, pair in enumerate(side)
        if pair is not None
    )
    return Document("d1", events=tuple(found))


ATTRIBUTES = st.tuples(st.sampled_from(ONTOLOGY.polarities), st.sampled_from(ONTOLOGY.modalities))


@few
@given(st.lists(st.tuples(ATTRIBUTES, st.none() | ATTRIBUTES), min_size=1, max_size=8))
def test_scikit_learn_attributes_on_matched_triggers(
    rows: list[tuple[tuple[str, str], tuple[str, str] | None]],
) -> None:
    from sklearn.metrics import accuracy_score, f1_score

    gold, predicted = events([row[0] for row in rows]), events([row[1] for row in rows])
    figures = evaluate([gold], [predicted], ONTOLOGY, resamples=0, details=True).scores["attributes"]
    matched = [(ours, theirs) for ours, theirs in rows if theirs is not None]
    for place, attribute in enumerate(("polarity", "modality")):
        accuracy, macro = figures[f"{attribute} accuracy"], figures[f"{attribute} macro"]
        if not matched:
            assert accuracy.value is None
            assert macro.value is None
            continue
        sides = [[pair[side][place] for pair in matched] for side in (0, 1)]
        assert accuracy.value == pytest.approx(accuracy_score(*sides))
        # over the values that occur on either side, as scikit-learn's default has it
        assert macro.value == pytest.approx(f1_score(*sides, average="macro", zero_division=0))


@few
@given(st.lists(st.tuples(st.sampled_from(ONTOLOGY.readings), st.sampled_from(ONTOLOGY.readings)), min_size=1))
def test_scikit_learn_accuracy_of_readings(rows: list[tuple[str, str]]) -> None:
    from sklearn.metrics import accuracy_score

    kind = next(kind.name for kind in ONTOLOGY.entity_types if kind.has_reading)
    gold, predicted = (
        Document(
            "d1",
            mentions=tuple(
                Mention(f"m{place}", place, place + 1, kind, level="NAM", reading=row[side])
                for place, row in enumerate(rows)
            ),
        )
        for side in (0, 1)
    )
    figures = evaluate([gold], [predicted], ONTOLOGY, resamples=0, details=True).scores["entities"]
    assert figures["reading accuracy"].value == pytest.approx(accuracy_score(*zip(*rows, strict=True)))


@few
@given(st.lists(st.tuples(runs, runs), min_size=1, max_size=3))
def test_nervaluate_partial_is_never_above_the_best_matching(rows: list[tuple[Runs, Runs]]) -> None:
    gold, predicted = documents(rows)
    best = evaluate(gold, predicted, ONTOLOGY, resamples=0, details=True).scores["entities"]["half credit span only"]
    peer = {figure.metric: figure.value for figure in other_figures(["nervaluate"], gold, predicted, ONTOLOGY)}
    assert (best.value or 0) >= peer["entities, partial"] - 1e-9
