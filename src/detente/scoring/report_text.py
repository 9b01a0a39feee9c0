"""Reports and the board as text: tables for the terminal, markdown, JSON. Formatting only; no figure is made here."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec

from detente.errors import UsageError, did_you_mean
from detente.intervals import METHOD_WORDS
from detente.scoring.details import ARTICLE, DOCUMENT, DOCUMENT_MACRO, SLICE
from detente.scoring.report import Report, Score

if TYPE_CHECKING:
    from rich.box import Box
    from rich.console import RenderableType
    from rich.table import Table

    from detente.scoring.board import Board, BoardTable

# title, headings and rows
TableParts = tuple[str, Sequence[str], Sequence[Sequence[str]]]

FORMATS = ("text", "json", "markdown")
EMPTY = "–"
WIDTH = 100
HEADINGS = ("Track", "Metric", "Value", "95 % interval", "P", "R", "Gold", "Predicted")
SETTINGS = {"e2e": "End to end", "given": "Given"}
UNITS = {"story": "story clusters", "document": "documents"}
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
SLICE_HEADINGS = ("Name", "Share found", "95 % interval", "Gold")
DOCUMENT_HEADING = "Document mean"
# what `--by` offers: the dimensions of the breakdowns that are meant ("document": a table of its own)
BY = {
    "type": (
        "type",
        "trigger type",
        "label",
        "reading",
        "polarity on matched triggers",
        "modality on matched triggers",
    ),
    "role": ("role",),
    "slice": (SLICE, ARTICLE),
    DOCUMENT: (DOCUMENT,),
}
OTHER_TITLE = "as other scorers would give it: for comparison with papers, not this benchmark's figures"
CONFUSIONS_SHOWN = 10
INTERVAL_NOTE = "Values are F1 between 0 and 1 (0/0: –)"


def format_report(
    report: Report,
    format_name: str = "text",
    *,
    details: bool = False,
    by: Iterable[str] = (),
    width: int = WIDTH,
    color: bool = False,
) -> str:
    """A report in one of `FORMATS`, ending in a line feed; raises `UsageError` for another one, or an unknown `by`.

    `details` adds every metric, all breakdowns and the kinds of errors to text and markdown, `by` only the breakdowns
    that it names (of `BY`); JSON has all. `width` counts columns of the terminal, `color` allows escape sequences;
    both are for text alone.
    """
    chosen = _dimensions(report, details, by)
    if format_name == "json":
        return msgspec.json.format(msgspec.json.encode(report), indent=2).decode("utf-8") + "\n"
    if format_name == "markdown":
        return report_markdown(report, details=details, dimensions=chosen)
    if format_name == "text":
        parts: list[RenderableType] = [_title(report), report_table(report, details=details)]
        for title, headings, rows in extra_tables(report, chosen, errors=details):
            parts += [title[:1].upper() + title[1:], _plain_table(headings, rows)]
        return to_text([*parts, *report_notes(report)], width=width, color=color)
    raise UsageError(f"unknown format {format_name!r}; there are {', '.join(FORMATS)}")


def figure(value: float | None) -> str:
    """A value to three decimals without the leading zero (.613, 1.000), a dash where there is none."""
    if value is None:
        return EMPTY
    text = f"{value:.3f}"
    return text[1:] if text.startswith("0.") else text


def interval(score: Score) -> str:
    """The ends of an interval, a dash where there is none."""
    if score.low is None or score.high is None:
        return EMPTY
    return f"{figure(score.low)} to {figure(score.high)}"


def short_interval(low: float | None, high: float | None) -> str:
    """The ends of an interval without spaces, nothing where there is none."""
    return "" if low is None or high is None else f"{figure(low)}–{figure(high)}"


def report_table(report: Report, *, details: bool = False) -> Table:
    """The table at a glance: overall and each track's primary, with `details` every metric."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=_box(), pad_edge=False, header_style="bold")
    for place, heading in enumerate(_headings(report, details=details)):
        table.add_column(heading, justify="left" if place < 2 else "right", no_wrap=place != 1)
    for name, metric, score in _rows(report, details=details):
        primary = name == "overall" or metric == report.primary.get(name)
        cells = _cells(name if primary else "", metric, score, absent=name in report.absent)
        if details:
            cells += _document_mean(report, name, metric)
        table.add_row(*(Text(cell) for cell in cells), style="bold" if primary and details else "")
        if name == "overall":
            table.add_section()
    return table


