"""The honest floor: the most frequent label of every decision, and nothing learnt about words but "was a trigger".

- Mentions: every run of capitalised words within a sentence, its first word apart; the majority type, level and
  reading of the mentions that are annotated exhaustively.
- Entities: equal strings are one entity.
- Triggers: words that were triggers in most of their train occurrences, all with the majority type and attributes;
  each event is a cluster of its own.
- Arguments: the mention nearest to the trigger in its sentence, with the majority role that its type may fill.
- Stances: in every sentence the first entity holds the majority stance towards the second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from detente.baselines.drafts import Draft, make_entities, make_mentions, name_rank
from detente.baselines.lexicon import build_lexicon
from detente.baselines.protocol import Model, Progress, Settings
from detente.baselines.scene import Scene, make_scenes, predict_layers
from detente.baselines.storage import model_fault, write_struct
from detente.baselines.tokens import Span, Tokens
from detente.checks import SPECIAL_SOURCES
from detente.documents import Argument, Document, Entity, Event, Mention, Stance
from detente.documents import Span as Offsets
from detente.ontology import Ontology

SUMMARY = "the floor: the most frequent label of every decision"
FILE = "majority.json"


class MajoritySettings(Settings, frozen=True):
    """Settings of the majority baseline."""

    # a word is a trigger where at least this share of its train occurrences was one
    trigger_share: float = 0.5


class MajorityLabels(msgspec.Struct, frozen=True):
    """The most frequent labels; empty strings where train had none."""

    mention_type: str
    level: str
    reading: str
    triggers: list[str]
    event_type: str
    polarity: str
    modality: str
    source: str
    roles: dict[str, str]
    stance: str
    explicit: bool


class MajorityModel:
    """Predicts the labels of `MajorityLabels`."""

    def __init__(self, labels: MajorityLabels, ontology: Ontology) -> None:
        self.labels = labels
        self.ontology = ontology
        self._triggers = frozenset(labels.triggers)

    def predict(self, document: Document, keep: frozenset[str] = frozenset()) -> Document:
        """See `Model.predict`."""
        return predict_layers(self, document, keep)

    def save(self, folder: Path) -> None:
        """See `Model.save`."""
        write_struct(folder / FILE, self.labels)

    def mentions(self, scene: Scene) -> tuple[list[Mention], list[Entity]]:
        """Capitalised runs, equal strings as one entity."""
        labels = self.labels
        if not labels.mention_type:
            return [], []
        drafts = [
            Draft(span, labels.mention_type, labels.level or None, labels.reading or None)
            for span in capitalised_runs(scene.tokens)
        ]
        mentions = make_mentions(scene, drafts, self.ontology)
        texts = [scene.tokens.text[mention.start : mention.end] for mention in mentions]
        has_entity = self.ontology.entity_type[labels.mention_type].has_entity
        ranked = [(name_rank(m, self.ontology), text) for m, text in zip(mentions, texts, strict=True)]
        return make_entities(scene, mentions, [text if has_entity else None for text in texts], ranked)

    def events(self, scene: Scene) -> list[Event]:
        """Trigger words with the majority type, and the nearest mention as argument."""
        labels, tokens = self.labels, scene.tokens
        ids, clusters = scene.fresh_ids("v"), scene.fresh_ids("c")
        return [
            Event(
                id=next(ids),
                type=labels.event_type,
                start=tokens.starts[index],
                end=tokens.ends[index],
                polarity=labels.polarity or None,
                modality=labels.modality or None,
                source=labels.source or None,
                cluster=next(clusters),
                arguments=self._arguments(scene, index),
            )
            for index, word in enumerate(tokens.lowers)
            if word in self._triggers
        ]

    def _arguments(self, scene: Scene, trigger: int) -> tuple[Argument, ...]:
        sentence = scene.tokens.sentence_of[trigger]
        near = [
            mention
            for mention in scene.mentions_in.get(scene.tokens.paragraph_of[trigger], ())
            if scene.sentence(mention) == sentence and mention.type in self.labels.roles
        ]
        if not near:
            return ()
        nearest = min(near, key=lambda mention: abs(scene.places[mention.id].first - trigger))
        return (Argument(role=self.labels.roles[nearest.type], mention=nearest.id),)

    def stances(self, scene: Scene) -> list[Stance]:
        """The first entity of each sentence towards the second."""
        if not self.labels.stance:
            return []
        ids = scene.fresh_ids("s")
        pairs: dict[tuple[str, str], Span] = {}
        for sentence, entities in _entities_by_sentence(scene):
            if len(entities) > 1:
                pairs.setdefault((entities[0], entities[1]), sentence)
        return [
            Stance(
                id=next(ids),
                holder=holder,
                target=target,
                label=self.labels.stance,
                explicit=self.labels.explicit,
                source=self.labels.source or None,
                evidence=Offsets(*scene.tokens.offsets(sentence)),
            )
            for (holder, target), sentence in pairs.items()
        ]


def capitalised_runs(tokens: Tokens) -> Iterator[Span]:
    """Longest runs of capitalised words inside a sentence; its first word never belongs to one."""
    for sentence in tokens.sentences:
        first = None
        for index in range(sentence.first + 1, sentence.last + 1):
            capitalised = index < sentence.last and tokens.words[index][0].isupper()
            if capitalised and first is None:
                first = index
            elif not capitalised and first is not None:
                yield Span(first, index)
                first = None


def _entities_by_sentence(scene: Scene) -> Iterator[tuple[Span, list[str]]]:
    by_sentence: dict[int, dict[str, None]] = {}
    for mention in scene.placed_mentions():
        if mention.entity is not None:
            by_sentence.setdefault(scene.sentence(mention), {})[mention.entity] = None
    for sentence, entities in by_sentence.items():
        yield scene.tokens.sentences[sentence], list(entities)


def fit(
    documents: Sequence[Document], ontology: Ontology, settings: MajoritySettings, progress: Progress
) -> MajorityModel:
    """Count the labels of annotated documents with text."""
    scenes = make_scenes(documents)
    mentions = [mention for document in documents for mention in document.mentions]
    events = [event for document in documents for event in document.events]
    stances = [stance for document in documents for stance in document.stances]
    # capitalised runs stand for the mentions that are annotated exhaustively
    exhaustive = ontology.mention.exhaustive_levels
    mentions = [mention for mention in mentions if mention.level in exhaustive] or mentions
    mention_type = most_frequent(mention.type for mention in mentions)
    event_type = most_frequent(event.type for event in events)
    labels = MajorityLabels(
        mention_type=mention_type,
        level=most_frequent(mention.level for mention in mentions if mention.type == mention_type),
        reading=most_frequent(mention.reading for mention in mentions if mention.type == mention_type),
        triggers=_trigger_words(scenes, settings.trigger_share),
        event_type=event_type,
        polarity=most_frequent(event.polarity for event in events),
        modality=most_frequent(event.modality for event in events),
        source=most_frequent(event.source for event in events if event.source in SPECIAL_SOURCES),
        roles=_majority_roles(documents, event_type, ontology),
        stance=most_frequent(stance.label for stance in stances),
        explicit=2 * sum(bool(stance.explicit) for stance in stances) >= len(stances),
    )
    progress("train", 1, 1)
    return MajorityModel(labels, ontology)


def load(folder: Path, ontology: Ontology, settings: MajoritySettings) -> Model:
    """Read the model that `save` wrote; raises `DataError` where its file is missing or broken."""
    try:
        labels = msgspec.json.decode((folder / FILE).read_bytes(), type=MajorityLabels)
    except (OSError, msgspec.DecodeError) as error:
        raise model_fault(folder / FILE, str(error)) from error
    return MajorityModel(labels, ontology)


def most_frequent(labels: Iterable[str | None]) -> str:
    """The most frequent label that is not None, the alphabetically first of equals; empty where there is none."""
    counts = Counter(label for label in labels if label is not None)
    return min(counts, key=lambda label: (-counts[label], label), default="")


def _trigger_words(scenes: Sequence[Scene], share: float) -> list[str]:
    labelled = [(scene.tokens, [(scene.places[e.id], "trigger") for e in scene.placed_events()]) for scene in scenes]
    lexicon, _ = build_lexicon(labelled, lower=True)
    return [
        word
        for word, counts in lexicon.counts.items()
        if " " not in word and counts.get("trigger", 0) >= share * sum(counts.values())
    ]


def _majority_roles(documents: Sequence[Document], event_type: str, ontology: Ontology) -> dict[str, str]:
    """For each mention type the most frequent role of the event type that it may fill."""
    counts = Counter(
        argument.role
        for document in documents
        for event in document.events
        for argument in event.arguments
        if event.type == event_type and argument.mention is not None
    )
    roles = sorted(counts, key=lambda role: (-counts[role], role))
    chosen: dict[str, str] = {}
    for kind in ontology.entity_type:
        allowed = [role for role in roles if not ontology.roles[role].types or kind in ontology.roles[role].types]
        if allowed:
            chosen[kind] = allowed[0]
    return chosen
