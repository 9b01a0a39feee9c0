"""Stances of the classical baseline: a holder and a target in one paragraph, classified with "none" as a class.

A pair is an entity and another entity, or an event, each in its first mention of the paragraph, that are tied by a link
(`links.py`): of train's stances whose holder and target share a sentence or a link, three in four have a link, and in
cross-validation pairs without one made no difference. What tells the label are the links and the words between the two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from detente.baselines.linear import Linear, fit_linear
from detente.baselines.links import ITSELF, Link, links
from detente.baselines.parts import ClassicalSettings, Parts
from detente.baselines.scene import Scene
from detente.baselines.tokens import Span
from detente.baselines.words import EDGE
from detente.documents import Event, Mention, Stance
from detente.documents import Span as Offsets

NONE = "-"
AUTHOR = "author"


@dataclass(frozen=True, slots=True)
class Pair:
    """A candidate: the holder's mention, and the target as a mention or an event, with their links in the paragraph."""

    holder: Mention
    target: Mention | Event
    links: tuple[Link, ...]

    def key(self, scene: Scene) -> tuple[str, str]:
        """Ids of holder and target."""
        return scene.entity_of[self.holder.id], scene.entity_of.get(self.target.id, self.target.id)


def pairs(scene: Scene, holders: frozenset[str]) -> Iterator[Pair]:
    """The candidates of a document; `holders` are the types of mentions that can hold a stance."""
    tied: dict[tuple[int, str], dict[str, list[Link]]] = defaultdict(dict)
    for link in links(scene):
        tied[link.paragraph, link.holder].setdefault(link.target, []).append(link)
    for paragraph, mentions in sorted(scene.mentions_in.items()):
        first: dict[str, Mention] = {}
        for mention in mentions:
            if mention.entity is not None:
                first.setdefault(mention.entity, mention)
        for holder_id, holder in first.items():
            ties = tied.get((paragraph, holder_id))
            if ties is None or holder.type not in holders:
                continue
            for target_id, target in _targets(scene, holder, first):
                if target_id in ties:
                    yield Pair(holder, target, tuple(ties[target_id]))


def _targets(scene: Scene, holder: Mention, first: dict[str, Mention]) -> Iterator[tuple[str, Mention | Event]]:
    for mention in scene.mentions_near(holder):
        if mention.entity is not None and mention.entity != holder.entity and first[mention.entity] is mention:
            yield mention.entity, mention
    for event in scene.events_near(holder):
        yield event.id, event


def pair_features(scene: Scene, pair: Pair) -> list[str]:
    """What tells who is for or against whom."""
    tokens = scene.tokens
    one, two = scene.places[pair.holder.id], scene.places[pair.target.id]
    low, high = (one.last, two.first) if one.first < two.first else (two.last, one.first)
    side = "<" if one.first < two.first else ">"
    same = tokens.sentence_of[one.first] == tokens.sentence_of[two.first]
    place = f"{side}{'same' if same else 'other'}"
    target = _kind(pair.target)
    between = tokens.lowers[low : min(high, low + 12)] if same else []
    sentence = tokens.sentence(two.first)
    before = tokens.lowers[two.first - 1] if two.first > sentence.first else EDGE
    features = [
        f"place={place}",
        f"target={target}",
        f"kinds={_kind(pair.holder)} {target}",
        f"target+place={target} {place}",
        f"distance={place} {min(max(high - low, 0) // 4, 6)}",
        f"before={before} {place}",
        f"first={one.first == tokens.sentence(one.first).first} {place}",
        *(f"between={word}" for word in between),
    ]
    if isinstance(pair.target, Event):
        event = pair.target
        features += [
            f"trigger={tokens.lowers[two.last - 1]}",
            f"attributes={event.type} {event.polarity} {event.modality}",
            f"source={event.source == pair.holder.id} {event.type}",
        ]
    for link in pair.links:
        features += _link_features(scene, link, target)
    return features


def _link_features(scene: Scene, link: Link, target: str) -> list[str]:
    event = link.event
    trigger = scene.tokens.lowers[scene.places[event.id].last - 1]
    short = link.path.rpartition(">")[2] == ITSELF or link.path.count(">") == 1
    return [
        f"link={link.path}",
        f"roles={_roles(link.path)}",
        f"roles+target={_roles(link.path)} {target}",
        f"link+polarity={link.path} {event.polarity}",
        f"link+modality={link.path} {event.modality}",
        f"link+target={link.path} {target}",
        f"link+trigger={trigger} {short}",
        f"link+type={event.type} {short}",
    ]


