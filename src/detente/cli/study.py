"""`detente study`: what the baselines tell of the corpus: leaks, learning curve, transfer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.options import DataOption, Format, FormatOption, OntologyOption

app = typer.Typer(help="What the baselines tell of the corpus.", no_args_is_help=True)
DATA = Path("data")


@app.command()
def leaks(data: DataOption = DATA, style: FormatOption = Format.text, ontology: OntologyOption = None) -> None:
    """How far a stance's label can be told from the target alone, the text alone, or with the names masked.

    Trained on train, asked about validation and test together. Example: detente study leaks --format markdown
    """
    from detente.cli.tables import print_table
    from detente.dataset.load import load_configuration
    from detente.ontology import load_ontology
    from detente.studies.figures import macro_f1
    from detente.studies.leaks import find_leaks

    splits, known = load_configuration(data), load_ontology(ontology)
    results = find_leaks(splits["train"], [*splits["validation"], *splits["test"]])
    classes = list(known.stance.macro_labels)
    rows = [
        (one.name, one.sees, sum(map(len, one.labels.values())), str(macro_f1(one.labels, classes))) for one in results
    ]
    print_table(("baseline", "sees", "stances", f"macro F1 of {', '.join(classes)} (95 % interval)"), rows, style)


@app.command()
def curve(
    name: Annotated[str, typer.Argument(help="A baseline.")] = "classical",
    sizes: Annotated[list[int], typer.Option("--size", help="Numbers of training articles.")] = [15, 30, 60],  # noqa: B006 - typer's way
    draws: Annotated[int, typer.Option(help="Random draws of each size but the largest.")] = 3,
    data: DataOption = DATA,
    style: FormatOption = Format.text,
    ontology: OntologyOption = None,
) -> None:
    """Train a baseline on more and more articles and score each on test.

    Example: detente study curve classical --size 15 --size 30 --size 60 --format json
    """
    from detente.cli.baseline import baseline_settings
    from detente.cli.options import progress
    from detente.cli.tables import print_table
    from detente.dataset.load import load_split
    from detente.ontology import load_ontology
    from detente.studies.curve import learning_curve

    train, test = load_split(data, "train"), load_split(data, "test")
    rows: list[tuple[object, ...]] = []
    tracks: tuple[str, ...] = ()
    with progress() as bar:
        task = bar.add_task("train and score", total=None)
        for point in learning_curve(name, baseline_settings(name), train, test, load_ontology(ontology), sizes, draws):
            tracks = tuple(point.scores)
            values = [
                f"{s.value:.3f} ({s.low:.3f} – {s.high:.3f})" for s in point.scores.values() if s.value is not None
            ]
            rows.append((point.articles, point.draw + 1, *values))
            bar.advance(task)
    print_table(("articles", "draw", *tracks), rows, style)


@app.command()
def transfer(
    folder: Annotated[Path, typer.Argument(help="Folder with plover_gsr, wikievents and seesaw.", file_okay=False)],
    model: Annotated[Path, typer.Option(help="A trained model's folder.")] = Path("build/models/classical"),
    mappings: Annotated[Path, typer.Option(help="How their labels map to ours.")] = Path("baselines/transfer.toml"),
    style: FormatOption = Format.text,
    ontology: OntologyOption = None,
) -> None:
    """Run a baseline trained here on corpora that others annotated, and compare what both have.

    Example: detente study transfer ../shared/real --format markdown
    """
    from detente.baselines.run import load_model
    from detente.cli.tables import print_table
    from detente.ontology import load_ontology
    from detente.studies.transfer import read_mappings, render
    from detente.studies.transfer import transfer as run

    results = run(load_model(model), folder, load_ontology(ontology), read_mappings(mappings))
    header = ("corpus", "what", "documents", "items", "precision", "recall", "F1", "note")
    print_table(header, render(results), style)
