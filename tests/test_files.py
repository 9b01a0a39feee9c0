"""Files that people name: what is wrong with them is told, and they are written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from detente.errors import DataError
from detente.files import read_text, read_toml


class Form(msgspec.Struct, forbid_unknown_fields=True):
    """A form for a file."""

    number: int = 0


def fault_of(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_toml(path, Form, "a number", "See the manual.")
    return str(caught.value)


def test_a_file_of_the_form_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("number = 3\n")
    assert read_toml(path, Form, "a number") == Form(3)
    assert read_text(path, "a number") == "number = 3\n"


def test_a_file_that_is_not_there_or_is_a_folder_is_told(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    assert fault_of(path) == f"{path}: found No such file or directory; expected a number. Give an existing file."
    assert fault_of(tmp_path) == f"{tmp_path}: found Is a directory; expected a number. Give an existing file."


def test_what_is_no_utf_8_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes("# für\nnumber = 1\n".encode("latin-1"))
    found = "byte 0xfc at byte 3, which is no UTF-8"
    assert fault_of(path) == f"{path}: found {found}; expected a number, in UTF-8. Convert the file to UTF-8."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("number = ", "Invalid value (at end of document)"),
        ('number = "x"', "Expected `int`, got `str` - at `$.number`"),
        ("colour = 1", "Object contains unknown field `colour`"),
    ],
)
def test_what_does_not_parse_or_has_another_form_is_told_with_the_remedy(tmp_path: Path, text: str, found: str) -> None:
    path = tmp_path / "a.toml"
    path.write_text(text)
    assert fault_of(path) == f"{path}: found {found}; expected a number. See the manual."
