"""Plots of the corpus for its card, as SVG: the same data and versions of the library give the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, Any

from detente.dataset.splits import Splits
from detente.documents import Document
from detente.files import write_text
from detente.ontology import Ontology

if TYPE_CHECKING:
    from pathlib import Path

    from detente.annotation.agreement import Agreement

# told apart by people who are blind to red and green, and in grey
COLOURS = {"train": "#0072b2", "validation": "#e69f00", "test": "#009e73"}
INK = "#333333"


def plot_types(splits: Splits, ontology: Ontology, path: Path) -> None:
    """Mentions by entity type, event mentions by event type, and stances by label, stacked by split."""
    counted: tuple[tuple[str, list[str], Callable[[Document], list[str]]], ...] = (
        ("Entity mentions", list(ontology.entity_type), lambda d: [m.type for m in d.mentions]),
        ("Event mentions", list(ontology.event_type), lambda d: [e.type for e in d.events]),
        ("Stances", list(ontology.stance_labels), lambda d: [s.label for s in d.stances]),
    )
    with _figure(path, (10.5, 5.2), columns=3) as axes:
        for axis, (title, names, items) in zip(axes, counted, strict=True):
            left = [0] * len(names)
            for split, group in splits.items():
                counts = Counter(label for document in group for label in items(document))
                values = [counts[name] for name in names]
                axis.barh(names, values, left=left, color=COLOURS[split], label=split, height=0.75)
                left = [a + b for a, b in zip(left, values, strict=True)]
            axis.invert_yaxis()
            axis.set_title(title, loc="left")
        axes[-1].legend(frameon=False, loc="lower right")


def plot_lengths(splits: Splits, path: Path) -> None:
    """Words of an article, by split."""
    words = {split: [len((d.text or "").split()) for d in group] for split, group in splits.items()}
    with _figure(path, (6.5, 3), columns=1) as (axis,):
        axis.hist(
            list(words.values()),
            bins=range(200, 800, 40),
            stacked=True,
            color=[COLOURS[split] for split in words],
            label=list(words),
        )
        axis.set_xlabel("words of an article")
        axis.set_ylabel("articles")
        axis.legend(frameon=False)


def plot_coverage(splits: Splits, path: Path) -> None:
    """Articles by region and year."""
    metas = [document.meta for group in splits.values() for document in group if document.meta]
    counts = Counter((meta.region, meta.published[:4]) for meta in metas)
    totals = Counter(meta.region for meta in metas)
    regions = [region for region, _ in sorted(totals.items(), key=lambda item: (-item[1], item[0]))]
    known = [int(year) for _, year in counts]
    years = [str(year) for year in range(min(known), max(known) + 1)]
    grid = [[counts[region, year] for year in years] for region in regions]
    with _figure(path, (7.5, 0.6 + 0.32 * len(regions)), columns=1) as (axis,):
        axis.imshow(grid, cmap="Blues", aspect="auto", vmin=0)
        most = max(map(max, grid))
        for row, numbers in enumerate(grid):
            for column, number in enumerate(numbers):
                if number:
                    axis.text(
                        column, row, number, ha="center", va="center", color="white" if number > most / 2 else INK
                    )
        axis.set_xticks(range(len(years)), years)
        axis.set_yticks(range(len(regions)), [f"{name.replace('_', ' ')} ({totals[name]})" for name in regions])
        axis.tick_params(length=0)


def plot_agreement(measures: Sequence[Agreement], path: Path) -> None:
    """Each measure of agreement with its interval."""
    shown = [m for m in measures if m.value is not None and m.low is not None and m.high is not None]
    with _figure(path, (7.5, 0.8 + 0.24 * len(shown)), columns=1) as (axis,):
        for row, one in enumerate(shown):
            axis.plot([one.low, one.high], [row, row], color=COLOURS["train"], linewidth=2)
            axis.plot([one.value], [row], "o", color=COLOURS["train"], markersize=5)
        axis.set_yticks(range(len(shown)), [f"{one.layer}: {one.measure}" for one in shown])
        axis.invert_yaxis()
        axis.set_xlim(right=1.005)
        axis.grid(axis="x", color="#dddddd")


def plot_curve(rows: Sequence[Mapping[str, Any]], tracks: Sequence[str], path: Path) -> None:
    """The learning curve: each draw of each size, with its interval, and the mean of the draws as a line.

    `rows` are objects with `articles` and, under each track, `value`, `low` and `high`.
    """
    sizes = sorted({row["articles"] for row in rows})
    with _figure(path, (10.5, 2.6), columns=len(tracks)) as axes:
        for axis, track in zip(axes, tracks, strict=True):
            means = []
            for size in sizes:
                drawn = [row[track] for row in rows if row["articles"] == size]
                means.append(sum(one["value"] for one in drawn) / len(drawn))
                for number, one in enumerate(drawn):
                    place = size + (number - (len(drawn) - 1) / 2) * sizes[-1] / 60
                    axis.plot([place, place], [one["low"], one["high"]], color="#9bbfd8", linewidth=1.5)
                    axis.plot([place], [one["value"]], ".", color=COLOURS["train"])
            axis.plot(sizes, means, color=COLOURS["train"], linewidth=1.5)
            axis.set_title(track, loc="left")
            axis.set_ylim(0, 1)
            axis.set_xticks(sizes)
            axis.set_xlabel("articles of train")


@contextmanager
def _figure(path: Path, size: tuple[float, float], columns: int) -> Iterator[list[Any]]:
    """Axes side by side; written as SVG, whole or not at all, when the block ends."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    style: dict[Any, Any] = {
        "svg.hashsalt": "detente",
        "font.size": 8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": INK,
        "text.color": INK,
        "savefig.facecolor": "white",
    }
    with mpl.rc_context(style):
        figure = Figure(figsize=size, layout="constrained")
        yield list(figure.subplots(1, columns, squeeze=False)[0])
        drawn = StringIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, "\n".join(line.rstrip() for line in drawn.getvalue().splitlines()) + "\n")
