"""Event scoring and coreference beside the scorers that papers use, on the same documents: same figures, CPU seconds.

Their code is no package; a checkout is named by an environment variable: `DETENTE_TEXTEE` the repository of TextEE
(github.com/ej0cl6/TextEE), `DETENTE_COVAL` that of coval (github.com/ns-moosavi/coval). What is measured begins with
everything in memory, on their side in their own form, on ours as documents.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.benchmarks.workload import pair_of_documents

from detente.counts import Counts
from detente.documents import Document
from detente.items import clusters_of
from detente.ontology import Ontology, load_ontology
from detente.scoring import coreference, events
from detente.scoring.batch import Batch
from detente.scoring.metrics import Key, Track

# the folder to import from, the variable that names it, and what is imported
CHECKOUTS = {"textee": ("DETENTE_TEXTEE", "TextEE", "scorer"), "coval": ("DETENTE_COVAL", "", "coval.eval.evaluator")}
TEXTEE = {
    "TI": "trigger_id",
    "TC": "trigger_cls",
    "AI": "argument_id",
    "AC": "argument_cls",
    "AI+": "argument_attached_id",
    "AC+": "argument_attached_cls",
}
COVAL = {"MUC": "muc", "B3": "b_cubed", "CEAFe": "ceafe", "LEA": "lea", "mentions": "mentions"}

Figures = dict[str, float]
Pairs = list[tuple[Document, Document]]


def not_measured(peer: str) -> str:
    """Why a peer is not measured; empty where it is."""
    variable, folder, _ = CHECKOUTS[peer]
    root = os.environ.get(variable, "")
    return "" if root and (Path(root) / folder).is_dir() else f"not measured: set {variable}=<checkout>"


def imported(peer: str) -> ModuleType:
    """The peer's module."""
    variable, folder, module = CHECKOUTS[peer]
    sys.path.insert(0, str(Path(os.environ[variable]) / folder))
    # a debugger that TextEE imports and does not use
    sys.modules.setdefault("ipdb", ModuleType("ipdb"))
    return import_module(module)


def pairs_of(documents: int, ontology: Ontology) -> Pairs:
    """Gold documents of the workload with their predictions, each of its own template."""
    return [pair_of_documents(number, ontology) for number in range(documents)]


def measure(peer: str, documents: str) -> Figures:
    """CPU seconds of the peer ("theirs") and of ours, and the greatest difference of a figure."""
    ontology = load_ontology()
    pairs = pairs_of(int(documents), ontology)
    their_figures, theirs = _timed({"textee": _textee, "coval": _coval}[peer](pairs))
    track, names = {"textee": (events.TRACK, TEXTEE), "coval": (coreference.TRACK, COVAL)}[peer]
    our_figures, ours = _timed(lambda: _ours(track, list(names), pairs, ontology))
    apart = max(abs(our_figures[name] - their_figures[name]) for name in names)
    return {"theirs": theirs, "ours": ours, "apart": apart}


def _timed(work: Callable[[], Figures]) -> tuple[Figures, float]:
    start = time.process_time()
    return work(), time.process_time() - start


def _ours(track: Track, names: list[str], pairs: Pairs, ontology: Ontology) -> Figures:
    totals = totals_of(track, pairs, ontology)
    return {name: totals[Key(track.name, name)].f1 or 0.0 for name in names}


def totals_of(track: Track, pairs: Iterable[tuple[Document, Document]], ontology: Ontology) -> dict[Key, Counts]:
    """What a track counts of documents that are in memory."""
    totals: dict[Key, Counts] = {}
    batch = Batch(ontology, track.layers)
    for gold, predicted in pairs:
        batch.add(gold, predicted)
        if batch.full:
            _add(totals, track.count(batch).totals())
            batch = Batch(ontology, track.layers)
    _add(totals, track.count(batch).totals())
    return totals


def _add(totals: dict[Key, Counts], more: dict[Key, Counts]) -> None:
    for key, counts in more.items():
        totals[key] = totals.get(key, Counts()) + counts


def _textee(pairs: Pairs) -> Callable[[], Figures]:
    scorer = imported("textee")
    gold, predicted = (
        [{"doc_id": str(n), "wnd_id": str(n), "events": _events(d)} for n, d in enumerate(side)]
        for side in zip(*pairs, strict=True)
    )

    def work() -> Figures:
        scores = scorer.compute_scores(predicted, gold, "E2E")
        return {name: scores[theirs]["f1"] / 100 for name, theirs in TEXTEE.items()}

    return work


def _events(document: Document) -> list[dict[str, Any]]:
    spans = {mention.id: (mention.start, mention.end) for mention in document.mentions}
    spans |= {event.id: (event.start, event.end) for event in document.events}
    return [
        {
            "trigger": (event.start, event.end, event.type, ""),
            "arguments": [(*spans[a.mention or a.event or ""], a.role, "") for a in event.arguments],
        }
        for event in document.events
    ]


def _coval(pairs: Pairs) -> Callable[[], Figures]:
    evaluator = imported("coval")
    assignments = import_module("coval.conll.reader").get_mention_assignments
    clusters = [
        tuple([sorted(spans) for spans in clusters_of(document).values()] for document in pair) for pair in pairs
    ]

    def work() -> Figures:
        infos = {
            number: (gold, predicted, assignments(gold, predicted), assignments(predicted, gold))
            for number, (gold, predicted) in enumerate(clusters)
        }
        return {
            name: evaluator.evaluate_documents(infos, getattr(evaluator, metric))[2] for name, metric in COVAL.items()
        }

    return work
