"""Push, pull and conversion against the server's own bulk import and export, in one run: each ratio beside its bar.

    DETENTE_LABELSTUDIO=.labelstudio/bin/label-studio python -m tests.benchmarks.bench_labelstudio

500 tasks of 100 result items, on SQLite. CPU seconds of the server and of this process together, since machines are
shared; the server's own calls (a project made and its tasks imported; its tasks exported and read) alternate with ours,
and the least of the rounds counts.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from detente.annotation.connection import Server, connect
from detente.annotation.export import convert_export
from detente.annotation.label_config import label_config
from detente.annotation.pull import pull
from detente.annotation.push import Plan, push
from detente.annotation.results import document_to_result
from detente.annotation.serve import serve
from detente.annotation.tasks import AnnotatedDocument, document_to_task
from detente.documents import Document, Entity, Mention, Meta, text_hash, without_annotation
from detente.ontology import Ontology, load_ontology

ROOT = Path(__file__).resolve().parents[2]
# a mention is four items: its span, its level, its reading, its entity
ITEMS = 4
PATIENT = {"timeout_in_seconds": 600}


def main() -> None:
    """Measure, and print what was asked of each figure beside it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=500)
    parser.add_argument("--items", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ontology = load_ontology()
    documents = [make_document(number, options.items // ITEMS, ontology) for number in range(options.tasks)]
    executable = Path(os.environ.get("DETENTE_LABELSTUDIO") or ROOT / ".labelstudio/bin/label-studio")
    with tempfile.TemporaryDirectory() as folder, serve(executable, Path(folder), port=0) as running:
        server = connect(running.address, running.token)
        say(f"{options.tasks} tasks of {options.items} items, least of {options.rounds} rounds, CPU seconds")
        clock = Clock(running.process.pid)
        imported, pushed = measure_push(clock, server, documents, ontology, options.rounds)
        row("server's bulk import", imported)
        row("push", pushed, imported, 1.3)
        project = fill(server, documents, ontology)
        exported, pulled, raw = measure_pull(clock, server, project, options.rounds)
        row("server's direct export", exported)
        row("pull", pulled, exported, 1.3)
        converted = min(clock.timed(lambda: convert_export(raw, ontology))[0] for _ in range(options.rounds))
        row("export JSON to documents", converted, exported, 0.1)


def make_document(number: int, mentions: int, ontology: Ontology) -> Document:
    """A document of so many mentions, each with level, reading and entity."""
    kind = next(kind for kind in ontology.entity_types if kind.has_level and kind.has_reading and kind.has_entity)
    words = [f"Name{position}" for position in range(mentions)]
    text = " said that ".join(words) + f". Article {number} ends."
    marks, entities, start = [], [], 0
    for position, word in enumerate(words):
        start = text.index(word, start)
        place = (start, start + len(word))
        level, reading = ontology.levels[0], ontology.readings[0]
        key = f"e{position}"
        marks.append(Mention(f"m{position}", *place, kind.name, head=place, level=level, reading=reading, entity=key))
        entities.append(Entity(key, word, kind.name))
        start = place[1]
    meta = Meta(title=f"Article {number}", published="2024-05-01", sha256=text_hash(text), length=len(text))
    return Document(f"bench-{number:05}", text=text, meta=meta, mentions=tuple(marks), entities=tuple(entities))


def measure_push(
    clock: Clock, server: Server, documents: Sequence[Document], ontology: Ontology, rounds: int
) -> tuple[float, float]:
    """Seconds of the server's import of the same tasks and of push, each into new projects."""
    blank = [without_annotation(document) for document in documents]
    versions = {d.id: [AnnotatedDocument(d, "earlier@example.org", "mentions")] for d in documents}
    plan = Plan("mentions", (server.user,), versions=versions)
    tasks = [
        document_to_task(document, ontology, pass_name="mentions", versions=versions[document.id]) for document in blank
    ]
    body = msgspec.json.encode(tasks)
    imported, pushed = [], []
    for number in range(rounds):
        config = label_config(ontology, "mentions")
        imported.append(clock.timed(partial(bulk_import, server, f"own {number}", config, body))[0])
        named = Plan(plan.pass_name, plan.annotators, f"r{number}", versions=versions)
        seconds, _ = clock.timed(partial(push, server, blank, named, ontology))
        pushed.append(seconds)
    return min(imported), min(pushed)


def fill(server: Server, documents: Sequence[Document], ontology: Ontology) -> int:
    """A project in which every task has a submitted annotation; its number."""
    tasks = []
    for document in documents:
        task = document_to_task(without_annotation(document), ontology, pass_name="mentions")
        tasks.append(
            task | {"annotations": [{"result": document_to_result(document, ontology), "ground_truth": False}]}
        )
    return bulk_import(server, "annotated", label_config(ontology, "mentions"), msgspec.json.encode(tasks))


def measure_pull(clock: Clock, server: Server, project: int, rounds: int) -> tuple[float, float, list[dict[str, Any]]]:
    """Seconds of the server's direct export, read to its end, and of pull; and what was exported."""
    exported, pulled, raw = [], [], b""
    for _ in range(rounds):
        seconds, raw = clock.timed(lambda: get(server, f"api/projects/{project}/export?exportType=JSON"))
        exported.append(seconds)
        pulled.append(clock.timed(lambda: pull(server, project))[0])
    return min(exported), min(pulled), msgspec.json.decode(raw)


def bulk_import(server: Server, title: str, config: str, body: bytes) -> int:
    """The server's own calls, as they stand in its documentation; the project's number."""
    project = server.client.projects.create(title=title, label_config=config)
    headers = {"content-type": "application/json"}
    http = server.client._client_wrapper.httpx_client
    path = f"api/projects/{project.id}/import"
    answer = http.request(path, method="POST", content=body, headers=headers, request_options=PATIENT)
    answer.raise_for_status()
    return int(project.id)


def get(server: Server, path: str) -> bytes:
    """The body of an answer of the server."""
    http = server.client._client_wrapper.httpx_client
    answer = http.request(path, method="GET", request_options=PATIENT)
    answer.raise_for_status()
    return bytes(answer.content)


class Clock:
    """CPU seconds of this process and of the server's."""

    def __init__(self, pid: int) -> None:
        self.stat = Path(f"/proc/{pid}/stat")
        self.tick = os.sysconf("SC_CLK_TCK")

    def now(self) -> float:
        """CPU seconds of both since they began."""
        # after the name in brackets: user and system time are the 12th and 13th field
        fields = self.stat.read_text("ascii", errors="replace").rpartition(")")[2].split()
        return time.process_time() + (int(fields[11]) + int(fields[12])) / self.tick

    def timed(self, work: Callable[[], Any]) -> tuple[float, Any]:
        """CPU seconds of some work, what the server does after its answer included, and its result."""
        time.sleep(1)
        start = self.now()
        result = work()
        time.sleep(1)
        return self.now() - start, result


def row(what: str, seconds: float, peer: float | None = None, bar: float | None = None) -> None:
    """A line: what, its seconds, and its ratio to the peer beside the bar."""
    line = f"{what:28}{seconds:8.2f}"
    if peer is not None and bar is not None:
        ratio = seconds / peer
        line += f"{ratio:8.2f} ×   bar {bar} ×   {'met' if ratio <= bar else 'MISSED'}"
    say(line)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
