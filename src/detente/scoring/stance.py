"""Stance: F1 over (holder, target, label), direction mattering.

Predicted entities are aligned one-to-one with gold entities as CEAFe aligns them; a target that is an event is
compared by its trigger span. A tuple counts once for a document, from however many sources it comes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Set

import numpy as np

from detente.counts import Counts, set_counts
from detente.documents import Document, Span
from detente.items import StanceTuple, entity_alignment, stances_of
from detente.ontology import Ontology
from detente.scoring.batch import PREDICTED, Batch, Rows, joined, pack
from detente.scoring.columns import ENTITY, EVENT, LAYERS, NONE, Ints, Side
from detente.scoring.metrics import (
    NOTHING,
    Breakdown,
    Counted,
    Key,
    Metric,
    Track,
    confusion_counts,
    error_counts,
    set_counts_of,
)
from detente.scoring.mistakes import MISSED, SPURIOUS, grouped, take_equal
from detente.sentences import tokenize

NAME = "stance"
GIVEN_PAIRS = "label on gold pairs"
F1, WITHOUT_LABEL, UNDIRECTED = Key(NAME, "F1"), Key(NAME, "without label"), Key(NAME, "undirected")
WRONG_LABEL, REVERSED, WRONG_HOLDER = "wrong label", "reversed direction", "wrong holder"


def count(batch: Batch) -> Counted:
    """Counts of a batch."""
    gold, predicted = _tuples(batch)
    stances = joined(gold, predicted)
    doc, holder, target, label = stances.columns
    figures = {
        F1: set_counts_of(doc, stances.sides, len(batch)),
        WITHOUT_LABEL: _counts(stances.part(doc, holder, target), len(batch)),
        UNDIRECTED: _counts(
            stances.part(doc, np.minimum(holder, target), np.maximum(holder, target), label), len(batch)
        ),
    }
    pair, names = pack(doc, holder, target), batch.codes.labels.names
    given = stances.where(np.isin(pair, pair[stances.sides != PREDICTED]))
    breakdowns = (
        Breakdown((NAME, "F1", "label"), names, label, doc, stances.sides),
        Breakdown((NAME, "macro", GIVEN_PAIRS), names, given.columns[3], given.columns[0], given.sides),
    )
    return Counted(figures, breakdowns)


def _counts(rows: Rows, documents: int) -> Ints:
    return set_counts_of(rows.columns[0], rows.sides, documents)


def _tuples(batch: Batch) -> tuple[tuple[Ints, ...], tuple[Ints, ...]]:
    """The stances of both sides as (document, holder, target, label), both ends in terms of the gold.

    The number of an end is that of the gold entity, or of the trigger's span, or of a predicted entity to which no
    gold one corresponds.
    """
    clusters, spans = batch.overlap, batch.spans
    golds = len(clusters.gold)
    # a predicted entity without a gold one is numbered after all others
    end = golds + len(spans.doc) + np.arange(len(clusters.predicted))
    end[clusters.other[clusters.aligned]] = clusters.one[clusters.aligned]
    return (
        _with_ends(batch.gold, np.arange(golds), golds + spans.gold_triggers),
        _with_ends(batch.predicted, end, golds + spans.triggers),
    )


def _with_ends(side: Side, entities: Ints, events: Ints) -> tuple[Ints, ...]:
    """The stances of a side, given the numbers of its entities and of its events as ends."""
    ends = np.full(len(side.node_layer), NONE)
    ends[side.node_of[ENTITY]], ends[side.node_of[EVENT]] = entities, events
    return side.stances.doc, ends[side.stances.holder], ends[side.stances.target], side.stances.label


def count_details(gold: Document, predicted: Document, ontology: Ontology) -> dict[Key, Counts]:
    """Evidence, kinds of errors, and labels taken for others, of one document."""
    aligned = entity_alignment(gold, predicted)
    expected, found = stances_of(gold), stances_of(predicted, aligned)
    return {
        Key(NAME, "evidence"): _evidence_counts(gold, predicted, aligned),
        **error_counts(NAME, count_stance_kinds(expected, found)),
        **confusion_counts(NAME, "label", count_labels(expected, found)),
    }


def count_stance_kinds(gold: Set[StanceTuple], predicted: Set[StanceTuple]) -> Counter[str]:
    """How many tuples are wrong in each way, each counted once.

    In this order: the right pair with another label, the pair with its ends exchanged (whatever the label), the right
    target and label with another holder; what is left was missed or is spurious.
    """
    rest, others = set(gold - predicted), set(predicted - gold)
    kinds: Counter[str] = Counter()
    kinds[WRONG_LABEL] = take_equal(rest, others, lambda s: (s.holder, s.target))
    kinds[REVERSED] = take_equal(rest, others, lambda s: (s.holder, s.target), lambda s: (s.target, s.holder))
    kinds[WRONG_HOLDER] = take_equal(rest, others, lambda s: (s.target, s.label))
    kinds[MISSED], kinds[SPURIOUS] = len(rest), len(others)
    return kinds


def count_labels(gold: Set[StanceTuple], predicted: Set[StanceTuple]) -> Counter[tuple[str, str]]:
    """How many pairs have each (gold label, predicted label), `NOTHING` where a side does not have the pair.

    Where a pair has several labels on one side, those that agree come first, then the others by name.
    """
    cells: Counter[tuple[str, str]] = Counter()
    for of_gold, of_predicted in grouped(gold, predicted, lambda s: (s.holder, s.target)).values():
        ours, theirs = {item.label for item in of_gold}, {item.label for item in of_predicted}
        cells.update((label, label) for label in ours & theirs)
        left, right = sorted(ours - theirs), sorted(theirs - ours)
        shared = min(len(left), len(right))
        cells.update(zip(left[:shared], right[:shared], strict=True))
        cells.update((label, NOTHING) for label in left[shared:])
        cells.update((NOTHING, label) for label in right[shared:])
    return cells


def _evidence_counts(gold: Document, predicted: Document, aligned: dict[str, str]) -> Counts:
    """Tokens of the evidence of the tuples that both sides have; code points where gold has no text."""
    ours, theirs = _evidence(gold, None), _evidence(predicted, aligned)
    matched = stances_of(gold) & stances_of(predicted, aligned)
    tokens = tokenize(gold.text) if gold.text is not None else None
    return set_counts(
        {(item, place) for item in matched for place in _places(ours[item], tokens)},
        {(item, place) for item in matched for place in _places(theirs[item], tokens)},
    )


def _evidence(document: Document, aligned: dict[str, str] | None) -> defaultdict[StanceTuple, list[Span]]:
    evidence: defaultdict[StanceTuple, list[Span]] = defaultdict(list)
    for stance in document.stances:
        if stance.evidence:
            alone = Document(document.id, events=document.events, stances=(stance,))
            evidence[next(iter(stances_of(alone, aligned)))].append(stance.evidence)
    return evidence


def _places(spans: list[Span], tokens: list[tuple[int, int]] | None) -> set[int]:
    """Starts of the tokens that some spans touch."""
    if tokens is None:
        return {place for span in spans for place in range(span.start, span.end)}
    return {start for start, end in tokens for span in spans if start < span.end and span.start < end}


def detail_metrics(ontology: Ontology) -> tuple[Metric, ...]:
    """The figures that details add."""
    words = "F1 over the evidence's tokens of the tuples found, holder, target and label right"
    return (Metric("evidence", words, (Key(NAME, "evidence"),), conditional=True),)


def metrics(ontology: Ontology) -> tuple[Metric, ...]:
    """The figures of this track."""

    def labels(names: tuple[str, ...]) -> tuple[Key, ...]:
        return tuple(Key(NAME, "macro", GIVEN_PAIRS, name) for name in names)

    return (
        Metric("F1", "F1 over (holder, target, label), entities aligned one-to-one", (F1,)),
        Metric("without label", "F1 over (holder, target)", (WITHOUT_LABEL,)),
        Metric("undirected", "F1 over ({holder, target}, label)", (UNDIRECTED,)),
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
    layers=LAYERS,
    holds=lambda side: len(side.stances.doc) > 0,
    given=True,
    count_details=count_details,
    detail_metrics=detail_metrics,
)
