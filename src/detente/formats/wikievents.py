"""WikiEvents (Li, Ji and Han 2021): news articles with entity mentions and event triggers, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from detente.documents import Document
from detente.files import read_bytes
from detente.formats.foreign import ForeignDocument, Marked, format_fault


def read_wikievents(path: Path) -> Iterator[ForeignDocument]:
    """The documents of a WikiEvents file.

    Its own `text` runs sentences together, so the text here is made of its sentences with a space between them; spans
    are found through their tokens. Raises `DataError` naming the line that has not the corpus's form.
    """
    for number, line in enumerate(read_bytes(path, "a file of WikiEvents").splitlines(), start=1):
        try:
            yield _document(json.loads(line))
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise format_fault(repr(error), "a document of WikiEvents", path, number) from error


def _document(row: Mapping[str, Any]) -> ForeignDocument:
    text, places = "", []
    for tokens, sentence in row["sentences"]:
        begin = tokens[0][1]
        places += [(len(text) + start - begin, len(text) + end - begin) for _, start, end in tokens]
        text += sentence + " "
    mentions = tuple(_marked(item, places, item["entity_type"]) for item in row["entity_mentions"])
    triggers = tuple(_marked(item["trigger"], places, item["event_type"]) for item in row["event_mentions"])
    return ForeignDocument(Document(row["doc_id"], text=text.rstrip()), mentions, triggers)


def _marked(item: Mapping[str, Any], places: list[tuple[int, int]], label: str) -> Marked:
    return Marked(places[item["start"]][0], places[item["end"] - 1][1], label)
