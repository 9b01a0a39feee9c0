"""Stance: F1 over (holder, target, label), direction mattering.

Predicted entities are aligned one-to-one with gold entities as CEAFe aligns them; a target that is an event is
compared by its trigger span. A tuple counts once for a document, from however many sources it comes.
"""

from __future__ import annotations

from operator import itemgetter
from typing import NamedTuple

from detente.clusters import align
from detente.counts import Counts, set_counts
from detente.documents import Document
from detente.ontology import Ontology
from detente.scoring.coreference import clusters_of
from detente.scoring.metrics import Key, Metric, Track, counts_by

NAME = "stance"
# ("gold", entity id), ("predicted", entity id) where no gold entity corresponds, or ("event", start, end)
Node = tuple[str, str] | tuple[str, int, int]
GIVEN_PAIRS = "label on gold pairs"


class StanceTuple(NamedTuple):
    """Who is for or against what; both ends in terms of the gold."""

    holder: Node
    target: Node
    label: str


def entity_alignment(gold: Document, predicted: Document) -> dict[str, str]:
    """Predicted entity id → gold entity id, one-to-one, only where they share a mention."""
    gold_clusters, predicted_clusters = clusters_of(gold), clusters_of(predicted)
    gold_ids, predicted_ids = list(gold_clusters), list(predicted_clusters)
    aligned = align(gold_clusters.values(), predicted_clusters.values())
    return {predicted_ids[j]: gold_ids[i] for j, i in aligned.items()}


def stances_of(document: Document, gold_id: dict[str, str] | None = None) -> set[StanceTuple]:
    """The stance tuples of a document; `gold_id` translates the entity ids of a prediction."""
    triggers = {event.id: (event.start, event.end) for event in document.events}

    def node(name: str) -> Node:
        if name in triggers:
            return ("event", *triggers[name])
        if gold_id is None:
            return "gold", name
        return ("gold", gold_id[name]) if name in gold_id else ("predicted", name)

    return {StanceTuple(node(stance.holder), node(stance.target), stance.label) for stance in document.stances}


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
