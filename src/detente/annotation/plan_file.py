"""A plan of who annotates what, how much of it twice, and where a model's predictions are shown as a start.

    pass = "full"
    version = "v1"
    annotators = ["ann@example.org", "ben@example.org", "cat@example.org"]
    double = 0.25                      # the share of articles that two of them annotate
    [fixed]                            # whose article it is whatever the rest
    "dt-0003" = ["ann@example.org", "cat@example.org"]
    [start]                            # shown in train alone; validation and test stay blank
    predictions = "predictions.jsonl"
    name = "classical 0.2.0"
    splits = "splits.toml"

The same plan and articles give the same assignment, and articles with later ids change nothing of it: a plan can be
pushed again as articles come in.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from detente.annotation.controls import FULL, PASSES
from detente.annotation.push import Plan
from detente.annotation.tasks import AnnotatedDocument
from detente.dataset.splits import assign_splits, read_split_dates
from detente.documents import Document, without_annotation
from detente.errors import DataError, Fault
from detente.files import read_toml
from detente.jsonl import read_documents
from detente.ontology import Ontology

TRAIN = "train"


class Start(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Predictions shown as a start in train: their file and the split dates (beside the plan), and the model's name."""

    predictions: str
    name: str
    splits: str


class PlanFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"pass_name": "pass"}):
    """What a plan file says."""

    annotators: tuple[str, ...]
    pass_name: str = FULL
    version: str = "v1"
    double: float = 0.0
    fixed: Mapping[str, tuple[str, ...]] = {}
    start: Start | None = None


def read_plan(path: Path) -> PlanFile:
    """Read a plan; raises `DataError` for another form, an unknown pass or annotator, or a share beyond 0 to 1."""
    plan = read_toml(path, PlanFile, "a plan: annotators, pass, version, double")
    if faults := [Fault(*parts, path=str(path)) for parts in _faults(plan)]:
        raise DataError(faults)
    return plan


def _faults(plan: PlanFile) -> list[tuple[str, str, str]]:
    faults = []
    if plan.pass_name not in PASSES:
        faults.append((f"pass {plan.pass_name!r}", f"one of {', '.join(PASSES)}", "Correct it."))
    if not plan.annotators or len(set(plan.annotators)) < len(plan.annotators):
        faults.append((f"annotators {', '.join(plan.annotators)}", "one or more, each once", "Correct them."))
    if not 0 <= plan.double <= 1:
        faults.append((f"double = {plan.double}", "a share between 0 and 1", "Correct it."))
    elif plan.double and len(plan.annotators) < 2:
        faults.append((f"double = {plan.double} with one annotator", "two or more annotators", "Name another."))
    for document, names in plan.fixed.items():
        unknown = [name for name in names if name not in plan.annotators]
        if unknown or not names:
            found = f"{', '.join(unknown) or 'nobody'} for {document}"
            faults.append((found, "some of the annotators", "Add them to annotators, or correct the names."))
    return faults


def assign(documents: Sequence[Document], plan: PlanFile) -> dict[str, tuple[str, ...]]:
    """Whose each article is, by document id: one annotator's, or two's for every so many.

    Articles are dealt out in the order of their ids, each to those who have fewest so far. Raises `DataError` for a
    fixed article that is not among the documents.
    """
    missing = sorted(set(plan.fixed) - {document.id for document in documents})
    if missing:
        remedy = "Add the article, or take it out of the plan."
        raise DataError([Fault("no such article", "one of the documents", remedy, name) for name in missing])
    load: Counter[str] = Counter()
    pairs: Counter[tuple[str, ...]] = Counter()
    assigned: dict[str, tuple[str, ...]] = {}
    dealt = 0
    for name in sorted(document.id for document in documents):
        if name in plan.fixed:
            chosen = tuple(a for a in plan.annotators if a in plan.fixed[name])
        else:
            # every so many articles, as evenly as whole numbers allow
            twice = math.floor((dealt + 1) * plan.double + 1e-9) > math.floor(dealt * plan.double + 1e-9)
            dealt += 1
            chosen = _deal(plan.annotators, 2 if twice else 1, load, pairs)
        load.update(chosen)
        pairs[chosen] += 1
        assigned[name] = chosen
    return assigned


def _deal(
    annotators: Sequence[str], number: int, load: Mapping[str, int], pairs: Mapping[tuple[str, ...], int]
) -> tuple[str, ...]:
    """Those with the fewest articles, of equals those who have met least, in the order of the plan."""
    if number == 1:
        return (min(annotators, key=lambda a: load[a]),)
    couples = [(a, b) for n, a in enumerate(annotators) for b in annotators[n + 1 :]]
    return min(couples, key=lambda couple: (load[couple[0]] + load[couple[1]], pairs[couple]))


def make_pushes(
    documents: Sequence[Document], plan: PlanFile, ontology: Ontology, folder: Path
) -> list[tuple[Plan, list[Document]]]:
    """What is pushed for each annotator; `folder` is the plan's, where its other files are looked for.

    With a start, articles of train come with the predictions, all others blank. Raises `DataError` for documents
    without date or story then: it could not be told whether they are train.
    """
    assigned = assign(documents, plan)
    started = _starts(documents, plan.start, ontology, folder) if plan.start else {}
    pushes = []
    for annotator in plan.annotators:
        mine = [document for document in documents if annotator in assigned[document.id]]
        versions = {d.id: [started[d.id]] for d in mine if d.id in started}
        name = plan.start.name if plan.start else ""
        pushes.append((Plan(plan.pass_name, (annotator,), plan.version, versions=versions, prefilled=name), mine))
    return pushes


def _starts(
    documents: Sequence[Document], start: Start, ontology: Ontology, folder: Path
) -> dict[str, AnnotatedDocument]:
    """A version to start from for every document: the predictions in train, nothing elsewhere."""
    train = {d.id for d in assign_splits(documents, read_split_dates(folder / start.splits))[TRAIN]}
    predicted = {d.id: d for d in read_documents(folder / start.predictions, ontology, gold=False) if d.id in train}
    return {
        document.id: AnnotatedDocument(
            _shown(predicted.get(document.id, without_annotation(document)), document), start.name, "predictions"
        )
        for document in documents
    }


def _shown(predicted: Document, document: Document) -> Document:
    """A prediction as a version of the article; stances without evidence have no place in the page."""
    stances = tuple(stance for stance in predicted.stances if stance.evidence is not None)
    return msgspec.structs.replace(
        predicted, text=document.text, meta=document.meta, blocks=document.blocks, stances=stances
    )
