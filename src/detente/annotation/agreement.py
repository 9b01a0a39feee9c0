"""Agreement between annotators or passes, layer by layer, with intervals.

Everything is counted for each pair of versions of a document and added, so any number of annotators will do. F1 between
two versions is symmetric. Alpha is Krippendorff's (2004), nominal, from the coincidences of the two versions.
Intervals are those of every score: stories are resampled where all documents carry one, else documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from detente.annotation.tasks import AnnotatedDocument
from detente.clusters import CLUSTER_METRICS, CONLL_METRICS, conll_f1, overlap
from detente.counts import Counts, set_counts
from detente.documents import Document
from detente.intervals import intervals
from detente.items import (
    arguments_of,
    clusters_of,
    entity_alignment,
    mentions_of,
    primary_mentions,
    stances_of,
    triggers_of,
)
from detente.ontology import Ontology

Numbers = NDArray[np.float64]
RESAMPLES = 2000
SEED = 12345


@dataclass(frozen=True, slots=True)
class Agreement:
    """One measure: its value with a 95 % expanded percentile interval, and on how many items it rests.

    `raw` is the share of equal labels and `distribution` the labels' numbers, both only beside an alpha.
    """

    layer: str
    measure: str
    value: float | None
    low: float | None
    high: float | None
    items: int
    raw: float | None = None
    distribution: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class _Measure:
    layer: str
    name: str
    count: Callable[[Document, Document, Ontology], Numbers]
    value: Callable[[Numbers], float | None]
    labels: tuple[str, ...] | None = None


def measure_agreement(
    versions: Iterable[AnnotatedDocument], ontology: Ontology, *, resamples: int = RESAMPLES, seed: int = SEED
) -> tuple[list[Agreement], int]:
    """All measures over every document that has at least two versions, and the number of those documents."""
    pairs = _pairs(versions)
    if not pairs:
        return [], 0
    units = _units(pairs)
    indices = np.random.Generator(np.random.PCG64(seed)).integers(len(units), size=(resamples, len(units)))
    results = []
    for measure in _measures(ontology):
        rows = np.array([sum(measure.count(a, b, ontology) for a, b in unit) for unit in units])
        (low,), (high,), _ = intervals(_resampled(rows, indices, measure.value), len(units))
        results.append(_result(measure, rows.sum(axis=0), low, high))
    return results, len(pairs)


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """What two annotators agree on over the documents that both have: values by (layer, measure)."""

    first: str
    second: str
    documents: int
    values: Mapping[tuple[str, str], float | None]


def measure_pairs(versions: Iterable[AnnotatedDocument], ontology: Ontology) -> list[PairAgreement]:
    """Every measure for every pair of annotators who share a document, in the order of their names."""
    by_annotator: dict[str, dict[str, Document]] = {}
    for version in versions:
        by_annotator.setdefault(version.annotator, {})[version.document.id] = version.document
    found = []
    for first, second in combinations(sorted(by_annotator), 2):
        ours, theirs = by_annotator[first], by_annotator[second]
        shared = [(ours[name], theirs[name]) for name in sorted(ours.keys() & theirs.keys())]
        if not shared:
            continue
        values = {
            (m.layer, m.name): m.value(np.sum([m.count(a, b, ontology) for a, b in shared], axis=0))
            for m in _measures(ontology)
        }
        found.append(PairAgreement(first, second, len(shared), values))
    return found


def _pairs(versions: Iterable[AnnotatedDocument]) -> list[list[tuple[Document, Document]]]:
    """For each document all pairs of its versions, annotators in the order of their names."""
    by_document: dict[str, list[AnnotatedDocument]] = {}
    for version in versions:
        by_document.setdefault(version.document.id, []).append(version)
    groups = (sorted(group, key=lambda v: v.annotator) for _, group in sorted(by_document.items()))
    return [[(a.document, b.document) for a, b in combinations(group, 2)] for group in groups if len(group) > 1]


def _units(pairs: list[list[tuple[Document, Document]]]) -> list[list[tuple[Document, Document]]]:
    """What is resampled: the versions of each story where every document carries one, else those of each document."""
    stories = [document.meta.story if document.meta else "" for ((document, _), *_) in pairs]
    if not all(stories):
        return pairs
    units: dict[str, list[tuple[Document, Document]]] = {}
    for story, of_document in zip(stories, pairs, strict=True):
        units.setdefault(story, []).extend(of_document)
    return list(units.values())


def _resampled(rows: Numbers, indices: NDArray[np.int64], value: Callable[[Numbers], float | None]) -> Numbers:
    """The measure in every resample, (resamples, 1), NaN where it is undefined."""
    values = (value(rows[sample].sum(axis=0)) for sample in indices)
    return np.array([[np.nan if v is None else v] for v in values]).reshape(-1, 1)


def _result(measure: _Measure, total: Numbers, low: float | None, high: float | None) -> Agreement:
    if not measure.labels:
        return Agreement(measure.layer, measure.name, measure.value(total), low, high, int(total[1] + total[3]) // 2)
    size = len(measure.labels)
    matrix = total.reshape(size, size)
    items = int(matrix.sum())
    numbers = (matrix.sum(axis=0) + matrix.sum(axis=1)).astype(int)
    distribution = {label: int(n) for label, n in zip(measure.labels, numbers, strict=True) if n}
    raw = float(np.trace(matrix)) / items if items else None
    return Agreement(measure.layer, measure.name, measure.value(total), low, high, items, raw, distribution)


def _measures(ontology: Ontology) -> list[_Measure]:
    exhaustive = ", ".join(ontology.mention.exhaustive_levels) or "all"
    measures = [
        _Measure("mentions", f"F1, {exhaustive}", lambda a, b, o: _vector(_named(a, b, o)), _f1),
        _Measure("mentions", "F1, all", lambda a, b, _: _vector(set_counts(mentions_of(a), mentions_of(b))), _f1),
        _labels("mentions", "level, alpha", ontology.levels, _attribute_pairs("mentions", "level")),
        _labels("mentions", "reading, alpha", ontology.readings, _attribute_pairs("mentions", "reading")),
        _Measure("coreference", "CoNLL F1 on shared mentions", _coreference, _conll),
        _Measure(
            "events", "trigger with type, F1", lambda a, b, _: _vector(set_counts(triggers_of(a), triggers_of(b))), _f1
        ),
        _Measure("events", "arguments given the trigger, F1", _given_arguments, _f1),
        _Measure("events", "arguments, F1", lambda a, b, _: _vector(set_counts(arguments_of(a), arguments_of(b))), _f1),
        _labels("events", "polarity, alpha", ontology.polarities, _attribute_pairs("events", "polarity")),
        _labels("events", "modality, alpha", ontology.modalities, _attribute_pairs("events", "modality")),
        _Measure("stance", "holder, target, label, F1", lambda a, b, _: _vector(_stance(a, b)), _f1),
        _Measure("stance", "holder, target, F1", lambda a, b, _: _vector(_stance(a, b, labels=False)), _f1),
        _labels("stance", "label on shared pairs, alpha", ontology.stance_labels, _stance_pairs),
    ]
    # an ontology may do without readings, levels or modalities: there is nothing to agree on then
    return [measure for measure in measures if measure.labels != ()]


def _vector(counts: Counts) -> Numbers:
    return np.array([counts.matched_predicted, counts.predicted, counts.matched_gold, counts.gold])


def _f1(vector: Numbers) -> float | None:
    return Counts(*map(float, vector)).f1


def _conll(vector: Numbers) -> float | None:
    return conll_f1([Counts(*map(float, part)) for part in vector.reshape(len(CONLL_METRICS), 4)])


def _named(a: Document, b: Document, ontology: Ontology) -> Counts:
    return set_counts(primary_mentions(a, ontology), primary_mentions(b, ontology))


def _coreference(a: Document, b: Document, _: Ontology) -> Numbers:
    first, second = clusters_of(a).values(), clusters_of(b).values()
    shared = frozenset().union(*first) & frozenset().union(*second)
    clusters = overlap([c & shared for c in first if c & shared], [c & shared for c in second if c & shared])
    return np.concatenate([CLUSTER_METRICS[name](clusters)[0] for name in CONLL_METRICS])


def _given_arguments(a: Document, b: Document, _: Ontology) -> Numbers:
    shared = triggers_of(a) & triggers_of(b)
    first, second = ({item for item in arguments_of(d) if (item.type, item.trigger) in shared} for d in (a, b))
    return _vector(set_counts(first, second))


def _stance(a: Document, b: Document, *, labels: bool = True) -> Counts:
    first, second = stances_of(a), stances_of(b, entity_alignment(a, b))
    width = 3 if labels else 2
    return set_counts({item[:width] for item in first}, {item[:width] for item in second})


LabelPairs = Callable[[Document, Document], Sequence[tuple[str | None, str | None]]]


def _labels(layer: str, name: str, labels: tuple[str, ...], pairs: LabelPairs) -> _Measure:
    position = {label: number for number, label in enumerate(labels)}

    def count(a: Document, b: Document, _: Ontology) -> Numbers:
        matrix = np.zeros((len(labels), len(labels)))
        for one, other in pairs(a, b):
            if one in position and other in position:
                matrix[position[one], position[other]] += 1
        return matrix.reshape(-1)

    return _Measure(layer, name, count, lambda vector: alpha(vector.reshape(len(labels), len(labels))), labels)


def alpha(matrix: Numbers) -> float | None:
    """Krippendorff's nominal alpha from a matrix of label pairs (one annotator's label by the other's).

    None where nothing can disagree: fewer than two values, or one label alone.
    """
    coincidences = matrix + matrix.T
    totals = coincidences.sum(axis=0)
    n = totals.sum()
    expected = n * n - (totals**2).sum()
    if n < 2 or expected == 0:
        return None
    observed = n - np.trace(coincidences)
    return float(1 - (n - 1) * observed / expected)


def _attribute_pairs(layer: str, attribute: str) -> LabelPairs:
    """An attribute of the mentions, or events, that both versions have with the same span and type."""

    def pairs(a: Document, b: Document) -> list[tuple[str | None, str | None]]:
        first, second = (
            {(item.start, item.end, item.type): getattr(item, attribute) for item in getattr(document, layer)}
            for document in (a, b)
        )
        return [(label, second[key]) for key, label in first.items() if key in second]

    return pairs


def _stance_pairs(a: Document, b: Document) -> list[tuple[str | None, str | None]]:
    other: dict[object, list[str]] = {}
    for item in stances_of(b, entity_alignment(a, b)):
        other.setdefault(item[:2], []).append(item.label)
    ones: dict[object, list[str]] = {}
    for item in stances_of(a):
        ones.setdefault(item[:2], []).append(item.label)
    shared = [pair for pair in ones if pair in other]
    return [(one, two) for pair in shared for one, two in zip(sorted(ones[pair]), sorted(other[pair]), strict=False)]
