"""The client of a Label Studio server: push blank tasks, submit results, pull what was annotated.

Blinding is one project for each annotator and pass, merged again on the document id. Every call can be run again after
an interruption: nothing is pushed twice, nothing goes missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec

from detente.annotation.config_lint import control_labels, lint_config
from detente.annotation.connection import TIMEOUT_SECONDS, Server, answers
from detente.annotation.controls import PASSES
from detente.annotation.label_config import label_config
from detente.annotation.normalise import collection_paused, normalise_export
from detente.annotation.tasks import BLOCKS_VERSION, AnnotatedDocument, block_regions, document_to_task
from detente.documents import Document, text_hash
from detente.errors import DataError, DetenteError, Fault, UsageError
from detente.ontology import Ontology

MAX_TITLE = 50
PUSH_BATCH = 500
# how many tasks one export takes whole; above that, how many numbers fit into one address
PULL_AT_ONCE = 1000
PULL_BATCH = 400
# a request that writes is never repeated by itself: the server may have taken it
ONCE = {"max_retries": 0, "timeout_in_seconds": TIMEOUT_SECONDS}

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ProjectKey:
    """What a project is for; its text form is the project's description and, where short enough, its title."""

    pass_name: str
    annotator: str
    version: str = "v1"

    def __str__(self) -> str:
        return f"detente | {self.pass_name} | {self.annotator} | {self.version}"

    @property
    def title(self) -> str:
        """The project's title; the server takes 50 characters, so a long key is cut and ends in its hash."""
        text = str(self)
        return text if len(text) <= MAX_TITLE else f"{text[: MAX_TITLE - 8]}~{sha256(text.encode()).hexdigest()[:7]}"

    @classmethod
    def parse(cls, text: str) -> ProjectKey | None:
        """The key in a project's description; None where the project is not detente's."""
        parts = text.split(" | ")
        return cls(*parts[1:]) if len(parts) == 4 and parts[0] == "detente" else None


@dataclass(frozen=True, slots=True)
class Plan:
    """Which pass is pushed for whom, and what they are shown.

    `versions` holds, by document id, what earlier passes or other annotators found, shown under its annotator's name;
    a blind pass has none. `prefilled` names the annotator whose version a new annotation starts from (by default the
    only one there is).
    """

    pass_name: str
    annotators: tuple[str, ...]
    version: str = "v1"
    versions: Mapping[str, Sequence[AnnotatedDocument]] = field(default_factory=dict)
    prefilled: str = ""


@dataclass(frozen=True, slots=True)
class Pushed:
    """One project after a push: how many tasks were added, and how many were there before."""

    key: ProjectKey
    project: int
    added: int
    present: int


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """How far one project is: tasks in all, tasks with a submitted annotation, annotations that were skipped."""

    key: ProjectKey
    project: int
    tasks: int
    annotated: int
    skipped: int


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
    config = label_config(ontology, plan.pass_name)
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
            pushed.append(_push_project(server, key, documents, plan, ontology, config, report))
    return pushed


def _push_project(
    server: Server,
    key: ProjectKey,
    documents: Sequence[Document],
    plan: Plan,
    ontology: Ontology,
    config: str,
    report: Callable[[int], None],
) -> Pushed:
    project = _project(server, key, config)
    present = _present(server, project)
    _refuse_changed(documents, present, key)
    missing = [document for document in documents if document.id not in present]
    report(len(documents) - len(missing))
    done = len(documents) - len(missing)
    for batch in _batches(missing, PUSH_BATCH):
        tasks = [
            document_to_task(d, ontology, pass_name=key.pass_name, versions=plan.versions.get(d.id, ())) for d in batch
        ]
        _import(server, project, tasks)
        done += len(batch)
        report(done)
    if missing and _task_number(server, project) != len(present.keys() | {document.id for document in missing}):
        # an import whose answer an earlier push did not live to see has come through meanwhile
        _present(server, project)
    if any(plan.versions.get(document.id) or block_regions(document) for document in documents):
        _prefill(server, project, _prefilled(plan))
    return Pushed(key, project, len(missing), len(documents) - len(missing))


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


def _task_number(server: Server, project: int) -> int:
    return int(server.client.projects.get(project).task_number or 0)


