"""Killed, cut off, out of room: run again, and the end state is an undisturbed run's; nothing lost, nothing doubled.

Every moment is drawn from a seeded generator. The counts of each test are logged: `pytest --log-cli-level=INFO`.
"""

from __future__ import annotations

import json
import logging
import os
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from detente.annotation import push as pushing
from detente.annotation.connection import Server, connect
from detente.annotation.normalise import write_export
from detente.annotation.projects import ProjectKey, find_projects
from detente.annotation.pull import pull
from detente.annotation.push import Plan, push
from detente.annotation.results import document_to_result
from detente.annotation.serve import Running, serve
from detente.annotation.submit import submit
from detente.annotation.tasks import AnnotatedDocument
from detente.documents import Document, without_annotation
from detente.errors import DetenteError
from detente.ontology import Ontology

pytestmark = pytest.mark.live

LOG = logging.getLogger(__name__)
logging.getLogger("httpx").setLevel(logging.WARNING)
SEED = 20240501
# kills that break something off, and servers at most for them: some kills come after the work is done
KILLS = 20
LIVES = 40
CUTS = 24
DOCUMENTS = 24
BATCH = 5
EARLIER = "earlier@example.org"
State = Counter[str]


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing, "PUSH_BATCH", BATCH)


@pytest.fixture(scope="module")
def full(annotated: tuple[Document, Document, Document]) -> list[Document]:
    """Many annotated articles; what is pushed of them is blank, with the annotation as an earlier version."""
    return [msgspec.structs.replace(annotated[n % 2], id=f"many-{n:02}") for n in range(DOCUMENTS)]


def plan(full: list[Document], annotator: str, version: str) -> Plan:
    versions = {document.id: [AnnotatedDocument(document, EARLIER, "full")] for document in full}
    return Plan("full", (annotator,), version, versions=versions)


def blank(full: list[Document]) -> list[Document]:
    return [without_annotation(document) for document in full]


def state(server: Server, version: str) -> State:
    """Everything that the server holds of one version's projects, each thing with its number."""
    found: State = Counter()
    for project in server.client.projects.list(page_size=100):
        key = ProjectKey.parse(project.description or "")
        if key is None or key.version != version:
            continue
        found[f"project {key.pass_name} {key.annotator} {project.model_version}"] += 1
        for task in server.client.tasks.list(project=int(project.id), page_size=1000, fields="all"):
            parts = [task.data, *(_said(p, p.model_version) for p in task.predictions or ())]
            parts += [_said(a, "submitted") for a in task.annotations or ()]
            found.update(json.dumps([task.data["id"], part], sort_keys=True) for part in parts)
    return found


def _said(part: Any, name: str) -> list[Any]:
    raw = part if isinstance(part, dict) else part.dict()
    return [name, sorted(json.dumps(item, sort_keys=True) for item in raw["result"])]


def interrupted(work: Callable[[], object]) -> bool:
    """Whether the work was refused with a message for its user; any other error is a failure of the test."""
    try:
        work()
    except DetenteError as error:
        if "run the command again" not in str(error):
            raise
        return True
    return False


def seconds(work: Callable[[], object]) -> float:
    start = time.monotonic()
    work()
    return time.monotonic() - start


class Works:
    """The three works of a document's way through the server, each on one version of the project."""

    names = ("push", "submit", "pull")

    def __init__(self, full: list[Document], ontology: Ontology, path: Path) -> None:
        self.full, self.ontology, self.path = full, ontology, path
        self.results = {document.id: document_to_result(document, ontology) for document in full}

    def do(self, name: str, server: Server, version: str) -> None:
        if name == "push":
            push(server, blank(self.full), plan(self.full, server.user, version), self.ontology)
            return
        project = find_projects(server, version=version)[ProjectKey("full", server.user, version)]
        if name == "submit":
            submit(server, project, self.results)
        else:
            write_export(self.path, pull(server, project, at_once=BATCH))

    def before(self, name: str) -> tuple[str, ...]:
        return self.names[: self.names.index(name)]

    def rest(self, name: str) -> tuple[str, ...]:
        return self.names[self.names.index(name) :]


