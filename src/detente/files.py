"""Files that people name: read with what is wrong told as a fault, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from detente.errors import DataError, DetenteError, Fault

T = TypeVar("T")


def read_bytes(path: Path, expected: str) -> bytes:
    """What a file holds; raises `DataError`, saying what was `expected` there, where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _fault(path, error.strerror or str(error), expected, "Give an existing file.") from error


def read_text(path: Path, expected: str) -> str:
    """A text file in UTF-8; raises `DataError` where it cannot be read or is no UTF-8."""
    try:
        return read_bytes(path, expected).decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte 0x{error.object[error.start]:02x} at byte {error.start}, which is no UTF-8"
        raise _fault(path, found, f"{expected}, in UTF-8", "Convert the file to UTF-8.") from error


def read_toml(path: Path, form: type[T], expected: str, remedy: str = "Correct the file.") -> T:
    """A TOML file of some form; raises `DataError` where it cannot be read, does not parse or has another form."""
    text = read_text(path, expected)
    try:
        return msgspec.convert(tomllib.loads(text), form)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise _fault(path, str(error), expected, remedy) from error


def _fault(path: Path, found: str, expected: str, remedy: str) -> DataError:
    return DataError([Fault(found, expected, remedy, path=str(path))])


def write_whole(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file through a temporary neighbour, so that a reader never meets half of it.

    Raises `DetenteError` where there is no room or no right to write.
    """
    try:
        _write_whole(path, chunks)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DetenteError(f"{path} was not written, what was there before stays ({reason}); run it again") from error


def _write_whole(path: Path, chunks: Iterable[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8, whole or not at all."""
    write_whole(path, [text.encode("utf-8")])
