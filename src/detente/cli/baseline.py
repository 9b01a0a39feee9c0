"""`detente baseline`: train and run the baselines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.options import DATA, DataOption, OntologyOption, OutputOption, progress

if TYPE_CHECKING:
    from detente.baselines.protocol import Progress, Settings

app = typer.Typer(help="Train and run the baselines.", no_args_is_help=True)
MODELS, SUBMISSIONS, SETTINGS = Path("build/models"), Path("scoring/submissions"), Path("baselines")
NameArgument = Annotated[str, typer.Argument(help="A baseline; `detente baseline list` shows them.")]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="A TOML file of settings; default: baselines/<name>.toml if there.")
]
KeepOption = Annotated[
    list[str] | None, typer.Option("--keep", help="Layers that are given: mentions, or events (with mentions).")
]


@app.command("list")
def list_baselines() -> None:
    """Show the baselines.

    Example: detente baseline list
    """
    from detente.baselines.names import BASELINES

    for name, baseline in BASELINES.items():
        typer.echo(f"{name:12}{baseline.summary}")


@app.command()
def train(
    name: NameArgument,
    data: DataOption = DATA,
    config: ConfigOption = None,
    model: Annotated[Path | None, typer.Option(help="Folder for the model; default: build/models/<name>.")] = None,
    ontology: OntologyOption = None,
) -> None:
    """Fit a baseline on the train split and store it, whole or not at all.

    Example: detente baseline train classical
    """
    from detente.baselines.run import train as fit
    from detente.dataset.load import load_split
    from detente.ontology import load_ontology

    folder = model or MODELS / name
    with _told() as report:
        fit(name, load_split(data, "train"), load_ontology(ontology), baseline_settings(name, config), folder, report)
    typer.echo(f"{folder}: {name} trained", err=True)


@app.command()
def predict(
    model: Annotated[Path, typer.Argument(help="A model's folder, as `train` wrote it.")],
    documents: Annotated[
        Path | None, typer.Argument(help="Documents in JSON lines; default: a split of --data.")
    ] = None,
    data: DataOption = DATA,
    split: Annotated[str, typer.Option(help="The split to predict.")] = "test",
    keep: KeepOption = None,
    output: OutputOption = None,
    ontology: OntologyOption = None,
) -> None:
    """Annotate documents with a trained baseline.

    Example: detente baseline predict build/models/classical article.jsonl -o predicted.jsonl
    """
    from detente.baselines.run import load_model, predict_documents
    from detente.dataset.load import load_split
    from detente.jsonl import encode_document, read_documents, write_documents
    from detente.ontology import load_ontology

    known = load_ontology(ontology)
    source = list(read_documents(documents, known, gold=False)) if documents else load_split(data, split)
    with _told() as report:
        predicted = predict_documents(load_model(model), source, frozenset(keep or ()), report)
        if output:
            write_documents(output, predicted)
        else:
            for document in predicted:
                typer.echo(encode_document(document))


@app.command()
def run(
    name: NameArgument,
    data: DataOption = DATA,
    config: ConfigOption = None,
    submissions: Annotated[Path, typer.Option(help="Folder of the submissions.")] = SUBMISSIONS,
    ontology: OntologyOption = None,
) -> None:
    """Train a baseline, predict the test split, and put the predictions among the submissions.

    Example: detente baseline run classical
    """
    import json

    import msgspec

    import detente
    from detente.baselines.names import find_baseline
    from detente.baselines.run import predict_documents
    from detente.baselines.run import train as fit
    from detente.dataset.load import load_split
    from detente.files import write_text
    from detente.jsonl import write_documents
    from detente.ontology import load_ontology
    from detente.scoring.submissions import PREDICTIONS_FILE, SYSTEM_FILE, System

    system = System(
        name=name,
        version=detente.__version__,
        kind="baseline",
        description=find_baseline(name).summary,
        authors=("detente maintainers",),
        licence="Apache-2.0",
        trained_on="detente, train split",
    )
    folder = submissions / name / detente.__version__
    with _told() as report:
        documents = load_split(data, "train")
        model = fit(name, documents, load_ontology(ontology), baseline_settings(name, config), MODELS / name, report)
        number = write_documents(
            folder / PREDICTIONS_FILE, predict_documents(model, load_split(data, "test"), progress=report)
        )
    # strings and lists of strings in JSON are TOML too
    fields = {key: value for key, value in msgspec.to_builtins(system).items() if value}
    text = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in fields.items())
    write_text(folder / SYSTEM_FILE, f"# generated by: detente baseline run {name}\n{text}")
    typer.echo(f"{folder}: {number} documents predicted by {name}, trained on {len(documents)}", err=True)


def baseline_settings(name: str, config: Path | None = None) -> Settings | None:
    """The settings of `config`, or of the baseline's own file if there is one; None: the defaults."""
    from detente.baselines.run import read_settings
    from detente.errors import UsageError

    path = config or SETTINGS / f"{name}.toml"
    if config is None and not path.exists():
        return None
    found, settings = read_settings(path)
    if found != name:
        raise UsageError(f"{path} holds the settings of {found!r}, not of {name!r}")
    return settings


@contextmanager
def _told() -> Iterator[Progress]:
    """A progress bar with a line for each step of training or predicting."""
    with progress() as bar:
        tasks = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what)
            bar.update(tasks[what], completed=done, total=total or None)

        yield report
