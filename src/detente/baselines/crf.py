"""Conditional random fields over BIO tags (python-crfsuite), kept in crfsuite's own file format."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from detente.baselines.tagging import OUTSIDE


class CrfSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of a tagger's training: crfsuite's L-BFGS with L1 (`c1`) and L2 (`c2`) penalties."""

    c1: float = 0.05
    c2: float = 0.05
    max_iterations: int = 60
    min_count: int = 1


class Rows:
    """Features of one sequence of tokens, prepared once for several taggers."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        import pycrfsuite

        self.length = len(rows)
        self.items: Any = pycrfsuite.ItemSequence(rows)


class Tagger:
    """A trained tagger; `data` is the content of crfsuite's model file, empty where train had nothing to tag."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._tagger: Any = None
        self._labels: list[str] = []
        if data:
            import pycrfsuite

            self._tagger = pycrfsuite.Tagger()
            self._tagger.open_inmemory(data)
            self._labels = sorted(set(self._tagger.labels()) - {OUTSIDE})

    def tag(self, rows: Rows, certainty: float = 0.0) -> list[str]:
        """The most probable BIO tags of a sequence.

        A token stays outside only where that is at least as probable as `certainty`; else it takes its most probable
        other tag. More than 0 finds more, at the cost of precision.
        """
        if self._tagger is None or not rows.length:
            return [OUTSIDE] * rows.length
        tags: list[str] = self._tagger.tag(rows.items)
        if certainty > 0:
            marginal = self._tagger.marginal
            for index, tag in enumerate(tags):
                if tag == OUTSIDE and marginal(OUTSIDE, index) < certainty:
                    _, tags[index] = max((marginal(label, index), label) for label in self._labels)
        return tags

    def features(self) -> set[str]:
        """The features that have a weight."""
        return {feature for feature, _ in self._tagger.info().state_features} if self._tagger else set()


def fit_tagger(sequences: Iterator[tuple[Rows, Sequence[str]]], settings: CrfSettings) -> Tagger:
    """Train on sequences with their BIO tags; the result depends on nothing but these and their order."""
    import pycrfsuite

    trainer: Any = pycrfsuite.Trainer("lbfgs", verbose=False)
    trainer.set_params(
        {
            "c1": settings.c1,
            "c2": settings.c2,
            "max_iterations": settings.max_iterations,
            "feature.minfreq": settings.min_count,
            "feature.possible_transitions": False,
        }
    )
    something = False
    for rows, tags in sequences:
        if rows.length:
            something = something or any(tag != OUTSIDE for tag in tags)
            trainer.append(rows.items, tags)
    if not something:
        return Tagger(b"")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        trainer.train(str(path))
        return Tagger(path.read_bytes())
