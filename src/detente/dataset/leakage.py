"""What of one split stands in another: sentences, articles, stories, and pairs of entities.

Exact, not probabilistic: candidates come from an index of word n-grams, so a corpus of hundreds of articles takes
seconds. Similarity is Jaccard's on the sets of n-grams of lower-cased words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from detente.dataset.splits import Splits
from detente.documents import Document
from detente.sentences import document_sentences, tokenize

SENTENCE_GRAM, SENTENCE_SIMILARITY = 3, 0.5
ARTICLE_GRAM, ARTICLE_SIMILARITY = 5, 0.1
SHORTEST_SENTENCE = 6


@dataclass(frozen=True, slots=True)
class Leak:
    """Something of one split that stands in another: what kind, where in each, how similar (0 to 1)."""

    kind: str
    first: str
    second: str
    similarity: float


@dataclass(frozen=True, slots=True)
class PairOverlap:
    """How many of a split's pairs of named entities of one paragraph's events also stand in train."""

    split: str
    pairs: int
    seen: int


def find_leaks(splits: Splits) -> list[Leak]:
    """Stories, articles and sentences that two splits share, most similar first; sentences of six words or more."""
    leaks = []
    for one, other in combinations(splits, 2):
        leaks += list(_shared_stories(splits[one], splits[other]))
        first, second = (dict(_articles(splits[name])) for name in (one, other))
        leaks += list(_similar("article", first, second, ARTICLE_SIMILARITY))
        first, second = (dict(_sentences(splits[name])) for name in (one, other))
        leaks += list(_similar("sentence", first, second, SENTENCE_SIMILARITY))
    return sorted(leaks, key=lambda leak: (-leak.similarity, leak.kind, leak.first, leak.second))


def entity_pair_overlap(splits: Splits, train: str = "train") -> list[PairOverlap]:
    """For every split but train: pairs of entities that fill roles of one event, and how many of them train has too."""
    known = {pair for document in splits.get(train, ()) for pair in _entity_pairs(document)}
    found = []
    for split, documents in splits.items():
        if split != train:
            pairs = {pair for document in documents for pair in _entity_pairs(document)}
            found.append(PairOverlap(split, len(pairs), len(pairs & known)))
    return found


def _shared_stories(one: Sequence[Document], other: Sequence[Document]) -> Iterator[Leak]:
    first = {document.meta.story: document.id for document in one if document.meta}
    for document in other:
        story = document.meta.story if document.meta else ""
        if story in first:
            yield Leak("story", first[story], document.id, 1.0)


def _grams(text: str, start: int, end: int, size: int) -> frozenset[tuple[str, ...]]:
    words = [text[a:b].lower() for a, b in tokenize(text, start, end) if text[a].isalnum()]
    if size == SENTENCE_GRAM and len(words) < SHORTEST_SENTENCE:
        return frozenset()
    return frozenset(tuple(words[i : i + size]) for i in range(len(words) - size + 1))


def _articles(documents: Sequence[Document]) -> Iterator[tuple[str, frozenset[tuple[str, ...]]]]:
    for document in documents:
        text = document.text or ""
        grams = [_grams(text, a, b, ARTICLE_GRAM) for a, b in document_sentences(document)]
        yield document.id, frozenset().union(*grams)


def _sentences(documents: Sequence[Document]) -> Iterator[tuple[str, frozenset[tuple[str, ...]]]]:
    for document in documents:
        for number, (start, end) in enumerate(document_sentences(document), 1):
            yield f"{document.id} [{number}]", _grams(document.text or "", start, end, SENTENCE_GRAM)


def _similar(
    kind: str,
    one: Mapping[str, frozenset[tuple[str, ...]]],
    other: Mapping[str, frozenset[tuple[str, ...]]],
    least: float,
) -> Iterator[Leak]:
    index: dict[tuple[str, ...], list[str]] = {}
    for name, grams in one.items():
        for gram in grams:
            index.setdefault(gram, []).append(name)
    for name, grams in other.items():
        shared = Counter(first for gram in grams for first in index.get(gram, ()))
        for first, count in shared.items():
            similarity = count / (len(one[first]) + len(grams) - count)
            if similarity >= least:
                yield Leak(kind, first, name, similarity)


def _entity_pairs(document: Document) -> Iterator[tuple[str, str]]:
    names = {entity.id: entity.name for entity in document.entities}
    entity_of = {mention.id: names.get(mention.entity or "") for mention in document.mentions}
    for event in document.events:
        fillers = {entity_of.get(argument.mention or "") for argument in event.arguments}
        yield from combinations(sorted(name for name in fillers if name), 2)
