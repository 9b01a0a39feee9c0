"""Generated files are what their commands would write now."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.annotation.controls import PASSES
from detente.annotation.guidelines import insert_tables
from detente.annotation.label_config import label_config
from detente.ontology import Ontology

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("pass_name", PASSES)
def test_the_labelling_configurations_are_current(pass_name: str, ontology: Ontology) -> None:
    path = ROOT / "annotation" / "configs" / f"{pass_name}.xml"
    command = f"detente annotate config {pass_name}"
    assert path.read_text(encoding="utf-8") == label_config(ontology, pass_name, command=command)
    assert command in path.read_text(encoding="utf-8").split("\n")[0]


def test_the_guidelines_tables_are_current(ontology: Ontology) -> None:
    text = (ROOT / "annotation" / "guidelines.md").read_text(encoding="utf-8")
    assert insert_tables(text, ontology) == text
