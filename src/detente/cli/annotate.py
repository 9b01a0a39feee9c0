"""`detente annotate`: from blank articles to adjudicated gold, through Label Studio."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.annotation.controls import FULL, GOLD_VERSION
from detente.cli import annotate_reports
from detente.cli.annotate_options import (
    DECISIONS,
    GUIDELINES,
    URL,
    DecisionsOption,
    DocumentsArgument,
    GuidelinesOption,
    PassOption,
    TokenOption,
    UrlOption,
    VersionOption,
    connect_server,
)
from detente.cli.options import DATA, EXPORTS, ExportsOption, OntologyOption, progress

if TYPE_CHECKING:
    from detente.annotation.connection import Server
    from detente.annotation.decisions import Decision
    from detente.annotation.push import Plan
    from detente.documents import Document
    from detente.ontology import Ontology

app = typer.Typer(help="Annotate in Label Studio: serve, push, pull, agree, adjudicate.", no_args_is_help=True)


@app.command()
def serve(
    executable: Annotated[Path, typer.Option(help="The label-studio command.")] = Path(".labelstudio/bin/label-studio"),
    folder: Annotated[Path, typer.Option("--folder", help="Projects and accounts are kept here.")] = Path(
        "build/labelstudio"
    ),
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 8080,
    demo: Annotated[bool, typer.Option("--demo", help="Make a project with a few articles of the dataset.")] = False,
    data: Annotated[Path, typer.Option(help="Where the demo's articles come from.")] = DATA,
    database: Annotated[
        str,
        typer.Option(
            envvar="DETENTE_DATABASE",
            help="PostgreSQL instead of SQLite: postgresql://user:password@host:port/name.",
            show_envvar=True,
        ),
    ] = "",
    ontology: OntologyOption = None,
) -> None:
    """Run Label Studio on 127.0.0.1 until Ctrl-C; prints the address and the log-in.

    Example: detente annotate serve --demo
    """
    from detente.annotation.serve import Running, run_foreground
    from detente.dataset.load import load_split
    from detente.documents import without_annotation
    from detente.ontology import load_ontology

    def announce(running: Running) -> None:
        typer.echo(f"Label Studio {running.version} on {running.address}")
        typer.echo(f"log in as {running.email} with password {running.password}")
        typer.echo(f"for other commands: export DETENTE_URL={running.address} DETENTE_TOKEN={running.token}")
        typer.echo("Ctrl-C stops it; nothing is lost", err=True)

    documents = [without_annotation(document) for document in load_split(data, "train")[:3]] if demo else []
    typer.echo("starting Label Studio (the first start of an installation takes some minutes)", err=True)
    known = load_ontology(ontology)
    run_foreground(executable, folder, announce, port=port, demo=documents, ontology=known, address=database)


@app.command()
def config(
    pass_name: Annotated[str, typer.Argument(help="mentions, events, stance or full.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here instead of to stdout.")] = None,
    adjudication: Annotated[bool, typer.Option("--adjudication", help="The adjudicator's page.")] = False,
    ontology: OntologyOption = None,
) -> None:
    """Generate a labelling configuration from the ontology.

    Example: detente annotate config events -o annotation/configs/events.xml
    """
    from detente.annotation.config_lint import lint_config
    from detente.annotation.label_config import label_config
    from detente.errors import DataError
    from detente.files import write_text
    from detente.ontology import load_ontology

    own = (" --adjudication" if adjudication else "") + (f" --ontology {ontology.name}" if ontology else "")
    command = f"detente annotate config {pass_name}{own}"
    page = label_config(load_ontology(ontology), pass_name, command=command, adjudication=adjudication)
    if faults := lint_config(page):
        raise DataError(faults)
    if output:
        write_text(output, page)
    else:
        typer.echo(page)


@app.command()
def guidelines(
    path: Annotated[Path, typer.Argument(help="The guidelines.")] = GUIDELINES, ontology: OntologyOption = None
) -> None:
    """Make the guidelines' tables anew from the ontology.

    Example: detente annotate guidelines annotation/guidelines.md
    """
    from detente.annotation.guidelines import insert_tables
    from detente.files import read_text, write_text
    from detente.ontology import load_ontology

    write_text(path, insert_tables(read_text(path, "guidelines in Markdown"), load_ontology(ontology)))


@app.command()
def sheet(documents: DocumentsArgument, ontology: OntologyOption = None) -> None:
    """Print blank articles with numbered sentences, for annotating in the quote notation.

    Example: detente annotate sheet documents.jsonl
    """
    from detente.quotes import number_sentences

    for document in _read(documents, ontology)[0]:
        typer.echo(number_sentences(document))


@app.command()
def user(
    email: Annotated[str, typer.Argument(help="The annotator's address.")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, help="At least eight characters.")],
    token: TokenOption,
    url: UrlOption = URL,
) -> None:
    """Make an annotator's account on the server, and print the account's token.

    Example: detente annotate user a@example.org --url http://127.0.0.1:8080
    """
    from detente.annotation.users import create_annotator

    typer.echo(create_annotator(url, token, email, password))


@app.command()
def push(
    documents: DocumentsArgument,
    token: TokenOption,
    annotator: Annotated[
        list[str] | None, typer.Option("--annotator", help="A blind project for each of them, with all articles.")
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option("--plan", help="A plan in TOML, pass and version too: who annotates what, how much twice."),
    ] = None,
    pass_name: PassOption = FULL,
    version: VersionOption = "v1",
    guidelines: GuidelinesOption = GUIDELINES,
    url: UrlOption = URL,
    ontology: OntologyOption = None,
) -> None:
    """Push blank articles: one blind project for each annotator. Run again, it adds what is missing.

    Example: detente annotate push documents.jsonl --annotator a@example.org --annotator b@example.org
    """
    from dataclasses import replace

    from detente.annotation.plan_file import make_pushes, read_plan
    from detente.annotation.push import Plan
    from detente.errors import UsageError

    if bool(annotator) == (plan is not None):
        raise UsageError("give --annotator or --plan")
    found, known = _read(documents, ontology)
    if plan is not None:
        pushes = make_pushes(found, read_plan(plan), known, plan.parent)
    else:
        pushes = [(Plan(pass_name, tuple(annotator or ()), version), found)]
    server = connect_server(url, token)
    for work, articles in pushes:
        _push(server, articles, replace(work, guidelines=_text(guidelines)), known)


@app.command()
def submit(
    documents: DocumentsArgument,
    quotes: Annotated[Path, typer.Argument(help="Folder with <document id>.quotes of one annotator.")],
    token: TokenOption,
    pass_name: PassOption = FULL,
    version: VersionOption = "v1",
    url: UrlOption = URL,
    ontology: OntologyOption = None,
) -> None:
    """Submit annotation written in the quote notation, as the user of the token, into that user's project.

    Example: detente annotate submit documents.jsonl passes/anna --token …
    """
    from detente.annotation.projects import ProjectKey, find_projects
    from detente.annotation.results import document_to_result
    from detente.annotation.submit import submit as send
    from detente.annotation.tasks import block_regions
    from detente.errors import UsageError
    from detente.files import read_text
    from detente.quotes import parse_quotes

    found, known = _read(documents, ontology)
    results = {}
    for document in found:
        path = quotes / f"{document.id}.quotes"
        if path.exists():
            annotated = parse_quotes(read_text(path, "the quote notation"), document, known, str(path))
            # as in the page: paragraphs that are not annotated stay greyed
            results[document.id] = document_to_result(annotated, known) + block_regions(document)
    if not results:
        raise UsageError(f"no file {quotes}/<document id>.quotes for any of the {len(found)} documents")
    server = connect_server(url, token)
    key = ProjectKey(pass_name, server.user, version)
    projects = find_projects(server, pass_name, version)
    if key not in projects:
        raise UsageError(f"no project {key} on {url}; push it first")
    number = send(server, projects[key], results)
    typer.echo(f"{key}: {len(results)} articles, {number} new or changed")


app.command()(annotate_reports.status)
app.command()(annotate_reports.pull)
app.command()(annotate_reports.agree)


@app.command()
def adjudicate(
    documents: DocumentsArgument,
    token: TokenOption,
    adjudicator: Annotated[str, typer.Option("--adjudicator", help="Who decides.")],
    exports: ExportsOption = EXPORTS,
    drafts: Annotated[
        Path | None, typer.Option(help="Also write drafts in the quote notation here, differences numbered.")
    ] = None,
    guidelines: GuidelinesOption = GUIDELINES,
    url: UrlOption = URL,
    ontology: OntologyOption = None,
) -> None:
    """Push a project in which every annotator's version is shown, for the adjudicator to submit the gold.

    What all versions agree on is already in; what they differ on is left to be marked, and stands in a list below the
    text, where a reason is chosen for each. `detente annotate pull` brings both back.

    Example: detente annotate adjudicate documents.jsonl --adjudicator c@example.org
    """
    from detente.annotation.adjudication import AGREED, adjudication_versions, find_differences, write_draft
    from detente.annotation.passes import read_passes
    from detente.annotation.push import Plan
    from detente.annotation.tasks import by_document
    from detente.errors import UsageError
    from detente.files import write_text

    found, known = _read(documents, ontology)
    texts = {document.id: document.text for document in found if document.text is not None}
    passes = by_document(read_passes(exports, known, texts))
    versions = {name: group for name, group in passes.items() if name in texts}
    if missing := sorted(document.id for document in found if document.id not in versions):
        raise UsageError(f"no pass of {', '.join(missing[:5])} in {exports}; run `detente annotate pull` first")
    shown = {name: adjudication_versions(group) for name, group in versions.items()}
    differences = {
        name: find_differences(group[0].document, group[1].document)[1]
        for name, group in versions.items()
        if len(group) > 1
    }
    plan = Plan(
        FULL,
        (adjudicator,),
        GOLD_VERSION,
        versions=shown,
        prefilled=AGREED,
        differences=differences,
        guidelines=_text(guidelines),
    )
    _push(connect_server(url, token), found, plan, known)
    for name, group in versions.items() if drafts else ():
        if drafts and len(group) > 1:
            write_text(drafts / f"{name}.quotes", write_draft(group[0].document, group[1].document))


@app.command()
def decisions(
    documents: DocumentsArgument,
    gold: Annotated[
        Path | None,
        typer.Argument(help="Folder of <document id>.quotes and .decisions; without it, the pulled gold."),
    ] = None,
    output: DecisionsOption = DECISIONS,
    exports: ExportsOption = EXPORTS,
    ontology: OntologyOption = None,
) -> None:
    """Check that the adjudicator gave a reason for every difference, and keep what was decided as a table.

    Of an article with one pass the table says what the check of it changed.

    Example: detente annotate decisions documents.jsonl build/adjudication
    """
    from detente.annotation.decisions import versions_by_document, write_decisions
    from detente.annotation.passes import read_passes
    from detente.cli.annotate_reports import pulled_decisions
    from detente.errors import UsageError
    from detente.files import read_text
    from detente.heads import with_heads
    from detente.quotes import parse_quotes

    found, known = _read(documents, ontology)
    texts = {d.id: d.text for d in found if d.text is not None}
    if gold is None:
        table = pulled_decisions(exports, known, texts)
    else:
        versions = versions_by_document(read_passes(exports, known, texts))
        if missing := [document.id for document in found if document.id not in versions]:
            raise UsageError(f"no pass of {', '.join(missing[:5])} in {exports}; run `detente annotate pull` first")
        table = []
        for document in found:
            path = gold / f"{document.id}.quotes"
            decided = with_heads(parse_quotes(read_text(path, "the gold's quotes"), document, known, str(path)))
            table += _decided(versions[document.id], decided, path.with_suffix(".decisions"))
    write_decisions(output, table, keep=gold is None)
    articles = len({decision.document for decision in table})
    typer.echo(f"{output}: {len(table)} differences decided in {articles} articles")


def _decided(versions: list[Document], gold: Document, reasons: Path) -> list[Decision]:
    """What became of an article's differences, or what the check of its only pass changed."""
    from detente.annotation.checking import changes
    from detente.annotation.decisions import decide, read_reasons
    from detente.files import read_text

    if len(versions) == 1:
        return changes(versions[0], gold)
    given = read_reasons(read_text(reasons, "a reason for each difference"), str(reasons))
    return decide(versions[0], versions[1], gold, given)


def _text(path: Path) -> str:
    """The guidelines, where there are any."""
    from detente.files import read_text

    return read_text(path, "guidelines in Markdown") if path.exists() else ""


def _read(path: Path, ontology: Path | None) -> tuple[list[Document], Ontology]:
    from detente.jsonl import read_documents
    from detente.ontology import load_ontology

    known = load_ontology(ontology)
    return list(read_documents(path, known, gold=False)), known


def _push(server: Server, documents: list[Document], plan: Plan, ontology: Ontology) -> None:
    from detente.annotation.push import push as send

    with progress() as bar:
        task = bar.add_task("push")
        pushed = send(
            server,
            documents,
            plan,
            ontology,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    for project in pushed:
        typer.echo(f"{project.key}: {project.added} added, {project.present} there already")
