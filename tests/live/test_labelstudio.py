"""Against a real server: what two annotators submit comes back as they submitted it, and nothing happens twice."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from detente.annotation.canonical import canonical
from detente.annotation.connection import Server, connect
from detente.annotation.export import convert_export, load_export, read_export
from detente.annotation.normalise import write_export
from detente.annotation.projects import find_projects, status
from detente.annotation.pull import pull
from detente.annotation.push import Plan, push
from detente.annotation.results import document_to_result
from detente.annotation.serve import Running, push_demo, serve
from detente.annotation.submit import submit
from detente.annotation.tasks import AnnotatedDocument
from detente.annotation.users import annotator_token, create_annotator
from detente.documents import Document, without_text
from detente.errors import DataError, DetenteError, UsageError
from detente.ontology import Ontology

pytestmark = pytest.mark.live

Documents = tuple[Document, Document, Document]
ANNOTATORS = ("alice@example.org", "bob.with-a-rather-long-name@example.org")
PASSWORD = "not-a-secret-1"


@pytest.fixture(scope="module")
def lead(running: Running) -> Server:
    return connect(running.address, running.token)


@pytest.fixture(scope="module")
def annotators(running: Running) -> dict[str, Server]:
    tokens = {email: create_annotator(running.address, running.token, email, PASSWORD) for email in ANNOTATORS}
    return {email: connect(running.address, token) for email, token in tokens.items()}


def test_what_two_annotators_submit_comes_back_identical(
    lead: Server,
    annotators: dict[str, Server],
    blanks: Documents,
    annotated: Documents,
    ontology: Ontology,
    tmp_path: Path,
) -> None:
    seen: list[tuple[int, int]] = []
    pushed = push(lead, blanks, Plan("full", ANNOTATORS), ontology, progress=lambda *done: seen.append(done))
    assert [(p.key.annotator, p.added) for p in pushed] == [(email, 3) for email in ANNOTATORS]
    assert seen[-1] == (6, 6)
    versions = {ANNOTATORS[0]: annotated, ANNOTATORS[1]: (blanks[0], annotated[1], annotated[2])}
    for project in pushed:
        mine = versions[project.key.annotator]
        results = {document.id: document_to_result(document, ontology) for document in mine}
        assert submit(annotators[project.key.annotator], project.project, results) == 3
    for project in pushed:
        path = tmp_path / f"{project.project}.json"
        write_export(path, pull(lead, project.project))
        found = read_export(path, ontology)
        expected = [canonical(document, ontology) for document in versions[project.key.annotator]]
        assert [version.document for version in found] == expected
        assert {(version.annotator, version.pass_name) for version in found} == {(project.key.annotator, "full")}
    assert [(s.tasks, s.annotated, s.skipped) for s in status(lead, "full", "v1")] == [(3, 3, 0), (3, 3, 0)]


def test_pushing_and_submitting_again_changes_nothing(
    lead: Server, annotators: dict[str, Server], blanks: Documents, annotated: Documents, ontology: Ontology
) -> None:
    before = {key: pull(lead, number) for key, number in find_projects(lead, "full", "v1").items()}
    pushed = push(lead, blanks, Plan("full", ANNOTATORS), ontology)
    assert [(p.added, p.present) for p in pushed] == [(0, 3), (0, 3)]
    results = {document.id: document_to_result(document, ontology) for document in annotated}
    assert submit(annotators[ANNOTATORS[0]], pushed[0].project, results) == 0
    assert {key: pull(lead, number) for key, number in find_projects(lead, "full", "v1").items()} == before


def test_many_tasks_are_pulled_in_batches_each_once(lead: Server) -> None:
    (number, *_) = find_projects(lead, "full", "v1").values()
    seen: list[tuple[int, int]] = []
    assert pull(lead, number, at_once=2, progress=lambda *done: seen.append(done)) == pull(lead, number)
    assert seen == [(2, 3), (3, 3)]


def test_an_interrupted_push_goes_on_where_it_stopped(lead: Server, blanks: Documents, ontology: Ontology) -> None:
    plan = Plan("mentions", ("carol@example.org",))
    (first,) = push(lead, blanks[:1], plan, ontology)
    # the answer to a batch got lost and the batch was sent again
    task = {"data": {"id": blanks[0].id, "sha256": "", "text": ""}}
    lead.client.projects.import_tasks(first.project, request=[task])
    (again,) = push(lead, blanks, plan, ontology)
    assert (again.project, again.added, again.present) == (first.project, 2, 1)
    assert [task["data"]["id"] for task in pull(lead, first.project)] == [b.id for b in blanks]


def test_a_changed_text_is_refused(lead: Server, blanks: Documents, ontology: Ontology) -> None:
    plan = Plan("mentions", ("dora@example.org",))
    push(lead, blanks[:1], plan, ontology)
    with pytest.raises(DataError, match="differs from the one pushed as live-1"):
        push(lead, [Document("live-1", text="Another text.")], plan, ontology)


def test_a_changed_result_replaces_the_one_before(
    lead: Server, annotators: dict[str, Server], blanks: Documents, annotated: Documents, ontology: Ontology
) -> None:
    email = ANNOTATORS[0]
    (pushed,) = push(lead, blanks[:1], Plan("events", (email,)), ontology)
    assert submit(annotators[email], pushed.project, {"live-1": document_to_result(annotated[0], ontology)}) == 1
    assert submit(annotators[email], pushed.project, {"live-1": []}) == 1
    export = convert_export(pull(lead, pushed.project), ontology)
    assert [version.document for version in export.documents] == [blanks[0]]
    assert export.superseded == ()


def test_cancelled_work_and_untouched_tasks_are_counted_and_skipped(
    lead: Server, blanks: Documents, ontology: Ontology
) -> None:
    (pushed,) = push(lead, blanks, Plan("stance", ("erin@example.org",)), ontology)
    tasks = {t.data["id"]: t.id for t in lead.client.tasks.list(project=pushed.project, fields="task_only")}
    lead.client.annotations.create(tasks["live-1"], result=[], was_cancelled=True)
    lead.client.annotations.create(tasks["live-2"], result=[])
    export = convert_export(pull(lead, pushed.project), ontology)
    assert [version.document.id for version in export.documents] == ["live-2"]
    assert (export.cancelled, export.unannotated) == (1, 2)


def test_faults_that_the_server_accepts_are_all_told(lead: Server, blanks: Documents, ontology: Ontology) -> None:
    (pushed,) = push(lead, blanks[:1], Plan("full", ("mallory@example.org",)), ontology)
    (task,) = lead.client.tasks.list(project=pushed.project, fields="task_only")
    region = {"from_name": "mention", "to_name": "text", "type": "labels"}
    result = [
        region | {"id": "r1", "value": {"start": 0, "end": 9999, "labels": ["GPE"]}},
        region | {"id": "r2", "value": {"start": 30, "end": 38, "labels": ["COUNTRY"]}},
        {"type": "relation", "from_id": "r1", "to_id": "r9", "direction": "right", "labels": ["Agent"]},
    ]
    lead.client.annotations.create(task.id, result=result)
    with pytest.raises(DataError) as caught:
        convert_export(pull(lead, pushed.project), ontology)
    told = str(caught.value)
    assert len(caught.value.faults) == 3
    assert "live-1" in told
    assert "lead@example.org" in told
    assert "[0, 9999)" in told
    assert "COUNTRY" in told
    assert "r9" in told


def test_earlier_layers_are_loaded_as_predictions(
    lead: Server, blanks: Documents, annotated: Documents, ontology: Ontology
) -> None:
    earlier = {"live-1": [AnnotatedDocument(without_text(annotated[0]), "alice@example.org", "mentions")]}
    (pushed,) = push(lead, blanks[:1], Plan("events", ("frank@example.org",), versions=earlier), ontology)
    assert lead.client.projects.get(pushed.project).model_version == "alice@example.org"
    (task,) = lead.client.tasks.list(project=pushed.project, fields="all")
    assert [p.model_version for p in task.predictions] == ["alice@example.org"]


def test_a_user_can_log_in_and_the_wrong_password_is_refused(running: Running, annotators: dict[str, Server]) -> None:
    assert annotator_token(running.address, running.email, running.password) == running.token
    with pytest.raises(UsageError, match="refuses the log-in"):
        annotator_token(running.address, running.email, "wrong-password")
    with pytest.raises(UsageError, match="refuses a new user"):
        create_annotator(running.address, running.token, ANNOTATORS[0], PASSWORD)


def test_a_wrong_token_and_a_silent_server_are_told(running: Running) -> None:
    with pytest.raises(UsageError, match="refuses the token"):
        connect(running.address, "0" * 40)
    with pytest.raises(DetenteError, match="does not answer"):
        connect("http://127.0.0.1:9", "0" * 40)


def test_a_busy_port_is_refused_before_anything_starts(executable: Path, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port}"), serve(executable, tmp_path / "data", port=port):
            pass
    assert not (tmp_path / "data").exists()


def test_a_stopped_server_comes_back_with_its_projects_and_log_in(
    executable: Path, tmp_path: Path, blanks: Documents, ontology: Ontology
) -> None:
    with serve(executable, tmp_path / "data", port=0) as first:
        project = push_demo(first, blanks, ontology)
    assert first.process.poll() is not None
    with serve(executable, tmp_path / "data", port=0) as second:
        assert (second.email, second.password, second.token) == (first.email, first.password, first.token)
        assert len(pull(connect(second.address, second.token), project)) == 3
    assert (tmp_path / "data/login.json").stat().st_mode & 0o077 == 0


def test_a_server_in_the_foreground_is_ended_in_order_by_a_polite_kill(executable: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from detente.annotation.serve import run_foreground;"
        "say = lambda running: print(running.address, running.process.pid, flush=True);"
        "run_foreground(Path(sys.argv[1]), Path(sys.argv[2]), say, port=0)"
    )
    command = [sys.executable, "-c", script, str(executable), str(tmp_path / "data")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        address, pid = process.stdout.readline().split()
        assert address.startswith("http://127.0.0.1:")
        process.terminate()
        assert process.wait(60) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def test_a_stand_off_article_leaves_the_server_without_its_text(
    lead: Server, annotators: dict[str, Server], annotated: Documents, ontology: Ontology, tmp_path: Path
) -> None:
    email = ANNOTATORS[0]
    document = annotated[0]
    assert document.text is not None
    assert document.meta is not None
    standoff = msgspec.structs.replace(document, meta=msgspec.structs.replace(document.meta, standoff=True))
    (pushed,) = push(lead, [standoff], Plan("full", (email,), version="standoff"), ontology)
    submit(annotators[email], pushed.project, {"live-1": document_to_result(standoff, ontology)})
    path = tmp_path / "export.json"
    write_export(path, pull(lead, pushed.project))
    written = path.read_text("utf-8")
    assert "praised" not in written
    assert "Examplia thanks Testland" not in written
    hydrated = load_export(path, ontology, {"live-1": document.text}).documents[0].document
    assert hydrated.text == document.text
    assert load_export(path, ontology).documents[0].document == without_text(hydrated)
