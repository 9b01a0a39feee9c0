"""Tokens and sentences as offsets into the frozen text: plain rules for edited English, no model.

The sentence numbers of the quote notation and the rows of the `entities` configuration depend on these rules, so a
change here is a change of the data's version. Offsets are code points, half open.
"""

from __future__ import annotations

import re

from detente.documents import Document, annotated_blocks

TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}"  # U.S., a.m.
    r"|\d+(?:[.,:]\d+)*%?"  # 1,400  2.5  10:30  7%
    r"|\w+(?:[’'](?=\w)\w+)*"  # words, with inner apostrophes split below
    r"|[^\w\s]"
)
CLITIC = re.compile(r"(?<=\w)(?:n[’']t|[’'](?:s|re|ve|ll|d|m))$", re.IGNORECASE)

ABBREVIATIONS = frozenset(
    """mr mrs ms dr prof gen lt col maj capt sgt cpl adm brig rev hon sen rep gov pres st jr sr no nos vs etc inc ltd co
    corp jan feb mar apr jun jul aug sep sept oct nov dec approx dept est fig art res""".split()
)
BOUNDARY = re.compile(r"[.!?…]+[\"”’')\]]*(?=\s+[\"“‘'(\[]*[^\W_a-z])")
LAST_WORD = re.compile(r"([^\W\d_]+(?:\.[^\W\d_]+)*)\.$")


def tokenize(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Spans of the tokens of `text[start:end]`; possessives and contractions are tokens of their own."""
    tokens: list[tuple[int, int]] = []
    for match in TOKEN.finditer(text, start, len(text) if end is None else end):
        word = match.group()
        clitic = CLITIC.search(word) if "'" in word or "’" in word else None
        if clitic and clitic.start():
            middle = match.start() + clitic.start()
            tokens += [(match.start(), middle), (middle, match.end())]
        else:
            tokens.append(match.span())
    return tokens


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Spans of the sentences of `text[start:end]`, without the white space around them."""
    stop = len(text) if end is None else end
    sentences: list[tuple[int, int]] = []
    begin = start
    for match in BOUNDARY.finditer(text, start, stop):
        if not _is_abbreviation(text[begin : match.end()]):
            sentences.append((begin, match.end()))
            begin = match.end()
    sentences.append((begin, stop))
    stripped = [_strip(text, a, b) for a, b in sentences]
    return [(a, b) for a, b in stripped if a < b]


def document_sentences(document: Document) -> list[tuple[int, int]]:
    """The sentences of the annotated blocks, in order; the quote notation numbers them from 1."""
    if document.text is None:
        return []
    return [
        sentence
        for block in annotated_blocks(document)
        for sentence in split_sentences(document.text, block.start, block.end)
    ]


def _is_abbreviation(sentence: str) -> bool:
    match = LAST_WORD.search(sentence)
    if match is None:
        return False
    word = match.group(1)
    # an initial ("J.") or dotted abbreviation ("U.S.") before a capital is taken as no end
    return "." in word or len(word) == 1 or word.lower() in ABBREVIATIONS


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
