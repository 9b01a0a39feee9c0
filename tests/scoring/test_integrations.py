"""The scorer inside `evaluate` and a Trainer: the same figures, without a network."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detente.documents import Document, Mention, as_prediction
from detente.errors import DataError, UsageError
from detente.jsonl import encode_document
from detente.ontology import Ontology
from detente.scoring.evaluate import evaluate
from detente.scoring.integrations import document_metrics, evaluate_lines, flat_figures, tagging_metrics

ROOT = Path(__file__).resolve().parents[2]
TAGS = ["O", "B-PER", "I-PER", "B-GPE", "I-GPE"]


@dataclass
class Output:
    """What a Trainer hands over."""

    predictions: Any
    label_ids: Any


def ids(*tags: str) -> list[int]:
    return [TAGS.index(tag) if tag else -100 for tag in tags]


def test_documents_as_json_strings_score_as_documents(gold: Document, ontology: Ontology) -> None:
    line = encode_document(gold).decode("utf-8")
    empty = encode_document(Document(gold.id)).decode("utf-8")
    report = evaluate_lines([line], [empty], resamples=0)
    assert report == evaluate([gold], [Document(gold.id)], ontology, resamples=0)
    assert flat_figures(report)["overall"] == 0


def test_a_string_that_is_no_document_is_refused_by_its_number() -> None:
    with pytest.raises(DataError, match="predictions:2: found a line that is no document"):
        evaluate_lines(['{"id": "a"}'], ['{"id": "a"}', "oops"])
    with pytest.raises(DataError, match="references:1: found a line that is no document"):
        evaluate_lines(["oops"], ['{"id": "a"}'])


def test_tags_are_scored_as_mentions(ontology: Ontology) -> None:
    labels = [ids("B-PER", "I-PER", "O", "B-GPE"), ids("B-GPE", "O", "", "")]
    predicted = [ids("B-PER", "I-PER", "O", "B-PER"), ids("B-GPE", "O", "B-PER", "B-PER")]
    figures = tagging_metrics(TAGS, ontology)(Output(np.array(predicted), np.array(labels)))
    assert figures["f1"] == figures["entities F1"] == pytest.approx(2 / 3)
    assert figures["entities span only"] == 1


def test_scores_are_taken_at_their_highest_and_ignored_tokens_are_left_out() -> None:
    labels = np.array([ids("B-PER", "", "I-PER", "O")])
    scores = np.zeros((1, 4, len(TAGS)))
    for place, number in enumerate(ids("B-PER", "O", "I-PER", "O")):
        scores[0, place, number] = 1
    assert tagging_metrics(TAGS)(Output(scores, labels))["f1"] == 1


def test_an_inner_tag_that_continues_nothing_begins_a_mention() -> None:
    labels, predicted = [ids("B-PER", "B-GPE", "I-GPE")], [ids("I-PER", "I-GPE", "I-GPE")]
    assert tagging_metrics(TAGS)(Output(np.array(predicted), np.array(labels)))["f1"] == 1


def test_nothing_in_gold_and_nothing_predicted_is_no_figure() -> None:
    labels = np.array([ids("O", "O")])
    assert tagging_metrics(TAGS)(Output(labels, labels)) == {}


def test_tags_of_another_form_are_refused_before_training() -> None:
    with pytest.raises(UsageError, match="'S-PER'"):
        tagging_metrics(["O", "S-PER"])


def test_models_that_make_documents_are_scored_on_all_tracks(gold: Document, ontology: Ontology) -> None:
    compute_metrics = document_metrics([gold], lambda output: output, ontology)
    assert compute_metrics([as_prediction(gold)])["events AC+"] == 1
    only = document_metrics([gold], lambda output: output, ontology, tracks=["stance"])
    assert all(name.startswith("stance") for name in only([]))


def test_what_a_trainer_hands_over_is_understood() -> None:
    transformers = pytest.importorskip("transformers", reason="needs transformers")
    labels = np.array([ids("B-PER", "O")])
    output = transformers.EvalPrediction(predictions=labels, label_ids=labels)
    assert tagging_metrics(TAGS)(output)["f1"] == 1


# loads the folder as anyone would, with every socket refused
LOADING = """
import socket, sys

def refuse(*_, **__):
    raise OSError("no network in this test")

socket.socket.connect = refuse
import evaluate
metric = evaluate.load(sys.argv[1])
gold, empty = open(sys.argv[2]).read().split("\\n")
print(metric.compute(predictions=[gold], references=[gold])["overall"])
metric.add(prediction=empty, reference=gold)
result = metric.compute(tracks=["events"])
print(result["events AC+"], result["signatures"]["events"])
"""


@pytest.mark.skipif(find_spec("evaluate") is None, reason="needs Hugging Face evaluate")
def test_evaluate_loads_the_folder_without_a_network(gold: Document, ontology: Ontology, tmp_path: Path) -> None:
    documents = (gold, Document(gold.id))
    (tmp_path / "documents.jsonl").write_bytes(b"\n".join(encode_document(document) for document in documents))
    (tmp_path / "load.py").write_text(LOADING, encoding="utf-8")
    folder = ROOT / "scoring" / "evaluate_module"
    environment = {**os.environ, "HF_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, *map(str, (tmp_path / "load.py", folder, tmp_path / "documents.jsonl"))]
    found = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    report = evaluate([gold], [Document(gold.id)], ontology, resamples=0)
    assert found.stdout.splitlines() == ["1.0", f"0.0 {report.signatures['events']}"]


def test_a_mention_of_a_type_without_levels_is_left_to_all_levels(ontology: Ontology) -> None:
    kind = next(kind.name for kind in ontology.entity_types if not kind.has_level)
    tags = ["O", f"B-{kind}", f"I-{kind}"]
    labels = np.array([[1, 2, 0]])
    figures = tagging_metrics(tags, ontology)(Output(labels, labels))
    assert "f1" not in figures
    assert figures["entities all levels"] == 1
    assert flat_figures(evaluate([Document("s0", mentions=(Mention("m", 0, 2, kind),))], [], ontology, resamples=0))


def test_precision_recall_and_f1_go_by_their_names() -> None:
    labels = np.array([ids("B-PER", "O", "B-GPE", "O")])
    predicted = np.array([ids("B-PER", "O", "O", "O")])
    figures = tagging_metrics(TAGS)(Output(predicted, labels))
    assert [figures[name] for name in ("precision", "recall", "f1")] == [1, 0.5, pytest.approx(2 / 3)]


def test_as_many_rows_are_predicted_as_there_are_labels() -> None:
    labels = np.array([ids("B-PER", "O"), ids("O", "O")])
    with pytest.raises(ValueError, match="zip"):
        tagging_metrics(TAGS)(Output(labels[:1], labels))
