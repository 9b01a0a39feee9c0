"""Repeated ids among very many, found exactly and in little memory.

As long as ids ascend, as they mostly do, the last one is all that is remembered. From then on each id is remembered as
8 bytes of its hash: two ids may share them, so a likeness is only a reason to look at the file again.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable

FIRST_SLOTS = 2**12


class SeenIds:
    """The ids met so far; `before` gives, when it is called, the ids that were met before the present one."""

    def __init__(self, before: Callable[[], Iterable[str]]) -> None:
        self._before = before
        self._last: str | None = None
        self._hashes: Hashes | None = None

    def perhaps(self, name: str) -> bool:
        """Take in an id; False says that it is certainly a new one."""
        if self._hashes is None:
            if self._last is None or name > self._last:
                self._last = name
                return False
            self._hashes = Hashes()
            for other in self._before():
                self._hashes.add(hash(other))
        return not self._hashes.add(hash(name))


class Hashes:
    """A set of whole numbers of 64 bits, in an array that is at most five eighths full."""

    def __init__(self) -> None:
        self._slots = array("q", bytes(8 * FIRST_SLOTS))
        self._used = 0

    def add(self, number: int) -> bool:
        """Take in a number; whether it is a new one."""
        # 0 stands for an empty slot
        number = number or 1
        slots = self._slots
        mask = len(slots) - 1
        place = number & mask
        while found := slots[place]:
            if found == number:
                return False
            place = (place + 1) & mask
        slots[place] = number
        self._used += 1
        if 8 * self._used > 5 * len(slots):
            self._grow()
        return True

    def __len__(self) -> int:
        return self._used

    def _grow(self) -> None:
        slots = array("q", bytes(16 * len(self._slots)))
        mask = len(slots) - 1
        for number in filter(None, self._slots):
            place = number & mask
            while slots[place]:
                place = (place + 1) & mask
            slots[place] = number
        self._slots = slots
