"""From labelled token spans to well-formed mentions and entities: nesting, heads, values, ids, unique names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence, Set
from dataclasses import dataclass

import msgspec

from detente.baselines.scene import Scene
from detente.baselines.tokens import Span
from detente.baselines.values import normalised
from detente.checks import MAX_NESTING
from detente.documents import Entity, Mention
from detente.heads import default_head
from detente.ontology import Ontology


@dataclass(frozen=True, slots=True)
class Draft:
    """A labelled span that may become a mention; `layer` is for the baseline's own use."""

    span: Span
    type: str
    level: str | None = None
    reading: str | None = None
    layer: str = ""


def nested(drafts: Iterable[Draft]) -> list[Draft]:
    """The drafts that nest, in reading order, outer before inner; of two in conflict the earlier given stays.

    Conflicts are the same span twice, crossing spans, and nesting deeper than `MAX_NESTING`.
    """
    kept: list[Draft] = []
    covering: dict[int, list[Span]] = defaultdict(list)
    for draft in drafts:
        tokens = range(draft.span.first, draft.span.last)
        near = {span for token in tokens for span in covering[token]}
        if all(_nests(draft.span, span) for span in near) and _depth(draft.span, near) <= MAX_NESTING:
            kept.append(draft)
            for token in tokens:
                covering[token].append(draft.span)
    return sorted(kept, key=lambda draft: (draft.span.first, -draft.span.last))


def _nests(a: Span, b: Span) -> bool:
    if a == b:
        return False
    return (a.first <= b.first and b.last <= a.last) or (b.first <= a.first and a.last <= b.last)


def _depth(span: Span, near: Set[Span]) -> int:
    """The deepest stack of spans over one token of `span`, itself counted; `near` are those that overlap it."""
    return 1 + max(sum(other.first <= token < other.last for other in near) for token in range(span.first, span.last))


def make_mentions(scene: Scene, drafts: Sequence[Draft], ontology: Ontology) -> list[Mention]:
    """Mentions without entities from drafts that nest; attributes that the type does not carry are left out."""
    ids = scene.fresh_ids("m")
    return [_mention(scene, draft, next(ids), ontology) for draft in drafts]


def _mention(scene: Scene, draft: Draft, name: str, ontology: Ontology) -> Mention:
    kind = ontology.entity_type[draft.type]
    start, end = scene.tokens.offsets(draft.span)
    return Mention(
        id=name,
        start=start,
        end=end,
        type=draft.type,
        head=default_head(scene.tokens.text, start, end),
        level=draft.level if kind.has_level else None,
        reading=draft.reading if kind.has_reading else None,
        value=normalised(scene.tokens.text[start:end], scene.published) if kind.has_value else None,
    )


def make_entities(
    scene: Scene,
    mentions: Sequence[Mention],
    keys: Sequence[Hashable | None],
    names: Sequence[tuple[int, str]],
) -> tuple[list[Mention], list[Entity]]:
    """Give each mention the entity of its key (None: no entity), and each entity a name unique in the article.

    `names` holds what each mention would call its entity, with a rank (see `name_rank`): the most frequent name of
    the lowest rank is taken, the first of equals. The entity's type is its mentions' most frequent one.
    """
    groups: dict[Hashable, list[int]] = {}
    for index, key in enumerate(keys):
        if key is not None:
            groups.setdefault(key, []).append(index)
    ids = scene.fresh_ids("e")
    taken: set[str] = set()
    entity_of: dict[int, str] = {}
    entities: list[Entity] = []
    for members in groups.values():
        rank = min(names[index][0] for index in members)
        wanted = Counter(names[index][1] for index in members if names[index][0] == rank)
        name = _unique(wanted.most_common(1)[0][0], taken)
        kind = Counter(mentions[index].type for index in members).most_common(1)[0][0]
        entities.append(Entity(id=next(ids), name=name, type=kind))
        entity_of |= dict.fromkeys(members, entities[-1].id)
    replace = msgspec.structs.replace
    return [replace(mention, entity=entity_of.get(i)) for i, mention in enumerate(mentions)], entities


def name_rank(mention: Mention, ontology: Ontology) -> int:
    """How good a mention's words are as a name: the place of its level in the ontology, 0 the best."""
    return ontology.levels.index(mention.level) if mention.level in ontology.levels else 0


def _unique(name: str, taken: set[str]) -> str:
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name} ({number})"
    taken.add(candidate)
    return candidate
