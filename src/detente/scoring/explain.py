"""What a metric means: its definition with an example of three lines (gold, predicted, figure).

The examples are documents made of the ontology's own names, and their figures are computed by the scorer itself, so an
explanation cannot say anything else than what is scored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec

from detente.documents import Argument, Document, Entity, Event, Mention, Span, Stance
from detente.errors import UsageError, did_you_mean
from detente.ontology import EntityType, Ontology
from detente.scoring.details import reported_metrics
from detente.scoring.evaluate import evaluate
from detente.scoring.report import Score
from detente.scoring.tracks import OVERALL, TRACKS

# words to annotate, without a sense that the types of some ontology would not fit
TEXT = "Norlandic envoy, act-1, in Keld. Norland, act-2, it, act-3 to Varn. act-4 by Keld."

Item = TypeVar("Item")


class Explanation(msgspec.Struct, frozen=True):
    """A metric by name ("events:AC+"), its definition, and the lines of its example."""

    name: str
    definition: str
    example: tuple[str, ...]

    def text(self) -> str:
        """The explanation as it is printed."""
        example = ["  Example:", *(f"    {line}" for line in self.example)] if self.example else []
        return "\n".join([self.name, f"  {self.definition}", *example])


def explain(name: str, ontology: Ontology) -> tuple[Explanation, ...]:
    """The metrics that go by a name: "track:metric", or a metric's name alone, which several tracks may have.

    Raises `UsageError` with what there is and the nearest of them for a name that no metric has.
    """
    if name == "overall":
        return (_overall(),)
    known = {
        f"{track}:{metric.name}": (track, metric.name, metric.definition)
        for track in TRACKS
        for metric in reported_metrics(TRACKS[track], ontology, details=True)
    }
    chosen = [known[full] for full in known if name in (full, known[full][1])]
    if not chosen:
        hint = did_you_mean(name, [*known, *(metric for _, metric, _ in known.values())])
        raise UsageError(f"unknown metric {name!r}{hint or '.'} There are overall, {', '.join(known)}")
    return tuple(
        Explanation(f"{track}:{metric}", definition, _example(track, metric, ontology))
        for track, metric, definition in chosen
    )


def _overall() -> Explanation:
    primaries = ", ".join(f"{name} {TRACKS[name].primary}" for name in OVERALL)
    return Explanation(
        "overall",
        f"unweighted mean of {primaries}; a track that is not submitted counts 0 wherever there is gold",
        ("entities .600, events .300", "stance     not submitted, counted as 0", "overall    (.6 + .3 + 0) / 3 = .300"),
    )


def _example(track: str, metric: str, ontology: Ontology) -> tuple[str, ...]:
    """The lines of an example; none where the ontology has no names to make one of."""
    make, told, needed = EXAMPLES[track]
    if not ontology.entity_types or not needed(ontology):
        return ()
    gold, predicted = make(ontology)
    report = evaluate([gold], [predicted], ontology, resamples=0, tracks=[track], details=True)
    return (
        f"gold       {'; '.join(told(gold))}",
        f"predicted  {'; '.join(told(predicted))}",
        f"{metric}: {_figure(report.scores[track][metric])}",
    )


def _figure(score: Score) -> str:
    value = "none (0/0)" if score.value is None else f"{score.value:.3f}"
    if score.precision is None or score.recall is None:
        return value
    return f"P {score.precision:.3f}, R {score.recall:.3f} → {value}"


def _pick(items: Sequence[Item], place: int) -> Item:
    return items[place % len(items)]


def _attribute(names: Sequence[str], place: int) -> str | None:
    return _pick(names, place) if names else None


def _mention(name: str, words: str, kind: EntityType, ontology: Ontology, **more: str | int | None) -> Mention:
    """The mention of some words (the `nth` time that they occur), of a level that the primary counts."""
    start = -1
    for _ in range(int(more.get("nth") or 1)):
        start = TEXT.index(words, start + 1)
    return Mention(
        name,
        start,
        start + len(words),
        kind.name,
        level=_attribute(ontology.mention.exhaustive_levels, 0) if kind.has_level else None,
        reading=_attribute(ontology.readings, int(more.get("reading") or 0)) if kind.has_reading else None,
        entity=str(more["entity"]) if more.get("entity") else None,
    )


def _place_and_body(ontology: Ontology) -> tuple[EntityType, EntityType]:
    """A type whose mentions have readings where there is one, and another type; both scored by the primary."""
    kinds = sorted(
        (kind for kind in ontology.entity_types if kind.has_level or not ontology.mention.exhaustive_levels),
        key=lambda kind: not kind.has_reading,
    )
    return kinds[0], _pick(kinds, 1)


def _entities(ontology: Ontology) -> tuple[Document, Document]:
    place, body = _place_and_body(ontology)

    def mention(name: str, words: str, kind: EntityType, reading: int = 0) -> Mention:
        return _mention(name, words, kind, ontology, reading=reading)

    gold = (
        mention("m1", "Norlandic envoy", body),
        mention("m2", "Norlandic", place, 1),
        mention("m3", "Keld", place),
        mention("m4", "Varn", place),
        mention("m5", "envoy", body),
    )
    predicted = (
        mention("m1", "Norlandic envoy", body),
        mention("m2", "Norlandic", place, 1),
        mention("m3", "Keld", place, 1),
        mention("m4", "to Varn", place),
    )
    return Document("d", text=TEXT, mentions=gold), Document("d", mentions=predicted)


def _clusters(ontology: Ontology) -> tuple[Document, Document]:
    place, _ = _place_and_body(ontology)
    words = (("Norlandic", 1), ("Norland", 2), ("it", 1), ("Keld", 1), ("Keld", 2), ("Varn", 1))

    def document(entities: str) -> Document:
        mentions = tuple(
            _mention(f"m{number}", name, place, ontology, nth=nth, entity=entity)
            for number, ((name, nth), entity) in enumerate(zip(words, entities, strict=True))
            if entity != "-"
        )
        return Document(
            "d",
            text=TEXT,
            mentions=mentions,
            entities=tuple(Entity(name, name, place.name) for name in sorted(set(entities) - {"-"})),
        )

    return document("nnnkkv"), document("n-kkk-")


def _events(ontology: Ontology) -> tuple[Document, Document]:
    place, _ = _place_and_body(ontology)
    mentions = tuple(
        _mention(name, words, place, ontology, nth=nth)
        for name, words, nth in (("a", "Norlandic", 1), ("b", "Keld", 1), ("c", "Norland", 2), ("d", "Varn", 1))
    )

    def event(name: str, words: str, kind: int, *fillers: tuple[int, str], value: int = 0, source: str) -> Event:
        type_ = _pick(ontology.event_types, kind)
        open_roles = _open_roles(ontology, type_.name)
        start = TEXT.index(words)
        return Event(
            name,
            type_.name,
            start,
            start + len(words),
            polarity=_attribute(ontology.polarities, value),
            modality=_attribute(ontology.modalities, value),
            source=source,
            arguments=tuple(Argument(_pick(open_roles, role), mention=mention) for role, mention in fillers),
        )

    gold = (
        event("v1", "act-1", 0, (0, "a"), (1, "b"), source="author"),
        event("v2", "act-2", 1, (0, "c"), source="author"),
        event("v3", "act-3", 0, (0, "c"), (1, "d"), value=1, source="c"),
    )
    predicted = (
        event("v1", "act-1", 0, (0, "a"), (2, "b"), source="author"),
        event("v3", "act-3", 0, (1, "d"), source="author"),
        event("v4", "act-4", 1, (0, "b"), source="author"),
    )
    return (
        Document("d", text=TEXT, mentions=mentions, events=gold),
        Document("d", text=TEXT, mentions=mentions, events=predicted),
    )


def _stances(ontology: Ontology) -> tuple[Document, Document]:
    place, _ = _place_and_body(ontology)
    names = (("Norland", 2), ("Keld", 1), ("Varn", 1))
    mentions = tuple(
        _mention(f"m{number}", words, place, ontology, nth=nth, entity=words)
        for number, (words, nth) in enumerate(names)
    )
    entities = tuple(Entity(words, words, place.name) for words, _ in names)

    def document(*stances: tuple[str, str, int, str]) -> Document:
        found = []
        for number, (holder, target, label, evidence) in enumerate(stances):
            start = TEXT.index(evidence)
            span = Span(start, start + len(evidence))
            found.append(Stance(f"s{number}", holder, target, _pick(ontology.stance_labels, label), evidence=span))
        return Document("d", text=TEXT, mentions=mentions, entities=entities, stances=tuple(found))

    gold = document(
        ("Norland", "Keld", 0, "act-1, in Keld"),
        ("Norland", "Varn", 1, "act-3 to Varn"),
        ("Keld", "Norland", 1, "act-2"),
    )
    predicted = document(
        ("Norland", "Keld", 0, "Keld"), ("Varn", "Norland", 1, "act-3 to Varn"), ("Keld", "Norland", 0, "act-2")
    )
    return gold, predicted


def _words(document: Document, item: Mention | Event) -> str:
    return TEXT[item.start : item.end]


def _told_mentions(document: Document) -> Iterator[str]:
    for mention in document.mentions:
        yield " ".join(filter(None, (f"[{_words(document, mention)}]", mention.type, mention.reading)))


def _told_clusters(document: Document) -> Iterator[str]:
    for entity in document.entities:
        yield "{" + ", ".join(_words(document, m) for m in document.mentions if m.entity == entity.id) + "}"


def _told_events(document: Document) -> Iterator[str]:
    mentions = {mention.id: mention for mention in document.mentions}
    for event in document.events:
        fillers = (f"{a.role} {_words(document, mentions[a.mention or ''])}" for a in event.arguments)
        yield f"[{_words(document, event)}] {event.type} ({', '.join(fillers)})"


def _told_attributes(document: Document) -> Iterator[str]:
    mentions = {mention.id: mention for mention in document.mentions}
    for event in document.events:
        source = mentions.get(event.source or "")
        told = (event.type, event.polarity, event.modality, _words(document, source) if source else event.source)
        yield " ".join(filter(None, (f"[{_words(document, event)}]", *told)))


def _told_stances(document: Document) -> Iterator[str]:
    for stance in document.stances:
        evidence = TEXT[stance.evidence.start : stance.evidence.end] if stance.evidence else ""
        yield f'{stance.holder} → {stance.target} {stance.label} ("{evidence}")'


def _open_roles(ontology: Ontology, type_name: str) -> list[str]:
    """Roles that a mention of any type can fill."""
    return [role for role in ontology.roles_of[type_name] if not ontology.roles[role].types]


def _has_events(ontology: Ontology) -> bool:
    return bool(ontology.event_types) and all(_open_roles(ontology, kind.name) for kind in ontology.event_types[:2])


Maker = Callable[[Ontology], tuple[Document, Document]]
# track: (its gold and predicted document, how their items are written out, whether an ontology has what it takes)
EXAMPLES: dict[str, tuple[Maker, Callable[[Document], Iterator[str]], Callable[[Ontology], bool]]] = {
    "entities": (_entities, _told_mentions, lambda ontology: True),
    "coreference": (_clusters, _told_clusters, lambda ontology: True),
    "events": (_events, _told_events, _has_events),
    "attributes": (_events, _told_attributes, _has_events),
    "stance": (_stances, _told_stances, lambda ontology: bool(ontology.stance_labels)),
}
