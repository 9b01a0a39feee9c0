"""Hotkeys for one labelling page: the ontology's where possible, each once, none that the page needs itself."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator

# keys that Label Studio itself listens to while text is annotated
RESERVED = frozenset(
    {"u", "enter", "escape", "esc", "backspace", "delete", "alt+r", "alt+h", "alt+l", "alt+m", "alt+."}
)

_DIGITS = "1234567890"


class Hotkeys:
    """The keys already given on a page."""

    def __init__(self) -> None:
        self._given = set(RESERVED)

    def give(self, wanted: str, *, modifier: str = "") -> str:
        """The wanted key with the layer's modifier; taken, with or without shift; else the first free one.

        `modifier` is "", "shift+" or "alt+". Letters give way to letters first, digits to digits; an empty string
        where nothing is left (the page then chooses).
        """
        wanted = wanted.lower()
        for key in self._candidates(wanted, modifier):
            if key and key not in self._given:
                self._given.add(key)
                return key
        return ""

    def _candidates(self, wanted: str, modifier: str) -> Iterator[str]:
        if wanted:
            yield modifier + wanted
            if modifier != "alt+":
                yield wanted
                yield "shift+" + wanted
        pools: Iterable[str] = (string.ascii_lowercase, _DIGITS)
        if wanted in _DIGITS:
            pools = (_DIGITS, string.ascii_lowercase)
        prefixes = ("alt+",) if modifier == "alt+" else ("", "shift+")
        for pool in pools:
            for prefix in prefixes:
                yield from (prefix + key for key in pool)
