"""Do the intervals and the significance test keep what they promise? Simulated, on every track's primary.

    make simulations                                                  # the figures of scoring/README.md
    PYTHONPATH=src python -m tests.simulations.uncertainty --pairs 100 --samples 100

Level: pairs of systems that are alike on average are compared; the permutation test may reject 5 % of them. With two
documents to a story, each story is harder for one system than for the other. Coverage: samples of documents are drawn
from a large pool on which the true figure is known; 95 % of their intervals should hold it. Nothing here passes or
fails: shares are printed beside their bars, and with the band in which a share that is right comes out, by chance, in
95 of 100 such runs.
"""

from __future__ import annotations

import argparse
import random
import sys
from dataclasses import replace

import numpy as np
from scipy.stats import binom
from tests.simulations.population import articles, sides

from detente.counts import Counts
from detente.ontology import Ontology, load_ontology
from detente.scoring.compare import OVERALL_NAME, compare
from detente.scoring.evaluate import count_documents, report
from detente.scoring.metrics import Key
from detente.scoring.report import Report
from detente.scoring.table import CountTable, DocumentCounts, tabulate
from detente.scoring.tracks import TRACKS

LEVEL, LEVEL_BAR = 0.05, (0.037, 0.064)
COVERAGE, COVERAGE_BAR = 0.95, (0.93, 0.97)
PRIMARIES = tuple(f"{track.name}:{track.primary}" for track in TRACKS.values())
FIGURES = (OVERALL_NAME, *PRIMARIES)
SEED = 5

Share = dict[str, float]


def main() -> None:
    """Print both tables, with one and with two documents to a story."""
    options = _options()
    ontology = load_ontology()
    for of_a_story in (1, 2):
        pool = Pool(options.pool, ontology, of_a_story=of_a_story)
        for number in options.sizes:
            found = pool.coverage(options.samples, number)
            what = f"coverage, {number} documents, {of_a_story} to a story ({options.samples:,} samples)"
            _say(what, found, options.samples, COVERAGE, COVERAGE_BAR)
    for of_a_story in (1, 2):
        found = rejections(
            options.pairs, options.documents, ontology, of_a_story=of_a_story, systems_differ=of_a_story > 1
        )
        what = f"null pairs rejected at 5 %, {options.documents} documents, {of_a_story} to a story"
        _say(f"{what} ({options.pairs:,} pairs)", found, options.pairs, LEVEL, LEVEL_BAR)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--pairs", type=int, default=3_000, help="pairs of systems that are alike")
    parser.add_argument("--documents", type=int, default=80, help="documents of a pair")
    parser.add_argument("--samples", type=int, default=2_000, help="samples from the pool")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 20, 40, 80], help="documents of a sample")
    parser.add_argument("--pool", type=int, default=4_000, help="documents of the pool")
    return parser.parse_args()


def _say(what: str, shares: Share, number: int, right: float, bar: tuple[float, float]) -> None:
    low, high = chance_band(right, number)
    lines = [f"{what}; bar {bar[0]:.1%} to {bar[1]:.1%}; by chance {right:.0%} comes out as {low:.1%} to {high:.1%}"]
    for name, share in shares.items():
        lines.append(f"  {name:<20} {share:7.1%}  {'met' if bar[0] <= share <= bar[1] else 'MISSED'}")
    sys.stdout.write("\n".join(lines) + "\n\n")
    sys.stdout.flush()


def chance_band(share: float, number: int) -> tuple[float, float]:
    """Where a true share comes out in 95 of 100 runs of so many independent trials (the binomial's quantiles)."""
    low, high = (float(binom.ppf(quantile, number, share)) / number for quantile in (0.025, 0.975))
    return low, high


def rejections(
    pairs: int,
    documents: int,
    ontology: Ontology,
    *,
    of_a_story: int = 0,
    systems_differ: bool = False,
    permutations: int = 10_000,
) -> Share:
    """The share of pairs that the permutation test tells apart at 5 %, for each figure.

    Every pair has documents of its own, so the pairs are independent.
    """
    rejected = dict.fromkeys(FIGURES, 0)
    for number in range(pairs):
        source = random.Random(SEED * 1_000_003 + number)
        gold, (first, second) = sides(
            articles(source, documents, ontology, of_a_story=of_a_story, systems_differ=systems_differ)
        )
        tables = {name: count_documents(gold, side, ontology) for name, side in (("a", first), ("b", second))}
        comparison = compare(
            tables, ontology, metrics=FIGURES, resamples=0, permutations=permutations, seed=number, where=0
        )
        for difference in comparison.differences:
            rejected[difference.metric] += difference.p is not None and difference.p <= 0.05
    return {name: count / pairs for name, count in rejected.items()}


class Pool:
    """Very many documents and one system's predictions of them; what it scores on all of them is its true figure."""

    def __init__(self, documents: int, ontology: Ontology, *, of_a_story: int = 0) -> None:
        self.ontology = ontology
        self.of_a_story = max(of_a_story, 1)
        source = random.Random(SEED)
        gold, (predicted, _) = sides(articles(source, documents, ontology, of_a_story=of_a_story))
        self.table = count_documents(gold, predicted, ontology)
        self.keys = _primary_keys(ontology)
        self.rows = [
            {key: Counts(*map(_whole, row)) for key, row in zip(self.keys, rows, strict=True)}
            for rows in self.table.select(self.keys).tolist()
        ]
        self.true = _figures(report(self.table, ontology, resamples=0))

    def sample(self, generator: np.random.Generator, documents: int) -> CountTable:
        """The counts of so many documents, drawn with replacement: story by story where there are stories."""
        size = self.of_a_story
        drawn = generator.integers(0, len(self.rows) // size, size=documents // size)
        rows = (
            DocumentCounts(
                f"d{unit:05}-{place}",
                f"s{unit:05}" if self.table.by_story else "",
                self.rows[story * size + place],
            )
            for unit, story in enumerate(drawn.tolist())
            for place in range(size)
        )
        return replace(tabulate(rows), tracks=self.table.tracks, held=self.table.held)

    def coverage(self, samples: int, documents: int, *, resamples: int = 10_000) -> Share:
        """The share of samples whose interval holds the true figure."""
        generator = np.random.Generator(np.random.PCG64(SEED))
        held = dict.fromkeys(FIGURES, 0)
        for number in range(samples):
            found = report(self.sample(generator, documents), self.ontology, resamples=resamples, seed=number)
            for name, (_, low, high) in _figures(found).items():
                true = self.true[name][0]
                held[name] += None not in (true, low, high) and bool(low <= true <= high)  # type: ignore[operator]
        return {name: count / samples for name, count in held.items()}


def _figures(found: Report) -> dict[str, tuple[float | None, float | None, float | None]]:
    """Value and ends of the interval of the overall figure and of the primaries."""
    scores = {OVERALL_NAME: found.overall}
    scores |= {f"{track}:{metric}": found.scores[track][metric] for track, metric in found.primary.items()}
    return {name: (score.value, score.low, score.high) for name, score in scores.items()}


def _primary_keys(ontology: Ontology) -> list[Key]:
    return [
        key
        for track in TRACKS.values()
        for metric in track.metrics(ontology)
        if metric.name == track.primary
        for key in metric.parts
    ]


def _whole(number: float) -> float:
    return int(number) if number.is_integer() else number


if __name__ == "__main__":
    main()
