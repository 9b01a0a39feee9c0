"""Speed and size of scoring as ratios, each beside its bar, in CPU seconds of one run: no timed test.

    PYTHONPATH=src python -m tests.benchmarks.bench_scoring            # small sizes, under two minutes
    PYTHONPATH=src python -m tests.benchmarks.bench_scoring --full     # the sizes of the bars
    PYTHONPATH=src python -m tests.benchmarks.bench_scoring --only linearity --up-to 1000000

Every figure is taken in a process of its own, so that its peak of memory is its own. Files of the workload take 18 kB
a document while a measurement runs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks.floor import floor
from tests.benchmarks.peers import measure, not_measured, totals_of
from tests.benchmarks.workload import MENTIONS, TOKENS, flat_pair, write_workload

from detente.documents import Document
from detente.ontology import load_ontology

TRACKS = ("entities", "events", "attributes", "stance")
REPEATS = 3
# MiB by which the peaks of two runs may differ, and bytes for each further document, that still count as flat
FLAT, FLAT_EACH = 2.0, 16
ROOT = Path(__file__).resolve().parents[2]
Row = tuple[str, str, str, str]


def main() -> None:
    options = _options()
    if options.measure:
        name, *arguments = options.measure
        _say(json.dumps(MEASURES[name](*arguments)))
        return
    chosen = [options.only] if options.only else list(SECTIONS)
    _say(f"{'what':<58} {'measured':>34} {'bar':>14}")
    for name in chosen:
        for what, measured, bar, met in SECTIONS[name](options):
            _say(f"{what:<58} {measured:>34} {bar:>14}  {met}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--documents", type=int, default=2_000, help="documents of the whole evaluation")
    parser.add_argument("--full", action="store_true", help="the sizes of the bars: 20,000 documents")
    parser.add_argument("--up-to", type=int, help="documents of the largest size of linearity (default: 4 x documents)")
    parser.add_argument("--only", choices=list(SECTIONS))
    parser.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.full:
        options.documents = 20_000
    options.up_to = options.up_to or 4 * options.documents
    return options


# ------------------------------------------------------------------------------------------------- what is printed


def _evaluation(options: argparse.Namespace) -> Iterator[Row]:
    documents = options.documents
    with tempfile.TemporaryDirectory() as folder:
        paths = list(map(str, write_workload(Path(folder), documents, load_ontology())))
        least: dict[str, dict[str, float]] = {}
        for _ in range(REPEATS):
            # taken by turns, so that a busy machine is busy for all of them
            for name, *arguments in (
                ("floor",),
                ("evaluation", "0", *TRACKS),
                ("evaluation", "10000", *TRACKS),
                ("evaluation", "0"),
            ):
                key = " ".join((name, *arguments))
                found = measured(name, *paths, *arguments)
                least[key] = min(least.get(key, found), found, key=lambda figures: figures["cpu"])
        base = least["floor"]["cpu"]
        yield f"floor, {documents:,} documents", f"{base:.2f} s", "", ""
        for key, what, bar in (
            (f"evaluation 0 {' '.join(TRACKS)}", "four tracks, no intervals", 2.5),
            (f"evaluation 10000 {' '.join(TRACKS)}", "four tracks, 10,000 resamples", None),
            ("evaluation 0", "all five tracks, no intervals", None),
        ):
            figures = least[key]
            yield f"{what}: CPU", *_at_most(figures["cpu"] / base, bar, f"{figures['cpu']:.2f} s = ", " x floor")
            yield f"{what}: peak memory", *_at_most(figures["peak"], 300 if bar else None, "", " MB")


def _entities(options: argparse.Namespace) -> Iterator[Row]:
    documents = max(1_000, options.documents // 10)
    for peer in ("seqeval", "nervaluate"):
        ours, theirs = _by_turns(("entities", str(documents)), (peer, str(documents)))
        if abs(ours["f1"] - theirs["f1"]) > 1e-8:
            raise SystemExit(f"{peer} finds F1 {theirs['f1']}, we {ours['f1']}")
        ratio = theirs["cpu"] / ours["cpu"]
        text = f"{theirs['cpu']:.2f} / {ours['cpu']:.3f} s = {ratio:.0f} x less"
        what = f"entities alone against {peer}, {documents:,} documents"
        yield what, text, ">= 20 x", "met" if ratio >= 20 else "MISSED"


def _peer(peer: str, what: str, bar: float, options: argparse.Namespace) -> Iterator[Row]:
    documents = max(500, options.documents // 10)
    name = f"{what} against {peer}, {documents:,} documents"
    if reason := not_measured(peer):
        yield name, reason, f">= {bar:g} x", ""
        return
    rounds = [measured("peer", peer, str(documents)) for _ in range(REPEATS)]
    apart = max(figures["apart"] for figures in rounds)
    if apart > 1e-8:
        raise SystemExit(f"{peer}'s figures and ours are {apart} apart")
    ours, theirs = (min(figures[side] for figures in rounds) for side in ("ours", "theirs"))
    ratio = theirs / ours
    text = f"{theirs:.2f} / {ours:.3f} s = {ratio:.1f} x less"
    yield name, text, f">= {bar:g} x", "met" if ratio >= bar else "MISSED"


def _by_turns(*measurements: tuple[str, ...]) -> list[dict[str, float]]:
    """The quickest of some rounds of each measurement, taken by turns."""
    rounds = [[measured(*each) for each in measurements] for _ in range(REPEATS)]
    return [min(of_one, key=lambda figures: figures["cpu"]) for of_one in zip(*rounds, strict=True)]


def _resampling(options: argparse.Namespace) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        paths = map(str, write_workload(Path(folder), 1_000, load_ontology()))
        figures = measured("resampling", *paths)
    what = f"10,000 resamples, 1,000 documents, {figures['keys']:.0f} keys"
    yield what, *_at_most(figures["cpu"], 2, "", " s")


def _linearity(options: argparse.Namespace) -> Iterator[Row]:
    sizes = [options.up_to]
    # the smallest has some full batches, which memory holds one of at any size
    while len(sizes) < 4 and sizes[0] >= 4_000:
        sizes.insert(0, sizes[0] // 4)
    found = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            paths = map(str, write_workload(Path(folder), size, load_ontology()))
            found.append(measured("evaluation", *paths, "0", *TRACKS))
        each = f"{found[-1]['cpu'] / size * 1e6:.0f} us each, {found[-1]['peak']:.0f} MB"
        yield f"{size:,} documents, no intervals", each, "", ""
    growth = (found[-1]["cpu"] / sizes[-1]) / (found[0]["cpu"] / sizes[0])
    yield "cost of a document, largest size against smallest", *_at_most(growth, 1.1, "", " x")
    flat = max(FLAT, FLAT_EACH * (sizes[-1] - sizes[0]) / 2**20)
    yield "peak memory, largest size less smallest", *_at_most(found[-1]["peak"] - found[0]["peak"], flat, "", " MiB")


def _at_most(value: float, bar: float | None, before: str, after: str) -> tuple[str, str, str]:
    text = f"{before}{value:.2f}{after}"
    return (text, "", "") if bar is None else (text, f"<= {bar:g}{after}", "met" if value <= bar else "MISSED")


SECTIONS: dict[str, Callable[[argparse.Namespace], Iterator[Row]]] = {
    "evaluation": _evaluation,
    "entities": _entities,
    "events": partial(_peer, "textee", "six event metrics", 10),
    "coreference": partial(_peer, "coval", "five coreference metrics", 2),
    "resampling": _resampling,
    "linearity": _linearity,
}


# ---------------------------------------------------------------------------- what is measured, each in its process


def measured(*arguments: str) -> dict[str, float]:
    """The figures of one measurement, taken in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_scoring", "--measure", *arguments]
    done = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _timed(function: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = function()
    return time.process_time() - start, result


def _peak() -> float:
    """The peak of this process's memory in MiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return float("nan")


def _measure_floor(gold: str, predicted: str) -> dict[str, float]:
    cpu, _ = _timed(lambda: floor(Path(gold), Path(predicted)))
    return {"cpu": cpu, "peak": _peak()}


def _measure_evaluation(gold: str, predicted: str, resamples: str, *tracks: str) -> dict[str, float]:
    from detente.scoring.evaluate import evaluate_files

    ontology = load_ontology()
    cpu, _ = _timed(
        lambda: evaluate_files(Path(gold), Path(predicted), ontology, resamples=int(resamples), tracks=tracks or None)
    )
    return {"cpu": cpu, "peak": _peak()}


def _measure_resampling(gold: str, predicted: str) -> dict[str, float]:
    from detente.scoring.evaluate import count_files, report

    ontology = load_ontology()
    table = count_files(Path(gold), Path(predicted), ontology)
    cpu, _ = _timed(lambda: report(table, ontology))
    return {"cpu": cpu, "keys": len(table.keys)}


def _flat(documents: str) -> tuple[list[Document], list[Document]]:
    pairs = [flat_pair(number, load_ontology()) for number in range(int(documents))]
    return [gold for gold, _ in pairs], [predicted for _, predicted in pairs]


def _measure_entities(documents: str) -> dict[str, float]:
    from detente.scoring.entities import F1, TRACK

    gold, predicted = _flat(documents)
    ontology = load_ontology()

    def ours() -> float | None:
        return totals_of(TRACK, zip(gold, predicted, strict=True), ontology)[F1].f1

    cpu, f1 = _timed(ours)
    return {"cpu": cpu, "f1": f1}


def _measure_seqeval(documents: str) -> dict[str, float]:
    from seqeval.metrics import f1_score
    from seqeval.scheme import IOB2

    gold, predicted = ([_tags(document) for document in side] for side in _flat(documents))
    cpu, f1 = _timed(lambda: f1_score(gold, predicted, mode="strict", scheme=IOB2, zero_division=0))
    return {"cpu": cpu, "f1": float(f1)}


def _tags(document: Document) -> list[str]:
    tags = ["O"] * (TOKENS + MENTIONS)
    for mention in document.mentions:
        tags[mention.start] = f"B-{mention.type}"
        tags[mention.start + 1 : mention.end] = [f"I-{mention.type}"] * (mention.end - mention.start - 1)
    return tags


def _measure_nervaluate(documents: str) -> dict[str, float]:
    from nervaluate import Evaluator

    # nervaluate's ends are inclusive
    gold, predicted = (
        [[{"label": m.type, "start": m.start, "end": m.end - 1} for m in document.mentions] for document in side]
        for side in _flat(documents)
    )
    types = [kind.name for kind in load_ontology().entity_types]
    cpu, result = _timed(lambda: Evaluator(gold, predicted, tags=types, loader="dict").evaluate())
    return {"cpu": cpu, "f1": result["overall"]["strict"].f1}


MEASURES: dict[str, Callable[..., dict[str, float]]] = {
    "floor": _measure_floor,
    "evaluation": _measure_evaluation,
    "resampling": _measure_resampling,
    "entities": _measure_entities,
    "seqeval": _measure_seqeval,
    "nervaluate": _measure_nervaluate,
    "peer": measure,
}

if __name__ == "__main__":
    main()
