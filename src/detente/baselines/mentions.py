"""Mentions of the classical baseline: taggers for spans and types, then classifiers for level and reading.

Three conditional random fields. `names` tags the outermost mentions of the levels that are annotated exhaustively;
`phrases` those of all other levels, and of types without one; `inside` tags, within a mention of either layer, the
mentions of the same layer directly inside it, and is applied to its own results again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from detente.baselines.crf import Rows, Tagger, fit_tagger
from detente.baselines.drafts import Draft, nested
from detente.baselines.lexicon import UNMARKED, Counts, Lexicon
from detente.baselines.linear import Linear, fit_linear
from detente.baselines.parts import ClassicalSettings, Parts
from detente.baselines.scene import Scene
from detente.baselines.tagging import OUTSIDE, mark, marked
from detente.baselines.tokens import Span, Tokens
from detente.baselines.words import EDGE, shape
from detente.checks import MAX_NESTING
from detente.documents import Mention
from detente.ontology import Ontology

NAMES, PHRASES = "names", "phrases"
Labelled = list[tuple[Span, str]]
FeatureRows = list[list[str]]


def layer_of(mention: Mention, ontology: Ontology) -> str:
    """Whether a mention's level is annotated exhaustively."""
    return NAMES if mention.level in ontology.mention.exhaustive_levels else PHRASES


def fit_taggers(
    scenes: Sequence[Scene], rows: Sequence[FeatureRows], ontology: Ontology, settings: ClassicalSettings
) -> dict[str, Tagger]:
    """Train the three taggers on gold mentions; `rows` are the features of each scene's tokens."""
    layered = [_layers(scene, ontology) for scene in scenes]
    taggers = {}
    for layer in (NAMES, PHRASES):
        sequences = (
            sequence
            for scene, features, layers in zip(scenes, rows, layered, strict=True)
            for sequence in _sentences(scene.tokens, features, outermost(layers[layer]))
        )
        taggers[layer] = fit_tagger(sequences, settings.tagger)
    insides = (
        (Rows(inside_rows(features, outer, label)), tags)
        for features, layers in zip(rows, layered, strict=True)
        for layer in (NAMES, PHRASES)
        for outer, label, tags in _insides(layers[layer])
    )
    taggers["inside"] = fit_tagger(insides, settings.tagger)
    return taggers


def _layers(scene: Scene, ontology: Ontology) -> dict[str, Labelled]:
    layers: dict[str, Labelled] = {NAMES: [], PHRASES: []}
    for mention in scene.placed_mentions():
        layers[layer_of(mention, ontology)].append((scene.places[mention.id], mention.type))
    return layers


def outermost(spans: Iterable[tuple[Span, str]]) -> Labelled:
    """The spans that lie in no other; of two that cross, the first."""
    kept: Labelled = []
    for span, label in sorted(spans, key=lambda pair: (pair[0].first, -pair[0].last)):
        if not kept or span.first >= kept[-1][0].last:
            kept.append((span, label))
    return kept


def _sentences(tokens: Tokens, rows: FeatureRows, spans: Labelled) -> Iterator[tuple[Rows, list[str]]]:
    tags = [OUTSIDE] * len(tokens.words)
    for span, label in spans:
        mark(tags, span, label)
    for sentence in tokens.sentences:
        yield Rows(rows[sentence.first : sentence.last]), tags[sentence.first : sentence.last]


def _insides(layer: Labelled) -> Iterator[tuple[Span, str, list[str]]]:
    """Each mention of two tokens or more, with the tags of what is directly inside it."""
    for outer, label in layer:
        if outer.last - outer.first < 2:
            continue
        tags = [OUTSIDE] * (outer.last - outer.first)
        for span, inner in outermost(pair for pair in layer if _inside(pair[0], outer)):
            mark(tags, Span(span.first - outer.first, span.last - outer.first), inner)
        yield outer, label, tags


def _inside(span: Span, outer: Span) -> bool:
    return span != outer and outer.first <= span.first and span.last <= outer.last


def inside_rows(rows: FeatureRows, outer: Span, label: str) -> FeatureRows:
    """The features of the tokens inside a mention: their own, the mention's type and the place in it."""
    length = outer.last - outer.first
    return [
        [*rows[outer.first + place], f"o={label}", f"ob={min(place, 4)}", f"oe={min(length - place, 4)}"]
        for place in range(length)
    ]


def find_drafts(
    scene: Scene, rows: FeatureRows, sequences: Sequence[Rows], parts: Parts, settings: ClassicalSettings
) -> list[Draft]:
    """Drafts without level and reading, nested; where they are in conflict, names come before phrases.

    `rows` are the features of the document's tokens, `sequences` the same by sentence.
    """
    found: dict[str, Labelled] = {}
    for layer, certainty in ((NAMES, settings.name_certainty), (PHRASES, settings.phrase_certainty)):
        found[layer] = _tag_sentences(scene.tokens, sequences, parts.taggers[layer], certainty)
        found[layer] += _tag_inside(rows, found[layer], parts.taggers["inside"])
    if settings.repeat_names:
        found[NAMES] += _repeated(scene.tokens, found[NAMES])
    return nested(Draft(span, label, layer=layer) for layer, spans in found.items() for span, label in spans)


