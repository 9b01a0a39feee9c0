"""What annotators take for what: every disagreement between two versions of an article, with its passage.

Two marks are of the same thing where they have the same span, or else where they overlap most. Order of annotators
means nothing here: A's GPE against B's LOC and the other way round are one confusion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import msgspec

from detente.annotation.tasks import AnnotatedDocument, by_document
from detente.documents import Document, Event, Mention
from detente.items import Node, Span, Trigger, arguments_of, entity_alignment, stances_of, triggers_of

ABSENT = "not marked"
CONTEXT = 60
Mark = Mention | Event


@dataclass(frozen=True, slots=True)
class Passage:
    """Where two annotators differ, with what stands around it; without words for a stand-off article.

    `first` and `second` name who said `one` and who said `other` of the confusion, each in a pass.
    """

    document: str
    first: str
    second: str
    passes: tuple[str, str]
    start: int
    end: int
    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class Confusion:
    """Something that is `one` thing to some and `other` to others, wherever it came up."""

    layer: str
    one: str
    other: str
    passages: Sequence[Passage]


@dataclass(frozen=True, slots=True)
class _Found:
    layer: str
    one: str
    other: str
    start: int
    end: int


def find_confusions(versions: Iterable[AnnotatedDocument]) -> list[Confusion]:
    """All confusions between any two versions of a document, the most frequent first."""
    passages: dict[tuple[str, str, str], list[Passage]] = {}
    for _, group in sorted(by_document(versions).items()):
        for a, b in combinations(sorted(group, key=lambda v: v.annotator), 2):
            for found in _differences(a.document, b.document):
                turned = (found.one == ABSENT, found.one) > (found.other == ABSENT, found.other)
                one, other = (found.other, found.one) if turned else (found.one, found.other)
                first, second = (b, a) if turned else (a, b)
                passages.setdefault((found.layer, one, other), []).append(_passage(first, second, found))
    ordered = sorted(passages.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [Confusion(*key, found) for key, found in ordered]


def _passage(first: AnnotatedDocument, second: AnnotatedDocument, found: _Found) -> Passage:
    text = first.document.text or second.document.text or ""
    return Passage(
        first.document.id,
        first.annotator,
        second.annotator,
        (first.pass_name, second.pass_name),
        found.start,
        found.end,
        text[max(found.start - CONTEXT, 0) : found.start],
        text[found.start : found.end],
        text[found.end : found.end + CONTEXT],
    )


def _differences(a: Document, b: Document) -> Iterator[_Found]:
    for one, other in _pairs(a.mentions, b.mentions):
        yield from _mark("mentions", one, other)
        if one is not None and other is not None:
            yield from _attributes("mentions", one, other, ("level", "reading"))
    for first, second in _pairs(a.events, b.events):
        yield from _mark("events", first, second)
        if first is not None and second is not None:
            yield from _attributes("events", first, second, ("polarity", "modality"))
    yield from _arguments(a, b)
    yield from _stances(a, b)


def _arguments(a: Document, b: Document) -> Iterator[_Found]:
    """The roles that a filler has on a trigger that both have marked with the same type."""
    shared = triggers_of(a) & triggers_of(b)
    ours, theirs = _roles(a, shared), _roles(b, shared)
    for key in sorted(ours.keys() | theirs.keys()):
        one, other = (" and ".join(sorted(found[key])) if key in found else ABSENT for found in (ours, theirs))
        if one != other:
            yield _Found(f"arguments of {key[0]}", one, other, *key[2])


def _roles(document: Document, shared: set[Trigger]) -> dict[tuple[str, Span, Span], set[str]]:
    roles: dict[tuple[str, Span, Span], set[str]] = {}
    for item in arguments_of(document):
        if (item.type, item.trigger) in shared:
            roles.setdefault((item.type, item.trigger, item.span), set()).add(item.role)
    return roles


def _pairs(ours: Sequence[Mark], theirs: Sequence[Mark]) -> list[tuple[Mark | None, Mark | None]]:
    """Marks of the same span together, then those whose ends are nearest; the rest alone."""
    overlaps = sorted(
        (abs(one.start - other.start) + abs(one.end - other.end), i, j)
        for i, one in enumerate(ours)
        for j, other in enumerate(theirs)
        if one.start < other.end and other.start < one.end
    )
    pairs: list[tuple[Mark | None, Mark | None]] = []
    left, right = set(range(len(ours))), set(range(len(theirs)))
    for _, i, j in overlaps:
        if i in left and j in right:
            left.remove(i)
            right.remove(j)
            pairs.append((ours[i], theirs[j]))
    pairs += [(ours[i], None) for i in sorted(left)]
    return pairs + [(None, theirs[j]) for j in sorted(right)]


def _mark(layer: str, one: Mark | None, other: Mark | None) -> Iterator[_Found]:
    if one is None or other is None:
        mark = one or other
        if mark is not None:
            yield _Found(layer, one.type if one else ABSENT, other.type if other else ABSENT, mark.start, mark.end)
        return
    start, end = min(one.start, other.start), max(one.end, other.end)
    if one.type != other.type:
        yield _Found(layer, one.type, other.type, start, end)
    elif (one.start, one.end) != (other.start, other.end):
        yield _Found(f"{layer}: span", one.type, f"{one.type}, another span", start, end)


def _attributes(layer: str, one: Mark, other: Mark, names: Iterable[str]) -> Iterator[_Found]:
    for name in names:
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine != theirs and one.type == other.type:
            yield _Found(f"{layer}: {name}", mine or ABSENT, theirs or ABSENT, one.start, one.end)


def _stances(a: Document, b: Document) -> Iterator[_Found]:
    """Stances with the same holder and target; the passage is the evidence of whoever has marked it."""
    ours, theirs = _labels(a, None), _labels(b, entity_alignment(a, b))
    for pair in dict.fromkeys([*ours, *theirs]):
        labels = [" and ".join(sorted(found[pair])) if pair in found else ABSENT for found in (ours, theirs)]
        if labels[0] != labels[1]:
            span = next(iter((ours.get(pair) or theirs[pair]).values()))
            yield _Found("stance", labels[0], labels[1], *span)


def _labels(document: Document, aligned: dict[str, str] | None) -> dict[tuple[Node, Node], dict[str, Span]]:
    """The labels between each holder and target, each with its (first) evidence."""
    labels: dict[tuple[Node, Node], dict[str, Span]] = {}
    for stance in document.stances:
        (item,) = stances_of(msgspec.structs.replace(document, stances=(stance,)), aligned)
        span = (stance.evidence.start, stance.evidence.end) if stance.evidence else (0, 0)
        labels.setdefault((item.holder, item.target), {}).setdefault(item.label, span)
    return labels
