"""Figures as other scorers give them: equal to what their own code printed, faults included."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from detente.documents import Argument, Document, Entity, Event, Mention
from detente.errors import UsageError
from detente.ontology import Ontology
from detente.scoring.compat import SCORERS, chosen_scorers, other_figures, with_other_figures
from detente.scoring.evaluate import evaluate
from detente.scoring.report_text import format_report

Raw = dict[str, Any]
ToDocuments = Callable[[Iterable[Raw]], list[Document]]
OntologyOf = Callable[[Iterable[Document]], Ontology]

COVAL = {"mentions": "mentions", "muc": "MUC", "b3": "B3", "ceafe": "CEAFe", "lea": "LEA", "conll_f1": "CoNLL"}


def values(name: str, gold: list[Document], predicted: list[Document], ontology: Ontology) -> dict[str, float]:
    figures = other_figures([name], gold, predicted, ontology)
    assert {figure.scorer for figure in figures} <= {name}
    return {figure.metric: figure.value for figure in figures}


def theirs(expected: Raw) -> float:
    value = expected.get("micro", expected)
    return float(value["f1"])


def assert_same(expected: Raw, gold: list[Document], predicted: list[Document], ontology: Ontology) -> set[str]:
    """Compare with every figure that the reference has; returns the scorers that were compared."""
    compared = {key for key in expected if key in {"events_textee", "coref_coval", "coref_coval_nosingletons"}}
    if "events_textee" in expected:
        ours = values("textee", gold, predicted, ontology)
        for name, figure in expected["events_textee"].items():
            if name in ours:
                assert ours[name] == pytest.approx(figure["f1"], abs=1e-8), name
    for key, suffix in (("coref_coval", ""), ("coref_coval_nosingletons", " without singletons")):
        if key in expected:
            ours = values("coval", gold, predicted, ontology)
            for name, metric in COVAL.items():
                figure = expected[key][name]
                figure = figure["f1"] if isinstance(figure, dict) else figure
                assert ours[metric + suffix] == pytest.approx(figure, abs=1e-8), (key, name)
    if "entities_nervaluate" in expected:
        compared.add("entities_nervaluate")
        ours = values("nervaluate", gold, predicted, ontology)
        for name in ("strict", "partial", "ent_type", "exact"):
            figure = expected["entities_nervaluate"][name]["f1"]
            assert ours.get(f"entities, {name}", 0.0) == pytest.approx(figure, abs=1e-8), name
    return compared


def test_every_reference_case_has_the_figures_that_the_peers_printed(
    reference_folder: Path, to_documents: ToDocuments, ontology_of: OntologyOf
) -> None:
    compared: set[str] = set()
    for path in sorted((reference_folder / "cases").glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        gold, predicted = to_documents(case["gold"]), to_documents(case["pred"])
        compared |= assert_same(case["expected"], gold, predicted, ontology_of(gold + predicted))
    assert compared == {"events_textee", "coref_coval", "coref_coval_nosingletons", "entities_nervaluate"}


@pytest.mark.parametrize("name", ["docs", "flat"])
def test_random_documents_have_the_figures_that_the_peers_printed(
    name: str, reference_folder: Path, to_documents: ToDocuments, ontology_of: OntologyOf
) -> None:
    def read(file: str) -> list[Raw]:
        raw = (reference_folder / "random" / file).read_bytes().split(b"\n")
        return [json.loads(line) for line in raw if line]

    gold, predicted = to_documents(read(f"{name}.gold.jsonl")), to_documents(read(f"{name}.pred.jsonl"))
    expected = read("expected_per_doc.jsonl" if name == "docs" else "flat.expected_per_doc.jsonl")
    ontology = ontology_of(gold + predicted)
    for one, other, figures in zip(gold, predicted, expected, strict=True):
        assert_same(figures, [one], [other], ontology)
        if "entities_seqeval" in figures:
            ours = values("seqeval", [one], [other], ontology)
            for theirs_name, metric in (("default", "default"), ("strict_IOB2", "strict IOB2")):
                peer = theirs(figures["entities_seqeval"][theirs_name])
                assert ours[f"entities, {metric}"] == pytest.approx(peer, abs=1e-8)


def test_semeval_2016_is_the_mean_of_for_and_against(
    reference_folder: Path, to_documents: ToDocuments, ontology_of: OntologyOf
) -> None:
    for path in sorted((reference_folder / "cases").glob("*_st_*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        if "stance_sklearn" in case["expected"] and case["status"] == "canonical":
            gold, predicted = to_documents(case["gold"]), to_documents(case["pred"])
            figures = values("semeval2016", gold, predicted, ontology_of(gold + predicted))
            peer = case["expected"]["stance_sklearn"]["macro_f1_favor_against"]
            assert next(iter(figures.values())) == pytest.approx(peer, abs=1e-8)


# ------------------------------------------------------------------------------------------- faults, as they are


def mentions(*items: tuple[int, int, str]) -> list[Document]:
    found = (Mention(f"m{n}", start, end, kind, level="NAM") for n, (start, end, kind) in enumerate(items))
    return [Document("d1", mentions=tuple(found))]


def test_nervaluate_figures_depend_on_the_order_of_predictions(ontology: Ontology) -> None:
    gold = mentions((0, 9, "PER"))
    short_first, long_first = mentions((0, 4, "PER"), (0, 9, "PER")), mentions((0, 9, "PER"), (0, 4, "PER"))
    assert values("nervaluate", gold, short_first, ontology)["entities, strict"] == 0
    assert values("nervaluate", gold, long_first, ontology)["entities, strict"] == pytest.approx(2 / 3)


def test_seqeval_figures_leave_nested_mentions_out_and_say_so(ontology: Ontology) -> None:
    gold = mentions((0, 12, "MIL"), (0, 6, "GPE"))
    figures = other_figures(["seqeval"], gold, mentions((0, 12, "MIL")), ontology)
    assert [figure.value for figure in figures] == [1, 1]
    assert all("1 mentions inside or across others left out" in figure.note for figure in figures)


def test_seqeval_itself_is_lenient_in_strict_mode_without_a_scheme_and_blind_to_a_broken_run_with_one() -> None:
    from seqeval.metrics import f1_score
    from seqeval.scheme import IOB2

    gold, predicted = [["B-PER", "O"]], [["I-PER", "O"]]
    assert f1_score(gold, predicted, mode="strict") == f1_score(gold, predicted) == 1
    assert f1_score(gold, predicted, mode="strict", scheme=IOB2, zero_division=0) == 0
    assert f1_score(gold, [["B-PER", "I-ORG"]], mode="strict", scheme=IOB2) == 1


def test_nervaluate_itself_drops_predictions_of_a_type_that_it_was_not_told() -> None:
    from nervaluate import Evaluator

    known, unknown = {"label": "PER", "start": 0, "end": 8}, {"label": "LOC", "start": 20, "end": 24}
    overall = Evaluator([[known]], [[known, unknown]], tags=["PER"], loader="dict").evaluate()["overall"]
    assert overall["strict"].precision == 1


def test_textee_figures_credit_an_argument_on_a_wrong_trigger(ontology: Ontology) -> None:
    filler = Mention("a", 0, 2, "GPE", level="NAM")

    def story(start: int) -> list[Document]:
        event = Event("v", "ATTACK", start, start + 3, arguments=(Argument("Target", mention="a"),))
        return [Document("d1", mentions=(filler,), events=(event,))]

    figures = other_figures(["textee"], story(30), story(40), ontology)
    assert {figure.metric: figure.value for figure in figures}["AC"] == 1
    assert [figure.metric for figure in figures if "wrong trigger" in figure.note] == ["AC", "AI"]


def test_textee_figures_leave_arguments_filled_by_events_out_and_say_how_many(ontology: Ontology) -> None:
    kind = next(t for t in ontology.event_types if any(ontology.roles[r].events for r in ontology.roles_of[t.name]))
    role = next(role for role in ontology.roles_of[kind.name] if ontology.roles[role].events)

    def nested(*arguments: Argument) -> list[Document]:
        inner = Event("v2", kind.name, 20, 25)
        return [Document("d1", events=(Event("v1", kind.name, 0, 5, arguments=arguments), inner))]

    figures = other_figures(["textee"], nested(Argument(role, event="v2")), nested(), ontology)
    values_of = {figure.metric: figure.value for figure in figures}
    assert (values_of["TC"], values_of["AC+"]) == (1, 0)
    assert {figure.note.split(";")[0] for figure in figures} == {"1 gold arguments filled by events left out"}
    both = other_figures(["textee"], nested(Argument(role, event="v2")), nested(Argument(role, event="v2")), ontology)
    assert {figure.metric: figure.value for figure in both}["AC+"] == 0


def test_coval_figures_give_a_perfect_system_without_links_two_thirds(ontology: Ontology) -> None:
    gold = [
        Document(
            "d1",
            mentions=(Mention("m", 0, 2, "PER", level="NAM", entity="e"),),
            entities=(Entity("e", "E", "PER"),),
        )
    ]
    [figure] = [f for f in other_figures(["coval"], gold, gold, ontology) if f.metric == "CoNLL"]
    assert figure.value == pytest.approx(2 / 3)
    assert ".667" in figure.note


@pytest.mark.parametrize("name", SCORERS)
def test_nothing_at_all_is_no_crash(name: str, ontology: Ontology) -> None:
    empty = [Document("d1", text="Nothing happened.")]
    assert all(value == 0 for value in values(name, empty, [], ontology).values())


# ----------------------------------------------------------------------------------------------------- choosing


def test_scorers_are_chosen_by_name_and_an_unknown_one_is_refused() -> None:
    assert chosen_scorers(None) == ()
    assert chosen_scorers("coval, seqeval,coval") == ("coval", "seqeval")
    with pytest.raises(UsageError, match="did you mean 'coval'"):
        chosen_scorers("conval")


def test_they_are_marked_as_not_the_benchmarks_own(ontology: Ontology) -> None:
    gold = mentions((0, 9, "PER"))
    report = with_other_figures(evaluate(gold, gold, ontology, resamples=0), ["nervaluate"], gold, gold, ontology)
    for style in ("text", "markdown"):
        assert "not this benchmark's figures" in format_report(report, style)
        assert "nervaluate: greedy in file order" in format_report(report, style)
    assert report.scores == evaluate(gold, gold, ontology, resamples=0).scores


@pytest.mark.parametrize("name", ["seqeval", "nervaluate"])
def test_a_scorer_whose_package_is_missing_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("detente.scoring.compat.find_spec", lambda package: None if package == name else object())
    assert chosen_scorers("coval, textee") == ("coval", "textee")
    with pytest.raises(UsageError, match=f"the package {name} is not installed"):
        chosen_scorers(f"coval,{name}")
