"""Articles and systems to draw samples from: of all lengths, some harder than others, in stories or alone.

Gold and predictions are made from the ontology by the benchmarks' workload. Each article keeps a random part of its
length. How hard it is (the rate of every kind of error) is drawn once and holds for all systems, as some articles are
hard for everybody; the errors themselves are drawn for each system anew.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from tests.benchmarks.workload import gold_document, predicted_document

from detente.documents import Document, Meta
from detente.ontology import Ontology

SHORTEST = 0.2
# rates of errors: 0.2 on average, 0.03 to 0.45 in nine of ten articles
DIFFICULTY = (2.0, 8.0)
SYSTEMS = 2
# sources of events that are no mention
NO_MENTIONS = {"author", "unspecified"}

replace = msgspec.structs.replace


class Article(NamedTuple):
    """A gold document and what each system makes of it."""

    gold: Document
    predicted: tuple[Document, ...]


def article(name: str, source: random.Random, ontology: Ontology, *, rates: tuple[float, ...], story: str) -> Article:
    """An article of random length with a prediction at each rate of errors."""
    gold = shortened(gold_document(source, ontology), source.uniform(SHORTEST, 1))
    gold = replace(gold, id=name, meta=Meta(story=story))
    predictions = (predicted_document(gold, source, ontology, rate=rate) for rate in rates)
    return Article(gold, tuple(replace(predicted, id=name) for predicted in predictions))


def articles(
    source: random.Random, number: int, ontology: Ontology, *, of_a_story: int = 0, systems_differ: bool = False
) -> list[Article]:
    """So many articles, each as hard as the others of its story.

    `of_a_story` articles make a story (0: none carries one). With `systems_differ` a story is harder for one system
    than for another, though no system is better on average.
    """
    found: list[Article] = []
    rates: tuple[float, ...] = ()
    for place in range(number):
        if place % max(of_a_story, 1) == 0:
            drawn = tuple(source.betavariate(*DIFFICULTY) for _ in range(SYSTEMS))
            rates = drawn if systems_differ else drawn[:1] * SYSTEMS
        story = f"story-{place // of_a_story:06}" if of_a_story else ""
        found.append(article(f"sim-{place:06}", source, ontology, rates=rates, story=story))
    return found


def sides(found: Iterable[Article]) -> tuple[list[Document], list[list[Document]]]:
    """The gold documents, and each system's predictions."""
    found = list(found)
    return [one.gold for one in found], [[one.predicted[place] for one in found] for place in range(SYSTEMS)]


def shortened(document: Document, share: float) -> Document:
    """The document without the items that lie, or refer to any that lie, beyond this share of its text."""
    end = round(len(document.text or "") * share)
    mentions = tuple(mention for mention in document.mentions if mention.end <= end)
    kept = {mention.id for mention in mentions}
    named = {mention.entity for mention in mentions}
    events = tuple(
        replace(
            event,
            arguments=tuple(argument for argument in event.arguments if argument.mention in kept),
            source=event.source if event.source in kept | NO_MENTIONS else None,
        )
        for event in document.events
        if event.end <= end
    )
    nodes = named | {event.id for event in events}
    return replace(
        document,
        mentions=mentions,
        entities=tuple(entity for entity in document.entities if entity.id in named),
        events=events,
        stances=tuple(s for s in document.stances if s.holder in named and s.target in nodes),
    )
