"""The leaderboard: submissions → results → board. What it looks like is `board_pages.py`'s part.

Every submission is checked and scored anew with the same counts and report that `evaluate` makes, so a participant's
figure at home is the figure on the board. Systems of the two settings never stand in one table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from detente.documents import Document
from detente.errors import DataError, Fault
from detente.files import read_bytes, write_text
from detente.ontology import Ontology
from detente.scoring.board import COMMAND, Board, BoardTable, Cell, Result, Row
from detente.scoring.board_pages import write_site
from detente.scoring.compare import OVERALL_NAME, compare
from detente.scoring.evaluate import count_documents, report
from detente.scoring.ranking import shared_ranks
from detente.scoring.report import Score
from detente.scoring.resampling import RESAMPLES, SEED
from detente.scoring.submissions import find_submissions, read_predictions, read_submission
from detente.scoring.table import CountTable
from detente.scoring.tracks import OVERALL, SETTINGS, TRACKS

Progress = Callable[[int, int], None]
# (column, the two systems' names) → p
PValues = Mapping[tuple[str, frozenset[str]], float]


def build_board(
    submissions_folder: Path,
    gold: Sequence[Document],
    ontology: Ontology,
    results_folder: Path,
    site_folder: Path,
    *,
    dataset: str = "",
    resamples: int = RESAMPLES,
    seed: int = SEED,
    progress: Progress | None = None,
) -> Board:
    """Score every submission, write results and site, and return the board.

    `dataset` names the revision and split of the gold ("detente 0.1, test"). Writes
    `results_folder/<system>/<version>.json` and the site of `board_pages.write_site`. Raises `DataError` with the
    faults of all submissions, before anything is written, where one of them is not in order or there is none.
    """
    scored = score_submissions(
        submissions_folder, gold, ontology, dataset=dataset, resamples=resamples, seed=seed, progress=progress
    )
    board = rank_systems(scored, ontology)
    for result, _ in scored:
        write_result(results_folder, result)
    write_site(site_folder, board, [result for result, _ in scored], ontology)
    return board


def score_submissions(
    submissions_folder: Path,
    gold: Sequence[Document],
    ontology: Ontology,
    *,
    dataset: str = "",
    resamples: int = RESAMPLES,
    seed: int = SEED,
    progress: Progress | None = None,
) -> list[tuple[Result, CountTable]]:
    """Check and score all submissions, in order of name; raises `DataError` with the faults of all of them.

    `progress` is told how many of how many are done.
    """
    scored: list[tuple[Result, CountTable]] = []
    faults: list[Fault] = []
    folders = find_submissions(submissions_folder)
    for done, folder in enumerate(folders):
        if progress:
            progress(done, len(folders))
        try:
            submission = read_submission(folder, documents=len(gold))
            predicted = read_predictions(submission.predictions, gold, ontology)
        except DataError as error:
            faults += error.faults
            continue
        table = count_documents(gold, predicted, ontology, setting=submission.system.setting)
        figures = report(table, ontology, resamples=resamples, seed=seed)
        scored.append((Result(submission.system, figures, dataset), table))
    if not folders:
        remedy = "Add <system>/<version>/system.toml and predictions.jsonl."
        faults.append(Fault("no submission", "one or more", remedy, path=str(submissions_folder)))
    if faults:
        raise DataError(faults)
    if progress:
        progress(len(folders), len(folders))
    return scored


def rank_systems(scored: Sequence[tuple[Result, CountTable]], ontology: Ontology) -> Board:
    """The board of some scored systems (one or more, on the same gold)."""
    first = scored[0][0]
    tables = []
    for setting in SETTINGS:
        group = [(result, table) for result, table in scored if result.report.setting == setting]
        if group:
            tables.append(_board_table(setting, group, ontology))
    return Board(
        generated_by=COMMAND,
        dataset=first.dataset,
        ontology=first.report.ontology,
        gold=first.report.gold,
        documents=first.report.size,
        unit=first.report.unit,
        resamples=first.report.resamples,
        seed=first.report.seed,
        tables=tuple(tables),
    )


def _board_table(setting: str, group: Sequence[tuple[Result, CountTable]], ontology: Ontology) -> BoardTable:
    example = group[0][0].report
    tracks = [name for name in TRACKS if name in example.scores]
    columns = (OVERALL_NAME, *tracks) if set(OVERALL) <= set(tracks) else tuple(tracks)
    results = {result.system.label: result for result, _ in group}
    p_values = _p_values({result.system.label: table for result, table in group}, columns, ontology)
    cells: dict[str, dict[str, Cell]] = {name: {} for name in results}
    for column in columns:
        for name, cell in _ranked(column, results, p_values).items():
            cells[name][column] = cell
    rows = [Row(result.system, cells[name], len(result.report.missing)) for name, result in results.items()]
    return BoardTable(
        setting=setting,
        columns=columns,
        signatures={column: example.signatures[column] for column in columns},
        rows=tuple(sorted(rows, key=lambda row: (_order(row, columns), row.name))),
    )


def _order(row: Row, columns: Sequence[str]) -> list[tuple[bool, int, float]]:
    """Rank, then value, in the first column; systems without a figure there follow, by the next column."""
    return [(cell.value is None, cell.rank or 0, -(cell.value or 0)) for cell in (row.cells[name] for name in columns)]


def _ranked(column: str, results: Mapping[str, Result], p_values: PValues) -> dict[str, Cell]:
    scores = {name: _score(result, column) for name, result in results.items()}
    values = {name: score.value for name, score in scores.items() if score is not None and score.value is not None}
    ranks = shared_ranks(values, lambda one, other: p_values[column, frozenset((one, other))])
    return {
        name: Cell(score.value, score.low, score.high, ranks.get(name)) if score is not None else Cell()
        for name, score in scores.items()
    }


def _score(result: Result, column: str) -> Score | None:
    """A system's score in a column; None where it does not enter, or holds nothing for, the track.

    The overall score needs all three of its tracks entered; one of them entered and left empty counts 0.
    """
    entered, figures = result.system.entered, result.report
    if column == OVERALL_NAME:
        return figures.overall if set(OVERALL) <= set(entered) else None
    if column not in entered or column in figures.absent:
        return None
    return figures.scores[column][figures.primary[column]]


def _p_values(tables: Mapping[str, CountTable], columns: Iterable[str], ontology: Ontology) -> PValues:
    """Uncorrected p-values of the columns' figures for every two systems."""
    if len(tables) < 2:
        return {}
    metrics = {column if column == OVERALL_NAME else f"{column}:{TRACKS[column].primary}": column for column in columns}
    comparison = compare(tables, ontology, metrics=metrics, resamples=0)
    return {
        (metrics[difference.metric], frozenset((difference.first, difference.second))): difference.p
        for difference in comparison.differences
        if difference.p is not None
    }


def write_result(results_folder: Path, result: Result) -> Path:
    """Store a result as `<system>/<version>.json`, whole or not at all; returns where."""
    path = results_folder / result.system.name / f"{result.system.version}.json"
    write_text(path, msgspec.json.format(msgspec.json.encode(result), indent=2).decode("utf-8") + "\n")
    return path


def load_result(path: Path) -> Result:
    """A stored result, of this or an earlier version; raises `DataError` where it is none."""
    raw = read_bytes(path, "a stored result")
    try:
        return msgspec.json.decode(raw, type=Result)
    except msgspec.DecodeError as error:
        raise DataError(
            [Fault(str(error)[:200], "a result of detente's leaderboard", "Build the board anew.", path=str(path))]
        ) from error
