"""Entity mentions: F1 over the set of (start, end, type), nested mentions included.

The primary score counts the levels that are annotated exhaustively (`exhaustive_levels` of the ontology: NAM and ADJ).
A predicted mention without a level counts too where its type has levels; types without levels (TIME, say) are scored
under "all levels" only. In an ontology that names no exhaustive levels every mention counts.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from operator import itemgetter

from detente.counts import Counts, set_counts
from detente.documents import Document
from detente.items import MentionItem, mentions_of, primary_mentions
from detente.matching import Span, dice, half_credit, match_spans
from detente.ontology import Ontology
from detente.phenomena import nested_spans
from detente.scoring.batch import Batch, joined
from detente.scoring.columns import MENTION
from detente.scoring.metrics import (
    Counted,
    Key,
    Metric,
    Track,
    confusion_counts,
    counts_by,
    credit_counts,
    error_counts,
    share_counts,
    span_breakdown,
    span_counts,
)
from detente.scoring.mistakes import count_kinds, count_types, pair_typed_spans

NAME = "entities"

F1 = Key(NAME, "F1")
ALL_LEVELS = Key(NAME, "all levels")
SPAN_ONLY = Key(NAME, "span only")
NESTED = Key(NAME, "nested only")
READING, READING_ACCURACY = Key(NAME, "reading"), Key(NAME, "reading accuracy")


def _of_the_same_type(credit: Callable[[Span, Span], float]) -> Callable[[Span, Span], float]:
    return lambda one, other: credit(one, other) if one[2] == other[2] else 0.0


# name: (credit of a pair of overlapping mentions, what the metric's definition says)
PARTIAL: dict[str, tuple[Callable[[Span, Span], float], str]] = {
    "overlap": (_of_the_same_type(dice), "each pair of the same type credited by its overlap (Dice)"),
    "half credit": (_of_the_same_type(half_credit), "each pair of the same type credited 1 if exact, ½ if overlapping"),
    "half credit span only": (half_credit, "each pair credited 1 if exact, ½ if overlapping, types left aside"),
}


def count(batch: Batch) -> Counted:
    """Counts of a batch."""
    gold, predicted, spans = batch.gold.mentions, batch.predicted.mentions, batch.spans
    counted, found = (batch.codes.primary[side.type, side.level] for side in (gold, predicted))
    primary = joined((spans.gold_mentions[counted], gold.type[counted]), (spans.mentions[found], predicted.type[found]))
    of_all_levels = primary
    if not (counted.all() and found.all()):
        of_all_levels = joined((spans.gold_mentions, gold.type), (spans.mentions, predicted.type))
    span, kind = primary.columns
    figures = {
        F1: span_counts(batch, primary),
        ALL_LEVELS: span_counts(batch, of_all_levels),
        SPAN_ONLY: span_counts(batch, primary.part(span)),
    }
    return Counted(figures, (span_breakdown(batch, primary, (NAME, "F1", "type"), batch.codes.types, kind),))


def count_details(gold: Document, predicted: Document, ontology: Ontology) -> dict[Key, Counts]:
    """Partial credit, nested mentions, readings and kinds of errors of one document."""
    expected, found = primary_mentions(gold, ontology), primary_mentions(predicted, ontology)
    pairs = pair_typed_spans(expected, found)
    inside, found_inside = nested_spans(gold), nested_spans(predicted)
    nested = {item for item in expected if item[:2] in inside}
    others = {item for item in found - expected if item[:2] in found_inside}
    readings = _readings(gold, ontology), _readings(predicted, ontology)
    return {
        **{Key(NAME, name): _partial_counts(expected, found, credit) for name, (credit, _) in PARTIAL.items()},
        # a mention that gold has elsewhere is no wrong one here
        NESTED: set_counts(nested, (found & nested) | others),
        READING: set_counts(*readings),
        READING_ACCURACY: _reading_accuracy(gold, predicted, *readings),
        **counts_by(*readings, itemgetter(3), NAME, "reading", "reading"),
        **error_counts(NAME, count_kinds(pairs)),
        **confusion_counts(NAME, "type", count_types(pairs)),
    }


def _partial_counts(
    gold: Set[MentionItem], predicted: Set[MentionItem], credit: Callable[[Span, Span], float]
) -> Counts:
    matched = match_spans(sorted(gold), sorted(predicted), credit)
    return credit_counts(sum(pair.weight for pair in matched), len(predicted), len(gold))


def _readings(document: Document, ontology: Ontology) -> set[tuple[int, int, str, str]]:
    with_reading = {kind.name for kind in ontology.entity_types if kind.has_reading}
    return {(m.start, m.end, m.type, m.reading) for m in document.mentions if m.reading and m.type in with_reading}


def _reading_accuracy(
    gold: Document, predicted: Document, expected: Set[tuple[int, int, str, str]], found: Set[tuple[int, int, str, str]]
) -> Counts:
    """Of the mentions that both sides have and that have a reading, those with the same one."""
    in_both = mentions_of(gold) & mentions_of(predicted)
    with_reading = {item[:3] for item in expected | found} & in_both
    wrong = {item[:3] for item in expected ^ found} & in_both
    return share_counts(len(with_reading - wrong), len(with_reading))


def detail_metrics(ontology: Ontology) -> tuple[Metric, ...]:
    """The figures that details add."""
    kinds = ", ".join(kind.name for kind in ontology.entity_types if kind.has_reading)
    figures = [
        Metric(name, f"F1 of the best one-to-one matching of mentions, {words}", (Key(NAME, name),))
        for name, (_, words) in PARTIAL.items()
    ]
    figures.append(Metric("nested only", "F1 over the mentions that lie inside a longer mention", (NESTED,)))
    if kinds:
        figures += [
            Metric("reading", f"F1 over (start, end, type, reading) of {kinds}", (READING,)),
            Metric(
                "reading accuracy",
                f"share of the {kinds} mentions found, span and type right, whose reading is right",
                (READING_ACCURACY,),
                conditional=True,
            ),
        ]
    return tuple(figures)


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
    layers=frozenset({MENTION}),
    holds=lambda side: len(side.mentions.doc) > 0,
    count_details=count_details,
    detail_metrics=detail_metrics,
)
