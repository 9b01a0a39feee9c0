"""`detente ingest`: files and pages to documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.options import OutputOption, progress


def ingest(
    files: Annotated[list[Path], typer.Argument(help="Articles: .txt (metadata in a .toml beside it), .html, .jsonl.")],
    output: OutputOption = None,
    titles: Annotated[
        Path | None, typer.Option(help="Titles of other articles, one a line: paragraphs equal to one are debris.")
    ] = None,
    meta: Annotated[Path | None, typer.Option(help="Metadata in TOML for a single .txt file.")] = None,
) -> None:
    """Freeze texts once and mark page debris, as documents in JSON lines.

    Example: detente ingest annotation/articles/*.txt -o documents.jsonl
    """
    from detente.errors import UsageError
    from detente.files import read_text
    from detente.ingest import ingest_files
    from detente.jsonl import encode_document, write_documents

    if meta is not None and len(files) != 1:
        raise UsageError("--meta goes with one file")
    if meta is not None and not meta.exists():
        raise UsageError(f"no such file: {meta}")
    others = read_text(titles, "titles, one a line").split("\n") if titles else []
    with progress() as bar:
        task = bar.add_task("ingest", total=len(files))
        documents = list(ingest_files(files, others, lambda _: bar.advance(task), meta=meta))
    for document in documents:
        for note in document.meta.notes if document.meta else ():
            typer.echo(f"{document.id}: {note}", err=True)
    if output:
        write_documents(output, documents)
        typer.echo(f"{output}: {len(documents)} documents", err=True)
    else:
        for document in documents:
            typer.echo(encode_document(document))
