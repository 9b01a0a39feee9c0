"""A workload for the benchmarks: as many documents as are wanted, the same ones every time.

A document has 500 tokens, 44 mentions (a few nested), 14.5 events on average and a few stances; it keeps every
invariant of gold. Its prediction leaves items out, moves them, mistypes them and invents some. Some hundred templates
are made from the ontology, and documents differ from their template in their id alone: making a million costs little
more than writing them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import msgspec

from detente.documents import Argument, Block, Document, Entity, Event, Mention, Meta, Span, Stance, text_hash
from detente.files import write_whole
from detente.jsonl import encode_document
from detente.ontology import EntityType, Ontology

TOKENS = 500
PARAGRAPHS = 10
MENTIONS = 44
NESTED = 5
EVENTS = (14, 15)
STANCES = 4
PREDICTED_STANCES = 5
TEMPLATES = 200
ERROR_RATE = 0.1
SEED = 20
PLACEHOLDER = "doc-00000000"

Word = tuple[int, int]
replace = msgspec.structs.replace


def write_workload(
    folder: Path, documents: int, ontology: Ontology, *, templates: int = TEMPLATES
) -> tuple[Path, Path]:
    """Write `documents` gold documents and their predictions, in the same order; returns the two paths."""
    made = [pair_of_documents(number, ontology) for number in range(min(templates, documents))]
    paths = folder / "gold.jsonl", folder / "predicted.jsonl"
    for path, side in zip(paths, zip(*made, strict=True), strict=True):
        write_whole(path, _lines([encode_document(document) for document in side], documents))
    return paths


def _lines(templates: list[bytes], documents: int) -> Iterator[bytes]:
    place = PLACEHOLDER.encode()
    for number in range(documents):
        yield templates[number % len(templates)].replace(place, f"doc-{number:08}".encode(), 1) + b"\n"


def pair_of_documents(number: int, ontology: Ontology) -> tuple[Document, Document]:
    """The gold document and the prediction of a template, both under the placeholder's id."""
    source = random.Random(SEED * 1_000_003 + number)
    gold = gold_document(source, ontology)
    return gold, predicted_document(gold, source, ontology)


def gold_document(source: random.Random, ontology: Ontology) -> Document:
    """A gold document, under the placeholder's id."""
    text, paragraphs = _text(source)
    words = [word for paragraph in paragraphs[1:] for word in paragraph]
    blocks = [
        Block(paragraph[0][0], paragraph[-1][1], "body" if place else "title")
        for place, paragraph in enumerate(paragraphs)
    ]
    mentions = _mentions(source, ontology, words)
    names = {mention.entity: mention.type for mention in mentions if mention.entity}
    entities = tuple(Entity(name, f"name of {name}", kind) for name, kind in names.items())
    events = _events(source, ontology, words, mentions)
    meta = Meta(
        title="A title",
        published="2024-03-05",
        sources=("https://example.org/a",),
        licence="CC-BY-4.0",
        language="en-GB",
        family="agreements",
        sha256=text_hash(text),
        length=len(text),
    )
    return Document(
        PLACEHOLDER,
        text=text,
        meta=meta,
        blocks=tuple(blocks),
        mentions=tuple(mentions),
        entities=entities,
        events=tuple(events),
        stances=_stances(source, ontology, list(names), events, blocks),
    )


def _text(source: random.Random) -> tuple[str, list[list[Word]]]:
    """500 words in paragraphs, and where the words of each paragraph are."""
    words = ["".join(source.choices("abcdefghijklmnopqrstuvwxyzé", k=source.randint(2, 9))) for _ in range(TOKENS)]
    size = TOKENS // PARAGRAPHS
    parts, paragraphs, at = [], [], 0
    for start in range(0, TOKENS, size):
        places = []
        for word in words[start : start + size]:
            places.append((at, at + len(word)))
            at += len(word) + 1
        parts.append(" ".join(words[start : start + size]))
        paragraphs.append(places)
    return "\n".join(parts), paragraphs


def _mentions(source: random.Random, ontology: Ontology, words: list[Word]) -> list[Mention]:
    # every place is a pair of words, so that a mention of one word can lie within one of two
    pairs = [(words[i], words[i + 1]) for i in range(0, len(words) - 1, 2)]
    outer = sorted(source.sample(pairs, MENTIONS - NESTED))
    spans = [(one[0], other[1]) for one, other in outer] + [
        outer[i][1] for i in source.sample(range(len(outer)), NESTED)
    ]
    kinds = ontology.entity_types
    entity_kind = {f"e{n}": source.choice([kind for kind in kinds if kind.has_entity]) for n in range(1, 21)}
    found = []
    for number, (start, end) in enumerate(spans):
        kind = source.choice(kinds)
        entity = None
        if kind.has_entity:
            entity = source.choice(list(entity_kind))
            kind = entity_kind[entity]
        found.append(_mention(source, ontology, f"m{number}", start, end, kind, entity))
    return found


def _mention(
    source: random.Random, ontology: Ontology, name: str, start: int, end: int, kind: EntityType, entity: str | None
) -> Mention:
    return Mention(
        name,
        start,
        end,
        kind.name,
        level=source.choice(ontology.levels) if kind.has_level else None,
        reading=source.choice(ontology.readings) if kind.has_reading else None,
        value="2024-03-04" if kind.has_value else None,
        entity=entity,
    )


