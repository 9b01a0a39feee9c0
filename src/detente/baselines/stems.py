"""Stems of English words: endings cut off, so that "supports", "supported" and "support" are one."""

from __future__ import annotations

from functools import lru_cache

ENDINGS = (
    "ations", "ation", "ating", "ments", "ment", "ated", "ates", "ings", "ions", "ate", "als", "ing", "ion", "ers",
    "al", "ed", "er", "es", "s",
)  # fmt: skip
SHORTEST = 3


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem of a word in small letters; words that differ in meaning may share one."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            word = word[: -len(ending)]
            break
    if len(word) > SHORTEST and word[-1] == word[-2] and word[-1] not in "aeioulsz":
        word = word[:-1]
    return word[:-1] if len(word) > SHORTEST and word[-1] in "eiy" else word
