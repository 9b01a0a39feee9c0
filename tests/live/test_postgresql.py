"""A real PostgreSQL of one's own: a cluster in a temporary folder, on 127.0.0.1, under the server for one test."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from detente.annotation.canonical import canonical
from detente.annotation.connection import connect
from detente.annotation.export import read_export
from detente.annotation.projects import ProjectKey, find_projects
from detente.annotation.results import document_to_result
from detente.annotation.serve import serve
from detente.annotation.submit import submit
from detente.documents import Document
from detente.errors import UsageError
from detente.jsonl import write_documents
from detente.ontology import Ontology

pytestmark = pytest.mark.live

Documents = tuple[Document, Document, Document]
PASSWORD = "not a/secret@1"
ENCODED = "not%20a%2Fsecret%401"


def program(name: str) -> str:
    """A program of PostgreSQL's server package; Debian keeps it off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    path = str(found[-1]) if found else shutil.which(name)
    if not path:
        pytest.skip("no PostgreSQL; install Debian's package postgresql")
    return path


@pytest.fixture
def database() -> Iterator[str]:
    """The address of an empty database; PostgreSQL refuses to run as root, so root lends it to its own user."""
    initdb, postgres = program("initdb"), program("postgres")
    owner = "postgres" if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    try:
        secret = folder / "password"
        secret.write_text(PASSWORD, "utf-8")
        for path in (folder, secret) if owner else ():
            os.chown(path, pwd.getpwnam(owner or "").pw_uid, -1)
        cluster = ["-D", str(folder / "cluster")]
        more = ["-A", "scram-sha-256", "-U", "detente", f"--pwfile={secret}", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run([initdb, *cluster, *more], user=owner, cwd=folder, check=True, capture_output=True)
        options = [f"-cport={port}", "-clisten_addresses=127.0.0.1", "-cunix_socket_directories="]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([postgres, *cluster, *options], user=owner, cwd=folder, stderr=log, stdout=log)
        try:
            wait(port)
            yield f"postgresql://detente:{ENCODED}@127.0.0.1:{port}/postgres"
        finally:
            process.terminate()
            process.wait(60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wait(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("PostgreSQL did not come up")


def test_the_same_work_runs_on_postgresql(
    executable: Path, database: str, blanks: Documents, annotated: Documents, ontology: Ontology, tmp_path: Path
) -> None:
    path = tmp_path / "documents.jsonl"
    write_documents(path, blanks)

    def detente(*arguments: str) -> str:
        access = {"DETENTE_URL": running.address, "DETENTE_TOKEN": running.token, "NO_COLOR": "1"}
        environment = {**os.environ, **access, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-m", "detente", "annotate", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    with serve(executable, tmp_path / "data", port=0, address=database) as running:
        assert "3 added, 0 there already" in detente("push", str(path), "--annotator", running.email)
        assert "0 added, 3 there already" in detente("push", str(path), "--annotator", running.email)
        server = connect(running.address, running.token)
        project = find_projects(server)[ProjectKey("full", running.email)]
        results = {document.id: document_to_result(document, ontology) for document in annotated}
        assert submit(server, project, results) == 3
        assert '"annotated": 3' in detente("status", "--format", "json")
        detente("pull", "--exports", str(tmp_path / "exports"))
    assert not list((tmp_path / "data").glob("*.sqlite3"))
    pulled = read_export(tmp_path / f"exports/full/{running.email}.json", ontology)
    assert [version.document for version in pulled] == [canonical(document, ontology) for document in annotated]
    # the projects are in the database, so the next start has them, and a folder without the log-in is told
    with serve(executable, tmp_path / "data", port=0, address=database) as again:
        assert (again.email, again.token) == (running.email, running.token)
        assert find_projects(connect(again.address, again.token)) == {ProjectKey("full", running.email): project}
    with (
        pytest.raises(UsageError, match="users already"),
        serve(executable, tmp_path / "other", port=0, address=database),
    ):
        pass
    assert not (tmp_path / "other/login.json").exists()
