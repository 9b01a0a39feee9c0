"""Whether an article's words are its own: runs of words that it shares with its reports or with another article.

A run of `RUN` words or more counts unless it is a name or a title: all its words but the small ones (*of, the, bin* …)
and those of an office (*foreign minister*) are capitalised or numbers. Words are compared in lower case, without
punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

RUN = 8
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
SMALL_WORDS = frozenset("a al an and as at bin by de el for from in into is of on or the to under with its s".split())
# offices as they stand before names
TITLES = frozenset(
    "ambassador chancellor crown defence defense foreign general interior king minister president prime prince".split()
)

Words = list[str]


@dataclass(frozen=True, slots=True)
class Overlap:
    """What one article shares: with its reports (None where none were kept) and with the other articles.

    `words` of the article, `read` words of its reports, and the longest shared runs, names apart.
    """

    article: str
    words: int
    read: int | None
    with_reports: str
    nearest: str
    with_nearest: str

    @property
    def too_long(self) -> bool:
        """Whether a run is as long as `RUN` words."""
        return max(len(self.with_reports.split()), len(self.with_nearest.split())) >= RUN


def find_overlaps(articles: Mapping[str, str], reports: Mapping[str, str]) -> Iterator[Overlap]:
    """Compare every article's text with its reports' (by the same id) and with all other articles."""
    words = {name: WORD.findall(text) for name, text in articles.items()}
    places = _index(words)
    for name, own in words.items():
        read = WORD.findall(reports[name]) if name in reports else None
        shared = _longest(own, {"": read}, _index({"": read})) if read else ("", [])
        others = {other: theirs for other, theirs in words.items() if other != name}
        nearest, run = _longest(own, others, places)
        yield Overlap(name, len(own), len(read) if read else None, " ".join(shared[1]), nearest, " ".join(run))


# runs shorter than this are not looked for
SHORTEST = 4


def _index(texts: Mapping[str, Words]) -> dict[tuple[str, ...], list[tuple[str, int]]]:
    """Where every stretch of `SHORTEST` words begins."""
    places: dict[tuple[str, ...], list[tuple[str, int]]] = {}
    for name, words in texts.items():
        lower = [_key(word) for word in words]
        for i in range(len(lower) - SHORTEST + 1):
            places.setdefault(tuple(lower[i : i + SHORTEST]), []).append((name, i))
    return places


def _longest(
    own: Words, texts: Mapping[str, Words], places: Mapping[tuple[str, ...], list[tuple[str, int]]]
) -> tuple[str, Words]:
    """The longest run that `own` shares with one of `texts`, names left out: whose it is, and its words."""
    name, best = "", list[str]()
    lower = [_key(word) for word in own]
    for i in range(len(own) - SHORTEST + 1):
        for other, j in places.get(tuple(lower[i : i + SHORTEST]), ()):
            theirs = texts.get(other)
            if theirs is None:
                continue
            length = SHORTEST
            while i + length < len(own) and j + length < len(theirs) and lower[i + length] == _key(theirs[j + length]):
                length += 1
            run = own[i : i + length]
            if length > len(best) and not _is_name(run):
                name, best = other, run
    return name, best


def _is_name(run: Sequence[str]) -> bool:
    """Whether all words are capitalised, numbers, small words, or an office before the name."""
    return all(word.lower() in SMALL_WORDS | TITLES or word[0].isupper() or word[0].isdigit() for word in run)


def _key(word: str) -> str:
    return word.lower().replace("’", "'")
