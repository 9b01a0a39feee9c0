"""Figures printed by other scorers' own code on the same documents; `../shared/reference/README.md` says by which."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from detente.documents import Document
from detente.ontology import Ontology
from detente.scoring.evaluate import evaluate
from detente.scoring.report import Report

Raw = dict[str, Any]
ToDocuments = Callable[[Iterable[Raw]], list[Document]]
OntologyOf = Callable[[Iterable[Document]], Ontology]

COREFERENCE = {"mentions": "mentions", "muc": "MUC", "b3": "B3", "ceafe": "CEAFe", "lea": "LEA"}
TEXTEE = ("TI", "TC", "AI", "AC", "AI+", "AC+")


def _figures(report: Report) -> dict[str, dict[str, dict[str, float]]]:
    """Our figures under the peers' names; 0/0 is printed by them as 0."""

    def triple(track: str, metric: str) -> dict[str, float]:
        score = report.scores[track][metric]
        return {"p": score.precision or 0.0, "r": score.recall or 0.0, "f1": score.value or 0.0}

    strict, span_only = triple("entities", "F1"), triple("entities", "span only")
    figures = {
        "entities_spacy": {"strict": strict, "span_only": span_only},
        "entities_nervaluate": {"strict": strict, "exact": span_only},
        "entities_seqeval": {"default": strict, "strict_IOB2": strict},
        "events_textee": {name: triple("events", name) for name in TEXTEE},
        "attributes_evmeval": {
            "plain": triple("events", "TI"),
            "mention_type": triple("events", "TC"),
            "mention_type+realis_status": triple("attributes", "modality"),
        },
    }
    for key, suffix in (("coref_coval", ""), ("coref_coval_nosingletons", " without singletons")):
        figures[key] = {theirs: triple("coreference", ours + suffix) for theirs, ours in COREFERENCE.items()}
        conll = report.scores["coreference"]["CoNLL" + suffix].value or 0.0
        figures[key]["conll_f1"] = {"f1": conll}
    figures["coref_perl"] = {name: figures["coref_coval"][name] for name in ("muc", "b3", "ceafe")}
    return figures


def _theirs(expected: Raw, scorer: str, metric: str) -> dict[str, float]:
    value = expected[scorer][metric]
    if not isinstance(value, dict):
        return {"f1": value}
    value = value.get("micro", value)
    return {name: value[name] for name in ("p", "r", "f1")}


def assert_matches(report: Report, expected: Raw, scorers: Iterable[str]) -> None:
    """All figures of those scorers, at 1e-8 (at 1e-4 where a percentage is printed, cut to two decimals)."""
    figures = _figures(report)
    for scorer in scorers:
        if scorer not in expected:
            continue
        printed = scorer in {"coref_perl", "attributes_evmeval"}
        for metric, ours in figures[scorer].items():
            if metric not in expected[scorer]:
                continue
            theirs = _theirs(expected, scorer, metric)
            assert ours == pytest.approx(theirs, abs=1.01e-4 if printed else 1e-8), (scorer, metric)


def canonical_cases(folder: Path, track: str) -> list[Raw]:
    cases = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / "cases").glob("*.json"))]
    return [case for case in cases if case["status"] == "canonical" and track in case["tracks"]]


SCORERS = {
    "entities": ("entities_spacy", "entities_nervaluate", "entities_seqeval"),
    "coref": ("coref_coval", "coref_coval_nosingletons", "coref_perl"),
    "events": ("events_textee",),
    "attributes": ("attributes_evmeval",),
}


@pytest.mark.parametrize("track", SCORERS)
def test_canonical_cases_match_the_peers(
    track: str, reference_folder: Path, to_documents: ToDocuments, ontology_of: OntologyOf
) -> None:
    cases = canonical_cases(reference_folder, track)
    assert cases
    for case in cases:
        gold, predicted = to_documents(case["gold"]), to_documents(case["pred"])
        report = evaluate(gold, predicted, ontology_of(gold + predicted), resamples=0)
        assert_matches(report, case["expected"], SCORERS[track])


