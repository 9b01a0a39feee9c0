"""Triggers and arguments of the classical baseline.

Triggers are tagged by a conditional random field. Then every pair of a trigger and a mention of the same sentence, or
of two triggers, is classified: as one role, several at once (a class of its own, "Attacker+Target"), or none. Only
roles that the ontology allows for the event's type and the filler can be chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from detente.baselines.crf import Rows, Tagger, fit_tagger
from detente.baselines.linear import Linear
from detente.baselines.mentions import FeatureRows
from detente.baselines.parts import ClassicalSettings, Parts
from detente.baselines.scene import Scene
from detente.baselines.tagging import OUTSIDE, mark, marked
from detente.baselines.tokens import Span, Tokens
from detente.baselines.words import EDGE
from detente.documents import Argument, Event, Mention
from detente.ontology import Ontology

if TYPE_CHECKING:
    from detente.baselines.linear import Mask, Scores

NONE = "-"
JOIN = "+"
Item = Mention | Event


def fit_triggers(scenes: Sequence[Scene], rows: Sequence[FeatureRows], settings: ClassicalSettings) -> Tagger:
    """Train the tagger of triggers on gold events."""

    def sequences() -> Iterator[tuple[Rows, list[str]]]:
        for scene, features in zip(scenes, rows, strict=True):
            tags = [OUTSIDE] * len(scene.tokens.words)
            for event in scene.placed_events():
                mark(tags, scene.places[event.id], event.type)
            for sentence in scene.tokens.sentences:
                yield Rows(features[sentence.first : sentence.last]), tags[sentence.first : sentence.last]

    return fit_tagger(sequences(), settings.tagger)


def find_triggers(scene: Scene, sequences: Sequence[Rows], tagger: Tagger, certainty: float) -> list[Event]:
    """Events with type and trigger only; `sequences` are the features by sentence, `certainty` as in `Tagger.tag`."""
    ids = scene.fresh_ids("v")
    events = []
    for sentence, sequence in zip(scene.tokens.sentences, sequences, strict=True):
        for span, kind in marked(tagger.tag(sequence, certainty), sentence.first):
            start, end = scene.tokens.offsets(span)
            events.append(Event(id=next(ids), type=kind, start=start, end=end))
    return events


def mention_pairs(scene: Scene) -> Iterator[tuple[Event, Mention]]:
    """Every trigger with every mention of its sentence: hardly a filler stands elsewhere."""
    for event in scene.placed_events():
        for mention in scene.mentions_beside(event):
            yield event, mention


def event_pairs(scene: Scene) -> Iterator[tuple[Event, Event]]:
    """Every trigger with every other trigger of its sentence."""
    for event in scene.placed_events():
        for other in scene.events_beside(event):
            if other.id != event.id:
                yield event, other


def role_class(event: Event, filler: str) -> str:
    """The class of a pair: the roles that the filler's id has in the event, in alphabetical order, or NONE."""
    roles = {argument.role for argument in event.arguments if filler in (argument.mention, argument.event)}
    return JOIN.join(sorted(roles)) or NONE


@lru_cache(maxsize=4096)
def _allows(ontology_roles: tuple[tuple[str, bool, tuple[str, ...]], ...], name: str, filler: str | None) -> bool:
    """Whether a class of roles can be filled by a mention of type `filler`, or by an event where that is None."""
    known = {role: (events, types) for role, events, types in ontology_roles}
    for role in name.split(JOIN):
        if role not in known:
            return False
        events, types = known[role]
        if not (events if filler is None else not types or filler in types):
            return False
    return True


def role_masks(classifier: Linear, ontology: Ontology) -> dict[tuple[str, str | None], Mask]:
    """The classes that each (event type, mention type, or None for events) can take; NONE always."""
    masks = {}
    for event_type, roles in ontology.roles_of.items():
        form = tuple((role, ontology.roles[role].events, ontology.roles[role].types) for role in roles)
        for filler in (*ontology.entity_type, None):
            allowed = [name for name in classifier.classes if name == NONE or _allows(form, name, filler)]
            masks[event_type, filler] = classifier.mask(allowed)
    return masks


