"""What a reader of another corpus gives: a blank document, and the items that the corpus marks in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.documents import Document
from detente.errors import DataError, Fault
from detente.files import read_text


@dataclass(frozen=True, slots=True)
class Marked:
    """A stretch of the text (code points, half open) with the other corpus's label."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Attitude:
    """Holder and target by the other corpus's names, with its label."""

    holder: str
    target: str
    label: str


@dataclass(frozen=True, slots=True)
class ForeignDocument:
    """A document with text alone, and what another corpus says of it; `labels` are those of the whole document."""

    document: Document
    mentions: tuple[Marked, ...] = ()
    triggers: tuple[Marked, ...] = ()
    attitudes: tuple[Attitude, ...] = ()
    labels: tuple[str, ...] = ()


def read_json(path: Path) -> Any:
    """The JSON of a file; raises `DataError` naming it where it is missing or does not parse."""
    text = read_text(path, "a file of the corpus")
    try:
        return json.loads(text)
    except ValueError as error:
        raise format_fault(str(error), "JSON in UTF-8", path) from error


def format_fault(found: str, expected: str, path: Path, line: int = 0) -> DataError:
    """A `DataError` about a file of another corpus."""
    return DataError(
        [Fault(found, expected, "Check that the file is the corpus's own, whole.", path=str(path), line=line)]
    )
