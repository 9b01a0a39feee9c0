"""Whether a few actors crowd a split: in how many of its articles each of them does something."""

from __future__ import annotations

from collections import Counter

from detente.dataset.splits import Splits
from detente.documents import Document
from detente.ontology import Ontology

# no actor should be in more than this share of a split's articles
MOST = 0.25


def frequent_actors(splits: Splits, ontology: Ontology, number: int = 8) -> dict[str, list[tuple[str, int, float]]]:
    """By split, its most frequent actors: canonical name, number of articles, share of the split's articles.

    An actor is an entity that can hold a stance and fills a role of at least one event of the article.
    """
    holders = frozenset(ontology.holder_types)
    found = {}
    for split, documents in splits.items():
        counts = Counter(name for document in documents for name in _actors(document, holders))
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:number]
        found[split] = [(name, count, count / len(documents)) for name, count in ranked]
    return found


def _actors(document: Document, holders: frozenset[str]) -> set[str]:
    names = {entity.id: entity.name for entity in document.entities if entity.type in holders}
    entity_of = {mention.id: mention.entity or "" for mention in document.mentions}
    filling = {entity_of.get(a.mention or "", "") for event in document.events for a in event.arguments}
    return {names[entity] for entity in filling if entity in names}