class ArgumentFinder:
    """Fills the arguments of a document's events."""

    def __init__(self, parts: Parts, ontology: Ontology, settings: ClassicalSettings) -> None:
        import numpy as np

        self._classifiers = parts.classifiers["role"], parts.classifiers["event_role"]
        self._masks = tuple(role_masks(classifier, ontology) for classifier in self._classifiers)
        biases = settings.role_bias, settings.event_role_bias
        self._biases = tuple(
            np.array([-bias if name == NONE else 0.0 for name in classifier.classes], dtype=np.float32)
            for classifier, bias in zip(self._classifiers, biases, strict=True)
        )

    def fill(self, scene: Scene) -> list[Event]:
        """The scene's events with their arguments, in reading order of the fillers."""
        context = PairContext(scene)
        found: dict[str, list[Argument]] = {}
        mentions = list(mention_pairs(scene))
        classes = self._classify(0, context, mentions, [(event.type, mention.type) for event, mention in mentions])
        for (event, mention), name in zip(mentions, classes, strict=True):
            found.setdefault(event.id, []).extend(Argument(role, mention=mention.id) for role in _roles(name))
        events = list(event_pairs(scene))
        classes = self._classify(1, context, events, [(event.type, None) for event, _ in events])
        for (event, other), name in zip(events, classes, strict=True):
            found.setdefault(event.id, []).extend(Argument(role, event=other.id) for role in _roles(name))
        replace = msgspec.structs.replace
        return [replace(event, arguments=tuple(found.get(event.id, ()))) for event in scene.document.events]

    def _classify(
        self,
        which: int,
        context: PairContext,
        pairs: Sequence[tuple[Event, Item]],
        kinds: Sequence[tuple[str, str | None]],
    ) -> list[str]:
        classifier, masks = self._classifiers[which], self._masks[which]
        if not pairs:
            return []
        # an event's and a filler's own features are looked up once, not for each of their pairs
        scores = classifier.scores([context.of_pair(*pair) for pair in pairs]) + self._biases[which]
        scores += _sums_by_id(classifier, [(event.id, context.of_event(event)) for event, _ in pairs])
        scores += _sums_by_id(classifier, [(item.id, context.of_filler(item)) for _, item in pairs])
        return classifier.choose(scores, [masks[kind] for kind in kinds])


def _sums_by_id(classifier: Linear, described: Sequence[tuple[str, list[str]]]) -> Scores:
    """The sums of features, one row for each pair, looked up once for each id."""
    features = dict(described)
    row_of = {name: row for row, name in enumerate(features)}
    return classifier.sums(list(features.values()))[[row_of[name] for name, _ in described]]


def _roles(name: str) -> list[str]:
    return [] if name in (NONE, "") else name.split(JOIN)


