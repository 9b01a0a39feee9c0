"""The challenge slices of the corpus: how many items are hard in a way that systems are known to fail on.

Counted on gold for the card, and held to a least number by the tests. Those that can be seen in one article
(`detente.phenomena`) are slices of the scorer too; the others need the whole corpus.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from detente.dataset.splits import Splits
from detente.documents import DEBRIS_BLOCKS, Document, Stance
from detente.ontology import Ontology
from detente.phenomena import (
    ambiguous_mentions,
    is_anonymous,
    is_negated,
    is_unreal,
    nested_spans,
    sentence_numbers,
    unevenly_told,
)

# a target has a usual side once it has this many stances, of which a majority go one way
USUAL = 3
# words by which one side classes another; compared with the lower-cased words of a stance's evidence
CLASSING = frozenset(
    """as brand branded brands call called calls class classed classes classified classifies classify consider
    considered considers deem deemed deems define defines described describes designate designated designates
    designation label labelled labeled labels list listed lists perceives regard regarded regards sees terror terrorist
    terrorists treats views""".split()
)


def count_challenges(splits: Splits, ontology: Ontology) -> list[tuple[str, list[int]]]:
    """(slice, items by split and in all)."""
    documents = [document for group in splits.values() for document in group]
    train = {entity.name for document in splits.get("train", ()) for entity in document.entities}
    usual = usual_sides(documents)
    counts: dict[str, Counter[str]] = {split: Counter() for split in splits}
    names: dict[str, None] = {}
    for split, group in splits.items():
        for document in group:
            unseen = train if split != "train" else None
            for name, number in _challenges(document, ontology, unseen, usual):
                names[name] = None
                counts[split][name] += number
    rows = []
    for name in names:
        numbers = [counts[split][name] for split in splits]
        rows.append((name, [*numbers, sum(numbers)]))
    return rows


def usual_sides(documents: Sequence[Document]) -> dict[str, str]:
    """The label that most stances toward a target have, by the target's canonical name."""
    labels: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for document in documents:
        names = {entity.id: entity.name for entity in document.entities}
        for stance in document.stances:
            if stance.target in names:
                labels[names[stance.target]][stance.label] += 1
    return {
        name: counted.most_common(1)[0][0]
        for name, counted in labels.items()
        if counted.total() >= USUAL and counted.most_common(1)[0][1] * 2 > counted.total()
    }


def _challenges(
    document: Document, ontology: Ontology, train: set[str] | None, usual: Mapping[str, str]
) -> Iterator[tuple[str, int]]:
    named = [m for m in document.mentions if m.level in ontology.mention.exhaustive_levels]
    events, names = document.events, {entity.id: entity.name for entity in document.entities}
    inside = nested_spans(document)
    yield "nested names", sum((mention.start, mention.end) in inside for mention in named)
    yield "metonymy: words with several readings in the article", len(ambiguous_mentions(document))
    yield "negated events", sum(is_negated(event, ontology) for event in events)
    yield "events planned, possible or generic", sum(is_unreal(event, ontology) for event in events)
    yield "anonymous or nested sources", _hidden_sources(document, ontology)
    yield "arguments in another sentence", _across(document)
    yield "coreferent events with other attributes", len(unevenly_told(document))
    yield "reported classification", sum(_classes(document, stance) for stance in document.stances)
    yield "blocks of page debris", sum(block.kind in DEBRIS_BLOCKS for block in document.blocks)
    seen = train if train is not None else set(names.values())
    unseen = {entity.id for entity in document.entities if entity.name not in seen}
    yield "named mentions of entities unseen in train", sum(mention.entity in unseen for mention in named)
    against = (
        names.get(stance.target, "") in usual and stance.label != usual[names[stance.target]]
        for stance in document.stances
    )
    yield "stances against the target's usual side", sum(against)


def _hidden_sources(document: Document, ontology: Ontology) -> int:
    mentions = {mention.id: mention for mention in document.mentions}
    named = [item.source for item in document.events] + [item.source for item in document.stances]
    sources = [mentions.get(name or "") for name in named]
    return sum(source is not None and is_anonymous(source, ontology) for source in sources)


def _across(document: Document) -> int:
    sentence = sentence_numbers(document)
    places = {mention.id: sentence(mention.start) for mention in document.mentions}
    places |= {event.id: sentence(event.start) for event in document.events}
    return sum(
        places[event.id] != places[argument.mention or argument.event or ""]
        for event in document.events
        for argument in event.arguments
    )


def _classes(document: Document, stance: Stance) -> bool:
    if stance.explicit or stance.evidence is None or stance.target not in {entity.id for entity in document.entities}:
        return False
    words = (document.text or "")[stance.evidence.start : stance.evidence.end].lower().split()
    return not CLASSING.isdisjoint(words)
