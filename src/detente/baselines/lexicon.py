"""Strings seen in training with their labels, and how often they stood there unlabelled.

The entry of a string is its majority label, or none where it was mostly left unmarked. While training, a document must
not see its own strings: its own counts are taken off again (leave one document out).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from detente.baselines.stems import stem
from detente.baselines.tokens import Span, Tokens

UNMARKED = ""
MAX_LENGTH = 8

Counts = Mapping[str, Mapping[str, int]]


class Lexicon(msgspec.Struct, frozen=True, dict=True):
    """Counts of labels by string (words joined by one space); lower-cased where `lower`, of stems where `stems`."""

    lower: bool
    counts: dict[str, dict[str, int]]
    lengths: dict[str, tuple[int, ...]]
    stems: bool = False

    @cached_property
    def labels(self) -> dict[str, str]:
        """The majority label of each string that has one."""
        best = {key: majority(counts) for key, counts in self.counts.items()}
        return {key: label for key, label in best.items() if label != UNMARKED}

    def best(self, key: str, own: Counts | None = None) -> str:
        """The majority label of a string, without the counts in `own`; UNMARKED where there is none."""
        if own is None:
            return self.labels.get(key, UNMARKED)
        taken = own.get(key, {})
        return majority({label: count - taken.get(label, 0) for label, count in self.counts.get(key, {}).items()})

    def matches(self, words: Sequence[str], span: Span, own: Counts | None = None) -> Iterator[tuple[Span, str]]:
        """Longest matches from left to right among `words[span.first:span.last]`, with their labels."""
        lengths_of = self.lengths
        free = span.first
        for index in [i for i in range(span.first, span.last) if words[i] in lengths_of]:
            if index < free:
                continue
            for length in lengths_of[words[index]]:
                if index + length > span.last:
                    continue
                key = words[index] if length == 1 else " ".join(words[index : index + length])
                if label := self.best(key, own):
                    yield Span(index, index + length), label
                    free = index + length
                    break


def majority(counts: Mapping[str, int]) -> str:
    """The most frequent label, the alphabetically first of equals; UNMARKED where all counts are 0.

    A label wins over UNMARKED where the labels together are as frequent as it.
    """
    marked = [(-count, label) for label, count in counts.items() if label != UNMARKED and count > 0]
    if not marked or -sum(count for count, _ in marked) < counts.get(UNMARKED, 0):
        return UNMARKED
    return min(marked)[1]


def cased(tokens: Tokens, lower: bool, stems: bool = False) -> list[str]:
    """The words as a lexicon sees them."""
    if stems:
        return [stem(word) for word in tokens.lowers]
    return tokens.lowers if lower else tokens.words


def build_lexicon(
    labelled: Iterable[tuple[Tokens, Sequence[tuple[Span, str]]]],
    *,
    lower: bool,
    unmarked: bool = True,
    stems: bool = False,
) -> tuple[Lexicon, list[dict[str, Counter[str]]]]:
    """A lexicon over documents (tokens, labelled spans), and each document's own counts in the same order.

    Without `unmarked` only labels are counted: every string that was ever labelled has one.
    """
    documents = [(cased(tokens, lower, stems), tokens, list(spans)) for tokens, spans in labelled]
    keys = {
        tuple(words[span.first : span.last])
        for words, _, spans in documents
        for span, _ in spans
        if span.last - span.first <= MAX_LENGTH
    }
    lengths: dict[str, set[int]] = {}
    for key in keys:
        lengths.setdefault(key[0], set()).add(len(key))
    own = [_own_counts(words, tokens, spans, keys, lengths) for words, tokens, spans in documents]
    total: dict[str, Counter[str]] = {}
    if not unmarked:
        own = [{key: _labels_only(counts) for key, counts in strings.items()} for strings in own]
    for counts in own:
        for key_string, labels in counts.items():
            total.setdefault(key_string, Counter()).update(labels)
    lexicon = Lexicon(
        lower=lower,
        counts={key: dict(sorted(labels.items())) for key, labels in sorted(total.items())},
        lengths={word: tuple(sorted(found, reverse=True)) for word, found in sorted(lengths.items())},
        stems=stems,
    )
    return lexicon, own


def _labels_only(counts: Counter[str]) -> Counter[str]:
    return Counter({label: count for label, count in counts.items() if label != UNMARKED})


def _own_counts(
    words: list[str],
    tokens: Tokens,
    spans: list[tuple[Span, str]],
    keys: set[tuple[str, ...]],
    lengths: dict[str, set[int]],
) -> dict[str, Counter[str]]:
    labels = dict(spans)
    counts: dict[str, Counter[str]] = {}
    for paragraph in tokens.paragraphs:
        for first in range(paragraph.first, paragraph.last):
            for length in lengths.get(words[first], ()):
                span = Span(first, first + length)
                key = tuple(words[first : span.last])
                if span.last <= paragraph.last and key in keys:
                    counts.setdefault(" ".join(key), Counter())[labels.get(span, UNMARKED)] += 1
    return counts
