"""Batches of columns count what sets of each document's own items would."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Set
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.benchmarks.workload import pair_of_documents
from tests.scoring.test_properties import collections

from detente.counts import Counts, set_counts
from detente.documents import Argument, Document, Entity, Event, Mention, Span, Stance
from detente.items import (
    StanceTuple,
    arguments_of,
    attributes_of,
    clusters_of,
    entity_alignment,
    mentions_of,
    primary_mentions,
    stances_of,
    triggers_of,
)
from detente.ontology import load_ontology
from detente.scoring import attributes, coreference, entities, events, stance
from detente.scoring.batch import BOTH_SIDES, GOLD, PREDICTED, Batch, distinct, joined, pack, repeated
from detente.scoring.metrics import Counted, Key, Track, counts_by
from detente.scoring.repeats import repeats
from detente.scoring.tracks import TRACKS

ONTOLOGY = load_ontology()
WORKLOAD = [pair_of_documents(number, ONTOLOGY) for number in range(30)]
Pairs = list[tuple[Document, Document]]


def batch_of(pairs: Iterable[tuple[Document, Document]]) -> Batch:
    batch = Batch(ONTOLOGY)
    for gold, predicted in pairs:
        batch.add(gold, predicted)
    return batch


def parts(items: Set[Any], *places: int) -> set[Hashable]:
    return {tuple(item[place] for place in places) for item in items}


def by_sets(gold: Document, predicted: Document) -> dict[Key, Counts]:
    """Every figure that is made of sets, from the items of one pair."""
    mentions = mentions_of(gold), mentions_of(predicted)
    named = primary_mentions(gold, ONTOLOGY), primary_mentions(predicted, ONTOLOGY)
    arguments, triggers = (arguments_of(gold), arguments_of(predicted)), (triggers_of(gold), triggers_of(predicted))
    happened = attributes_of(gold), attributes_of(predicted)
    stances = stances_of(gold), stances_of(predicted, entity_alignment(gold, predicted))

    def of(key: Key, items: tuple[Set[Any], Set[Any]], *places: int) -> dict[Key, Counts]:
        return {key: set_counts(*(parts(side, *places) if places else side for side in items))}

    pairs = parts(stances[0], 0, 1)
    given_pairs = {item for item in stances[1] if item[:2] in pairs}
    undirected = _undirected(stances[0]), _undirected(stances[1])
    return {
        **of(entities.F1, named),
        **of(entities.ALL_LEVELS, mentions),
        **of(entities.SPAN_ONLY, named, 0, 1),
        **of(events.KEYS["AC+"], arguments),
        **of(events.KEYS["AI+"], arguments, 0, 1, 3),
        **of(events.KEYS["AC"], arguments, 0, 2, 3),
        **of(events.KEYS["AI"], arguments, 0, 3),
        **of(events.KEYS["TC"], triggers),
        **of(events.KEYS["TI"], triggers, 1),
        **of(attributes.F1, happened),
        **of(attributes.POLARITY, happened, 0, 1, 2, 3),
        **of(attributes.MODALITY, happened, 0, 1, 2, 4),
        **of(stance.F1, stances),
        **of(stance.WITHOUT_LABEL, stances, 0, 1),
        **of(stance.UNDIRECTED, undirected),
        **counts_by(*named, lambda item: item[2], "entities", "F1", "type"),
        **counts_by(*arguments, lambda item: item.type, "events", "AC+", "type"),
        **counts_by(*arguments, lambda item: item.role, "events", "AC+", "role"),
        **counts_by(*triggers, lambda item: item.type, "events", "TC", "trigger type"),
        **counts_by(*stances, lambda item: item.label, "stance", "F1", "label"),
        **counts_by(stances[0], given_pairs, lambda item: item.label, "stance", "macro", stance.GIVEN_PAIRS),
    }


def _undirected(stances: Set[StanceTuple]) -> set[Hashable]:
    return {(frozenset(item[:2]), item.label) for item in stances}


def counted(pairs: Pairs) -> dict[str, Counted]:
    batch = batch_of(pairs)
    return {name: track.count(batch) for name, track in TRACKS.items()}


def totals(of_tracks: Iterable[Counted]) -> dict[Key, Counts]:
    return {key: counts for of_track in of_tracks for key, counts in of_track.totals().items()}


def check(pairs: Pairs) -> None:
    found = counted(pairs)
    expected: defaultdict[Key, Counts] = defaultdict(Counts)
    for place, pair in enumerate(pairs):
        figures = {key: c for of_track in found.values() for key, c in of_track.of_document(place).items()}
        for key, counts in by_sets(*pair).items():
            expected[key] += counts
            assert key.dimension or figures[key] == counts
    assert {key: c for key, c in totals(found.values()).items() if key in expected} == expected
    for of_track in found.values():
        for breakdown in of_track.breakdowns:
            of_documents = breakdown.of_documents(len(pairs)).sum(axis=0)
            for value in range(len(breakdown.names)):
                assert of_documents[value].tolist() == list(expected_row(expected.get(breakdown.key(value), Counts())))


def expected_row(counts: Counts) -> tuple[float, ...]:
    return counts.matched_predicted, counts.predicted, counts.matched_gold, counts.gold


@given(collections())
def test_generated_documents_count_as_sets_of_their_items(sides: tuple[list[Document], list[Document]]) -> None:
    check(list(zip(*sides, strict=True)))


def test_documents_of_the_workload_count_as_sets_of_their_items() -> None:
    check(WORKLOAD)


@pytest.mark.parametrize("track", TRACKS.values(), ids=TRACKS)
def test_a_batch_counts_what_its_documents_count_one_by_one(track: Track) -> None:
    whole = track.count(batch_of(WORKLOAD))
    for place, pair in enumerate(WORKLOAD):
        assert track.count(batch_of([pair])).of_document(0) == whole.of_document(place)


@given(collections())
def test_the_aligned_entities_are_those_of_the_documents(sides: tuple[list[Document], list[Document]]) -> None:
    pairs = list(zip(*sides, strict=True))
    overlap = batch_of(pairs).overlap
    names = [[(place, e.id) for place, pair in enumerate(pairs) for e in pair[side].entities] for side in (0, 1)]
    found = {
        names[1][other]: names[0][one]
        for one, other in zip(overlap.one[overlap.aligned], overlap.other[overlap.aligned], strict=True)
    }
    assert found == {
        (place, other): (place, one)
        for place, pair in enumerate(pairs)
        for other, one in entity_alignment(*pair).items()
    }


def test_each_entity_has_as_many_mentions_as_different_spans() -> None:
    overlap = batch_of(WORKLOAD).overlap
    assert overlap.gold.tolist() == [
        len(clusters_of(gold)[entity.id]) for gold, _ in WORKLOAD for entity in gold.entities
    ]


def test_an_event_that_fills_a_role_stands_by_its_trigger() -> None:
    kind = next(t for t in ONTOLOGY.event_types if any(ONTOLOGY.roles[r].events for r in ONTOLOGY.roles_of[t.name]))
    role = next(role for role in ONTOLOGY.roles_of[kind.name] if ONTOLOGY.roles[role].events)
    inner = Event("v2", kind.name, 4, 6)
    gold = Document("d", events=(Event("v1", kind.name, 0, 3, arguments=(Argument(role, event="v2"),)), inner))
    by_mention = Event("v1", kind.name, 0, 3, arguments=(Argument(role, mention="m1"),))
    predicted = Document("d", mentions=(Mention("m1", 4, 6, ONTOLOGY.entity_types[0].name),), events=(by_mention,))
    assert events.count(batch_of([(gold, predicted)])).totals()[events.KEYS["AC+"]] == Counts(1, 1, 1, 1)


def test_the_number_of_a_label_that_no_ontology_has_is_that_after_the_last() -> None:
    codes = batch_of([]).codes
    assert codes.types["NOWHERE"] == codes.types.unknown == len(ONTOLOGY.entity_types)


columns = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2**40), st.integers(0, 2**40)), max_size=12)


@given(columns)
def test_packed_rows_are_equal_and_ordered_as_the_rows_are(rows: list[tuple[int, int, int]]) -> None:
    packed = pack(*np.array(rows, np.int64).reshape(-1, 3).T).tolist()
    assert [rows[place] for place in np.argsort(packed, kind="stable")] == sorted(rows)
    assert len(set(packed)) == len(set(rows))


@given(columns, columns)
def test_joined_rows_are_the_union_with_their_sides(
    gold: list[tuple[int, int, int]], predicted: list[tuple[int, int, int]]
) -> None:
    sides = [tuple(np.array(side, np.int64).reshape(-1, 3).T) for side in (gold, predicted)]
    rows = joined(*sides)
    found = dict(zip(zip(*(column.tolist() for column in rows.columns), strict=True), rows.sides.tolist(), strict=True))
    expected = dict.fromkeys(gold, GOLD) | {row: BOTH_SIDES if row in gold else PREDICTED for row in predicted}
    assert found == expected
    assert len(rows.sides) == len(expected)


def test_a_part_is_on_every_side_that_one_of_its_rows_is_on() -> None:
    rows = joined((np.array([1, 2]), np.array([5, 5])), (np.array([3]), np.array([5])))
    assert rows.part(rows.columns[1]).sides.tolist() == [BOTH_SIDES]
    assert distinct([np.array([7, 7])], np.array([GOLD, GOLD], np.int8)).sides.tolist() == [GOLD]


@pytest.mark.parametrize(("column", "found"), [([], False), ([1], False), ([1, 2, 1], True), ([2, 1], False)])
def test_repeated_rows_are_found(column: list[int], found: bool) -> None:
    assert repeated(np.array(column, np.int64)) == found


def test_what_repeats_another_item_in_all_that_is_scored_is_counted() -> None:
    kind, label = ONTOLOGY.event_types[0].name, ONTOLOGY.stance_labels[0]
    role = next(role for role in ONTOLOGY.roles_of[kind] if not ONTOLOGY.roles[role].types)
    mention = Mention("m1", 0, 3, ONTOLOGY.entity_types[0].name, entity="e1")
    other = Mention("m2", 5, 6, ONTOLOGY.entity_types[0].name, entity="e2")
    filled = (Argument(role, mention="m1"), Argument(role, mention="m1"), Argument(role, mention="m2"))
    event = Event("v1", kind, 7, 9, arguments=filled)
    document = Document(
        "d",
        mentions=(mention, other, mention_like(mention, "m3"), Mention("m4", 0, 3, mention.type, level="NAM")),
        entities=(Entity("e1", "A", mention.type), Entity("e2", "B", mention.type)),
        events=(event, event_like(event, "v2", filled[1:]), event_like(event, "v3", filled[:1])),
        stances=(Stance("s1", "e1", "e2", label), Stance("s2", "e1", "e2", label), Stance("s3", "e2", "e1", label)),
    )
    found = repeats(batch_of([(Document("d0"), Document("d0")), (Document("d"), document)]))
    assert {place: numbers.tolist() for place, numbers in found.items()} == {
        ("predicted", "mentions"): [0, 1],
        ("predicted", "events"): [0, 1],
        ("predicted", "arguments"): [0, 1],
        ("predicted", "stances"): [0, 1],
    }


@pytest.mark.parametrize(
    ("layer", "change"),
    [
        ("mentions", {"value": "2024"}),
        ("mentions", {"level": "ADJ"}),
        ("mentions", {"entity": None}),
        ("events", {"condition": Span(0, 3)}),
        ("events", {"cluster": "c9"}),
        ("events", {"source": "m1"}),
        ("events", {"arguments": ()}),
        ("stances", {"source": "m1"}),
        ("stances", {"source": "unspecified"}),
        ("stances", {"explicit": True}),
        ("stances", {"evidence": Span(3, 9)}),
    ],
)
def test_an_item_that_differs_in_anything_but_its_id_is_no_repeat(layer: str, change: dict[str, Any]) -> None:
    """A stance told by two sources, say, is two statements of one tuple."""
    _, document = next(pair for pair in WORKLOAD if all(getattr(pair[1], name) for name in ("events", "stances")))
    first = next(item for item in getattr(document, layer) if layer != "events" or item.arguments)
    if "entity" in change:
        first = next(mention for mention in document.mentions if mention.entity)
    assert msgspec.structs.replace(first, **change) != first
    for again, found in ((first, True), (msgspec.structs.replace(first, **change), False)):
        items = (*getattr(document, layer), msgspec.structs.replace(again, id="again"))
        doubled = msgspec.structs.replace(document, **{layer: items})
        layers = repeats(batch_of([(Document(document.id), doubled)]))
        assert (("predicted", layer) in layers) == found


def mention_like(mention: Mention, name: str) -> Mention:
    return Mention(name, mention.start, mention.end, mention.type, entity=mention.entity)


def event_like(event: Event, name: str, arguments: tuple[Argument, ...]) -> Event:
    return Event(name, event.type, event.start, event.end, arguments=arguments)


@given(st.randoms(use_true_random=False))
def test_the_order_of_items_changes_no_count(order: random.Random) -> None:
    pairs = [(mixed(gold, order), mixed(predicted, order)) for gold, predicted in WORKLOAD[:3]]
    assert totals(counted(pairs).values()) == totals(counted(WORKLOAD[:3]).values())


def mixed(document: Document, order: random.Random) -> Document:
    shuffle: Callable[[tuple[Any, ...]], Any] = lambda items: tuple(order.sample(items, len(items)))  # noqa: E731
    return Document(
        document.id,
        mentions=shuffle(document.mentions),
        entities=shuffle(document.entities),
        events=shuffle(document.events),
        stances=shuffle(document.stances),
    )


def test_coreference_of_a_batch_is_that_of_its_documents() -> None:
    whole = coreference.count(batch_of(WORKLOAD)).totals()
    alone = [coreference.count(batch_of([pair])).totals() for pair in WORKLOAD]
    assert whole == {key: sum((counts[key] for counts in alone), Counts()) for key in whole}
