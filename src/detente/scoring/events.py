"""Events: triggers and arguments as sets, the primary score AC+ with every argument on its trigger.

TI, TC, AI, AC, AI+ and AC+ are those of TextEE (Huang et al. 2024): identification or classification of triggers and
arguments, "+" where the argument's trigger counts. An argument filled by an event is scored by that event's trigger
span, so a mention and an event of the same span are the same filler.
"""

from __future__ import annotations

from collections.abc import Set
from operator import itemgetter
from typing import Any

from detente.columns import AttachedItem, columns_of
from detente.counts import Counts
from detente.documents import Document
from detente.items import Span, arguments_of, triggers_of
from detente.ontology import Ontology
from detente.scoring.argument_mistakes import count_argument_kinds, count_roles
from detente.scoring.metrics import Compared, Counted, Key, Metric, Track, confusion_counts, error_counts
from detente.scoring.mistakes import count_kinds, count_types, pair_typed_spans

NAME = "events"

TEXTEE = {
    "AC+": "F1 over (event type, trigger span, argument span, role)",
    "AI+": "F1 over (event type, trigger span, argument span)",
    "AC": "F1 over (event type, argument span, role), whatever the trigger",
    "AI": "F1 over (event type, argument span), whatever the trigger",
    "TC": "F1 over (trigger span, event type)",
    "TI": "F1 over trigger spans",
}
AC_ENTITY = "AC+ entity"
KEYS = {name: Key(NAME, name) for name in (*TEXTEE, AC_ENTITY)}
# parts of an argument on its trigger
WITHOUT_ROLE, WITHOUT_TRIGGER, TYPE_AND_SPAN = itemgetter(0, 1, 3), itemgetter(0, 2, 3), itemgetter(0, 3)


def entity_level_counts(gold: Document, arguments: Compared) -> Counts:
    """AC+ where any mention of the gold filler's entity will do.

    Each gold (event, role, entity) is credited once; further predicted mentions of that entity in the same place are
    neutral, neither right nor wrong. A wrong span counts as predicted, each one. Entities are the gold's.
    """
    entity_of: dict[Span, Any] = columns_of(gold).entity_of()

    def to_entities(items: Set[AttachedItem]) -> list[tuple[Any, ...]]:
        if not items:
            return []
        kinds, triggers, roles, spans = zip(*items, strict=True)
        return list(zip(kinds, triggers, roles, map(entity_of.get, spans, spans), strict=True))

    found = to_entities(arguments.predicted)
    hits = set(to_entities(arguments.matched))
    wanted = hits.union(to_entities(arguments.gold))
    wrong = len(found) - sum(map(wanted.__contains__, found))
    hits |= wanted.intersection(found)
    return Counts(len(hits), len(hits) + wrong, len(hits), len(wanted))


def count(gold: Document, predicted: Document, ontology: Ontology) -> Counted:
    """Counts of one document."""
    ours, theirs = columns_of(gold), columns_of(predicted)
    arguments = Compared(ours.attached(), theirs.attached())
    triggers = Compared(ours.triggers(), theirs.triggers())
    figures = {
        KEYS["AC+"]: arguments.counts(),
        KEYS["AI+"]: arguments.counts_of(WITHOUT_ROLE),
        KEYS["AC"]: arguments.counts_of(WITHOUT_TRIGGER),
        KEYS["AI"]: arguments.counts_of(TYPE_AND_SPAN),
        KEYS["TC"]: triggers.counts(),
        KEYS["TI"]: triggers.counts_of(itemgetter(1)),
        KEYS[AC_ENTITY]: entity_level_counts(gold, arguments),
    }
    breakdowns = (
        arguments.by(itemgetter(0), NAME, "AC+", "type"),
        arguments.by(itemgetter(2), NAME, "AC+", "role"),
        triggers.by(itemgetter(0), NAME, "TC", "trigger type"),
    )
    return Counted(figures, breakdowns)


def count_details(gold: Document, predicted: Document, ontology: Ontology) -> dict[Key, Counts]:
    """Kinds of errors, and types and roles taken for others, of one document."""
    pairs = pair_typed_spans(
        {(*trigger.span, trigger.type) for trigger in triggers_of(gold)},
        {(*trigger.span, trigger.type) for trigger in triggers_of(predicted)},
    )
    arguments, found = arguments_of(gold), arguments_of(predicted)
    return {
        **error_counts(NAME, count_kinds(pairs) + count_argument_kinds(arguments, found)),
        **confusion_counts(NAME, "type", count_types(pairs)),
        **confusion_counts(NAME, "role", count_roles(arguments, found)),
    }


def metrics(ontology: Ontology) -> tuple[Metric, ...]:
    """The figures of this track."""
    textee = tuple(Metric(name, definition, (Key(NAME, name),)) for name, definition in TEXTEE.items())
    by_entity = Metric(
        AC_ENTITY,
        "AC+ with each gold argument's entity credited once, whichever of its mentions is found; more are neutral",
        (Key(NAME, AC_ENTITY),),
    )
    return (*textee, by_entity)


TRACK = Track(
    name=NAME,
    primary="AC+",
    match="exact",
    average="micro",
    metrics=metrics,
    count=count,
    holds=lambda document: bool(document.events),
    given=True,
    count_details=count_details,
)
