"""The learning curve: a baseline trained on more and more of train, scored on test."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from detente.baselines.protocol import Settings
from detente.baselines.run import predict_documents, train
from detente.documents import Document
from detente.ontology import Ontology
from detente.scoring.evaluate import evaluate
from detente.scoring.report import Report, Score

RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One training: how many articles of train, which draw of them, and the primary score of each track on test."""

    articles: int
    draw: int
    scores: dict[str, Score]


def learning_curve(
    name: str,
    settings: Settings | None,
    documents: Sequence[Document],
    test: Sequence[Document],
    ontology: Ontology,
    sizes: Sequence[int],
    draws: int = 3,
) -> Iterator[CurvePoint]:
    """Train on `sizes` articles of train, each in `draws` random draws (one where the size is all of train).

    A draw is a random order of the stories; its smaller sizes are the beginnings of its larger ones.
    """
    for size in sizes:
        size = min(size, len(documents))
        for draw in range(draws if size < len(documents) else 1):
            with TemporaryDirectory() as folder:
                model = train(name, _drawn(documents, draw)[:size], ontology, settings, Path(folder) / "model")
                predicted = list(predict_documents(model, test))
            yield CurvePoint(size, draw, _primaries(evaluate(test, predicted, ontology, resamples=RESAMPLES)))


def _drawn(documents: Sequence[Document], draw: int) -> list[Document]:
    stories: dict[str, list[Document]] = {}
    for document in sorted(documents, key=lambda d: d.id):
        stories.setdefault(document.meta.story if document.meta else document.id, []).append(document)
    names = sorted(stories)
    random.Random(draw).shuffle(names)  # noqa: S311 - a draw to be repeated, not a secret
    return [document for name in names for document in stories[name]]


def _primaries(report: Report) -> dict[str, Score]:
    scores = {track: report.scores[track][metric] for track, metric in report.primary.items()}
    return {"overall": report.overall, **scores}
