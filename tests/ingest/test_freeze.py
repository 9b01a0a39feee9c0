from __future__ import annotations

import pytest

from detente.errors import DataError
from detente.ingest.freeze import freeze


def test_byte_order_mark_line_ends_and_form_are_normalised_once_and_noted() -> None:
    text, notes = freeze(b"\xef\xbb\xbfa\r\nb\rc e\xcc\x81")
    assert text == "a\nb\nc é"
    assert notes == ("byte-order mark removed", "line ends normalised to LF", "normalised to NFC")


def test_invisible_characters_are_kept_with_a_warning() -> None:
    text, notes = freeze("a\u200bb \u202ec".encode())
    assert text == "a\u200bb \u202ec"
    assert notes == ("warning: 2 invisible characters kept (U+200B, U+202E)",)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"abc\xffdef", "byte 0xff at byte 3"),
        (b"abc\0def", "a NUL byte at byte 3"),
        (b" \n ", "no text"),
        (b"x" * 101, "101 bytes"),
    ],
)
def test_what_is_no_text_is_refused_with_its_byte_offset(raw: bytes, found: str) -> None:
    with pytest.raises(DataError) as caught:
        freeze(raw, "a.txt", max_bytes=100)
    assert f"a.txt: found {found}" in str(caught.value)
