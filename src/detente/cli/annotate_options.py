"""What the commands of `detente annotate` share: options, folders, and reaching the server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from detente.annotation.connection import Server

GUIDELINES = Path("annotation/guidelines.md")
DECISIONS = Path("annotation/decisions.tsv")
GuidelinesOption = Annotated[
    Path, typer.Option("--guidelines", help="Shown in the page at one click, the pass's sections; may be absent.")
]
DecisionsOption = Annotated[Path, typer.Option("--output", "-o", help="The table of decisions.")]
UrlOption = Annotated[str, typer.Option("--url", envvar="DETENTE_URL", help="The server's address.")]
TokenOption = Annotated[str, typer.Option("--token", envvar="DETENTE_TOKEN", help="A user's API token.")]
PassOption = Annotated[str, typer.Option("--pass", help="mentions, events, stance or full.")]
VersionOption = Annotated[str, typer.Option("--version", help="Keeps repeated passes apart.")]
OnlyPassOption = Annotated[str | None, typer.Option("--pass", help="Only this pass.")]
OnlyVersionOption = Annotated[str | None, typer.Option("--version", help="Only this version.")]
DocumentsArgument = Annotated[Path, typer.Argument(help="Documents in JSON lines, with text.")]
URL = "http://127.0.0.1:8080"


def connect_server(url: str, token: str) -> Server:
    """Reach the server with a user's token."""
    from detente.annotation.connection import connect

    return connect(url, token)
