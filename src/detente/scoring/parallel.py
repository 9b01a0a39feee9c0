"""Counting in several processes of this machine."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from detente.errors import UsageError
from detente.jsonl import Shard
from detente.scoring.collecting import Collector
from detente.scoring.shards import Work, brought_together, count_shard


def count_in_processes(work: Work, workers: int) -> Collector:
    """The counts of the work, one shard to each worker process; raises `DataError` with the faults of all shards.

    Processes are started anew, so a script that calls this keeps its own start under `if __name__ == "__main__"`.
    """
    if workers < 1:
        raise UsageError(f"found {workers} workers; expected one or more")
    if workers == 1:
        return brought_together([count_shard(work)])
    shards = [Shard(number, workers) for number in range(workers)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return brought_together(pool.map(partial(count_shard, work), shards))
