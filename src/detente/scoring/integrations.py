"""The scorer inside other people's loops: `evaluate.load` of a local folder, `compute_metrics` of a Trainer.

Thin on purpose: documents go in, `evaluate` scores them, a flat dictionary of floats comes out, 0/0 left out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from detente.documents import Document, Mention
from detente.errors import DataError, Fault, UsageError
from detente.jsonl import decode_document
from detente.ontology import Ontology, load_ontology
from detente.scoring import entities
from detente.scoring.evaluate import evaluate
from detente.scoring.report import Report

IGNORED = -100


class EvalPrediction(Protocol):
    """What `transformers.Trainer` gives to `compute_metrics`."""

    predictions: Any
    label_ids: Any


def flat_figures(report: Report) -> dict[str, float]:
    """Every figure under one name: "overall", "entities F1", "events AC+" …; those that are 0/0 left out."""
    values = {"overall": report.overall.value}
    for track, scores in report.scores.items():
        values |= {f"{track} {metric}": score.value for metric, score in scores.items()}
    return {name: value for name, value in values.items() if value is not None}


def evaluate_lines(
    references: Iterable[str], predictions: Iterable[str], ontology: Ontology | None = None, **options: Any
) -> Report:
    """Score documents given as JSON strings, each as a line of the project's JSONL; `options` are those of `evaluate`.

    Raises `DataError` with all faults, the number of the string standing as the line.
    """
    known = ontology or load_ontology()
    return evaluate(_decoded(references, "references"), _decoded(predictions, "predictions"), known, **options)


def _decoded(lines: Iterable[str], side: str) -> list[Document]:
    documents: list[Document] = []
    faults: list[Fault] = []
    for number, line in enumerate(lines, start=1):
        try:
            documents.append(decode_document(line.encode("utf-8")))
        except DataError as error:
            faults += [replace(fault, path=side, line=number) for fault in error.faults]
    if faults:
        raise DataError(faults)
    return documents


def document_metrics(
    gold: Sequence[Document],
    to_documents: Callable[[Any], Iterable[Document]],
    ontology: Ontology | None = None,
    **options: Any,
) -> Callable[[Any], dict[str, float]]:
    """A `compute_metrics` for models whose output `to_documents` turns into predicted documents.

    `options` are those of `evaluate`; there are no intervals unless `resamples` asks for them.
    """
    known = ontology or load_ontology()
    settings = {"resamples": 0} | options

    def compute_metrics(prediction: Any) -> dict[str, float]:
        return flat_figures(evaluate(gold, to_documents(prediction), known, **settings))

    return compute_metrics


def tagging_metrics(
    tags: Sequence[str], ontology: Ontology | None = None
) -> Callable[[EvalPrediction], dict[str, float]]:
    """A `compute_metrics` for token classification with BIO tags ("O", "B-PER", "I-PER" …, by label number).

    Predictions are scores (sequences, tokens, tags) or tag numbers (sequences, tokens); tokens whose label is -100 are
    left out. Mentions are counted in tokens, so they compare on the same tokens alone. An I- that continues nothing
    begins a mention. Gives precision, recall and f1 of the primary entity score, and the track's other figures.

    Raises `UsageError` for a tag that is not of that form or not of the ontology's types.
    """
    known = ontology or load_ontology()
    _check_tags(tags, known)

    def compute_metrics(prediction: EvalPrediction) -> dict[str, float]:
        labels, scores = np.asarray(prediction.label_ids), np.asarray(prediction.predictions)
        numbers = scores.argmax(axis=-1) if scores.ndim == labels.ndim + 1 else scores
        kept = labels != IGNORED
        gold, predicted = (
            [_tagged(f"s{place}", [tags[int(n)] for n in row[mask]]) for place, (row, mask) in enumerate(rows)]
            for rows in (zip(labels, kept, strict=True), zip(numbers, kept, strict=True))
        )
        report = evaluate(gold, predicted, known, resamples=0, tracks=[entities.NAME])
        score = report.scores[entities.NAME][report.primary[entities.NAME]]
        named = {"precision": score.precision, "recall": score.recall, "f1": score.value}
        return {name: value for name, value in named.items() if value is not None} | flat_figures(report)

    return compute_metrics


def _check_tags(tags: Sequence[str], ontology: Ontology) -> None:
    for tag in tags:
        prefix, _, kind = tag.partition("-")
        if tag != "O" and (prefix not in ("B", "I") or kind not in ontology.entity_type):
            known = ", ".join(ontology.entity_type)
            raise UsageError(f"tag {tag!r}; expected O, or B- or I- with one of {known}")


def _tagged(name: str, tags: Sequence[str]) -> Document:
    mentions = tuple(
        Mention(f"m{number}", start, end, kind) for number, (start, end, kind) in enumerate(_runs([*tags, "O"]))
    )
    return Document(name, mentions=mentions)


def _runs(tags: Iterable[str]) -> Iterator[tuple[int, int, str]]:
    """(start, end, type) of the runs of tags, the last tag being O."""
    start, open_kind = 0, ""
    for place, tag in enumerate(tags):
        prefix, _, kind = tag.partition("-")
        if open_kind and (prefix != "I" or kind != open_kind):
            yield start, place, open_kind
            open_kind = ""
        if kind and not open_kind:
            start, open_kind = place, kind
