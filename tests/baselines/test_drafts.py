"""From labelled spans to mentions and entities: nesting, attributes, names and values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.baselines.drafts import Draft, make_entities, make_mentions, nested
from detente.baselines.scene import make_scene
from detente.baselines.tokens import Span
from detente.baselines.values import normalised
from detente.checks import MAX_NESTING, check_document
from detente.documents import Document, Mention, Meta
from detente.ontology import Ontology

spans = st.tuples(st.integers(0, 8), st.integers(1, 6)).map(lambda pair: Span(pair[0], pair[0] + pair[1]))


@given(st.lists(spans, max_size=12))
def test_drafts_nest_and_are_at_most_three_deep(found: list[Span]) -> None:
    kept = [draft.span for draft in nested([Draft(span, "GPE") for span in found])]
    assert len(set(kept)) == len(kept)
    for a in kept:
        for b in kept:
            apart = a.last <= b.first or b.last <= a.first
            assert apart or (a.first <= b.first and b.last <= a.last) or (b.first <= a.first and a.last <= b.last)
    for token in range(15):
        assert sum(span.first <= token < span.last for span in kept) <= MAX_NESTING


@given(st.lists(spans, max_size=12))
def test_the_first_draft_always_stays(found: list[Span]) -> None:
    kept = nested([Draft(span, "GPE") for span in found])
    assert not found or found[0] in [draft.span for draft in kept]


def scene_of(text: str, published: str = "2024-03-05") -> Document:
    return Document(id="d", text=text, meta=Meta(published=published))


def test_mentions_carry_only_what_their_type_carries(ontology: Ontology) -> None:
    scene = make_scene(scene_of("Varn army on Monday"))
    drafts = [
        Draft(Span(0, 2), "MIL", "NAM", "government"),
        Draft(Span(0, 1), "GPE", "NAM", "government"),
        Draft(Span(3, 4), "TIME", "NAM", "place"),
    ]
    army, varn, monday = make_mentions(scene, drafts, ontology)
    assert (army.level, army.reading, army.value, army.head) == ("NAM", None, None, (5, 9))
    assert (varn.level, varn.reading) == ("NAM", "government")
    assert (monday.level, monday.reading, monday.value) == (None, None, "2024-03-04")


def test_entities_are_named_by_the_best_level_and_names_are_unique(ontology: Ontology) -> None:
    document = scene_of("it Varn Varn Varn")
    mentions = [Mention(f"m{i}", a, b, "GPE") for i, (a, b) in enumerate([(0, 2), (3, 7), (8, 12), (13, 17)])]
    names = [(3, "it"), (0, "Varn"), (0, "Varn"), (0, "Varn")]
    marked, entities = make_entities(make_scene(document), mentions, ["a", "a", "b", None], names)
    assert [entity.name for entity in entities] == ["Varn", "Varn (2)"]
    assert [mention.entity for mention in marked] == ["e1", "e1", "e2", None]
    whole = Document(id="d", mentions=tuple(marked), entities=tuple(entities))
    assert check_document(whole, ontology, gold=False) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("13 August 2025", "2025-08-13"),
        ("August 13, 2025", "2025-08-13"),
        ("10 March", "2025-03-10"),
        ("July 2024", "2024-07"),
        ("2016", "2016"),
        ("the previous day", "2025-08-13"),
        ("yesterday", "2025-08-13"),
        ("last month", "2025-07"),
        ("next year", "2026"),
        ("last week", "2025-W32"),
        ("Wednesday", "2025-08-13"),
        ("Thursday", "2025-08-14"),
        ("next Thursday", "2025-08-21"),
        ("1,400 troops", "1400"),
        ("three soldiers", "3"),
        ("$2.5 billion", "2500000000"),
        ("two dozen", "24"),
        ("between 3 and 5", None),
        ("for months", None),
        ("40 March", "40"),
        ("", None),
    ],
)
def test_values_are_read_against_the_articles_date(text: str, value: str | None) -> None:
    assert normalised(text, "2025-08-14") == value


def test_without_a_date_deictic_times_have_no_value() -> None:
    assert normalised("yesterday", "") is None
    assert normalised("13 August 2025", "") == "2025-08-13"
    assert normalised("10 March", "") == "XXXX-03-10"


@given(st.text(max_size=30), st.text(max_size=12))
def test_any_text_has_a_value_or_none(text: str, published: str) -> None:
    value = normalised(text, published)
    assert value is None or value
