"""From the dataset folder back to documents, for training, scoring and checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from detente.dataset.features import SPLITS
from detente.dataset.rows import row_to_document
from detente.documents import Document
from detente.errors import DataError, Fault


def load_split(folder: Path, split: str, configuration: str = "documents") -> list[Document]:
    """The documents of one split of a dataset folder, in its order; labels come from the file's own features."""
    path = folder / configuration / f"{split}.parquet"
    if not path.exists():
        known = sorted(p.stem for p in (folder / configuration).glob("*.parquet"))
        expected = f"a dataset folder with {configuration}/{split}.parquet (splits there: {', '.join(known) or 'none'})"
        raise DataError([Fault("no such file", expected, "Run `detente data build`.", path=str(path))])
    import pyarrow.parquet
    from datasets import Features

    table = pyarrow.parquet.read_table(path)
    features: Any = Features.from_arrow_schema(table.schema)
    return [row_to_document(row, features) for row in table.to_pylist()]


def load_configuration(folder: Path, configuration: str = "documents") -> dict[str, list[Document]]:
    """All splits of `documents` or `standoff` that the folder has, in the order train, validation, test."""
    present = [split for split in SPLITS if (folder / configuration / f"{split}.parquet").exists()]
    if not present:
        load_split(folder, SPLITS[0], configuration)
    return {split: load_split(folder, split, configuration) for split in present}