@lru_cache(maxsize=4096)
def _roles(path: str) -> str:
    """The holder's role and the last step of a link's path: what it has in common with those of other event types."""
    first, _, rest = path.partition(":")[2].partition(">")
    return f"{first}>{rest.rpartition('>')[2]}"


def _kind(item: Mention | Event) -> str:
    return f"{item.type}/{item.level}" if isinstance(item, Mention) else f"event {item.type}"


def train_pairs(scene: Scene, holders: frozenset[str]) -> Iterator[tuple[Pair, Stance | None]]:
    """Candidates of an annotated document with the stance of each, or None.

    A pair whose stance has its evidence in another paragraph teaches nothing here and is left out.
    """
    stances: dict[tuple[str, str], list[Stance]] = defaultdict(list)
    for stance in scene.document.stances:
        stances[stance.holder, stance.target].append(stance)
    for pair in pairs(scene, holders):
        found = stances.get(pair.key(scene))
        if not found:
            yield pair, None
            continue
        paragraph = scene.tokens.paragraphs[scene.paragraph(pair.holder)]
        here = [stance for stance in found if _stands_in(scene, stance, paragraph)]
        if here:
            yield pair, here[0]


def _stands_in(scene: Scene, stance: Stance, paragraph: Span) -> bool:
    if stance.evidence is None:
        return True
    span = scene.tokens.cover(stance.evidence.start, stance.evidence.end)
    return span is not None and paragraph.first <= span.first < paragraph.last


def holder_types(scenes: Sequence[Scene]) -> list[str]:
    """The types of the entities that hold a stance in train."""
    types = set()
    for scene in scenes:
        holders = {stance.holder for stance in scene.document.stances}
        types |= {mention.type for mention in scene.document.mentions if mention.entity in holders}
    return sorted(types)


def fit_stance(scenes: Sequence[Scene], settings: ClassicalSettings) -> dict[str, Linear]:
    """Train the classifiers of labels and of explicitness on gold stances."""
    holders = frozenset(holder_types(scenes))
    examples: list[list[str]] = []
    labels: list[str] = []
    held: list[list[str]] = []
    explicit: list[str] = []
    for scene in scenes:
        for pair, stance in train_pairs(scene, holders):
            features = pair_features(scene, pair)
            examples.append(features)
            labels.append(stance.label if stance else NONE)
            if stance is not None and stance.explicit is not None:
                held.append(features)
                explicit.append(str(stance.explicit))
    return {
        "stance": fit_linear(examples, labels, settings.classifier, settings.seed),
        "explicit": fit_linear(held, explicit, settings.classifier, settings.seed),
    }


def find_stances(scene: Scene, parts: Parts, settings: ClassicalSettings) -> list[Stance]:
    """One stance for each pair of ids, from the paragraph where its label is surest."""
    import numpy as np

    classifier = parts.classifiers["stance"]
    candidates = list(pairs(scene, frozenset(parts.tables.holders)))
    if NONE not in classifier.classes or len(classifier.classes) < 2:
        return []
    features = [pair_features(scene, pair) for pair in candidates]
    scores = classifier.scores(features)
    none = classifier.classes.index(NONE)
    scores[:, none] -= settings.stance_bias
    best = scores.argmax(axis=1)
    margins = scores[np.arange(len(best)), best] - scores[:, none]
    chosen: dict[tuple[str, str], tuple[float, int]] = {}
    for number, (label, margin) in enumerate(zip(best.tolist(), margins.tolist(), strict=True)):
        key = candidates[number].key(scene)
        if label != none and margin > chosen.get(key, (0.0, 0))[0]:
            chosen[key] = (margin, number)
    numbers = sorted(number for _, number in chosen.values())
    explicit = parts.classifiers["explicit"].classify([features[number] for number in numbers])
    ids = scene.fresh_ids("s")
    return [
        _stance(scene, next(ids), candidates[number], classifier.classes[best[number]], kind == str(True))
        for number, kind in zip(numbers, explicit, strict=True)
    ]


def _stance(scene: Scene, name: str, pair: Pair, label: str, explicit: bool) -> Stance:
    holder, target = pair.key(scene)
    source = next((link.event.source for link in pair.links if link.event.source), None)
    return Stance(
        id=name,
        holder=holder,
        target=target,
        label=label,
        explicit=explicit,
        source=source or AUTHOR,
        evidence=_evidence(scene, pair),
    )


def _evidence(scene: Scene, pair: Pair) -> Offsets:
    """From the linking trigger to the target, or the other way round."""
    start = scene.places[pair.links[0].event.id]
    end = scene.places[pair.target.id]
    tokens = scene.tokens
    return Offsets(tokens.starts[min(start.first, end.first)], tokens.ends[max(start.last, end.last) - 1])
