from __future__ import annotations

from pathlib import Path

import pytest

from detente.baselines.run import train
from detente.dataset.load import load_split
from detente.ontology import Ontology
from detente.studies.transfer import read_mappings, render, transfer

ROOT = Path(__file__).resolve().parents[2]


def test_every_label_that_is_mapped_to_is_in_the_ontology(ontology: Ontology) -> None:
    mappings = read_mappings(ROOT / "baselines" / "studies" / "transfer.toml")
    assert {ours for names in mappings["wikievents"]["entities"].values() for ours in names} <= set(
        ontology.entity_type
    )
    assert set(mappings["wikievents"]["events"].values()) <= set(ontology.event_type)
    assert set(mappings["seesaw"].values()) <= set(ontology.stance_labels)
    assert set(mappings["plover"].values()) <= {event_type.plover for event_type in ontology.event_types}


def test_a_baseline_runs_on_every_corpus(shared: Path, ontology: Ontology, tmp_path: Path) -> None:
    model = train("gazetteer", load_split(ROOT / "data", "train"), ontology, None, tmp_path / "model")
    mappings = read_mappings(ROOT / "baselines" / "studies" / "transfer.toml")
    results = transfer(model, shared / "real", ontology, mappings)
    assert [one.documents for one in results[:4]] == [pytest.approx(301, abs=10), 40, 40, 40]
    ends = [(figure.low, figure.value, figure.high) for one in results for figure in one.figures]
    assert all(low is not None and high is not None and 0 <= low <= value <= high <= 1 for low, value, high in ends)
    assert results[1].figures[2].value >= results[2].figures[2].value > 0  # typed is harder than untyped
    assert len({len(row) for row in render(results)}) == 1
