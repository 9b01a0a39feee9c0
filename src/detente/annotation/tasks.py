"""A document as a Label Studio task: everything that is needed to build the document again lies in the task's data.

The server ignores task ids that it is given, so the document's id lies in `data` too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from detente.annotation.controls import BLOCK, TEXT
from detente.annotation.results import document_to_result
from detente.documents import ANNOTATED_BLOCKS, Document, text_hash
from detente.errors import DataError, Fault
from detente.ontology import Ontology

# the version name of the prediction that only shows which paragraphs are not annotated
BLOCKS_VERSION = "blocks"
# the layers that a pass's page does not show
HIDDEN_LAYERS = {"mentions": ("events", "stances"), "events": ("stances",)}


@dataclass(frozen=True, slots=True)
class AnnotatedDocument:
    """One annotator's version of a document, from one pass."""

    document: Document
    annotator: str
    pass_name: str


def by_document(versions: Iterable[AnnotatedDocument]) -> dict[str, list[AnnotatedDocument]]:
    """The versions of each document, by its id, in the order given."""
    found: dict[str, list[AnnotatedDocument]] = {}
    for version in versions:
        found.setdefault(version.document.id, []).append(version)
    return found


def document_to_task(
    document: Document,
    ontology: Ontology,
    *,
    pass_name: str = "",
    versions: Sequence[AnnotatedDocument] = (),
    show_blocks: bool = True,
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A blank task for a document, with what earlier passes or other annotators found as predictions.

    `more` is added to the task's data: what the page shows besides the text, and what it promises.

    `versions` are shown in the page, each under its annotator's name (`model_version`). Without any, a blank task
    shows the paragraphs that are not annotated, if `show_blocks`. A version may carry no text: it gets the document's.
    Raises `DataError` for a document without text, and for a version of another document.
    """
    if document.text is None:
        raise DataError(
            [Fault("no text", "the text to annotate", "Hydrate the stand-off document first.", document=document.id)]
        )
    data: dict[str, Any] = {
        "id": document.id,
        "title": document.meta.title if document.meta else "",
        "text": document.text,
        "sha256": text_hash(document.text),
        "length": len(document.text),
        "meta": msgspec.to_builtins(document.meta),
        "blocks": msgspec.to_builtins(document.blocks),
        "pass": pass_name,
        **(more or {}),
    }
    predictions = [_prediction(document, version, ontology, show_blocks, pass_name) for version in versions]
    if not predictions and show_blocks and (shown := block_regions(document)):
        predictions = [{"model_version": BLOCKS_VERSION, "result": shown}]
    return {"data": data, "predictions": predictions}


def block_regions(document: Document) -> list[dict[str, Any]]:
    """The paragraphs that are not annotated, as regions: greyed in the page, and without effect when submitted."""
    text = document.text or ""
    return [
        {
            "id": f"shown{number}",
            "from_name": BLOCK,
            "to_name": TEXT,
            "type": "labels",
            "value": {
                "start": block.start,
                "end": block.end,
                "text": text[block.start : block.end],
                "labels": [block.kind],
            },
        }
        for number, block in enumerate(document.blocks, 1)
        if block.kind not in ANNOTATED_BLOCKS
    ]


def _on_page(document: Document, pass_name: str) -> Document:
    """What a pass's page has controls for; the rest would be refused by the server."""
    hidden = HIDDEN_LAYERS.get(pass_name, ())
    return msgspec.structs.replace(document, **dict.fromkeys(hidden, ())) if hidden else document


def _prediction(
    document: Document, version: AnnotatedDocument, ontology: Ontology, show_blocks: bool, pass_name: str
) -> dict[str, Any]:
    shown = version.document
    if shown.id != document.id:
        raise DataError(
            [
                Fault(
                    f"a version of {shown.id} by {version.annotator}",
                    "a version of the same document",
                    "Give each document its own versions.",
                    document=document.id,
                )
            ]
        )
    shown = msgspec.structs.replace(shown, text=document.text, blocks=shown.blocks or document.blocks)
    result = document_to_result(_on_page(shown, pass_name), ontology)
    if show_blocks:
        marked = {(r["value"]["start"], r["value"]["end"]) for r in result if r.get("from_name") == BLOCK}
        result += [r for r in block_regions(shown) if (r["value"]["start"], r["value"]["end"]) not in marked]
    return {"model_version": version.annotator, "result": result}
