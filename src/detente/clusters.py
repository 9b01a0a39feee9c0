"""Comparing two clusterings of mentions: MUC, B³, CEAFe and LEA as counts that add over documents, and the alignment.

A clustering is any iterable of non-empty, disjoint sets of mentions; mentions are hashable and mean the same on both
sides (a span, say). Singletons are kept. Sums over documents are formed as coval does; definitions:
MUC: Vilain et al. 1995; B³: Bagga and Baldwin 1998; CEAFe: Luo 2005 (φ4); LEA: Moosavi and Strube 2016.

Fractional credits are rounded to multiples of 2⁻³⁰, so that sums over documents are exact in any order (up to eight
million mentions) and scoring in parts gives, digit for digit, what scoring the whole gives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Set
from dataclasses import dataclass
from math import fsum
from typing import Any, TypeVar

from detente.assignment import Pair, best_assignment, first_best_assignment, settled_pairs
from detente.counts import Counts
from detente.errors import DataError, Fault

GRAIN = 2.0**30

C = TypeVar("C", bound=Hashable)


@dataclass(frozen=True)
class Overlap:
    """How large the clusters of both sides are, and how many mentions each two of them share (only where any)."""

    gold: tuple[int, ...]
    predicted: tuple[int, ...]
    shared: dict[tuple[int, int], int]

    @property
    def open_pairs(self) -> list[Pair]:
        """Pairs of clusters that overlap but are not the same, with their similarity φ4 = 2 |G ∩ P| / (|G| + |P|)."""
        gold, predicted = self.gold, self.predicted
        return [
            Pair(i, j, 2 * count / (gold[i] + predicted[j]))
            for (i, j), count in self.shared.items()
            if not gold[i] == count == predicted[j]
        ]


def overlap(gold: Iterable[Set[Hashable]], predicted: Iterable[Set[Hashable]]) -> Overlap:
    """Compare two clusterings; raises `DataError` for an empty cluster or a mention in two clusters of one side."""
    gold, predicted = list(gold), list(predicted)
    gold_of, predicted_of = _membership(gold), _membership(predicted)
    shared = Counter([(gold_of[mention], predicted_of[mention]) for mention in gold_of.keys() & predicted_of.keys()])
    return Overlap(tuple(map(len, gold)), tuple(map(len, predicted)), dict(shared))


def overlap_of_members(gold_of: Mapping[Any, C], predicted_of: Mapping[Any, C]) -> Overlap:
    """The same from each mention's cluster, by whatever name (but None)."""
    gold_size, predicted_size = Counter(gold_of.values()), Counter(predicted_of.values())
    gold_place = {name: place for place, name in enumerate(gold_size)}
    predicted_place = {name: place for place, name in enumerate(predicted_size)}
    cells = Counter(zip(map(gold_of.get, predicted_of), predicted_of.values(), strict=True))
    shared = {(gold_place[one], predicted_place[other]): n for (one, other), n in cells.items() if one is not None}
    return Overlap(tuple(gold_size.values()), tuple(predicted_size.values()), shared)


def muc(clusters: Overlap) -> Counts:
    """Links kept: a cluster of n mentions has n - 1, less one for each further part the other side makes of it."""
    kept = sum(count - 1 for count in clusters.shared.values())
    return Counts(kept, sum(n - 1 for n in clusters.predicted), kept, sum(n - 1 for n in clusters.gold))


def b_cubed(clusters: Overlap) -> Counts:
    """For each mention, the share of its cluster that is in its cluster on the other side."""
    shared = clusters.shared.items()
    return Counts(
        _exact([count * count / clusters.predicted[j] for (_, j), count in shared]),
        sum(clusters.predicted),
        _exact([count * count / clusters.gold[i] for (i, _), count in shared]),
        sum(clusters.gold),
    )


def ceaf_e(clusters: Overlap) -> Counts:
    """The similarity φ4 of the best one-to-one alignment of clusters; each cluster counts one."""
    # the same cluster on both sides overlaps no other one
    pairs = clusters.open_pairs
    same = len(clusters.shared) - len(pairs)
    similarity = same + _exact([pair.weight for pair in best_assignment(pairs)])
    return Counts(similarity, len(clusters.predicted), similarity, len(clusters.gold))


def lea(clusters: Overlap) -> Counts:
    """Clusters weigh as much as they have mentions; resolved is the share of links. A singleton links to itself."""

    def resolved(size: int, other: int, count: int) -> float:
        if size == 1:
            return 1.0 if other == 1 else 0.0
        return count * (count - 1) / (size - 1)

    sizes = [(clusters.gold[i], clusters.predicted[j], count) for (i, j), count in clusters.shared.items()]
    return Counts(
        _exact([resolved(predicted, gold, count) for gold, predicted, count in sizes]),
        sum(clusters.predicted),
        _exact([resolved(gold, predicted, count) for gold, predicted, count in sizes]),
        sum(clusters.gold),
    )


