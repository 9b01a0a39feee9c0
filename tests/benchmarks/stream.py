"""Memory and CPU time of scoring a stream of documents, against its length: measured, and drawn as SVG.

    PYTHONPATH=src python -m tests.benchmarks.stream --folder /tmp/stream scoring/figures

Writes `stream.json` (what was measured) and `stream.svg` into the folder given. Each length is a process of its own
that calls what `detente score PREDICTIONS --gold GOLD --resamples 0` calls, for the four tracks of the benchmark. The
files take 18 kB a document (18 GB for a million) and are removed afterwards. `--draw` draws again what was measured.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.bench_scoring import TRACKS, measured
from tests.benchmarks.workload import write_workload

from detente.ontology import load_ontology

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
# drawing: pixels of the picture, of a panel's left and lower edge, and of what it spans
WIDTH, HEIGHT = 760, 300
LEFTS, BOTTOM, SPAN_X, SPAN_Y = (70, 450), 240, 280, 180

Point = dict[str, Any]
# title, field, height of a value, unit, a guiding line
Panel = tuple[str, str, Callable[[float], float], str, list[tuple[float, float]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("into", type=Path, help="the folder for stream.json and stream.svg")
    parser.add_argument("--folder", type=Path, help="where the documents are written meanwhile")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--draw", action="store_true", help="measure nothing")
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    figures = options.into / "stream.json"
    if not options.draw:
        points: list[Point] = []
        for size in options.sizes:
            points.append(measure(size, options.folder))
            figures.write_text(json.dumps(points, indent=1) + "\n")
    (options.into / "stream.svg").write_text(drawn(json.loads(figures.read_text())))


def measure(size: int, folder: Path | None) -> Point:
    """CPU seconds and peak memory (MiB) of scoring so many documents, and of the floor."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        paths = list(map(str, write_workload(Path(name), size, load_ontology())))
        found = measured("evaluation", *paths, "0", *TRACKS)
        floor = measured("floor", *paths)
    point = {
        "documents": size,
        "cpu_seconds": round(found["cpu"], 2),
        "peak_mib": round(found["peak"], 1),
        "floor_cpu_seconds": round(floor["cpu"], 2),
    }
    sys.stdout.write(json.dumps(point) + "\n")
    sys.stdout.flush()
    return point


def drawn(points: Sequence[Point]) -> str:
    """Two panels: CPU seconds (both axes logarithmic) and peak memory (from 0) against documents."""
    most, least = max(p["documents"] for p in points), min(p["documents"] for p in points)
    seconds = [p["cpu_seconds"] for p in points]
    peak = max(p["peak_mib"] for p in points)

    def along(left: int, documents: float) -> float:
        return left + SPAN_X * _log_share(documents, least, most)

    def time_at(value: float) -> float:
        return BOTTOM - SPAN_Y * _log_share(value, min(seconds), max(seconds))

    def memory_at(value: float) -> float:
        return BOTTOM - SPAN_Y * value / (1.25 * float(peak))

    parts = [
        "<!-- drawn by tests/benchmarks/stream.py -->",
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"',
        '  font-family="sans-serif" font-size="12" fill="#222">',
        "<title>CPU seconds and peak memory of scoring against the number of documents</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    # the line through the first point along which the time of a document stays the same
    linear = [(least, seconds[0]), (most, seconds[0] * most / least)]
    panels: tuple[Panel, ...] = (
        ("CPU seconds", "cpu_seconds", time_at, "s", [(d, min(s, max(seconds))) for d, s in linear]),
        ("peak memory", "peak_mib", memory_at, "MiB", []),
    )
    for left, (title, field, height, unit, guide) in zip(LEFTS, panels, strict=True):
        parts += [
            f'<text x="{left}" y="{BOTTOM - SPAN_Y - 24}" font-weight="bold">{title}</text>',
            f'<path d="M{left} {BOTTOM - SPAN_Y}V{BOTTOM}H{left + SPAN_X}" fill="none" stroke="#888"/>',
            f'<text x="{left + SPAN_X / 2}" y="{BOTTOM + 42}" text-anchor="middle">documents</text>',
        ]
        if guide:
            parts.append(_line([(along(left, d), height(v)) for d, v in guide], "#bbb", dashed=True))
        spots = [(along(left, p["documents"]), height(p[field])) for p in points]
        parts.append(_line(spots, "#1f5fa8"))
        for (x, y), point in zip(spots, points, strict=True):
            parts += [
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="#1f5fa8"/>',
                f'<text x="{x:.1f}" y="{y - 9:.1f}" text-anchor="middle">{point[field]:,.0f} {unit}</text>',
                f'<text x="{x:.1f}" y="{BOTTOM + 18}" text-anchor="middle">{_short(point["documents"])}</text>',
            ]
    return "\n".join([*parts, "</svg>", ""])


def _log_share(value: float, least: float, most: float) -> float:
    """How far a value is from `least` to `most`, in ratios."""
    from math import log

    return log(value / least) / log(most / least) if most > least else 0.0


def _line(spots: Sequence[tuple[float, float]], colour: str, *, dashed: bool = False) -> str:
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
    dashes = ' stroke-dasharray="4 4"' if dashed else ""
    return f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'


def _short(number: int) -> str:
    return f"{number // 10**6}M" if number >= 10**6 else f"{number // 1000}k"


if __name__ == "__main__":
    main()
