"""The error page: one HTML file that shows each article with gold and predicted over the same text.

Nothing is loaded from any network; all text is data, escaped once on the way in and only ever shown as text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from detente.checks import check_document
from detente.documents import ANNOTATED_BLOCKS, DEBRIS_BLOCKS, Block, Document
from detente.errors import DataError, Fault
from detente.ontology import Ontology
from detente.pages import json_for_script, render_page
from detente.scoring.pairing import cluster_faults, text_faults, unknown_id
from detente.scoring.view_items import (
    ARGUMENTS,
    ATTRIBUTES,
    ENTITIES,
    EVENTS,
    KINDS,
    LAYERS,
    OTHER_MENTIONS,
    STANCE,
    Item,
    Side,
    compare_document,
    walk,
)
from detente.scoring.view_tables import ArticleSlices, confusion_tables

SCRIPTS = tuple(f"scoring/{name}.js" for name in ("view_state", "view_draw", "view_tables", "view"))
_SPACE = re.compile(r"\s+")


def render_view(
    gold: Sequence[Document], predicted: Mapping[str, Document], ontology: Ontology, title: str = "Errors by article"
) -> str:
    """One self-contained HTML page with every item of every article marked right or wrong.

    `predicted` maps document ids to predictions; an article without one is shown as missed altogether. Raises
    `DataError` with all faults where gold lacks its text, a prediction has no gold, or a prediction is malformed.
    """
    faults = list(_faults(gold, predicted, ontology))
    if faults:
        raise DataError(faults)
    compared = [
        (document, compare_document(document, predicted.get(document.id, Document(id=document.id)), ontology))
        for document in gold
    ]
    everything = [item for _, items in compared for item in items]
    slices: dict[str, int] = {}
    data = {
        "articles": [
            _article(document, items, document.id in predicted, ArticleSlices(document, ontology, slices))
            for document, items in compared
        ],
        "kinds": KINDS,
        "layers": LAYERS,
        "groups": _groups(everything, ontology),
        "slices": list(slices),
        "confusion": confusion_tables(everything, ontology),
    }
    return render_page(
        "scoring/view.html.j2", style="scoring/view.css", scripts=SCRIPTS, title=title, data=json_for_script(data)
    )


def _faults(gold: Sequence[Document], predicted: Mapping[str, Document], ontology: Ontology) -> Iterable[Fault]:
    known = {document.id: document for document in gold}
    for document in gold:
        if document.text is None:
            yield Fault(
                "gold without its text", "a document with text", "Hydrate the document first.", document=document.id
            )
    for name, prediction in predicted.items():
        if name not in known:
            yield unknown_id(name)
            continue
        yield from check_document(prediction, ontology, gold=False)
        yield from text_faults(prediction, known[name])
        yield from cluster_faults(prediction)


def _groups(items: Sequence[Item], ontology: Ontology) -> list[dict[str, Any]]:
    """The types offered by the type filter: those that occur, in the ontology's order."""
    present: dict[str, set[str]] = {}
    for item in walk(items):
        for side in (item.gold, item.predicted):
            if side is not None:
                present.setdefault(item.layer, set()).add(side.label)
    offered: tuple[tuple[str, tuple[str, ...], Iterable[str]], ...] = (
        ("Mention type", (ENTITIES, OTHER_MENTIONS), ontology.entity_type),
        ("Event type", (EVENTS,), ontology.event_type),
        ("Role", (ARGUMENTS,), ontology.roles),
        ("Attribute", (ATTRIBUTES,), ontology.polarities + ontology.modalities),
        ("Stance", (STANCE,), ontology.stance_labels),
    )
    groups = []
    for name, layers, types in offered:
        found = set().union(*(present.get(layer, set()) for layer in layers))
        shown = [one for one in types if one in found]
        if shown:
            groups.append({"name": name, "layers": layers, "types": shown})
    return groups


