"""The command line as its user meets it: exit status, stdout, stderr."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from detente.cli.app import app
from detente.documents import Document, Meta, as_prediction, without_annotation
from detente.errors import DetenteError
from detente.jsonl import write_documents


def all_commands(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Every command by the words that call it, and whether it is a leaf."""
    below: dict[str, object] = getattr(command, "commands", {})
    yield path, not below
    for name, inner in below.items():
        yield from all_commands(inner, (*path, name))


COMMANDS = list(all_commands(typer.main.get_command(app)))


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


@pytest.mark.parametrize(("command", "is_leaf"), COMMANDS, ids=[" ".join(words) or "detente" for words, _ in COMMANDS])
def test_every_command_has_help_and_every_leaf_an_example(command: tuple[str, ...], is_leaf: bool) -> None:
    found = CliRunner().invoke(app, [*command, "--help"], terminal_width=120)
    assert found.exit_code == 0
    assert "Usage:" in found.stdout
    assert (f"Example: detente {' '.join(command)}" in found.stdout) == is_leaf


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


@pytest.mark.parametrize("command", ["score", "view", "compare"])
def test_gold_without_a_document_is_told_as_what_is_wrong(files: Path, command: str) -> None:
    others = ["b=" + str(files / "empty.jsonl")] if command == "compare" else []
    found = detente(command, files / "same.jsonl", *others, "--gold", files / "empty.jsonl")
    assert found.returncode == 1
    told = "found no gold document; expected at least one. Give the gold documents of the split."
    assert found.stderr == f"{files / 'empty.jsonl'}: {told}\n"


MISSING = [
    "ingest none.txt",
    "ingest none.html",
    "ingest none.jsonl",
    "ingest text.txt --titles none",
    "annotate guidelines none.md",
    "annotate sheet none.jsonl",
    "annotate decisions none.jsonl",
    "annotate decisions blank.jsonl folder --exports folder/exports",
    "annotate submit none.jsonl folder --token t",
    "annotate push blank.jsonl --token t --plan none.toml",
    "annotate agree --exports none",
    "annotate user a@example.org --password long-enough --token t --url http://127.0.0.1:1",
    "annotate push blank.jsonl --token t --annotator a@example.org --url http://127.0.0.1:1",
    "data build --exports none",
    "data validate none.jsonl",
    "data stats --data none",
    "data export test --data none",
    "data hydrate none.txt --data none",
    "data check-leakage --data none",
    "data check-overlap none",
    "baseline train majority --config none.toml",
    "baseline predict none",
    "score none.jsonl",
    "score none.jsonl --gold gold.jsonl",
    "score same.jsonl --gold none.jsonl",
    "score same.jsonl --data none",
    "compare none.jsonl same.jsonl --gold gold.jsonl",
    "view none.jsonl --gold gold.jsonl",
    "leaderboard check none",
    "leaderboard build --scoring none --data none",
    "study leaks --data none",
    "study curve --data none",
    "study transfer none --model none",
    "study plots --data none",
]


@pytest.mark.parametrize("command", MISSING)
def test_what_is_not_there_is_told_by_name_and_never_with_a_traceback(
    command: str, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (files / "folder").mkdir()
    (files / "text.txt").write_text("A title\n\nA body.\n")
    (files / "folder" / "annotators.toml").write_text("")
    monkeypatch.chdir(files)
    found = CliRunner().invoke(app, command.split())
    assert isinstance(found.exception, DetenteError), found.output
    told = str(found.exception)
    assert any(name in told for name in ("none", "annotators.toml", "127.0.0.1:1", "folder", "documents/test.parquet"))
    assert told.endswith((".", "again", "first")) or ";" in told


def test_a_dataset_without_all_splits_is_counted_too(tmp_path: Path) -> None:
    data = Path(__file__).resolve().parents[1] / "data" / "documents"
    (tmp_path / "documents").mkdir()
    shutil.copy(data / "test.parquet", tmp_path / "documents")
    found = CliRunner().invoke(app, ["data", "stats", "--data", str(tmp_path)])
    assert [line.split() for line in found.stdout.splitlines()[:2]] == [["test", "all"], ["articles", "25", "25"]]


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


@pytest.mark.parametrize(("stories", "units"), [(("", ""), "documents"), (("s", "t"), "story clusters")])
def test_a_comparison_says_what_was_resampled_and_swapped(
    tmp_path: Path, gold: Document, stories: tuple[str, str], units: str
) -> None:
    two = [msgspec.structs.replace(gold, id=f"d{n}", meta=Meta(story=story)) for n, story in enumerate(stories)]
    write_documents(tmp_path / "gold.jsonl", two)
    write_documents(tmp_path / "same.jsonl", map(as_prediction, two))
    write_documents(tmp_path / "empty.jsonl", [])
    files = [f"a={tmp_path / 'same.jsonl'}", f"b={tmp_path / 'empty.jsonl'}", "--gold", str(tmp_path / "gold.jsonl")]
    told = " ".join(detente("compare", *files, "--resamples", "10", "--where", "0").stdout.split())
    assert f"expanded percentile intervals, 10 resamples of {units}; permutation test over {units}; seed" in told
    told = " ".join(detente("compare", *files, "--resamples", "0", "--where", "0").stdout.split())
    assert f"2 documents; permutation test over {units}; seed" in told


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
