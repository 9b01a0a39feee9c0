"""What makes items of an article hard, read off its annotation: one definition for the card's counts and the scorer.

The first polarity of an ontology is taken as the plain one (affirmed), the first modality likewise (actual).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable

from detente.documents import DEBRIS_BLOCKS, Document, Event, Mention
from detente.ontology import Ontology
from detente.sentences import document_sentences


def has_debris(document: Document) -> bool:
    """Whether the page around the article left anything in its text."""
    return any(block.kind in DEBRIS_BLOCKS for block in document.blocks)


def nested_spans(document: Document) -> frozenset[tuple[int, int]]:
    """The spans of mentions that lie inside a longer mention, of whatever level."""
    # longest first among those that start together, so the furthest end so far tells
    spans = sorted({(m.start, m.end) for m in document.mentions}, key=lambda span: (span[0], -span[1]))
    inside, reach = set(), -1
    for start, end in spans:
        if end <= reach:
            inside.add((start, end))
        reach = max(reach, end)
    return frozenset(inside)


def ambiguous_mentions(document: Document) -> frozenset[str]:
    """Ids of the mentions whose words have several readings, or mean several entities, in the article; needs its text.

    Words are compared as they are written.
    """
    if document.text is None:
        return frozenset()
    read = {m.id: document.text[m.start : m.end] for m in document.mentions if m.reading}
    readings: defaultdict[str, set[tuple[str | None, str | None]]] = defaultdict(set)
    for mention in document.mentions:
        if mention.id in read:
            readings[read[mention.id]].add((mention.reading, mention.entity))
    return frozenset(name for name, words in read.items() if len(readings[words]) > 1)


def is_negated(event: Event, ontology: Ontology) -> bool:
    """Whether an event is told with another polarity than the plain one."""
    return event.polarity in ontology.polarities[1:]


def is_unreal(event: Event, ontology: Ontology) -> bool:
    """Whether an event is told as planned, possible or generic: with another modality than the plain one."""
    return event.modality in ontology.modalities[1:]


def is_anonymous(source: Mention, ontology: Ontology) -> bool:
    """Whether a source is described but not named."""
    return source.level is not None and source.level not in ontology.mention.exhaustive_levels


def unevenly_told(document: Document) -> frozenset[str]:
    """Ids of the event mentions whose event is told elsewhere with another polarity or modality."""
    told: defaultdict[str, set[tuple[str | None, str | None]]] = defaultdict(set)
    for event in document.events:
        if event.cluster:
            told[event.cluster].add((event.polarity, event.modality))
    return frozenset(event.id for event in document.events if event.cluster and len(told[event.cluster]) > 1)


def sentence_numbers(document: Document) -> Callable[[int], int]:
    """The number of the sentence that an offset lies in; without text all lies in one."""
    starts = [start for start, _ in document_sentences(document)]
    return lambda offset: bisect_right(starts, offset)
