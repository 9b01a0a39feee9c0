"""An adjudicator in a real browser: opens a disagreement, decides it, chooses the reason, submits, exports."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.live.labelling_page import LabellingPage, eventually, hotkeys

from detente.annotation.canonical import canonical
from detente.annotation.connection import Server, connect
from detente.annotation.export import read_export
from detente.annotation.normalise import normalise_export, write_export
from detente.annotation.projects import ProjectKey, find_projects
from detente.annotation.pull import pull
from detente.annotation.results import document_to_result
from detente.annotation.serve import Running
from detente.annotation.tasks import document_to_task
from detente.documents import Document
from detente.jsonl import write_documents
from detente.ontology import Ontology

pytestmark = pytest.mark.live

Documents = tuple[Document, Document, Document]
ANN, BEN = "ann@example.org", "ben@example.org"
Command = Callable[..., str]


@pytest.fixture
def detente(running: Running, tmp_path: Path) -> Command:
    def run(*arguments: str) -> str:
        access = {"DETENTE_URL": running.address, "DETENTE_TOKEN": running.token, "NO_COLOR": "1"}
        environment = {**os.environ, **access, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-m", "detente", "annotate", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def passes(tmp_path: Path, blanks: Documents, annotated: Documents, ontology: Ontology) -> tuple[Document, Document]:
    """Two passes over one article, kept: ben reads Testland otherwise and has not marked what was praised."""
    ann = annotated[0]
    mentions = tuple(
        msgspec.structs.replace(m, reading="government") if m.id == "b" else m for m in ann.mentions if m.id != "f"
    )
    events = tuple(
        msgspec.structs.replace(e, arguments=tuple(a for a in e.arguments if a.mention != "f")) for e in ann.events
    )
    ben = msgspec.structs.replace(ann, mentions=mentions, events=events)
    for who, document in ((ANN, ann), (BEN, ben)):
        task = document_to_task(blanks[0], ontology, pass_name="full")
        task["annotations"] = [{"annotator": who, "result": document_to_result(document, ontology)}]
        path = tmp_path / f"annotation/exports/full/{who}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_export(path, normalise_export([task]))
    write_documents(tmp_path / "documents.jsonl", blanks[:1])
    return ann, ben


def open_gold(page: LabellingPage, server: Server, text: str) -> int:
    """Open the only task of the adjudication; the project's number."""
    project = find_projects(server)[ProjectKey("full", server.user, "gold")]
    (task,) = server.client.tasks.list(project=project, fields="task_only")
    page.open(project, int(task.id), text)
    return project


def choose_reason(page: LabellingPage, difference: str, reason: str) -> None:
    """Click on a reason below a difference."""
    row = "//*[contains(concat(' ', @class, ' '), ' detente-difference ')]"
    xpath = f"{row}[.//*[normalize-space()='{difference}']]//*[normalize-space(text())='{reason}']"
    option = eventually(lambda: page.driver.find_elements("xpath", xpath))[0]
    page.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", option)
    option.click()


def test_an_adjudicator_decides_says_why_and_exports(
    browser: Any,
    running: Running,
    detente: Command,
    passes: tuple[Document, Document],
    ontology: Ontology,
    tmp_path: Path,
) -> None:
    ann, ben = passes
    detente("adjudicate", "documents.jsonl", "--adjudicator", running.email)
    server = connect(running.address, running.token)
    page = LabellingPage(browser, running.address)
    page.log_in(running.email, running.password)
    project = open_gold(page, server, ann.text or "")
    shown = [found.text for found in page.driver.find_elements("css selector", ".detente-difference")]
    labels = [text.split("\n")[0] for text in shown]
    assert labels == ["D1 mentions", "D2 mentions", "D3 events"]
    assert '"owners"' in shown[0]
    assert "place" in shown[1]
    assert "government" in shown[1]

    # the reading that the two differ on is open, and the page asks for it
    page.submit()
    eventually(lambda: "A mention has no reading yet." in page.driver.page_source)
    page.dismiss()
    page.press(hotkeys(ontology, "full", adjudication=True)["reading", "place"])
    # then for the reasons
    page.submit()
    eventually(lambda: "A difference has no reason yet." in page.driver.page_source)
    assert [task["annotations"] for task in pull(server, project)] == [[]]
    page.dismiss()
    for label, reason in zip(labels, ("spurious", "type", "reference"), strict=True):
        choose_reason(page, label, reason)
    page.submit()
    eventually(lambda: any(task["annotations"] for task in pull(server, project)))

    told = detente("pull", "--version", "gold")
    assert "3 differences decided" in told
    (gold,) = read_export(tmp_path / f"annotation/exports/gold/{running.email}.json", ontology, gold=True)
    decided = msgspec.structs.replace(ben, mentions=tuple(m for m in ann.mentions if m.id != "f"))
    assert gold.document == canonical(decided, ontology)
    rows = (tmp_path / "annotation/decisions.tsv").read_text("utf-8").splitlines()
    assert rows == [
        "# generated by: detente annotate decisions",
        "document\tdifference\tlayer\tdecided\treason",
        "live-1\t1\tmentions\tB\tspurious",
        "live-1\t2\tmentions\tA\ttype",
        "live-1\t3\tevents\tB\treference",
    ]
    # the same table again, from what was pulled
    before = (tmp_path / "annotation/decisions.tsv").read_text("utf-8")
    detente("decisions", "documents.jsonl")
    assert (tmp_path / "annotation/decisions.tsv").read_text("utf-8") == before
    # other tests on this server pull all gold there is
    server.client.projects.delete(project)
