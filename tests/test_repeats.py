"""Repeated ids are found exactly: whatever the order of the ids, and where two of them look alike."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.documents import Document
from detente.errors import DataError
from detente.jsonl import encode_document, read_documents
from detente.ontology import Ontology, load_ontology
from detente.repeats import FIRST_SLOTS, Hashes, SeenIds

ONTOLOGY = load_ontology()
names = st.lists(st.text("ab1", min_size=1, max_size=3), max_size=30)


def write(path: Path, ids: list[str]) -> Path:
    path.write_bytes(b"".join(encode_document(Document(name)) + b"\n" for name in ids))
    return path


def read(path: Path, ontology: Ontology) -> tuple[list[str], list[str]]:
    """The ids that were read, and what was found wrong."""
    found: list[str] = []
    try:
        found.extend(document.id for document in read_documents(path, ontology, gold=False))
    except DataError as error:
        return found, [f"{fault.line} {fault.found}" for fault in error.faults]
    return found, []


def expected(ids: list[str]) -> list[str]:
    return [
        f"{n} id {name!r} again (first on line {ids.index(name) + 1})"
        for n, name in enumerate(ids, 1)
        if name in ids[: n - 1]
    ]


@given(names)
def test_every_repeat_is_told_with_its_first_line(tmp_path_factory: pytest.TempPathFactory, ids: list[str]) -> None:
    path = write(tmp_path_factory.mktemp("ids") / "documents.jsonl", ids)
    assert read(path, ONTOLOGY)[1] == expected(ids)


@given(names)
def test_ids_that_look_alike_are_told_apart(tmp_path_factory: pytest.TempPathFactory, ids: list[str]) -> None:
    path = write(tmp_path_factory.mktemp("ids") / "documents.jsonl", ids)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("detente.repeats.hash", lambda name: len(name), raising=False)
        found, faults = read(path, ONTOLOGY)
    assert faults == expected(ids)
    if not faults:
        assert found == ids


def test_nothing_is_read_on_from_a_repeat(tmp_path: Path, ontology: Ontology) -> None:
    assert read(write(tmp_path / "a.jsonl", ["c", "a", "c", "b"]), ontology)[0] == ["c", "a"]


def test_a_line_that_is_no_document_is_no_first_one(tmp_path: Path, ontology: Ontology) -> None:
    path = write(tmp_path / "a.jsonl", ["b", "a", "a"])
    path.write_bytes(b'{"id": "a", "colour": 1}\n' + path.read_bytes())
    assert read(path, ontology)[1][1:] == ["4 id 'a' again (first on line 3)"]


def test_what_can_be_read_once_alone_is_checked_too(tmp_path: Path, ontology: Ontology) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    lines = write(tmp_path / "a.jsonl", ["b", "a", "b"]).read_bytes()
    writer = threading.Thread(target=path.write_bytes, args=(lines,))
    writer.start()
    assert read(path, ontology)[1] == ["3 id 'b' again (first on line 1)"]
    writer.join()


def test_ascending_ids_are_not_remembered() -> None:
    def before() -> list[str]:
        raise AssertionError("asked for ids that ascend")

    seen = SeenIds(before)
    assert not any(seen.perhaps(f"{number:05}") for number in range(9 * FIRST_SLOTS))


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=200), st.integers(1, 4))
def test_a_set_of_hashes_holds_what_a_set_holds(numbers: list[int], slots: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("detente.repeats.FIRST_SLOTS", 2**slots)
        hashes, plain = Hashes(), set()
        for number in numbers:
            # 0 and 1 are one to it
            assert hashes.add(number) == ((number or 1) not in plain)
            plain.add(number or 1)
        assert len(hashes) == len(plain)
