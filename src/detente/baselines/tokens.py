"""A document's annotated text as tokens with sentence and paragraph numbers: what all baselines look at."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from detente.documents import Document, annotated_blocks
from detente.errors import DataError, Fault
from detente.sentences import split_sentences, tokenize


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens `first` up to, not including, `last`."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """Parallel lists over all tokens of the annotated blocks, in reading order.

    `lowers` are the words in small letters; `starts` and `ends` are code points of the text; `sentence_of` and
    `paragraph_of` number from 0 over the document; `sentences` and `paragraphs` give the tokens of each. A line break
    inside a block ends a paragraph.
    """

    text: str
    words: list[str]
    lowers: list[str]
    starts: list[int]
    ends: list[int]
    sentence_of: list[int]
    paragraph_of: list[int]
    sentences: list[Span]
    paragraphs: list[Span]

    def cover(self, start: int, end: int) -> Span | None:
        """The tokens that overlap code points `start` to `end`, as far as they lie in one paragraph."""
        first = bisect_right(self.ends, start)
        last = bisect_left(self.starts, end)
        if first >= last:
            return None
        return Span(first, min(last, self.paragraphs[self.paragraph_of[first]].last))

    def offsets(self, span: Span) -> tuple[int, int]:
        """Start and end of a token span in code points, half open."""
        return self.starts[span.first], self.ends[span.last - 1]

    def string(self, span: Span) -> str:
        """The text of a token span as it stands."""
        return self.text[self.starts[span.first] : self.ends[span.last - 1]]

    def sentence(self, index: int) -> Span:
        """The sentence around token `index`."""
        return self.sentences[self.sentence_of[index]]


def tokenized(document: Document) -> Tokens:
    """The tokens of a document's annotated blocks; raises `DataError` where the document carries no text."""
    text = document.text
    if text is None:
        raise DataError(
            [
                Fault(
                    "a document without text",
                    "a document with its text",
                    "Hydrate it first (detente data hydrate).",
                    document=document.id,
                )
            ]
        )
    tokens = Tokens(text, [], [], [], [], [], [], [], [])
    for start, end in _paragraphs(document, text):
        before = len(tokens.words)
        for sentence in split_sentences(text, start, end):
            _add_sentence(tokens, *sentence)
        if len(tokens.words) > before:
            tokens.paragraphs.append(Span(before, len(tokens.words)))
    return tokens


def _paragraphs(document: Document, text: str) -> Iterator[tuple[int, int]]:
    for block in sorted(annotated_blocks(document), key=lambda block: block.start):
        end_of_block = min(block.end, len(text))
        start = block.start
        while start < end_of_block:
            end = text.find("\n", start, end_of_block)
            if end < 0:
                end = end_of_block
            if end > start:
                yield start, end
            start = end + 1


def _add_sentence(tokens: Tokens, start: int, end: int) -> None:
    spans = tokenize(tokens.text, start, end)
    if not spans:
        return
    first = len(tokens.words)
    tokens.words.extend(tokens.text[a:b] for a, b in spans)
    tokens.lowers.extend(word.lower() for word in tokens.words[first:])
    tokens.starts.extend(a for a, _ in spans)
    tokens.ends.extend(b for _, b in spans)
    tokens.sentence_of.extend([len(tokens.sentences)] * len(spans))
    tokens.paragraph_of.extend([len(tokens.paragraphs)] * len(spans))
    tokens.sentences.append(Span(first, len(tokens.words)))
