"""The one evaluation that the command line, CI and the board call: documents → counts → report."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from msgspec import UNSET

from detente.counts import Counts
from detente.documents import Document
from detente.errors import DataError
from detente.intervals import intervals
from detente.ontology import Ontology
from detente.scoring.cluster import count_on_cluster
from detente.scoring.collecting import Collector
from detente.scoring.details import breakdown_scores, confusion_tallies, error_tallies, has_details, reported_metrics
from detente.scoring.faults import submission_faults
from detente.scoring.metrics import Array, Metric, Track, f1_values, metric_values, overall_values
from detente.scoring.pairing import pair_documents
from detente.scoring.parallel import count_in_processes
from detente.scoring.report import Report, Score
from detente.scoring.resampling import RESAMPLES, SEED, resampled_columns
from detente.scoring.shards import Work
from detente.scoring.signature import signature
from detente.scoring.table import CountTable
from detente.scoring.tracks import OVERALL, TRACKS, chosen_tracks


def evaluate(
    gold: Iterable[Document],
    predicted: Iterable[Document],
    ontology: Ontology,
    *,
    setting: str = "e2e",
    resamples: int = RESAMPLES,
    seed: int = SEED,
    tracks: Iterable[str] | None = None,
    details: bool = False,
) -> Report:
    """Score predictions against gold; both in any order, streamed once.

    A gold document without prediction is scored as empty and listed. `details` adds diagnostics (partial credit, kinds
    of errors, confusion tables), slices, and figures of each document and their mean. Raises `DataError` with all
    faults where ids are unknown or repeated, labels unknown, references dangling, offsets outside the gold text, or a
    span is in two clusters; `UsageError` for an unknown track or setting.
    """
    table = count_documents(gold, predicted, ontology, setting=setting, tracks=tracks, details=details)
    return report(table, ontology, resamples=resamples, seed=seed)


def evaluate_files(
    gold_path: Path,
    predicted_path: Path,
    ontology: Ontology,
    *,
    setting: str = "e2e",
    resamples: int = RESAMPLES,
    seed: int = SEED,
    tracks: Iterable[str] | None = None,
    details: bool = False,
    workers: int = 1,
    cluster: str | None = None,
) -> Report:
    """Score a JSONL file of predictions against one of gold; raises as `evaluate` does, with file and line.

    `workers` counts in that many processes, `cluster` on the Dask cluster whose scheduler has that address: the report
    is the same, digit for digit.
    """
    table = count_files(
        gold_path,
        predicted_path,
        ontology,
        setting=setting,
        tracks=tracks,
        details=details,
        workers=workers,
        cluster=cluster,
        keep=resamples > 0 or details,
    )
    return report(table, ontology, resamples=resamples, seed=seed)


def count_documents(
    gold: Iterable[Document],
    predicted: Iterable[Document],
    ontology: Ontology,
    *,
    setting: str = "e2e",
    tracks: Iterable[str] | None = None,
    details: bool = False,
) -> CountTable:
    """Per-document counts of a submission, for `report` and for `compare`; raises as `evaluate` does."""
    chosen = chosen_tracks(tracks, setting)
    collector = Collector(setting, tuple(track.name for track in chosen), details=details)
    collector.take(pair_documents(gold, predicted), ontology)
    return collector.table()


def count_files(
    gold_path: Path,
    predicted_path: Path,
    ontology: Ontology,
    *,
    setting: str = "e2e",
    tracks: Iterable[str] | None = None,
    details: bool = False,
    workers: int = 1,
    cluster: str | None = None,
    keep: bool = True,
) -> CountTable:
    """Per-document counts of two JSONL files, or with `keep` false their sums; raises as `evaluate_files` does."""
    chosen = tuple(track.name for track in chosen_tracks(tracks, setting))
    work = Work(gold_path, predicted_path, ontology, setting, chosen, details, keep)
    try:
        collector = count_in_processes(work, workers) if cluster is None else count_on_cluster(work, cluster)
        return collector.table()
    except DataError as error:
        # the first faults ended the stream; what the caller gets is all of them, gold's first
        faults = submission_faults(gold_path, predicted_path, ontology) if work.rereadable else []
        raise DataError(faults or error.faults) from error


def report(table: CountTable, ontology: Ontology, *, resamples: int = RESAMPLES, seed: int = SEED) -> Report:
    """The report of a table of counts; `resamples=0` leaves the intervals out.

    So does gold of a single document or story: resampling it would give the same figure again, and no interval.
    """
    if table.unit_count < 2:
        resamples = 0
    figures = _Figures(table, resamples, seed)
    tracks = [TRACKS[name] for name in table.tracks]
    detailed = {track.name: has_details(table, track.name) for track in tracks}
    metrics = {
        track.name: {metric.name: metric for metric in reported_metrics(track, ontology, details=detailed[track.name])}
        for track in tracks
    }
    return Report(
        setting=table.setting,
        ontology=f"{ontology.name} {ontology.version}",
        gold=table.gold,
        unit=table.unit,
        resamples=resamples,
        seed=seed,
        documents=table.documents,
        unlisted=table.unlisted or UNSET,
        primary={track.name: track.primary for track in tracks},
        scores={name: figures.scores(of_track) for name, of_track in metrics.items()},
        overall=figures.overall([metrics[name][TRACKS[name].primary] for name in OVERALL if name in metrics]),
        signatures=_signatures(table, tracks, resamples, seed),
        by={track.name: breakdown_scores(table, track.name, ontology, figures.scores) for track in tracks},
        absent=tuple(name for name in table.tracks if name not in table.held),
        missing=table.missing,
        warnings=table.warnings,
        errors={name: error_tallies(table, name) for name, told in detailed.items() if told},
        confusion={name: confusion_tallies(table, name) for name, told in detailed.items() if told},
    )


def _signatures(table: CountTable, tracks: list[Track], resamples: int, seed: int) -> dict[str, str]:
    return {
        name: signature(
            TRACKS.get(name),
            setting=table.setting,
            gold=table.gold,
            documents=table.size,
            unit=table.unit,
            resamples=resamples,
            seed=seed,
        )
        for name in [*(track.name for track in tracks), "overall"]
    }


def _resampled_f1s(table: CountTable, resamples: int, seed: int) -> Array:
    """F1 of every key in every resample, (resamples, keys)."""
    f1s = np.empty((resamples, len(table.keys)))
    if resamples:
        columns = table.columns()
        sums = resampled_columns(columns, resamples, seed)
        for place, back in enumerate(columns.back):
            f1s[:, place] = f1_values(sums[:, back])
    return f1s


class _Figures:
    """Scores from a table: values from the sums, intervals from resamples that all figures share."""

    def __init__(self, table: CountTable, resamples: int, seed: int) -> None:
        self.table = table
        self.f1 = f1_values(table.totals)
        self.resampled = _resampled_f1s(table, resamples, seed)

    def scores(self, metrics: dict[str, Metric]) -> dict[str, Score]:
        """A score for each metric, under the same names."""
        if not metrics:
            return {}
        values = [self._value(metric) for metric in metrics.values()]
        resampled = np.stack([self._resampled(metric) for metric in metrics.values()], axis=-1)
        return dict(zip(metrics, self._scored(list(metrics.values()), values, resampled), strict=True))

    def overall(self, primaries: list[Metric]) -> Score:
        """The mean of the three primaries, undefined ones (0/0) left out; no value unless all three were counted."""
        if len(primaries) < len(OVERALL):
            return Score(None, note=f"needs the tracks {', '.join(OVERALL)}")
        values = np.array([self._value(metric) for metric in primaries])
        resampled = np.stack([self._resampled(metric) for metric in primaries], axis=-1)
        support = tuple(key for metric in primaries for key in metric.support or metric.parts)
        mean = Metric("overall", "mean of the primaries", (), support)
        overall = overall_values(resampled, ~np.isnan(values))
        return self._scored([mean], [float(overall_values(values))], overall[:, np.newaxis])[0]

    def _value(self, metric: Metric) -> float:
        return float(metric_values(metric, self.f1, self.table.column))

    def _resampled(self, metric: Metric) -> Array:
        return metric_values(metric, self.resampled, self.table.column)

    def _scored(self, metrics: list[Metric], values: list[float], resampled: Array) -> list[Score]:
        lows: list[float | None] = [None] * len(metrics)
        highs, left_out = list(lows), [0] * len(metrics)
        if len(resampled):
            lows, highs, left_out = intervals(resampled, self.table.unit_count)
        return [
            self._score(metric, value, ends)
            for metric, value, ends in zip(metrics, values, zip(lows, highs, left_out, strict=True), strict=True)
        ]

    def _score(self, metric: Metric, value: float, ends: tuple[float | None, float | None, int]) -> Score:
        single = self.table.total(metric.parts[0]) if len(metric.parts) == 1 else Counts()
        support = [self.table.total(key) for key in metric.support or metric.parts]
        undefined = [key.metric for key in metric.parts if self.table.total(key).f1 is None] if metric.flag else []
        return Score(
            value=None if np.isnan(value) else value,
            precision=single.precision,
            recall=single.recall,
            low=ends[0],
            high=ends[1],
            left_out=ends[2],
            support=int(sum(counts.gold for counts in support)),
            predicted=int(sum(counts.predicted for counts in support)),
            note=f"{', '.join(undefined)} undefined: mean of the others" if undefined and not np.isnan(value) else "",
        )
