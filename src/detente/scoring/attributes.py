"""Attributes of events: F1 over (trigger span, type, polarity, modality), and each attribute alone."""

from __future__ import annotations

from detente.counts import Counts, set_counts
from detente.documents import Document
from detente.items import attributes_of
from detente.ontology import Ontology
from detente.scoring.metrics import Key, Metric, Track

NAME = "attributes"


def count(gold: Document, predicted: Document, ontology: Ontology) -> dict[Key, Counts]:
    """Counts of one document."""
    expected, found = attributes_of(gold), attributes_of(predicted)
    return {
        Key(NAME, "F1"): set_counts(expected, found),
        Key(NAME, "polarity"): set_counts({item[:4] for item in expected}, {item[:4] for item in found}),
        Key(NAME, "modality"): set_counts(
            {(*item[:3], item[4]) for item in expected}, {(*item[:3], item[4]) for item in found}
        ),
    }


def metrics(ontology: Ontology) -> tuple[Metric, ...]:
    """The figures of this track."""
    return (
        Metric("F1", "F1 over (trigger span, event type, polarity, modality)", (Key(NAME, "F1"),)),
        Metric("polarity", "F1 over (trigger span, event type, polarity)", (Key(NAME, "polarity"),)),
        Metric("modality", "F1 over (trigger span, event type, modality)", (Key(NAME, "modality"),)),
    )


TRACK = Track(
    name=NAME,
    primary="F1",
    match="exact",
    average="micro",
    metrics=metrics,
    count=count,
    holds=lambda document: any(e.polarity is not None or e.modality is not None for e in document.events),
    given=True,
)
