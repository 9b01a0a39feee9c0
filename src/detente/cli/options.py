"""Options that several commands share, and the progress bar."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.progress import Progress

OntologyOption = Annotated[
    Path | None, typer.Option("--ontology", help="An ontology file of your own instead of detente's.", dir_okay=False)
]
# where things are in the project's folder
DATA, EXPORTS = Path("data"), Path("annotation/exports")
DataOption = Annotated[Path, typer.Option("--data", help="The dataset folder.", file_okay=False)]
ExportsOption = Annotated[Path, typer.Option("--exports", help="Folder of the normalised exports.")]
OutputOption = Annotated[Path | None, typer.Option("--output", "-o", help="Write here instead of to stdout.")]


class Format(StrEnum):
    """How results are printed."""

    text = "text"
    json = "json"
    markdown = "markdown"


FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to print the result.")]


@contextmanager
def progress() -> Iterator[Progress]:
    """A progress bar on stderr, shown only where stderr is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        yield bar
