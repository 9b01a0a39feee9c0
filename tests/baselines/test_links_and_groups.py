"""Links between entities through events, and best-first clustering."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detente.baselines.coreference import Candidates, entity_pairs, forms, group
from detente.baselines.links import links
from detente.baselines.scene import make_scene
from detente.documents import Document, Mention


def test_links_run_through_roles_and_through_argument_events(gold: Document) -> None:
    names = {entity.id: entity.name for entity in gold.entities} | {event.id: event.id for event in gold.events}
    found = {(names[link.holder], names[link.target], link.path) for link in links(make_scene(gold))}
    assert ("Sudria", "Norland", "ACCUSE_CRITICISE:Accuser>Accused") in found
    assert ("Sudria", "v3", "ACCUSE_CRITICISE:Accuser>self") in found
    assert ("Sudria", "v4", "DEMAND_REQUEST:Requester>Content") in found
    assert ("Sudria", "Norland", "DEMAND_REQUEST:Requester>Content>DEPLOY>Actor") in found


def test_nobody_is_linked_to_themselves(gold: Document) -> None:
    assert all(link.holder != link.target for link in links(make_scene(gold)))


@given(st.data(), st.integers(1, 12))
def test_groups_follow_links_above_the_threshold(data: st.DataObject, count: int) -> None:
    every = [(a, b) for b in range(count) for a in range(b)]
    pairs = data.draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    chances = data.draw(st.lists(st.floats(0, 1), min_size=len(pairs), max_size=len(pairs)))
    groups = group(count, pairs, chances, 0.5)
    assert len(groups) == count
    linked = {b for (_, b), chance in zip(pairs, chances, strict=True) if chance >= 0.5}
    assert len(set(groups)) == count - len(linked)


def test_an_item_joins_its_best_antecedent_the_nearest_of_equals() -> None:
    assert group(3, [(0, 2), (1, 2)], [0.9, 0.6], 0.5) == [0, 1, 0]
    assert group(3, [(0, 2), (1, 2)], [0.6, 0.6], 0.5) == [0, 1, 1]
    assert group(3, [(0, 2), (1, 2)], [0.4, 0.3], 0.5) == [0, 1, 2]


def pairs_of(text: str, words: list[tuple[str, str]]) -> list[tuple[str, str]]:
    mentions, at = [], 0
    for number, (word, level) in enumerate(words):
        at = text.index(word, at)
        mentions.append(Mention(f"m{number}", at, at + len(word), "GPE", level=level))
        at += len(word)
    scene = make_scene(Document(id="d", text=text, mentions=tuple(mentions)))
    rules = Candidates(frozenset({"GPE/GPE"}), frozenset({"NAM", "ADJ"}))
    return [(a.text, b.text) for a, b in entity_pairs(forms(scene, mentions, {}), rules)]


def test_a_name_is_compared_by_string_other_words_with_what_is_near() -> None:
    text = "Norland met Keld. Norlandic ships left it."
    words = [("Norland", "NAM"), ("Keld", "NAM"), ("Norlandic", "ADJ"), ("it", "PRO")]
    assert pairs_of(text, words) == [
        ("Norland", "Norlandic"),
        ("Norland", "it"),
        ("Keld", "it"),
        ("Norlandic", "it"),
    ]


def test_an_acronym_is_compared_with_what_it_abbreviates() -> None:
    text = "The Northern Sea League met. The NSL spoke."
    assert pairs_of(text, [("Northern Sea League", "NAM"), ("NSL", "NAM")]) == [("Northern Sea League", "NSL")]


def test_candidates_grow_with_the_text_and_not_with_its_square() -> None:
    def count(size: int) -> int:
        text = " ".join(f"Word{'abcdefghij'[i % 10]} it" for i in range(size))
        names = [(f"Word{'abcdefghij'[i % 10]}", "NAM") for i in range(size)]
        words = [pair for name in names for pair in (name, ("it", "PRO"))]
        return len(pairs_of(text, words))

    assert count(400) < 2.2 * count(200)
