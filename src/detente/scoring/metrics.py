"""What a track, a metric and a key of counts are; no track is named here.

A track counts one pair of documents into `Counts` under keys. A metric is the F1 of the summed counts under one key,
or the mean of the F1s under several. Everything else (sums, intervals, comparison, report) works on keys alone, so a
new metric is one key that its track counts and one line in its list.

A share (an accuracy, a recall on a slice) is counted with the same denominator on both sides, so that its precision,
recall and F1 are that share. Numbers of errors and confusion tables are counted under keys too (`TALLIES`): they add
over documents like everything else, and no F1 is taken of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.counts import Counts, rounded
from detente.documents import Document
from detente.ontology import Ontology
from detente.scoring.batch import BOTH_SIDES, GOLD, PREDICTED, Batch, Flags, Rows
from detente.scoring.codes import Codes
from detente.scoring.columns import Ints, Side

Array = NDArray[np.float64]

# keys whose counts are told as numbers: errors by kind, and (gold, predicted) cells of confusion tables
ERRORS, CONFUSION = "errors", "confusion"
TALLIES = frozenset({ERRORS, CONFUSION})
# row and column of a confusion table for what the other side does not have
NOTHING = "none"


class Key(NamedTuple):
    """Under what something is counted: a metric, or one value (`name`) of one of its dimensions (type, role, label)."""

    track: str
    metric: str
    dimension: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure: the F1 of one part, or the mean of the defined F1s of several.

    `support` are the keys whose gold and predicted numbers stand beside it (default: its parts).
    `flag` says that an undefined part is worth a note in the report. `conditional` says that the figure looks only at
    what was matched in the first place, so that finding less can raise it.
    """

    name: str
    definition: str
    parts: tuple[Key, ...]
    support: tuple[Key, ...] = ()
    flag: bool = False
    conditional: bool = False


def credit_counts(credit: float, predicted: int, gold: int) -> Counts:
    """Counts of a matching whose pairs have fractional credit."""
    matched = rounded(credit)
    return Counts(matched, predicted, matched, gold)


def share_counts(right: float, of: float) -> Counts:
    """Counts of a share: precision, recall and F1 are right / of."""
    return Counts(right, of, right, of)


def error_counts(track: str, kinds: Mapping[str, int]) -> dict[Key, Counts]:
    """Numbers of errors by kind."""
    return {Key(track, ERRORS, "", kind): share_counts(number, number) for kind, number in kinds.items() if number}


def confusion_counts(track: str, what: str, cells: Mapping[tuple[str, str], int]) -> dict[Key, Counts]:
    """The cells of a confusion table, by (gold, predicted); `what` is confused (a type, a role)."""
    return {
        Key(track, CONFUSION, what, f"{gold} {predicted}"): share_counts(number, number)
        for (gold, predicted), number in cells.items()
    }


class Breakdown(NamedTuple):
    """Distinct rows of a batch split by one of their values, under `place` (track, metric, dimension).

    `value` are places in `names`; `doc` and `sides` say in which document and on which side each row is.
    """

    place: tuple[str, str, str]
    names: Sequence[str]
    value: Ints
    doc: Ints
    sides: Flags

    def key(self, value: int) -> Key:
        """The key of one value."""
        return Key(*self.place, self.names[value])

    def totals(self) -> dict[Key, Ints]:
        """Set counts of each value over all documents, (4,)."""
        counts = set_counts_of(self.value, self.sides, len(self.names))
        return {self.key(value): counts[value] for value in np.flatnonzero(counts.any(axis=-1)).tolist()}

    def of_documents(self, documents: int) -> Ints:
        """Set counts of each value in each document, (documents, names, 4)."""
        size = len(self.names)
        return set_counts_of(self.doc * size + self.value, self.sides, documents * size).reshape(documents, size, 4)


class Counted(NamedTuple):
    """What a track counts of a batch: its figures, (documents, 4) as in `Counts`, and what splits them.

    Whole numbers, or multiples of `GRAIN`⁻¹.
    """

    figures: Mapping[Key, Array | Ints]
    breakdowns: tuple[Breakdown, ...] = ()

    def totals(self) -> dict[Key, Counts]:
        """All of it summed over the documents."""
        sums: dict[Key, Any] = {key: counts.sum(axis=0) for key, counts in self.figures.items()}
        for breakdown in self.breakdowns:
            sums |= breakdown.totals()
        return {key: Counts(*counts.tolist()) for key, counts in sums.items()}

    def of_document(self, row: int) -> dict[Key, Counts]:
        """The figures of one document."""
        return {key: Counts(*counts[row].tolist()) for key, counts in self.figures.items()}


