from __future__ import annotations

import json
from pathlib import Path

import pytest

from detente.documents import text_hash
from detente.errors import DataError, UsageError
from detente.ingest.sources import ingest_files


def test_a_text_takes_its_metadata_from_the_sidecar(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A Title\n\nA body.\n", encoding="utf-8")
    (tmp_path / "a.toml").write_text('id = "dx-1"\npublished = "2024-01-02"\nsources = ["https://example.org"]\n')
    document = next(iter(ingest_files([tmp_path / "a.txt"])))
    assert document.id == "dx-1"
    assert document.meta is not None
    assert (document.meta.title, document.meta.published) == ("A Title", "2024-01-02")
    assert document.meta.sha256 == text_hash("A Title\n\nA body.\n")


def test_unknown_metadata_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A body.\n")
    (tmp_path / "a.toml").write_text('colour = "red"\n')
    with pytest.raises(DataError, match=r"a\.txt: found unknown fields colour"):
        list(ingest_files([tmp_path / "a.txt"]))


def test_json_lines_name_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "one", "text": "A body.", "language": "en"}) + "\n{\n")
    documents = ingest_files([path])
    assert next(documents).id == "one"
    with pytest.raises(DataError, match=r"a\.jsonl:2: found no JSON"):
        next(documents)


def test_a_page_gives_its_article_without_comments(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura")
    paragraphs = "".join(
        f"<p>Norland and Sudria held talks number {n} in Varn, and both delegations said that they had been useful.</p>"
        for n in range(8)
    )
    page = (
        "<html lang='en'><head><title>Talks Held in Varn</title></head><body><nav>Home</nav><article>"
        f"<h1>Talks Held in Varn</h1>{paragraphs}</article>"
        "<div class='comments'><p>First comment by a reader, who did not like it.</p></div></body></html>"
    )
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    document = next(iter(ingest_files([path])))
    assert document.text is not None
    assert document.text.count("held talks number") == 8
    assert "comment by a reader" not in document.text
    assert document.blocks[0].kind == "title"


def test_an_unknown_ending_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot ingest \.pdf"):
        list(ingest_files([tmp_path / "a.pdf"]))
