"""A part of two files, counted apart: what a worker process or a worker of a cluster does.

A shard holds the documents whose id's CRC-32 leaves a certain rest, so gold and prediction of a document, and every
repeat of its id, are in the same one. Counts add exactly, so the parts make the same table as the whole.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from detente.errors import DataError, Fault
from detente.jsonl import Shard, read_documents
from detente.ontology import Ontology
from detente.scoring.collecting import Collector, UnsureError
from detente.scoring.pairing import pair_documents

# net allocations of containers between two looks for reference cycles
ALLOCATIONS = 10_000


class Work(NamedTuple):
    """What is to be counted, as it is sent to every worker."""

    gold_path: Path
    predicted_path: Path
    ontology: Ontology
    setting: str
    tracks: tuple[str, ...]
    details: bool
    keep: bool

    @property
    def rereadable(self) -> bool:
        """Whether both files can be read more than once."""
        return self.gold_path.is_file() and self.predicted_path.is_file()


def count_shard(work: Work, shard: Shard | None = None) -> Collector | list[Fault]:
    """The counts of a shard (None: of everything), or its faults, which no exception could carry between processes."""
    try:
        # details need the documents themselves, and a pipe cannot be read again
        return _count(work, shard, quick=work.rereadable and not work.details)
    except UnsureError:
        return _count(work, shard, quick=False)


def _count(work: Work, shard: Shard | None, *, quick: bool) -> Collector | list[Fault]:
    # the collector checks many at a time; only the reader knows lines, of what cannot be read again for them
    check = not work.rereadable
    gold = read_documents(work.gold_path, work.ontology, gold=True, shard=shard, check=check)
    predicted = read_documents(work.predicted_path, work.ontology, gold=False, shard=shard, check=check)
    collector = Collector(work.setting, work.tracks, details=work.details, keep=work.keep)
    try:
        with _rare_collections():
            pairs = pair_documents(gold, predicted, distinct=True)
            collector.take(pairs, work.ontology, complete=True, quick=quick)
    except DataError as error:
        return error.faults
    return collector


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Let Python look for reference cycles less often: counting makes none, and looking takes a tenth of its time."""
    before = gc.get_threshold()
    if before[0]:
        gc.set_threshold(max(ALLOCATIONS, before[0]), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def brought_together(parts: Iterable[Collector | list[Fault]]) -> Collector:
    """All parts as one; raises `DataError` with the faults of all that have any."""
    faults: list[Fault] = []
    total: Collector | None = None
    for part in parts:
        if isinstance(part, list):
            faults += part
        elif total is None:
            total = part
        else:
            total.absorb(part)
    if faults or total is None:
        raise DataError(faults)
    return total
