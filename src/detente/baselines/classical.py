"""The classical baseline: conditional random fields for spans, logistic regressions for everything else.

One layer after the other, each from features of those before: mentions, level and reading, entities, triggers,
arguments, attributes and sources, event clusters, stances. What train knows of a string is a feature too; while
training, every document is shown what the others know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import msgspec

from detente.baselines import coreference as coref
from detente.baselines.arguments import (
    ArgumentFinder,
    PairContext,
    event_pairs,
    find_triggers,
    fit_triggers,
    mention_pairs,
    role_class,
)
from detente.baselines.attributes import ATTRIBUTES, fill_attributes, fit_attributes, source_types
from detente.baselines.crf import Rows
from detente.baselines.drafts import make_entities, make_mentions, name_rank
from detente.baselines.lexicon import build_lexicon
from detente.baselines.linear import Joint, Linear, fit_linear
from detente.baselines.mentions import FeatureRows, find_drafts, fit_labels, fit_taggers, label_drafts
from detente.baselines.parts import ClassicalSettings, Own, Parts, Tables, load_parts
from detente.baselines.protocol import Model, Progress
from detente.baselines.scene import Scene, make_scene, make_scenes, predict_layers, with_events
from detente.baselines.stance import find_stances, fit_stance, holder_types
from detente.baselines.tagging import lexicon_tags
from detente.baselines.words import TokenFeatures, gloss_cues
from detente.documents import Document, Entity, Event, Mention, Stance
from detente.ontology import Ontology

SUMMARY = "conditional random fields for spans, logistic regressions for everything else"
STEPS = 7
__all__ = ["SUMMARY", "ClassicalModel", "ClassicalSettings", "fit", "load"]


class ClassicalModel:
    """Predicts all layers with the parts learnt from train."""

    def __init__(self, parts: Parts, ontology: Ontology, settings: ClassicalSettings) -> None:
        self.parts = parts
        self.ontology = ontology
        self.settings = settings
        self.token_features = TokenFeatures(frozenset(parts.tables.tagged), gloss_cues(ontology))
        self.attributes = Joint({name: parts.classifiers[name] for name in ATTRIBUTES})
        self._arguments = ArgumentFinder(parts, ontology, settings)
        self._candidates = coref.Candidates(
            frozenset(parts.tables.entity_types), frozenset(ontology.mention.exhaustive_levels)
        )

    def predict(self, document: Document, keep: frozenset[str] = frozenset()) -> Document:
        """See `Model.predict`."""
        return predict_layers(_Pass(self), document, keep)

    def save(self, folder: Path) -> None:
        """See `Model.save`."""
        self.parts.save(folder)

    def entities(self, scene: Scene, mentions: Sequence[Mention]) -> tuple[list[Mention], list[Entity]]:
        """Group mentions, placed in the scene, into entities."""
        tables, settings = self.parts.tables, self.settings
        with_entity = [m for m in mentions if self.ontology.entity_type[m.type].has_entity]
        found = coref.forms(scene, with_entity, tables.aliases)
        classifier = self.parts.classifiers["entity_pair"]
        groups = coref.entity_groups(found, classifier, self._candidates, settings.entity_threshold)
        group_of = {form.mention.id: number for form, number in zip(found, groups, strict=True)}
        alias_of = {form.mention.id: form.alias for form in found}
        names = [
            (0, alias_of[m.id])
            if alias_of.get(m.id)
            else (name_rank(m, self.ontology), scene.tokens.text[m.start : m.end])
            for m in mentions
        ]
        return make_entities(scene, mentions, [group_of.get(mention.id) for mention in mentions], names)

    def clusters(self, scene: Scene) -> list[Event]:
        """The scene's events, attributes and arguments known, with their clusters."""
        events = scene.placed_events()
        pairs = list(coref.event_pairs(events))
        examples = [coref.event_pair_features(scene, events[a], events[b]) for a, b in pairs]
        chances = self.parts.classifiers["event_pair"].probabilities(examples, coref.LINKED)
        groups = coref.group(len(events), pairs, chances, self.settings.event_threshold)
        ids, name_of = scene.fresh_ids("c"), dict[int, str]()
        for number in groups:
            if number not in name_of:
                name_of[number] = next(ids)
        return [
            msgspec.structs.replace(event, cluster=name_of[number])
            for event, number in zip(events, groups, strict=True)
        ]

    def find_arguments(self, scene: Scene) -> list[Event]:
        """The scene's events with their arguments."""
        return self._arguments.fill(scene)


