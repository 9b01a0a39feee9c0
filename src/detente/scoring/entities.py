"""Entity mentions: F1 over the set of (start, end, type), nested mentions included.

The primary score counts the levels that are annotated exhaustively (`exhaustive_levels` of the ontology: NAM and ADJ).
A predicted mention without a level counts too where its type has levels; types without levels (TIME, say) are scored
under "all levels" only. In an ontology that names no exhaustive levels every mention counts.
"""

from __future__ import annotations

from operator import itemgetter

from detente.counts import Counts, set_counts
from detente.documents import Document
from detente.items import mentions_of, primary_mentions
from detente.ontology import Ontology
from detente.scoring.metrics import Key, Metric, Track, counts_by

NAME = "entities"

F1 = Key(NAME, "F1")
ALL_LEVELS = Key(NAME, "all levels")
SPAN_ONLY = Key(NAME, "span only")


def count(gold: Document, predicted: Document, ontology: Ontology) -> dict[Key, Counts]:
    """Counts of one document."""
    expected, found = primary_mentions(gold, ontology), primary_mentions(predicted, ontology)
    return {
        F1: set_counts(expected, found),
        ALL_LEVELS: set_counts(mentions_of(gold), mentions_of(predicted)),
        SPAN_ONLY: set_counts({item[:2] for item in expected}, {item[:2] for item in found}),
        **counts_by(expected, found, itemgetter(2), NAME, "F1", "type"),
    }


def metrics(ontology: Ontology) -> tuple[Metric, ...]:
    """The figures of this track."""
    types = tuple(Key(NAME, "F1", "type", name) for name in ontology.entity_type)
    return (
        Metric("F1", "F1 over the set of (start, end, type), exhaustively annotated levels", (F1,)),
        Metric("all levels", "the same over mentions of every level and type", (ALL_LEVELS,)),
        Metric("span only", "the primary's mentions, types left aside", (SPAN_ONLY,)),
        Metric("macro", "mean of the types' F1s, types without any mention left out", types),
    )


TRACK = Track(
    name=NAME,
    primary="F1",
    match="exact",
    average="micro",
    metrics=metrics,
    count=count,
    holds=lambda document: bool(document.mentions),
)
