"""SEESAW (Zhang, Beauchamp and Wang 2022): sentences of political news, with who is for or against whom in each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from detente.documents import Document
from detente.formats.foreign import Attitude, ForeignDocument, format_fault, read_json


def read_seesaw(folder: Path) -> Iterator[ForeignDocument]:
    """The sentences of the corpus that hold an attitude, one document each; `folder` has `annotations` and `articles`.

    Raises `DataError` naming the file that is missing or has not the corpus's form.
    """
    for path in sorted((folder / "annotations").glob("*.json")):
        article = folder / "articles" / path.name
        annotated, told = read_json(path), read_json(article)
        try:
            sentences = {str(sentence["id"]): sentence["text"] for sentence in told["text"]}
            for number, found in annotated["sentence-level stances"].items():
                attitudes = tuple(Attitude(one["subject"], one["object"], one["sentiment"]) for one in found)
                if attitudes and sentences.get(number):
                    yield ForeignDocument(
                        Document(f"{path.stem}-{number}", text=sentences[number]), attitudes=attitudes
                    )
        except (KeyError, TypeError) as error:
            raise format_fault(repr(error), "an article of SEESAW with its annotation", path) from error
