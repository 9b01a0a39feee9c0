"""Comparing systems on the same gold: differences with paired intervals, and whether they can be told apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import msgspec
import numpy as np

from detente.errors import UsageError, did_you_mean
from detente.intervals import intervals
from detente.ontology import Ontology
from detente.scoring.compare_where import SHOWN, Where, differ_most
from detente.scoring.metrics import Array, Key, Metric, f1_values, metric_values, overall_values
from detente.scoring.permutation import PERMUTATIONS, Significance, holm, sign_flip
from detente.scoring.resampling import RESAMPLES, SEED, resampled_sums
from detente.scoring.table import CountTable
from detente.scoring.tracks import OVERALL, TRACKS

OVERALL_NAME = "overall"


class Difference(msgspec.Struct, frozen=True):
    """How far one system is ahead of another on a metric (`first` minus `second`), in the metric's units.

    `low` and `high` are the paired 95 % expanded percentile interval. `p` is the sign-flip permutation test's, `p_holm`
    the same corrected for all pairs of systems compared on that metric; both None where a system's figure is undefined
    (0/0). `exact` says that all permutations were gone through; `left_out` counts the resamples that were 0/0.
    """

    metric: str
    first: str
    second: str
    difference: float | None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_holm: float | None = None
    permutations: int = 0
    exact: bool = False
    left_out: int = 0


class Comparison(msgspec.Struct, frozen=True):
    """All pairs of some systems on some metrics; `values[system][metric]` are their figures.

    `unit` says what was resampled for the intervals and swapped for the test: "story" or "document".
    `where` tells on which types, roles, slices and documents each pair differs most (what was counted: slices only
    where the tables have details).
    """

    gold: str
    setting: str
    documents: int
    unit: str
    resamples: int
    seed: int
    values: dict[str, dict[str, float | None]]
    differences: tuple[Difference, ...]
    where: tuple[Where, ...] = ()
    schema: int = 1


@dataclass(frozen=True)
class _Figures:
    """What is compared: each figure is one metric, or (overall) the mean of several."""

    names: tuple[str, ...]
    parts: tuple[tuple[Metric, ...], ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        return tuple(dict.fromkeys(key for metrics in self.parts for metric in metrics for key in metric.parts))

    def values(self, sums: Array, whole: Array | None = None) -> Array:
        """Summed counts (…, keys, 4) → figures (…, figures).

        `whole` are the sums (keys, 4) of all documents where `sums` are resamples: a mean that lost one of the parts
        that it has there is NaN.
        """
        column = {key: place for place, key in enumerate(self.keys)}
        f1s, whole_f1s = f1_values(sums), None if whole is None else f1_values(whole)
        figures = []
        for metrics in self.parts:
            values = np.stack([metric_values(metric, f1s, column) for metric in metrics], axis=-1)
            needed = None
            if whole_f1s is not None:
                needed = ~np.isnan(np.stack([metric_values(metric, whole_f1s, column) for metric in metrics]))
            figures.append(overall_values(values, needed))
        return np.stack(figures, axis=-1)


def compare(
    tables: Mapping[str, CountTable],
    ontology: Ontology,
    *,
    metrics: Iterable[str] | None = None,
    resamples: int = RESAMPLES,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
    where: int = SHOWN,
) -> Comparison:
    """Compare every two of some systems, given their tables of counts (`count_documents`, `count_files`) by name.

    `metrics` are "overall" or "track:metric" ("events:AC+"); default: overall and the primaries of the tracks that
    all tables have. `where` says how many places of each kind are told where a pair differs most. `resamples=0` leaves
    the intervals out, and so does a single unit, as in `report`. Raises `UsageError` for fewer than two systems, tables
    of different gold, stories or setting, or a metric that does not exist.
    """
    _check_comparable(tables)
    first_table = next(iter(tables.values()))
    if first_table.unit_count < 2:
        resamples = 0
    figures = _chosen_figures(metrics, tables, ontology)
    counts = {name: table.units(figures.keys) for name, table in tables.items()}
    wholes = {name: of_system.sum(axis=0) for name, of_system in counts.items()}
    observed = {name: figures.values(whole) for name, whole in wholes.items()}
    resampled = {
        name: figures.values(resampled_sums(units, resamples, seed), wholes[name]) for name, units in counts.items()
    }
    rows: list[list[Difference]] = []
    for first, second in combinations(tables, 2):
        tests = sign_flip(counts[first], counts[second], figures.values, permutations=permutations, seed=seed)
        gaps = _gaps(observed[first] - observed[second], resampled[first] - resampled[second], first_table.unit_count)
        rows.append(
            [
                _difference(metric, first, second, gap, test)
                for metric, gap, test in zip(figures.names, gaps, tests, strict=True)
            ]
        )
    return Comparison(
        gold=first_table.gold,
        setting=first_table.setting,
        documents=len(first_table.documents),
        unit=first_table.unit,
        resamples=resamples,
        seed=seed,
        values={name: dict(zip(figures.names, _numbers(values), strict=True)) for name, values in observed.items()},
        differences=tuple(
            difference for of_metric in zip(*rows, strict=True) for difference in _corrected(list(of_metric))
        ),
        where=differ_most(tables, ontology, shown=where),
    )


Gap = tuple[float | None, float | None, float | None, int]


def _gaps(observed: Array, resampled: Array, units: int) -> list[Gap]:
    """Difference, ends of its interval and resamples left out, for each figure."""
    lows: list[float | None] = [None] * len(observed)
    highs, left_out = list(lows), [0] * len(observed)
    if len(resampled):
        lows, highs, left_out = intervals(resampled, units)
    return list(zip(_numbers(observed), lows, highs, left_out, strict=True))


def _difference(metric: str, first: str, second: str, gap: Gap, test: Significance | None) -> Difference:
    difference, low, high, left_out = gap
    if test is None or difference is None:
        return Difference(metric, first, second, None)
    return Difference(
        metric,
        first,
        second,
        difference,
        low=low,
        high=high,
        p=test.p,
        permutations=test.permutations,
        exact=test.exact,
        left_out=left_out,
    )


def _corrected(differences: Sequence[Difference]) -> list[Difference]:
    """The same with Holm's correction over all pairs that were tested on one metric."""
    corrected = iter(holm([difference.p for difference in differences if difference.p is not None]))
    return [
        difference if difference.p is None else msgspec.structs.replace(difference, p_holm=next(corrected))
        for difference in differences
    ]


