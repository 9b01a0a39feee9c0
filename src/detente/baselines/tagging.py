"""BIO tags: labelled spans as one tag a token, and back."""

from __future__ import annotations

from collections.abc import Sequence

from detente.baselines.lexicon import Counts, Lexicon, cased
from detente.baselines.tokens import Span, Tokens

OUTSIDE = "O"


def lexicon_tags(tokens: Tokens, lexicon: Lexicon, own: Counts | None = None) -> list[str]:
    """BIO tags of the longest lexicon matches in each sentence."""
    tags = [OUTSIDE] * len(tokens.words)
    words = cased(tokens, lexicon.lower, lexicon.stems)
    for sentence in tokens.sentences:
        for span, label in lexicon.matches(words, sentence, own):
            mark(tags, span, label)
    return tags


def mark(tags: list[str], span: Span, label: str) -> None:
    """Write one labelled span into a list of BIO tags."""
    tags[span.first] = f"B-{label}"
    for index in range(span.first + 1, span.last):
        tags[index] = f"I-{label}"


def marked(tags: Sequence[str], offset: int = 0) -> list[tuple[Span, str]]:
    """The labelled spans of a list of BIO tags, which begins at token `offset`; an I without its B begins one too."""
    spans: list[tuple[Span, str]] = []
    first, label = 0, ""
    for index, tag in enumerate([*tags, OUTSIDE]):
        if label and tag != f"I-{label}":
            spans.append((Span(offset + first, offset + index), label))
            label = ""
        if tag != OUTSIDE and not label:
            first, label = index, tag[2:]
    return spans
