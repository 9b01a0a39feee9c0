"""Names typed short: a mention's own words, and the one name that begins so."""

from __future__ import annotations

import pytest

from detente.annotation.names import TypedName, full_names

TEXT = "Norland and  Sudria met; Sudrian envoys left."


def typed(words: str, name: str) -> TypedName:
    start = TEXT.index(words)
    return TypedName(start, start + len(words), name)


def test_an_equals_sign_stands_for_the_mentions_own_words() -> None:
    assert full_names({"m": typed("and  Sudria", "=")}, TEXT) == {"m": "and Sudria"}


def test_a_beginning_stands_for_the_one_name_given_that_begins_so() -> None:
    names = {"m1": typed("Norland", "Norland"), "m2": typed("Sudria", "="), "m3": typed("Sudrian", "Su*")}
    assert full_names(names, TEXT) == {"m2": "Sudria", "m3": "Sudria"}


@pytest.mark.parametrize("short", ["Su*", "X*"])
def test_a_beginning_of_several_names_or_of_none_stays_as_it_was_typed(short: str) -> None:
    names = {"m1": typed("Norland", "Sudria"), "m2": typed("Sudria", "Sudrian army"), "m3": typed("Sudrian", short)}
    assert full_names(names, TEXT) == {}


def test_a_full_name_is_left_alone_and_a_name_in_the_text_alone_completes_nothing() -> None:
    assert full_names({"m1": typed("Norland", "Norland"), "m2": typed("Sudrian", "Sud*")}, TEXT) == {}


def test_a_span_outside_the_text_has_no_words() -> None:
    assert full_names({"m": TypedName(40, 90, "=")}, TEXT) == {}