def _prefill(server: Server, project: int, version: str) -> None:
    if (server.client.projects.get(project).model_version or "") != version:
        server.client.projects.update(project, model_version=version)


def _prefilled(plan: Plan) -> str:
    """The version from which a new annotation starts: the one asked for, the only one, or the greyed paragraphs."""
    annotators = {version.annotator for versions in plan.versions.values() for version in versions}
    if plan.prefilled or not annotators:
        return plan.prefilled or BLOCKS_VERSION
    return next(iter(annotators)) if len(annotators) == 1 else ""


def _project(server: Server, key: ProjectKey, config: str) -> int:
    """The project of a key, made where there is none; its configuration brought up to date where that is safe."""
    if numbers := _numbers(server, key):
        _update_config(server, server.client.projects.get(numbers[0]), config, key)
        return numbers[0]
    created = server.client.projects.create(
        title=key.title,
        description=str(key),
        label_config=config,
        show_skip_button=True,
        enable_empty_annotation=True,
        show_collab_predictions=True,
        maximum_annotations=1,
        request_options=ONCE,
    )
    # a creation whose answer an earlier push did not live to see may have come through meanwhile: the first counts
    first = _numbers(server, key)[0]
    if first != int(created.id):
        server.client.projects.delete(int(created.id))
    return first


def _numbers(server: Server, key: ProjectKey) -> list[int]:
    """The projects of a key, oldest first."""
    return sorted(int(found.id) for found in _projects(server) if ProjectKey.parse(found.description or "") == key)


def _update_config(server: Server, project: Any, config: str, key: ProjectKey) -> None:
    if project.label_config == config:
        return
    old, new = control_labels(project.label_config), control_labels(config)
    gone = sorted(f"{name} {label}" for name, labels in old.items() for label in labels - new.get(name, frozenset()))
    if gone:
        fault = Fault(
            f"a project whose configuration has {', '.join(gone[:5])}{' …' if len(gone) > 5 else ''}",
            "only labels of the ontology",
            "Push with a new version: annotations under the old labels would be left hanging.",
            item=str(key),
        )
        raise DataError([fault])
    server.client.projects.update(project.id, label_config=config)


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
    for task in _tasks(server, project):
        tasks.setdefault(str((task.data or {}).get("id", "")), []).append(task)
    for found in tasks.values():
        untouched = [task for task in found if not server.client.annotations.list(int(task.id))] if found[1:] else []
        for task in untouched[1:] if len(untouched) == len(found) else untouched:
            server.client.tasks.delete(str(task.id))
    return {document: str((found[0].data or {}).get("sha256", "")) for document, found in tasks.items()}


def find_projects(server: Server, pass_name: str | None = None, version: str | None = None) -> dict[ProjectKey, int]:
    """The projects of detente on the server with their numbers, of one pass or all, of one version or all."""
    if pass_name is not None and pass_name not in PASSES:
        raise UsageError(f"no pass {pass_name!r}; the passes are {', '.join(PASSES)}")
    with answers(server.address):
        numbers = sorted(((int(found.id), found) for found in _projects(server)), key=lambda pair: -pair[0])
        # of two projects of one key the older one counts, as it does for a push
        keys = {ProjectKey.parse(found.description or ""): number for number, found in numbers}
    return {
        key: number
        for key, number in sorted(keys.items(), key=lambda pair: str(pair[0]))
        if key is not None and pass_name in (None, key.pass_name) and version in (None, key.version)
    }


def pull(
    server: Server, project: int, *, progress: Progress | None = None, at_once: int = PULL_AT_ONCE
) -> list[dict[str, Any]]:
    """All tasks of a project as a normalised export, annotators named by their e-mail addresses.

    More tasks than `at_once` are exported in batches, since one export of everything times out behind a proxy at some
    18,000 tasks.
    """
    tasks, users = pull_raw(server, project, progress=progress, at_once=at_once)
    return normalise_export(tasks, users)


