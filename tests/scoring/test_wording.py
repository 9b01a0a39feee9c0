"""Everything the scorer prints, word for word: reports, boards, pages' data, explanations and faults.

What is expected lies in tests/golden/told/. After a change that is meant, `DETENTE_GOLDEN=write` writes it anew; the
difference in git is then what users will see. The subject is that of tests/recalls, so that detente's own ontology can
grow without touching this. Every test makes what it needs anew: mutation testing tries a mutant on the tests that
reach it themselves, not on those that look at what another one has made.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.simulations.population import articles, shortened, sides

from detente import __version__
from detente.documents import Document, Entity, Mention, Meta
from detente.errors import DataError, DetenteError
from detente.jsonl import encode_document, write_documents
from detente.ontology import load_ontology
from detente.scoring.board import Board
from detente.scoring.compare import compare
from detente.scoring.compat import with_other_figures
from detente.scoring.details import reported_metrics
from detente.scoring.evaluate import count_documents, evaluate, evaluate_files
from detente.scoring.explain import explain
from detente.scoring.leaderboard import build_board, load_result, score_submissions
from detente.scoring.report import Report
from detente.scoring.report_text import board_markdown, board_text, format_report, report_markdown
from detente.scoring.submissions import check_submission, find_submissions
from detente.scoring.tracks import TRACKS
from detente.scoring.view import render_view

TESTS = Path(__file__).resolve().parents[1]
FOLDER = TESTS / "golden" / "told"
ONTOLOGY = load_ontology(TESTS / "recalls" / "ontology.toml")
replace = msgspec.structs.replace


def assert_told(name: str, text: str) -> None:
    """The text is what the file holds, but for the version of the package."""
    text = text.replace(f"v:{__version__}", "v:VERSION").replace(f"detente {__version__}", "detente VERSION")
    path = FOLDER / name
    if os.environ.get("DETENTE_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.fixture
def gold() -> list[Document]:
    found, _ = sides(articles(random.Random(1), 5, ONTOLOGY, of_a_story=2))
    return [
        replace(
            document,
            meta=Meta(
                title="T",
                region="north",
                kind="wire",
                published="2024-03-05",
                story=document.meta.story if document.meta else "",
            ),
        )
        for document in found
    ]


@pytest.fixture
def predicted(gold: list[Document]) -> list[Document]:
    """One document is missing, and one mention stands there twice."""
    _, (found, _) = sides(articles(random.Random(1), 5, ONTOLOGY, of_a_story=2))
    first = replace(found[0], mentions=(*found[0].mentions, replace(found[0].mentions[0], id="again")))
    return [first, *found[1:4]]


@pytest.fixture
def report(gold: list[Document], predicted: list[Document]) -> Report:
    return evaluate(gold, predicted, ONTOLOGY, resamples=200, details=True)


@pytest.fixture
def with_others(report: Report, gold: list[Document], predicted: list[Document]) -> Report:
    names = ("seqeval", "nervaluate", "textee", "coval", "semeval2016")
    return with_other_figures(report, names, gold, predicted, ONTOLOGY)


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_a_report(with_others: Report, form: str) -> None:
    assert_told(f"report.{form}", format_report(with_others, form, details=True))


def test_a_report_of_the_primaries_alone_in_colour(report: Report) -> None:
    assert_told("primaries.ansi", format_report(report, color=True, width=100))


def test_a_report_with_everything_in_colour_on_a_narrow_screen(with_others: Report) -> None:
    assert_told("narrow.ansi", format_report(with_others, details=True, color=True, width=60))


def test_a_report_in_markdown_has_the_primaries_alone_unless_asked_for_more(report: Report) -> None:
    assert_told("primaries.markdown", report_markdown(report))


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_report_of_one_empty_track(gold: list[Document], form: str) -> None:
    empty = evaluate(gold, [], ONTOLOGY, resamples=0, tracks=["stance"], setting="given", details=True)
    assert_told(f"empty.{form}", format_report(empty, form, by=["slice", "document"]))


def test_a_breakdown_that_was_not_counted_is_left_out(gold: list[Document]) -> None:
    plain = evaluate(gold, [], ONTOLOGY, resamples=0)
    assert format_report(plain, by=["document", "slice"]) == format_report(plain)


def test_a_comparison(gold: list[Document], predicted: list[Document]) -> None:
    _, (_, other) = sides(articles(random.Random(1), 5, ONTOLOGY, of_a_story=2))
    systems = {"one": predicted, "other": other, "nothing": []}
    tables = {name: count_documents(gold, side, ONTOLOGY, details=True) for name, side in systems.items()}
    found = compare(tables, ONTOLOGY, resamples=100, where=2)
    assert_told("comparison.json", msgspec.json.format(msgspec.json.encode(found), indent=1).decode() + "\n")


def test_explanations() -> None:
    names = ["overall"] + [
        f"{track.name}:{metric.name}"
        for track in TRACKS.values()
        for metric in reported_metrics(track, ONTOLOGY, details=True)
    ]
    assert_told("explanations.txt", "\n\n".join(one.text() for name in names for one in explain(name, ONTOLOGY)) + "\n")


def test_the_data_of_the_error_page(gold: list[Document], predicted: list[Document]) -> None:
    short, bare = (shortened(gold[place], 0.3) for place in (0, 1))
    found_in = {short.id: shortened(replace(predicted[0], text=short.text), 0.3)}
    page = render_view([short, bare], {name: replace(one, text=None) for name, one in found_in.items()}, ONTOLOGY)
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found
    assert_told("view.json", json.dumps(json.loads(found[1]), indent=1, ensure_ascii=False) + "\n")


# ---------------------------------------------------------------------------------------------------- the leaderboard


SYSTEM = """\
name = "{name}"
version = "1"
kind = "baseline"
description = "What {name} does"
authors = ["A. Author", "B. Author"]
licence = "MIT"
"""


def submit(root: Path, name: str, documents: list[Document], more: str = "") -> Path:
    folder = root / name / "1"
    folder.mkdir(parents=True)
    (folder / "system.toml").write_text(SYSTEM.format(name=name) + more, encoding="utf-8")
    write_documents(folder / "predictions.jsonl", documents)
    return folder


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def board(site: Path, gold: list[Document], predicted: list[Document]) -> Board:
    submissions = site / "submissions"
    submit(
        submissions, "one", predicted, 'url = "https://example.org/one"\nmodel_family = "CRF"\ntrained_on = "train"\n'
    )
    submit(submissions, "two", predicted[:2], 'url = "https://example.org/two"\ntracks = ["entities", "coreference"]\n')
    given = [replace(document, stances=()) for document in predicted]
    submit(submissions, "three", given, 'setting = "given"\n')
    return build_board(
        submissions, gold, ONTOLOGY, site / "results", site / "board", dataset="recalls 1, test", resamples=100
    )


def test_a_board(board: Board) -> None:
    assert_told("board.text", board_text(board, color=True))
    assert_told("board.md", board_markdown(board))


@pytest.mark.parametrize("name", ["board.csv", "board.json", "index.html", "systems/one--1.html"])
def test_the_pages_of_a_board(board: Board, site: Path, name: str) -> None:
    pages = sorted(path for path in (site / "board").rglob("*") if path.is_file())
    (path,) = [path for path in pages if path.relative_to(site / "board").as_posix() == name]
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        # style and script have tests of their own
        text = re.sub(r"<(style|script)>.*?</\1>", "", text, flags=re.DOTALL)
        text = re.sub(r"'sha256-[^']*'", "'sha256'", text)
    assert_told(f"site/{path.name}", text)


# ------------------------------------------------------------------------------------------------------------- faults


def told(check: Callable[[], Any], root: Path) -> str:
    """What is said, without the folder that it is said of."""
    with pytest.raises(DetenteError) as caught:
        check()
    return str(caught.value).replace(str(root), "ROOT")


def raised(folder: Path, gold: list[Document]) -> None:
    if faults := check_submission(folder, ONTOLOGY, gold):
        raise DataError(faults)


def faulty_systems() -> Iterator[tuple[str, str]]:
    """Lines of `system.toml` that are wrong, each with a name."""
    right = SYSTEM.format(name="faulty")
    lines = dict(line.split(" = ", 1) for line in right.splitlines())
    wrong = {
        "name": '"other"',
        "version": '"2"',
        "kind": '"Two Words"',
        "description": '""',
        "authors": "[]",
        "licence": '"a\\nb"',
        "model_family": f'"{"x" * 201}"',
        "trained_on": '"\\u202e"',
        "url": '"javascript:alert(1)"',
        "setting": '"both"',
        "tracks": '["entities", "entities"]',
    }
    for name, value in wrong.items():
        yield name, "".join(f"{key} = {text}\n" for key, text in (lines | {name: value}).items())
    yield "tracks unknown", right + 'tracks = ["sentiment"]\n'
    yield "empty author", right.replace('"B. Author"', '" "')
    yield "long description", right.replace("What faulty does", "x" * 2001)
    yield "many authors", right.replace('["A. Author", "B. Author"]', json.dumps(["A"] * 51))
    yield "unknown field", right + "more = 1\n"
    yield "no toml", "name = \n"
    yield "a missing field", "\n".join(right.splitlines()[:-1])


def test_faults_of_a_system_file(tmp_path: Path, gold: list[Document]) -> None:
    folder = submit(tmp_path, "faulty", [])
    lines = []
    for name, text in faulty_systems():
        (folder / "system.toml").write_text(text, encoding="utf-8")
        lines += [f"# {name}", told(lambda: raised(folder, gold), tmp_path)]
    assert_told("faults_of_systems.txt", "\n".join(lines) + "\n")


def test_faults_of_a_folder(tmp_path: Path, gold: list[Document]) -> None:
    bare = tmp_path / "Bad Name" / "v!"
    bare.mkdir(parents=True)
    linked = submit(tmp_path, "linked", [])
    (linked / "predictions.jsonl").rename(tmp_path / "elsewhere")
    (linked / "predictions.jsonl").symlink_to(tmp_path / "elsewhere")
    (linked / "more.txt").write_text("", encoding="utf-8")
    large = submit(tmp_path, "large", [])
    (large / "system.toml").write_bytes(b"#" * (2**16 + 1))
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "1").symlink_to(large)
    folders = [bare, linked, large, tmp_path / "link" / "1", tmp_path / "none" / "1"]
    lines = [told(lambda folder=folder: raised(folder, gold), tmp_path) for folder in folders]  # type: ignore[misc]
    lines.append(told(lambda: find_submissions(tmp_path / "nowhere"), tmp_path))
    (tmp_path / "empty").mkdir()
    lines.append(told(lambda: score_submissions(tmp_path / "empty", gold, ONTOLOGY), tmp_path))
    lines.append(told(lambda: load_result(tmp_path / "none.json"), tmp_path))
    (tmp_path / "no.json").write_text("{}", encoding="utf-8")
    lines.append(told(lambda: load_result(tmp_path / "no.json"), tmp_path))
    assert_told("faults_of_folders.txt", "\n".join(lines) + "\n")


def faulty_predictions(gold: list[Document]) -> list[bytes]:
    first, second = gold[0].id, gold[1].id
    length = len(gold[0].text or "")
    person = next(kind.name for kind in ONTOLOGY.entity_types if kind.has_entity)
    documents = [
        Document(first, text="Another text."),
        Document(second, mentions=(Mention("m1", 0, length + 9_000, person),)),
        Document("nowhere"),
        Document(
            gold[2].id,
            mentions=(Mention("m1", 0, 3, person, entity="e1"), Mention("m2", 0, 3, person, entity="e2")),
            entities=(Entity("e1", "a", person), Entity("e2", "b", person)),
        ),
        Document(first),
        Document(gold[3].id, mentions=(Mention("m1", 0, 3, "NATION"),)),
        Document(
            gold[4].id, text=f"{gold[4].text} More.", mentions=(Mention("m1", 0, len(gold[4].text or "") + 1, person),)
        ),
    ]
    return [*(encode_document(document) for document in documents), b"{oops"]


def test_faults_of_predictions(tmp_path: Path, gold: list[Document]) -> None:
    folder = submit(tmp_path, "faulty", [])
    (folder / "predictions.jsonl").write_bytes(b"\n".join(faulty_predictions(gold)) + b"\n")
    write_documents(tmp_path / "gold.jsonl", gold)
    scored = told(
        lambda: evaluate_files(tmp_path / "gold.jsonl", folder / "predictions.jsonl", ONTOLOGY, resamples=0), tmp_path
    )
    assert_told("faults_of_predictions.txt", told(lambda: raised(folder, gold), tmp_path) + "\n\n" + scored + "\n")


def test_faults_of_documents_and_of_what_is_asked(tmp_path: Path, gold: list[Document]) -> None:
    asked: list[Callable[[], Any]] = [
        lambda: evaluate(gold, gold[:1] * 2, ONTOLOGY, resamples=0),
        lambda: evaluate(gold[:1] * 2, [], ONTOLOGY, resamples=0),
        lambda: evaluate(gold, [Document("nowhere")], ONTOLOGY, resamples=0),
        lambda: evaluate(gold, [], ONTOLOGY, tracks=["event"]),
        lambda: evaluate(gold, [], ONTOLOGY, tracks=["entities"], setting="given"),
        lambda: evaluate(gold, [], ONTOLOGY, setting="both"),
        lambda: format_report(evaluate(gold, [], ONTOLOGY, resamples=0), "html"),
        lambda: format_report(evaluate(gold, [], ONTOLOGY, resamples=0), by=["word"]),
        lambda: explain("AC", ONTOLOGY),
        lambda: explain("AC++", ONTOLOGY),
        lambda: compare({"a": count_documents(gold, [], ONTOLOGY)}, ONTOLOGY),
        lambda: compare(
            {"a": count_documents(gold, [], ONTOLOGY), "b": count_documents(gold[:2], [], ONTOLOGY)}, ONTOLOGY
        ),
        lambda: compare(dict.fromkeys("ab", count_documents(gold, [], ONTOLOGY)), ONTOLOGY, metrics=["events:AC-"]),
        lambda: render_view([Document("bare", meta=Meta())], {"other": Document("other")}, ONTOLOGY),
    ]
    lines = []
    for check in asked:
        try:
            check()
        except DetenteError as error:
            lines.append(f"{type(error).__name__}: {error}")
        else:
            lines.append("fine")
    assert_told("faults_of_questions.txt", "\n".join(lines) + "\n")