def test_a_server_killed_at_random_moments_loses_and_doubles_nothing(
    executable: Path, full: list[Document], ontology: Ontology, tmp_path: Path
) -> None:
    random = Random(SEED)
    works = Works(full, ontology, tmp_path / "export.json")
    counts: Counter[str] = Counter()
    with serve(executable, tmp_path / "data", port=0) as running:
        server = connect(running.address, running.token)
        lasts = {name: seconds(partial(works.do, name, server, "calm")) for name in works.names}
        calm, written = state(server, "calm"), works.path.read_bytes()
    turns = [("push", "pull", "push", "submit")[life % 4] for life in range(LIVES)]
    hits = 0
    for life in range(LIVES):
        with serve(executable, tmp_path / "data", port=0) as running:
            server = connect(running.address, running.token)
            if life:
                for name in works.rest(turns[life - 1]):
                    works.do(name, server, f"life{life - 1}")
                counts += compare(calm, state(server, f"life{life - 1}"))
                assert works.path.read_bytes() == written
            if hits == KILLS:
                break
            killed = turns[life]
            for name in works.before(killed):
                works.do(name, server, f"life{life}")
            work = partial(works.do, killed, server, f"life{life}")
            hit = kill_during(running, work, random.random() * lasts[killed])
            hits += hit
            counts[f"{killed} broken off" if hit else "too late"] += 1
            lasts[killed] *= 1 if hit else 0.8
            assert works.path.read_bytes() == written
    LOG.info("seed %d: %s", SEED, dict(counts))
    assert hits == KILLS
    assert (counts["lost"], counts["doubled"]) == (0, 0)


def compare(calm: State, found: State) -> Counter[str]:
    return Counter(lost=(calm - found).total(), doubled=(found - calm).total())


def kill_during(running: Running, work: Callable[[], object], delay: float) -> bool:
    """Kill the server after a delay, and tell whether the work was still going on."""
    hit: list[bool] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            hit.append(interrupted(work))
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(delay)
    os.killpg(running.process.pid, signal.SIGKILL)
    running.process.wait()
    thread.join(60)
    assert not thread.is_alive()
    if failed:
        raise failed[0]
    return hit[0]


