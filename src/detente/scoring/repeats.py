"""Items that repeat another one in everything that is scored, and so count once with it."""

from __future__ import annotations

import numpy as np

from detente.scoring.batch import Batch, distinct_places
from detente.scoring.columns import Ints, Side
from detente.scoring.fingerprint import mixed, sums_by


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
    """The documents of each layer's items, and what is scored of them; numbers must not be negative."""
    m, v, a, s = side.mentions, side.events, side.arguments, side.stances
    single = distinct_places(a.event, a.role, a.filler)
    arguments = sums_by(a.event[single], mixed(a.role[single], a.filler[single]), len(v.doc)) >> np.uint64(2)
    return {
        "mentions": (m.doc, (mentions, m.type, m.level, m.reading, 1 + m.entity)),
        "events": (v.doc, (triggers, v.type, v.polarity, v.modality, 4 + v.source, arguments.astype(np.int64))),
        "arguments": (v.doc[a.event], (a.event, a.role, a.filler)),
        "stances": (s.doc, (s.holder, s.target, s.label)),
    }
