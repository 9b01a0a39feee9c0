"""`detente data`: building, checking and reading the dataset folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.options import (
    DATA,
    EXPORTS,
    DataOption,
    ExportsOption,
    Format,
    FormatOption,
    OntologyOption,
    OutputOption,
)

app = typer.Typer(help="Build, check and read the dataset folder.", no_args_is_help=True)
ARTICLES = Path("annotation/articles")
EVIDENCE = [
    Path(name)
    for name in (
        "annotation/agreement.md",
        "annotation/audit.md",
        "baselines/studies/leaks.md",
        "baselines/studies/learning_curve.md",
        "baselines/studies/transfer.md",
        "annotation/effort.md",
    )
]


@app.command()
def build(
    exports: ExportsOption = EXPORTS,
    splits: Annotated[Path, typer.Option(help="The two dates of the split.")] = Path("annotation/splits.toml"),
    evidence: Annotated[
        list[Path], typer.Option("--evidence", help="Markdown for the card: agreement, audit, studies.")
    ] = EVIDENCE,
    data: DataOption = DATA,
    ontology: OntologyOption = None,
) -> None:
    """Write the dataset folder from the gold export: Parquet, card, checksums.

    Example: detente data build --exports annotation/exports --data data
    """
    from detente.annotation.passes import read_gold
    from detente.dataset.build import build_dataset
    from detente.dataset.splits import read_split_dates
    from detente.files import read_text
    from detente.ontology import load_ontology

    known = load_ontology(ontology)
    reports = "\n".join(read_text(path, "Markdown for the card") for path in evidence if path.exists())
    counts = build_dataset(read_gold(exports, known), data, known, read_split_dates(splits), reports)
    typer.echo(f"{data}: " + ", ".join(f"{split} {number}" for split, number in counts.items()))


@app.command()
def validate(
    files: Annotated[list[Path], typer.Argument(help="Files of documents in JSON lines, or a dataset folder.")],
    predictions: Annotated[bool, typer.Option("--predictions", help="The files hold predictions, not gold.")] = False,
    ontology: OntologyOption = None,
) -> None:
    """Check every invariant of documents; lists each fault with line and remedy, exit status 1 if there are any.

    Example: detente data validate documents.jsonl
    """
    from detente.checks import check_document
    from detente.dataset.load import load_configuration
    from detente.errors import DataError
    from detente.jsonl import read_documents
    from detente.ontology import load_ontology

    known = load_ontology(ontology)
    for path in files:
        if path.is_dir():
            documents = [d for group in load_configuration(path).values() for d in group]
            faults = [fault for document in documents for fault in check_document(document, known)]
            if faults:
                raise DataError(faults)
            number = len(documents)
        else:
            number = sum(1 for _ in read_documents(path, known, gold=not predictions))
        typer.echo(f"{path}: {number} documents, no faults")


@app.command()
def stats(data: DataOption = DATA, style: FormatOption = Format.text) -> None:
    """Count what the dataset holds, by split.

    Example: detente data stats --format markdown
    """
    from detente.cli.tables import print_table
    from detente.dataset.card import count_items
    from detente.dataset.load import load_configuration

    splits = load_configuration(data)
    print_table(("", *splits, "all"), [(what, *numbers) for what, numbers in count_items(splits)], style)


@app.command()
def export(
    split: Annotated[str, typer.Argument(help="train, validation or test.")],
    data: DataOption = DATA,
    output: OutputOption = None,
    blank: Annotated[bool, typer.Option("--blank", help="Without annotation, as a system gets it.")] = False,
    configuration: Annotated[str, typer.Option("--config", help="documents or standoff.")] = "documents",
) -> None:
    """Write a split's documents as JSON lines.

    Example: detente data export test --blank -o test.jsonl
    """
    from detente.dataset.load import load_split
    from detente.documents import without_annotation
    from detente.jsonl import encode_document, write_documents

    documents = load_split(data, split, configuration)
    documents = [without_annotation(document) for document in documents] if blank else documents
    if output:
        write_documents(output, documents)
    else:
        for document in documents:
            typer.echo(encode_document(document))


@app.command()
def hydrate(
    text: Annotated[Path, typer.Argument(help="Your copy of the article, as plain text.")],
    document: Annotated[str, typer.Option("--id", help="Which stand-off article; needless where there is one.")] = "",
    data: DataOption = DATA,
    output: OutputOption = None,
) -> None:
    """Join a stand-off article with your copy of its text.

    Example: detente data hydrate article.txt --id dt-0001 -o dt-0001.jsonl
    """
    from detente.dataset.hydrate import hydrate as join
    from detente.dataset.load import load_configuration
    from detente.errors import UsageError
    from detente.files import read_bytes
    from detente.jsonl import encode_document, write_documents

    articles = {d.id: d for group in load_configuration(data, "standoff").values() for d in group}
    name = document or (next(iter(articles)) if len(articles) == 1 else "")
    if name not in articles:
        raise UsageError(f"no stand-off article {name!r}; there are: {', '.join(articles) or 'none'}")
    joined = join(articles[name], read_bytes(text, "the article as plain text"), str(text))
    if output:
        write_documents(output, [joined])
    else:
        typer.echo(encode_document(joined))


@app.command("check-leakage")
def check_leakage(data: DataOption = DATA, style: FormatOption = Format.text) -> None:
    """Look for stories, articles and sentences that two splits share; exit status 1 if there are any.

    Example: detente data check-leakage
    """
    from detente.cli.tables import print_table
    from detente.dataset.leakage import entity_pair_overlap, find_leaks
    from detente.dataset.load import load_configuration

    splits = load_configuration(data)
    leaks = find_leaks(splits)
    print_table(
        ("what", "in one split", "in another", "similarity"),
        [(leak.kind, leak.first, leak.second, f"{leak.similarity:.2f}") for leak in leaks],
        style,
    )
    for overlap in entity_pair_overlap(splits):
        share = f"{overlap.seen} of {overlap.pairs}"
        typer.echo(f"{overlap.split}: {share} pairs of entities that meet in an event also meet in train", err=True)
    if leaks:
        raise typer.Exit(1)


@app.command("check-overlap")
def check_overlap(
    articles: Annotated[Path, typer.Argument(help="Folder of the articles' texts.", file_okay=False)] = ARTICLES,
    reports: Annotated[
        Path | None, typer.Option(help="Folder with what was read of each article's reports, <id>.txt.")
    ] = None,
    style: FormatOption = Format.text,
) -> None:
    """Look for runs of words that articles share with their reports or with each other; exit status 1 from 8 words on.

    Example: detente data check-overlap --reports reports --format markdown
    """
    from detente.cli.tables import print_table
    from detente.dataset.overlap import find_overlaps
    from detente.errors import UsageError
    from detente.files import read_text

    texts = {path.stem: read_text(path, "an article") for path in sorted(articles.glob("*.txt"))}
    read = {path.stem: read_text(path, "what was read") for path in reports.glob("*.txt")} if reports else {}
    for folder, there in ((articles, texts), (reports, read)):
        if folder is not None and not there:
            raise UsageError(f"no .txt file in {folder}; give the folder of the texts")
    found = list(find_overlaps(texts, read))
    rows = [
        (o.article, o.words, o.read or "–", len(o.with_reports.split()), o.nearest, len(o.with_nearest.split()))
        for o in found
    ]
    header = (
        "article",
        "words",
        "words read of reports",
        "longest run with them",
        "nearest article",
        "longest run with it",
    )
    print_table(header, rows, style)
    for one in found:
        if one.too_long:
            typer.echo(f"{one.article}: {one.with_reports!r}; {one.nearest}: {one.with_nearest!r}", err=True)
    if any(one.too_long for one in found):
        raise typer.Exit(1)
