"""`detente study`: what the baselines tell of the corpus: leaks, learning curve, transfer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.options import DATA, EXPORTS, DataOption, ExportsOption, Format, FormatOption, OntologyOption

if TYPE_CHECKING:
    from detente.scoring.report import Score

app = typer.Typer(help="What the baselines tell of the corpus.", no_args_is_help=True)
MAPPINGS = Path("baselines/studies/transfer.toml")
CURVE = Path("baselines/studies/learning_curve.json")


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
    import json

    from detente.cli.baseline import baseline_settings
    from detente.cli.options import progress
    from detente.cli.tables import print_table
    from detente.dataset.load import load_split
    from detente.ontology import load_ontology
    from detente.studies.curve import learning_curve

    train, test = load_split(data, "train"), load_split(data, "test")
    with progress() as bar:
        task = bar.add_task("train and score", total=None)
        points = []
        for point in learning_curve(name, baseline_settings(name), train, test, load_ontology(ontology), sizes, draws):
            points.append(point)
            bar.advance(task)
    if style is Format.json:
        rows = [{"articles": point.articles, "draw": point.draw + 1, **_plain(point.scores)} for point in points]
        typer.echo(json.dumps(rows, indent=1))
        return
    table = [(p.articles, p.draw + 1, *(_with_interval(score) for score in p.scores.values())) for p in points]
    print_table(("articles", "draw", *points[0].scores), table, style)


def _plain(scores: Mapping[str, Score]) -> dict[str, dict[str, float | None]]:
    return {track: {"value": score.value, "low": score.low, "high": score.high} for track, score in scores.items()}


def _with_interval(score: Score) -> str:
    if score.value is None:
        return "–"
    ends = "" if score.low is None or score.high is None else f" ({score.low:.3f} – {score.high:.3f})"
    return f"{score.value:.3f}{ends}"


@app.command()
def transfer(
    folder: Annotated[Path, typer.Argument(help="Folder with plover_gsr, wikievents and seesaw.", file_okay=False)],
    model: Annotated[Path, typer.Option(help="A trained model's folder.")] = Path("build/models/classical"),
    mappings: Annotated[Path, typer.Option(help="How their labels map to ours.")] = MAPPINGS,
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


@app.command()
def plots(
    data: DataOption = DATA,
    exports: ExportsOption = EXPORTS,
    learned: Annotated[Path, typer.Option("--curve", help="What `study curve --format json` printed.")] = CURVE,
    ontology: OntologyOption = None,
) -> None:
    """Draw the card's plots as SVG into the dataset folder's `figures`; needs the extra `figures`.

    Example: detente study plots
    """
    import json

    from detente.annotation.passes import measure_passes
    from detente.dataset.load import load_configuration
    from detente.files import read_text
    from detente.ontology import load_ontology
    from detente.studies import plots as draw

    known, splits, folder = load_ontology(ontology), load_configuration(data), data / "figures"
    draw.plot_types(splits, known, folder / "types.svg")
    draw.plot_lengths(splits, folder / "lengths.svg")
    draw.plot_coverage(splits, folder / "coverage.svg")
    draw.plot_agreement(measure_passes(exports, known).measures, folder / "agreement.svg")
    if learned.exists():
        rows = json.loads(read_text(learned, "a learning curve in JSON"))
        tracks = [name for name, cell in rows[0].items() if isinstance(cell, dict)]
        draw.plot_curve(rows, tracks, folder / "curve.svg")
    for path in sorted(folder.glob("*.svg")):
        typer.echo(str(path))
