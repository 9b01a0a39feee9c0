"""A trained model as a folder: written whole or not at all, without pickle."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from detente import __version__
from detente.errors import DataError, Fault, UsageError
from detente.ontology import Ontology

MANIFEST = "model.json"
SCHEMA = 1


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a model folder holds: the baseline's name, its settings, the ontology and the size of its train set."""

    baseline: str
    settings: dict[str, Any]
    ontology: Ontology
    documents: int
    version: str = __version__
    schema: int = SCHEMA


def write_folder(folder: Path, fill: Callable[[Path], None]) -> None:
    """Let `fill` write into a temporary neighbour of `folder`, then put it in its place.

    A model that stands there is replaced; raises `UsageError` where something else does. An interruption leaves what
    was there before.
    """
    check_replaceable(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        new = temporary / "new"
        new.mkdir()
        fill(new)
        if folder.exists():
            folder.replace(temporary / "old")
        new.replace(folder)
    finally:
        if not folder.exists() and (temporary / "old").exists():
            (temporary / "old").replace(folder)
        shutil.rmtree(temporary, ignore_errors=True)


def check_replaceable(folder: Path) -> None:
    """Raise `UsageError` where `folder` is a file, or a folder with anything but a model in it."""
    if folder.exists() and not (folder / MANIFEST).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} exists and is no trained model; give another folder or remove it yourself")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a model folder; raises `DataError` where the folder holds no model of this schema."""
    path = folder / MANIFEST
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except OSError as error:
        raise model_fault(path, error.strerror or str(error)) from error
    except msgspec.DecodeError as error:
        raise model_fault(path, str(error)) from error
    if manifest.schema != SCHEMA:
        raise model_fault(path, f"schema {manifest.schema}")
    return manifest


def write_struct(path: Path, value: object) -> None:
    """Write a struct, or plain lists and dicts, as JSON."""
    path.write_bytes(msgspec.json.encode(value))


def model_fault(path: Path, found: str) -> DataError:
    """The error for a model file that cannot be used."""
    expected = f"a model trained with detente (model schema {SCHEMA})"
    return DataError([Fault(found, expected, "Train the model anew (detente baseline train).", path=str(path))])
