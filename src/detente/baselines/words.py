"""Features of tokens: words, shapes, affixes and neighbours, as strings for the taggers and classifiers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from detente.baselines.stems import stem
from detente.baselines.tagging import OUTSIDE
from detente.baselines.tokens import Tokens
from detente.ontology import Ontology

EDGE = "␀"  # stands before and after a sentence
MAX_CACHED = 100_000
Cues = Mapping[str, Sequence[str]]
_REPEATED = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class _Word:
    """What a word says about itself, the word after it and the word before it."""

    lower: str
    capitalised: bool
    own: tuple[str, ...]
    after: tuple[str, ...]
    before: tuple[str, ...]
    second_after: tuple[str, ...]
    second_before: tuple[str, ...]


@lru_cache(maxsize=MAX_CACHED)
def shape(word: str) -> str:
    """The word with capitals as X, small letters as x, digits as d, repetitions collapsed: "F-16s" is "X-dx"."""
    classes = "".join("X" if c.isupper() else "x" if c.islower() else "d" if c.isdigit() else c for c in word[:20])
    return _REPEATED.sub(r"\1", classes)


def _describe(word: str, known: Set[str] | None, cues: Cues) -> _Word:
    def of_known(features: Sequence[str]) -> tuple[str, ...]:
        return tuple(feature for feature in features if known is None or feature in known)

    lower, form = word.lower(), shape(word)
    own = [f"l={lower}", f"s={form}"]
    own += [f"p{n}={lower[:n]}" for n in (2, 3, 4) if len(lower) > n]
    own += [f"q{n}={lower[-n:]}" for n in (2, 3, 4) if len(lower) > n]
    root = stem(lower)
    own += [f"st={root}", *(f"g={kind}" for kind in cues.get(root, ()))]
    if word != lower:
        own.append(f"w={word}")
    if word.isupper() and len(word) > 1:
        own.append("upper")
    return _Word(
        lower=lower,
        capitalised=word[0].isupper(),
        own=of_known(own),
        after=of_known([f"-l={lower}", f"-s={form}"]),
        before=of_known([f"+l={lower}", f"+s={form}"]),
        second_after=of_known([f"--l={lower}"]),
        second_before=of_known([f"++l={lower}"]),
    )


def gloss_cues(ontology: Ontology) -> dict[str, list[str]]:
    """The event types by the stems of the words in their glosses: what is known of triggers before any training."""
    cues: dict[str, list[str]] = {}
    for event_type in ontology.event_types:
        for word in re.findall(r"\w{3,}", event_type.gloss.lower()):
            kinds = cues.setdefault(stem(word), [])
            if event_type.name not in kinds:
                kinds.append(event_type.name)
    return cues


class TokenFeatures:
    """Describes tokens; `cues` are the event types that a stem speaks for (`gloss_cues`).

    With `known`, of what hangs on words only those features: others would weigh nothing.
    """

    def __init__(self, known: Set[str] | None = None, cues: Cues | None = None) -> None:
        self._known = known
        self._cues = cues or {}
        self._words: dict[str, _Word] = {}

    def rows(self, tokens: Tokens, tags: Sequence[Sequence[str]]) -> list[list[str]]:
        """Features of every token of a document, of its neighbours within the sentence, and of its use elsewhere.

        `tags` holds further lists parallel to the tokens (lexicon matches), OUTSIDE where a token has none.
        """
        known, edge = self._known, self._word(EDGE)
        described = [self._word(word) for word in tokens.words]
        middle = _seen_inside(tokens, described)
        small = {word.lower for word in described if not word.capitalised}
        used = _used(tokens, described, known)
        rows: list[list[str]] = []
        for sentence in tokens.sentences:
            around = [edge, edge, *described[sentence.first : sentence.last], edge, edge]
            windows = zip(around, around[1:], around[2:], around[3:], around[4:], strict=False)
            for index, (second, previous, word, following, next_but_one) in enumerate(windows):
                row = [
                    *word.own,
                    *previous.after,
                    *following.before,
                    *second.second_after,
                    *next_but_one.second_before,
                ]
                for bigram in (f"-b={previous.lower}|{word.lower}", f"+b={word.lower}|{following.lower}"):
                    if known is None or bigram in known:
                        row.append(bigram)
                if word.capitalised:
                    row.append(f"c={index == 0}{word.lower in middle}{word.lower in small}")
                    row += used[word.lower]
                rows.append(row)
            rows[sentence.first].append("first")
        for number, column in enumerate(tags):
            _add_tags(rows, tokens, column, number)
        return rows

    def _word(self, word: str) -> _Word:
        found = self._words.get(word)
        if found is None:
            if len(self._words) >= MAX_CACHED:
                self._words.clear()
            found = self._words[word] = _describe(word, self._known, self._cues)
        return found


def _seen_inside(tokens: Tokens, described: Sequence[_Word]) -> set[str]:
    """Words that stand capitalised somewhere other than at the start of a sentence."""
    starts = {sentence.first for sentence in tokens.sentences}
    return {word.lower for index, word in enumerate(described) if word.capitalised and index not in starts}


def _used(tokens: Tokens, described: Sequence[_Word], known: Set[str] | None) -> dict[str, list[str]]:
    """What stands around a capitalised word anywhere in the document: a name met in plain company tells its type."""
    found: dict[str, dict[str, None]] = {}
    for sentence in tokens.sentences:
        before, inside = EDGE, False
        for index in range(sentence.first, sentence.last):
            word = described[index]
            if word.capitalised:
                after = described[index + 1] if index + 1 < sentence.last else None
                features = found.setdefault(word.lower, {})
                features[f"d-={before}"] = None
                features[f"d+={after.lower if after else EDGE}"] = None
                features[f"d={inside}{bool(after and after.capitalised)}"] = None
            before, inside = word.lower, word.capitalised
    return {word: [f for f in features if known is None or f in known] for word, features in found.items()}


def _add_tags(rows: list[list[str]], tokens: Tokens, column: Sequence[str], number: int) -> None:
    for sentence in tokens.sentences:
        for index in range(sentence.first, sentence.last):
            tag = column[index]
            if tag == OUTSIDE:
                continue
            rows[index].append(f"t{number}={tag}")
            if index > sentence.first:
                rows[index - 1].append(f"t{number}+={tag}")
            if index + 1 < sentence.last:
                rows[index + 1].append(f"t{number}-={tag}")
