"""How a fault and a complaint read."""

from __future__ import annotations

import pytest

from detente.errors import did_you_mean

METRICS = ("AC+", "AI+", "CEAFe", "entities:F1")


@pytest.mark.parametrize(
    ("typed", "meant"), [("ac+", "AC+"), ("CEAFE", "CEAFe"), ("entitys:F1", "entities:F1"), ("CEAF", "CEAFe")]
)
def test_the_nearest_known_name_is_suggested_whatever_its_case(typed: str, meant: str) -> None:
    assert did_you_mean(typed, METRICS) == f"; did you mean {meant!r}?"


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    assert did_you_mean("overlap", METRICS) == did_you_mean("", METRICS) == did_you_mean("AC+", ()) == ""
