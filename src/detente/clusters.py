"""Clusters of mentions compared: MUC, B³, CEAFe and LEA as counts that add over documents, and the alignment.

A clustering is any iterable of non-empty, disjoint sets of mentions; mentions are hashable and mean the same on both
sides (a span, say). Singletons are kept. Sums over documents are formed as coval does; definitions:
MUC: Vilain et al. 1995; B³: Bagga and Baldwin 1998; CEAFe: Luo 2005 (φ4); LEA: Moosavi and Strube 2016.

Everything is computed on columns, for many documents at once. Fractional credits are rounded to multiples of 2⁻³⁰, so
that sums over documents are exact in any order (up to eight million mentions) and scoring in parts gives, digit for
digit, what scoring the whole gives.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.assignment import first_best
from detente.counts import GRAIN, Counts, mean_f1
from detente.errors import DataError, Fault

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Overlap:
    """The clusters of both sides of some documents, and how many mentions each two of them share.

    `gold` and `predicted` are the clusters' sizes, `gold_doc` and `predicted_doc` the numbers of their documents.
    Two that share mentions are a cell: `one` and `other` are their places, `count` is how many; the cells of a document
    are in the order of their first shared mention.
    """

    documents: int
    gold_doc: Ints
    gold: Ints
    predicted_doc: Ints
    predicted: Ints
    one: Ints
    other: Ints
    count: Ints

    @property
    def similarity(self) -> Floats:
        """φ4 of each cell: 2 |G ∩ P| / (|G| + |P|)."""
        return 2 * self.count / (self.gold[self.one] + self.predicted[self.other])

    @cached_property
    def aligned(self) -> NDArray[np.bool_]:
        """Which cells CEAFe's one-to-one alignment holds.

        Among alignments of equal similarity the one wins that aligns the clusters with the earliest shared mention, so
        neither the order of the clusters nor which side is gold plays a part.
        """
        return first_best(self.one, self.other, self.similarity)

    def credits(self, of_predicted: Floats | Ints, of_gold: Floats | Ints) -> Floats:
        """Credit of each cell on either side and the mentions, summed, (documents, 4) as in `Counts`."""
        doc = self.gold_doc[self.one]
        return self._stacked(
            self._sums(doc, _exact(of_predicted)),
            self._sums(self.predicted_doc, self.predicted),
            self._sums(doc, _exact(of_gold)),
            self._sums(self.gold_doc, self.gold),
        )

    def per_cluster(self, of_cells: Floats | Ints, of_predicted: Ints, of_gold: Ints) -> Floats:
        """The same credit on either side, and what each cluster counts, summed."""
        matched = self._sums(self.gold_doc[self.one], _exact(of_cells))
        return self._stacked(
            matched, self._sums(self.predicted_doc, of_predicted), matched, self._sums(self.gold_doc, of_gold)
        )

    def _sums(self, doc: Ints, numbers: Floats | Ints) -> Floats:
        return np.bincount(doc, numbers, self.documents).astype(np.float64)

    def _stacked(self, *columns: Floats) -> Floats:
        return np.stack(columns, axis=-1)


def overlap(gold: Iterable[Set[Any]], predicted: Iterable[Set[Any]]) -> Overlap:
    """Compare two clusterings of one document; mentions must be comparable with `<`.

    Raises `DataError` for an empty cluster or a mention in two clusters of one side.
    """
    gold, predicted = list(gold), list(predicted)
    gold_of, predicted_of = _membership(gold), _membership(predicted)
    cells: dict[tuple[int, int], int] = {}
    for mention in sorted(gold_of.keys() & predicted_of.keys()):  # type: ignore[type-var]
        cell = gold_of[mention], predicted_of[mention]
        cells[cell] = cells.get(cell, 0) + 1
    sizes = [np.array([len(cluster) for cluster in side], np.int64) for side in (gold, predicted)]
    one, other = np.array(list(cells), np.int64).reshape(-1, 2).T
    return Overlap(
        1, np.zeros_like(sizes[0]), sizes[0], np.zeros_like(sizes[1]), sizes[1], one, other,
        np.array(list(cells.values()), np.int64),
    )  # fmt: skip


def muc(clusters: Overlap) -> Floats:
    """Links kept: a cluster of n mentions has n - 1, less one for each further part the other side makes of it."""
    return clusters.per_cluster(clusters.count - 1, clusters.predicted - 1, clusters.gold - 1)


def b_cubed(clusters: Overlap) -> Floats:
    """For each mention, the share of its cluster that is in its cluster on the other side."""
    square = clusters.count**2
    return clusters.credits(square / clusters.predicted[clusters.other], square / clusters.gold[clusters.one])


def ceaf_e(clusters: Overlap) -> Floats:
    """The similarity φ4 of the best one-to-one alignment of clusters; each cluster counts one."""
    return clusters.per_cluster(
        np.where(clusters.aligned, clusters.similarity, 0),
        np.ones_like(clusters.predicted),
        np.ones_like(clusters.gold),
    )


def lea(clusters: Overlap) -> Floats:
    """Clusters weigh as much as they have mentions; resolved is the share of links. A singleton links to itself."""
    gold, predicted = clusters.gold[clusters.one], clusters.predicted[clusters.other]

    def resolved(size: Ints, other: Ints) -> Floats:
        links = clusters.count * (clusters.count - 1) / np.maximum(size - 1, 1)
        return np.where(size == 1, (other == 1).astype(np.float64), links)

    return clusters.credits(resolved(predicted, gold), resolved(gold, predicted))


def mention_counts(clusters: Overlap) -> Floats:
    """Mentions that both sides have, whatever their clusters."""
    return clusters.credits(clusters.count, clusters.count)


# the metrics by the names under which they are reported; each gives (documents, 4) as in `Counts`
CLUSTER_METRICS: dict[str, Callable[[Overlap], Floats]] = {
    "MUC": muc,
    "B3": b_cubed,
    "CEAFe": ceaf_e,
    "LEA": lea,
    "mentions": mention_counts,
}
# those whose mean is the CoNLL F1 (Pradhan et al. 2012)
CONLL_METRICS = ("MUC", "B3", "CEAFe")


def conll_f1(counts: Collection[Counts]) -> float | None:
    """Mean F1 of MUC, B³ and CEAFe counts; of those that are defined where one is 0/0 (MUC without any link)."""
    return mean_f1(counts)


def without_singletons(clusters: Overlap) -> Overlap:
    """What is left of a comparison when clusters of one mention are dropped on both sides."""
    gold, predicted = clusters.gold > 1, clusters.predicted > 1
    kept = gold[clusters.one] & predicted[clusters.other]
    place, other_place = np.cumsum(gold) - 1, np.cumsum(predicted) - 1
    return Overlap(
        clusters.documents,
        clusters.gold_doc[gold],
        clusters.gold[gold],
        clusters.predicted_doc[predicted],
        clusters.predicted[predicted],
        place[clusters.one[kept]],
        other_place[clusters.other[kept]],
        clusters.count[kept],
    )


def align(gold: Iterable[Set[Any]], predicted: Iterable[Set[Any]]) -> dict[int, int]:
    """CEAFe's one-to-one alignment: positions of predicted clusters → positions of gold clusters.

    Only clusters that share a mention are aligned; raises `DataError` as `overlap` does.
    """
    clusters = overlap(gold, predicted)
    chosen = clusters.aligned
    return dict(zip(clusters.other[chosen].tolist(), clusters.one[chosen].tolist(), strict=True))


def _membership(clusters: Iterable[Set[Hashable]]) -> dict[Hashable, int]:
    clusters = list(clusters)
    where = {mention: position for position, cluster in enumerate(clusters) for mention in cluster}
    if not all(clusters):
        raise DataError([Fault("an empty cluster", "at least one mention in a cluster", "Remove the cluster.")])
    if len(where) < sum(map(len, clusters)):
        mention = next(m for position, cluster in enumerate(clusters) for m in cluster if where[m] != position)
        raise DataError([Fault(f"mention {mention!r} in two clusters", "each mention in one", "Remove it from one.")])
    return where


def _exact(credits_: Floats | Ints) -> Floats:
    return np.rint(credits_ * GRAIN) / GRAIN
