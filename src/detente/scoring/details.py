"""What details add to a track: its own diagnostics, slices, a document-macro column, tallies of errors.

All of it is counted under keys, like the figures themselves, so it adds over documents, shards and machines.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from itertools import groupby

import msgspec

from detente.counts import Counts, mean_f1, rounded
from detente.documents import Document
from detente.ontology import Ontology
from detente.scoring.metrics import CONFUSION, ERRORS, TALLIES, Key, Metric, Track, share_counts
from detente.scoring.report import Score
from detente.scoring.slices import SLICED, article_slices
from detente.scoring.table import CountTable
from detente.scoring.tracks import TRACKS

DOCUMENT_MACRO = "document macro"
# dimensions of the breakdowns
SLICE, ARTICLE, DOCUMENT = "slice", "article", "document"

Confusion = dict[str, dict[str, int]]


def count_details(
    track: Track, gold: Document, predicted: Document, ontology: Ontology, counts: Mapping[Key, Counts]
) -> dict[Key, Counts]:
    """What details add to a track's `counts` of one document."""
    primary = primary_metric(track, ontology)
    details = track.count_details(gold, predicted, ontology)
    details[Key(track.name, DOCUMENT_MACRO)] = _macro_counts([counts[part] for part in primary.parts])
    for name in article_slices(gold):
        parts = primary.parts + primary.support
        details |= {Key(track.name, part.metric, ARTICLE, name): counts[part] for part in parts}
    return details | _slice_counts(track, gold, predicted, ontology)


def primary_metric(track: Track, ontology: Ontology) -> Metric:
    """The metric that ranks systems on a track."""
    return next(metric for metric in track.metrics(ontology) if metric.name == track.primary)


def reported_metrics(track: Track, ontology: Ontology, *, details: bool) -> tuple[Metric, ...]:
    """The figures of a track; with `details` the diagnostics too."""
    if not details:
        return track.metrics(ontology)
    macro = Metric(
        DOCUMENT_MACRO,
        f"mean over documents of each document's {track.primary}, documents with 0/0 left out",
        (Key(track.name, DOCUMENT_MACRO),),
        conditional=True,
    )
    return (*track.metrics(ontology), *track.detail_metrics(ontology), macro)


def has_details(table: CountTable, track: str) -> bool:
    """Whether details of a track were counted."""
    return Key(track, DOCUMENT_MACRO) in table.column


def breakdown_metrics(table: CountTable, track: str, ontology: Ontology) -> dict[str, dict[str, Metric]]:
    """The figure of each value of each dimension that was counted, by dimension and name."""
    keys = [key for key in table.keys if key.track == track and key.dimension and key.metric not in TALLIES]
    beside = {key.metric for key in primary_metric(TRACKS[track], ontology).support}
    breakdowns: defaultdict[str, dict[str, Metric]] = defaultdict(dict)
    for (dimension, name), group in groupby(sorted(keys, key=lambda key: key[2:]), key=lambda key: key[2:]):
        of_name = tuple(group)
        support = tuple(key for key in of_name if key.metric in beside)
        breakdowns[dimension][name] = Metric(name, "", tuple(key for key in of_name if key not in support), support)
    return dict(breakdowns)


def error_tallies(table: CountTable, track: str) -> dict[str, int]:
    """Numbers of errors by kind, the most frequent first."""
    numbers = {key.name: int(table.total(key).gold) for key in table.keys if key[:2] == (track, ERRORS)}
    return dict(sorted(numbers.items(), key=lambda row: (-row[1], row[0])))


def confusion_tallies(table: CountTable, track: str) -> dict[str, Confusion]:
    """Confusion tables by what is confused: gold value → predicted value → number, "none" on either side included."""
    tables: defaultdict[str, defaultdict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for key in table.keys:
        if key[:2] == (track, CONFUSION):
            gold, predicted = key.name.split(" ")
            tables[key.dimension][gold][predicted] = int(table.total(key).gold)
    return {what: dict(rows) for what, rows in tables.items()}


def breakdown_scores(
    table: CountTable,
    track: str,
    ontology: Ontology,
    score: Callable[[dict[str, Metric]], dict[str, Score]],
) -> dict[str, dict[str, Score]]:
    """The scores of all breakdowns of a track by dimension and name, `score` making them of metrics.

    A slice that lies in one document (or story) alone has no interval: resampling it would give the same figure again
    and again. Documents are a dimension too where details were counted.
    """
    breakdowns = breakdown_metrics(table, track, ontology)
    scores = {dimension: score(metrics) for dimension, metrics in breakdowns.items()}
    for dimension in breakdowns.keys() & {SLICE, ARTICLE}:
        spread = _units_with_items(table, breakdowns[dimension])
        scores[dimension] = {
            name: of_slice if spread[name] > 1 else msgspec.structs.replace(of_slice, low=None, high=None)
            for name, of_slice in scores[dimension].items()
        }
    if has_details(table, track):
        scores[DOCUMENT] = document_scores(table, track, ontology)
    return scores


def _units_with_items(table: CountTable, metrics: Mapping[str, Metric]) -> dict[str, int]:
    """In how many of the units that are resampled each metric counts anything."""
    keys = tuple(dict.fromkeys(key for metric in metrics.values() for key in metric.parts))
    counted = (table.units(keys) != 0).any(axis=-1)
    place = {key: number for number, key in enumerate(keys)}
    return {
        name: int(counted[:, [place[key] for key in metric.parts]].any(axis=-1).sum())
        for name, metric in metrics.items()
    }


def document_scores(table: CountTable, track: str, ontology: Ontology) -> dict[str, Score]:
    """A track's primary figure of every document by id; 0/0 stays without a value."""
    primary = primary_metric(TRACKS[track], ontology)
    rows = table.select(primary.parts + primary.support).tolist()
    size = len(primary.parts)
    return {
        document: _document_score(counts[:size], counts[size:] or counts)
        for document, row in zip(table.documents, rows, strict=True)
        for counts in [[Counts(*numbers) for numbers in row]]
    }


def _document_score(parts: list[Counts], support: list[Counts]) -> Score:
    single = parts[0] if len(parts) == 1 else Counts()
    return Score(
        mean_f1(parts),
        precision=single.precision,
        recall=single.recall,
        support=int(sum(counts.gold for counts in support)),
        predicted=int(sum(counts.predicted for counts in support)),
    )


def _macro_counts(parts: list[Counts]) -> Counts:
    value = mean_f1(parts)
    return Counts() if value is None else share_counts(rounded(value), 1)


def _slice_counts(track: Track, gold: Document, predicted: Document, ontology: Ontology) -> dict[Key, Counts]:
    if track.name not in SLICED:
        return {}
    slices_of, predicted_items = SLICED[track.name]
    sliced = set(slices_of(gold, ontology))
    if not sliced:
        return {}
    found = predicted_items(gold, predicted, ontology)
    of = Counter(name for _, name in sliced)
    right = Counter(name for item, name in sliced if item in found)
    return {Key(track.name, track.primary, SLICE, name): share_counts(right[name], of[name]) for name in of}
