"""A look at a whole batch that knows most batches to be without fault, so that no document is looked at alone.

True is said only where `pair_faults` finds nothing in any pair; False says nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.checks import DOCUMENT_ID, MAX_NESTING, MAX_OFFSET
from detente.documents import text_hash
from detente.scoring.batch import Batch, number_of, pack, repeated
from detente.scoring.columns import (
    AUTHOR,
    BY_EVENT,
    BY_MENTION,
    DANGLING,
    ENTITY,
    EVENT,
    MENTION,
    NONE,
    UNSPECIFIED,
    Events,
    Ints,
    Mentions,
    Side,
)
from detente.scoring.pairing import DocumentPair


def is_framed(pair: DocumentPair, *, complete: bool) -> bool:
    """Whether certainly nothing is wrong with what a pair holds beside its layers; `complete` says gold must be so."""
    gold, predicted, _ = pair
    if gold.schema != 1 or predicted.schema != 1 or not DOCUMENT_ID.match(gold.id):
        return False
    if predicted.meta is not None or predicted.blocks or predicted.text not in (None, gold.text):
        return False
    if not complete:
        return True
    meta, text = gold.meta, gold.text
    if meta is None or text is None:
        return meta is not None and meta.standoff
    return not meta.sha256 or meta.sha256 == text_hash(text)


def is_sound(batch: Batch, lengths: list[int | None], *, complete: bool) -> bool:
    """Whether certainly nothing is wrong with any layer of a batch; `lengths` are those of the texts, where known."""
    ends = np.array([MAX_OFFSET if length is None else length for length in lengths], np.int64)
    blocks = batch.gold.blocks
    return (
        _is_sound(batch.gold, ends, complete=complete)
        and _is_sound(batch.predicted, ends, complete=False)
        and _within(blocks.start, blocks.end, ends[blocks.doc])
        and _in_one_cluster(batch.gold.mentions, batch.spans.gold_mentions)
        and _in_one_cluster(batch.predicted.mentions, batch.spans.mentions)
        and (not complete or _complete(batch))
    )


def _is_sound(side: Side, ends: Ints, *, complete: bool) -> bool:
    codes, m, v, s = side.codes, side.mentions, side.events, side.stances
    shapes, event_shapes = (codes.gold_mentions, codes.gold_events) if complete else (codes.mentions, codes.events)
    return (
        side.distinct
        and _within(m.start, m.end, ends[m.doc])
        and _within(v.start, v.end, ends[v.doc])
        and _others_within(side, ends)
        and bool(shapes[m.type, m.level, m.reading, (m.entity == NONE).astype(np.int64)].all())
        and bool(event_shapes[v.type, v.polarity, v.modality].all())
        and bool((side.entities.type < codes.types.unknown).all())
        and bool((s.label < codes.labels.unknown).all())
        and _references_hold(side)
        and _arguments_fit(side)
        and _stances_fit(side)
    )


def _in_one_cluster(m: Mentions, spans: Ints) -> bool:
    clustered = m.entity != NONE
    return number_of(spans[clustered]) == number_of(spans[clustered], m.entity[clustered])


def _within(start: Ints, end: Ints, length: Ints) -> bool:
    return bool(((start >= 0) & (start < end) & (end <= length)).all())


def _others_within(side: Side, ends: Ints) -> bool:
    """Heads, conditions and evidence."""
    m, v, s = side.mentions, side.events, side.stances
    rows, start, end = side.heads
    return bool(((m.start[rows] <= start) & (start < end) & (end <= m.end[rows])).all()) and all(
        _within(spans.start, spans.end, ends[doc[spans.row]])
        for spans, doc in ((side.conditions, v.doc), (side.evidence, s.doc))
    )


def _references_hold(side: Side) -> bool:
    """Whether entities are those that mentions refer to, and sources are mentions or words."""
    used = side.mentions.entity[side.mentions.entity != NONE]
    if (used == DANGLING).any():
        return False
    referred = np.zeros(len(side.node_layer), np.bool_)
    referred[used] = True
    if not np.array_equal(referred, side.node_layer == ENTITY):
        return False
    sources = np.concatenate([side.events.source, side.stances.source])
    named = sources[(sources != NONE) & (sources != AUTHOR) & (sources != UNSPECIFIED)]
    return not (named == DANGLING).any() and bool((side.node_layer[named] == MENTION).all())


def _arguments_fit(side: Side) -> bool:
    a, codes = side.arguments, side.codes
    kinds = side.events.type[a.event]
    by_mention, by_event = a.given == BY_MENTION, a.given == BY_EVENT
    if not (by_mention | by_event).all() or (a.filler < 0).any():
        return False
    layer, row = side.node_layer[a.filler], side.node_row[a.filler]
    if (layer != np.where(by_event, EVENT, MENTION)).any():
        return False
    if not codes.fillers[kinds[by_mention], a.role[by_mention], side.mentions.type[row[by_mention]]].all():
        return False
    return (
        bool(codes.event_fillers[kinds[by_event], a.role[by_event]].all())
        and not (row[by_event] == a.event[by_event]).any()
    )


def _stances_fit(side: Side) -> bool:
    s = side.stances
    if (s.holder < 0).any() or (s.target < 0).any():
        return False
    target = side.node_layer[s.target]
    return (
        bool((side.node_layer[s.holder] == ENTITY).all())
        and bool(((target == ENTITY) | (target == EVENT)).all())
        and not (s.holder == s.target).any()
    )


def _complete(batch: Batch) -> bool:
    side, spans = batch.gold, batch.spans
    v, s, a, more = side.events, side.stances, side.arguments, side.further
    return (
        not repeated(spans.gold_mentions)
        and not (v.source == NONE).any()
        and not (more.clusters == NONE).any()
        and not (more.explicit == NONE).any()
        and not (s.source == NONE).any()
        and len(side.evidence.row) == len(s.doc)
        and not repeated(a.event, a.role, a.filler)
        and not repeated(side.entities.doc, more.names)
        and _entities_typed(side)
        and number_of(more.clusters) == number_of(more.clusters, v.type)
        and _nested(side.mentions)
        and _placed(side, side.mentions, v)
    )


def _entities_typed(side: Side) -> bool:
    """Whether each entity is of a type that one of its mentions has."""
    m = side.mentions
    with_entity = m.entity != NONE
    typed = _typed(m.entity[with_entity], m.type[with_entity], side)
    return bool(np.isin(_typed(side.node_of[ENTITY], side.entities.type, side), typed).all())


def _typed(node: Ints, kind: Ints, side: Side) -> Ints:
    """One number for each node and type."""
    return node * (side.codes.types.unknown + 1) + kind


def _nested(m: Mentions) -> bool:
    """Whether mentions lie apart or within one another, and none too deep.

    Outermost mentions are taken off level by level: they lie apart, and each other one lies within the last before it.
    """
    room = 1 + int(m.end.max(initial=0))
    start, end = m.doc * room + m.start, m.doc * room + m.end
    order = np.argsort(pack(m.doc, m.start, int(m.end.max(initial=0)) - (m.end - m.start)))
    start, end = start[order], end[order]
    for _ in range(MAX_NESTING):
        if not len(start):
            return True
        reach = np.empty_like(end)
        reach[0] = -1
        np.maximum.accumulate(end[:-1], out=reach[1:])
        outer = end > reach
        if (start[outer] < reach[outer]).any():
            return False
        start, end = start[~outer], end[~outer]
    return not len(start)


def _placed(side: Side, m: Mentions, v: Events) -> bool:
    """Whether blocks are in order and apart, and each annotated span lies in one that carries annotation."""
    conditions, evidence = side.conditions, side.evidence
    doc = np.concatenate([m.doc, v.doc, v.doc[conditions.row], side.stances.doc[evidence.row]])
    start = np.concatenate([m.start, v.start, conditions.start, evidence.start])
    end = np.concatenate([m.end, v.end, conditions.end, evidence.end])
    blocks = side.blocks
    if not len(blocks.doc):
        return True
    room = 1 + int(max(blocks.end.max(), end.max(initial=0)))
    firsts, lasts = blocks.doc * room + blocks.start, blocks.doc * room + blocks.end
    if (firsts[1:] < lasts[:-1]).any():
        return False
    # a document without blocks is one block
    bounded = np.isin(doc, blocks.doc)
    starts, ends = (doc * room + start)[bounded], (doc * room + end)[bounded]
    place = np.searchsorted(firsts, starts, side="right") - 1
    inside: NDArray[np.bool_] = (place >= 0) & (ends <= lasts[place]) & (blocks.annotated[place] == 1)
    return bool(inside.all())
