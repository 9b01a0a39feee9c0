"""The project's own projects on a Label Studio server: one for each annotator, pass and version, found by its key.

Blinding is one project for each annotator and pass, merged again on the document id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from detente.annotation.connection import TIMEOUT_SECONDS, Server, answers
from detente.annotation.controls import PASSES
from detente.errors import UsageError

MAX_TITLE = 50
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
class ProjectStatus:
    """How far one project is: tasks in all, tasks with a submitted annotation, annotations that were skipped."""

    key: ProjectKey
    project: int
    tasks: int
    annotated: int
    skipped: int


def find_projects(server: Server, pass_name: str | None = None, version: str | None = None) -> dict[ProjectKey, int]:
    """The projects of detente on the server with their numbers, of one pass or all, of one version or all."""
    if pass_name is not None and pass_name not in PASSES:
        raise UsageError(f"no pass {pass_name!r}; the passes are {', '.join(PASSES)}")
    with answers(server.address):
        numbers = sorted(((int(found.id), found) for found in list_projects(server)), key=lambda pair: -pair[0])
        # of two projects of one key the older one counts, as it does for a push
        keys = {ProjectKey.parse(found.description or ""): number for number, found in numbers}
    return {
        key: number
        for key, number in sorted(keys.items(), key=lambda pair: str(pair[0]))
        if key is not None and pass_name in (None, key.pass_name) and version in (None, key.version)
    }


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


def project_numbers(server: Server, key: ProjectKey) -> list[int]:
    """The projects of a key, oldest first."""
    return sorted(int(found.id) for found in list_projects(server) if ProjectKey.parse(found.description or "") == key)


def list_projects(server: Server) -> Iterator[Any]:
    """All projects on the server, with number and description."""
    yield from server.client.projects.list(page_size=100, include="id,description")


def list_tasks(server: Server, project: int, fields: str = "") -> Iterator[Any]:
    """The tasks of a project without their annotations; `fields` limits what is sent of each."""
    more = {"include": fields} if fields else {}
    yield from server.client.tasks.list(project=project, page_size=1000, fields="task_only", **more)


def batches(items: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    """The items in order, at most `size` at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))
