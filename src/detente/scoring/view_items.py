"""What a prediction got right and wrong in one article, item by item, for the error page.

Gold and predicted items are paired one to one: first those that are equal, then those that overlap, the best overlap
first. A pair carries every kind of error that it shows; an item without a partner is missed or spurious. Kinds follow
what the primary scores count: an argument is right only on a right trigger, a stance only in its direction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from detente.documents import Argument, Document, Event, Mention, Stance
from detente.items import entity_alignment, primary_mentions
from detente.matching import Span, match_spans
from detente.ontology import Ontology
from detente.scoring.mistakes import MISSED, SPURIOUS, closeness

CORRECT = "correct"
TYPE, BOUNDARY, LEVEL = "type", "boundary", "level"
ROLE, TRIGGER, POLARITY, MODALITY = "role", "trigger", "polarity", "modality"
LABEL, DIRECTION, HOLDER = "label", "direction", "holder"

# kind: (what it is called, its sign on the page, what it means)
KINDS: dict[str, tuple[str, str, str]] = {
    CORRECT: ("correct", "✓", "the same in gold and predicted"),
    MISSED: ("missed", "−", "in gold, nothing predicted for it"),
    SPURIOUS: ("spurious", "+", "predicted, nothing in gold for it"),
    TYPE: ("wrong type", "T", "another type than in gold"),
    BOUNDARY: ("wrong boundary", "↔", "the span overlaps gold's and is not the same"),
    LEVEL: ("wrong level", "L", "the level decides whether the primary score counts the mention"),
    ROLE: ("wrong role", "R", "the right filler in another role than in gold"),
    TRIGGER: ("on a wrong trigger", "↯", "right in itself, but its event has a wrong type or boundary"),
    POLARITY: ("wrong polarity", "¬", "another polarity than in gold"),
    MODALITY: ("wrong modality", "M", "another modality than in gold"),
    LABEL: ("wrong label", "S", "the right pair with another stance label than in gold"),
    DIRECTION: ("reversed", "⇄", "holder and target exchanged"),
    HOLDER: ("wrong holder", "H", "the right target and label with another holder than in gold"),
}

ENTITIES, OTHER_MENTIONS, EVENTS = "entities", "mentions", "events"
ARGUMENTS, ATTRIBUTES, STANCE = "arguments", "attributes", "stance"

# layer: (what it is called, what it means)
LAYERS: dict[str, tuple[str, str]] = {
    ENTITIES: ("entities", "mentions of the levels that the primary entity score counts"),
    OTHER_MENTIONS: ("other mentions", "mentions that the primary entity score leaves out"),
    EVENTS: ("events", "event triggers with their types"),
    ARGUMENTS: ("arguments", "roles and their fillers"),
    ATTRIBUTES: ("attributes", "polarity and modality of events found in both"),
    STANCE: ("stance", "who is for or against what"),
}


@dataclass(frozen=True, slots=True)
class Side:
    """One item as gold or as predicted has it.

    `label` is the type, role, attribute's value or stance label; `span` the code points to show, half open;
    `name` the words to call it by; `details` what else is known of it.
    """

    id: str
    label: str
    span: tuple[int, int] | None
    name: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A gold item, a predicted one, or a pair, with what is wrong; `parts` are an event's arguments and attributes."""

    layer: str
    kinds: tuple[str, ...]
    gold: Side | None
    predicted: Side | None
    what: str = ""
    parts: tuple[Item, ...] = ()


Pair = tuple[Side | None, Side | None]


def compare_document(gold: Document, predicted: Document, ontology: Ontology) -> tuple[Item, ...]:
    """All items of an article: mentions and events in text order, then stances. `gold` carries its text."""
    left, right = _Sides(gold, gold.text or ""), _Sides(predicted, gold.text or "")
    spanned = [*_mention_items(left, right, ontology), *_event_items(left, right)]
    spanned.sort(key=_place)
    return (*spanned, *_stance_items(left, right))


