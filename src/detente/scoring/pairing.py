"""Gold and predicted documents brought together by id, with the contract of a submission checked on the way.

Both sides are streamed: a document waits only until its partner comes, so files in the same order need no memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import NamedTuple

from detente.checks import check_document
from detente.columns import columns_of
from detente.documents import Document
from detente.errors import DataError, Fault
from detente.ontology import Ontology
from detente.soundness import has_repeated_arguments


class DocumentPair(NamedTuple):
    """A gold document and its prediction; an empty one stands in where the submission has none (`missing`)."""

    gold: Document
    predicted: Document
    missing: bool


def pair_documents(
    gold: Iterable[Document], predicted: Iterable[Document], *, distinct: bool = False
) -> Iterator[DocumentPair]:
    """Every gold document with its prediction, in the order in which pairs are complete, the missing ones last.

    `distinct` says that ids are known to be so on either side (as a file's reader has seen to), and spares a look.

    Raises, at the end, one `DataError` with all faults: repeated ids on either side, ids that the gold does not have,
    another text than the gold's, offsets outside it, a span in two clusters.
    """
    sides = _Side("gold", distinct), _Side("predicted", distinct)
    faults: list[Fault] = []
    for arrived in zip_longest(gold, predicted):
        for side, document in zip(sides, arrived, strict=True):
            faults += side.take(document)
        for name in {document.id: None for document in arrived if document is not None}:
            if name in sides[0].waiting and name in sides[1].waiting:
                pair = DocumentPair(sides[0].waiting.pop(name), sides[1].waiting.pop(name), missing=False)
                faults += text_faults(pair.predicted, pair.gold)
                if not faults:
                    yield pair
    faults += [unknown_id(name) for name in sides[1].waiting]
    if faults:
        raise DataError(faults)
    for document in sides[0].waiting.values():
        yield DocumentPair(document, Document(document.id), missing=True)


class _Side:
    """The documents of one side whose partner has not come yet, and the ids met so far."""

    def __init__(self, name: str, distinct: bool) -> None:
        self.name = name
        self.distinct = distinct
        self.waiting: dict[str, Document] = {}
        self.seen: set[str] = set()

    def take(self, document: Document | None) -> list[Fault]:
        """Take in a document (None: the side has ended); its faults: a repeated id, a span in two clusters."""
        if document is None:
            return []
        if not self.distinct:
            if document.id in self.seen:
                found = f"document {document.id!r} twice among the {self.name}"
                return [Fault(found, "each document once", "Remove one of them.", document=document.id)]
            self.seen.add(document.id)
        self.waiting[document.id] = document
        return cluster_faults(document)


def well_formed(documents: Iterable[Document], ontology: Ontology) -> Iterator[Document]:
    """The documents, checked as predictions are (ids, offsets, labels, references); all faults raised at the end."""
    faults: list[Fault] = []
    for document in documents:
        faults += check_document(document, ontology, gold=False)
        if not faults:
            yield document
    if faults:
        raise DataError(faults)


def text_length(gold: Document) -> int | None:
    """Length of a gold document's text in code points, as far as it is known."""
    if gold.text is not None:
        return len(gold.text)
    return gold.meta.length or None if gold.meta is not None else None


def text_faults(predicted: Document, gold: Document) -> list[Fault]:
    """Where a prediction does not fit the gold text: another text, offsets beyond the end."""
    faults = []
    if predicted.text is not None and gold.text is not None and predicted.text != gold.text:
        faults.append(
            Fault(
                "a text that differs from the gold document's",
                "the frozen text, or none",
                "Leave `text` out, and count offsets on the frozen text.",
                document=predicted.id,
            )
        )
    length = text_length(gold)
    if length is not None and _furthest(predicted) > length:
        faults.append(
            Fault(
                f"offset {_furthest(predicted)} in a text of {length} code points",
                f"0 ≤ start < end ≤ {length}",
                "Count code points of the frozen text (not bytes, not UTF-16 units), end exclusive.",
                document=predicted.id,
            )
        )
    return faults


def cluster_faults(document: Document) -> list[Fault]:
    """A span in two clusters, which no coreference metric can make sense of."""
    if len(set(columns_of(document).spans)) == len(document.mentions):
        return []
    faults = []
    entity_of: dict[tuple[int, int], str] = {}
    for mention in document.mentions:
        if mention.entity is None:
            continue
        first = entity_of.setdefault((mention.start, mention.end), mention.entity)
        if first != mention.entity:
            faults.append(
                Fault(
                    f"mention [{mention.start}, {mention.end}) in the clusters {first!r} and {mention.entity!r}",
                    "each span in one cluster",
                    "Give mentions of the same span the same entity, or leave one of them out.",
                    document=document.id,
                    item=mention.id,
                )
            )
    return faults


def unknown_id(name: str) -> Fault:
    """The fault of a predicted document that the gold does not have."""
    return Fault(
        f"document {name!r}, which the gold does not have",
        "ids of the gold documents only",
        "Predict the documents of this split and revision, and keep their ids.",
        document=name,
    )


def repeated_items(document: Document) -> dict[str, int]:
    """How many items of each layer repeat another one in everything but their id; such repeats count once."""
    if _certainly_without_repeats(document):
        return {}
    layers: dict[str, Iterable[object]] = {
        "mentions": ((m.start, m.end, m.type, m.level, m.reading, m.value, m.entity) for m in document.mentions),
        "events": (
            (e.type, e.start, e.end, e.polarity, e.modality, e.source, e.condition, e.cluster, frozenset(e.arguments))
            for e in document.events
        ),
        "arguments": ((e.id, argument) for e in document.events for argument in e.arguments),
        "stances": ((s.holder, s.target, s.label, s.explicit, s.source, s.evidence) for s in document.stances),
    }
    repeats = {name: sum(count - 1 for count in Counter(items).values()) for name, items in layers.items()}
    return {name: count for name, count in repeats.items() if count}


def _certainly_without_repeats(document: Document) -> bool:
    """Whether items differ already in what tells them apart most quickly."""
    columns = columns_of(document)
    m, v, s = columns.mentions, columns.events, columns.stances
    return (
        len(columns.typed()) == len(m.id)
        and len(set(zip(v.start, v.end, v.type, strict=True))) == len(v.id)
        and len(set(zip(s.holder, s.target, s.label, strict=True))) == len(s.id)
        and not has_repeated_arguments(columns)
    )


def _furthest(document: Document) -> int:
    """The greatest end offset of a document."""
    columns = columns_of(document)
    further = [span.end for span in (*columns.events.condition, *columns.stances.evidence) if span is not None]
    return max((*columns.mentions.end, *columns.events.end, *further), default=0)
