"""Push documents to a Label Studio server: one project for each annotator and pass, each document there once.

Every push can be run again after an interruption: nothing is pushed twice, nothing goes missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from detente.annotation.adjudication import Difference
from detente.annotation.config_lint import control_labels, lint_config
from detente.annotation.connection import Server, answers
from detente.annotation.controls import attribute_defaults
from detente.annotation.decisions import show_differences
from detente.annotation.instruction import pass_instruction
from detente.annotation.label_config import label_config
from detente.annotation.normalise import collection_paused
from detente.annotation.projects import ONCE, Progress, ProjectKey, batches, list_tasks, project_numbers
from detente.annotation.tasks import BLOCKS_VERSION, AnnotatedDocument, block_regions, document_to_task
from detente.documents import Document, text_hash
from detente.errors import DataError, Fault
from detente.ontology import Ontology

PUSH_BATCH = 500


@dataclass(frozen=True, slots=True)
class Plan:
    """Which pass is pushed for whom, and what they are shown.

    `versions` holds, by document id, what earlier passes or other annotators found, shown under its annotator's name;
    a blind pass has none. `prefilled` names the annotator whose version a new annotation starts from (by default the
    only one there is). With `differences`, by document id, it is an adjudication: a reason is chosen for each, and
    nothing has a default. `guidelines` is the guidelines' Markdown, whose sections for the pass are one click away.
    """

    pass_name: str
    annotators: tuple[str, ...]
    version: str = "v1"
    versions: Mapping[str, Sequence[AnnotatedDocument]] = field(default_factory=dict)
    prefilled: str = ""
    differences: Mapping[str, Sequence[Difference]] | None = None
    guidelines: str = ""


@dataclass(frozen=True, slots=True)
class _Page:
    """What a project shows besides its texts: the labelling configuration, and the guidelines as HTML."""

    config: str
    instruction: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """One project after a push: how many tasks were added, and how many were there before."""

    key: ProjectKey
    project: int
    added: int
    present: int


def push(
    server: Server,
    documents: Sequence[Document],
    plan: Plan,
    ontology: Ontology,
    *,
    progress: Progress | None = None,
) -> list[Pushed]:
    """One project for each annotator, with a task for each document; what is there already stays as it is.

    `progress` is called with tasks done and tasks in all. Raises `DataError` where a document has changed since it was
    pushed, or the project's labels no longer fit: then push with a new `version`. Documents must carry their text.
    """
    config = label_config(ontology, plan.pass_name, adjudication=plan.differences is not None)
    instruction = pass_instruction(plan.guidelines, plan.pass_name, ontology)
    if faults := lint_config(config):
        raise DataError(faults)
    total = len(documents) * len(plan.annotators)
    pushed = []
    for number, annotator in enumerate(plan.annotators):
        key = ProjectKey(plan.pass_name, annotator, plan.version)

        def report(done: int, before: int = number * len(documents)) -> None:
            if progress is not None:
                progress(before + done, total)

        with answers(server.address):
            pushed.append(_push_project(server, key, documents, plan, ontology, _Page(config, instruction), report))
    return pushed


def _push_project(
    server: Server,
    key: ProjectKey,
    documents: Sequence[Document],
    plan: Plan,
    ontology: Ontology,
    page: _Page,
    report: Callable[[int], None],
) -> Pushed:
    project, is_new = _project(server, key, page)
    present = {} if is_new else _present(server, project)
    _refuse_changed(documents, present, key)
    missing = [document for document in documents if document.id not in present]
    report(len(documents) - len(missing))
    done = len(documents) - len(missing)
    for batch in batches(missing, PUSH_BATCH):
        with collection_paused():
            _import(server, project, _tasks(batch, plan, ontology))
        done += len(batch)
        report(done)
    shown = any(plan.versions.get(document.id) or block_regions(document) for document in documents)
    if not missing and not shown:
        return Pushed(key, project, 0, len(documents))
    found = server.client.projects.get(project)
    if missing and int(found.task_number or 0) != len(present.keys() | {document.id for document in missing}):
        # an import whose answer an earlier push did not live to see has come through meanwhile
        _present(server, project)
    if shown and (found.model_version or "") != (version := _prefilled(plan)):
        server.client.projects.update(project, model_version=version)
    return Pushed(key, project, len(missing), len(documents) - len(missing))


def _tasks(batch: Sequence[Document], plan: Plan, ontology: Ontology) -> list[dict[str, Any]]:
    return [
        document_to_task(
            document,
            ontology,
            pass_name=plan.pass_name,
            versions=plan.versions.get(document.id, ()),
            more=_more(plan, document, ontology),
        )
        for document in batch
    ]


def _more(plan: Plan, document: Document, ontology: Ontology) -> dict[str, Any]:
    """What a task says besides the document: the differences to decide, or what holds where something is left open."""
    if plan.differences is not None:
        return show_differences(plan.differences.get(document.id, ()))
    return {"defaults": attribute_defaults(ontology)}


def _import(server: Server, project: int, tasks: Sequence[dict[str, Any]]) -> None:
    """Send tasks as they are: the SDK's own call spends more time on copying a batch than the server on storing it."""
    from label_studio_sdk.core.api_error import ApiError

    answer = server.client._client_wrapper.httpx_client.request(
        f"api/projects/{project}/import",
        method="POST",
        content=msgspec.json.encode(tasks),
        headers={"content-type": "application/json"},
        request_options=ONCE,
    )
    if not answer.is_success:
        raise ApiError(status_code=answer.status_code, body=answer.text)


