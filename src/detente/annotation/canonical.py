"""The canonical form of a document: items in text order, ids numbered anew, clusters and heads filled in.

Two documents that say the same have the same canonical form, whatever their ids and order: this is what comes back
from Label Studio, and what a round trip is compared with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from detente.documents import Argument, Document, Event, Mention, Stance
from detente.heads import default_head
from detente.ontology import Ontology

replace = msgspec.structs.replace
Key = tuple[object, ...]


def canonical(document: Document, ontology: Ontology) -> Document:
    """Order and number a well-formed document: m1… e1… v1… c1… s1… in text order.

    Arguments stand in the order of their type's roles, then of their fillers; an event without a cluster gets one of
    its own; a mention without a head gets the default one (where the text is there).
    """
    names = {entity.id: entity.name for entity in document.entities}
    mentions = sorted(document.mentions, key=lambda m: _mention_key(m, names))
    spans = {x.id: (x.start, x.end, x.type) for part in (document.mentions, document.events) for x in part}
    events = sorted(document.events, key=lambda v: _event_key(v, spans))
    ids = {m.id: f"m{n}" for n, m in enumerate(mentions, 1)} | {v.id: f"v{n}" for n, v in enumerate(events, 1)}
    used = dict.fromkeys(m.entity for m in mentions if m.entity in names)
    ids |= {entity: f"e{n}" for n, entity in enumerate(used, 1) if entity is not None}
    clusters = {key: f"c{n}" for n, key in enumerate(dict.fromkeys(_cluster(v) for v in events), 1)}
    stances = sorted(document.stances, key=lambda s: _stance_key(s, spans, names))
    position = {entity: n for n, entity in enumerate(used)}
    entities = sorted((e for e in document.entities if e.id in position), key=lambda e: position[e.id])
    return replace(
        document,
        mentions=tuple(_mention(m, ids, document.text) for m in mentions),
        entities=tuple(replace(e, id=ids[e.id]) for e in entities),
        events=tuple(_event(v, ids, clusters[_cluster(v)], spans, ontology) for v in events),
        stances=tuple(_stance(s, n, ids) for n, s in enumerate(stances, 1)),
    )


def default_entity_type(mentions: Iterable[Mention], ontology: Ontology) -> str:
    """The type of an entity for which nobody has chosen one.

    The commonest type among its mentions at the levels that are annotated exhaustively (names), else among all; of
    equally common ones the first in the text.
    """
    found = list(mentions)
    if len(types := {m.type for m in found}) == 1:
        return types.pop()
    ordered = sorted(found, key=lambda m: (m.start, -m.end, m.type))
    named = [m.type for m in ordered if m.level in ontology.mention.exhaustive_levels]
    return Counter(named or [m.type for m in ordered]).most_common(1)[0][0]


def _cluster(event: Event) -> tuple[str, str]:
    return ("cluster", event.cluster) if event.cluster is not None else ("event", event.id)


def _mention_key(mention: Mention, names: dict[str, str]) -> Key:
    return (mention.start, -mention.end, mention.type, mention.level or "", names.get(mention.entity or "", ""))


def _event_key(event: Event, spans: dict[str, tuple[int, int, str]]) -> Key:
    fillers = sorted((a.role, *spans.get(a.mention or a.event or "", (0, 0, ""))) for a in event.arguments)
    source = spans.get(event.source or "", (0, 0, event.source or ""))
    return (event.start, -event.end, event.type, event.polarity or "", event.modality or "", source, fillers)


def _stance_key(stance: Stance, spans: dict[str, tuple[int, int, str]], names: dict[str, str]) -> Key:
    evidence = (stance.evidence.start, -stance.evidence.end) if stance.evidence else (-1, 0)
    target = spans.get(stance.target, (-1, 0, names.get(stance.target, "")))
    source = spans.get(stance.source or "", (-1, 0, stance.source or ""))
    return (evidence, names.get(stance.holder, ""), target, stance.label, str(stance.explicit), source)


def _mention(mention: Mention, ids: dict[str, str], text: str | None) -> Mention:
    head = mention.head
    if head is None and text is not None:
        head = default_head(text, mention.start, mention.end)
    entity = None if mention.entity is None else ids.get(mention.entity, mention.entity)
    return replace(mention, id=ids[mention.id], head=head, entity=entity)


def _event(
    event: Event,
    ids: dict[str, str],
    cluster: str,
    spans: dict[str, tuple[int, int, str]],
    ontology: Ontology,
) -> Event:
    order = {role: n for n, role in enumerate(ontology.roles_of.get(event.type, ()))}

    def key(argument: Argument) -> Key:
        start, end, kind = spans.get(argument.mention or argument.event or "", (0, 0, ""))
        return (order.get(argument.role, len(order)), argument.role, start, -end, kind, argument.event is not None)

    arguments = tuple(
        Argument(
            argument.role,
            mention=argument.mention and ids.get(argument.mention, argument.mention),
            event=argument.event and ids.get(argument.event, argument.event),
        )
        for argument in sorted(event.arguments, key=key)
    )
    source = None if event.source is None else ids.get(event.source, event.source)
    return replace(event, id=ids[event.id], source=source, cluster=cluster, arguments=arguments)


def _stance(stance: Stance, number: int, ids: dict[str, str]) -> Stance:
    return replace(
        stance,
        id=f"s{number}",
        holder=ids.get(stance.holder, stance.holder),
        target=ids.get(stance.target, stance.target),
        source=None if stance.source is None else ids.get(stance.source, stance.source),
    )


def entity_types(document: Document, ontology: Ontology) -> dict[str, str]:
    """The default type of each entity of a document, by entity id."""
    mentions: dict[str, list[Mention]] = {}
    for mention in document.mentions:
        if mention.entity is not None:
            mentions.setdefault(mention.entity, []).append(mention)
    return {entity: default_entity_type(found, ontology) for entity, found in mentions.items()}