class _Sides:
    """The items of one document as `Side`s, its names resolved against the gold text."""

    def __init__(self, document: Document, text: str) -> None:
        self.document = document
        self.text = text
        self.mentions = {mention.id: mention for mention in document.mentions}
        self.entities = {entity.id: entity for entity in document.entities}
        self.events = {event.id: event for event in document.events}

    def words(self, start: int, end: int) -> str:
        return " ".join(self.text[start:end].split())

    def mention(self, mention: Mention) -> Side:
        details = [mention.level, mention.reading, mention.value]
        if mention.entity:
            details.append(f"entity: {self.entity_name(mention.entity)}")
        span = (mention.start, mention.end)
        return Side(mention.id, mention.type, span, self.words(*span), tuple(filter(None, details)))

    def event(self, event: Event) -> Side:
        details = [x for x in (event.polarity, event.modality) if x]
        if event.source:
            source = self.mentions.get(event.source)
            details.append(f"source: {self.words(source.start, source.end) if source else event.source}")
        if event.condition:
            details.append(f"condition: {self.words(event.condition.start, event.condition.end)}")
        return Side(event.id, event.type, (event.start, event.end), self.words(event.start, event.end), tuple(details))

    def argument(self, argument: Argument) -> Side:
        filler: Mention | Event | None = (
            self.mentions.get(argument.mention) if argument.mention else self.events.get(argument.event or "")
        )
        if filler is None:
            return Side("", argument.role, None, argument.mention or argument.event or "")
        span = (filler.start, filler.end)
        return Side(filler.id, argument.role, span, self.words(*span), (filler.type,))

    def stance(self, stance: Stance) -> Side:
        event = self.events.get(stance.target)
        target = self.words(event.start, event.end) if event else self.entity_name(stance.target)
        details = [{True: "explicit", False: "implicit", None: ""}[stance.explicit]]
        if stance.source:
            source = self.mentions.get(stance.source)
            details.append(f"source: {self.words(source.start, source.end) if source else stance.source}")
        span = (stance.evidence.start, stance.evidence.end) if stance.evidence else None
        name = f"{self.entity_name(stance.holder)} → {target}"
        return Side(stance.id, stance.label, span, name, tuple(filter(None, details)))

    def entity_name(self, name: str) -> str:
        entity = self.entities.get(name)
        return entity.name if entity else name


def _place(item: Item) -> tuple[int, int, str]:
    side = item.gold or item.predicted
    start, end = (side.span if side else None) or (0, 0)
    return (start, -end, item.layer)


def pair_sides(gold: Sequence[Side], predicted: Sequence[Side]) -> list[Pair]:
    """Pair spans with labels one to one: equal ones first, the others by the best total overlap.

    An exact repeat of a paired item is paired with the same partner: sets are what is scored.
    """
    pairs: list[Pair] = []
    partner: dict[tuple[str, tuple[int, int] | None], tuple[Side, Side]] = {}
    waiting: dict[tuple[str, tuple[int, int] | None], list[Side]] = {}
    for side in predicted:
        waiting.setdefault((side.label, side.span), []).append(side)
    rest: list[Side] = []
    for side in gold:
        same = waiting.get((side.label, side.span))
        if same:
            partner.setdefault((side.label, side.span), (side, same[0]))
            pairs.append((side, same.pop(0)))
        elif (side.label, side.span) in partner:
            pairs.append((side, partner[side.label, side.span][1]))
        else:
            rest.append(side)
    repeated = [side for key, sides in waiting.items() if key in partner for side in sides]
    pairs += [(partner[side.label, side.span][0], side) for side in repeated]
    open_predicted = [side for key, sides in waiting.items() if key not in partner for side in sides]
    return pairs + _overlapping(rest, open_predicted)


def _overlapping(gold: Sequence[Side], predicted: Sequence[Side]) -> list[Pair]:
    found = match_spans([_spanned(side) for side in gold], [_spanned(side) for side in predicted], closeness)
    chosen = {pair.gold: pair.predicted for pair in found}
    used = set(chosen.values())
    pairs: list[Pair] = [(side, predicted[chosen[i]] if i in chosen else None) for i, side in enumerate(gold)]
    return pairs + [(None, side) for j, side in enumerate(predicted) if j not in used]


def _spanned(side: Side) -> Span:
    return (*(side.span or (0, 0)), side.label)


def _kinds(pair: Pair, wrong_label: str) -> tuple[str, ...]:
    gold, predicted = pair
    if predicted is None:
        return (MISSED,)
    if gold is None:
        return (SPURIOUS,)
    kinds = [wrong_label] if gold.label != predicted.label else []
    if gold.span != predicted.span:
        kinds.append(BOUNDARY)
    return tuple(kinds) or (CORRECT,)


def _mention_items(left: _Sides, right: _Sides, ontology: Ontology) -> Iterator[Item]:
    gold = [left.mention(mention) for mention in left.document.mentions]
    predicted = [right.mention(mention) for mention in right.document.mentions]
    counted = primary_mentions(left.document, ontology), primary_mentions(right.document, ontology)
    for pair in pair_sides(gold, predicted):
        scored = [side is not None and _spanned(side) in among for side, among in zip(pair, counted, strict=True)]
        kinds = _kinds(pair, TYPE)
        if kinds == (CORRECT,) and scored[0] != scored[1]:
            kinds = (LEVEL,)
        yield Item(ENTITIES if any(scored) else OTHER_MENTIONS, kinds, *pair)


