from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from detente.documents import Document
from detente.errors import DataError
from detente.jsonl import encode_document, read_documents, write_documents, write_whole
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
