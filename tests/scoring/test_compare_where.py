"""Where two systems differ most."""

from __future__ import annotations

from detente.documents import Document, Mention, Meta
from detente.ontology import Ontology
from detente.scoring.compare import compare
from detente.scoring.compare_where import Where, differ_most
from detente.scoring.evaluate import count_documents
from detente.scoring.table import CountTable


def people(name: str, number: int, kind: str = "PER", region: str = "north") -> Document:
    mentions = tuple(Mention(f"m{n}", 10 * n, 10 * n + 4, kind, level="NAM") for n in range(number))
    return Document(name, meta=Meta(region=region), mentions=mentions)


GOLD = [people("d1", 10), people("d2", 1, "MIL", "south"), people("d3", 2, "IGO", "south")]


def tables(ontology: Ontology) -> dict[str, CountTable]:
    """The one finds everything, the other half of the persons and no army."""
    half = [people("d1", 5), people("d3", 2, "IGO")]
    return {
        name: count_documents(GOLD, predicted, ontology, tracks=["entities"], details=True)
        for name, predicted in (("whole", GOLD), ("half", half))
    }


def places(found: tuple[Where, ...], dimension: str) -> list[tuple[str, int]]:
    return [(place.name, place.support) for place in found if place.dimension == dimension]


def test_places_are_ordered_by_what_the_gap_is_worth_in_items(ontology: Ontology) -> None:
    found = differ_most(tables(ontology), ontology)
    assert places(found, "type") == [("PER", 10), ("MIL", 1)]
    assert places(found, "document") == [("d1", 10), ("d2", 1)]
    assert places(found, "article") == [("region north", 10), ("region south", 3)]
    first = found[0]
    assert (first.first, first.second) == ("whole", "half")
    assert first.difference == (first.first_value or 0) - (first.second_value or 0) > 0


def test_places_without_a_difference_are_not_told(ontology: Ontology) -> None:
    assert "IGO" not in dict(places(differ_most(tables(ontology), ontology), "type"))
    same = tables(ontology)["whole"]
    assert differ_most({"a": same, "b": same}, ontology) == ()


def test_how_many_are_told_is_asked_for(ontology: Ontology) -> None:
    assert places(differ_most(tables(ontology), ontology, shown=1), "type") == [("PER", 10)]
    assert compare(tables(ontology), ontology, resamples=10, where=0).where == ()
    assert compare(tables(ontology), ontology, resamples=10, where=1).where
