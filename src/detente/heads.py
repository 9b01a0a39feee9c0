"""The head word of a mention for which nobody has marked one: a rule on English noun phrases (guidelines 2.3).

The head is the last word before the first preposition, comma, bracket or relative pronoun that follows another word:
`its armed forces` → forces, `Ministry of Defence` → Ministry, `Hakan Fidan` → Fidan. A possessive 's is left out.
"""

from __future__ import annotations

import re

import msgspec

from detente.documents import Document

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|\d+(?:[.,]\d+)*\w*(?:[.'’-]\w+)*|\w+(?:[.'’-]\w+)*")
_POSSESSIVE = re.compile(r"['’]s$")
_CUTS = frozenset(
    "about across after against along amid among around as at before behind between beyond by despite during for from "
    "in inside into near of off on onto opposite outside over since that through to toward towards under until upon "
    "which who whom whose with within without".split()
)
_BREAK = re.compile(r"[,;:()\[\]–—]")


def default_head(text: str, start: int, end: int) -> tuple[int, int]:
    """The head word's offsets (code points, half open) inside the mention [start, end); the whole where no word is."""
    if 0 <= start < end <= len(text) and text[start:end].isalnum():
        # one plain word, which has neither preposition nor possessive
        return start, end
    head: tuple[int, int] | None = None
    for word in _WORD.finditer(text, start, end):
        if head is not None and (word.group().lower() in _CUTS or _BREAK.search(text, head[1], word.start())):
            break
        head = word.span()
    if head is None:
        return start, end
    possessive = _POSSESSIVE.search(text[head[0] : head[1]])
    if possessive and possessive.start():
        return head[0], head[0] + possessive.start()
    return head


def with_heads(document: Document) -> Document:
    """The document with the default head on every mention for which nobody has marked one."""
    text = document.text or ""
    mentions = (
        m if m.head is not None else msgspec.structs.replace(m, head=default_head(text, m.start, m.end))
        for m in document.mentions
    )
    return msgspec.structs.replace(document, mentions=tuple(mentions))
