"""Coreference of the classical baseline: a classifier of pairs, then each item joins its best antecedent's group.

Candidates are few, so that the cost grows with the article and not with its square: for a mention, one antecedent for
each different string among those that share a word's beginning, an acronym or a known canonical name, and, unless it
is a name itself, the last `WINDOW` different strings; for an event, the last `EVENT_WINDOW` events of its type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from detente.baselines.lexicon import majority
from detente.baselines.linear import Linear
from detente.baselines.scene import Scene
from detente.baselines.tokens import Span
from detente.documents import Event, Mention

WINDOW = 8
EVENT_WINDOW = 12
STEM = 4
LINKED, APART = "linked", "apart"
Aliases = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Form:
    """A mention as the pair features see it."""

    mention: Mention
    order: int
    span: Span
    sentence: int
    text: str
    lower: str
    stems: frozenset[str]
    acronym: str
    head: str
    alias: str
    kind: str


def alias_key(scene: Scene, mention: Mention) -> str:
    """Under which key the canonical names of a mention's string are counted."""
    span = scene.places[mention.id]
    return f"{' '.join(scene.tokens.words[span.first : span.last])}/{mention.reading or ''}"


def known_name(aliases: Aliases, key: str, own: Aliases | None = None) -> str:
    """The most frequent canonical name of a string in train, without the counts in `own`; empty where unknown."""
    counts = aliases.get(key)
    if counts is None:
        return ""
    if own is not None:
        taken = own.get(key, {})
        counts = {name: count - taken.get(name, 0) for name, count in counts.items()}
    return majority(counts)


def forms(scene: Scene, mentions: Iterable[Mention], aliases: Aliases, own: Aliases | None = None) -> list[Form]:
    """The forms of placed mentions, in the order given."""
    return [_form(scene, mention, order, aliases, own) for order, mention in enumerate(mentions)]


def _form(scene: Scene, mention: Mention, order: int, aliases: Aliases, own: Aliases | None) -> Form:
    span = scene.places[mention.id]
    words = scene.tokens.words[span.first : span.last]
    text = " ".join(words)
    lower = text.lower()
    capitals = "".join(word[0] for word in words if word[0].isupper())
    head = words[-1].lower()
    if mention.head is not None:
        head = scene.tokens.text[mention.head[0] : mention.head[1]].lower()
    return Form(
        mention=mention,
        order=order,
        span=span,
        sentence=scene.tokens.sentence_of[span.first],
        text=text,
        lower=lower,
        stems=frozenset(word[:STEM].lower() for word in words if len(word) >= STEM or word.isupper()),
        acronym=text if len(words) == 1 and text.isupper() else capitals if len(capitals) > 1 else "",
        head=head,
        alias=known_name(aliases, f"{text}/{mention.reading or ''}", own),
        kind=f"{mention.type}/{mention.level or ''}",
    )


@dataclass(frozen=True, slots=True)
class Candidates:
    """Which pairs are looked at: those of `types` ("GPE/GOV", sorted); mentions of `names` levels by string only."""

    types: frozenset[str]
    names: frozenset[str]


def entity_pairs(found: Sequence[Form], rules: Candidates) -> Iterator[tuple[Form, Form]]:
    """Candidate (antecedent, mention) pairs, in reading order."""
    # the last mention of each different string, the newest last
    latest: dict[tuple[str, str, str | None], Form] = {}
    by_key: dict[str, dict[tuple[str, str, str | None], Form]] = {}
    for form in found:
        keys = [*form.stems, f"acronym {form.acronym}", f"alias {form.alias}", f"text {form.lower}"]
        keys = [key for key in keys if not key.endswith(" ")]
        candidates = {other.order: other for key in keys for other in by_key.get(key, {}).values()}
        if form.mention.level not in rules.names:
            candidates |= {other.order: other for other in islice(reversed(latest.values()), WINDOW)}
        for order in sorted(candidates):
            if type_pair(candidates[order].mention, form.mention) in rules.types:
                yield candidates[order], form
        name = (form.lower, form.mention.type, form.mention.reading)
        latest.pop(name, None)
        latest[name] = form
        for key in keys:
            by_key.setdefault(key, {})[name] = form


def type_pair(a: Mention, b: Mention) -> str:
    """The two types of a pair, in alphabetical order."""
    return f"{a.type}/{b.type}" if a.type <= b.type else f"{b.type}/{a.type}"


