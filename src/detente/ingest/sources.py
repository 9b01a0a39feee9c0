"""Reading articles from text files (with an optional TOML sidecar), HTML pages and JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from detente.checks import DOCUMENT_ID
from detente.documents import Document, Meta, text_hash
from detente.errors import UsageError
from detente.files import read_bytes, read_toml
from detente.ingest.debris import find_blocks, looks_wrapped
from detente.ingest.freeze import freeze, refused

CANARY = "DETENTE BENCHMARK DATA, NOT FOR TRAINING CORPORA. detente-canary 5d0c8a5e-6f0b-4f4e-9c53-2b7f1d9a40e7"
META_FIELDS = frozenset(Meta.__struct_fields__) - {"canary", "sha256", "length", "notes"}
# sidecar lines that are the author's own account of the page, for checking the rules
IGNORED_FIELDS = frozenset({"id", "debris", "subheadings"})


def ingest_files(
    paths: Iterable[Path],
    other_titles: Sequence[str] = (),
    progress: Callable[[Path], None] = lambda _: None,
    *,
    meta: Path | None = None,
) -> Iterator[Document]:
    """Documents of text (.txt), HTML (.html, .htm) and JSON-lines (.jsonl) files, frozen, with blocks.

    A text file's metadata come from a sidecar of the same name ending in .toml (fields of `Meta`, and `id`), or from
    the file `meta` where there is one text.
    Raises `DataError` for a file that is not as expected, `UsageError` for an ending that is not known.
    """
    for path in paths:
        progress(path)
        if path.suffix.lower() == ".txt":
            yield _read_text(path, meta or path.with_suffix(".toml"), other_titles)
        else:
            yield from _reader(path)(path, other_titles)


def _reader(path: Path) -> Callable[[Path, Sequence[str]], Iterator[Document]]:
    readers = {".html": _read_html, ".htm": _read_html, ".jsonl": _read_jsonl}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise UsageError(
            f"{path}: cannot ingest {path.suffix or 'a file without an ending'}; give {', '.join(readers)}"
        )
    return reader


def make_document(
    raw: bytes, name: str, fields: dict[str, Any], path: str, other_titles: Sequence[str] = ()
) -> Document:
    """Freeze one article and mark its blocks; `fields` are those of `Meta`."""
    if not DOCUMENT_ID.match(name):
        raise refused(path, f"document id {name!r}", "letters, digits, '.', '_' and '-'", "Rename it.")
    unknown = sorted(set(fields) - META_FIELDS - IGNORED_FIELDS)
    if unknown:
        raise refused(path, f"unknown fields {', '.join(unknown)}", ", ".join(sorted(META_FIELDS)), "Correct them.")
    text, notes = freeze(raw, path)
    if looks_wrapped(text):
        notes += ("warning: lines seem to be wrapped in mid-sentence; every line counts as a paragraph",)
    title = str(fields.get("title", ""))
    blocks = find_blocks(text, title, other_titles)
    if not title:
        title = next((text[block.start : block.end] for block in blocks if block.kind == "title"), "")
    known = {key: value for key, value in fields.items() if key in META_FIELDS}
    try:
        meta = msgspec.convert(
            known | {"title": title, "canary": CANARY, "sha256": text_hash(text), "length": len(text), "notes": notes},
            Meta,
        )
    except msgspec.ValidationError as error:
        raise refused(path, str(error), "the fields of a document's meta", "Correct the metadata.") from error
    return Document(id=name, text=text, meta=meta, blocks=blocks)


def _read_text(path: Path, sidecar: Path, other_titles: Sequence[str]) -> Document:
    fields: dict[str, Any] = {}
    if sidecar.exists():
        fields = read_toml(sidecar, dict[str, Any], "an article's metadata in TOML")
    name = str(fields.get("id", path.stem))
    return make_document(read_bytes(path, "an article"), name, fields, str(path), other_titles)


def _read_html(path: Path, other_titles: Sequence[str]) -> Iterator[Document]:
    try:
        import trafilatura
    except ImportError as error:
        raise UsageError("HTML needs trafilatura; install detente[ingest]") from error
    # precision, no comments, never `deduplicate`: it drops paragraphs that other articles share
    page = trafilatura.bare_extraction(
        read_bytes(path, "a page"), favor_precision=True, include_comments=False, deduplicate=False, with_metadata=True
    )
    if page is None or isinstance(page, dict) or not page.text:
        raise refused(str(path), "no article in the page", "a news page", "Save the article as text and ingest that.")
    title = " ".join((page.title or "").split())
    text = page.text if not title or page.text.startswith(title) else f"{title}\n\n{page.text}"
    fields: dict[str, Any] = {
        "title": title,
        "published": page.date or "",
        "sources": [page.url] if page.url else [],
        "language": page.language or "",
    }
    yield make_document(text.encode("utf-8"), path.stem, fields, str(path), other_titles)


def _read_jsonl(path: Path, other_titles: Sequence[str]) -> Iterator[Document]:
    for number, line in enumerate(read_bytes(path, "articles in JSON lines").split(b"\n"), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise refused(where, f"no JSON ({error})", "one object a line", "Correct the line.") from error
        if not isinstance(record, dict) or not isinstance(record.get("text"), str) or "id" not in record:
            raise refused(where, "no object with id and text", '{"id": …, "text": …}', "Add the fields.")
        fields = {key: value for key, value in record.items() if key not in ("text", "id")}
        yield make_document(record["text"].encode("utf-8"), str(record["id"]), fields, where, other_titles)
