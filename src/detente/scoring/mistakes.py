"""Kinds of mistakes between two sets of typed spans: what was missed, made up, cut or called wrongly.

Exact matches are taken out first. The others are paired one to one by the best total fit, as the error page pairs
them: the same span with another type before another span of the same type before the rest.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Set
from typing import Any, TypeVar

from detente.matching import Span, match_spans, overlap_length
from detente.scoring.metrics import NOTHING

MISSED, SPURIOUS = "missed", "spurious"
WRONG_TYPE, WRONG_BOUNDARY, WRONG_BOTH = "wrong type", "wrong boundary", "wrong type and boundary"

T = TypeVar("T")
TypedSpan = tuple[int, int, str]
Pairs = list[tuple[TypedSpan | None, TypedSpan | None]]


def closeness(gold: Span, predicted: Span) -> float:
    """How well two overlapping items fit: the same span 100, the same label 10, and the share that they overlap."""
    union = max(gold[1], predicted[1]) - min(gold[0], predicted[0])
    same = 100 * (gold[:2] == predicted[:2]) + 10 * (gold[2] == predicted[2])
    return float(same + overlap_length(gold, predicted) / union)


def pair_typed_spans(gold: Set[TypedSpan], predicted: Set[TypedSpan]) -> Pairs:
    """Every item of both sides once, with its partner or None; (start, end, type), code points."""
    pairs: Pairs = [(item, item) for item in gold & predicted]
    rest, others = sorted(gold - predicted), sorted(predicted - gold)
    found = match_spans(rest, others, closeness)
    pairs += [(rest[pair.gold], others[pair.predicted]) for pair in found]
    matched_gold, matched_predicted = {pair.gold for pair in found}, {pair.predicted for pair in found}
    pairs += [(item, None) for place, item in enumerate(rest) if place not in matched_gold]
    pairs += [(None, item) for place, item in enumerate(others) if place not in matched_predicted]
    return pairs


def kind_of(gold: TypedSpan | None, predicted: TypedSpan | None) -> str:
    """What is wrong with a pair; "" where nothing is."""
    if predicted is None:
        return MISSED
    if gold is None:
        return SPURIOUS
    if gold[:2] == predicted[:2]:
        return WRONG_TYPE if gold[2] != predicted[2] else ""
    return WRONG_BOUNDARY if gold[2] == predicted[2] else WRONG_BOTH


def count_kinds(pairs: Pairs) -> Counter[str]:
    """How many pairs there are of each kind of mistake."""
    return Counter(filter(None, (kind_of(*pair) for pair in pairs)))


def count_types(pairs: Pairs) -> Counter[tuple[str, str]]:
    """How many pairs there are of each (gold type, predicted type), `NOTHING` standing for no partner."""
    return Counter((gold[2] if gold else NOTHING, other[2] if other else NOTHING) for gold, other in pairs)


def grouped(
    gold: Iterable[T],
    predicted: Iterable[T],
    key: Callable[[T], Hashable],
    other: Callable[[T], Hashable] | None = None,
) -> dict[Hashable, tuple[set[T], set[T]]]:
    """The items of both sides by a key of theirs; `other` is the predicted items' key where it is another one."""
    groups: defaultdict[Hashable, tuple[set[T], set[T]]] = defaultdict(lambda: (set(), set()))
    for side, items, key_of in ((0, gold, key), (1, predicted, other or key)):
        for item in items:
            groups[key_of(item)][side].add(item)
    return groups


def take_equal(
    gold: set[Any], predicted: set[Any], key: Callable[[Any], Hashable], other: Callable[[Any], Hashable] | None = None
) -> int:
    """Take pairs of the same key out of both sides; how many there were."""
    taken = 0
    for ours, theirs in grouped(gold, predicted, key, other).values():
        number = min(len(ours), len(theirs))
        gold.difference_update(sorted(ours)[:number])
        predicted.difference_update(sorted(theirs)[:number])
        taken += number
    return taken
