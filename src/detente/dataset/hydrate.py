"""Joining a stand-off article with the copy of its text that the user has."""

from __future__ import annotations

import msgspec

from detente.documents import Document, text_hash
from detente.errors import DataError, Fault
from detente.ingest.freeze import freeze


def hydrate(document: Document, raw: bytes, path: str = "") -> Document:
    """The stand-off document with its text and title; offsets hold only if the text is the very same.

    Raises `DataError` where the frozen text's SHA-256 is not that of the annotated one.
    """
    if document.meta is None or not document.meta.standoff:
        raise DataError([Fault("no stand-off document", "meta.standoff = true", "Nothing to do.", document.id)])
    text, _ = freeze(raw, path)
    if text_hash(text) != document.meta.sha256:
        fault = Fault(
            f"a text of {len(text)} code points with SHA-256 {text_hash(text)[:16]}…",
            f"one of {document.meta.length} with {document.meta.sha256[:16]}…",
            f"Get the article from {', '.join(document.meta.sources) or 'its publisher'} as plain text, unchanged.",
            document=document.id,
            path=path,
        )
        raise DataError([fault])
    title = next((text[block.start : block.end] for block in document.blocks if block.kind == "title"), "")
    return msgspec.structs.replace(document, text=text, meta=msgspec.structs.replace(document.meta, title=title))