def _events(source: random.Random, ontology: Ontology, words: list[Word], mentions: list[Mention]) -> list[Event]:
    places = sorted(source.sample(words, source.choice(EVENTS)))
    cluster_type: dict[str, str] = {}
    found = []
    for number, (start, end) in enumerate(places):
        kind = source.choice(ontology.event_types).name
        cluster = cluster_type.setdefault(kind, f"c{number}")
        arguments = [
            Argument(role, mention=mention.id)
            for role in source.sample(ontology.roles_of[kind], k=min(3, len(ontology.roles_of[kind])))
            if (mention := _filler(source, mentions, ontology.roles[role].types)) is not None
        ]
        found.append(
            Event(
                f"v{number}",
                kind,
                start,
                end,
                polarity=source.choice(ontology.polarities),
                modality=source.choice(ontology.modalities),
                source=source.choice(["author", "unspecified", mentions[0].id]),
                cluster=cluster,
                arguments=tuple(arguments),
            )
        )
    return found


def _filler(source: random.Random, mentions: list[Mention], types: tuple[str, ...]) -> Mention | None:
    possible = [mention for mention in mentions if not types or mention.type in types]
    return source.choice(possible) if possible else None


def _stances(
    source: random.Random, ontology: Ontology, entities: list[str], events: list[Event], blocks: list[Block]
) -> tuple[Stance, ...]:
    found: dict[tuple[str, str], Stance] = {}
    while len(found) < STANCES:
        holder = source.choice(entities)
        target = source.choice([*entities, *(event.id for event in events)])
        block = source.choice(blocks[1:])
        if holder != target:
            found[holder, target] = Stance(
                f"s{len(found)}",
                holder,
                target,
                source.choice(ontology.stance_labels),
                explicit=source.random() < 0.5,
                source="author",
                evidence=Span(block.start, block.end),
            )
    return tuple(replace(stance, id=f"s{number}") for number, stance in enumerate(found.values()))


def predicted_document(
    gold: Document, source: random.Random, ontology: Ontology, *, rate: float = ERROR_RATE
) -> Document:
    """What a middling system makes of it, with each kind of error at this rate: at 0.1, four in five items right."""

    def change(kind: str, kinds: list[str]) -> str:
        return source.choice(kinds) if source.random() < rate else kind

    def moved(end: int) -> int:
        return min(end + 1, length) if source.random() < rate / 2 else end

    length = len(gold.text or "")
    entity_types = [kind.name for kind in ontology.entity_types]
    entities = [entity.id for entity in gold.entities]

    def linked(entity: str | None) -> str | None:
        return source.choice(entities) if entity is not None and source.random() < rate else entity

    mentions = [
        replace(
            m,
            end=moved(m.end),
            type=change(m.type, entity_types),
            entity=linked(m.entity),
            level=None,
            reading=None,
            value=None,
        )
        for m in gold.mentions
        if source.random() < 1 - rate
    ]
    ids = {mention.id for mention in mentions}
    used = {mention.entity for mention in mentions}
    events = [
        replace(
            event,
            end=moved(event.end),
            polarity=change(event.polarity or "", list(ontology.polarities)),
            modality=change(event.modality or "", list(ontology.modalities)),
            source=None,
            arguments=_kept(source, event, mentions, ids, ontology, rate),
        )
        for event in gold.events
        if source.random() < 1 - rate
    ]
    events = [_retyped(event, source, ontology, rate) for event in events]
    nodes = used | {event.id for event in events}
    stances = [
        replace(s, label=change(s.label, list(ontology.stance_labels)), evidence=None, source=None)
        for s in gold.stances
        if s.holder in used and s.target in nodes
    ]
    return Document(
        PLACEHOLDER,
        mentions=tuple(mentions),
        entities=tuple(entity for entity in gold.entities if entity.id in used),
        events=tuple(events),
        stances=tuple(stances),
    )


def _kept(
    source: random.Random, event: Event, mentions: list[Mention], ids: set[str], ontology: Ontology, rate: float
) -> tuple[Argument, ...]:
    types = {mention.id: mention.type for mention in mentions}

    def fits(argument: Argument) -> bool:
        wanted = ontology.roles[argument.role].types
        return argument.mention in ids and (not wanted or types[argument.mention or ""] in wanted)

    def filler(argument: Argument) -> Argument:
        return (
            replace(argument, mention=source.choice(mentions).id) if source.random() < rate and mentions else argument
        )

    kept = [filler(argument) for argument in event.arguments if source.random() < 1 - rate]
    return tuple(dict.fromkeys(argument for argument in kept if fits(argument)))


def _retyped(event: Event, source: random.Random, ontology: Ontology, rate: float) -> Event:
    """The event under another type that takes its roles, now and then."""
    if source.random() >= rate:
        return event
    roles = {argument.role for argument in event.arguments}
    return replace(event, type=source.choice([name for name, of in ontology.roles_of.items() if roles <= set(of)]))


def flat_pair(number: int, ontology: Ontology) -> tuple[Document, Document]:
    """A document with flat mentions alone and its prediction, one code point a token, as taggers' scorers need it."""
    source = random.Random(SEED * 2_000_003 + number)
    kinds = [kind.name for kind in ontology.entity_types if kind.has_level]
    gold, predicted = [], []
    for place in sorted(source.sample(range(0, TOKENS, 4), MENTIONS)):
        length, kind = source.randint(1, 3), source.choice(kinds)
        gold.append(Mention(f"m{place}", place, place + length, kind))
        if source.random() < 0.9:
            length = source.randint(1, 3) if source.random() < 0.1 else length
            kind = source.choice(kinds) if source.random() < 0.1 else kind
            predicted.append(Mention(f"m{place}", place, place + length, kind))
    name = f"doc-{number:08}"
    return Document(name, mentions=tuple(gold)), Document(name, mentions=tuple(predicted))
