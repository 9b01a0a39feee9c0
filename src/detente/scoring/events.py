"""Events: triggers and arguments as sets, the primary score AC+ with every argument on its trigger.

TI, TC, AI, AC, AI+ and AC+ are those of TextEE (Huang et al. 2024): identification or classification of triggers and
arguments, "+" where the argument's trigger counts. An argument filled by an event is scored by that event's trigger
span, so a mention and an event of the same span are the same filler.
"""

from __future__ import annotations

import numpy as np

from detente.counts import Counts
from detente.documents import Document
from detente.items import arguments_of, triggers_of
from detente.ontology import Ontology
from detente.scoring.argument_mistakes import count_argument_kinds, count_roles
from detente.scoring.batch import PREDICTED, Batch, Flags, Rows, joined, pack
from detente.scoring.columns import ENTITY, EVENT, MENTION, Ints, Side
from detente.scoring.metrics import (
    Counted,
    Key,
    Metric,
    Track,
    confusion_counts,
    error_counts,
    set_counts_of,
    span_breakdown,
    span_counts,
)
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


def count(batch: Batch) -> Counted:
    """Counts of a batch."""
    spans, codes = batch.spans, batch.codes
    triggers = joined((spans.gold_triggers, batch.gold.events.type), (spans.triggers, batch.predicted.events.type))
    arguments = joined(
        _attached(batch.gold, spans.gold_mentions, spans.gold_triggers),
        _attached(batch.predicted, spans.mentions, spans.triggers),
    )
    filler, role, trigger, kind = arguments.columns
    figures = {
        KEYS["AC+"]: span_counts(batch, arguments),
        KEYS["AI+"]: span_counts(batch, arguments.part(filler, trigger, kind)),
        KEYS["AC"]: span_counts(batch, arguments.part(filler, role, kind)),
        KEYS["AI"]: span_counts(batch, arguments.part(filler, kind)),
        KEYS["TC"]: span_counts(batch, triggers),
        KEYS["TI"]: span_counts(batch, triggers.part(triggers.columns[0])),
        KEYS[AC_ENTITY]: _entity_level_counts(batch, arguments),
    }
    breakdowns = (
        span_breakdown(batch, arguments, (NAME, "AC+", "type"), codes.event_types, kind),
        span_breakdown(batch, arguments, (NAME, "AC+", "role"), codes.roles, role),
        span_breakdown(batch, triggers, (NAME, "TC", "trigger type"), codes.event_types, triggers.columns[1]),
    )
    return Counted(figures, breakdowns)


def _attached(side: Side, mentions: Ints, triggers: Ints) -> tuple[Ints, ...]:
    """The arguments as (filler span, role, trigger span, event type), given the spans of mentions and triggers."""
    a = side.arguments
    # whichever of the two spans the filler's row is of
    place = np.concatenate([mentions, triggers])
    filler = place[side.node_row[a.filler] + np.where(side.node_layer[a.filler] == EVENT, len(mentions), 0)]
    return filler, a.role, triggers[a.event], side.events.type[a.event]


def _entity_level_counts(batch: Batch, arguments: Rows) -> Ints:
    """AC+ where any mention of the gold filler's entity will do.

    Each gold (event, role, entity) is credited once; further predicted mentions of that entity in the same place are
    neutral, neither right nor wrong. A wrong span counts as predicted, each one. Entities are the gold's.
    """
    spans, gold = batch.spans, batch.gold.mentions
    clustered = gold.entity >= 0
    # spans of an entity under the entity's number, every other one under a number of its own
    entity = len(batch.gold.node_layer) + np.arange(len(spans.doc))
    entity[spans.gold_mentions[clustered]] = gold.entity[clustered]
    filler, role, trigger, kind = arguments.columns
    doc, sides = spans.doc[filler], arguments.sides
    place = pack(entity[filler], role, trigger, kind)
    merged = set_counts_of(*_column_and_sides(arguments.part(doc, place)), len(batch))
    wrong = (sides == PREDICTED) & ~np.isin(place, place[sides != PREDICTED])
    merged[:, 1] = merged[:, 0] + np.bincount(doc[wrong], minlength=len(batch))
    return merged


def _column_and_sides(rows: Rows) -> tuple[Ints, Flags]:
    return rows.columns[0], rows.sides


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
    layers=frozenset({MENTION, ENTITY, EVENT}),
    holds=lambda side: len(side.events.doc) > 0,
    given=True,
    count_details=count_details,
)