def mention_counts(clusters: Overlap) -> Counts:
    """Mentions that both sides have, whatever their clusters."""
    shared = sum(clusters.shared.values())
    return Counts(shared, sum(clusters.predicted), shared, sum(clusters.gold))


# the metrics by the names under which they are reported
CLUSTER_METRICS: dict[str, Callable[[Overlap], Counts]] = {
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
    values = [value for value in (c.f1 for c in counts) if value is not None]
    return sum(values) / len(values) if values else None


def without_singletons(clusters: Overlap) -> Overlap:
    """What is left of a comparison when clusters of one mention are dropped on both sides."""
    gold = {i: place for place, i in enumerate(i for i, size in enumerate(clusters.gold) if size > 1)}
    predicted = {j: place for place, j in enumerate(j for j, size in enumerate(clusters.predicted) if size > 1)}
    return Overlap(
        tuple(clusters.gold[i] for i in gold),
        tuple(clusters.predicted[j] for j in predicted),
        {(gold[i], predicted[j]): n for (i, j), n in clusters.shared.items() if i in gold and j in predicted},
    )


def align(gold: Iterable[Set[Any]], predicted: Iterable[Set[Any]]) -> dict[int, int]:
    """CEAFe's one-to-one alignment: positions of predicted clusters → positions of gold clusters.

    Only clusters that share a mention are aligned. Among alignments of equal similarity the one wins that aligns the
    clusters with the earliest shared mention, so neither the order of the clusters nor which side is gold plays a
    part. Mentions must be comparable with `<`. Raises `DataError` as `overlap` does.
    """
    return align_members(_membership(gold), _membership(predicted))


def align_members(gold_of: Mapping[Any, C], predicted_of: Mapping[Any, C]) -> dict[C, C]:
    """The same from each mention's cluster, by whatever name: names of predicted clusters → names of gold clusters."""
    gold_size, predicted_size = Counter(gold_of.values()), Counter(predicted_of.values())
    gold_names, predicted_names = list(gold_size), list(predicted_size)
    gold_place = {name: place for place, name in enumerate(gold_names)}
    predicted_place = {name: place for place, name in enumerate(predicted_names)}
    # cells in the order of their first shared mention, which is of no other cell
    shared: dict[tuple[C, C], int] = {}
    for mention in sorted(gold_of.keys() & predicted_of.keys()):
        cell = gold_of[mention], predicted_of[mention]
        shared[cell] = shared.get(cell, 0) + 1
    pairs = [
        Pair(gold_place[one], predicted_place[other], 2 * count / (gold_size[one] + predicted_size[other]))
        for (one, other), count in shared.items()
    ]
    return {predicted_names[pair.predicted]: gold_names[pair.gold] for pair in first_best_assignment(pairs)}


def partners(gold_of: Mapping[Any, C], predicted_of: Mapping[Any, C], wanted: Set[C]) -> dict[C, C]:
    """What `align_members` says of the wanted predicted clusters; of others it may say nothing.

    Most clusters have one partner that is certain; the rest is put in order and solved only where it is asked for.
    """
    shared = Counter(zip(map(gold_of.get, predicted_of), predicted_of.values(), strict=True))
    gold_size, predicted_size = Counter(gold_of.values()), Counter(predicted_of.values())
    found: dict[C, C] = {}
    pairs: list[tuple[C, C, float]] = []
    for (one, other), count in shared.items():
        if one is None:
            continue
        sizes = gold_size[one] + predicted_size[other]
        if 2 * count == sizes:
            found[other] = one
        else:
            pairs.append((one, other, 2 * count / sizes))
    if wanted.isdisjoint([other for _, other, _ in pairs]):
        return found
    settled, rest = settled_pairs(pairs)
    found.update([(other, one) for one, other, _ in settled])
    if not rest or wanted.isdisjoint([other for _, other, _ in rest]):
        return found
    weight = {(one, other): weight for one, other, weight in rest}
    cells = dict.fromkeys(
        cell
        for _, cell in sorted((m, (gold_of[m], other)) for m, other in predicted_of.items() if m in gold_of)
        if cell in weight
    )
    golds, predicteds = list({one for one, _ in cells}), list({other for _, other in cells})
    tied = [Pair(golds.index(one), predicteds.index(other), weight[one, other]) for one, other in cells]
    found.update([(predicteds[pair.predicted], golds[pair.gold]) for pair in first_best_assignment(tied)])
    return found


def _membership(clusters: Iterable[Set[Hashable]]) -> dict[Hashable, int]:
    clusters = list(clusters)
    where = {mention: position for position, cluster in enumerate(clusters) for mention in cluster}
    if not all(clusters):
        raise DataError([Fault("an empty cluster", "at least one mention in a cluster", "Remove the cluster.")])
    if len(where) < sum(map(len, clusters)):
        mention = next(m for position, cluster in enumerate(clusters) for m in cluster if where[m] != position)
        raise DataError([Fault(f"mention {mention!r} in two clusters", "each mention in one", "Remove it from one.")])
    return where


def _exact(credits_: Iterable[float]) -> float:
    return round(fsum(credits_) * GRAIN) / GRAIN