class _Pass:
    """One document's way through the layers, with the token features that mentions and triggers share."""

    def __init__(self, model: ClassicalModel) -> None:
        self.model = model
        self._rows: FeatureRows = []
        self._sequences: list[Rows] | None = None

    def _prepared(self, scene: Scene) -> list[Rows]:
        if self._sequences is None:
            self._rows = feature_rows(scene, self.model.token_features, self.model.parts.tables)
            self._sequences = [Rows(self._rows[s.first : s.last]) for s in scene.tokens.sentences]
        return self._sequences

    def mentions(self, scene: Scene) -> tuple[list[Mention], list[Entity]]:
        """See `Layers.mentions`."""
        model = self.model
        sequences = self._prepared(scene)
        drafts = find_drafts(scene, self._rows, sequences, model.parts, model.settings)
        drafts = label_drafts(scene, drafts, model.parts, model.ontology)
        mentions = make_mentions(scene, drafts, model.ontology)
        placed = make_scene(msgspec.structs.replace(scene.document, mentions=tuple(mentions)), scene.tokens)
        return model.entities(placed, mentions)

    def events(self, scene: Scene) -> list[Event]:
        """See `Layers.events`."""
        model = self.model
        events = find_triggers(
            scene, self._prepared(scene), model.parts.taggers["triggers"], model.settings.trigger_certainty
        )
        events = model.find_arguments(with_events(scene, events))
        events = fill_attributes(with_events(scene, events), model.parts, model.attributes, model.settings)
        return model.clusters(with_events(scene, events))

    def stances(self, scene: Scene) -> list[Stance]:
        """See `Layers.stances`."""
        return find_stances(scene, self.model.parts, self.model.settings)


def feature_rows(scene: Scene, features: TokenFeatures, tables: Tables, own: Own | None = None) -> FeatureRows:
    """The features of a document's tokens; `own` are its own counts where it is a train document."""
    names = lexicon_tags(scene.tokens, tables.names, own.names if own else None)
    triggers = lexicon_tags(scene.tokens, tables.triggers, own.triggers if own else None)
    return features.rows(scene.tokens, [names, triggers])


def fit(
    documents: Sequence[Document], ontology: Ontology, settings: ClassicalSettings, progress: Progress
) -> ClassicalModel:
    """Train on annotated documents with text; the same documents in the same order give the same model."""
    done = count(1)

    def step() -> None:
        progress("train", next(done), STEPS)

    scenes = make_scenes(documents)
    tables, owns = fit_tables(scenes, ontology)
    step()
    features = TokenFeatures(cues=gloss_cues(ontology))
    rows = [feature_rows(scene, features, tables, own) for scene, own in zip(scenes, owns, strict=True)]
    taggers = fit_taggers(scenes, rows, ontology, settings)
    step()
    taggers["triggers"] = fit_triggers(scenes, rows, settings)
    tagged = sorted(set().union(*(tagger.features() for tagger in taggers.values())))
    tables = msgspec.structs.replace(tables, tagged=tagged)
    step()
    classifiers = fit_labels(scenes, tables.names, [own.names for own in owns], settings)
    classifiers |= fit_coreference(scenes, tables, owns, ontology, settings)
    step()
    classifiers |= fit_arguments(scenes, settings)
    step()
    classifiers |= fit_attributes(scenes, settings)
    step()
    classifiers |= fit_stance(scenes, settings)
    step()
    return ClassicalModel(Parts(taggers, classifiers, tables), ontology, settings)


def load(folder: Path, ontology: Ontology, settings: ClassicalSettings) -> Model:
    """Read the model that `save` wrote; raises `DataError` where a file is missing or broken."""
    return ClassicalModel(load_parts(folder), ontology, settings)