def extra_tables(report: Report, dimensions: Collection[str], *, errors: bool) -> Iterator[TableParts]:
    """Title, headings and rows of the breakdowns by some dimensions, and with `errors` of what went wrong how often."""
    if DOCUMENT in dimensions and any(DOCUMENT in of_track for of_track in report.by.values()):
        yield _document_table(report)
    for track, of_track in report.by.items():
        for dimension, scores in of_track.items():
            if dimension not in dimensions or dimension == DOCUMENT:
                continue
            ranked = _by_support(scores)
            title = f"{track} by {dimension}"
            if dimension == SLICE:
                # a share of gold items: precision and recall would say the same again
                shares = [(name, figure(x.value), interval(x), str(x.support)) for name, x in ranked]
                yield f"{title} of gold items", SLICE_HEADINGS, shares
            else:
                yield title, ("Name", *HEADINGS[2:]), [(name, *score_cells(score)) for name, score in ranked]
    if errors:
        yield from _error_tables(report)
    if report.other:
        rows = [
            (f"{x.scorer}: {x.metric}", figure(x.value), figure(x.precision), figure(x.recall)) for x in report.other
        ]
        yield OTHER_TITLE, ("Scorer: metric", "Value", "P", "R"), rows


def breakdowns(report: Report) -> Iterator[tuple[str, list[tuple[str, Score]]]]:
    """Titles and rows of the splits of each track, by falling gold support and then by name."""
    for track, dimensions in report.by.items():
        for dimension, scores in dimensions.items():
            yield f"{track} by {dimension}", _by_support(scores)


def _by_support(scores: Mapping[str, Score]) -> list[tuple[str, Score]]:
    return sorted(scores.items(), key=lambda row: (-row[1].support, row[0]))


def _document_table(report: Report) -> TableParts:
    """A row for each document: its primary figure on each track."""
    by_track = {track: of_track[DOCUMENT] for track, of_track in report.by.items() if DOCUMENT in of_track}
    headings = ("Document", *(f"{track} {report.primary[track]}" for track in by_track))
    rows = [(name, *(figure(scores[name].value) for scores in by_track.values())) for name in report.documents]
    return "by document", headings, rows


def _error_tables(report: Report) -> Iterator[TableParts]:
    """Numbers of errors by kind, and what was most often taken for something else."""
    for track, kinds in report.errors.items():
        if kinds:
            yield f"{track} errors", ("Kind", "Number"), [(kind, str(number)) for kind, number in kinds.items()]
    for track, tables in report.confusion.items():
        for what, table in tables.items():
            cells = [(gold, other, n) for gold, row in table.items() for other, n in row.items() if gold != other]
            cells.sort(key=lambda cell: (-cell[2], cell[:2]))
            rows = [(f"{gold} → {other}", str(n)) for gold, other, n in cells[:CONFUSIONS_SHOWN]]
            if rows:
                yield f"{track}: {what} most often taken for another", ("Gold → predicted", "Number"), rows


def _dimensions(report: Report, details: bool, by: Iterable[str]) -> set[str]:
    """The dimensions to show; raises `UsageError` for a name that is not in `BY`."""
    chosen = chosen_dimensions(by)
    if details and not chosen:
        return {dimension for of_track in report.by.values() for dimension in of_track} - {DOCUMENT}
    return chosen


def chosen_dimensions(names: Iterable[str]) -> set[str]:
    """The dimensions that some names of `BY` mean; raises `UsageError` for another name."""
    names = list(names)
    for name in names:
        if name not in BY:
            raise UsageError(f"unknown breakdown {name!r}; there are {', '.join(BY)}{did_you_mean(name, BY)}")
    return {dimension for name in names for dimension in BY[name]}


