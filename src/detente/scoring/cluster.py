"""Counting on a Dask cluster.

Workers have this package installed and read the two files themselves, under the same absolute paths.
"""

from __future__ import annotations

from detente.errors import UsageError
from detente.jsonl import Shard
from detente.scoring.collecting import Collector
from detente.scoring.shards import Work, brought_together, count_shard

TIMEOUT = "30s"


def count_on_cluster(work: Work, address: str) -> Collector:
    """The counts of the work, in as many shards as the cluster has threads; raises as `count_in_processes` does.

    `address` is a scheduler's ("tcp://host:8786"). Raises `UsageError` where Dask is not installed, no scheduler
    answers there, or it has no worker.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError("a cluster needs Dask. Install it: pip install 'detente[cluster]'") from error
    try:
        client = Client(address, timeout=TIMEOUT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"no Dask scheduler at {address!r} ({error}). Start one, or correct the address.") from error
    work = work._replace(gold_path=work.gold_path.resolve(), predicted_path=work.predicted_path.resolve())
    with client:
        shards = sum(client.nthreads().values())
        if not shards:
            raise UsageError(f"the scheduler at {address!r} has no worker. Start some: dask worker {address}")
        futures = [client.submit(count_shard, work, Shard(number, shards), pure=False) for number in range(shards)]
        return brought_together(client.gather(futures))
