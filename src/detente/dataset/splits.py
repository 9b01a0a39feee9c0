"""Splits by time and story: a story goes whole to one split, by the date of its first article."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from detente.dataset.features import SPLITS
from detente.documents import Document
from detente.errors import DataError, Fault
from detente.files import read_toml

# the documents of each split, by its name
Splits = Mapping[str, Sequence[Document]]


class SplitDates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """ISO dates from which on stories belong to validation and to test."""

    validation_from: str
    test_from: str


def read_split_dates(path: Path) -> SplitDates:
    """Read the two dates from a TOML file; raises `DataError` as `read_toml` does."""
    return read_toml(path, SplitDates, "validation_from and test_from, ISO dates")


def assign_splits(documents: Iterable[Document], dates: SplitDates) -> dict[str, list[Document]]:
    """Documents by split, each split sorted by id; raises `DataError` for a document without date or story."""
    by_story: dict[str, list[Document]] = {}
    faults = []
    for document in documents:
        meta = document.meta
        if meta is None or not meta.published or not meta.story:
            remedy = "Add them to the article's metadata."
            faults.append(Fault("no date or no story", "meta.published and meta.story", remedy, document.id))
            continue
        by_story.setdefault(meta.story, []).append(document)
    if faults:
        raise DataError(faults)
    splits: dict[str, list[Document]] = {split: [] for split in SPLITS}
    for group in by_story.values():
        first = min(document.meta.published for document in group if document.meta)
        if first >= dates.test_from:
            splits["test"] += group
        else:
            splits["validation" if first >= dates.validation_from else "train"] += group
    return {split: sorted(group, key=lambda d: d.id) for split, group in splits.items()}
