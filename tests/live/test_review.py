"""Status and the list of what to correct, by the command line against a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from detente.annotation.connection import connect
from detente.annotation.push import Plan, push
from detente.annotation.serve import Running
from detente.documents import Document
from detente.ontology import Ontology

pytestmark = pytest.mark.live


def detente(running: Running, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    access = {"DETENTE_URL": running.address, "DETENTE_TOKEN": running.token, "NO_COLOR": "1"}
    environment = {**os.environ, **access, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "detente", "annotate", *arguments, "--version", "review"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_faults_and_drafts_are_listed_until_they_are_put_right(
    running: Running, blanks: tuple[Document, ...], ontology: Ontology, tmp_path: Path
) -> None:
    server = connect(running.address, running.token)
    (pushed,) = push(server, blanks, Plan("mentions", (running.email,), "review"), ontology)
    tasks = {t.data["id"]: int(t.id) for t in server.client.tasks.list(project=pushed.project, fields="task_only")}
    region = {"id": "r", "from_name": "mention", "to_name": "text", "type": "labels"}
    wrong = [region | {"value": {"start": 26, "end": 29, "labels": ["COUNTRY"]}}]
    annotation = server.client.annotations.create(tasks["live-1"], result=wrong, ground_truth=False)
    server.client._client_wrapper.httpx_client.request(
        f"api/tasks/{tasks['live-2']}/drafts", method="POST", json={"result": [], "lead_time": 1}
    )
    link = f"{running.address}/projects/{pushed.project}/data?task={tasks['live-1']}"
    (facts,) = json.loads(detente(running, tmp_path, "status", "--format", "json").stdout)
    numbers = {name: facts[name] for name in ("articles", "annotated", "skipped", "drafts", "faults")}
    assert numbers == {"articles": 3, "annotated": 1, "skipped": 0, "drafts": 1, "faults": 1}
    assert facts["drafts_by_article"] == {"live-2": 1}
    (article,) = facts["faults_by_article"]
    assert (article["document"], article["link"], article["faults"]) == ("live-1", link, 1)
    assert article["to_do"][0]["found"] == "mention type 'COUNTRY'"
    table = detente(running, tmp_path, "status").stdout
    assert link in table

    pulled = detente(running, tmp_path, "pull")
    assert pulled.returncode == 1
    assert "COUNTRY" in pulled.stderr
    assert "Traceback" not in pulled.stderr
    todo = tmp_path / f"build/todo/{running.email}.md"
    assert f"## [live-1, mentions]({link})" in todo.read_text("utf-8")

    right: list[dict[str, Any]] = [region | {"value": {"start": 26, "end": 29, "labels": ["GPE"]}}]
    server.client.annotations.update(int(annotation.id), result=right)
    assert detente(running, tmp_path, "pull").returncode == 0
    assert not todo.exists()


def test_two_versions_of_one_pass_are_not_pulled_over_each_other(
    running: Running, blanks: tuple[Document, ...], ontology: Ontology, tmp_path: Path
) -> None:
    server = connect(running.address, running.token)
    for version in ("one", "two"):
        push(server, blanks[:1], Plan("stance", (running.email,), version), ontology)
    access = {"DETENTE_URL": running.address, "DETENTE_TOKEN": running.token}
    environment = {**os.environ, **access, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "detente", "annotate", "pull", "--pass", "stance"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "give --version" in done.stderr