class Forwarder:
    """A relay on 127.0.0.1 that breaks off for good once it has carried `budget` bytes."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.carried = 0
        self.budget: int | None = None
        # a part of the path of the request whose answer is lost
        self.lose = b""
        self.lock = threading.Lock()
        self.open: set[socket.socket] = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def start(self, budget: int | None, lose: bytes = b"") -> None:
        with self.lock:
            self.carried, self.budget, self.lose = 0, budget, lose

    @property
    def down(self) -> bool:
        return self.budget is not None and self.carried >= self.budget

    def close(self) -> None:
        self.listener.close()
        self._cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if self.down:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self.target))
            with self.lock:
                self.open |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other, one is near), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, asking: bool) -> None:
        sent = b""
        try:
            while data := one.recv(4096):
                with self.lock:
                    left = len(data) if self.budget is None else max(self.budget - self.carried, 0)
                    self.carried += len(data)
                other.sendall(data[:left])
                if asking and self.lose:
                    sent += data
                    if _is_sent(sent, self.lose):
                        self.budget = self.carried
                if self.down:
                    self._cut()
                    return
            other.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def _cut(self) -> None:
        with self.lock:
            cut, self.open = self.open, set()
        for one in cut:
            # half of the cuts look like an orderly end, the others like a reset
            if len(cut) % 4:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def _is_sent(sent: bytes, path: bytes) -> bool:
    """Whether a whole request with this in its path has been sent."""
    start = next((m.start() for m in re.finditer(rb"POST ([^ ]+) HTTP", sent) if path in m.group(1)), None)
    head, separator, body = sent[start:].partition(b"\r\n\r\n") if start is not None else (b"", b"", b"")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return bool(separator and length and len(body) >= int(length[1]))


@pytest.fixture
def forwarder(running: Running) -> Iterator[Forwarder]:
    relay = Forwarder(int(running.address.rsplit(":", 1)[1]))
    yield relay
    relay.close()


def test_a_network_cut_at_random_bytes_loses_and_doubles_nothing(
    running: Running, forwarder: Forwarder, full: list[Document], ontology: Ontology, tmp_path: Path
) -> None:
    random = Random(SEED)
    path = tmp_path / "export.json"
    works = Works(full, ontology, path)
    direct = connect(running.address, running.token)
    counts: Counter[str] = Counter()

    def work(version: str) -> None:
        server = connect(forwarder.address, running.token)
        for name in works.names:
            works.do(name, server, version)

    forwarder.start(None)
    work("calm-net")
    length, calm = forwarder.carried, state(direct, "calm-net")
    written = path.read_bytes()
    rounds = 0
    while counts["cuts"] < CUTS:
        rounds += 1
        version = f"net{rounds}"
        path.unlink(missing_ok=True)
        budget: int | None = random.randrange(length)
        # each new try is cut again, further on, until one comes through
        while True:
            forwarder.start(budget)
            if not interrupted(partial(work, version)):
                break
            assert not path.exists()
            counts["cuts"] += 1
            budget = random.randrange(length) if counts["cuts"] % 3 else None
        counts += compare(calm, state(direct, version))
        assert path.read_bytes() == written
    LOG.info("seed %d: %s in %d rounds of %d bytes", SEED, dict(counts), rounds, length)
    assert (counts["lost"], counts["doubled"]) == (0, 0)


@pytest.mark.parametrize(
    ("work", "path"), [("push", b"/api/projects/"), ("push", b"/import"), ("submit", b"/annotations/")]
)
def test_a_request_whose_answer_is_lost_is_not_made_twice(
    running: Running,
    forwarder: Forwarder,
    full: list[Document],
    ontology: Ontology,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    work: str,
    path: bytes,
) -> None:
    # one big batch: the server is still at it when the same is asked for again, at once
    monkeypatch.setattr(pushing, "PUSH_BATCH", DOCUMENTS)
    works = Works(full, ontology, tmp_path / "export.json")
    direct = connect(running.address, running.token)
    counts: Counter[str] = Counter()
    calm_name = f"calm-{path.decode().strip('/').replace('/', '-')}"
    for name in works.names:
        works.do(name, direct, calm_name)
    calm, written = state(direct, calm_name), works.path.read_bytes()
    for turn in range(6):
        version = f"{calm_name}-{turn}"
        for name in works.before(work):
            works.do(name, direct, version)
        forwarder.start(None)
        server = connect(forwarder.address, running.token)
        forwarder.start(None, lose=path)
        counts["lost answers"] += interrupted(partial(works.do, work, server, version))
        for name in works.rest(work):
            while interrupted(partial(works.do, name, direct, version)):
                counts["told to run again"] += 1
        counts += compare(calm, state(direct, version))
        assert works.path.read_bytes() == written
    LOG.info("%s: %s", path.decode(), dict(counts))
    assert counts["lost answers"] == 6
    assert (counts["lost"], counts["doubled"]) == (0, 0)


def test_a_server_whose_disk_is_full_takes_the_rest_once_there_is_room(
    executable: Path, full: list[Document], ontology: Ontology, tmp_path: Path
) -> None:
    random = Random(SEED)
    counts: Counter[str] = Counter()
    with serve(executable, tmp_path / "data", port=0) as running:
        server, pid = connect(running.address, running.token), running.process.pid
        works = Works(full, ontology, tmp_path / "export.json")

        def work(version: str) -> None:
            for name in works.names:
                works.do(name, server, version)

        database = tmp_path / "data/label_studio.sqlite3"
        before = database.stat().st_size
        work("calm")
        growth, calm = database.stat().st_size - before, state(server, "calm")
        for turn in range(4):
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            room = database.stat().st_size + int(growth * random.random() * 0.8)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, hard))
            counts["refused"] += interrupted(partial(work, f"room{turn}"))
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
            work(f"room{turn}")
            counts += compare(calm, state(server, f"room{turn}"))
    LOG.info("seed %d: %s", SEED, dict(counts))
    assert counts["refused"] >= 3
    assert (counts["lost"], counts["doubled"]) == (0, 0)


def test_a_disk_full_while_the_export_is_written_leaves_the_one_before(
    running: Running, full: list[Document], ontology: Ontology, tmp_path: Path
) -> None:
    server = connect(running.address, running.token)
    email = running.email
    (pushed,) = push(server, blank(full), Plan("full", (email,), "small"), ontology)
    submit(server, pushed.project, {document.id: document_to_result(document, ontology) for document in full})
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2);"
        "from detente.cli.app import main; sys.argv = ['detente', *sys.argv[2:]]; main()"
    )

    def run(limit: int) -> subprocess.CompletedProcess[str]:
        access = {"DETENTE_URL": running.address, "DETENTE_TOKEN": running.token}
        command = [sys.executable, "-c", script, str(limit), "annotate", "pull", "--version", "small"]
        command += ["--exports", str(tmp_path), "--todo", str(tmp_path)]
        environment = {**os.environ, **access, "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    path = tmp_path / "full" / f"{email}.json"
    path.parent.mkdir()
    path.write_text("[]\n", "utf-8")
    for limit in (0, 5000):
        refused = run(limit)
        assert refused.returncode == 1
        assert "Traceback" not in refused.stderr
        assert "File too large" in refused.stderr
        assert str(path) in refused.stderr
        assert [(p, p.read_text("utf-8")) for p in tmp_path.rglob("*.json")] == [(path, "[]\n")]
        assert list(path.parent.iterdir()) == [path]
