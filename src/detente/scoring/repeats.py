"""Items that repeat another one in everything but their id, and so count once with it."""

from __future__ import annotations

import numpy as np

from detente.scoring.batch import Batch, distinct_places
from detente.scoring.columns import Ints, Side
from detente.scoring.fingerprint import Hashes, ends_hashes, mixed, sums_by


def repeats(batch: Batch) -> dict[tuple[str, str], Ints]:
    """How many items of each side and layer repeat another one, by document; layers without any are left out."""
    spans = batch.spans
    found: dict[tuple[str, str], Ints] = {}
    for name, side, mentions, triggers in (
        ("gold", batch.gold, spans.gold_mentions, spans.gold_triggers),
        ("predicted", batch.predicted, spans.mentions, spans.triggers),
    ):
        for layer, (doc, columns) in _layers(side, mentions, triggers).items():
            kept = distinct_places(*columns)
            if len(kept) < len(doc):
                found[name, layer] = np.bincount(doc, minlength=len(batch)) - np.bincount(
                    doc[kept], minlength=len(batch)
                )
    return found


def _layers(side: Side, mentions: Ints, triggers: Ints) -> dict[str, tuple[Ints, tuple[Ints, ...]]]:
    """The documents of each layer's items, and what they say; numbers must not be negative."""
    m, v, a, s, more = side.mentions, side.events, side.arguments, side.stances, side.further
    single = distinct_places(a.event, a.role, a.filler)
    arguments = _whole(sums_by(a.event[single], mixed(a.role[single], a.filler[single]), len(v.doc)))
    conditions = _whole(ends_hashes(side.conditions, len(v.doc)))
    evidence = _whole(ends_hashes(side.evidence, len(s.doc)))
    happened = triggers, v.type, v.polarity, v.modality, 4 + v.source
    return {
        "mentions": (m.doc, (mentions, m.type, m.level, m.reading, 1 + m.entity, more.values)),
        "events": (v.doc, (*happened, arguments, conditions, 1 + more.clusters)),
        "arguments": (v.doc[a.event], (a.event, a.role, a.filler)),
        "stances": (s.doc, (s.holder, s.target, s.label, 1 + more.explicit, 4 + s.source, evidence)),
    }


def _whole(hashes: Hashes) -> Ints:
    """Hashes as numbers that can be packed."""
    return (hashes >> np.uint64(2)).astype(np.int64)
