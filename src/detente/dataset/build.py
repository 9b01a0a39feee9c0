"""Building the dataset folder: Parquet for every configuration, the card and checksums, whole or not at all.

The same documents and locked versions give the same bytes.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from detente.checks import check_document
from detente.dataset.card import write_card
from detente.dataset.croissant import write_croissant
from detente.dataset.features import CONFIGURATIONS, make_features
from detente.dataset.release import DATE, VERSION
from detente.dataset.rows import make_rows
from detente.dataset.splits import SplitDates, assign_splits
from detente.documents import Document
from detente.errors import DataError
from detente.ontology import Ontology

CHECKSUMS = "SHA256SUMS"


def build_dataset(
    documents: Sequence[Document], folder: Path, ontology: Ontology, dates: SplitDates, evidence: str = ""
) -> Mapping[str, int]:
    """Write the dataset folder from gold documents; `evidence` is Markdown for the card (agreement, audit).

    Documents marked stand-off go to the `standoff` configuration alone, without text. Files of an earlier build are
    replaced only when everything has been written. Returns the number of documents by split (`standoff` apart).
    Raises `DataError` with every fault of every document.
    """
    faults = [fault for document in documents for fault in check_document(document, ontology)]
    if faults:
        raise DataError(faults)
    core = [document for document in documents if not _is_standoff(document)]
    splits = assign_splits(core, dates)
    standoff = assign_splits([document for document in documents if _is_standoff(document)], dates)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as name:
        fresh = Path(name) / "fresh"
        for configuration in CONFIGURATIONS:
            parts = standoff if configuration == "standoff" else splits
            for split, group in parts.items():
                if group:
                    _write_parquet(fresh, configuration, split, group, ontology)
        write_card(fresh, splits, standoff, ontology, evidence)
        write_croissant(fresh, ontology, VERSION, DATE)
        (fresh / CHECKSUMS).write_text(checksums(fresh), encoding="utf-8")
        _replace(folder, fresh)
    return {**{split: len(group) for split, group in splits.items()}, "standoff": sum(map(len, standoff.values()))}


def checksums(folder: Path) -> str:
    """SHA-256 of every file of a dataset folder, in the format of sha256sum."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != CHECKSUMS)
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}" for path in files
    ]
    return "\n".join(lines) + "\n"


def _is_standoff(document: Document) -> bool:
    return document.meta is not None and document.meta.standoff


def _write_parquet(
    folder: Path, configuration: str, split: str, documents: Sequence[Document], ontology: Ontology
) -> None:
    from datasets import Dataset, disable_progress_bars

    disable_progress_bars()
    path = folder / configuration / f"{split}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = list(make_rows(configuration, documents, ontology))
    Dataset.from_list(rows, features=make_features(configuration, ontology)).to_parquet(path)


def _replace(folder: Path, fresh: Path) -> None:
    """Swap the generated files in; files that the build does not make (a user's own) stay."""
    folder.mkdir(exist_ok=True)
    for configuration in CONFIGURATIONS:
        shutil.rmtree(folder / configuration, ignore_errors=True)
    for path in sorted(fresh.iterdir()):
        path.replace(folder / path.name)
