"""What train has seen, found again: longest match of its strings, with the majority of everything that they carried.

- Mentions: strings that train marked at least half the times they occur, with their majority type, level and reading,
  and the mentions that train marked inside them.
- Entities: mentions whose strings had the same canonical name in train, else equal strings.
- Triggers: likewise, by lower-cased words, with majority type, polarity, modality and source. Equal triggers of one
  type are one event.
- Arguments: within the sentence, nearest first, each role once: the majority role of (event type, mention type, side
  of the trigger); of events by (event type, event type, order).
- Stances: the majority label, "none" included, of the link between two entities, or an entity and an event: the event
  type with the holder's and the target's role.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from detente.baselines.drafts import Draft, make_entities, make_mentions, name_rank, nested
from detente.baselines.lexicon import UNMARKED, Lexicon, build_lexicon, cased, majority
from detente.baselines.links import links
from detente.baselines.protocol import Model, Progress, Settings
from detente.baselines.scene import Scene, make_scenes, predict_layers
from detente.baselines.storage import model_fault, write_struct
from detente.baselines.tokens import Span
from detente.checks import SPECIAL_SOURCES
from detente.documents import Argument, Document, Entity, Event, Mention, Stance
from detente.documents import Span as Offsets
from detente.ontology import Ontology

SUMMARY = "train's strings found again, with their majority labels"
FILE = "gazetteer.json"
Counts = dict[str, dict[str, int]]


class GazetteerSettings(Settings, frozen=True):
    """Settings of the gazetteer baseline."""

    # the majority role of a pair of types counts from this many train arguments on
    min_role_count: int = 2
    # the majority label of a link counts from this many train links on
    min_link_count: int = 1


class Tables(msgspec.Struct, frozen=True):
    """All that the gazetteer has counted in train; labels of several parts are joined by "/"."""

    mentions: Lexicon
    triggers: Lexicon
    # string of a mention -> mentions inside it as "first/last" token; UNMARKED counts the occurrences
    inside: Counts
    # string/reading -> entity names
    names: Counts
    # event type/filler type/side -> roles, of mentions and of events
    roles: Counts
    event_roles: Counts
    # path of a link -> stance labels
    stances: Counts
    explicit: Counts


class GazetteerModel:
    """Finds train's strings again."""

    def __init__(self, tables: Tables, ontology: Ontology, settings: GazetteerSettings) -> None:
        self.tables = tables
        self.ontology = ontology
        self.settings = settings

    def predict(self, document: Document, keep: frozenset[str] = frozenset()) -> Document:
        """See `Model.predict`."""
        return predict_layers(self, document, keep)

    def save(self, folder: Path) -> None:
        """See `Model.save`."""
        write_struct(folder / FILE, self.tables)

    def mentions(self, scene: Scene) -> tuple[list[Mention], list[Entity]]:
        """Longest matches with what stood inside them, one entity for each canonical name."""
        words = scene.tokens.words
        found: list[Draft] = []
        for sentence in scene.tokens.sentences:
            for span, label in self.tables.mentions.matches(words, sentence):
                found.append(_draft(span, label))
                found += self._inside(words, span)
        mentions = make_mentions(scene, nested(found), self.ontology)
        keys: list[str | None] = []
        names: list[tuple[int, str]] = []
        for mention in mentions:
            string = _string(scene, scene.places.get(mention.id) or scene.tokens.cover(mention.start, mention.end))
            known = majority(self.tables.names.get(f"{string}/{mention.reading or ''}", {}))
            has_entity = self.ontology.entity_type[mention.type].has_entity
            keys.append((known or f"{string}/{mention.type}") if has_entity else None)
            text = scene.tokens.text[mention.start : mention.end]
            names.append((0, known) if known else (name_rank(mention, self.ontology), text))
        return make_entities(scene, mentions, keys, names)

    def _inside(self, words: Sequence[str], outer: Span) -> Iterator[Draft]:
        counts = self.tables.inside.get(" ".join(words[outer.first : outer.last]), {})
        for place, count in counts.items():
            if place != UNMARKED and 2 * count >= counts[UNMARKED]:
                first, last = (outer.first + int(offset) for offset in place.split("/"))
                if label := _marked(self.tables.mentions.counts.get(" ".join(words[first:last]), {})):
                    yield _draft(Span(first, last), label)

    def events(self, scene: Scene) -> list[Event]:
        """Trigger words with their majority type and attributes, then arguments by types and distance."""
        words = cased(scene.tokens, lower=True)
        ids = scene.fresh_ids("v")
        clusters: dict[tuple[str, str], str] = {}
        cluster_ids = scene.fresh_ids("c")
        events = []
        for sentence in scene.tokens.sentences:
            for span, label in self.tables.triggers.matches(words, sentence):
                kind, polarity, modality, source = label.split("/")
                key = (kind, " ".join(words[span.first : span.last]))
                if key not in clusters:
                    clusters[key] = next(cluster_ids)
                start, end = scene.tokens.offsets(span)
                events.append(
                    Event(
                        id=next(ids),
                        type=kind,
                        start=start,
                        end=end,
                        polarity=polarity or None,
                        modality=modality or None,
                        source=source or None,
                        cluster=clusters[key],
                    )
                )
        return self._with_arguments(scene, events)

    def _with_arguments(self, scene: Scene, events: list[Event]) -> list[Event]:
        by_sentence: dict[int, list[tuple[Span, Event | Mention]]] = defaultdict(list)
        for mention in scene.placed_mentions():
            by_sentence[scene.sentence(mention)].append((scene.places[mention.id], mention))
        for event in events:
            span = scene.tokens.cover(event.start, event.end)
            if span:
                by_sentence[scene.tokens.sentence_of[span.first]].append((span, event))
        filled = {event.id: event for event in events}
        for items in by_sentence.values():
            for span, item in items:
                if isinstance(item, Event):
                    filled[item.id] = msgspec.structs.replace(item, arguments=tuple(self._arguments(span, item, items)))
        return list(filled.values())

    def _arguments(self, trigger: Span, event: Event, items: list[tuple[Span, Event | Mention]]) -> Iterator[Argument]:
        taken: set[str] = set()
        for span, item in sorted(items, key=lambda pair: abs(pair[0].first - trigger.first)):
            if item is event:
                continue
            mention = isinstance(item, Mention)
            table = self.tables.roles if mention else self.tables.event_roles
            counts = table.get(_pair(event.type, item.type, trigger, span), {})
            role = _marked(counts) if mention else majority(counts)
            if role and role not in taken and counts[role] >= self.settings.min_role_count:
                taken.add(role)
                yield Argument(role, mention=item.id) if mention else Argument(role, event=item.id)

    def stances(self, scene: Scene) -> list[Stance]:
        """One stance for each linked pair whose path mostly carried one."""
        ids = scene.fresh_ids("s")
        found: dict[tuple[str, str], Stance] = {}
        for link in links(scene):
            counts = self.tables.stances.get(link.path, {})
            label = majority(counts)
            if not label or counts[label] < self.settings.min_link_count or (link.holder, link.target) in found:
                continue
            sentence = scene.tokens.sentence(scene.places[link.event.id].first)
            found[link.holder, link.target] = Stance(
                id=next(ids),
                holder=link.holder,
                target=link.target,
                label=label,
                explicit=majority(self.tables.explicit.get(link.path, {})) == str(True),
                source=link.event.source,
                evidence=Offsets(*scene.tokens.offsets(sentence)),
            )
        return list(found.values())