def fit_tables(scenes: Sequence[Scene], ontology: Ontology) -> tuple[Tables, list[Own]]:
    """Count what the features look up, and each document's own share of it."""
    names, own_names = build_lexicon(
        [(s.tokens, [(s.places[m.id], f"{m.type}/{m.level or ''}") for m in s.placed_mentions()]) for s in scenes],
        lower=False,
    )
    # most trigger words are often none: with those occurrences counted, a document's own share would tip the balance,
    # and what the others know would tell its labels by contraries
    triggers, own_triggers = build_lexicon(
        [(s.tokens, [(s.places[e.id], e.type) for e in s.placed_events()]) for s in scenes],
        lower=True,
        unmarked=False,
        stems=True,
    )
    own_aliases = [_aliases(scene, ontology) for scene in scenes]
    aliases: dict[str, Counter[str]] = {}
    pairs: set[str] = set()
    for scene, own in zip(scenes, own_aliases, strict=True):
        for key, counts in own.items():
            aliases.setdefault(key, Counter()).update(counts)
        pairs |= _type_pairs(scene)
    tables = Tables(
        names=names,
        triggers=triggers,
        aliases={key: dict(sorted(counts.items())) for key, counts in sorted(aliases.items())},
        entity_types=sorted(pairs),
        holders=holder_types(scenes),
        sources=source_types(scenes),
    )
    owns = [Own(*parts) for parts in zip(own_names, own_triggers, own_aliases, strict=True)]
    return tables, owns


def _aliases(scene: Scene, ontology: Ontology) -> dict[str, Counter[str]]:
    """The canonical names of a document's names; whom "he" or "the government" means, no other document tells."""
    names = {entity.id: entity.name for entity in scene.document.entities}
    counts: dict[str, Counter[str]] = {}
    for mention in scene.placed_mentions():
        if mention.entity in names and mention.level in ontology.mention.exhaustive_levels:
            counts.setdefault(coref.alias_key(scene, mention), Counter())[names[mention.entity]] += 1
    return counts


def _type_pairs(scene: Scene) -> set[str]:
    """Pairs of types that shared an entity; a type always may with itself."""
    members: dict[str, list[Mention]] = {}
    for mention in scene.document.mentions:
        if mention.entity is not None:
            members.setdefault(mention.entity, []).append(mention)
    found = {coref.type_pair(mention, mention) for mentions in members.values() for mention in mentions}
    return found | {coref.type_pair(a, b) for mentions in members.values() for a in mentions for b in mentions}


def fit_coreference(
    scenes: Sequence[Scene], tables: Tables, owns: Sequence[Own], ontology: Ontology, settings: ClassicalSettings
) -> dict[str, Linear]:
    """Train the classifiers of mention pairs and event pairs on gold."""
    rules = coref.Candidates(frozenset(tables.entity_types), frozenset(ontology.mention.exhaustive_levels))
    entity_examples: list[tuple[list[str], str]] = []
    event_examples: list[tuple[list[str], str]] = []
    for scene, own in zip(scenes, owns, strict=True):
        mentions = [mention for mention in scene.placed_mentions() if mention.entity is not None]
        entity_examples += coref.entity_examples(coref.forms(scene, mentions, tables.aliases, own.aliases), rules)
        events = scene.placed_events()
        for a, b in coref.event_pairs(events):
            same = events[a].cluster is not None and events[a].cluster == events[b].cluster
            features = coref.event_pair_features(scene, events[a], events[b])
            event_examples.append((features, coref.LINKED if same else coref.APART))
    return {
        "entity_pair": _fit(entity_examples, settings),
        "event_pair": _fit(event_examples, settings),
    }


def fit_arguments(scenes: Sequence[Scene], settings: ClassicalSettings) -> dict[str, Linear]:
    """Train the classifiers of roles on gold triggers and mentions."""
    roles: list[tuple[list[str], str]] = []
    event_roles: list[tuple[list[str], str]] = []
    for scene in scenes:
        context = PairContext(scene)
        for event, mention in mention_pairs(scene):
            roles.append((context.features(event, mention), role_class(event, mention.id)))
        for event, other in event_pairs(scene):
            event_roles.append((context.features(event, other), role_class(event, other.id)))
    return {"role": _fit(roles, settings), "event_role": _fit(event_roles, settings)}


def _fit(examples: Sequence[tuple[list[str], str]], settings: ClassicalSettings) -> Linear:
    return fit_linear(
        [row for row, _ in examples], [label for _, label in examples], settings.classifier, settings.seed
    )
