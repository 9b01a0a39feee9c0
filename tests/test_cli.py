"""The command line as its user meets it: exit status, stdout, stderr."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from detente.documents import Document, as_prediction, without_annotation
from detente.jsonl import write_documents

COMMANDS = [
    [],
    ["ingest"],
    ["annotate"],
    *(["annotate", x] for x in "serve config guidelines sheet user push submit status pull agree adjudicate".split()),
    ["data"],
    *(["data", x] for x in "build validate stats export hydrate check-leakage".split()),
    ["baseline"],
    *(["baseline", x] for x in "list train predict run".split()),
    ["score"],
    ["compare"],
    ["view"],
    ["leaderboard"],
    *(["leaderboard", x] for x in "check build".split()),
]


def detente(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "120"}
    command = [sys.executable, "-m", "detente", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, check=False)


@pytest.fixture
def files(tmp_path: Path, gold: Document) -> Path:
    write_documents(tmp_path / "gold.jsonl", [gold])
    write_documents(tmp_path / "same.jsonl", [as_prediction(gold)])
    write_documents(tmp_path / "empty.jsonl", [])
    write_documents(tmp_path / "blank.jsonl", [without_annotation(gold)])
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_and_every_leaf_an_example(command: list[str]) -> None:
    found = detente(*command, "--help")
    assert found.returncode == 0
    assert "Usage:" in found.stdout
    if command and command[0] not in ("annotate", "data", "baseline", "leaderboard"):
        assert f"Example: detente {command[0]}" in found.stdout


def test_help_needs_no_heavy_library() -> None:
    heavy = "('datasets', 'sklearn', 'numpy', 'rich')"
    code = f"import sys, detente.cli.app; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_gold_against_itself_is_one_on_every_track(files: Path) -> None:
    found = detente(
        "score", files / "same.jsonl", "--gold", files / "gold.jsonl", "--resamples", "0", "--format", "json"
    )
    assert found.returncode == 0, found.stderr
    report = json.loads(found.stdout)
    primaries = {track: report["scores"][track][metric]["value"] for track, metric in report["primary"].items()}
    assert primaries == dict.fromkeys(("entities", "coreference", "events", "attributes", "stance"), 1.0)
    assert report["overall"]["value"] == 1.0


def test_an_empty_prediction_file_is_zero_on_every_track(files: Path) -> None:
    found = detente(
        "score", files / "empty.jsonl", "--gold", files / "gold.jsonl", "--resamples", "0", "--format", "json"
    )
    report = json.loads(found.stdout)
    assert {report["scores"][track][metric]["value"] for track, metric in report["primary"].items()} == {0.0}
    assert report["overall"]["value"] == 0.0


def test_several_processes_give_the_report_of_one(files: Path) -> None:
    arguments: list[str | Path] = ["score", files / "same.jsonl", "--gold", files / "gold.jsonl", "--format", "json"]
    assert detente(*arguments, "--workers", "2").stdout == detente(*arguments).stdout
    found = detente("score", files / "same.jsonl", "--workers", "2")
    assert found.returncode == 2
    assert "give --gold" in found.stderr


def test_bad_data_is_status_one_with_line_and_remedy_and_no_traceback(files: Path) -> None:
    (files / "bad.jsonl").write_text('{"id": "unknown"}\n{oops\n')
    found = detente("score", files / "bad.jsonl", "--gold", files / "gold.jsonl")
    assert found.returncode == 1
    assert "bad.jsonl:2: found" in found.stderr
    assert "Traceback" not in found.stderr
    assert found.stdout == ""


def test_wrong_usage_is_status_two(files: Path) -> None:
    assert detente("score").returncode == 2
    found = detente("baseline", "train", "clasical", "--data", files)
    assert found.returncode in (1, 2)
    assert "Traceback" not in found.stderr


def test_comparing_a_system_with_itself_finds_no_difference(files: Path) -> None:
    same, gold = files / "same.jsonl", files / "gold.jsonl"
    found = detente("compare", f"a={same}", f"b={same}", "--gold", gold, "--format", "json")
    assert found.returncode == 0, found.stderr
    assert all(d["difference"] == 0 and d["p"] == 1 for d in json.loads(found.stdout)["differences"])


def test_where_systems_differ_is_told_under_the_comparison(files: Path) -> None:
    systems = [f"a={files / 'same.jsonl'}", f"b={files / 'empty.jsonl'}"]
    found = detente("compare", *systems, "--gold", files / "gold.jsonl", "--resamples", "10", "--where", "1")
    assert found.returncode == 0, found.stderr
    assert "a and b differ most on entities by type:" in found.stdout
    assert "a and b differ most on events by slice:" in found.stdout
    assert "a and b differ most on stance by document:" in found.stdout


@pytest.mark.parametrize("by", ["type", "role", "slice", "document"])
def test_a_score_is_broken_down(by: str, files: Path) -> None:
    found = detente("score", files / "same.jsonl", "--gold", files / "gold.jsonl", "--resamples", "0", "--by", by)
    assert found.returncode == 0, found.stderr
    assert f"by {by}" in found.stdout.lower()
    assert detente("score", files / "same.jsonl", "--gold", files / "gold.jsonl", "--by", "x").returncode == 2


def test_a_metric_is_explained_without_any_file() -> None:
    found = detente("score", "--explain", "AC+")
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith("events:AC+")
    assert "gold " in found.stdout
    assert "did you mean" in detente("score", "--explain", "AC++").stderr


def test_other_scorers_figures_are_marked_as_theirs(files: Path) -> None:
    arguments = ("score", files / "same.jsonl", "--gold", files / "gold.jsonl", "--resamples", "0")
    found = detente(*arguments, "--also", "textee,coval", "--format", "json")
    assert {figure["scorer"] for figure in json.loads(found.stdout)["other"]} == {"textee", "coval"}
    assert detente(*arguments, "--also", "texty").returncode == 2


def test_the_error_page_is_one_file_of_html(files: Path) -> None:
    found = detente("view", files / "same.jsonl", "--gold", files / "gold.jsonl", "-o", files / "errors.html")
    assert found.returncode == 0, found.stderr
    page = (files / "errors.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "dx-0001" in page


def test_an_article_becomes_a_document_and_its_notes_go_to_stderr(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"A Title\r\n\r\nA body.\r\n")
    found = detente("ingest", tmp_path / "a.txt")
    assert found.returncode == 0
    assert json.loads(found.stdout)["text"] == "A Title\n\nA body.\n"
    assert "line ends normalised" in found.stderr


def test_validate_counts_what_is_in_order(files: Path) -> None:
    assert detente("data", "validate", files / "gold.jsonl").stdout.endswith("1 documents, no faults\n")
    found = detente("data", "validate", "--predictions", files / "same.jsonl")
    assert found.returncode == 0
