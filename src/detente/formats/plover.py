"""The gold standard records of PLOVER (Open Event Data Alliance): one sentence, one event with its type, each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from detente.documents import Document
from detente.formats.foreign import ForeignDocument, format_fault, read_json


def read_plover(path: Path) -> Iterator[ForeignDocument]:
    """The records that code an event; the event type is the document's label. Raises `DataError` naming the file."""
    records = read_json(path)
    for record in records:
        try:
            if record["event"] != "DOCUMENT":
                yield ForeignDocument(Document(record["id"], text=record["text"]), labels=(record["event"],))
        except (KeyError, TypeError) as error:
            raise format_fault(repr(error), "a record of PLOVER's gold standard", path) from error
