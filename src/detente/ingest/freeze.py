"""Freezing a text: byte-order mark off, line ends to LF, NFC; after that nobody changes it.

Zero-width and bidirectional control characters are kept, with a note, since offsets of the original must hold.
"""

from __future__ import annotations

import re
import unicodedata

from detente.errors import DataError, Fault

MAX_BYTES = 8 * 2**20
INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def freeze(raw: bytes, path: str = "", max_bytes: int = MAX_BYTES) -> tuple[str, tuple[str, ...]]:
    """The frozen text and notes of what was normalised or is unusual in it.

    Raises `DataError` with the byte offset for invalid UTF-8 or NUL, and for a file over the size cap or without text.
    """
    if len(raw) > max_bytes:
        raise refused(path, f"{len(raw)} bytes", f"at most {max_bytes}", "Split the file into articles.")
    if (offset := raw.find(b"\0")) >= 0:
        raise refused(path, f"a NUL byte at byte {offset}", "text", "Save the file as plain text in UTF-8.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte 0x{raw[error.start]:02x} at byte {error.start}, which is no UTF-8"
        raise refused(path, found, "UTF-8", "Convert the file to UTF-8.") from error
    notes = []
    if text.startswith("\ufeff"):
        text = text[1:]
        notes.append("byte-order mark removed")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        notes.append("line ends normalised to LF")
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
        notes.append("normalised to NFC")
    if invisible := INVISIBLE.findall(text):
        names = sorted({f"U+{ord(character):04X}" for character in invisible})
        notes.append(f"warning: {len(invisible)} invisible characters kept ({', '.join(names)})")
    if not text.strip():
        raise refused(path, "no text", "an article", "Leave the file out.")
    return text, tuple(notes)


def refused(path: str, found: str, expected: str, remedy: str) -> DataError:
    """The error for a file that cannot be ingested."""
    return DataError([Fault(found, expected, remedy, path=path)])
