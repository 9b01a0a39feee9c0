"""Entity names typed short: `=` for a mention's own words, `Aze*` for the one name of the article that so begins.

Typing names is most of what a mention costs. Only names that the same annotator has given are completed, and only
where exactly one fits; nothing is looked up in the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

OWN_WORDS = "="
AND_SO_ON = "*"


@dataclass(frozen=True, slots=True)
class TypedName:
    """What was typed as the entity of a mention at a span (code points, half open)."""

    start: int
    end: int
    name: str


def is_short(name: str) -> bool:
    """Whether a typed name stands for another one."""
    return name == OWN_WORDS or (len(name) > 1 and name.endswith(AND_SO_ON))


def full_names(typed: Mapping[str, TypedName], text: str) -> dict[str, str]:
    """The full names of those that were typed short, by the same keys; one that fits no name or several is left out."""
    abbreviated = {key: short for key, short in typed.items() if is_short(short.name)}
    if not abbreviated:
        return {}
    full = {key: _own_words(short, text) for key, short in abbreviated.items() if short.name == OWN_WORDS}
    given = {short.name for key, short in typed.items() if key not in abbreviated} | set(full.values())
    for key, short in abbreviated.items():
        if short.name != OWN_WORDS:
            fitting = names_that_fit(short.name, given)
            if len(fitting) == 1:
                full[key] = fitting[0]
    return {key: name for key, name in full.items() if name}


def names_that_fit(short: str, given: Iterable[str]) -> list[str]:
    """The given names that begin as a short one does, in the alphabet's order."""
    return sorted({name for name in given if name.startswith(short.removesuffix(AND_SO_ON)) and not is_short(name)})


def _own_words(short: TypedName, text: str) -> str:
    """The words of the span, runs of spaces as one; empty where the span lies outside the text."""
    return " ".join(text[short.start : short.end].split()) if 0 <= short.start < short.end <= len(text) else ""
