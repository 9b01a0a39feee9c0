"""The floor that the whole evaluation is measured against: typed streaming of both files and naive set metrics.

Nothing is checked, nothing is split by type or role, entities are not aligned, nothing is kept for intervals.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from detente.documents import Document


def floor(gold_path: Path, predicted_path: Path) -> dict[str, float]:
    """F1 of entities, six event metrics, attributes and stance over two files in the same order."""
    decode = msgspec.json.Decoder(Document).decode
    totals: dict[str, list[int]] = {}
    with gold_path.open("rb") as gold_lines, predicted_path.open("rb") as predicted_lines:
        for gold_line, predicted_line in zip(gold_lines, predicted_lines, strict=True):
            sides = zip(_sets(decode(gold_line)), _sets(decode(predicted_line)), strict=True)
            for (name, gold), (_, predicted) in sides:
                total = totals.setdefault(name, [0, 0, 0])
                total[0] += len(gold & predicted)
                total[1] += len(predicted)
                total[2] += len(gold)
    return {name: 2 * matched / (predicted + gold) for name, (matched, predicted, gold) in totals.items()}


def _sets(document: Document) -> Iterator[tuple[str, set[object]]]:
    spans = {mention.id: (mention.start, mention.end) for mention in document.mentions}
    spans.update((event.id, (event.start, event.end)) for event in document.events)
    arguments = [
        (event.type, (event.start, event.end), argument.role, spans[argument.mention or argument.event or ""])
        for event in document.events
        for argument in event.arguments
    ]
    yield "entities", {(m.start, m.end, m.type) for m in document.mentions}
    yield "AC+", set(arguments)
    yield "AI+", {(kind, trigger, span) for kind, trigger, _, span in arguments}
    yield "AC", {(kind, role, span) for kind, _, role, span in arguments}
    yield "AI", {(kind, span) for kind, _, _, span in arguments}
    yield "TC", {(e.start, e.end, e.type) for e in document.events}
    yield "TI", {(e.start, e.end) for e in document.events}
    yield "attributes", {(e.start, e.end, e.type, e.polarity, e.modality) for e in document.events}
    yield "stance", {(s.holder, s.target, s.label) for s in document.stances}
