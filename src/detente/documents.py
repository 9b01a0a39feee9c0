"""The document: one article with its blocks and its annotation, as immutable structs.

Offsets are Unicode code points of the frozen text, half open. Predictions are the same documents without `text` and
`meta`. Reading and writing files is `jsonl.py`'s part, the invariants are `checks.py`'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

SCHEMA = 1

BlockKind = Literal[
    "title",
    "byline",
    "caption",
    "repeated_title",
    "related_headline",
    "comment_prompt",
    "newsletter",
    "subheading",
    "body",
]
# what is annotated; everything else stays in the text but carries nothing
ANNOTATED_BLOCKS = frozenset({"body"})
# what the page around the article added
DEBRIS_BLOCKS = frozenset({"byline", "caption", "repeated_title", "related_headline", "comment_prompt", "newsletter"})


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """Base of all parts of a document: immutable, unknown fields refused, defaults left out on writing."""


class Span(Record, frozen=True):
    """A stretch of the text, in code points, half open."""

    start: int
    end: int


class Block(Record, frozen=True):
    """A paragraph and what it is; `rule` names the rule, or the annotator, that decided it."""

    start: int
    end: int
    kind: BlockKind
    rule: str = ""


class Mention(Record, frozen=True):
    """A mention; `entity` is the id of the thing it refers to, `value` a normalised time or quantity."""

    id: str
    start: int
    end: int
    type: str
    head: tuple[int, int] | None = None
    level: str | None = None
    reading: str | None = None
    value: str | None = None
    entity: str | None = None


class Entity(Record, frozen=True):
    """A thing in the world with its canonical name, unique in the article."""

    id: str
    name: str
    type: str
    wikidata: str | None = None


class Argument(Record, frozen=True):
    """A role filled by a mention or by an event: exactly one of the two ids is given."""

    role: str
    mention: str | None = None
    event: str | None = None


class Event(Record, frozen=True):
    """An event mention: trigger span, type, attributes on this mention, arguments, and the event it refers to."""

    id: str
    type: str
    start: int
    end: int
    polarity: str | None = None
    modality: str | None = None
    source: str | None = None
    condition: Span | None = None
    cluster: str | None = None
    arguments: tuple[Argument, ...] = ()


class Stance(Record, frozen=True):
    """Who (an entity) is for or against what (an entity or event mention), says who, and where."""

    id: str
    holder: str
    target: str
    label: str
    explicit: bool | None = None
    source: str | None = None
    evidence: Span | None = None


class Meta(Record, frozen=True):
    """Where the text comes from; `sha256` and `length` (code points) fix the frozen text."""

    title: str = ""
    published: str = ""
    sources: tuple[str, ...] = ()
    licence: str = ""
    language: str = ""
    family: str = ""
    region: str = ""
    kind: str = ""
    story: str = ""
    provenance: dict[str, Any] = {}
    canary: str = ""
    sha256: str = ""
    length: int = 0
    standoff: bool = False
    notes: tuple[str, ...] = ()


class Document(Record, frozen=True):
    """One article with everything that is annotated in it."""

    id: str
    schema: int = SCHEMA
    text: str | None = None
    meta: Meta | None = None
    blocks: tuple[Block, ...] = ()
    mentions: tuple[Mention, ...] = ()
    entities: tuple[Entity, ...] = ()
    events: tuple[Event, ...] = ()
    stances: tuple[Stance, ...] = ()


def text_hash(text: str) -> str:
    """SHA-256 of the frozen text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def annotated_blocks(document: Document) -> Iterator[Block]:
    """The blocks that carry annotation; a document without blocks is one body block."""
    if not document.blocks and document.text is not None:
        yield Block(0, len(document.text), "body")
    for block in document.blocks:
        if block.kind in ANNOTATED_BLOCKS:
            yield block


def without_text(document: Document) -> Document:
    """The stand-off form: all offsets and labels, none of the text (nor the title, which is text)."""
    meta = document.meta and msgspec.structs.replace(document.meta, title="", standoff=True)
    return msgspec.structs.replace(document, text=None, meta=meta)


def without_annotation(document: Document) -> Document:
    """The blank document: text, blocks and meta, as an annotator or a system gets it."""
    return msgspec.structs.replace(document, mentions=(), entities=(), events=(), stances=())


def as_prediction(document: Document) -> Document:
    """The form of a prediction: annotation alone, without text, meta and blocks."""
    return msgspec.structs.replace(document, text=None, meta=None, blocks=())
