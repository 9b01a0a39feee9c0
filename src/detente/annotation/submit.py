"""Submit results to a Label Studio server as the user whose token is used, each once however often it is run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from detente.annotation.connection import Server, answers
from detente.annotation.normalise import normalise_export
from detente.annotation.projects import ONCE, Progress, list_tasks
from detente.errors import DataError, Fault


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
        tasks = {str((task.data or {}).get("id", "")): task for task in list_tasks(server, project)}
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