def fit(
    documents: Sequence[Document], ontology: Ontology, settings: GazetteerSettings, progress: Progress
) -> GazetteerModel:
    """Count strings, pairs and links of annotated documents with text."""
    scenes = make_scenes(documents)
    mentions, _ = build_lexicon(
        [(s.tokens, [(s.places[m.id], _mention_label(m)) for m in s.placed_mentions()]) for s in scenes], lower=False
    )
    triggers, _ = build_lexicon(
        [(s.tokens, [(s.places[e.id], _event_label(e)) for e in s.placed_events()]) for s in scenes], lower=True
    )
    progress("train", 1, 2)
    tables = Tables(
        mentions=mentions,
        triggers=triggers,
        inside=_count(scenes, _inside_pairs),
        names=_count(scenes, _name_pairs),
        roles=_count(scenes, _role_pairs),
        event_roles=_count(scenes, _event_role_pairs),
        stances=_count(scenes, _stance_pairs),
        explicit=_count(scenes, _explicit_pairs),
    )
    progress("train", 2, 2)
    return GazetteerModel(tables, ontology, settings)


def load(folder: Path, ontology: Ontology, settings: GazetteerSettings) -> Model:
    """Read the model that `save` wrote; raises `DataError` where its file is missing or broken."""
    try:
        tables = msgspec.json.decode((folder / FILE).read_bytes(), type=Tables)
    except (OSError, msgspec.DecodeError) as error:
        raise model_fault(folder / FILE, str(error)) from error
    return GazetteerModel(tables, ontology, settings)


