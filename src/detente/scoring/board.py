"""What the leaderboard holds: stored results, and the board made of them. Data only."""

from __future__ import annotations

import msgspec

from detente.scoring.report import Report
from detente.scoring.submissions import System

COMMAND = "detente leaderboard build"


class Result(msgspec.Struct, frozen=True):
    """A stored result: who was scored, on which revision of the dataset, and the report.

    Fields are only ever added, with a default, so that results of earlier versions stay loadable.
    """

    system: System
    report: Report
    dataset: str = ""
    schema: int = 1
    generated_by: str = COMMAND


class Cell(msgspec.Struct, frozen=True):
    """A system's figure in one column: None where it does not enter the track or 0/0; `rank` counts from 1."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    rank: int | None = None


class Row(msgspec.Struct, frozen=True):
    """A system on the board; `missing` is the number of documents that it made no prediction for."""

    system: System
    cells: dict[str, Cell]
    missing: int = 0

    @property
    def name(self) -> str:
        """The system's label."""
        return self.system.label


class BoardTable(msgspec.Struct, frozen=True):
    """The systems of one setting, best first; `columns` are "overall" (end to end only) and the tracks."""

    setting: str
    columns: tuple[str, ...]
    signatures: dict[str, str]
    rows: tuple[Row, ...]


class Board(msgspec.Struct, frozen=True):
    """Everything that the board shows; one table for each setting that has a submission."""

    generated_by: str
    dataset: str
    ontology: str
    gold: str
    documents: int
    unit: str
    resamples: int
    seed: int
    tables: tuple[BoardTable, ...]
    schema: int = 1
