"""Adjudication as text: two versions of an article side by side in quote notation, what they agree on already in.

The second version is put into the first's terms (ids by span, entity names by alignment), so that every line that
differs is a real difference. Differences are numbered; the adjudicator decides each and gives a reason code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import msgspec

from detente.annotation.tasks import AnnotatedDocument
from detente.checks import SPECIAL_SOURCES
from detente.documents import Argument, Document, Event, Mention, Stance
from detente.items import entity_alignment
from detente.quotes import write_quotes

# under which name the agreed parts are shown
AGREED = "agreed"
LAYERS = {"M": "mentions", "E": "events", "S": "stance"}


@dataclass(frozen=True, slots=True)
class Difference:
    """A line of the notation that one version has and the other has not, or has otherwise; empty where absent."""

    number: int
    document: str
    first: str
    second: str

    @property
    def layer(self) -> str:
        """The layer that the line belongs to."""
        return LAYERS[(self.first or self.second).split(" ", 1)[0]]


def find_differences(first: Document, second: Document) -> tuple[list[str], list[Difference]]:
    """The agreed lines of the notation, and the differences in the order of the text."""
    ours, theirs = notation_lines(first), notation_lines(unify(first, second))
    agreed = [line for key, line in ours.items() if theirs.get(key) == line]
    differing = [key for key in ours if theirs.get(key) != ours[key]]
    differing += [key for key in theirs if key not in ours]
    differing.sort(key=lambda key: _order(ours.get(key) or theirs[key]))
    return agreed, [
        Difference(number, first.id, ours.get(key, ""), theirs.get(key, "")) for number, key in enumerate(differing, 1)
    ]


def agreed(first: Document, second: Document) -> Document:
    """What two versions agree on, in the first's terms: where an adjudicator starts from.

    An item that both have keeps what is the same in both; the rest of it (a reading, a source, an argument) is left
    open, so that the page asks for it. What only one of them has is left out.
    """
    theirs = unify(first, second)
    same = {x.id: x for part in parts(theirs) for x in part}
    names = [{entity.id: entity.name for entity in document.entities} for document in (first, theirs)]
    mentions = []
    for mention in first.mentions:
        other = same.get(mention.id)
        if isinstance(other, Mention) and other.type == mention.type:
            entity = mention.entity if names[0].get(mention.entity or "") == names[1].get(other.entity or "") else None
            open_fields = _open(mention, other, ("head", "level", "reading", "value"))
            mentions.append(msgspec.structs.replace(mention, **open_fields | {"entity": entity}))
    events = [
        (event, other)
        for event in first.events
        if isinstance(other := same.get(event.id), Event) and other.type == event.type
    ]
    used = {mention.entity for mention in mentions}
    known = {mention.id for mention in mentions} | {event.id for event, _ in events}
    clusters = [_members(document) for document in (first, theirs)]
    return msgspec.structs.replace(
        first,
        mentions=tuple(mentions),
        entities=tuple(entity for entity in first.entities if entity.id in used),
        events=tuple(_agreed_event(event, other, known, clusters) for event, other in events),
        stances=tuple(
            msgspec.structs.replace(stance, **_open(stance, other, ("explicit",)), source=_source(stance, other, known))
            for stance in first.stances
            if isinstance(other := same.get(stance.id), Stance)
            and other.label == stance.label
            and stance.holder in used
            and stance.target in used | known
        ),
    )


def _open(one: object, other: object, fields: Iterable[str]) -> dict[str, Any]:
    """The fields in which two items differ, as open."""
    return {name: None for name in fields if getattr(one, name) != getattr(other, name)}


def _source(one: Event | Stance, other: Event | Stance, known: set[str]) -> str | None:
    return one.source if one.source == other.source and one.source in known | SPECIAL_SOURCES else None


def _agreed_event(
    event: Event, other: Event, known: set[str], clusters: Sequence[Mapping[str, frozenset[str]]]
) -> Event:
    arguments = tuple(a for a in event.arguments if a in other.arguments and (a.mention or a.event) in known)
    return msgspec.structs.replace(
        event,
        **_open(event, other, ("polarity", "modality", "condition")),
        source=_source(event, other, known),
        cluster=event.cluster if clusters[0][event.id] == clusters[1][event.id] else None,
        arguments=arguments,
    )


def _members(document: Document) -> dict[str, frozenset[str]]:
    """The events that are the same event as each, by id."""
    clusters: dict[str, set[str]] = {}
    for event in document.events:
        clusters.setdefault(event.cluster or f" {event.id}", set()).add(event.id)
    return {event.id: frozenset(clusters[event.cluster or f" {event.id}"]) for event in document.events}


def adjudication_versions(versions: Sequence[AnnotatedDocument]) -> list[AnnotatedDocument]:
    """What an adjudicator is shown of an article: what all versions agree on, then each version."""
    together = reduce(agreed, (version.document for version in versions))
    return [AnnotatedDocument(together, AGREED, "adjudication"), *versions]


def write_draft(first: Document, second: Document) -> str:
    """The adjudicator's draft: agreed lines as they are, each difference as comments `# Dn A:` and `# Dn B:`."""
    agreed, differences = find_differences(first, second)
    lines = [(_order(line), line) for line in agreed]
    for difference in differences:
        order = _order(difference.first or difference.second)
        lines.append((order, f"# D{difference.number} A: {difference.first or '-'}"))
        lines.append((order, f"# D{difference.number} B: {difference.second or '-'}"))
    lines.sort(key=lambda item: item[0])
    return "\n".join([f"# {first.id}", *(line for _, line in lines)]) + "\n"


