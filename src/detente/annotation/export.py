"""Exports of Label Studio projects as documents: what `detente annotate pull` has written, or a JSON export by hand.

    documents = read_export(path, ontology, texts)

Cancelled annotations, drafts and tasks without annotation are counted and skipped; a submitted empty result is a
valid negative. Where an annotator has submitted a task twice, the newest counts and the others are reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from detente.annotation.conversion import annotator_of, task_to_document
from detente.annotation.normalise import collection_paused
from detente.annotation.tasks import AnnotatedDocument
from detente.errors import DataError, Fault
from detente.files import read_bytes
from detente.ontology import Ontology


@dataclass(frozen=True, slots=True)
class Export:
    """What an export holds: the submitted documents, and what was left aside.

    `superseded` and `warnings` are sentences for the reader; the others count annotations, drafts and tasks.
    """

    documents: tuple[AnnotatedDocument, ...]
    cancelled: int = 0
    drafts: int = 0
    unannotated: int = 0
    superseded: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def read_export(
    path: Path, ontology: Ontology, texts: Mapping[str, str] | None = None, *, gold: bool = False
) -> list[AnnotatedDocument]:
    """The submitted documents of an export file, by document id and annotator.

    `texts` gives the texts of stand-off documents by id; without it they come back without text. With `gold` every
    document must be complete. Raises `DataError` with all faults of all tasks.
    """
    return list(load_export(path, ontology, texts, gold=gold).documents)


def load_export(
    path: Path, ontology: Ontology, texts: Mapping[str, str] | None = None, *, gold: bool = False
) -> Export:
    """Like `read_export`, with counts of what was skipped and a note of every superseded annotation."""
    raw = read_bytes(path, "a readable export")
    try:
        with collection_paused():
            tasks = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        found = f"a file that is no JSON ({error})"
        raise DataError([Fault(found, "a JSON export", "Pull the project again.", path=str(path))]) from error
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        fault = Fault("JSON that is no list of tasks", "a JSON export", "Pull the project again.", path=str(path))
        raise DataError([fault])
    try:
        return convert_export(tasks, ontology, texts, gold=gold)
    except DataError as error:
        raise DataError([replace(fault, path=str(path)) for fault in error.faults]) from error


def convert_export(
    tasks: Iterable[Mapping[str, Any]],
    ontology: Ontology,
    texts: Mapping[str, str] | None = None,
    *,
    gold: bool = False,
) -> Export:
    """The tasks of an export, raw or normalised, as documents; raises `DataError` with all faults of all tasks."""
    found: list[AnnotatedDocument] = []
    faults: list[Fault] = []
    superseded: list[str] = []
    cancelled = drafts = unannotated = 0
    tasks = sorted(tasks, key=lambda task: str(_data(task).get("id", "")))
    for task in tasks:
        if unreadable := _unreadable(task):
            faults += unreadable
            continue
        submitted, skipped = _submitted(task)
        cancelled += skipped
        drafts += _count(task.get("drafts"))
        unannotated += not submitted
        for annotator, versions in submitted.items():
            if len(versions) > 1:
                superseded.append(
                    f"{_data(task).get('id')}: {annotator} submitted {len(versions)} times; newest counts"
                )
            try:
                text = (texts or {}).get(str(_data(task).get("id", "")))
                document = task_to_document(task, versions[-1], ontology, text=text, gold=gold)
                found.append(AnnotatedDocument(document, annotator, str(_data(task).get("pass", ""))))
            except DataError as error:
                faults += error.faults
    faults += _repeated(found)
    if faults:
        raise DataError(faults)
    return Export(tuple(found), cancelled, drafts, unannotated, tuple(superseded), tuple(_warnings(found)))


def _data(task: Mapping[str, Any]) -> Mapping[str, Any]:
    data = task.get("data")
    return data if isinstance(data, Mapping) else {}


def _unreadable(task: Mapping[str, Any]) -> list[Fault]:
    """Why nothing can be said of a task: another format than JSON, or annotations that nobody has made."""
    where = f"task {task['id']}" if "id" in task else ""
    remedy = "Pull the project again, or export it with exportType=JSON."
    name, annotations = _data(task).get("id"), task.get("annotations")
    document = str(name or "")
    if not isinstance(name, str):
        return [
            Fault(
                "a task without a document",
                "data with id, text, sha256, blocks",
                f"Push the document again. {remedy}",
                item=where,
            )
        ]
    if annotations is not None and not isinstance(annotations, list):
        return [Fault(f"annotations {annotations!r:.40}", "a list", remedy, document, where)]
    faults = []
    for annotation in annotations or ():
        if not isinstance(annotation, Mapping):
            found = f"an annotation that is no object ({annotation!r:.40})"
            faults.append(Fault(found, "an object", "Export the project again.", document, where))
        elif not annotator_of(annotation):
            expected = "the annotator, or a user in completed_by"
            faults.append(
                Fault("an annotation of nobody", expected, "Set completed_by and export again.", document, where)
            )
    return faults


def _submitted(task: Mapping[str, Any]) -> tuple[dict[str, list[Mapping[str, Any]]], int]:
    """The submitted annotations of a task by annotator, oldest first, and the number of cancelled ones."""
    submitted: dict[str, list[Mapping[str, Any]]] = {}
    cancelled = 0
    annotations = task.get("annotations") or []
    for annotation in sorted(annotations, key=lambda a: str(a.get("updated_at") or "")):
        if annotation.get("was_cancelled") or annotation.get("cancelled"):
            cancelled += 1
        else:
            submitted.setdefault(annotator_of(annotation), []).append(annotation)
    return dict(sorted(submitted.items())), cancelled


def _count(drafts: object) -> int:
    return drafts if isinstance(drafts, int) else len(drafts) if isinstance(drafts, list) else 0


def _repeated(found: Iterable[AnnotatedDocument]) -> list[Fault]:
    """Documents that one annotator has in two tasks of one pass: which one counts cannot be known."""
    faults = []
    seen: set[tuple[str, str, str]] = set()
    for version in found:
        key = (version.document.id, version.annotator, version.pass_name)
        if key in seen:
            told = f"two tasks of pass {version.pass_name!r} annotated by {version.annotator}"
            faults.append(Fault(told, "one task", "Delete one of the tasks.", document=version.document.id))
        seen.add(key)
    return faults


def _warnings(found: Iterable[AnnotatedDocument]) -> Iterable[str]:
    """Entity names that differ in case or spacing only, most often one name typed in two ways."""
    for version in found:
        names: dict[str, str] = {}
        for entity in version.document.entities:
            other = names.setdefault("".join(entity.name.casefold().split()), entity.name)
            if other != entity.name:
                yield f"{version.document.id}, {version.annotator}: entities {other!r} and {entity.name!r}: one thing?"
