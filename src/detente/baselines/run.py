"""Training and predicting as plain functions: what the command line calls."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from detente.baselines.names import find_baseline
from detente.baselines.protocol import Model, Progress, Settings, kept_layers, no_progress
from detente.baselines.storage import (
    MANIFEST,
    Manifest,
    check_replaceable,
    read_manifest,
    write_folder,
    write_struct,
)
from detente.documents import Document
from detente.errors import DataError, Fault, UsageError
from detente.files import read_toml
from detente.ontology import Ontology

# net allocations of containers between two looks for reference cycles while predicting
ALLOCATIONS = 50_000
# what a file of settings should hold
EXPECTED, REMEDY = "the settings of a baseline", "Compare it with the file of that baseline in baselines/."


def read_settings(path: Path) -> tuple[str, Settings]:
    """A baseline's name and settings from a TOML file: `baseline = "…"`, then the settings.

    Raises `DataError` naming the file where it does not parse or a setting is unknown or of the wrong type.
    """
    raw = read_toml(path, dict[str, Any], EXPECTED, REMEDY)
    name = raw.pop("baseline", None)
    if not isinstance(name, str):
        raise _settings_fault("no `baseline`", str(path))
    return name, make_settings(name, raw, str(path))


def make_settings(name: str, raw: Mapping[str, Any] | None = None, path: str = "") -> Settings:
    """The settings of baseline `name` with `raw` in place of the defaults; `path` is for the error's message."""
    try:
        return msgspec.convert(dict(raw or {}), find_baseline(name).settings)
    except msgspec.ValidationError as error:
        raise _settings_fault(str(error), path) from error


def train(
    name: str,
    documents: Sequence[Document],
    ontology: Ontology,
    settings: Settings | None,
    folder: Path,
    progress: Progress = no_progress,
) -> Model:
    """Fit baseline `name` on annotated documents with text and store the model in `folder`, whole or not at all.

    `settings` is what `read_settings` or `make_settings` gives; None means the defaults. Raises `UsageError` for an
    unknown name, settings of another baseline, no documents, or a folder that holds something else than a model.
    """
    baseline = find_baseline(name)
    settings = make_settings(name) if settings is None else settings
    if not isinstance(settings, baseline.settings):
        raise UsageError(f"{type(settings).__name__} are no settings of baseline {name!r}")
    if not documents:
        raise UsageError(f"no documents to train {name!r} on; give the train split")
    check_replaceable(folder)
    model = baseline.fit(sorted(documents, key=lambda document: document.id), ontology, settings, progress)

    def fill(new: Path) -> None:
        model.save(new)
        write_struct(new / MANIFEST, Manifest(name, msgspec.to_builtins(settings), ontology, len(documents)))

    write_folder(folder, fill)
    return model


def load_model(folder: Path) -> Model:
    """The model that `train` stored in `folder`; raises `DataError` where there is none, or a broken one."""
    manifest = read_manifest(folder)
    settings = make_settings(manifest.baseline, manifest.settings, str(folder / MANIFEST))
    return find_baseline(manifest.baseline).load(folder, manifest.ontology, settings)


def predict_documents(
    model: Model,
    documents: Iterable[Document],
    keep: frozenset[str] = frozenset(),
    progress: Progress = no_progress,
) -> Iterator[Document]:
    """Predictions in the order of the documents, streaming; `keep` as in `Model.predict`.

    `progress` is told the number of documents done, with a total of 0 where `documents` has no length.
    """
    kept_layers(keep)
    total = len(documents) if isinstance(documents, Sequence) else 0
    with _frozen():
        for done, document in enumerate(documents, start=1):
            yield model.predict(document, keep)
            progress("predict", done, total)


@contextmanager
def _frozen() -> Iterator[None]:
    """Spare the garbage collector the model, and look for reference cycles rarely: predicting makes hardly any.

    Walking through the model, and through the features in the making, again and again takes two fifths of predicting.
    """
    mine, threshold = gc.get_freeze_count() == 0, gc.get_threshold()
    if mine:
        gc.freeze()
        if threshold[0]:
            gc.set_threshold(max(ALLOCATIONS, threshold[0]), *threshold[1:])
    try:
        yield
    finally:
        if mine:
            gc.unfreeze()
            gc.set_threshold(*threshold)


def _settings_fault(found: str, path: str) -> DataError:
    return DataError([Fault(found, EXPECTED, REMEDY, path=path)])