def unify(first: Document, second: Document) -> Document:
    """The second version with the first's ids and entity names wherever they mean the same; its own ids get a `b`."""
    ids = _same_ids(first, second)
    ids |= {x.id: f"b{x.id}" for part in parts(second) for x in part if x.id not in ids}
    names = {entity.id: entity.name for entity in first.entities}
    taken = set(names.values())
    aligned = entity_alignment(first, second)
    entities = []
    for entity in second.entities:
        name = names[aligned[entity.id]] if entity.id in aligned else entity.name
        unique = name if entity.id in aligned or name not in taken else f"{name} (other)"
        entities.append(msgspec.structs.replace(entity, name=unique))
    return msgspec.structs.replace(
        second,
        mentions=tuple(msgspec.structs.replace(m, id=ids[m.id]) for m in second.mentions),
        entities=tuple(entities),
        events=tuple(_renamed(event, ids) for event in second.events),
        stances=tuple(
            msgspec.structs.replace(
                s, id=ids[s.id], target=ids.get(s.target, s.target), source=ids.get(s.source or "", s.source)
            )
            for s in second.stances
        ),
    )


def _renamed(event: Event, ids: dict[str, str]) -> Event:
    arguments = tuple(
        Argument(a.role, mention=ids[a.mention]) if a.mention else Argument(a.role, event=ids[a.event or ""])
        for a in event.arguments
    )
    return msgspec.structs.replace(
        event, id=ids[event.id], source=ids.get(event.source or "", event.source), arguments=arguments
    )


def parts(document: Document) -> Iterator[Sequence[Mention | Event | Stance]]:
    """The layers of a document, one after the other."""
    yield document.mentions
    yield document.events
    yield document.stances


def _same_ids(first: Document, second: Document) -> dict[str, str]:
    """Ids of the second version → ids of the first: mentions and events by span, stances by their two ends."""
    ids: dict[str, str] = {}
    spans = {("m", m.start, m.end): m.id for m in first.mentions} | {("e", e.start, e.end): e.id for e in first.events}
    for mention in second.mentions:
        if ("m", mention.start, mention.end) in spans:
            ids[mention.id] = spans["m", mention.start, mention.end]
    for event in second.events:
        if ("e", event.start, event.end) in spans:
            ids[event.id] = spans["e", event.start, event.end]
    aligned = entity_alignment(first, second)
    waiting: dict[tuple[str, str], list[Stance]] = {}
    for stance in first.stances:
        waiting.setdefault((stance.holder, stance.target), []).append(stance)
    for stance in second.stances:
        holder, target = aligned.get(stance.holder, ""), aligned.get(stance.target) or ids.get(stance.target, "")
        if same := waiting.get((holder, target)):
            # the same pair can come up in several paragraphs: the one with the nearest evidence is meant
            nearest = min(same, key=lambda other: abs(_place(other) - _place(stance)))
            same.remove(nearest)
            ids[stance.id] = nearest.id
    return ids


def _place(stance: Stance) -> int:
    return stance.evidence.start if stance.evidence else 0


def notation_lines(document: Document) -> dict[tuple[str, str], str]:
    """The notation's lines by (layer, id), the parts of an event line in one order."""
    lines = {}
    for line in write_quotes(document).split("\n"):
        if line and not line.startswith("#"):
            layer, item = line.split(" ", 2)[:2]
            lines[layer, item] = _sorted_roles(line) if layer == "E" else line
    return lines


def _sorted_roles(line: str) -> str:
    head, separator, rest = line.partition(" source=")
    if not separator or ' if="' in rest:
        return line
    source, *parts = rest.split(" ")
    return f"{head}{separator}{' '.join([source, *sorted(parts)])}"


def _order(line: str) -> tuple[int, int]:
    layer, _, number = line.split(" ", 3)[:3]
    return "MES".index(layer), int(number)