def _article(document: Document, items: Sequence[Item], has_prediction: bool, slices: ArticleSlices) -> dict[str, Any]:
    text = document.text or ""
    paragraphs = _paragraphs(document)
    cuts = _cuts(text, items)
    segments = [_segments(block, cuts) for block in paragraphs]
    places = _Places(segments)
    meta = document.meta
    facts = [document.id, *((meta.published, meta.story, meta.kind) if meta else ())]
    if not has_prediction:
        facts.append("no prediction for this article")
    return {
        "id": document.id,
        "title": (meta.title if meta else "") or document.id,
        "facts": " · ".join(filter(None, facts)),
        "paragraphs": [
            {
                "k": block.kind,
                "c": _paragraph_class(block),
                "s": [text[start:end] for start, end in pairwise(edges)],
            }
            for block, edges in zip(paragraphs, segments, strict=True)
        ],
        "slices": slices.article,
        "items": [_item(item, places, text, slices) for item in items],
    }


def _paragraph_class(block: Block) -> str:
    if block.kind in ANNOTATED_BLOCKS:
        return ""
    return "debris" if block.kind in DEBRIS_BLOCKS else "head"


def _paragraphs(document: Document) -> list[Block]:
    """The blocks in order, with whatever text stands outside them; without blocks, the text's lines."""
    text = document.text or ""
    if not document.blocks:
        return [Block(found.start(), found.end(), "body") for found in re.finditer(r"[^\n]+", text)]
    paragraphs: list[Block] = []
    end = 0
    for block in sorted(document.blocks, key=lambda block: block.start):
        if text[end : block.start].strip():
            paragraphs.append(Block(end, block.start, "body"))
        paragraphs.append(block)
        end = max(end, block.end)
    if text[end:].strip():
        paragraphs.append(Block(end, len(text), "body"))
    return paragraphs


def _cuts(text: str, items: Sequence[Item]) -> list[int]:
    """Offsets at which the text is cut, in order: the edges of all spans and of all white space."""
    cuts = {edge for space in _SPACE.finditer(text) for edge in space.span()}
    for item in walk(items):
        for side in (item.gold, item.predicted):
            cuts.update((side.span or ()) if side else ())
    return sorted(cuts)


def _segments(block: Block, cuts: Sequence[int]) -> list[int]:
    """The edges of a paragraph's segments, its own included."""
    inner = cuts[bisect_left(cuts, block.start + 1) : bisect_left(cuts, block.end)]
    return [block.start, *inner, block.end]


class _Places:
    """Where a span of code points lies on the page: (paragraph, first segment, segment after the last)."""

    def __init__(self, segments: Sequence[Sequence[int]]) -> None:
        self.segments = segments
        self.ends = [edges[-1] for edges in segments]

    def of(self, span: tuple[int, int] | None) -> list[tuple[int, int, int]]:
        places: list[tuple[int, int, int]] = []
        if span is None:
            return places
        paragraph = bisect_left(self.ends, span[0] + 1)
        while paragraph < len(self.segments) and self.segments[paragraph][0] < span[1]:
            edges = self.segments[paragraph]
            places.append(
                (paragraph, bisect_left(edges, max(span[0], edges[0])), bisect_left(edges, min(span[1], edges[-1])))
            )
            paragraph += 1
        return places


def _item(item: Item, places: _Places, text: str, slices: ArticleSlices, event: Item | None = None) -> dict[str, Any]:
    return {
        "l": item.layer,
        "k": item.kinds,
        "w": item.what,
        "g": _side(item, item.gold, places, text),
        "p": _side(item, item.predicted, places, text),
        "s": slices.of(item, event),
        "x": [_item(part, places, text, slices, item) for part in item.parts],
    }


def _side(item: Item, side: Side | None, places: _Places, text: str) -> dict[str, Any] | None:
    if side is None:
        return None
    shown = {"t": side.label, "n": side.name, "d": side.details, "a": places.of(side.span)}
    if item.layer == STANCE and side.span:
        shown["q"] = " ".join(text[slice(*side.span)].split())
    return shown
