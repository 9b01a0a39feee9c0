"""Polarity, modality and source of events in the classical baseline.

Polarity and modality are classified from the words around the trigger and the event that it is an argument of. The
source is the mention of the sentence that is most probably one, where that is probable enough, else one of the
special sources.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

import msgspec

from detente.baselines.linear import Joint, Linear, fit_linear
from detente.baselines.parts import ClassicalSettings, Parts
from detente.baselines.scene import Scene
from detente.baselines.words import EDGE
from detente.checks import SPECIAL_SOURCES
from detente.documents import Event, Mention

# classifiers that look at the same features
ATTRIBUTES = ("polarity", "modality", "source_kind")
SOURCE, OTHER = "source", "other"
WINDOW = 4


def parents(scene: Scene) -> dict[str, tuple[Event, str]]:
    """For each event that is an argument, the first event that has it as one, and the role."""
    found: dict[str, tuple[Event, str]] = {}
    for event in scene.placed_events():
        for argument in event.arguments:
            if argument.event is not None and argument.event in scene.places:
                found.setdefault(argument.event, (event, argument.role))
    return found


def attribute_features(scene: Scene, event: Event, parent: tuple[Event, str] | None) -> list[str]:
    """What tells whether an event happened, will, may or did not."""
    tokens, span = scene.tokens, scene.places[event.id]
    sentence = tokens.sentence(span.first)
    words = tokens.lowers
    before = [words[i] if i >= sentence.first else EDGE for i in range(span.first - WINDOW, span.first)]
    after = [words[i] if i < sentence.last else EDGE for i in range(span.last, span.last + WINDOW)]
    trigger = words[span.last - 1]
    form, previous = trigger[-2:], before[-1]
    features = [
        f"e={event.type}",
        f"trigger={trigger}",
        f"q={form}",
        f"e+q={event.type} {form}",
        f"-1={previous}",
        f"-21={before[-2]} {previous}",
        f"-1+q={previous} {form}",
        f"e-1={event.type} {previous}",
        f"+1={after[0]}",
        f"+12={after[0]} {after[1]}",
    ]
    features += [f"b-={word}" for word in before]
    features += [f"b+={word}" for word in after]
    features += [f"s-={word}" for word in words[max(sentence.first, span.first - 15) : span.first]]
    features += [f"s+={word}" for word in words[span.last : min(sentence.last, span.last + 10)]]
    if parent is None:
        features.append("parent=none")
    else:
        features += [f"parent={parent[0].type} {parent[1]}", f"parent role={parent[1]}"]
    return features


def source_features(scene: Scene, event: Event, mention: Mention, parent: tuple[Event, str] | None) -> list[str]:
    """What tells whether `mention` is who the text says it is that tells of the event."""
    tokens = scene.tokens
    place, trigger = scene.places[mention.id], scene.places[event.id]
    sentence = tokens.sentence(place.first)
    words = tokens.lowers
    after = [words[i] if i < sentence.last else EDGE for i in range(place.last, place.last + 3)]
    before = [words[i] if i >= sentence.first else EDGE for i in range(place.first - 2, place.first)]
    same = tokens.sentence_of[place.first] == tokens.sentence_of[trigger.first]
    side = ("<" if place.first < trigger.first else ">") + ("same" if same else "other")
    kind = f"{mention.type}/{mention.level}"
    roles = [argument.role for argument in event.arguments if argument.mention == mention.id]
    parent_roles = (
        [
            f"{parent[0].type} {argument.role}>{parent[1]}"
            for argument in parent[0].arguments
            if argument.mention == mention.id
        ]
        if parent
        else []
    )
    return [
        f"side={side}",
        f"kind={kind} {side}",
        f"+1={after[0]} {side}",
        f"+2={after[1]} {side}",
        f"+12={after[0]} {after[1]}",
        f"bag+={after[2]} {side}",
        f"-1={before[1]} {side}",
        f"-21={before[0]} {before[1]} {side}",
        f"first={place.first == sentence.first} {side}",
        f"event={event.type} {side}",
        f"distance={min(abs(trigger.first - place.first) // 5, 6)} {side}",
        *(f"role={role}" for role in roles or ["none"]),
        *(f"parent={role}" for role in parent_roles or ["none"]),
    ]


def source_types(scenes: Sequence[Scene]) -> list[str]:
    """The types of the mentions that are a source in train."""
    types = set()
    for scene in scenes:
        sources = {event.source for event in scene.document.events}
        types |= {mention.type for mention in scene.document.mentions if mention.id in sources}
    return sorted(types)


def source_pairs(scene: Scene, types: Set[str]) -> Iterator[tuple[Event, Mention]]:
    """Every event with the mentions of its sentence whose type can be a source."""
    for event in scene.placed_events():
        for mention in scene.mentions_beside(event):
            if mention.type in types:
                yield event, mention


def fit_attributes(scenes: Sequence[Scene], settings: ClassicalSettings) -> dict[str, Linear]:
    """Train the classifiers of polarity, modality and source on gold events."""
    examples: dict[str, list[list[str]]] = {name: [] for name in ATTRIBUTES}
    labels: dict[str, list[str]] = {name: [] for name in examples}
    types = frozenset(source_types(scenes))
    pairs: list[list[str]] = []
    answers: list[str] = []
    for scene in scenes:
        above = parents(scene)
        for event in scene.placed_events():
            features = attribute_features(scene, event, above.get(event.id))
            kind = event.source if event.source in SPECIAL_SOURCES else None
            for name, label in (("polarity", event.polarity), ("modality", event.modality), ("source_kind", kind)):
                if label is not None:
                    examples[name].append(features)
                    labels[name].append(label)
        for event, mention in source_pairs(scene, types):
            if event.source is not None:
                pairs.append(source_features(scene, event, mention, above.get(event.id)))
                answers.append(SOURCE if mention.id == event.source else OTHER)
    fitted = {name: fit_linear(examples[name], labels[name], settings.classifier, settings.seed) for name in examples}
    fitted["source_mention"] = fit_linear(pairs, answers, settings.classifier, settings.seed)
    return fitted


def fill_attributes(scene: Scene, parts: Parts, joint: Joint, settings: ClassicalSettings) -> list[Event]:
    """The scene's events, arguments known, with polarity, modality and source; `joint` are those of `ATTRIBUTES`."""
    events = scene.placed_events()
    above = parents(scene)
    features = [attribute_features(scene, event, above.get(event.id)) for event in events]
    types = frozenset(parts.tables.sources)
    values = joint.classify(features)
    sources = _source_mentions(scene, types, above, parts.classifiers["source_mention"], settings.source_threshold)
    return [
        msgspec.structs.replace(
            event,
            polarity=polarity or None,
            modality=modality or None,
            source=sources.get(event.id) or kind or None,
        )
        for event, polarity, modality, kind in zip(
            events, values["polarity"], values["modality"], values["source_kind"], strict=True
        )
    ]


def _source_mentions(
    scene: Scene,
    types: Set[str],
    above: Mapping[str, tuple[Event, str]],
    classifier: Linear,
    threshold: float,
) -> dict[str, str]:
    """The most probable source among the mentions beside each event, where one is probable enough."""
    pairs = list(source_pairs(scene, types))
    examples = [source_features(scene, event, mention, above.get(event.id)) for event, mention in pairs]
    chances = classifier.probabilities(examples, SOURCE)
    best: dict[str, tuple[float, str]] = {}
    for (event, mention), chance in zip(pairs, chances, strict=True):
        if chance >= threshold and chance > best.get(event.id, (0.0, ""))[0]:
            best[event.id] = (chance, mention.id)
    return {event: mention for event, (_, mention) in best.items()}
