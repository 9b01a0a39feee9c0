from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from detente.errors import DataError
from detente.ontology import Ontology, load_ontology


def own(tmp_path: Path, old: str, new: str) -> Path:
    text = resources.files("detente").joinpath("ontology.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "own.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_it_holds_every_type_of_the_ontology(ontology: Ontology) -> None:
    assert len(ontology.event_types) == 22
    assert [t.name for t in ontology.entity_types][:4] == ["PER", "GPE", "LOC", "FAC"]
    assert ontology.stance_labels == ("SUPPORT", "OPPOSE", "MIXED", "NEUTRAL")


def test_every_event_type_takes_the_common_roles_after_its_own(ontology: Ontology) -> None:
    assert ontology.roles_of["ATTACK"] == ("Attacker", "Target", "Instrument", "Place", "Time", "Purpose", "Under")


def test_a_role_that_is_not_defined_is_refused_with_file_and_remedy(tmp_path: Path) -> None:
    path = own(tmp_path, 'roles = ["Agent", "Endorsed"]', 'roles = ["Agent", "Hero"]')
    with pytest.raises(DataError, match=r"own\.toml: found role 'Hero' in ENDORSE; .* Define it"):
        load_ontology(path)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('name = "LOC"', 'name = "GPE"', "'GPE' twice among entity types"),
        ('hotkey = "l"', 'hotkey = "g"', "hotkey 'g' twice among entity types"),
        ('color = "#d62728"', 'color = "red"', "colour 'red' of GPE"),
        ('exhaustive_levels = ["NAM", "ADJ"]', 'exhaustive_levels = ["NAME"]', "'NAME' among the exhaustive_levels"),
        ('types = ["TIME"]', 'types = ["DATE"]', "'DATE' among the types of role Time"),
        ('name = "detente"', "name = ", "Invalid value"),
        ('none = "NONE"', 'none = "NONE"\ncolour = 1', "unknown field `colour`"),
    ],
)
def test_what_is_wrong_in_an_own_file_is_named(tmp_path: Path, old: str, new: str, found: str) -> None:
    with pytest.raises(DataError) as caught:
        load_ontology(own(tmp_path, old, new))
    assert found in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.toml: found no such file"):
        load_ontology(tmp_path / "none.toml")