class PairContext:
    """Features of pairs in one document, with what they share worked out once."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.tokens: Tokens = scene.tokens
        self._lower = scene.tokens.lowers
        self._mention_starts = _running(scene.tokens, [scene.places[m.id] for m in scene.placed_mentions()])
        self._event_starts = _running(scene.tokens, [scene.places[e.id] for e in scene.placed_events()])
        self._triggers = {event.id: self._trigger(event) for event in scene.placed_events()}
        self._fillers: dict[str, list[str]] = {}

    def _word(self, index: int, sentence: Span) -> str:
        return self._lower[index] if sentence.first <= index < sentence.last else EDGE

    def _trigger(self, event: Event) -> tuple[Span, list[str]]:
        span = self.scene.places[event.id]
        sentence = self.tokens.sentence(span.first)
        word = self._lower[span.last - 1]
        before, after = self._word(span.first - 1, sentence), self._word(span.last, sentence)
        kind = event.type
        return span, [
            f"e={kind}",
            f"trigger={word}",
            f"e-1={kind} {before}",
            f"e+1={kind} {after}",
            f"eq={kind} {word[-2:]}",
        ]

    def _filler(self, item: Item) -> list[str]:
        found = self._fillers.get(item.id)
        if found is None:
            found = self._fillers[item.id] = self._describe(item)
        return found

    def _describe(self, item: Item) -> list[str]:
        span = self.scene.places[item.id]
        sentence = self.tokens.sentence(span.first)
        before, second = self._word(span.first - 1, sentence), self._word(span.first - 2, sentence)
        after = self._word(span.last, sentence)
        level = item.level or "" if isinstance(item, Mention) else "event"
        return [
            f"{item.type}/{level}",
            before,
            f"m={item.type}/{level}",
            f"m-1={before}",
            f"m-21={second} {before}",
            f"m+1={after}",
            f"head={self._lower[span.last - 1]}",
            f"first={span.first == sentence.first}",
        ]

    def features(self, event: Event, item: Item) -> list[str]:
        """All that tells the role of a mention, or of another event, in an event."""
        return [*self.of_event(event), *self.of_filler(item), *self.of_pair(event, item)]

    def of_event(self, event: Event) -> list[str]:
        """What tells of an event's arguments, whichever they are."""
        return self._triggers[event.id][1]

    def of_filler(self, item: Item) -> list[str]:
        """What tells of the roles of a mention or event, in whichever event."""
        return self._filler(item)[2:]

    def of_pair(self, event: Event, item: Item) -> list[str]:
        """What tells the role of a mention, or of another event, in an event, apart from what either tells alone."""
        trigger = self._triggers[event.id][0]
        kind, before, *_ = self._filler(item)
        span = self.scene.places[item.id]
        side, low, high = _between(trigger, span)
        sentences = self.tokens.sentence_of[span.first] - self.tokens.sentence_of[trigger.first]
        sentence = "0" if not sentences else "+" if sentences > 0 else "-"
        distance = _bucket(high - low)
        mentions = min(self._mention_starts[high] - self._mention_starts[low], 4)
        events = min(self._event_starts[high] - self._event_starts[low], 3)
        place = f"{side}{sentence}"
        name, word = event.type, self._lower[trigger.last - 1]
        inside = [f"between={w}" for w in self._lower[low : min(high, low + 8)]] if sentence == "0" else ()
        return [
            f"e+place={name} {place}",
            f"e+m={name} {kind}",
            f"e+m+place={name} {kind} {place}",
            f"e+m-1={name} {place} {before}",
            f"place+m-1={place} {before}",
            f"trigger+place={word} {place}",
            f"trigger+m={word} {kind} {place}",
            f"e+distance={name} {place} {distance}",
            f"m+near={kind} {place} {mentions} {events}",
            f"e+near={name} {place} {mentions}",
            f"events={place} {events}",
            f"q+place={word[-2:]} {place} {mentions}",
            *inside,
        ]


def _between(trigger: Span, span: Span) -> tuple[str, int, int]:
    """The filler's side of the trigger and the tokens between them (none where they overlap)."""
    if span.last <= trigger.first:
        return "<", span.last, trigger.first
    if span.first >= trigger.last:
        return ">", trigger.last, span.first
    return "=", span.last, span.last


def _bucket(distance: int) -> int:
    return distance if distance < 4 else 4 if distance < 7 else 7 if distance < 12 else 12 if distance < 25 else 25


def _running(tokens: Tokens, spans: Sequence[Span]) -> list[int]:
    """How many of the spans begin before each token."""
    counts = [0] * (len(tokens.words) + 1)
    for span in spans:
        counts[span.first + 1] += 1
    for index in range(1, len(counts)):
        counts[index] += counts[index - 1]
    return counts