def _plain_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=_box(), pad_edge=False, header_style="bold")
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def report_notes(report: Report) -> Iterator[str]:
    """What must stand beside the figures: how they were got, what was missing, warnings, signatures."""
    unit = UNITS.get(report.unit, report.unit)
    told = f"; 95 % {METHOD_WORDS} intervals, {report.resamples:,} resamples of {unit}" if report.resamples else ""
    yield f"{INTERVAL_NOTE}{told}."
    notes = [(name, metric, score.note) for name, metric, score in _rows(report, details=True) if score.note]
    yield from (f"{name} {metric}: {note}" for name, metric, note in notes)
    yield from dict.fromkeys(f"{other.scorer}: {other.note}" for other in report.other if other.note)
    if report.absent:
        counted = "" if report.overall.value is None else ", counted as 0 in the overall score"
        yield f"Not submitted{counted}: {', '.join(report.absent)}."
    if report.missing:
        yield f"Without a prediction, scored as empty: {_listed(report.missing)}."
    yield from _shortened([f"Warning: {warning}" for warning in report.warnings])
    yield from report.signatures.values()


def report_markdown(report: Report, *, details: bool = False, dimensions: Collection[str] = ()) -> str:
    """The report as markdown: the table at a glance, breakdowns by some dimensions, with `details` errors, notes."""
    rows = [
        _cells(name, metric, score, absent=name in report.absent)
        + (_document_mean(report, name, metric) if details else ())
        for name, metric, score in _rows(report, details=details)
    ]
    lines = [f"**{_escaped(_title(report))}**", "", *markdown_table(_headings(report, details=details), rows, left=2)]
    for title, headings, of_table in extra_tables(report, dimensions, errors=details):
        lines += ["", f"**{_escaped(title)}**", "", *markdown_table(headings, of_table, left=1)]
    notes = list(report_notes(report))
    signatures = set(report.signatures.values())
    lines += ["", *(f"- `{note}`" if note in signatures else f"- {_escaped(note)}" for note in notes)]
    return "\n".join(lines) + "\n"


def board_text(board: Board, *, width: int = WIDTH, color: bool = False) -> str:
    """The board for a terminal: a table for each setting, its first figure with the interval, ranks raised."""
    from rich.table import Table
    from rich.text import Text

    parts: list[RenderableType] = []
    for of_setting in board.tables:
        parts.append(f"{SETTINGS.get(of_setting.setting, of_setting.setting)}: {_board_facts(board)}")
        table = Table(box=_box(), pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
        for place, heading in enumerate(_board_headings(of_setting)):
            table.add_column(heading, justify="left" if place == 1 else "right", no_wrap=True)
        for row in _board_rows(of_setting):
            table.add_row(*(Text(cell) for cell in row))
        parts.append(table)
    return to_text([*parts, *_board_notes(board)], width=width, color=color)


def board_markdown(board: Board) -> str:
    """The board as markdown, a table for each setting."""
    lines: list[str] = []
    for table in board.tables:
        lines += [f"**{SETTINGS.get(table.setting, table.setting)}: {_escaped(_board_facts(board))}**", ""]
        lines += [*markdown_table(_board_headings(table), _board_rows(table), left=2), ""]
    return "\n".join([*lines, *(f"- {_escaped(note)}" for note in _board_notes(board))]) + "\n"


def _board_facts(board: Board) -> str:
    facts = [f"{board.documents} documents", board.dataset, f"gold {board.gold}"]
    return ", ".join(filter(None, facts))


def _board_headings(table: BoardTable) -> list[str]:
    first, *others = table.columns
    return ["Rank", "System", first.capitalize(), "Interval", *(name.capitalize() for name in others)]


def _board_rows(table: BoardTable) -> Iterator[list[str]]:
    first, *others = table.columns
    for row in table.rows:
        main = row.cells[first]
        cells = [str(main.rank or EMPTY), row.name, figure(main.value), short_interval(main.low, main.high) or EMPTY]
        for cell in (row.cells[name] for name in others):
            cells.append(figure(cell.value) + (str(cell.rank).translate(RAISED) if cell.rank else " "))
        yield cells


def _board_notes(board: Board) -> Iterator[str]:
    unit = UNITS.get(board.unit, board.unit)
    told = f" Intervals: 95 % {METHOD_WORDS}, {board.resamples:,} resamples of {unit}." if board.resamples else ""
    yield f"Values are F1 between 0 and 1, the rank on a track raised; {EMPTY}: nothing submitted.{told}"
    test = f"the paired permutation test over {unit} (Holm)"
    yield f"Systems that {test} cannot tell apart from the best of their group share a rank."
    for table in board.tables:
        for row in table.rows:
            if row.missing:
                yield f"{row.name}: {row.missing} of {board.documents} documents without a prediction"


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, left: int) -> list[str]:
    """The lines of a markdown table, its first `left` columns flush left, the others flush right; cells are escaped."""
    marks = ["---" if place < left else "---:" for place in range(len(headings))]
    lines = [headings, marks, *([_escaped(cell) for cell in row] for row in rows)]
    return ["| " + " | ".join(line) + " |" for line in lines]