def _prefilled(plan: Plan) -> str:
    """The version from which a new annotation starts: the one asked for, the only one, or the greyed paragraphs."""
    annotators = {version.annotator for versions in plan.versions.values() for version in versions}
    if plan.prefilled or not annotators:
        return plan.prefilled or BLOCKS_VERSION
    return next(iter(annotators)) if len(annotators) == 1 else ""


def _project(server: Server, key: ProjectKey, page: _Page) -> tuple[int, bool]:
    """The project of a key, and whether it was made just now, where there was none, and thus holds nothing.

    The configuration of one that was there is brought up to date where that is safe.
    """
    if numbers := project_numbers(server, key):
        _update_page(server, server.client.projects.get(numbers[0]), page, key)
        return numbers[0], False
    created = server.client.projects.create(
        title=key.title,
        description=str(key),
        label_config=page.config,
        expert_instruction=page.instruction,
        show_skip_button=True,
        enable_empty_annotation=True,
        show_collab_predictions=True,
        maximum_annotations=1,
        request_options=ONCE,
    )
    # a creation whose answer an earlier push did not live to see may have come through meanwhile: the first counts
    first, own = project_numbers(server, key)[0], int(created.id)
    if first != own:
        server.client.projects.delete(own)
    return first, first == own


def _update_page(server: Server, project: Any, page: _Page, key: ProjectKey) -> None:
    changed: dict[str, Any] = {}
    if project.label_config != page.config:
        _refuse_lost_labels(project.label_config, page.config, key)
        changed["label_config"] = page.config
    if (project.expert_instruction or "") != page.instruction:
        changed["expert_instruction"] = page.instruction
    if changed:
        server.client.projects.update(project.id, **changed)


def _refuse_lost_labels(before: str, after: str, key: ProjectKey) -> None:
    old, new = control_labels(before), control_labels(after)
    gone = sorted(f"{name} {label}" for name, labels in old.items() for label in labels - new.get(name, frozenset()))
    if gone:
        fault = Fault(
            f"a project whose configuration has {', '.join(gone[:5])}{' …' if len(gone) > 5 else ''}",
            "only labels of the ontology",
            "Push with a new version: annotations under the old labels would be left hanging.",
            item=str(key),
        )
        raise DataError([fault])


def _refuse_changed(documents: Sequence[Document], present: Mapping[str, str], key: ProjectKey) -> None:
    faults = [
        Fault(
            f"a text that differs from the one pushed as {document.id}",
            "the text as pushed",
            "Restore it, or push with a new version.",
            document=document.id,
            item=str(key),
        )
        for document in documents
        if document.text is not None and present.get(document.id, hashed := text_hash(document.text)) != hashed
    ]
    if faults:
        raise DataError(faults)


def _present(server: Server, project: int) -> dict[str, str]:
    """The text hashes of the documents in a project, by document id.

    A task that an interrupted push has left twice is removed again, unless somebody has annotated it.
    """
    tasks: dict[str, list[Any]] = {}
    for task in list_tasks(server, project):
        tasks.setdefault(str((task.data or {}).get("id", "")), []).append(task)
    for found in tasks.values():
        untouched = [task for task in found if not server.client.annotations.list(int(task.id))] if found[1:] else []
        for task in untouched[1:] if len(untouched) == len(found) else untouched:
            server.client.tasks.delete(str(task.id))
    return {document: str((found[0].data or {}).get("sha256", "")) for document, found in tasks.items()}
