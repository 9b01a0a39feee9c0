"""What a submission may be, and everything that is refused."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from detente.documents import Document, Entity, Mention, Stance
from detente.errors import DataError, Fault
from detente.jsonl import encode_document, write_documents
from detente.ontology import load_ontology
from detente.scoring import submissions
from detente.scoring.submissions import check_submission, find_submissions, is_web_address, read_submission

ONTOLOGY = load_ontology()
GOLD = [Document("d1", text="Syria asked Turkey."), Document("d2", text="No more.")]
SYSTEM = """\
name = "tagger"
version = "1.0"
kind = "baseline"
description = "A tagger"
authors = ["A. Author"]
licence = "Apache-2.0"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A submission in order; its system folder is called `tagger`."""
    folder = tmp_path / "submissions" / "tagger" / "1.0"
    folder.mkdir(parents=True)
    (folder / "system.toml").write_text(SYSTEM, encoding="utf-8")
    write_documents(folder / "predictions.jsonl", [Document("d1", mentions=(Mention("m1", 0, 5, "GPE"),))])
    return folder


def check(folder: Path) -> list[Fault]:
    return check_submission(folder, ONTOLOGY, GOLD)


def told(folder: Path) -> str:
    return "\n".join(str(fault) for fault in check(folder))


def test_a_submission_in_order_has_no_faults(folder: Path) -> None:
    assert check(folder) == []


def test_its_system_file_is_read(folder: Path) -> None:
    submission = read_submission(folder, documents=2)
    assert (submission.system.name, submission.system.authors) == ("tagger", ("A. Author",))
    assert submission.system.entered == ("entities", "coreference", "events", "attributes", "stance")


def test_submissions_are_found_in_order_of_name_and_other_files_passed_over(folder: Path) -> None:
    root = folder.parents[1]
    (root / "README.md").write_text("About this folder.", encoding="utf-8")
    (root / "another" / "2").mkdir(parents=True)
    assert [str(path.relative_to(root)) for path in find_submissions(root)] == ["another/2", "tagger/1.0"]
    with pytest.raises(DataError, match="no such folder"):
        find_submissions(root / "nowhere")


@pytest.mark.parametrize("name", ["Tagger", "a b", "..", "-a", "a..b", "<b>x", "x" * 65, "ä", "a\n"])
def test_a_folder_s_name_is_a_strict_slug(folder: Path, name: str) -> None:
    if name == "..":
        assert not submissions._is_slug(name)
        return
    renamed = folder.rename(folder.parent / name)
    assert "version folder" in told(renamed)


def test_a_link_is_refused_wherever_it_stands(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.jsonl"
    secret.write_text("{}\n", encoding="utf-8")
    (folder / "predictions.jsonl").unlink()
    (folder / "predictions.jsonl").symlink_to(secret)
    assert "a link or a special file" in told(folder)
    link = folder.parent / "2.0"
    link.symlink_to(folder)
    assert "a link as version folder" in told(link)
    other = folder.parents[1] / "other"
    other.symlink_to(folder.parent)
    assert "a link as system folder" in told(other / "1.0")
    assert other in find_submissions(folder.parents[1])


def test_a_pipe_is_refused_without_being_opened(folder: Path) -> None:
    (folder / "predictions.jsonl").unlink()
    os.mkfifo(folder / "predictions.jsonl")
    assert "a link or a special file" in told(folder)


def test_further_files_and_missing_ones_are_told_together(folder: Path) -> None:
    (folder / "run.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    (folder / "system.toml").unlink()
    assert "file 'run.sh'" in told(folder)
    assert "no system.toml" in told(folder)


def test_a_file_over_the_cap_is_refused_unread(folder: Path) -> None:
    with (folder / "predictions.jsonl").open("wb") as file:
        file.truncate(10 * 2**30)
    assert f"{10 * 2**30} bytes" in told(folder)


def test_an_over_long_line_is_refused(folder: Path) -> None:
    (folder / "predictions.jsonl").write_bytes(b" " * (submissions.MAX_LINE_BYTES + 1) + b"\n")
    assert "a line of more than" in told(folder)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace('"tagger"', '"other"'), "name 'other'"),
        (lambda text: text.replace('"1.0"', '"1.1"'), "version '1.1'"),
        (lambda text: text.replace('"baseline"', '"<b>baseline</b>"'), "kind '<b>baseline</b>'"),
        (lambda text: text.replace('"A tagger"', '""'), "an empty description"),
        (lambda text: text.replace('"A tagger"', f'"{"x" * 2001}"'), "2001 characters"),
        (lambda text: text.replace("A tagger", "A \\u202E tagger"), "control characters"),
        (lambda text: text.replace('["A. Author"]', "[]"), "0 authors"),
        (lambda text: text.replace('["A. Author"]', '["A", ""]'), "an empty author"),
        (lambda text: text + 'url = "javascript:alert(1)"\n', "url 'javascript:alert(1)'"),
        (lambda text: text + 'setting = "open book"\n', "setting 'open book'"),
        (lambda text: text + 'tracks = ["entites"]\n', "did you mean 'entities'"),
        (lambda text: text + 'tracks = ["stance", "stance"]\n', "a track twice"),
        (lambda text: text + 'setting = "given"\ntracks = ["entities"]\n', "its layer is given"),
        (lambda text: text + 'colour = "red"\n', "unknown field `colour`"),
        (lambda text: text.replace('kind = "baseline"\n', ""), "missing required field `kind`"),
        (lambda text: text.replace('["A. Author"]', '"A. Author"'), "Expected `array`"),
        (lambda text: text + "x = " + "[" * 50_000, "the fields of system.toml"),
        (lambda text: text + "\udcff", "the fields of system.toml"),
    ],
)
def test_a_fault_in_the_system_file_is_told(folder: Path, change: Callable[[str], str], words: str) -> None:
    (folder / "system.toml").write_bytes(change(SYSTEM).encode("utf-8", "surrogateescape"))
    assert words in told(folder)


@pytest.mark.parametrize("url", ["https://example.org/a?b=1#c", "http://example.org"])
def test_a_web_address_may_be_linked_to(url: str) -> None:
    assert is_web_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "//example.org",
        "https://",
        "https://user:secret@example.org",
        'https://example.org/"onmouseover="x',
        "https://example.org/<b>",
        " https://example.org",
        "https://example.org/a b",
        "https://[::1",
        "https://example.org/\u202e",
    ],
)
def test_nothing_else_may(url: str) -> None:
    assert not is_web_address(url)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"id": "d1", "mentions": [NaN]}', "a line that is no document"),
        (b"[" * 200_000, "a line that is no document"),
        (b'{"id": "d1", "id": "d2"}', "'id' more than once"),
        (b'{"id": "d1", "score": 1}', "a line that is no document"),
        (b'{"id": "../../d1"}', "document id '../../d1'"),
        (b"\xff\xfe", "a line that is no document"),
        (encode_document(Document("d9")), "document 'd9', which the gold does not have"),
        (encode_document(Document("d1", mentions=(Mention("m1", 3, 99, "GPE"),))), "m1: found mention [3, 99)"),
        (encode_document(Document("d1", mentions=(Mention("m1", 0, 5, "NATION"),))), "mention type 'NATION'"),
        (encode_document(Document("d1", stances=(Stance("s1", "e1", "e2", "SUPPORT"),))), "holder 'e1'"),
        (
            encode_document(
                Document(
                    "d1",
                    mentions=(Mention("m1", 0, 5, "GPE", entity="e1"), Mention("m2", 0, 5, "GPE", entity="e2")),
                    entities=(Entity("e1", "a", "GPE"), Entity("e2", "b", "GPE")),
                )
            ),
            "in the clusters 'e1' and 'e2'",
        ),
    ],
)
def test_a_fault_in_the_predictions_is_told_with_its_line(folder: Path, line: bytes, words: str) -> None:
    (folder / "predictions.jsonl").write_bytes(encode_document(Document("d2")) + b"\n" + line + b"\n")
    assert words in told(folder)
    assert "predictions.jsonl:2" in told(folder)


def test_all_faults_are_listed_in_the_order_of_their_lines(folder: Path) -> None:
    lines = [b"{", encode_document(Document("d9")), b"{}", *[b"{"] * 40]
    (folder / "predictions.jsonl").write_bytes(b"\n".join(lines))
    faults = check(folder)
    assert [fault.line for fault in faults] == list(range(1, 44))
    assert str(DataError(faults)).endswith("… and 23 more faults")


def test_a_document_twice_is_refused(folder: Path) -> None:
    (folder / "predictions.jsonl").write_bytes((encode_document(Document("d1")) + b"\n") * 2)
    assert "id 'd1' again (first on line 1)" in told(folder)


def test_no_fault_shows_anything_of_the_gold_text(folder: Path) -> None:
    bad = Document("d1", mentions=(Mention("m1", 0, 5, "NATION"), Mention("m2", 6, 500, "GPE")))
    write_documents(folder / "predictions.jsonl", [bad, Document("d7")])
    assert check(folder)
    assert not any(word in told(folder) for word in ("Syria", "asked", "Turkey", "No more"))


def test_the_system_file_in_the_readme_is_in_order(tmp_path: Path) -> None:
    readme = (Path(__file__).resolve().parents[2] / "scoring" / "README.md").read_text(encoding="utf-8")
    folder = tmp_path / "classical" / "0.1"
    folder.mkdir(parents=True)
    (folder / "system.toml").write_text(readme.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    prediction = readme.split("```json\n")[1].split("```")[0]
    (folder / "predictions.jsonl").write_text(prediction, encoding="utf-8")
    assert check_submission(folder, ONTOLOGY, [Document("dt-0001", text="Turkey")]) == []
    assert read_submission(folder, documents=1).system.entered == ("entities", "events")


@pytest.mark.parametrize(("field", "limit"), [("licence", 200), ("description", 2000), ("trained_on", 200)])
def test_a_line_of_text_may_have_just_so_many_characters(folder: Path, field: str, limit: int) -> None:
    lines = [line for line in SYSTEM.splitlines() if not line.startswith(field)]
    for length in (limit, limit + 1):
        text = "\n".join([*lines, f'{field} = "{"x" * length}"'])
        (folder / "system.toml").write_text(text, encoding="utf-8")
        assert bool(check(folder)) == (length > limit)


def test_a_file_of_predictions_may_have_just_so_many_bytes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = (folder / "predictions.jsonl").stat().st_size
    monkeypatch.setattr(submissions, "BYTES_FOR_EACH_DOCUMENT", 1)
    for limit in (size, size - 1):
        monkeypatch.setattr(submissions, "MIN_PREDICTIONS_BYTES", limit)
        assert bool(check(folder)) == (limit < size)
    monkeypatch.setattr(submissions, "BYTES_FOR_EACH_DOCUMENT", size)
    assert check(folder) == []


def test_faults_are_told_in_the_order_of_the_lines_those_beside_the_gold_among_them(folder: Path) -> None:
    lines = [b"{", encode_document(Document("d9")), b'{"id": 1}', encode_document(Document("d8")), b"", b"]"]
    (folder / "predictions.jsonl").write_bytes(b"\n".join(lines))
    assert [fault.line for fault in check(folder)] == [1, 2, 3, 4, 6]
