"""The real article the project starts from goes the whole way, and none of its sentences stands in the repository."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from detente.baselines.run import predict_documents, train
from detente.checks import check_document
from detente.dataset.hydrate import hydrate
from detente.dataset.load import load_configuration, load_split
from detente.documents import Document
from detente.ontology import Ontology
from detente.scoring.evaluate import evaluate
from detente.scoring.view import render_view

ROOT = Path(__file__).resolve().parents[1]
RUN = 9


@pytest.fixture(scope="module")
def text(shared: Path) -> bytes:
    return next((shared / "seed").glob("*.txt")).read_bytes()


@pytest.fixture(scope="module")
def article(text: bytes) -> Document:
    documents = [d for group in load_configuration(ROOT / "data", "standoff").values() for d in group]
    return hydrate(next(d for d in documents if d.id == "dt-0001"), text)


def test_hydrated_it_is_a_sound_gold_document_of_27_paragraphs(article: Document, ontology: Ontology) -> None:
    assert check_document(article, ontology) == []
    assert len(article.blocks) == 27
    body = [block for block in article.blocks if block.kind == "body"]
    assert len(body) == 20
    marked = [b for b in body if any(b.start <= e.start < b.end for e in article.events)]
    assert len(marked) >= 18


def test_the_decisions_of_the_design_are_in_the_gold(article: Document) -> None:
    assert article.text is not None
    words = {(article.text[e.start : e.end], e.type, e.polarity, e.modality) for e in article.events}
    assert ("deployment", "DEPLOY", "NEG", "PLANNED") in words
    assert ("deployment", "DEPLOY", "POS", "POSSIBLE") in words
    assert ("intervene", "ATTACK", "NEG", "PLANNED") in words
    names = {entity.id: entity.name for entity in article.entities}
    readings = {(article.text[m.start : m.end], m.reading, names.get(m.entity or "")) for m in article.mentions}
    assert ("Ankara", "government", "Turkey") in readings
    assert ("Ankara", "place", "Ankara") in readings


def test_it_is_predicted_by_the_classical_baseline_and_shown_with_its_errors(
    article: Document, ontology: Ontology, tmp_path: Path
) -> None:
    model = train("classical", load_split(ROOT / "data", "train"), ontology, None, tmp_path / "model")
    predicted = list(predict_documents(model, [article]))
    report = evaluate([article], predicted, ontology, resamples=0)
    value = report.scores["entities"]["F1"].value
    assert value is not None
    assert 0.2 < value < 1
    assert "dt-0001" in render_view([article], {p.id: p for p in predicted}, ontology)


def test_no_nine_words_of_it_stand_in_the_repository(text: bytes) -> None:
    words = _words(text.decode("utf-8"))
    runs = {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}
    found = []
    for path, content in _tracked():
        there = _words(content)
        found += [path for i in range(len(there) - RUN + 1) if tuple(there[i : i + RUN]) in runs][:1]
    assert found == []


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _tracked() -> Iterator[tuple[Path, str]]:
    """The repository's files as text; of a Parquet file its strings."""
    import pyarrow.parquet

    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.suffix == ".parquet":
            for row in pyarrow.parquet.read_table(path).to_pylist():
                yield path, " ".join(_strings(row))
        elif path.is_file():
            yield path, path.read_bytes().decode("utf-8", errors="replace")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
