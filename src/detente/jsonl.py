"""Documents as JSON lines: a reader and a writer that stream.

A line is read as bytes with a length limit, never with `splitlines()` (U+2028 is no line end). Repeated keys, unknown
fields, deep nesting and over-long lines are refused.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from detente.checks import check_document
from detente.documents import Document
from detente.errors import DataError, Fault
from detente.files import write_whole
from detente.ontology import Ontology
from detente.repeats import SeenIds

MAX_LINE_BYTES = 64 * 2**20
READ_BYTES = 2**18
LINE_REMEDY = "Write it as `detente data export` writes documents; scoring/README.md shows a prediction."
# an id that opens its line, as it mostly does
LEADING_ID = re.compile(rb'\s*\{\s*"id"\s*:\s*"([A-Za-z0-9._-]+)"')
# how a file begins that is of another kind as a whole: what it is, and what to do with it
OTHER_KINDS: tuple[tuple[re.Pattern[bytes], str, str], ...] = (
    (re.compile(rb"\x1f\x8b"), "a gzip file", "Unpack it (gunzip) and give what was in it."),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive", "Unpack it and give the file that was in it."),
    (re.compile(rb"PAR1"), "a Parquet file", "Give the folder it is part of with --data, or write it as JSON lines."),
    (re.compile(rb"\xff\xfe|\xfe\xff"), "text in UTF-16", "Save it as UTF-8."),
    (re.compile(rb"\xef\xbb\xbf"), "a byte-order mark", "Save it as UTF-8 without one."),
    (re.compile(rb"\s*\["), "a JSON array", "Write each document on a line of its own, without brackets around."),
    (re.compile(rb'\s*\{\s*\n\s+"'), "one JSON object over several lines", "Write the whole object on one line."),
)

_decoder = msgspec.json.Decoder(Document)
_encoder = msgspec.json.Encoder()
_plain_decoder = msgspec.json.Decoder()


class _RepeatedKeyError(ValueError):
    pass


class Shard(NamedTuple):
    """The documents whose id's CRC-32 leaves the rest `number` when divided by `shards`."""

    number: int
    shards: int

    def holds(self, raw: bytes) -> bool:
        """Whether the document of a line is one of them; a line without a readable id is in shard 0."""
        return zlib.crc32(_id_of(raw)) % self.shards == self.number


class _Named(msgspec.Struct):
    """What of a line is read to place it."""

    id: str


_named_decoder = msgspec.json.Decoder(_Named)


def _id_of(raw: bytes) -> bytes:
    if found := LEADING_ID.match(raw):
        return found[1]
    try:
        return _named_decoder.decode(raw).id.encode()
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        # zlib.crc32(b"") is 0
        return b""


def read_documents(
    path: Path,
    ontology: Ontology,
    *,
    gold: bool = True,
    max_line_bytes: int = MAX_LINE_BYTES,
    shard: Shard | None = None,
    check: bool = True,
    further: Callable[[Document], list[Fault]] | None = None,
) -> Iterator[Document]:
    """Stream the documents of a JSONL file, checked; of a shard alone where one is given.

    `further` finds what else is wrong with a document, beside what its ontology says (that it is not of this gold,
    say); the faults get their file and line. With `check=False` documents are only decoded, and their ids told apart:
    for a caller that checks many at a time.
    From the first fault on nothing more is yielded: the rest of the file is read for its faults, and all of them are
    raised together as one `DataError`. Repeated document ids are faults too. A file of another kind as a whole (gzip,
    a JSON array, say) is one fault, and is not read on.
    """
    faults: list[Fault] = []
    ids = _IdsOfFile(path, max_line_bytes, shard)
    for line, raw in _lines(path, max_line_bytes):
        if isinstance(raw, Fault):
            faults.append(raw)
            continue
        if shard is not None and not shard.holds(raw):
            continue
        try:
            document = decode_document(raw)
        except DataError as error:
            if line == 1:
                _refuse_other_kinds(path)
            faults += [replace(fault, path=str(path), line=line) for fault in error.faults]
            continue
        found = check_document(document, ontology, gold=gold) if check else []
        if further is not None:
            found += further(document)
        ids.take(document.id, line)
        if not faults:
            # whether an id is a repeated one is told later where nothing waits for it
            found += ids.repeats()
        faults += [replace(fault, path=str(path), line=fault.line or line) for fault in found]
        if not faults:
            yield document
    faults += ids.repeats()
    if faults:
        raise DataError(sorted(faults, key=lambda fault: fault.line))


