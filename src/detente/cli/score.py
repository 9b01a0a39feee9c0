"""`detente score`, `compare` and `view`: figures, differences, and every error in its article."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.options import DATA, DataOption, Format, FormatOption, OntologyOption, OutputOption

if TYPE_CHECKING:
    from detente.documents import Document
    from detente.ontology import Ontology

GoldOption = Annotated[Path | None, typer.Option("--gold", help="Gold documents in JSON lines; default: a split.")]
SplitOption = Annotated[str, typer.Option("--split", help="The split of --data that is the gold.")]
SettingOption = Annotated[str, typer.Option("--setting", help="e2e (from text) or given.")]
ResamplesOption = Annotated[int, typer.Option("--resamples", help="Bootstrap resamples; 0: no intervals.", min=0)]
ByOption = Annotated[
    list[str] | None, typer.Option("--by", help="Break figures down: type, role, slice or document.", metavar="WHAT")
]
AlsoOption = Annotated[
    str | None,
    typer.Option("--also", help="Other scorers' figures, by commas: seqeval, nervaluate, textee, coval, semeval2016."),
]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed of the resampling.")]


def score(
    predictions: Annotated[Path | None, typer.Argument(help="Predicted documents in JSON lines.")] = None,
    gold: GoldOption = None,
    data: DataOption = DATA,
    split: SplitOption = "test",
    setting: SettingOption = "e2e",
    track: Annotated[list[str] | None, typer.Option("--track", help="Only these tracks.")] = None,
    details: Annotated[bool, typer.Option("--details", help="Every metric, breakdown and kind of error.")] = False,
    by: ByOption = None,
    also: AlsoOption = None,
    metric: Annotated[
        str | None, typer.Option("--explain", help="Print what a metric means, with an example.", metavar="METRIC")
    ] = None,
    resamples: ResamplesOption = 10_000,
    seed: SeedOption = 12345,
    workers: Annotated[int, typer.Option("--workers", help="Processes, with --gold.", min=1)] = 1,
    cluster: Annotated[
        str | None, typer.Option("--cluster", help="Address of a Dask scheduler, with --gold.", metavar="ADDRESS")
    ] = None,
    style: FormatOption = Format.text,
    output: OutputOption = None,
    ontology: OntologyOption = None,
) -> None:
    """Score predictions against gold, with intervals and signature.

    Example: detente score scoring/submissions/classical/0.2.0/predictions.jsonl --split test
    """
    from detente.errors import UsageError
    from detente.files import write_text
    from detente.ontology import load_ontology

    known = load_ontology(ontology)
    if metric is not None:
        typer.echo(_explained(metric, known))
        return
    if predictions is None:
        raise UsageError("no predictions given; expected a file of predicted documents (or --explain METRIC)")
    from detente.scoring.compat import chosen_scorers, with_other_figures
    from detente.scoring.evaluate import evaluate, evaluate_files
    from detente.scoring.report_text import chosen_dimensions, format_report
    from detente.scoring.submissions import read_predictions

    chosen_dimensions(by or ())
    scorers = chosen_scorers(also)
    options: dict[str, Any] = {"setting": setting, "resamples": resamples, "seed": seed, "tracks": track}
    counted = details or bool(by) or style is Format.json
    if (workers > 1 or cluster) and (gold is None or scorers):
        raise UsageError("--workers and --cluster stream two files: give --gold, and leave --also out")
    if gold is not None and not scorers:
        report = evaluate_files(gold, predictions, known, details=counted, workers=workers, cluster=cluster, **options)
    else:
        documents = _gold(gold, data, split, known)
        predicted = read_predictions(predictions, documents, known)
        report = evaluate(documents, predicted, known, details=counted, **options)
        report = with_other_figures(report, scorers, documents, predicted, known) if scorers else report
    text = format_report(report, style.value, details=details, by=by or ())
    if output:
        write_text(output, text)
    else:
        typer.echo(text, nl=False)


def _explained(metric: str, ontology: Ontology) -> str:
    from detente.scoring.explain import explain

    return "\n\n".join(explanation.text() for explanation in explain(metric, ontology))


def compare(
    predictions: Annotated[list[Path], typer.Argument(help="Two or more files of predictions, or name=file.")],
    gold: GoldOption = None,
    data: DataOption = DATA,
    split: SplitOption = "test",
    setting: SettingOption = "e2e",
    metric: Annotated[list[str] | None, typer.Option("--metric", help="overall, or track:metric.")] = None,
    where: Annotated[
        int, typer.Option("--where", help="Types, slices, documents … told, of each kind, where systems differ.", min=0)
    ] = 3,
    resamples: ResamplesOption = 10_000,
    seed: SeedOption = 12345,
    style: FormatOption = Format.text,
    ontology: OntologyOption = None,
) -> None:
    """Compare systems pair by pair: difference, paired interval, permutation test with Holm's correction.

    Example: detente compare gazetteer=a.jsonl classical=b.jsonl
    """
    import msgspec

    from detente.cli.tables import print_table
    from detente.errors import UsageError
    from detente.intervals import METHOD_WORDS
    from detente.ontology import load_ontology
    from detente.scoring.compare import compare as compare_tables
    from detente.scoring.evaluate import count_documents
    from detente.scoring.report_text import UNITS, figure
    from detente.scoring.submissions import read_predictions

    known = load_ontology(ontology)
    documents = _gold(gold, data, split, known)
    systems = dict(_named(path) for path in predictions)
    if len(systems) < len(predictions):
        raise UsageError("two systems of the same name; give them as name=file")
    tables = {
        name: count_documents(documents, read_predictions(path, documents, known), known, setting=setting, details=True)
        for name, path in systems.items()
    }
    comparison = compare_tables(tables, known, metrics=metric, resamples=resamples, seed=seed, where=where)
    if style is Format.json:
        typer.echo(msgspec.json.format(msgspec.json.encode(comparison), indent=2))
        return
    rows = [
        (
            d.metric,
            d.first,
            d.second,
            figure(comparison.values[d.first][d.metric]),
            figure(comparison.values[d.second][d.metric]),
            _signed(d.difference),
            f"{_signed(d.low)} … {_signed(d.high)}",
            "–" if d.p is None else f"{d.p:.4f}",
            "–" if d.p_holm is None else f"{d.p_holm:.4f}",
        )
        for d in comparison.differences
    ]
    print_table(("metric", "A", "B", "A", "B", "A − B", "95 % interval", "p", "p (Holm)"), rows, style)
    for pair, places in groupby(comparison.where, key=lambda w: (w.first, w.second, w.track, w.dimension)):
        typer.echo("\n{} and {} differ most on {} by {}:".format(*pair))
        told = [
            (w.name, figure(w.first_value), figure(w.second_value), _signed(w.difference), w.support) for w in places
        ]
        print_table(("name", "A", "B", "A − B", "gold"), told, style)
    unit = UNITS[comparison.unit]
    facts = [f"{comparison.documents} documents", f"permutation test over {unit}"]
    if comparison.resamples:
        facts.insert(1, f"{METHOD_WORDS} intervals, {comparison.resamples:,} resamples of {unit}")
    typer.echo(f"\n{'; '.join(facts)}; seed {comparison.seed}, gold {comparison.gold}")


def view(
    predictions: Annotated[Path, typer.Argument(help="Predicted documents in JSON lines.")],
    gold: GoldOption = None,
    data: DataOption = DATA,
    split: SplitOption = "test",
    output: OutputOption = None,
    ontology: OntologyOption = None,
) -> None:
    """Write one HTML page with every error in its article.

    Example: detente view predictions.jsonl -o errors.html
    """
    from detente.files import write_text
    from detente.ontology import load_ontology
    from detente.scoring.submissions import read_predictions
    from detente.scoring.view import render_view

    known = load_ontology(ontology)
    documents = _gold(gold, data, split, known)
    predicted = {document.id: document for document in read_predictions(predictions, documents, known)}
    page = render_view(documents, predicted, known, f"Errors of {_named(predictions)[0]}")
    if output:
        write_text(output, page)
        typer.echo(f"{output}: {len(documents)} articles", err=True)
    else:
        typer.echo(page)


def _gold(gold: Path | None, data: Path, split: str, ontology: Ontology) -> list[Document]:
    from detente.dataset.load import load_split
    from detente.scoring.faults import read_gold

    return list(read_gold(gold, ontology)) if gold else load_split(data, split)


def _named(argument: Path) -> tuple[str, Path]:
    name, equals, path = str(argument).partition("=")
    if equals:
        return name, Path(path)
    # scoring/submissions/<system>/<version>/predictions.jsonl
    return (argument.parts[-3] if len(argument.parts) > 2 else argument.stem), argument


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.3f}"