def pull_raw(
    server: Server, project: int, *, progress: Progress | None = None, at_once: int = PULL_AT_ONCE
) -> tuple[list[dict[str, Any]], dict[int, str]]:
    """All tasks of a project as the server exports them, and the e-mail address of every user by number."""
    with answers(server.address):
        users = {int(user.id): user.email or user.username or "" for user in server.client.users.list()}
        total = int(server.client.projects.get(project).task_number or 0)
        tasks: list[dict[str, Any]] = []
        for query in _exports(server, project, total, at_once):
            chunks = server.client.projects.exports.download_sync(
                project,
                export_type="JSON",
                download_all_tasks=True,
                request_options={"additional_query_parameters": query, "timeout_in_seconds": TIMEOUT_SECONDS},
            )
            raw = b"".join(chunks)
            with collection_paused():
                tasks += _decode(raw, server)
            if progress is not None:
                progress(len(tasks), total)
    return tasks, users


def _decode(raw: bytes, server: Server) -> list[dict[str, Any]]:
    try:
        return msgspec.json.decode(raw, type=list[dict[str, Any]])
    except msgspec.DecodeError as error:
        found = f"{server.address} sent an export that breaks off or is none ({error})"
        raise DetenteError(f"{found}; run the command again") from error


def _exports(server: Server, project: int, total: int, at_once: int) -> Iterator[dict[str, Any]]:
    """The queries that together export every task: one without limits, or one for each batch of task numbers."""
    if total <= at_once:
        yield {}
        return
    ids = [int(task.id) for task in _tasks(server, project, fields="id")]
    # the SDK's own `ids` goes out under a name that the server does not read
    for batch in _batches(ids, min(at_once, PULL_BATCH)):
        yield {"ids[]": [str(number) for number in batch]}


def status(server: Server, pass_name: str | None = None, version: str | None = None) -> list[ProjectStatus]:
    """How far each project is."""
    found = []
    for key, number in find_projects(server, pass_name, version).items():
        with answers(server.address):
            project = server.client.projects.get(number)
        found.append(
            ProjectStatus(
                key,
                number,
                int(project.task_number or 0),
                int(project.num_tasks_with_annotations or 0),
                int(project.skipped_annotations_number or 0),
            )
        )
    return found


def submit(
    server: Server,
    project: int,
    results: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    progress: Progress | None = None,
) -> int:
    """Submit results, by document id, as the user whose token the server was reached with; returns how many were new.

    A result that the user has submitted already is not submitted again; a changed one replaces it. Raises `DataError`
    for documents that have no task in the project.
    """
    with answers(server.address):
        tasks = {str((task.data or {}).get("id", "")): task for task in _tasks(server, project)}
        faults = [
            Fault(
                "no task", "a document of the project", "Push it first.", document=document, item=f"project {project}"
            )
            for document in results
            if document not in tasks
        ]
        if faults:
            raise DataError(faults)
        count = 0
        for number, (document, result) in enumerate(results.items(), 1):
            count += _submit(server, tasks[document], list(result))
            if progress is not None:
                progress(number, len(results))
    return count


def _submit(server: Server, task: Any, result: list[Mapping[str, Any]]) -> bool:
    # the task's own counters are no guide: a server killed between the two leaves an annotation uncounted
    found = server.client.annotations.list(int(task.id))
    own = [a for a in found if _user_id(a.completed_by) == server.user_id and not a.was_cancelled]
    if not own:
        server.client.annotations.create(
            int(task.id),
            result=result,
            ground_truth=False,
            completed_by=server.user_id,
            was_cancelled=False,
            request_options=ONCE,
        )
        return True
    newest = max(own, key=lambda annotation: int(annotation.id))
    if _same(task.data or {}, newest.result or [], result):
        return False
    server.client.annotations.update(int(newest.id), result=result, request_options=ONCE)
    return True


def _user_id(user: Any) -> int:
    return int(user["id"] if isinstance(user, dict) else getattr(user, "id", user))


def _same(data: Mapping[str, Any], one: Sequence[Any], other: Sequence[Any]) -> bool:
    first, second = (normalise_export([{"data": data, "annotations": [{"result": list(r)}]}]) for r in (one, other))
    return first == second


def _projects(server: Server) -> Iterator[Any]:
    yield from server.client.projects.list(page_size=100, include="id,description,label_config")


def _tasks(server: Server, project: int, fields: str = "") -> Iterator[Any]:
    """The tasks of a project without their annotations; `fields` limits what is sent of each."""
    more = {"include": fields} if fields else {}
    yield from server.client.tasks.list(project=project, page_size=1000, fields="task_only", **more)


def _batches(items: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))
