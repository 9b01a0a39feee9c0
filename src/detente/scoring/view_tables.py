"""What the error page knows of slices and of what is taken for what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from detente.documents import Document
from detente.items import AttachedArgument
from detente.ontology import Ontology
from detente.scoring.metrics import NOTHING
from detente.scoring.slices import SLICED, article_slices, stance_item
from detente.scoring.view_items import ARGUMENTS, ATTRIBUTES, ENTITIES, EVENTS, MODALITY, POLARITY, STANCE, Item, walk

# title of a confusion table: (layer, what of it; "" for the item's own label)
CONFUSIONS: dict[str, tuple[str, str]] = {
    "Types of entities": (ENTITIES, ""),
    "Types of events": (EVENTS, ""),
    "Roles of arguments": (ARGUMENTS, ""),
    "Polarity of events found": (ATTRIBUTES, POLARITY),
    "Modality of events found": (ATTRIBUTES, MODALITY),
    "Labels of stances": (STANCE, ""),
}


class ArticleSlices:
    """The slices of one article and of its gold items, as numbers that the whole page shares.

    Raises nothing: an item that gold does not have is in no slice of items.
    """

    def __init__(self, gold: Document, ontology: Ontology, numbers: dict[str, int]) -> None:
        self._numbers = numbers
        self._slices: defaultdict[tuple[str, object], set[str]] = defaultdict(set)
        for track, (slices_of, _) in SLICED.items():
            for item, name in slices_of(gold, ontology):
                self._slices[track, item].add(name)
        self._events = {event.id: event for event in gold.events}
        self._stances = {stance.id: stance_item(gold, stance) for stance in gold.stances}
        self.article = self._numbered(f"article: {name}" for name in article_slices(gold))

    def of(self, item: Item, event: Item | None = None) -> list[int]:
        """The slices of an item; `event` is the one that an argument or attribute is part of."""
        return self._numbered(sorted(self._slices.get(self._key(item, event), ())))

    def _key(self, item: Item, event: Item | None) -> tuple[str, object]:
        if item.gold is None:
            return "", None
        if item.layer == STANCE:
            return "stance", self._stances[item.gold.id]
        if item.layer == ARGUMENTS and event is not None and event.gold is not None:
            span, trigger = item.gold.span or (0, 0), event.gold.span or (0, 0)
            return "events", AttachedArgument(event.gold.label, trigger, item.gold.label, span)
        of_event = event if item.layer == ATTRIBUTES else item
        if of_event is not None and of_event.gold is not None and of_event.layer == EVENTS:
            found = self._events[of_event.gold.id]
            return "attributes", (found.start, found.end, found.type, found.polarity, found.modality)
        return "entities", (*(item.gold.span or (0, 0)), item.gold.label)

    def _numbered(self, names: Iterable[str]) -> list[int]:
        return sorted(self._numbers.setdefault(name, len(self._numbers)) for name in names)


def confusion_tables(items: Sequence[Item], ontology: Ontology) -> list[dict[str, Any]]:
    """What was taken for what over all articles: title, labels in the ontology's order, and rows of numbers.

    Rows are gold, columns predicted; the last of both is for items that the other side does not have.
    """
    order = [
        *ontology.entity_type,
        *ontology.event_type,
        *ontology.roles,
        *ontology.polarities,
        *ontology.modalities,
        *ontology.stance_labels,
    ]
    tables = []
    for title, (layer, what) in CONFUSIONS.items():
        cells = Counter(
            (item.gold.label if item.gold else NOTHING, item.predicted.label if item.predicted else NOTHING)
            for item in walk(items)
            if item.layer == layer and (not what or item.what == what)
        )
        present = {label for cell in cells for label in cell} - {NOTHING}
        labels = [
            *(label for label in dict.fromkeys(order) if label in present),
            *sorted(present - set(order)),
            NOTHING,
        ]
        if present:
            tables.append({"title": title, "labels": labels, "rows": _rows(labels, cells)})
    return tables


def _rows(labels: Sequence[str], cells: Mapping[tuple[str, str], int]) -> list[list[int]]:
    return [[cells.get((gold, predicted), 0) for predicted in labels] for gold in labels]