def _tag_sentences(tokens: Tokens, sequences: Sequence[Rows], tagger: Tagger, certainty: float) -> Labelled:
    return [
        pair
        for sentence, sequence in zip(tokens.sentences, sequences, strict=True)
        for pair in marked(tagger.tag(sequence, certainty), sentence.first)
    ]


def _tag_inside(rows: FeatureRows, outer: Labelled, tagger: Tagger) -> Labelled:
    found: Labelled = []
    level = outer
    for _ in range(MAX_NESTING - 1):
        level = [
            pair
            for span, label in level
            if span.last - span.first > 1
            for pair in marked(tagger.tag(Rows(inside_rows(rows, span, label))), span.first)
            if pair[0] != span
        ]
        found += level
    return found


def _repeated(tokens: Tokens, names: Labelled) -> Labelled:
    """Further occurrences of the names found, where nothing is marked yet, with their most frequent type."""
    types: dict[str, Counter[str]] = {}
    covered: set[int] = set()
    for span, label in names:
        words = tokens.words[span.first : span.last]
        if words[0][0].isupper():
            types.setdefault(" ".join(words), Counter())[label] += 1
        covered.update(range(span.first, span.last))
    lexicon = Lexicon(lower=False, counts={key: dict(labels) for key, labels in types.items()}, lengths=_lengths(types))
    return [
        pair
        for sentence in tokens.sentences
        for pair in lexicon.matches(tokens.words, sentence)
        if covered.isdisjoint(range(pair[0].first, pair[0].last))
    ]


def _lengths(keys: Iterable[str]) -> dict[str, tuple[int, ...]]:
    lengths: dict[str, set[int]] = {}
    for key in keys:
        words = key.split(" ")
        lengths.setdefault(words[0], set()).add(len(words))
    return {word: tuple(sorted(found, reverse=True)) for word, found in lengths.items()}


# ------------------------------------------------------------------------------------------- level and reading


def fit_labels(
    scenes: Sequence[Scene], lexicon: Lexicon, owns: Sequence[Counts], settings: ClassicalSettings
) -> dict[str, Linear]:
    """Train the classifiers of levels and readings on gold mentions; `owns` are left out of the lexicon."""
    examples: dict[str, list[list[str]]] = {"level": [], "reading": []}
    labels: dict[str, list[str]] = {"level": [], "reading": []}
    for scene, own in zip(scenes, owns, strict=True):
        for mention in scene.placed_mentions():
            features = label_features(scene.tokens, scene.places[mention.id], mention.type, lexicon, own)
            if mention.level is not None:
                examples["level"].append(features)
                labels["level"].append(mention.level)
            if mention.reading is not None:
                examples["reading"].append([*features, f"level={mention.level}"])
                labels["reading"].append(mention.reading)
    return {
        name: fit_linear(examples[name], labels[name], settings.classifier, settings.seed)
        for name in ("level", "reading")
    }


def label_drafts(scene: Scene, drafts: Sequence[Draft], parts: Parts, ontology: Ontology) -> list[Draft]:
    """Drafts with level and reading, where their type carries them; the level is one of the draft's layer."""
    lexicon = parts.tables.names
    level, reading = parts.classifiers["level"], parts.classifiers["reading"]
    exhaustive = ontology.mention.exhaustive_levels
    masks = {
        NAMES: level.mask(exhaustive),
        PHRASES: level.mask([name for name in ontology.levels if name not in exhaustive]),
    }
    features = [label_features(scene.tokens, draft.span, draft.type, lexicon, None) for draft in drafts]
    levels = level.choose(level.scores(features), [masks[draft.layer] for draft in drafts])
    read = [number for number, draft in enumerate(drafts) if ontology.entity_type[draft.type].has_reading]
    readings = reading.classify([[*features[number], f"level={levels[number]}"] for number in read])
    reading_of = dict(zip(read, readings, strict=True))
    return [
        Draft(draft.span, draft.type, level_name or None, reading_of.get(number) or None)
        for number, (draft, level_name) in enumerate(zip(drafts, levels, strict=True))
    ]


def label_features(tokens: Tokens, span: Span, kind: str, lexicon: Lexicon, own: Counts | None) -> list[str]:
    """What tells a mention's level and reading: its words, their neighbours, and what train called it."""
    sentence = tokens.sentence(span.first)
    words = tokens.words
    first, last = words[span.first], words[span.last - 1]
    before = [tokens.lowers[i] if i >= sentence.first else EDGE for i in range(span.first - 3, span.first)]
    after = [tokens.lowers[i] if i < sentence.last else EDGE for i in range(span.last, span.last + 3)]
    text = " ".join(words[span.first : span.last])
    known = lexicon.best(text if not lexicon.lower else text.lower(), own)
    return [
        f"k={kind}",
        f"t={text}",
        f"first={first.lower()}",
        f"last={last.lower()}",
        f"q2={last[-2:].lower()}",
        f"q3={last[-3:].lower()}",
        f"s={shape(first)}|{shape(last)}",
        f"n={min(span.last - span.first, 4)}",
        f"-1={before[2]}",
        f"-21={before[1]} {before[2]}",
        f"+1={after[0]}",
        f"+q={after[0][-3:]}",
        f"k-1={kind} {before[2]}",
        f"start={span.first == sentence.first}",
        f"known={known}" if known != UNMARKED else "new",
        f"kq={kind} {last[-2:].lower()}",
        *(f"bag-={word}" for word in before),
        *(f"bag+={word}" for word in after),
    ]