def span_counts(batch: Batch, rows: Rows) -> Ints:
    """Set counts of rows whose first column is a span's number, (documents, 4)."""
    return set_counts_of(batch.spans.doc[rows.columns[0]], rows.sides, len(batch))


def span_breakdown(batch: Batch, rows: Rows, place: tuple[str, str, str], codes: Codes, value: Ints) -> Breakdown:
    """Such rows split by a label, told by its number."""
    return Breakdown(place, codes.names, value, batch.spans.doc[rows.columns[0]], rows.sides)


def set_counts_of(place: Ints, sides: Flags, size: int) -> Ints:
    """Set counts of distinct rows by some place of theirs, (size, 4)."""
    cells = np.bincount(place * 4 + sides, minlength=4 * size).reshape(-1, 4)
    matched = cells[:, BOTH_SIDES]
    predicted, gold = matched + cells[:, PREDICTED], matched + cells[:, GOLD]
    return np.stack([matched, predicted, matched, gold], axis=-1)


def counts_by(
    gold: Set[Any], predicted: Set[Any], value: Callable[[Any], str], track: str, metric: str, dimension: str
) -> dict[Key, Counts]:
    """Set counts of items split by a value of theirs (their type, their role)."""
    sides = [Counter(map(value, items)) for items in (gold & predicted, predicted, gold)]
    return {
        Key(track, metric, dimension, name): Counts(matched, sides[1][name], matched, sides[2][name])
        for name in dict.fromkeys((*sides[1], *sides[2]))
        for matched in [sides[0][name]]
    }


def _no_details(gold: Document, predicted: Document, ontology: Ontology) -> dict[Key, Counts]:
    return {}


def _no_metrics(ontology: Ontology) -> tuple[Metric, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Track:
    """One layer as it is scored.

    `primary` names the metric that ranks systems, `match` and `average` go into the signature. `metrics` lists its
    figures for an ontology, `count` counts a batch of pairs of documents of which `layers` at least were read, `holds`
    says whether a submission's side of a batch has anything for this track. `given` says that it can be scored when
    gold mentions are given.
    `count_details` and `detail_metrics` are the same for what is told only when details are asked for.
    """

    name: str
    primary: str
    match: str
    average: str
    metrics: Callable[[Ontology], tuple[Metric, ...]]
    count: Callable[[Batch], Counted]
    layers: Set[int]
    holds: Callable[[Side], bool]
    given: bool = False
    count_details: Callable[[Document, Document, Ontology], dict[Key, Counts]] = _no_details
    detail_metrics: Callable[[Ontology], tuple[Metric, ...]] = _no_metrics


def f1_values(sums: Array) -> Array:
    """F1 of summed counts, with the rules of `Counts` (0/0 is NaN).

    `sums`: (…, 4), the last axis being matched predicted, predicted, matched gold, gold; returns (…,).
    """
    matched_predicted, predicted, matched_gold, gold = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.where(predicted > 0, matched_predicted / predicted, 0.0)
        recall = np.where(gold > 0, matched_gold / gold, 0.0)
        f1 = np.where(precision + recall > 0, 2 * precision * recall / (precision + recall), 0.0)
    values: Array = np.where((predicted > 0) | (gold > 0), f1, np.nan)
    return values


def mean_of_defined(values: Array) -> Array:
    """Mean over the last axis without the NaNs; NaN where nothing is left."""
    defined = ~np.isnan(values)
    count = defined.sum(axis=-1)
    total = np.where(defined, values, 0.0).sum(axis=-1)
    means: Array = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return means


def metric_values(metric: Metric, f1s: Array, column: Mapping[Key, int]) -> Array:
    """A metric from the F1s of all keys, (…, keys) → (…,); a key without a column was never counted, so undefined."""
    columns = [column[part] for part in metric.parts if part in column]
    if not columns:
        return np.full(f1s.shape[:-1], np.nan)
    return f1s[..., columns[0]] if len(metric.parts) == 1 else mean_of_defined(f1s[..., columns])


def overall_values(primaries: Array, needed: NDArray[np.bool_] | None = None) -> Array:
    """The overall score, the mean over the last axis of the tracks' primaries, 0/0 staying out.

    `needed` are the tracks that are defined on the whole data: a resample that lost one of them is NaN, since its mean
    would be of something else.
    """
    means = mean_of_defined(primaries)
    if needed is None:
        return means
    lost = np.isnan(primaries) & needed
    values: Array = np.where(lost.any(axis=-1), np.nan, means)
    return values
