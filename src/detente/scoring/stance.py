"""Stance: F1 over (holder, target, label), direction mattering.

Predicted entities are aligned one-to-one with gold entities as CEAFe aligns them; a target that is an event is
compared by its trigger span. A tuple counts once for a document, from however many sources it comes.
"""

from __future__ import annotations

from operator import itemgetter

from detente.counts import Counts, set_counts
from detente.documents import Document
from detente.items import Node, StanceTuple, entity_alignment, stances_of
from detente.ontology import Ontology
from detente.scoring.metrics import Key, Metric, Track, counts_by

NAME = "stance"
GIVEN_PAIRS = "label on gold pairs"


def count(gold: Document, predicted: Document, ontology: Ontology) -> dict[Key, Counts]:
    """Counts of one document; raises `DataError` where a span is in two clusters of one side."""
    expected = stances_of(gold)
    found = stances_of(predicted, entity_alignment(gold, predicted) if predicted.stances else {})
    pairs = {item[:2] for item in expected}
    on_pairs = {item for item in found if item[:2] in pairs}
    return {
        Key(NAME, "F1"): set_counts(expected, found),
        Key(NAME, "without label"): set_counts(pairs, {item[:2] for item in found}),
        Key(NAME, "undirected"): set_counts(_undirected(expected), _undirected(found)),
        **counts_by(expected, found, itemgetter(2), NAME, "F1", "label"),
        **counts_by(expected, on_pairs, itemgetter(2), NAME, "macro", GIVEN_PAIRS),
    }


def _undirected(stances: set[StanceTuple]) -> set[tuple[frozenset[Node], str]]:
    return {(frozenset((item.holder, item.target)), item.label) for item in stances}


def metrics(ontology: Ontology) -> tuple[Metric, ...]:
    """The figures of this track."""

    def labels(names: tuple[str, ...]) -> tuple[Key, ...]:
        return tuple(Key(NAME, "macro", GIVEN_PAIRS, name) for name in names)

    return (
        Metric("F1", "F1 over (holder, target, label), entities aligned one-to-one", (Key(NAME, "F1"),)),
        Metric("without label", "F1 over (holder, target)", (Key(NAME, "without label"),)),
        Metric("undirected", "F1 over ({holder, target}, label)", (Key(NAME, "undirected"),)),
        Metric(
            "macro",
            f"mean F1 of {' and '.join(ontology.stance.macro_labels)} on the gold (holder, target) pairs",
            labels(ontology.stance.macro_labels),
        ),
        Metric("macro all", "mean F1 of all labels on the gold (holder, target) pairs", labels(ontology.stance_labels)),
    )


TRACK = Track(
    name=NAME,
    primary="F1",
    match="ceafe-aligned",
    average="micro",
    metrics=metrics,
    count=count,
    holds=lambda document: bool(document.stances),
    given=True,
)
