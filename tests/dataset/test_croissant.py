from __future__ import annotations

import hashlib
import json
from itertools import islice
from pathlib import Path

import pytest

from detente.dataset.croissant import CROISSANT

DATA = Path(__file__).resolve().parents[2] / "data"


def test_every_file_is_described_with_its_checksum() -> None:
    described = json.loads((DATA / CROISSANT).read_text(encoding="utf-8"))
    files = {entry["contentUrl"]: entry["sha256"] for entry in described["distribution"]}
    there = {path.relative_to(DATA).as_posix(): path for path in DATA.glob("*/*.parquet")}
    assert files == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in there.items()}


def test_mlcroissant_finds_no_fault_and_reads_every_record_set(monkeypatch: pytest.MonkeyPatch) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    monkeypatch.chdir(DATA)  # paths in the file are relative to it
    dataset = mlcroissant.Dataset(CROISSANT)
    assert not dataset.metadata.ctx.issues.errors
    assert not dataset.metadata.ctx.issues.warnings
    names = [record_set.id for record_set in dataset.metadata.record_sets]
    assert len(names) == 13
    for name in names:
        (first,) = islice(dataset.records(name), 1)
        assert first[f"{name}/id"].startswith(b"dt-")


def test_nested_fields_are_read_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    from detente.dataset.load import load_split

    monkeypatch.chdir(DATA)
    record = next(iter(mlcroissant.Dataset(CROISSANT).records("documents_test")))
    document = load_split(DATA, "test")[0]
    events = record["documents_test/events"]
    assert [event["documents_test/events/start"] for event in events] == [event.start for event in document.events]