def test_golden_cases_match_the_peers(
    golden_cases: list[Raw], to_documents: ToDocuments, ontology_of: OntologyOf
) -> None:
    assert golden_cases
    for case in golden_cases:
        gold, predicted = to_documents(case["gold"]), to_documents(case["pred"])
        report = evaluate(gold, predicted, ontology_of(gold + predicted), resamples=0)
        assert_matches(report, case["expected"], [name for track in case["tracks"] for name in SCORERS.get(track, ())])


def _read(path: Path) -> list[Raw]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


@pytest.mark.parametrize("name", ["docs", "flat"])
def test_random_documents_match_the_peers(
    name: str, reference_folder: Path, to_documents: ToDocuments, ontology_of: OntologyOf
) -> None:
    folder = reference_folder / "random"
    gold, predicted = (to_documents(_read(folder / f"{name}.{side}.jsonl")) for side in ("gold", "pred"))
    expected = _read(folder / ("expected_per_doc.jsonl" if name == "docs" else "flat.expected_per_doc.jsonl"))
    ontology = ontology_of(gold + predicted)
    assert len(gold) == len(predicted) == len(expected) == 80
    # nervaluate's own strict figures are canonical on flat data only
    nested = {"entities_nervaluate"} if name == "docs" else set()
    scorers = {scorer for names in SCORERS.values() for scorer in names} - nested
    for one, other, figures in zip(gold, predicted, expected, strict=True):
        assert one.id == figures["doc_id"]
        assert_matches(evaluate([one], [other], ontology, resamples=0), figures, scorers)


def test_stance_labels_on_gold_pairs_match_scikit_learn(
    reference_folder: Path, to_documents: ToDocuments, ontology_of: OntologyOf
) -> None:
    for case in canonical_cases(reference_folder, "stance"):
        gold, predicted = to_documents(case["gold"]), to_documents(case["pred"])
        report = evaluate(gold, predicted, ontology_of(gold + predicted), resamples=0)
        theirs = case["expected"]["stance_sklearn"]
        assert report.scores["stance"]["macro"].value == pytest.approx(theirs["macro_f1_favor_against"], abs=1e-8)
        for label, score in report.by["stance"]["label on gold pairs"].items():
            assert score.value == pytest.approx(theirs["per_class"][label]["f1"], abs=1e-8)
            assert score.support == theirs["per_class"][label]["support"]


def test_the_best_partial_matching_is_never_below_a_greedy_one_and_close_to_it(
    reference_folder: Path, to_documents: ToDocuments, ontology_of: OntologyOf
) -> None:
    folder = reference_folder / "random"
    gold, predicted = (to_documents(_read(folder / f"flat.{side}.jsonl")) for side in ("gold", "pred"))
    ontology = ontology_of(gold + predicted)
    for one, other, figures in zip(gold, predicted, _read(folder / "flat.expected_per_doc.jsonl"), strict=True):
        report = evaluate([one], [other], ontology, resamples=0, details=True)
        best = report.scores["entities"]["half credit span only"].value or 0.0
        greedy = figures["entities_nervaluate"]["partial"]["f1"]
        assert greedy - 1e-8 <= best <= greedy + 0.01


def test_a_reversed_direction_is_counted(
    reference_folder: Path, to_documents: ToDocuments, ontology_of: OntologyOf
) -> None:
    [path] = (reference_folder / "cases").glob("*_st_direction_reversed.json")
    case = json.loads(path.read_text(encoding="utf-8"))
    gold, predicted = to_documents(case["gold"]), to_documents(case["pred"])
    report = evaluate(gold, predicted, ontology_of(gold + predicted), resamples=0, details=True)
    assert report.errors["stance"]["reversed direction"] > 0
