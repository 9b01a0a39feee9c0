"""All faults of a submission's file at once, each with its line; read only after something was found wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from detente.checks import check_document
from detente.documents import Document
from detente.errors import DataError, Fault
from detente.jsonl import read_documents
from detente.ontology import Ontology
from detente.scoring.pairing import cluster_faults, text_faults, text_length, unknown_id


def submission_faults(gold_path: Path, predicted_path: Path, ontology: Ontology) -> list[Fault]:
    """The faults of the gold file, or else all of the predicted file's in the order of its lines.

    A file that cannot be read as documents at all is told by `read_documents`; added here is what only shows beside
    the gold: unknown ids, another text, offsets beyond the text, and a span in two clusters.
    """
    try:
        gold = {document.id: _text_alone(document) for document in read_gold(gold_path, ontology)}
    except DataError as error:
        return error.faults
    try:
        for _ in read_documents(
            predicted_path, ontology, gold=False, further=lambda document: beside_gold(document, gold, ontology)
        ):
            pass
    except DataError as error:
        return error.faults
    return []


def read_gold(path: Path, ontology: Ontology) -> Iterator[Document]:
    """The gold documents of a file; raises `DataError` as `read_documents` does, and where there are none."""
    found = False
    for document in read_documents(path, ontology):
        found = True
        yield document
    if not found:
        fault = Fault("no gold document", "at least one", "Give the gold documents of the split.", path=str(path))
        raise DataError([fault])


def _text_alone(document: Document) -> Document:
    return Document(document.id, text=document.text, meta=document.meta)


def beside_gold(document: Document, gold: Mapping[str, Document], ontology: Ontology) -> list[Fault]:
    """What is wrong with a prediction that only shows beside the gold documents, by id."""
    if document.id not in gold:
        return [unknown_id(document.id[:200])]
    if beyond := text_faults(document, gold[document.id]):
        alone = {(fault.item, fault.found) for fault in check_document(document, ontology, gold=False)}
        length = text_length(gold[document.id])
        placed = check_document(document, ontology, gold=False, length=length)
        # each item that lies beyond the text, where that is what is wrong
        beyond = [fault for fault in placed if (fault.item, fault.found) not in alone] or beyond
    return beyond + cluster_faults(document)
