"""Events: triggers and arguments as sets, the primary score AC+ with every argument on its trigger.

TI, TC, AI, AC, AI+ and AC+ are those of TextEE (Huang et al. 2024): identification or classification of triggers and
arguments, "+" where the argument's trigger counts. An argument filled by an event is scored by that event's trigger
span, so a mention and an event of the same span are the same filler.
"""

from __future__ import annotations

from operator import itemgetter

from detente.counts import Counts, set_counts
from detente.documents import Document
from detente.items import AttachedArgument, Span, arguments_of, triggers_of
from detente.ontology import Ontology
from detente.scoring.argument_mistakes import count_argument_kinds, count_roles
from detente.scoring.metrics import Key, Metric, Track, confusion_counts, counts_by, error_counts
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


def entity_level_counts(gold: Document, expected: set[AttachedArgument], found: set[AttachedArgument]) -> Counts:
    """AC+ where any mention of the gold filler's entity will do.

    Each gold (event, role, entity) is credited once; further predicted mentions of that entity in the same place are
    neutral, neither right nor wrong. A wrong span counts as predicted, each one. Entities are the gold's.
    """
    entity_of = {(m.start, m.end): m.entity for m in gold.mentions if m.entity is not None}

    def to_entity(argument: AttachedArgument) -> tuple[object, ...]:
        return *argument[:3], entity_of.get(argument.span, argument.span)

    wanted = {to_entity(argument) for argument in expected}
    hits = wanted & {to_entity(argument) for argument in found}
    wrong = sum(to_entity(argument) not in wanted for argument in found)
    return Counts(len(hits), len(hits) + wrong, len(hits), len(wanted))


def count(gold: Document, predicted: Document, ontology: Ontology) -> dict[Key, Counts]:
    """Counts of one document."""
    triggers, found_triggers = triggers_of(gold), triggers_of(predicted)
    arguments, found = arguments_of(gold), arguments_of(predicted)
    return {
        Key(NAME, "AC+"): set_counts(arguments, found),
        Key(NAME, "AI+"): set_counts(_without_role(arguments), _without_role(found)),
        Key(NAME, "AC"): set_counts(_without_trigger(arguments), _without_trigger(found)),
        Key(NAME, "AI"): set_counts(
            {(kind, span) for kind, _, _, span in arguments}, {(kind, span) for kind, _, _, span in found}
        ),
        Key(NAME, "TC"): set_counts(triggers, found_triggers),
        Key(NAME, "TI"): set_counts({t.span for t in triggers}, {t.span for t in found_triggers}),
        Key(NAME, AC_ENTITY): entity_level_counts(gold, arguments, found),
        **counts_by(arguments, found, itemgetter(0), NAME, "AC+", "type"),
        **counts_by(arguments, found, itemgetter(2), NAME, "AC+", "role"),
        **counts_by(triggers, found_triggers, itemgetter(0), NAME, "TC", "trigger type"),
    }


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


def _without_role(arguments: set[AttachedArgument]) -> set[tuple[str, Span, Span]]:
    return {(kind, trigger, span) for kind, trigger, _, span in arguments}


def _without_trigger(arguments: set[AttachedArgument]) -> set[tuple[str, str, Span]]:
    return {(kind, role, span) for kind, _, role, span in arguments}


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