def _numbers(values: Array) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]


def _check_comparable(tables: Mapping[str, CountTable]) -> None:
    if len(tables) < 2:
        raise UsageError(f"found {len(tables)} system; expected two or more to compare")
    first_name, first = next(iter(tables.items()))
    for name, table in tables.items():
        for what, one, other in (
            ("gold", first.gold, table.gold),
            ("setting", first.setting, table.setting),
            ("unit of resampling", first.unit, table.unit),
        ):
            if one != other:
                raise UsageError(
                    f"{first_name} is scored with {what} {one}, {name} with {what} {other}; "
                    f"only systems scored with the same {what} can be compared. Score both anew."
                )
        if first.by_story and first.stories != table.stories:
            raise UsageError(
                f"{first_name} and {name} are scored on the same documents in different story clusters; "
                f"only systems scored with the same story clusters can be compared. Score both anew."
            )


def _chosen_figures(names: Iterable[str] | None, tables: Mapping[str, CountTable], ontology: Ontology) -> _Figures:
    tracks = [name for name in TRACKS if all(name in table.tracks for table in tables.values())]
    known: dict[str, tuple[Metric, ...]] = {}
    if all(name in tracks for name in OVERALL):
        known[OVERALL_NAME] = ()
    defaults = [*known, *(f"{name}:{TRACKS[name].primary}" for name in tracks)]
    for name in tracks:
        known |= {f"{name}:{metric.name}": (metric,) for metric in TRACKS[name].metrics(ontology)}
    if OVERALL_NAME in known:
        known[OVERALL_NAME] = tuple(known[f"{name}:{TRACKS[name].primary}"][0] for name in OVERALL)
    chosen = tuple(defaults if names is None else dict.fromkeys(names))
    for name in chosen:
        if name not in known:
            hint = did_you_mean(name, known)
            raise UsageError(f"unknown metric {name!r} for these systems; there are {', '.join(known)}{hint}")
    if not chosen:
        raise UsageError("found no metric that all systems have; expected at least one. Score a common track.")
    return _Figures(chosen, tuple(known[name] for name in chosen))
