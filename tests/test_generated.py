"""Generated files are what their commands would write now."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from detente.annotation.agreement_text import agreement_markdown
from detente.annotation.checking import ADDED, CHANGED, CHECK, REMOVED
from detente.annotation.controls import PASSES, REASONS
from detente.annotation.guidelines import insert_tables
from detente.annotation.label_config import label_config
from detente.annotation.passes import measure_passes, read_gold
from detente.cli.data import EVIDENCE
from detente.dataset.build import build_dataset
from detente.dataset.features import SPLITS
from detente.dataset.load import load_split
from detente.dataset.splits import read_split_dates
from detente.ontology import Ontology

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("pass_name", PASSES)
def test_the_labelling_configurations_are_current(pass_name: str, ontology: Ontology) -> None:
    path = ROOT / "annotation" / "configs" / f"{pass_name}.xml"
    command = f"detente annotate config {pass_name}"
    assert path.read_text(encoding="utf-8") == label_config(ontology, pass_name, command=command)
    assert command in path.read_text(encoding="utf-8").split("\n")[0]


def test_the_adjudication_page_is_current(ontology: Ontology) -> None:
    path = ROOT / "annotation" / "configs" / "adjudication.xml"
    command = "detente annotate config full --adjudication"
    assert path.read_text(encoding="utf-8") == label_config(ontology, "full", command=command, adjudication=True)


def test_the_guidelines_tables_are_current(ontology: Ontology) -> None:
    text = (ROOT / "annotation" / "guidelines.md").read_text(encoding="utf-8")
    assert insert_tables(text, ontology) == text


def test_the_agreement_report_is_current(ontology: Ontology) -> None:
    report = measure_passes(ROOT / "annotation" / "exports", ontology)
    assert (ROOT / "annotation" / "agreement.md").read_text(encoding="utf-8") == agreement_markdown(report)


def test_the_dataset_is_what_the_exports_make_of_it(ontology: Ontology, tmp_path: Path) -> None:
    annotation = ROOT / "annotation"
    report = "\n".join((ROOT / path).read_text(encoding="utf-8") for path in EVIDENCE if (ROOT / path).exists())
    gold = read_gold(annotation / "exports", ontology)
    build_dataset(gold, tmp_path / "data", ontology, read_split_dates(annotation / "splits.toml"), report)
    built = {path.relative_to(tmp_path / "data"): path.read_bytes() for path in _files(tmp_path / "data")}
    kept = {path.relative_to(ROOT / "data"): path.read_bytes() for path in _files(ROOT / "data")}
    by_hand_or_drawn = {path for path in kept if path.name == "DATASHEET.md" or path.parts[0] == "figures"}
    assert built == {path: content for path, content in kept.items() if path not in by_hand_or_drawn}


def test_every_article_is_in_one_story_and_its_texts_are_those_of_the_dataset() -> None:
    stories = tomllib.loads((ROOT / "annotation" / "stories.toml").read_text(encoding="utf-8"))
    paths = _files(ROOT / "annotation" / "articles", "toml")
    sidecars = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in paths}
    listed = {article: story for story, facts in stories.items() for article in facts.get("articles", ())}
    assert listed == {name: facts["story"] for name, facts in sidecars.items()}
    for split in SPLITS:
        for document in load_split(ROOT / "data", split):
            text = (ROOT / "annotation" / "articles" / f"{document.id}.txt").read_text(encoding="utf-8")
            assert document.text == text


def test_every_difference_between_the_passes_was_decided_with_a_reason(ontology: Ontology) -> None:
    lines = (ROOT / "annotation" / "decisions.tsv").read_text(encoding="utf-8").splitlines()[2:]
    rows = [line.split("\t") for line in lines]
    adjudicated = {document.id for document in read_gold(ROOT / "annotation" / "exports", ontology)}
    assert {row[0] for row in rows} <= adjudicated
    assert {row[4] for row in rows if row[3] != CHECK} <= set(REASONS)
    assert {row[4] for row in rows if row[3] == CHECK} <= {ADDED, REMOVED, CHANGED}
    assert {row[3] for row in rows} <= {"A", "B", "other", "neither", CHECK}


def _files(folder: Path, ending: str = "*") -> list[Path]:
    return sorted(path for path in folder.rglob(f"*.{ending}" if ending != "*" else "*") if path.is_file())
