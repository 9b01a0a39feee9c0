"""`detente leaderboard`: check submissions, build the board."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.options import DATA, DataOption, Format, FormatOption, OntologyOption, progress

app = typer.Typer(help="Check submissions and build the leaderboard.", no_args_is_help=True)
SCORING = Path("scoring")
SplitOption = Annotated[str, typer.Option("--split", help="The split that is scored.")]


@app.command()
def check(
    folders: Annotated[list[Path], typer.Argument(help="Submission folders: <system>/<version>.")],
    data: DataOption = DATA,
    split: SplitOption = "test",
    ontology: OntologyOption = None,
) -> None:
    """Check submissions before they are handed in; lists every fault, exit status 1 if there are any.

    Example: detente leaderboard check scoring/submissions/classical/0.2.0
    """
    from detente.dataset.load import load_split
    from detente.errors import DataError
    from detente.ontology import load_ontology
    from detente.scoring.submissions import check_submission

    known, documents = load_ontology(ontology), load_split(data, split)
    faults = [fault for folder in folders for fault in check_submission(folder, known, documents)]
    if faults:
        raise DataError(faults)
    for folder in folders:
        typer.echo(f"{folder}: in order")


@app.command()
def build(
    data: DataOption = DATA,
    split: SplitOption = "test",
    scoring: Annotated[Path, typer.Option(help="Folder with submissions/, results/ and leaderboard/.")] = SCORING,
    resamples: Annotated[int, typer.Option(help="Bootstrap resamples.", min=0)] = 10_000,
    style: FormatOption = Format.text,
    ontology: OntologyOption = None,
) -> None:
    """Score every submission, write results and the static site, and print the board.

    Example: detente leaderboard build
    """
    import detente
    from detente.dataset.load import load_split
    from detente.ontology import load_ontology
    from detente.scoring.board_pages import board_json
    from detente.scoring.leaderboard import build_board
    from detente.scoring.report_text import board_markdown, board_text

    with progress() as bar:
        task = bar.add_task("score")
        board = build_board(
            scoring / "submissions",
            load_split(data, split),
            load_ontology(ontology),
            scoring / "results",
            scoring / "leaderboard",
            dataset=f"detente {detente.__version__}, {split}",
            resamples=resamples,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    writers = {Format.text: board_text, Format.markdown: board_markdown, Format.json: board_json}
    typer.echo(writers[style](board), nl=False)
    typer.echo(f"{scoring / 'leaderboard' / 'index.html'} written", err=True)