def pair_features(a: Form, b: Form) -> list[str]:
    """What tells whether mention `b` refers to what the earlier `a` refers to."""
    same = a.lower == b.lower
    head = a.head == b.head
    shared = len(a.stems & b.stems)
    acronym = bool(a.acronym) and a.acronym == b.acronym and not same
    alias = "" if not (a.alias and b.alias) else str(a.alias == b.alias)
    readings = f"{a.mention.reading}>{b.mention.reading}"
    kinds = f"{a.kind}>{b.kind}"
    match = f"{same:d}{head:d}{min(shared, 2)}{acronym:d}{alias[:1]}"
    sentences = min(b.sentence - a.sentence, 5)
    between = min(b.order - a.order, 8)
    inside = a.span.first <= b.span.first and b.span.last <= a.span.last
    return [
        f"match={match}",
        f"match+readings={match} {readings}",
        f"match+kinds={match} {kinds}",
        f"same+text={same} {b.lower}",
        f"part={not same and (a.lower in b.lower or b.lower in a.lower)}",
        f"kinds+sentences={kinds} {sentences}",
        f"kinds+between={kinds} {between}",
        f"inside={inside}",
        f"text={b.lower}",
        f"text+kind={b.lower} {a.kind}",
    ]


def group(count: int, pairs: Sequence[tuple[int, int]], chances: Sequence[float], threshold: float) -> list[int]:
    """Best-first clustering of items 0 to `count` - 1: for each the number of its group.

    Every item joins the group of its most probable antecedent, the nearest of equals, where that is probable enough.
    """
    best: dict[int, tuple[float, int]] = {}
    for (antecedent, item), chance in zip(pairs, chances, strict=True):
        if chance >= threshold and (chance, antecedent) > best.get(item, (0.0, -1)):
            best[item] = (chance, antecedent)
    groups: list[int] = []
    for item in range(count):
        groups.append(groups[best[item][1]] if item in best else item)
    return groups


def entity_groups(found: Sequence[Form], classifier: Linear, rules: Candidates, threshold: float) -> list[int]:
    """The group of each mention."""
    pairs = list(entity_pairs(found, rules))
    chances = classifier.probabilities([pair_features(a, b) for a, b in pairs], LINKED)
    return group(len(found), [(a.order, b.order) for a, b in pairs], chances, threshold)


def entity_examples(found: Sequence[Form], rules: Candidates) -> Iterator[tuple[list[str], str]]:
    """Train examples: candidate pairs of gold mentions, linked where they share their entity."""
    for a, b in entity_pairs(found, rules):
        yield pair_features(a, b), LINKED if a.mention.entity == b.mention.entity else APART


# ------------------------------------------------------------------------------------------------------ events


def event_pairs(events: Sequence[Event]) -> Iterator[tuple[int, int]]:
    """Candidate pairs of events of one type, by their places in `events`."""
    latest: dict[str, list[int]] = {}
    for number, event in enumerate(events):
        earlier = latest.setdefault(event.type, [])
        for other in earlier[-EVENT_WINDOW:]:
            yield other, number
        earlier.append(number)


def event_pair_features(scene: Scene, a: Event, b: Event) -> list[str]:
    """What tells whether event `b` is the one that `a` of the same type told before."""
    tokens = scene.tokens
    one, two = scene.places[a.id], scene.places[b.id]
    words = [tokens.lowers[span.last - 1] for span in (one, two)]
    sentences = tokens.sentence_of[two.first] - tokens.sentence_of[one.first]
    before = tokens.lowers[two.first - 1] if two.first > tokens.sentence(two.first).first else ""
    same = "word" if words[0] == words[1] else "stem" if words[0][:STEM] == words[1][:STEM] else "no"
    shared, clashing = _compared(scene, a, b)
    return [
        f"type={b.type}",
        f"same={same}",
        f"same+type={same} {b.type}",
        f"word={words[1]}",
        f"words={words[0]} {words[1]}",
        f"sentences={min(sentences, 6)}",
        f"same+sentences={same} {min(sentences, 3)}",
        f"before={before}",
        f"polarity={a.polarity}>{b.polarity}",
        f"modality={a.modality}>{b.modality}",
        f"q={words[0][-2:]}>{words[1][-2:]}",
        f"shared={min(shared, 2)}",
        f"clashing={min(clashing, 2)}",
        f"same+shared={same} {min(shared, 2)} {min(clashing, 2)}",
    ]


def _compared(scene: Scene, a: Event, b: Event) -> tuple[int, int]:
    """How many roles of two events share an entity, and how many have different ones."""
    one, two = _fillers(scene, a), _fillers(scene, b)
    roles = one.keys() & two.keys()
    shared = sum(bool(one[role] & two[role]) for role in roles)
    return shared, len(roles) - shared


def _fillers(scene: Scene, event: Event) -> dict[str, set[str]]:
    fillers: dict[str, set[str]] = {}
    for argument in event.arguments:
        entity = scene.entity_of.get(argument.mention) if argument.mention else None
        if entity is not None:
            fillers.setdefault(argument.role, set()).add(entity)
    return fillers
