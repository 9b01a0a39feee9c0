"""Pull what was annotated on a Label Studio server, as the server exports it or normalised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from detente.annotation.connection import TIMEOUT_SECONDS, Server, answers
from detente.annotation.normalise import collection_paused, normalise_export
from detente.annotation.projects import Progress, batches, list_tasks
from detente.errors import DetenteError

# how many tasks one export takes whole; above that, how many numbers fit into one address
PULL_AT_ONCE = 1000
PULL_BATCH = 400


def pull(
    server: Server, project: int, *, progress: Progress | None = None, at_once: int = PULL_AT_ONCE
) -> list[dict[str, Any]]:
    """All tasks of a project as a normalised export, annotators named by their e-mail addresses.

    More tasks than `at_once` are exported in batches, since one export of everything times out behind a proxy at some
    18,000 tasks.
    """
    with collection_paused():
        tasks, users = pull_raw(server, project, progress=progress, at_once=at_once)
        normalised = normalise_export(tasks, users)
        # what was exported goes before the collector could look through it
        del tasks
    return normalised


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
    ids = [int(task.id) for task in list_tasks(server, project, fields="id")]
    # the SDK's own `ids` goes out under a name that the server does not read
    for batch in batches(ids, min(at_once, PULL_BATCH)):
        yield {"ids[]": [str(number) for number in batch]}
