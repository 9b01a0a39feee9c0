"""The kept passes: normalised exports by pass and annotator, who the annotators are, and the gold with its makers.

annotation/exports/<pass>/<annotator>.json     one project each
annotation/exports/gold/<adjudicator>.json     what adjudication decided
annotation/annotators.toml                     kind, model family and procedure of each annotator
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from detente.annotation.agreement import Agreement, measure_agreement
from detente.annotation.export import read_export
from detente.annotation.tasks import AnnotatedDocument
from detente.documents import Document
from detente.errors import DataError, Fault
from detente.files import read_toml
from detente.ontology import Ontology

GOLD = "gold"


class Annotator(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who made a pass: a human or a model, of which family, and how it was made."""

    kind: str
    family: str = ""
    procedure: str = ""


def read_annotators(path: Path) -> dict[str, Annotator]:
    """The annotators by name, from `annotators.toml`."""
    return read_toml(path, dict[str, Annotator], "a table for each annotator with kind, family, procedure")


def read_passes(exports: Path, ontology: Ontology, texts: Mapping[str, str] | None = None) -> list[AnnotatedDocument]:
    """All submitted versions of all passes, gold apart, in the order of the files' names."""
    files = [path for path in sorted(exports.glob("*/*.json")) if path.parent.name != GOLD]
    return [version for path in files for version in read_export(path, ontology, texts)]


def read_gold(exports: Path, ontology: Ontology) -> list[Document]:
    """The adjudicated documents, complete, with their makers in `meta.provenance`.

    Raises `DataError` where an annotator is not in `annotators.toml`, or a document was adjudicated twice.
    """
    annotators = read_annotators(exports.parent / "annotators.toml")
    made: dict[str, set[str]] = {}
    for version in read_passes(exports, ontology):
        made.setdefault(version.document.id, set()).add(version.annotator)
    faults: list[Fault] = []
    documents: dict[str, Document] = {}
    for path in sorted((exports / GOLD).glob("*.json")):
        for version in read_export(path, ontology, gold=True):
            name = version.document.id
            if name in documents:
                faults.append(
                    Fault("adjudicated twice", "one gold version", "Keep one.", document=name, path=str(path))
                )
            unknown = sorted({version.annotator, *made.get(name, ())} - set(annotators))
            if unknown:
                remedy = "Add kind and family."
                faults.append(Fault(f"annotators {', '.join(unknown)}", "entries in annotators.toml", remedy, name))
                continue
            passes = [annotators[annotator] for annotator in sorted(made.get(name, ()))]
            documents[name] = _with_makers(version.document, passes, annotators[version.annotator])
    if faults:
        raise DataError(faults)
    return [documents[name] for name in sorted(documents)]


def _with_makers(document: Document, passes: list[Annotator], adjudicator: Annotator) -> Document:
    if document.meta is None:
        return document
    makers = {"passes": [msgspec.to_builtins(a) for a in passes], "adjudication": msgspec.to_builtins(adjudicator)}
    meta = msgspec.structs.replace(document.meta, provenance={**document.meta.provenance, **makers})
    return msgspec.structs.replace(document, meta=meta)


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """Agreement between the kept passes, and in whose name it may be quoted."""

    title: str
    annotators: Mapping[str, Annotator]
    documents: int
    measures: Sequence[Agreement]


def measure_passes(exports: Path, ontology: Ontology) -> AgreementReport:
    """Agreement over all kept passes; between model passes it is called inter-pass, between people inter-annotator.

    Raises `DataError` where passes of models and of people would be mixed in one figure.
    """
    versions = read_passes(exports, ontology)
    annotators = read_annotators(exports.parent / "annotators.toml")
    used = {version.annotator: annotators[version.annotator] for version in versions if version.annotator in annotators}
    kinds = {annotator.kind for annotator in used.values()}
    if len(kinds) > 1:
        found, expected = f"passes of {' and '.join(sorted(kinds))}", "passes of one kind in one figure"
        fault = Fault(found, expected, "Keep them in folders apart.", path=str(exports))
        raise DataError([fault])
    name = "Inter-annotator agreement" if kinds == {"human"} else "Inter-pass agreement"
    measures, documents = measure_agreement(versions, ontology)
    families = ", ".join(sorted({a.family for a in used.values() if a.family}))
    made = f" (passes by a language model, family {families})" if kinds == {"model"} else ""
    return AgreementReport(f"{name}, {documents} articles with two passes{made}", used, documents, measures)