class _IdsOfFile:
    """The ids of a file's documents, and which lines repeat one of an earlier line."""

    def __init__(self, path: Path, limit: int, shard: Shard | None) -> None:
        self._path, self._limit, self._shard = path, limit, shard
        self._seen = SeenIds(lambda: (name for _, name, _ in self._until(self._line)))
        self._line = 0
        # what cannot be read again is remembered by name
        self._first: dict[str, int] | None = None if path.is_file() else {}
        self._suspects: list[tuple[int, str]] = []

    def take(self, name: str, line: int) -> None:
        """Take in the id of a line's document."""
        self._line = line
        if self._seen.perhaps(name) if self._first is None else self._first.setdefault(name, line) < line:
            self._suspects.append((line, name))

    def repeats(self) -> list[Fault]:
        """The faults of the lines taken in since the last call."""
        if not self._suspects:
            return []
        suspects, self._suspects = self._suspects, []
        first = self._first
        if first is None:
            first, wanted = {}, {name for _, name in suspects}
            for line, name, raw in self._until(self._line + 1):
                if name in wanted and name not in first and _is_document(raw):
                    first[name] = line
        return [
            Fault(
                f"id {name!r} again (first on line {first[name]})",
                "each document once",
                "Remove one of them.",
                document=name,
                path=str(self._path),
                line=line,
            )
            for line, name in suspects
            if first[name] < line
        ]

    def _until(self, end: int) -> Iterator[tuple[int, str, bytes]]:
        """Number, id and bytes of the lines before line `end`."""
        for line, raw in _lines(self._path, self._limit):
            if line >= end:
                return
            if not isinstance(raw, Fault) and (self._shard is None or self._shard.holds(raw)):
                yield line, _id_of(raw).decode(), raw


def _is_document(raw: bytes) -> bool:
    try:
        decode_document(raw)
    except DataError:
        return False
    return True


def decode_document(raw: bytes) -> Document:
    """One JSON object as a document; raises `DataError` for anything but well-formed JSON of the schema."""
    try:
        document = _decoder.decode(raw)
        if not _certainly_without_repeated_keys(raw, document):
            json.loads(raw, object_pairs_hook=_refuse_repeated_keys)
    except _RepeatedKeyError as error:
        raise DataError([Fault(str(error), "each key once in an object", "Remove one of them.")]) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise DataError(
            [Fault(f"a line that is no document ({error})", "one JSON object of schema 1", LINE_REMEDY)]
        ) from error
    return document


def _refuse_other_kinds(path: Path) -> None:
    """Raise `DataError` where a file whose first line is no document begins as one of another kind; not for pipes."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        head = file.read(512)
    for beginning, found, remedy in OTHER_KINDS:
        if beginning.match(head):
            expected = "JSON lines: one document a line, in UTF-8"
            raise DataError([Fault(found, expected, remedy, path=str(path), line=1)])


def _certainly_without_repeated_keys(raw: bytes, document: Document) -> bool:
    """Whether the line is, byte for byte, what an encoder writes that gives each key once.

    An encoded struct or dict holds no key twice, so neither does a line that is the same; of other lines nothing is
    said. Decoding alone could not tell, since the last of two values wins.
    """
    if _encoder.encode(document) == raw.strip():
        return True
    # every field written out, in any order, with any spaces
    return _encoder.encode(_plain_decoder.decode(raw)) == msgspec.json.format(raw, indent=-1)


def encode_document(document: Document) -> bytes:
    """One line of JSON, without the line feed."""
    return _encoder.encode(document)


def write_documents(path: Path, documents: Iterable[Document]) -> int:
    """Write documents, one a line; the file appears whole or not at all. Returns how many were written."""
    count = 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        for document in documents:
            count += 1
            yield encode_document(document) + b"\n"

    write_whole(path, lines())
    return count


def _lines(path: Path, limit: int) -> Iterator[tuple[int, bytes | Fault]]:
    try:
        file = path.open("rb", buffering=READ_BYTES)
    except OSError as error:
        raise DataError(
            [Fault(error.strerror or str(error), "a readable JSONL file", "Give an existing file.", path=str(path))]
        ) from error
    with file:
        line = 0
        while raw := file.readline(limit + 1):
            line += 1
            if len(raw) > limit:
                while raw and not raw.endswith(b"\n"):
                    raw = file.readline(limit)
                found = f"a line of more than {limit} bytes"
                yield line, Fault(found, "one document a line", "Split it.", path=str(path), line=line)
            elif raw.strip():
                yield line, raw


def _refuse_repeated_keys(pairs: list[tuple[str, Any]]) -> None:
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys):
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise _RepeatedKeyError(f"key {repeated[:80]!r} more than once")
