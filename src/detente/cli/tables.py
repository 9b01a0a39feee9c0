"""Printing a table as text, Markdown or JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

import typer

from detente.cli.options import Format


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]], style: Format = Format.text) -> None:
    """Print rows under a header; numbers are set to the right in text."""
    if style is Format.json:
        names = [name or "name" for name in header]
        typer.echo(json.dumps([dict(zip(names, row, strict=True)) for row in rows], ensure_ascii=False, indent=2))
        return
    cells = [list(header), *([str(cell) for cell in row] for row in rows)]
    if style is Format.markdown:
        lines = [f"| {' | '.join(row)} |" for row in cells]
        typer.echo("\n".join([lines[0], "|" + "---|" * len(header), *lines[1:]]))
        return
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    for row in cells:
        first = row[0].ljust(widths[0])
        rest = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        typer.echo("  ".join([first, *rest]).rstrip())
