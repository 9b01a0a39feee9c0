"""Explanations: every metric has one, and its example says something."""

from __future__ import annotations

import pytest

from detente.errors import UsageError
from detente.ontology import EntityType, EventLayer, Label, MentionLayer, Ontology, StanceLayer
from detente.scoring.details import reported_metrics
from detente.scoring.explain import explain
from detente.scoring.tracks import TRACKS


@pytest.mark.parametrize("track", TRACKS)
def test_every_metric_is_explained_by_an_example_that_is_neither_nought_nor_one(track: str, ontology: Ontology) -> None:
    for metric in reported_metrics(TRACKS[track], ontology, details=True):
        [explanation] = explain(f"{track}:{metric.name}", ontology)
        assert explanation.definition == metric.definition
        gold, predicted, figure = explanation.example
        assert gold.startswith("gold ")
        assert predicted.startswith("predicted ")
        assert 0 < float(figure.split()[-1]) < 1, explanation.text()


def test_a_name_that_several_tracks_have_explains_each(ontology: Ontology) -> None:
    names = [explanation.name for explanation in explain("F1", ontology)]
    assert names == ["entities:F1", "attributes:F1", "stance:F1"]


def test_another_ontology_is_explained_in_its_own_names() -> None:
    kind = EntityType("Ship", "", "", "#000000", has_level=False)
    stance = StanceLayer((Label("aye", ""),), "none", ("aye",))
    small = Ontology("ships", "1", MentionLayer((), (), ()), (kind,), {}, EventLayer((), (), ()), (), stance)
    [entities] = [one for one in explain("F1", small) if one.name.startswith("entities")]
    assert "[Keld] Ship" in entities.example[0]
    assert explain("AC+", small)[0].example == ()
    assert "Example" not in explain("AC+", small)[0].text()
    assert "aye" in explain("stance:F1", small)[0].text()
    with pytest.raises(UsageError):
        explain("reading", small)


def test_the_overall_score_is_explained(ontology: Ontology) -> None:
    [explanation] = explain("overall", ontology)
    assert "AC+" in explanation.definition
    assert explanation.text().splitlines()[-1].endswith("= .300")


def test_an_unknown_name_suggests_the_nearest(ontology: Ontology) -> None:
    with pytest.raises(UsageError, match="did you mean 'CEAFe'"):
        explain("CEAFE", ontology)
