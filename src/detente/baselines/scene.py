"""A document on the way from text to all layers: its tokens, the layers so far, and where their items stand.

`predict_layers` is the one way in which every baseline fills the layers that are not given.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import msgspec

from detente.baselines.protocol import kept_layers
from detente.baselines.tokens import Span, Tokens, tokenized
from detente.documents import Document, Entity, Event, Mention, Stance, as_prediction

# how far around an item its partners are sought, so that the cost of a long paragraph grows with its length
NEAR = 24

Item = TypeVar("Item", Mention, Event)


@dataclass(frozen=True, slots=True)
class Scene:
    """A document with its tokens.

    `places` gives the tokens of each mention and trigger by its id, `entity_of` the entity of each mention that has
    one, `mentions_in` and `events_in` the items of each paragraph in reading order, outer before inner. Items outside
    the annotated blocks have no place and are in no paragraph.
    """

    document: Document
    tokens: Tokens
    places: dict[str, Span]
    entity_of: dict[str, str]
    mentions_in: dict[int, list[Mention]]
    events_in: dict[int, list[Event]]

    @property
    def published(self) -> str:
        """The article's date, empty where it is not known."""
        return self.document.meta.published if self.document.meta else ""

    def paragraph(self, item: Mention | Event) -> int:
        """The paragraph of a placed item."""
        return self.tokens.paragraph_of[self.places[item.id].first]

    def sentence(self, item: Mention | Event) -> int:
        """The sentence of a placed item."""
        return self.tokens.sentence_of[self.places[item.id].first]

    def placed_mentions(self) -> list[Mention]:
        """The mentions in annotated blocks, in reading order, outer before inner."""
        return [mention for paragraph in sorted(self.mentions_in) for mention in self.mentions_in[paragraph]]

    def placed_events(self) -> list[Event]:
        """The events in annotated blocks, in reading order."""
        return [event for paragraph in sorted(self.events_in) for event in self.events_in[paragraph]]

    def mentions_near(self, item: Mention | Event) -> list[Mention]:
        """The mentions of an item's paragraph, itself perhaps among them: at most `NEAR` before it and after it."""
        return _near(self.mentions_in.get(self.paragraph(item), []), item)

    def events_near(self, item: Mention | Event) -> list[Event]:
        """The events of an item's paragraph, itself perhaps among them: at most `NEAR` before it and after it."""
        return _near(self.events_in.get(self.paragraph(item), []), item)

    def mentions_beside(self, item: Mention | Event) -> list[Mention]:
        """The mentions of an item's sentence among those near it."""
        sentence = self.sentence(item)
        return [mention for mention in self.mentions_near(item) if self.sentence(mention) == sentence]

    def events_beside(self, item: Mention | Event) -> list[Event]:
        """The events of an item's sentence among those near it."""
        sentence = self.sentence(item)
        return [event for event in self.events_near(item) if self.sentence(event) == sentence]

    def fresh_ids(self, prefix: str) -> Iterator[str]:
        """Ids `prefix1`, `prefix2`, … that nothing in the document has."""
        document = self.document
        parts = (document.mentions, document.entities, document.events, document.stances)
        used = {item.id for part in parts for item in part}
        number = 0
        while True:
            number += 1
            if (name := f"{prefix}{number}") not in used:
                yield name


def _near(items: list[Item], item: Mention | Event) -> list[Item]:
    if len(items) <= NEAR:
        return items
    place = bisect_left(items, item.start, key=lambda other: other.start)
    return items[max(0, place - NEAR) : place + NEAR]


class Layers(Protocol):
    """What a baseline predicts: each layer from the scene with the layers below."""

    def mentions(self, scene: Scene) -> tuple[list[Mention], list[Entity]]:
        """Mentions with their entities."""
        ...

    def events(self, scene: Scene) -> list[Event]:
        """Events with attributes, arguments and clusters."""
        ...

    def stances(self, scene: Scene) -> list[Stance]:
        """Stances."""
        ...


def make_scene(document: Document, tokens: Tokens | None = None) -> Scene:
    """The scene of a document with text; `tokens` saves tokenizing again."""
    tokens = tokens or tokenized(document)
    places: dict[str, Span] = {}
    mentions_in: dict[int, list[Mention]] = defaultdict(list)
    for mention in sorted(document.mentions, key=lambda m: (m.start, -m.end, m.id)):
        if span := tokens.cover(mention.start, mention.end):
            places[mention.id] = span
            mentions_in[tokens.paragraph_of[span.first]].append(mention)
    entity_of = {mention.id: mention.entity for mention in document.mentions if mention.entity is not None}
    return with_events(Scene(document, tokens, places, entity_of, dict(mentions_in), {}), document.events)


def with_events(scene: Scene, events: Sequence[Event]) -> Scene:
    """The scene with other events; those with the ids of the ones before are taken to stand where they stood."""
    tokens, places = scene.tokens, dict(scene.places)
    events_in: dict[int, list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda e: (e.start, e.end, e.id)):
        span = places.get(event.id) or tokens.cover(event.start, event.end)
        if span:
            places[event.id] = span
            events_in[tokens.paragraph_of[span.first]].append(event)
    document = msgspec.structs.replace(scene.document, events=tuple(events))
    return Scene(document, tokens, places, scene.entity_of, scene.mentions_in, dict(events_in))


def make_scenes(documents: Iterable[Document]) -> list[Scene]:
    """The scenes of train documents."""
    return [make_scene(document) for document in documents]


def predict_layers(layers: Layers, document: Document, keep: frozenset[str]) -> Document:
    """Fill all layers of `document` that `keep` doesn't give (see `Model.predict`)."""
    keep_mentions, keep_events = kept_layers(keep)
    replace = msgspec.structs.replace
    current = replace(
        document,
        mentions=document.mentions if keep_mentions else (),
        entities=document.entities if keep_mentions else (),
        events=document.events if keep_events else (),
        stances=(),
    )
    scene = make_scene(current)
    if not keep_mentions:
        mentions, entities = layers.mentions(scene)
        current = replace(current, mentions=tuple(mentions), entities=tuple(entities))
        scene = make_scene(current, scene.tokens)
    if not keep_events:
        scene = with_events(scene, layers.events(scene))
    return as_prediction(replace(scene.document, stances=tuple(layers.stances(scene))))