def to_text(parts: Sequence[RenderableType], *, width: int = WIDTH, color: bool = False) -> str:
    """Tables and lines as a terminal of `width` columns shows them; nothing in a line is read as markup.

    A table that needs more columns gets them: no figure is ever cut.
    """
    from rich.console import Console
    from rich.measure import Measurement
    from rich.text import Text

    target = io.StringIO()
    system: Literal["standard"] | None = "standard" if color else None
    console = Console(file=target, width=10_000, force_terminal=color, no_color=not color, color_system=system)
    needed = [Measurement.get(console, console.options, part).maximum for part in parts if not isinstance(part, str)]
    console.width = max(width, *needed, 1)
    for part in parts:
        console.print(Text(part) if isinstance(part, str) else part, soft_wrap=isinstance(part, str))
    return "\n".join(line.rstrip() for line in target.getvalue().splitlines()) + "\n"


def _box() -> Box:
    from rich import box

    return box.SIMPLE_HEAD


def _title(report: Report) -> str:
    setting = SETTINGS.get(report.setting, report.setting)
    return f"{setting}: {report.size} documents, gold {report.gold}"


def _rows(report: Report, *, details: bool) -> Iterator[tuple[str, str, Score]]:
    if report.overall.value is not None or report.overall.note:
        yield "overall", "mean of primaries", report.overall
    for track, scores in report.scores.items():
        primary = report.primary[track]
        yield track, primary, scores[primary]
        if details:
            others = (item for item in scores.items() if item[0] not in (primary, DOCUMENT_MACRO))
            yield from ((track, metric, score) for metric, score in others)


def _headings(report: Report, *, details: bool) -> tuple[str, ...]:
    told = details and any(DOCUMENT_MACRO in scores for scores in report.scores.values())
    return (*HEADINGS, DOCUMENT_HEADING) if told else HEADINGS


def _document_mean(report: Report, track: str, metric: str) -> tuple[str, ...]:
    """The robustness column: beside the primary its mean over documents, where details were counted."""
    if not any(DOCUMENT_MACRO in scores for scores in report.scores.values()):
        return ()
    mean = report.scores.get(track, {}).get(DOCUMENT_MACRO) if metric == report.primary.get(track) else None
    return (figure(mean.value) if mean else "",)


def _cells(name: str, metric: str, score: Score, *, absent: bool) -> tuple[str, ...]:
    if absent:
        return (name, metric, EMPTY, "not submitted", EMPTY, EMPTY, str(score.support), "0")
    if name == "overall":
        return (name, metric, figure(score.value), interval(score), "", "", "", "")
    return (name, metric, *score_cells(score))


def score_cells(score: Score) -> tuple[str, ...]:
    """Value, interval, precision, recall, gold and predicted items, as they stand in a table."""
    return (
        figure(score.value),
        interval(score),
        figure(score.precision),
        figure(score.recall),
        str(score.support),
        str(score.predicted),
    )


def _listed(names: Sequence[str], shown: int = 10) -> str:
    rest = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + rest


def _shortened(lines: Sequence[str], shown: int = 20) -> list[str]:
    rest = [f"… and {len(lines) - shown} more warnings"] if len(lines) > shown else []
    return [*lines[:shown], *rest]


def _escaped(text: str) -> str:
    """Text whose characters markdown would read as markup are escaped, and which keeps to one line."""
    special = str.maketrans({character: f"\\{character}" for character in "\\`*_[]<>|#"})
    return " ".join(text.split()).translate(special)
