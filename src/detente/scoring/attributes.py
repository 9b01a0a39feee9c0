"""Attributes of events: F1 over (trigger span, type, polarity, modality), and each attribute alone.

Details add what is right on the triggers that were found (span and type), and the sources: author, unspecified, or
the span of the mention that is the source.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set
from operator import itemgetter

from detente.counts import Counts, set_counts
from detente.documents import Document
from detente.items import Span, attributes_of
from detente.ontology import Ontology
from detente.scoring.batch import Batch, joined
from detente.scoring.columns import EVENT, MENTION
from detente.scoring.metrics import (
    Counted,
    Key,
    Metric,
    Track,
    confusion_counts,
    counts_by,
    share_counts,
    span_counts,
)

NAME = "attributes"
MATCHED = " on matched triggers"
F1, POLARITY, MODALITY = Key(NAME, "F1"), Key(NAME, "polarity"), Key(NAME, "modality")

# a trigger (start, end, type) and a value of one of its attributes
Valued = tuple[int, int, str, str]


def count(batch: Batch) -> Counted:
    """Counts of a batch."""
    gold, predicted, spans = batch.gold.events, batch.predicted.events, batch.spans
    attributes = joined(
        (spans.gold_triggers, gold.type, gold.polarity, gold.modality),
        (spans.triggers, predicted.type, predicted.polarity, predicted.modality),
    )
    trigger, kind, polarity, modality = attributes.columns
    return Counted(
        {
            F1: span_counts(batch, attributes),
            POLARITY: span_counts(batch, attributes.part(trigger, kind, polarity)),
            MODALITY: span_counts(batch, attributes.part(trigger, kind, modality)),
        }
    )


def count_details(gold: Document, predicted: Document, ontology: Ontology) -> dict[Key, Counts]:
    """Attributes on matched triggers, and sources, of one document."""
    expected, found = attributes_of(gold), attributes_of(predicted)
    matched = {item[:3] for item in expected} & {item[:3] for item in found}
    counts = {Key(NAME, "source"): set_counts(sources_of(gold), sources_of(predicted))}
    for place, attribute in ((3, "polarity"), (4, "modality")):
        ours = {(*item[:3], str(item[place])) for item in expected if item[place] and item[:3] in matched}
        theirs = {(*item[:3], str(item[place])) for item in found if item[place] and item[:3] in matched}
        counts[Key(NAME, f"{attribute} accuracy")] = _accuracy(ours, theirs)
        counts |= counts_by(ours, theirs, itemgetter(3), NAME, f"{attribute} macro", attribute + MATCHED)
        counts |= confusion_counts(NAME, attribute, _confusion(ours, theirs))
    return counts


def sources_of(document: Document) -> set[tuple[int, int, str, str | Span]]:
    """The event mentions that have a source, as (start, end, type, source), a mention told by its span."""
    spans = {mention.id: (mention.start, mention.end) for mention in document.mentions}
    return {(e.start, e.end, e.type, spans.get(e.source, e.source)) for e in document.events if e.source}


def _by_trigger(items: Set[Valued]) -> defaultdict[tuple[int, int, str], set[str]]:
    values: defaultdict[tuple[int, int, str], set[str]] = defaultdict(set)
    for start, end, kind, value in items:
        values[start, end, kind].add(value)
    return values


def _accuracy(gold: Set[Valued], predicted: Set[Valued]) -> Counts:
    """Share of right values; a trigger with several events of one type counts as many as the side with more has."""
    ours, theirs = _by_trigger(gold), _by_trigger(predicted)
    of = sum(max(len(ours[trigger]), len(theirs[trigger])) for trigger in ours.keys() | theirs.keys())
    return share_counts(len(gold & predicted), of)


def _confusion(gold: Set[Valued], predicted: Set[Valued]) -> dict[tuple[str, str], int]:
    """(gold value, predicted value) of the triggers that have one value on each side."""
    ours, theirs = _by_trigger(gold), _by_trigger(predicted)
    cells: defaultdict[tuple[str, str], int] = defaultdict(int)
    for trigger in ours.keys() & theirs.keys():
        if len(ours[trigger]) == len(theirs[trigger]) == 1:
            cells[next(iter(ours[trigger])), next(iter(theirs[trigger]))] += 1
    return cells


def detail_metrics(ontology: Ontology) -> tuple[Metric, ...]:
    """The figures that details add."""
    figures = [Metric("source", "F1 over (trigger span, event type, source)", (Key(NAME, "source"),))]
    for attribute, values in (("polarity", ontology.polarities), ("modality", ontology.modalities)):
        parts = tuple(Key(NAME, f"{attribute} macro", attribute + MATCHED, value) for value in values)
        found = "of the events found, trigger span and type right"
        figures += [
            Metric(
                f"{attribute} accuracy",
                f"share {found}, whose {attribute} is right",
                (Key(NAME, f"{attribute} accuracy"),),
                conditional=True,
            ),
            Metric(f"{attribute} macro", f"mean F1 of the values of {attribute} {found}", parts, conditional=True),
        ]
    return tuple(figures)


def metrics(ontology: Ontology) -> tuple[Metric, ...]:
    """The figures of this track."""
    return (
        Metric("F1", "F1 over (trigger span, event type, polarity, modality)", (F1,)),
        Metric("polarity", "F1 over (trigger span, event type, polarity)", (POLARITY,)),
        Metric("modality", "F1 over (trigger span, event type, modality)", (MODALITY,)),
    )


TRACK = Track(
    name=NAME,
    primary="F1",
    match="exact",
    average="micro",
    metrics=metrics,
    count=count,
    layers=frozenset({MENTION, EVENT}),
    holds=lambda side: bool((side.events.polarity | side.events.modality).any()),
    given=True,
    count_details=count_details,
    detail_metrics=detail_metrics,
)
