from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from detente.documents import Document
from detente.errors import DataError
from detente.files import write_whole
from detente.jsonl import decode_document, encode_document, read_documents, write_documents
from detente.ontology import Ontology


def test_documents_come_back_as_they_were_written(tmp_path: Path, gold: Document, ontology: Ontology) -> None:
    path = tmp_path / "documents.jsonl"
    assert write_documents(path, [gold]) == 1
    assert list(read_documents(path, ontology)) == [gold]


def test_a_line_separator_in_the_text_is_no_line_end(tmp_path: Path, gold: Document, ontology: Ontology) -> None:
    odd = msgspec.structs.replace(gold, text="a\u2028b\u0085c", meta=None, blocks=(), mentions=(), entities=())
    odd = msgspec.structs.replace(odd, events=(), stances=())
    path = tmp_path / "odd.jsonl"
    write_documents(path, [odd])
    assert next(iter(read_documents(path, ontology, gold=False))).text == "a\u2028b\u0085c"


def test_all_faults_of_a_file_are_told_together_with_their_lines(
    tmp_path: Path, gold: Document, ontology: Ontology
) -> None:
    path = tmp_path / "bad.jsonl"
    good = encode_document(gold)
    path.write_bytes(b"\n".join([good, b"{oops", good, b'{"id": "x", "colour": 1}', b""]))
    with pytest.raises(DataError) as caught:
        list(read_documents(path, ontology))
    told = str(caught.value).split("\n")
    assert len(told) == 3
    assert told[0].startswith(f"{path}:2: found a line that is no document")
    assert "id 'dx-0001' again (first on line 1)" in told[1]
    assert "unknown field `colour`" in told[2]


def test_no_more_than_twenty_faults_are_shown_in_full(tmp_path: Path, ontology: Ontology) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(b"{oops\n" * 50)
    with pytest.raises(DataError) as caught:
        list(read_documents(path, ontology))
    assert len(caught.value.faults) == 50
    assert str(caught.value).endswith("… and 30 more faults")


@pytest.mark.parametrize(
    "line",
    [
        b'{"id": "x", "id": "y"}',
        b'{"id": "x", "mentions": [{"id": "m", "start": NaN, "end": 1, "type": "PER"}]}',
        b'{"id": "x", "text": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        b'{"id": "x", "meta": {"provenance": {"a": ' + b"[" * 200_000 + b"]" * 200_000 + b"}}}",
        b'{"id": "x", "text": "\xff"}',
        b'[{"id": "x"}]',
    ],
)
def test_what_is_no_document_is_refused_without_a_traceback(tmp_path: Path, ontology: Ontology, line: bytes) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(line + b"\n")
    with pytest.raises(DataError, match=":1: found"):
        list(read_documents(path, ontology, gold=False))


@pytest.mark.parametrize(
    ("content", "found", "remedy"),
    [
        (gzip.compress(b'{"id": "x"}\n' * 99), "a gzip file", "gunzip"),
        (b"PK\x03\x04\x14\n\n", "a ZIP archive", "Unpack"),
        (b"PAR1\x15\x04\n", "a Parquet file", "--data"),
        ('{"id": "x"}\n'.encode("utf-16"), "text in UTF-16", "UTF-8"),
        (b'\xef\xbb\xbf{"id": "x"}\n', "a byte-order mark", "without"),
        (b'[\n{"id": "x"},\n{"id": "y"}\n]\n', "a JSON array", "a line of its own"),
        (b'{\n  "id": "x"\n}\n', "one JSON object over several lines", "on one line"),
    ],
)
def test_a_file_of_another_kind_is_one_fault_that_says_what_it_is(
    tmp_path: Path, ontology: Ontology, content: bytes, found: str, remedy: str
) -> None:
    path = tmp_path / "other.jsonl"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        list(read_documents(path, ontology, gold=False))
    [fault] = caught.value.faults
    assert str(fault).startswith(f"{path}:1: found {found}; expected JSON lines: one document a line, in UTF-8. ")
    assert remedy in fault.remedy


def _members(value: object) -> Iterator[tuple[list[object], dict[str, object]]]:
    """Every object in a JSON value, with the way to it."""
    found: list[tuple[list[object], object]] = [([], value)]
    while found:
        way, inner = found.pop()
        if isinstance(inner, dict):
            yield way, inner
            found += [([*way, key], part) for key, part in inner.items()]
        elif isinstance(inner, list):
            found += [([*way, place], part) for place, part in enumerate(inner)]


def _with_repeated_key(value: object, way: list[object], key: str, again: object, **style: Any) -> str:
    """The value as JSON, with one key of the object at the end of the way given once more."""
    if not way:
        assert isinstance(value, dict)
        members = [*value.items(), (key, again)]
        return "{" + ",".join(f"{json.dumps(k)}:{json.dumps(v, **style)}" for k, v in members) + "}"
    if isinstance(value, dict):
        spoilt = {k: _with_repeated_key(v, way[1:], key, again, **style) for k, v in value.items() if k == way[0]}
        parts = [f"{json.dumps(k)}:{spoilt.get(k) or json.dumps(v, **style)}" for k, v in value.items()]
        return "{" + ",".join(parts) + "}"
    assert isinstance(value, list)
    parts = [
        _with_repeated_key(v, way[1:], key, again, **style) if place == way[0] else json.dumps(v, **style)
        for place, v in enumerate(value)
    ]
    return "[" + ",".join(parts) + "]"


@pytest.mark.parametrize("style", [{}, {"ensure_ascii": False}])
def test_every_repeated_key_is_refused_wherever_it_is(gold: Document, style: dict[str, Any]) -> None:
    plain = json.loads(encode_document(msgspec.structs.replace(gold, text='": colon first, \\": and é')))
    for way, members in _members(plain):
        key = next(iter(members), None)
        if key is None:
            continue
        for again in (members[key], "another" if isinstance(members[key], str) else members[key]):
            with pytest.raises(DataError, match="more than once"):
                decode_document(_with_repeated_key(plain, way, key, again, **style).encode())


def test_a_document_is_read_however_it_is_spaced_and_escaped(gold: Document) -> None:
    plain = json.loads(encode_document(gold))
    for style in ({}, {"indent": 1}, {"ensure_ascii": False}, {"separators": (",", ":")}, {"sort_keys": True}):
        assert decode_document(json.dumps(plain, **style).encode()) == gold


def test_a_line_over_the_limit_is_refused_and_the_next_is_read(
    tmp_path: Path, gold: Document, ontology: Ontology
) -> None:
    path = tmp_path / "long.jsonl"
    path.write_bytes(json.dumps({"id": "x", "text": "a" * 10_000}).encode() + b"\n{oops\n")
    with pytest.raises(DataError) as caught:
        list(read_documents(path, ontology, gold=False, max_line_bytes=1000))
    assert [fault.line for fault in caught.value.faults] == [1, 2]


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def chunks() -> list[bytes]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(path, (chunk for _ in (1,) for chunk in chunks()))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
