"""`detente annotate status`, `pull` and `agree`: what has been done, what is left to do, and how far it agrees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.annotation.controls import GOLD_VERSION
from detente.cli.annotate_options import (
    DECISIONS,
    URL,
    OnlyPassOption,
    OnlyVersionOption,
    TokenOption,
    UrlOption,
    connect_server,
)
from detente.cli.options import EXPORTS, ExportsOption, Format, FormatOption, OntologyOption, progress

if TYPE_CHECKING:
    from detente.annotation.decisions import Decision
    from detente.annotation.review import CheckedProject
    from detente.ontology import Ontology

DEMO = "demo"
TODO = Path("build/todo")
TASKS = Path("build/tasks.tsv")
TasksOption = Annotated[Path, typer.Option("--tasks", help="Table of where each article lies on the server.")]


def status(
    token: TokenOption,
    pass_name: OnlyPassOption = None,
    version: OnlyVersionOption = None,
    url: UrlOption = URL,
    style: FormatOption = Format.text,
    ontology: OntologyOption = None,
) -> None:
    """Show how far every project is: articles, drafts left, and faults by annotator and article.

    Example: detente annotate status --format json
    """
    import json

    from detente.cli.tables import print_table
    from detente.ontology import load_ontology

    checked = list(_checked(url, token, load_ontology(ontology), pass_name, version))
    if style is Format.json:
        typer.echo(json.dumps([_facts(project) for project in checked], ensure_ascii=False, indent=2))
        return
    header = ("annotator", "pass", "version", "articles", "annotated", "skipped", "drafts", "faults")
    print_table(header, [tuple(_facts(project)[name] for name in header) for project in checked], style)
    rows = [
        (project.key.annotator, project.key.pass_name, article["document"], article["faults"], article["link"])
        for project in checked
        for article in _articles(project)
    ]
    if rows:
        typer.echo()
        print_table(("annotator", "pass", "article", "faults", "link"), rows, style)


def pull(
    token: TokenOption,
    exports: ExportsOption = EXPORTS,
    todo: Annotated[Path, typer.Option("--todo", help="Folder of the lists of what annotators must correct.")] = TODO,
    decisions: Annotated[
        Path, typer.Option("--decisions", help="The table of what an adjudicator decided in the page, and why.")
    ] = DECISIONS,
    tasks: TasksOption = TASKS,
    pass_name: OnlyPassOption = None,
    version: OnlyVersionOption = None,
    url: UrlOption = URL,
    ontology: OntologyOption = None,
) -> None:
    """Pull every project into normalised exports, checked: <pass>/<annotator>.json, gold apart.

    What is wrong is written as a list for each annotator, with links into the pages: build/todo/<annotator>.md. What an
    adjudicator decided, and the reasons chosen in the page, go into the table of decisions.

    Example: detente annotate pull --exports annotation/exports
    """
    from detente.annotation.normalise import write_export
    from detente.annotation.places import write_places
    from detente.errors import DataError, UsageError
    from detente.ontology import load_ontology

    checked = []
    written: dict[Path, str] = {}
    known = load_ontology(ontology)
    for project in _checked(url, token, known, pass_name, version):
        if project.key.version == DEMO:
            continue
        checked.append(project)
        kind = GOLD_VERSION if project.key.version == GOLD_VERSION else project.key.pass_name
        path = exports / kind / f"{project.key.annotator}.json"
        if path in written:
            raise UsageError(f"{path} would hold versions {written[path]} and {project.key.version}; give --version")
        written[path] = project.key.version
        write_export(path, project.tasks)
        export = project.export
        if export is None:
            typer.echo(f"{path}: {len(project.faults)} faults")
            continue
        aside = f"{export.unannotated} not annotated, {export.cancelled} cancelled, {export.drafts} drafts"
        typer.echo(f"{path}: {len(export.documents)} documents ({aside})")
        for note in (*export.superseded, *export.warnings):
            typer.echo(f"  {note}", err=True)
    _write_todo(todo, checked)
    write_places(tasks, (place for project in checked for place in project.places))
    _write_decisions(decisions, exports, checked, known)
    if faults := [fault for project in checked for fault in project.faults]:
        raise DataError(faults)


def agree(
    exports: ExportsOption = EXPORTS,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write Markdown here too.")] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a page with a heat map of annotators and all confusions.")
    ] = None,
    server: Annotated[
        str, typer.Option("--server", help="Link each passage of the page to its article on this server.")
    ] = "",
    tasks: TasksOption = TASKS,
    style: FormatOption = Format.text,
    ontology: OntologyOption = None,
) -> None:
    """Measure agreement between the kept passes, layer by layer, with intervals over stories.

    Example: detente annotate agree -o annotation/agreement.md
    """
    from detente.annotation.agreement_text import agreement_markdown, agreement_rows
    from detente.annotation.passes import measure_passes, read_passes
    from detente.cli.tables import print_table
    from detente.files import write_text
    from detente.ontology import load_ontology

    known = load_ontology(ontology)
    report = measure_passes(exports, known)
    header, rows = agreement_rows(report)
    print_table(header, rows, style)
    typer.echo(report.title, err=True)
    if output:
        write_text(output, agreement_markdown(report))
    if html:
        from detente.annotation.agreement import measure_pairs
        from detente.annotation.agreement_page import agreement_page
        from detente.annotation.confusions import find_confusions
        from detente.annotation.places import passage_links, read_places

        versions = read_passes(exports, known)
        links = passage_links(read_places(tasks), server) if server else None
        page = agreement_page(report, measure_pairs(versions, known), find_confusions(versions), links)
        write_text(html, page)
        typer.echo(f"{html}: agreement pair by pair, and confusions with their passages", err=True)


def _checked(
    url: str, token: str, ontology: Ontology, pass_name: str | None, version: str | None
) -> Iterator[CheckedProject]:
    """The projects, pulled and checked one after the other, with a progress bar."""
    from detente.annotation.projects import find_projects
    from detente.annotation.review import check_project

    server = connect_server(url, token)
    with progress() as bar:
        projects = find_projects(server, pass_name, version)
        task = bar.add_task("pull", total=len(projects))
        for key, number in projects.items():
            yield check_project(server, key, number, ontology)
            bar.advance(task)


def pulled_decisions(exports: Path, ontology: Ontology, texts: Mapping[str, str]) -> list[Decision]:
    """What adjudication decided in the page, from the pulled gold and passes."""
    import msgspec

    from detente.annotation.decisions import decide_export, versions_by_document
    from detente.annotation.export import convert_export
    from detente.annotation.passes import GOLD, read_passes

    versions = versions_by_document(read_passes(exports, ontology, texts))
    table = []
    for path in sorted((exports / GOLD).glob("*.json")):
        tasks = msgspec.json.decode(path.read_bytes(), type=list[dict[str, Any]])
        table += decide_export(tasks, convert_export(tasks, ontology, texts, gold=True), versions, texts)
    return table


def _write_decisions(path: Path, exports: Path, checked: list[CheckedProject], ontology: Ontology) -> None:
    """The reasons chosen in adjudication pages that were pulled without a fault, into the table."""
    from detente.annotation.decisions import decide_export, given_reasons, versions_by_document, write_decisions
    from detente.annotation.passes import read_passes

    for project in checked:
        if project.export is None or not given_reasons(project.tasks):
            continue
        versions = versions_by_document(read_passes(exports, ontology, project.texts))
        table = decide_export(project.tasks, project.export, versions, project.texts)
        write_decisions(path, table, keep=True)
        typer.echo(f"{path}: {len(table)} differences decided by {project.key.annotator}")


def _facts(project: CheckedProject) -> dict[str, object]:
    return {
        "annotator": project.key.annotator,
        "pass": project.key.pass_name,
        "version": project.key.version,
        "articles": len(project.tasks),
        "annotated": project.annotated,
        "skipped": project.skipped,
        "drafts": sum(project.drafts.values()),
        "faults": len(project.faults),
        "drafts_by_article": dict(project.drafts),
        "faults_by_article": _articles(project),
    }


def _articles(project: CheckedProject) -> list[dict[str, object]]:
    """The articles with faults: how many, where, and what to do."""
    from detente.annotation.review import todo_list

    found: dict[str, list[dict[str, str]]] = {}
    for todo in todo_list([project]):
        what = {name: getattr(todo, name) for name in ("region", "words", "found", "expected", "remedy")}
        found.setdefault(todo.document, []).append(what)
    return [
        {"document": name, "faults": len(todos), "link": project.links.get(name, ""), "to_do": todos}
        for name, todos in found.items()
    ]


def _write_todo(folder: Path, checked: list[CheckedProject]) -> None:
    """A list for each annotator who has something to correct; the list of one who has nothing left goes."""
    from detente.annotation.review import todo_list, todo_markdown
    from detente.files import write_text

    for annotator in sorted({project.key.annotator for project in checked}):
        todos = todo_list(project for project in checked if project.key.annotator == annotator)
        path = folder / f"{annotator}.md"
        if todos:
            write_text(path, todo_markdown(annotator, todos))
            typer.echo(f"{path}: {len(todos)} to correct", err=True)
        else:
            path.unlink(missing_ok=True)
