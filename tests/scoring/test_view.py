"""The error page: what each item is marked as, and what the page holds."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.documents import Argument, Block, Document, Entity, Event, Mention, Meta, Span, Stance
from detente.errors import DataError
from detente.ontology import load_ontology
from detente.scoring.view import render_view
from detente.scoring.view_items import Item, Side, compare_document, pair_sides, walk

ONTOLOGY = load_ontology()
TEXT = "Syria asked Turkey for help after Israeli strikes hit Damascus. Read more\n"


def at(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


def mention(name: str, words: str, kind: str = "GPE", level: str | None = "NAM", entity: str | None = None) -> Mention:
    return Mention(name, *at(words), kind, level=level, entity=entity)


def event(
    name: str, words: str, kind: str, *arguments: Argument, polarity: str = "POS", modality: str = "ACTUAL"
) -> Event:
    return Event(name, kind, *at(words), polarity=polarity, modality=modality, source="author", arguments=arguments)


def document(*items: Mention | Entity | Event | Stance, text: str | None = None) -> Document:
    def of(kind: type) -> Any:
        return tuple(item for item in items if isinstance(item, kind))

    return Document(
        "dt-0001", text=text, mentions=of(Mention), entities=of(Entity), events=of(Event), stances=of(Stance)
    )


def compare(gold: Document, predicted: Document) -> list[Item]:
    with_text = Document(
        gold.id, text=TEXT, mentions=gold.mentions, entities=gold.entities, events=gold.events, stances=gold.stances
    )
    return list(walk(compare_document(with_text, predicted, ONTOLOGY)))


def kinds(items: list[Item], layer: str) -> list[tuple[str, ...]]:
    return [item.kinds for item in items if item.layer == layer]


def test_gold_against_itself_is_correct_throughout() -> None:
    gold = document(
        mention("m1", "Syria", entity="e1"),
        mention("m2", "Turkey", entity="e2"),
        Entity("e1", "Syria", "GPE"),
        Entity("e2", "Turkey", "GPE"),
        event("v1", "asked", "DEMAND_REQUEST", Argument("Requester", mention="m1"), Argument("Content", event="v2")),
        event("v2", "help", "MIL_AID", Argument("Provider", mention="m2"), modality="POSSIBLE"),
        Stance("s1", "e1", "v2", "SUPPORT", True, "author", Span(0, 10)),
    )
    items = compare(gold, gold)
    assert {item.layer for item in items} == {"entities", "events", "arguments", "attributes", "stance"}
    assert {item.kinds for item in items} == {("correct",)}


@pytest.mark.parametrize(
    ("predicted", "expected"),
    [
        ([mention("p1", "Syria")], [("correct",)]),
        ([], [("missed",)]),
        ([mention("p1", "Syria", "ORG")], [("type",)]),
        ([mention("p1", "Syria asked")], [("boundary",)]),
        ([mention("p1", "Syria asked", "ORG")], [("type", "boundary")]),
        ([mention("p1", "Damascus")], [("missed",), ("spurious",)]),
        ([mention("p1", "Syria", level="NOM")], [("level",)]),
        ([mention("p1", "Syria", level=None)], [("correct",)]),
        ([mention("p1", "Syria"), mention("p2", "Syria")], [("correct",), ("correct",)]),
    ],
)
def test_a_mention_is_marked_by_what_is_wrong_with_it(
    predicted: list[Mention], expected: list[tuple[str, ...]]
) -> None:
    assert kinds(compare(document(mention("m1", "Syria")), document(*predicted)), "entities") == expected


def test_mentions_that_the_primary_score_leaves_out_are_a_layer_of_their_own() -> None:
    items = compare(document(mention("m1", "help", level="NOM")), document())
    assert kinds(items, "mentions") == [("missed",)]
    assert kinds(items, "entities") == []


def test_an_exact_match_is_never_given_up_for_an_overlap() -> None:
    gold = [Side("a", "GPE", (0, 9), "a")]
    predicted = [Side("x", "GPE", (0, 4), "x"), Side("y", "GPE", (0, 9), "y")]
    for order in (predicted, predicted[::-1]):
        pairs = pair_sides(gold, order)
        assert (gold[0], predicted[1]) in pairs
        assert (None, predicted[0]) in pairs


spans = st.tuples(st.integers(0, 12), st.integers(1, 5)).map(lambda pair: (pair[0], pair[0] + pair[1]))
sides = st.lists(st.tuples(st.sampled_from("AB"), spans), max_size=8, unique=True).map(
    lambda items: [Side(str(i), label, span, "") for i, (label, span) in enumerate(items)]
)


@given(sides, sides)
def test_every_item_stands_in_exactly_one_pair(gold: list[Side], predicted: list[Side]) -> None:
    pairs = pair_sides(gold, predicted)
    assert sorted(side.id for side, _ in pairs if side) == sorted(side.id for side in gold)
    assert sorted(side.id for _, side in pairs if side) == sorted(side.id for side in predicted)
    both = {(side.label, side.span) for side in gold} & {(side.label, side.span) for side in predicted}
    matched = {(a.label, a.span) for a, b in pairs if a and b and (a.label, a.span) == (b.label, b.span)}
    assert matched == both


GOLD_EVENT = (
    mention("m1", "Israeli", level="ADJ"),
    mention("m2", "Damascus"),
    event("v1", "strikes", "ATTACK", Argument("Attacker", mention="m1"), Argument("Target", mention="m2")),
)


def predicted_event(kind: str = "ATTACK", words: str = "strikes", **changes: Any) -> Document:
    first, second = changes.pop("roles", ("Attacker", "Target"))
    arguments = (Argument(first, mention="m1"), Argument(second, mention="m2"))
    return document(*GOLD_EVENT[:2], event("p1", words, kind, *arguments, **changes))


def test_an_argument_in_another_role_is_a_wrong_role() -> None:
    items = compare(document(*GOLD_EVENT), predicted_event(roles=("Attacker", "Place")))
    assert kinds(items, "arguments") == [("correct",), ("role",)]


def test_right_arguments_and_attributes_on_a_wrong_trigger_are_marked_so() -> None:
    for predicted in (predicted_event("COERCE", roles=("Agent", "Target")), predicted_event(words="strikes hit")):
        items = compare(document(*GOLD_EVENT), predicted)
        assert ("trigger",) in kinds(items, "arguments")
        assert ("correct",) not in kinds(items, "arguments")
        assert kinds(items, "attributes") == [("trigger",), ("trigger",)]


def test_arguments_of_a_missed_event_are_missed() -> None:
    items = compare(document(*GOLD_EVENT), document())
    assert kinds(items, "events") == [("missed",)]
    assert kinds(items, "arguments") == [("missed",), ("missed",)]
    assert kinds(items, "attributes") == []


def test_wrong_polarity_and_modality_are_told_apart() -> None:
    items = compare(document(*GOLD_EVENT), predicted_event(polarity="NEG", modality="PLANNED"))
    assert kinds(items, "events") == [("correct",)]
    assert kinds(items, "attributes") == [("polarity",), ("modality",)]
    values = [(item.gold.label, item.predicted.label) for item in items if item.gold and item.predicted and item.what]
    assert values == [("POS", "NEG"), ("ACTUAL", "PLANNED")]


ACTORS = (
    mention("m1", "Syria", entity="e1"),
    mention("m2", "Turkey", entity="e2"),
    Entity("e1", "Syria", "GPE"),
    Entity("e2", "Turkey", "GPE"),
)
# the same entities under other ids and names: aligned by their mentions
PREDICTED_ACTORS = (
    mention("m1", "Syria", entity="x9"),
    mention("m2", "Turkey", entity="x8"),
    Entity("x9", "the Syrians", "GPE"),
    Entity("x8", "the Turks", "GPE"),
)


@pytest.mark.parametrize(
    ("stances", "expected"),
    [
        ([("x9", "x8", "SUPPORT")], [("correct",)]),
        ([("x9", "x8", "OPPOSE")], [("label",)]),
        ([("x8", "x9", "SUPPORT")], [("direction",)]),
        ([("x8", "x9", "OPPOSE")], [("direction", "label")]),
        ([], [("missed",)]),
        ([("x8", "x9", "SUPPORT"), ("x9", "x8", "SUPPORT")], [("correct",), ("spurious",)]),
    ],
)
def test_a_stance_is_marked_by_label_and_direction(
    stances: list[tuple[str, str, str]], expected: list[tuple[str, ...]]
) -> None:
    gold = document(*ACTORS, Stance("s1", "e1", "e2", "SUPPORT"))
    predicted = document(*PREDICTED_ACTORS, *(Stance(f"s{i}", *stance) for i, stance in enumerate(stances)))
    assert kinds(compare(gold, predicted), "stance") == expected


def test_a_stance_of_another_holder_on_the_right_target_has_a_wrong_holder() -> None:
    third, entity = mention("m3", "Damascus", entity="e3"), Entity("e3", "Damascus", "GPE")
    gold = document(*ACTORS, third, entity, Stance("s1", "e1", "e2", "SUPPORT"))
    for label, expected in (("SUPPORT", [("holder",)]), ("OPPOSE", [("missed",), ("spurious",)])):
        predicted = document(*PREDICTED_ACTORS, third, entity, Stance("s1", "e3", "x8", label))
        assert kinds(compare(gold, predicted), "stance") == expected


def test_a_stance_towards_an_event_is_compared_by_its_trigger() -> None:
    gold = document(*ACTORS, event("v1", "help", "MIL_AID"), Stance("s1", "e1", "v1", "SUPPORT"))
    predicted = document(*PREDICTED_ACTORS, event("p7", "help", "AID"), Stance("s1", "x9", "p7", "SUPPORT"))
    assert kinds(compare(gold, predicted), "stance") == [("correct",)]


# ------------------------------------------------------------------------------------------------------- the page


def data_of(page: str) -> Any:
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found.group(1))


def test_the_page_keeps_every_character_of_the_article() -> None:
    text = "Ann 👩‍👩‍👧 met  Bob\u2028in Åre.\nNext line.\n"
    gold = Document("d", text=text, mentions=(Mention("m1", 4, 9, "PER", level="NAM"), Mention("m2", 4, 13, "PER")))
    [article] = data_of(render_view([gold], {}, ONTOLOGY))["articles"]
    assert ["".join(paragraph["s"]) for paragraph in article["paragraphs"]] == text.strip("\n").split("\n")
    by_name = {item["g"]["n"]: item["g"]["a"] for item in article["items"]}
    for words, [[paragraph, start, end]] in by_name.items():
        assert " ".join("".join(article["paragraphs"][paragraph]["s"][start:end]).split()) == words


def test_an_overlap_or_a_nesting_never_repeats_text() -> None:
    gold = document(mention("m1", "Israeli strikes"), mention("m2", "Israeli"), text=TEXT)
    predicted = document(mention("p1", "strikes hit"))
    [article] = data_of(render_view([gold], {gold.id: predicted}, ONTOLOGY))["articles"]
    assert "".join(article["paragraphs"][0]["s"]) == TEXT.strip()


def test_a_span_over_two_paragraphs_is_shown_in_both() -> None:
    gold = Document("d", text="one two\nthree four")
    predicted = Document("d", mentions=(Mention("m1", 4, 13, "ORG"),))
    [article] = data_of(render_view([gold], {"d": predicted}, ONTOLOGY))["articles"]
    assert [place[0] for place in article["items"][0]["p"]["a"]] == [0, 1]


def test_page_debris_is_shown_dimmed_and_text_outside_blocks_is_kept() -> None:
    blocks = (Block(0, 63, "body"), Block(64, 73, "newsletter"))
    [article] = data_of(render_view([Document("d", text=TEXT + "Left over\n", blocks=blocks)], {}, ONTOLOGY))[
        "articles"
    ]
    assert [(p["k"], p["c"]) for p in article["paragraphs"]] == [("body", ""), ("newsletter", "debris"), ("body", "")]


def test_markup_in_names_labels_and_text_stays_text() -> None:
    hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)>&\u2028"
    gold = Document(
        "d",
        text=hostile,
        meta=Meta(title=hostile, story=hostile),
        mentions=(Mention("m1", 0, 9, "PER", value=hostile, entity="e1"),),
        entities=(Entity("e1", hostile, "PER"),),
    )
    page = render_view([gold], {"d": gold}, ONTOLOGY, title=hostile)
    assert "<img" not in page
    assert page.count("<script") == page.count("</script") == 2
    assert data_of(page)["articles"][0]["title"] == hostile


def test_the_page_needs_no_network_and_allows_none() -> None:
    page = render_view([document(mention("m1", "Syria"), text=TEXT)], {}, ONTOLOGY)
    assert "default-src &#39;none&#39;" in page
    assert "unsafe-inline" not in page
    assert not re.search(r"(src|href)=\"(?!#)", page)
    assert "http://" not in page
    assert "https://" not in page


def test_the_same_input_gives_the_same_page() -> None:
    gold = document(*GOLD_EVENT, text=TEXT)
    assert render_view([gold], {}, ONTOLOGY) == render_view([gold], {}, ONTOLOGY)


def test_types_are_offered_in_the_ontology_s_order_and_only_if_they_occur() -> None:
    gold = document(mention("m1", "Damascus", "ORG"), mention("m2", "Syria"), *GOLD_EVENT[2:], text=TEXT)
    groups = {group["name"]: group["types"] for group in data_of(render_view([gold], {}, ONTOLOGY))["groups"]}
    assert groups["Mention type"] == ["GPE", "ORG"]
    assert groups["Event type"] == ["ATTACK"]
    assert groups["Role"] == ["Target", "Attacker"]


def test_faulty_input_is_refused_with_all_faults() -> None:
    gold = [document(text=TEXT), Document("d2")]
    predicted = {"dt-0001": document(Mention("m1", 70, 99, "GPE"), Mention("m2", 0, 5, "NATION")), "d3": Document("d3")}
    with pytest.raises(DataError) as caught:
        render_view(gold, predicted, ONTOLOGY)
    told = str(caught.value)
    for words in ("offset 99", "'NATION'", "d2: found gold without its text", "'d3', which the gold does not have"):
        assert words in told


def test_an_article_without_a_prediction_says_so() -> None:
    [article] = data_of(render_view([document(mention("m1", "Syria"), text=TEXT)], {}, ONTOLOGY))["articles"]
    assert "no prediction" in article["facts"]
    assert article["items"][0]["k"] == ["missed"]


def test_items_carry_the_slices_that_scores_are_told_for() -> None:
    gold = document(
        mention("m1", "Israeli strikes"),
        mention("m2", "Israeli", level="ADJ"),
        event("v1", "help", "MIL_AID", Argument("Provider", mention="m2"), polarity="NEG", modality="POSSIBLE"),
        text=TEXT,
    )
    data = data_of(render_view([gold], {}, ONTOLOGY))
    told = {
        (part["l"], part["g"]["n"], part["w"]): {data["slices"][number] for number in part["s"]}
        for item in data["articles"][0]["items"]
        for part in [item, *item["x"]]
    }
    assert told == {
        ("entities", "Israeli strikes", ""): {"level NAM"},
        ("entities", "Israeli", ""): {"level ADJ", "nested in a longer mention"},
        ("events", "help", ""): {"polarity NEG", "modality POSSIBLE"},
        ("arguments", "Israeli", ""): {"polarity NEG", "modality POSSIBLE"},
    }


def test_articles_carry_theirs() -> None:
    gold = Document(
        "d", text=TEXT, meta=Meta(region="north"), blocks=(Block(0, 63, "body"), Block(64, 73, "newsletter"))
    )
    data = data_of(render_view([gold], {}, ONTOLOGY))
    assert [data["slices"][number] for number in data["articles"][0]["slices"]] == [
        "article: region north",
        "article: page debris",
    ]


def test_what_was_taken_for_what_has_a_row_and_a_column_for_nothing() -> None:
    gold = document(mention("m1", "Syria"), mention("m2", "Turkey", "ORG"), text=TEXT)
    predicted = document(mention("p1", "Syria", "ORG"), mention("p2", "Damascus"))
    [table] = data_of(render_view([gold], {gold.id: predicted}, ONTOLOGY))["confusion"]
    assert table == {
        "title": "Types of entities",
        "labels": ["GPE", "ORG", "none"],
        "rows": [[0, 1, 0], [0, 0, 1], [1, 0, 0]],
    }


@pytest.mark.parametrize(("explicit", "words"), [(True, ["explicit"]), (False, ["implicit"]), (None, [])])
def test_a_stance_says_whether_it_is_explicit(explicit: bool | None, words: list[str]) -> None:
    gold = document(
        mention("m1", "Syria", entity="e1"),
        mention("m2", "Turkey", entity="e2"),
        Entity("e1", "Syria", "GPE"),
        Entity("e2", "Turkey", "GPE"),
        Stance("s1", "e1", "e2", "SUPPORT", explicit),
        text=TEXT,
    )
    items = data_of(render_view([gold], {}, ONTOLOGY))["articles"][0]["items"]
    assert [item["g"]["d"] for item in items if item["l"] == "stance"] == [words]