def _event_items(left: _Sides, right: _Sides) -> Iterator[Item]:
    gold = [left.event(event) for event in left.document.events]
    predicted = [right.event(event) for event in right.document.events]
    for pair in pair_sides(gold, predicted):
        kinds = _kinds(pair, TYPE)
        ours = left.events[pair[0].id] if pair[0] else None
        theirs = right.events[pair[1].id] if pair[1] else None
        wrong = kinds != (CORRECT,)
        parts = [_under_trigger(item, wrong) for item in _argument_items(left, ours, right, theirs)]
        if ours and theirs:
            parts += [_under_trigger(item, wrong) for item in _attribute_items(ours, theirs)]
        yield Item(EVENTS, kinds, *pair, parts=tuple(parts))


def _under_trigger(item: Item, wrong: bool) -> Item:
    """The same part; right in itself on a wrong trigger, it is marked so."""
    if wrong and item.kinds == (CORRECT,):
        return Item(item.layer, (TRIGGER,), item.gold, item.predicted, item.what)
    return item


def _argument_items(left: _Sides, gold: Event | None, right: _Sides, predicted: Event | None) -> Iterator[Item]:
    pairs = pair_sides(
        [left.argument(argument) for argument in (gold.arguments if gold else ())],
        [right.argument(argument) for argument in (predicted.arguments if predicted else ())],
    )
    for pair in sorted(pairs, key=_first_span):
        yield Item(ARGUMENTS, _kinds(pair, ROLE), *pair)


def _first_span(pair: Pair) -> tuple[bool, str, tuple[int, int]]:
    side = pair[0] or pair[1]
    return (pair[0] is None, side.label if side else "", (side.span if side else None) or (0, 0))


def _attribute_items(gold: Event, predicted: Event) -> Iterator[Item]:
    values = ((POLARITY, gold.polarity, predicted.polarity), (MODALITY, gold.modality, predicted.modality))
    for kind, ours, theirs in values:
        if ours or theirs:
            kinds = (CORRECT,) if ours == theirs else (kind,)
            yield Item(ATTRIBUTES, kinds, Side("", ours or "–", None, kind), Side("", theirs or "–", None, kind), kind)


Key = tuple[str, str]
# what is wrong with a pair of stances, the best fit first, by their (holder, target) and whether the labels agree
_STANCE_TESTS: tuple[tuple[tuple[str, ...], Callable[[Key, Key, bool], bool]], ...] = (
    ((CORRECT,), lambda gold, predicted, same: gold == predicted and same),
    ((LABEL,), lambda gold, predicted, same: gold == predicted),
    ((DIRECTION,), lambda gold, predicted, same: gold == predicted[::-1] and same),
    ((DIRECTION, LABEL), lambda gold, predicted, same: gold == predicted[::-1]),
    ((HOLDER,), lambda gold, predicted, same: gold[1] == predicted[1] and same),
)


def _stance_items(left: _Sides, right: _Sides) -> Iterator[Item]:
    name = _name_in_gold(left.document, right.document)
    gold = [((stance.holder, _target(stance, left)), left.stance(stance)) for stance in left.document.stances]
    predicted = [
        ((name(stance.holder), name(_target(stance, right))), right.stance(stance)) for stance in right.document.stances
    ]
    found: dict[int, Item] = {}
    used: set[int] = set()
    for kinds, fits in _STANCE_TESTS:
        for i, (key, ours) in enumerate(gold):
            partners = (
                j
                for j, (other, theirs) in enumerate(predicted)
                if j not in used and fits(key, other, ours.label == theirs.label)
            )
            if i not in found and (j := next(partners, None)) is not None:
                used.add(j)
                found[i] = Item(STANCE, kinds, ours, predicted[j][1])
    right_tuples = {(key, side.label) for key, side in gold} & {(key, side.label) for key, side in predicted}
    for i, (key, side) in enumerate(gold):
        yield found.get(i) or Item(STANCE, (CORRECT,) if (key, side.label) in right_tuples else (MISSED,), side, None)
    for j, (key, side) in enumerate(predicted):
        if j not in used:
            kinds = (CORRECT,) if (key, side.label) in right_tuples else (SPURIOUS,)
            yield Item(STANCE, kinds, None, side)


def _target(stance: Stance, sides: _Sides) -> str:
    """An entity's id, or an event's trigger span written out: events are compared by their triggers."""
    event = sides.events.get(stance.target)
    return f"[{event.start}, {event.end})" if event else stance.target


def _name_in_gold(gold: Document, predicted: Document) -> Callable[[str], str]:
    """What gold calls a predicted entity; one without a partner keeps a name that no gold entity has."""
    aligned = entity_alignment(gold, predicted) if predicted.stances else {}
    entities = {entity.id for entity in predicted.entities}
    return lambda name: aligned.get(name, f"predicted {name}") if name in entities else name


def walk(items: Iterable[Item]) -> Iterator[Item]:
    """Every item and every part of it."""
    for item in items:
        yield item
        yield from item.parts
