"""Kinds of mistakes in arguments, and which role was taken for which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set

from detente.items import AttachedArgument
from detente.matching import half_credit, match_spans
from detente.scoring.metrics import NOTHING
from detente.scoring.mistakes import MISSED, SPURIOUS, grouped, take_equal

WRONG_ROLE, WRONG_SPAN, WRONG_TRIGGER = "argument wrong role", "argument wrong boundary", "argument on a wrong trigger"
PREFIX = "argument "


def count_argument_kinds(gold: Set[AttachedArgument], predicted: Set[AttachedArgument]) -> Counter[str]:
    """How many arguments are wrong in each way; each counts once, by the nearest thing that it can be.

    In this order: the right filler of the right event in another role, the right role with an overlapping filler, the
    right role and filler on another trigger; what is left was missed or is spurious.
    """
    kinds: Counter[str] = Counter()
    rest, others = set(gold - predicted), set(predicted - gold)
    kinds[WRONG_ROLE] = take_equal(rest, others, lambda a: (a.type, a.trigger, a.span))
    kinds[WRONG_SPAN] = _take_overlapping(rest, others)
    kinds[WRONG_TRIGGER] = take_equal(rest, others, lambda a: (a.role, a.span))
    kinds[PREFIX + MISSED], kinds[PREFIX + SPURIOUS] = len(rest), len(others)
    return kinds


def count_roles(gold: Set[AttachedArgument], predicted: Set[AttachedArgument]) -> Counter[tuple[str, str]]:
    """How many fillers of the same event have each (gold role, predicted role), `NOTHING` where a side has none.

    A filler with several roles on one side is told role by role: those that agree first, then the others in the order
    of their names.
    """
    cells: Counter[tuple[str, str]] = Counter()
    for ours, theirs in grouped(gold, predicted, lambda a: (a.type, a.trigger, a.span)).values():
        roles, other_roles = {a.role for a in ours}, {a.role for a in theirs}
        cells.update((role, role) for role in roles & other_roles)
        left, right = sorted(roles - other_roles), sorted(other_roles - roles)
        shared = min(len(left), len(right))
        cells.update(zip(left[:shared], right[:shared], strict=True))
        cells.update((role, NOTHING) for role in left[shared:])
        cells.update((NOTHING, role) for role in right[shared:])
    return cells


def _take_overlapping(gold: set[AttachedArgument], predicted: set[AttachedArgument]) -> int:
    """Take pairs out of both sides that have the same event and role and overlapping fillers; how many there were."""
    taken = 0
    for ours, theirs in grouped(gold, predicted, lambda a: (a.type, a.trigger, a.role)).values():
        rest, others = sorted(ours), sorted(theirs)
        for pair in match_spans([a.span for a in rest], [a.span for a in others], half_credit):
            gold.remove(rest[pair.gold])
            predicted.remove(others[pair.predicted])
            taken += 1
    return taken
