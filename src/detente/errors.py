"""The one family of exceptions, and the form in which every fault in somebody's data is told.

A fault says where it is (file, line, document, item), what was found, what was expected and what to do about it.
All faults of a file are listed together: the first twenty in full, then a count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

SHOWN_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in somebody's data.

    `item` is the id of the mention, event, stance … concerned, empty where the fault is the whole line's or document's;
    `line` counts from 1, 0 where there are no lines.
    """

    found: str
    expected: str
    remedy: str
    document: str = ""
    item: str = ""
    path: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = self.path
        if self.line:
            place = f"{place}:{self.line}" if place else f"line {self.line}"
        where = [part for part in (place, self.document, self.item) if part]
        prefix = ", ".join(where) + ": " if where else ""
        return f"{prefix}found {self.found}; expected {self.expected}. {self.remedy}"


class DetenteError(Exception):
    """Anything that detente refuses to do; the message is meant for its user."""


class UsageError(DetenteError):
    """The command or function was asked for something that it does not know (exit status 2)."""


class DataError(DetenteError):
    """Data that break the contract (exit status 1); `faults` holds all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__(self._message())

    def _message(self) -> str:
        shown = [str(fault) for fault in self.faults[:SHOWN_FAULTS]]
        rest = len(self.faults) - len(shown)
        if rest:
            shown.append(f"… and {rest} more faults")
        return "\n".join(shown)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """What ends a complaint about an unknown name: the nearest known one as a question, whatever the case."""
    folded = {other.casefold(): other for other in known}
    nearest = get_close_matches(name.casefold(), folded, n=1)
    return f"; did you mean {folded[nearest[0]]!r}?" if nearest else ""