def _count(scenes: Iterable[Scene], pairs: Callable[[Scene], Iterable[tuple[str, str]]]) -> Counts:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for scene in scenes:
        for key, label in pairs(scene):
            counts[key][label] += 1
    return {key: dict(sorted(labels.items())) for key, labels in sorted(counts.items())}


def _marked(counts: dict[str, int]) -> str:
    """The most frequent label apart from UNMARKED."""
    return majority({label: count for label, count in counts.items() if label != UNMARKED})


def _mention_label(mention: Mention) -> str:
    return f"{mention.type}/{mention.level or ''}/{mention.reading or ''}"


def _event_label(event: Event) -> str:
    source = event.source if event.source in SPECIAL_SOURCES else "author"
    return f"{event.type}/{event.polarity or ''}/{event.modality or ''}/{source}"


def _draft(span: Span, label: str) -> Draft:
    kind, level, reading = label.split("/")
    return Draft(span, kind, level or None, reading or None)


def _string(scene: Scene, span: Span | None) -> str:
    return " ".join(scene.tokens.words[span.first : span.last]) if span else ""


def _pair(event_type: str, filler_type: str, trigger: Span, filler: Span) -> str:
    return f"{event_type}/{filler_type}/{'before' if filler.first < trigger.first else 'after'}"


def _inside_pairs(scene: Scene) -> Iterator[tuple[str, str]]:
    for mentions in scene.mentions_in.values():
        for outer in mentions:
            around = scene.places[outer.id]
            yield _string(scene, around), UNMARKED
            for inner in mentions:
                span = scene.places[inner.id]
                if span != around and around.first <= span.first and span.last <= around.last:
                    yield _string(scene, around), f"{span.first - around.first}/{span.last - around.first}"


def _name_pairs(scene: Scene) -> Iterator[tuple[str, str]]:
    names = {entity.id: entity.name for entity in scene.document.entities}
    for mention in scene.placed_mentions():
        if mention.entity in names:
            yield f"{_string(scene, scene.places[mention.id])}/{mention.reading or ''}", names[mention.entity]


def _role_pairs(scene: Scene) -> Iterator[tuple[str, str]]:
    for event in scene.placed_events():
        roles = {argument.mention: argument.role for argument in reversed(event.arguments) if argument.mention}
        trigger = scene.places[event.id]
        for mention in scene.mentions_in.get(scene.paragraph(event), ()):
            if scene.sentence(mention) == scene.sentence(event):
                pair = _pair(event.type, mention.type, trigger, scene.places[mention.id])
                yield pair, roles.get(mention.id, UNMARKED)


def _event_role_pairs(scene: Scene) -> Iterator[tuple[str, str]]:
    for event in scene.placed_events():
        roles = {argument.event: argument.role for argument in reversed(event.arguments) if argument.event}
        trigger = scene.places[event.id]
        for other in scene.events_in[scene.paragraph(event)]:
            if other is not event and scene.sentence(other) == scene.sentence(event):
                pair = _pair(event.type, other.type, trigger, scene.places[other.id])
                yield pair, roles.get(other.id, UNMARKED)


def _stance_pairs(scene: Scene) -> Iterator[tuple[str, str]]:
    labels = {(stance.holder, stance.target): stance.label for stance in reversed(scene.document.stances)}
    for link in links(scene):
        yield link.path, labels.get((link.holder, link.target), UNMARKED)


def _explicit_pairs(scene: Scene) -> Iterator[tuple[str, str]]:
    explicit = {(stance.holder, stance.target): bool(stance.explicit) for stance in scene.document.stances}
    for link in links(scene):
        if (link.holder, link.target) in explicit:
            yield link.path, str(explicit[link.holder, link.target])
