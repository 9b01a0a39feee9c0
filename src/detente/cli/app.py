"""The command line: parses, calls a plain function, prints. Results go to stdout, progress and complaints to stderr."""

from __future__ import annotations

import sys

import typer

from detente import __version__
from detente.cli import annotate, baseline, data, ingest, leaderboard, score, study
from detente.errors import DetenteError, UsageError

app = typer.Typer(
    name="detente",
    help="Annotate news on defence diplomacy and conflict, build the dataset, train baselines, score systems.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("ingest")(ingest.ingest)
app.add_typer(annotate.app, name="annotate")
app.add_typer(data.app, name="data")
app.add_typer(baseline.app, name="baseline")
app.command("score")(score.score)
app.command("compare")(score.compare)
app.command("view")(score.view)
app.add_typer(leaderboard.app, name="leaderboard")
app.add_typer(study.app, name="study")


def _version(value: bool) -> None:
    if value:
        typer.echo(f"detente {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    pass


def main() -> None:
    """Run the command line; exit status 0 fine, 1 bad data or a failed check, 2 wrong usage."""
    try:
        app()
    except UsageError as error:
        typer.echo(f"detente: {error}", err=True)
        sys.exit(2)
    except DetenteError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)
