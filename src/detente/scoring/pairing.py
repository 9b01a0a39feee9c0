"""Gold and predicted documents brought together by id, and what is wrong with a pair.

Both sides are streamed: a document waits only until its partner comes, so files in the same order need no memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any, NamedTuple

from detente.checks import check_document
from detente.documents import Document
from detente.errors import DataError, Fault
from detente.ontology import Ontology


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

    Raises, at the end, one `DataError` with all faults: repeated ids on either side, ids that the gold does not have.
    """
    sides = _Side("gold", distinct), _Side("predicted", distinct)
    faults: list[Fault] = []
    for arrived in zip_longest(gold, predicted):
        for side, document in zip(sides, arrived, strict=True):
            faults += side.take(document)
        for name in {document.id: None for document in arrived if document is not None}:
            if name in sides[0].waiting and name in sides[1].waiting:
                yield DocumentPair(sides[0].waiting.pop(name), sides[1].waiting.pop(name), missing=False)
    faults += [unknown_id(name) for name in sides[1].waiting]
    for document in sides[0].waiting.values():
        yield DocumentPair(document, Document(document.id), missing=True)
    if faults:
        raise DataError(faults)


class _Side:
    """The documents of one side whose partner has not come yet, and the ids met so far."""

    def __init__(self, name: str, distinct: bool) -> None:
        self.name = name
        self.distinct = distinct
        self.waiting: dict[str, Document] = {}
        self.seen: set[str] = set()

    def take(self, document: Document | None) -> list[Fault]:
        """Take in a document (None: the side has ended); its fault, if its id is a repeated one."""
        if document is None:
            return []
        if not self.distinct:
            if document.id in self.seen:
                found = f"document {document.id!r} twice among the {self.name}"
                return [Fault(found, "each document once", "Remove one of them.", document=document.id)]
            self.seen.add(document.id)
        self.waiting[document.id] = document
        return []


def pair_faults(pair: DocumentPair, ontology: Ontology, *, complete: bool) -> list[Fault]:
    """All faults of a pair: of either document, and of the prediction beside the gold; `complete` says gold must be."""
    gold, predicted, _ = pair
    return [
        *check_document(gold, ontology, gold=complete),
        *cluster_faults(gold),
        *check_document(predicted, ontology, gold=False),
        *text_faults(predicted, gold),
        *cluster_faults(predicted),
    ]


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


def _furthest(document: Document) -> int:
    """The greatest end offset of a document."""
    spans: list[Any] = [*document.mentions, *document.events, *(event.condition for event in document.events)]
    spans += (stance.evidence for stance in document.stances)
    return max((span.end for span in spans if span is not None), default=0)
