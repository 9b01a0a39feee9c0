"""Where two systems differ most: on which types, roles, labels, slices and documents.

A difference counts by what it is worth: the gap of the two figures times the gold items it is about, which is about how
many items the one system gets right and the other does not. These are leads to follow, not tests: no p-value stands
beside them, and of many places some always differ by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

import msgspec

from detente.ontology import Ontology
from detente.scoring.details import DOCUMENT, breakdown_metrics, document_scores
from detente.scoring.metrics import f1_values, metric_values
from detente.scoring.table import CountTable

SHOWN = 5


class Where(msgspec.Struct, frozen=True):
    """One place where two systems differ: their figures there, the gap (`first` minus `second`), the gold items.

    A figure is None where it is undefined (nothing in gold, nothing predicted); the gap then takes it as 0.
    """

    track: str
    dimension: str
    name: str
    first: str
    second: str
    first_value: float | None
    second_value: float | None
    difference: float
    support: int


Figures = dict[tuple[str, str, str], tuple[float | None, int]]


def differ_most(tables: Mapping[str, CountTable], ontology: Ontology, *, shown: int = SHOWN) -> tuple[Where, ...]:
    """For each pair of systems and each track and dimension the places that matter most, the greatest first."""
    if shown <= 0:
        return ()
    figures = {name: _figures(table, ontology) for name, table in tables.items()}
    found: list[Where] = []
    for first, second in combinations(tables, 2):
        places: dict[tuple[str, str], list[Where]] = {}
        for place in _differences(first, second, figures[first], figures[second]):
            places.setdefault((place.track, place.dimension), []).append(place)
        for of_dimension in places.values():
            of_dimension.sort(key=lambda place: (-abs(place.difference) * max(place.support, 1), place.name))
            found += of_dimension[:shown]
    return tuple(found)


def _differences(first: str, second: str, one: Figures, other: Figures) -> Iterator[Where]:
    for key in dict.fromkeys([*one, *other]):
        (value, support), (other_value, other_support) = one.get(key, (None, 0)), other.get(key, (None, 0))
        difference = (value or 0.0) - (other_value or 0.0)
        if difference:
            yield Where(*key, first, second, value, other_value, difference, max(support, other_support))


def _figures(table: CountTable, ontology: Ontology) -> Figures:
    """Value and gold support of every breakdown and every document, by track, dimension and name."""
    f1s = f1_values(table.totals)
    figures: Figures = {}
    for track in table.tracks:
        for dimension, metrics in breakdown_metrics(table, track, ontology).items():
            for name, metric in metrics.items():
                value = float(metric_values(metric, f1s, table.column))
                support = int(sum(table.total(key).gold for key in metric.support or metric.parts))
                figures[track, dimension, name] = None if value != value else value, support
        scores = document_scores(table, track, ontology)
        figures |= {(track, DOCUMENT, name): (score.value, score.support) for name, score in scores.items()}
    return figures
