"""What the client and the launcher decide without a server: keys, versions, tasks, environments, log-ins."""

from __future__ import annotations

import argparse
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from detente.annotation.connection import check_version
from detente.annotation.logins import DATABASE, Login, install_template, known_login, make_login, save_login
from detente.annotation.projects import MAX_TITLE, ProjectKey
from detente.annotation.serve import serve, server_command, server_environment
from detente.annotation.tasks import AnnotatedDocument, document_to_task
from detente.documents import Document, without_text
from detente.errors import DataError, UsageError
from detente.ontology import Ontology


def test_a_projects_key_can_be_read_from_its_description() -> None:
    key = ProjectKey("mentions", "alice@example.org", "v1")
    assert str(key) == key.title == "detente | mentions | alice@example.org | v1"
    assert ProjectKey.parse(str(key)) == key
    assert ProjectKey.parse("somebody's own project") is None


def test_long_keys_make_short_titles_that_still_differ() -> None:
    keys = [ProjectKey("mentions", f"somebody.with.a.long.name.{n}@example.org") for n in range(3)]
    titles = {key.title for key in keys}
    assert len(titles) == 3
    assert all(len(title) <= MAX_TITLE for title in titles)


@pytest.mark.parametrize("release", ["1.23.2", "1.23.10", "1.24.0", "2.0.0", "1.23.2+0.gdf96d79.dirty"])
def test_servers_from_1_23_2_on_are_taken(release: str) -> None:
    check_version(release)


@pytest.mark.parametrize("release", ["1.23.1", "1.9.9", "0.24.0", "", "latest"])
def test_older_and_nameless_servers_are_refused(release: str) -> None:
    with pytest.raises(UsageError, match=r"1\.23\.2 or later"):
        check_version(release)


def test_a_task_holds_everything_that_the_document_is_made_of(annotated: Document, ontology: Ontology) -> None:
    task = document_to_task(annotated, ontology, pass_name="mentions")
    data = task["data"]
    assert annotated.meta is not None
    assert (data["id"], data["pass"], data["text"]) == (annotated.id, "mentions", annotated.text)
    assert data["length"] == len(annotated.text or "")
    assert data["sha256"] == annotated.meta.sha256


def test_a_blind_task_holds_nothing_of_what_others_found(annotated: Document, ontology: Ontology) -> None:
    (prediction,) = document_to_task(annotated, ontology, pass_name="full")["predictions"]
    assert {item["from_name"] for item in prediction["result"]} == {"block"}
    assert document_to_task(annotated, ontology, show_blocks=False)["predictions"] == []


def test_each_version_is_shown_under_its_annotators_name(
    blank: Document, annotated: Document, ontology: Ontology
) -> None:
    versions = [AnnotatedDocument(without_text(annotated), name, "full") for name in ("alice", "bob")]
    task = document_to_task(blank, ontology, pass_name="full", versions=versions)
    assert [prediction["model_version"] for prediction in task["predictions"]] == ["alice", "bob"]
    blocks = [i for i in task["predictions"][0]["result"] if i.get("from_name") == "block"]
    assert [(i["value"]["labels"], i["value"]["start"]) for i in blocks] == [(["subheading"], 115), (["title"], 0)]


def test_a_document_without_text_and_a_version_of_another_document_are_refused(
    annotated: Document, blank: Document, ontology: Ontology
) -> None:
    with pytest.raises(DataError, match="Hydrate"):
        document_to_task(without_text(annotated), ontology)
    other = AnnotatedDocument(Document("dt-1", text="x"), "alice", "full")
    with pytest.raises(DataError, match="a version of dt-1 by alice"):
        document_to_task(blank, ontology, versions=[other])


def test_the_shells_own_settings_do_not_reach_the_server() -> None:
    shell = {
        "USERNAME": "me",
        "PASSWORD": "x",
        "PORT": "1",
        "HOST": "h",
        "DEBUG": "1",
        "PATH": "/bin",
        "SENTRY_DSN": "s",
    }
    environment = server_environment(Path("/data"), shell)
    assert not environment.keys() & {"USERNAME", "PASSWORD", "PORT", "HOST", "DEBUG"}
    assert environment["PATH"] == "/bin"
    assert environment["SENTRY_DSN"] == ""
    assert environment["LABEL_STUDIO_COLLECT_ANALYTICS"] == "false"
    assert environment["LABEL_STUDIO_BASE_DATA_DIR"] == "/data"


def test_a_missing_server_is_told_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="install label-studio"), serve(tmp_path / "none", tmp_path / "data"):
        pass


def test_a_data_folder_keeps_its_log_in_for_its_owner(tmp_path: Path) -> None:
    login = make_login()
    assert known_login(tmp_path) is None
    save_login(tmp_path, login)
    assert known_login(tmp_path) == login
    assert (tmp_path / "login.json").stat().st_mode & 0o077 == 0
    assert make_login() != login


def test_somebody_elses_data_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"")
    with pytest.raises(UsageError, match="detente did not make"):
        known_login(tmp_path)
    (tmp_path / "login.json").write_bytes(b"{")
    with pytest.raises(UsageError, match="damaged"):
        known_login(tmp_path)


def test_a_template_gets_a_new_log_in_and_stays_as_it_is(tmp_path: Path) -> None:
    template = tmp_path / "template"
    template.mkdir()
    with closing(sqlite3.connect(template / DATABASE)) as database:
        database.execute("CREATE TABLE htx_user (email TEXT, username TEXT, password TEXT)")
        database.execute("CREATE TABLE authtoken_token (key TEXT)")
        database.execute("INSERT INTO htx_user VALUES ('old', 'old', 'old')")
        database.execute("INSERT INTO authtoken_token VALUES ('old')")
        database.commit()
    login = make_login()
    (tmp_path / "data").mkdir()
    install_template(template, tmp_path / "data", login)
    with closing(sqlite3.connect(tmp_path / "data" / DATABASE)) as database:
        assert database.execute("SELECT key FROM authtoken_token").fetchall() == [(login.token,)]
        ((email, password),) = database.execute("SELECT email, password FROM htx_user").fetchall()
    assert email == login.email
    assert password.startswith("pbkdf2_sha256$")
    with closing(sqlite3.connect(template / DATABASE)) as database:
        assert database.execute("SELECT key FROM authtoken_token").fetchall() == [("old",)]


def test_a_password_that_begins_with_a_dash_is_taken_as_a_password() -> None:
    """As the server's own parser would read it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--password")
    command = server_command(Path("label-studio"), Path("data"), 8080, Login("a@example.org", "-dash", "f" * 40))
    assert parser.parse_known_args(command)[0].password == "-dash"
