"""What every baseline offers: `fit` gives a model, a model predicts documents and can be stored and loaded again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import msgspec

from detente.documents import Document
from detente.errors import UsageError
from detente.ontology import Ontology

KEEP_MENTIONS = "mentions"
KEEP_EVENTS = "events"
KEEP = (KEEP_MENTIONS, KEEP_EVENTS)

# what is being done ("train", "predict"), steps done, steps in all (0: not known)
Progress = Callable[[str, int, int], None]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the settings of a baseline; the defaults are the settings of its TOML file in `baselines/`."""


class Model(Protocol):
    """A trained baseline."""

    def predict(self, document: Document, keep: frozenset[str] = frozenset()) -> Document:
        """Annotate one document that carries its text; the result has a prediction's form, without text and meta.

        `keep` says which layers of `document` are given and stay as they are: "mentions" (with their entities), or
        "events" (with mentions and entities); only the layers above are then predicted. Raises `DataError` where the
        document has no text, `UsageError` for an unknown layer.
        """
        ...

    def save(self, folder: Path) -> None:
        """Write the model's files into an existing, empty folder."""
        ...


@dataclass(frozen=True, slots=True)
class Baseline:
    """A row of the name table: how to train a baseline, how to load it, and what it can be told."""

    summary: str
    settings: type[Settings]
    fit: Callable[[Sequence[Document], Ontology, Any, Progress], Model]
    load: Callable[[Path, Ontology, Any], Model]


def no_progress(what: str, done: int, total: int) -> None:
    """Report progress to nobody."""


def kept_layers(keep: frozenset[str]) -> tuple[bool, bool]:
    """Whether mentions and whether events are given (given events imply given mentions).

    Raises `UsageError` for anything that is no layer.
    """
    unknown = sorted(keep - set(KEEP))
    if unknown:
        raise UsageError(f"unknown layer {unknown[0]!r} to keep; there are: {', '.join(KEEP)}")
    return bool(keep), KEEP_EVENTS in keep
