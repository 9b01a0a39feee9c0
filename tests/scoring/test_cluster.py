"""Counting in parts, in processes and on a cluster: the same report, byte for byte, and the same faults."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest
from tests.benchmarks.workload import write_workload

from detente.errors import DataError, UsageError
from detente.jsonl import Shard, read_documents
from detente.ontology import Ontology
from detente.scoring.evaluate import count_files, evaluate_files, report
from detente.scoring.report import Report
from detente.scoring.shards import Work, brought_together, count_shard
from detente.scoring.tracks import TRACKS

DOCUMENTS = 60
RESAMPLES = 500

Paths = tuple[Path, Path]


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory, ontology: Ontology) -> Paths:
    folder = tmp_path_factory.mktemp("workload")
    gold, predicted = write_workload(folder, DOCUMENTS, ontology, templates=DOCUMENTS)
    lines = predicted.read_bytes().splitlines(keepends=True)
    # one is missing, and the others come in another order
    predicted.write_bytes(b"".join(lines[:0:-1]))
    return gold, predicted


@pytest.fixture(scope="module")
def whole(paths: Paths, ontology: Ontology) -> Report:
    return evaluate_files(*paths, ontology, resamples=RESAMPLES)


def encoded(found: Report) -> bytes:
    return msgspec.json.encode(found)


def test_shards_hold_each_document_once(paths: Paths, ontology: Ontology) -> None:
    parts = [{d.id for d in read_documents(paths[0], ontology, shard=Shard(number, 4))} for number in range(4)]
    assert sum(map(len, parts)) == len(set().union(*parts)) == DOCUMENTS
    assert all(parts)


def test_an_id_is_found_wherever_it_stands_in_its_line() -> None:
    forms = [b'{"id":"d1"}', b' { "id" : "d1", "schema": 1}', b'{"schema":1,"id":"d1"}', b'{"id":"\\u00641"}']
    for number in range(7):
        assert len({Shard(number, 7).holds(form) for form in forms}) == 1
    assert Shard(0, 7).holds(b"no document")


@pytest.mark.parametrize("shards", [1, 2, 7])
def test_shards_brought_together_make_the_same_report(
    paths: Paths, ontology: Ontology, whole: Report, shards: int
) -> None:
    work = Work(*paths, ontology, "e2e", tuple(TRACKS), details=False, keep=True)
    table = brought_together(count_shard(work, Shard(number, shards)) for number in range(shards)).table()
    assert encoded(report(table, ontology, resamples=RESAMPLES)) == encoded(whole)


def test_processes_make_the_same_report(paths: Paths, ontology: Ontology, whole: Report) -> None:
    assert encoded(evaluate_files(*paths, ontology, resamples=RESAMPLES, workers=2)) == encoded(whole)


def test_details_are_the_same_from_processes(paths: Paths, ontology: Ontology) -> None:
    one, two = (evaluate_files(*paths, ontology, resamples=0, details=True, workers=workers) for workers in (1, 2))
    assert encoded(one) == encoded(two)
    assert one.errors["entities"]


@pytest.mark.filterwarnings("ignore")
def test_four_dask_workers_make_the_same_report(paths: Paths, ontology: Ontology, whole: Report) -> None:
    distributed = pytest.importorskip("distributed", reason="needs Dask: pip install 'detente[cluster]'")
    with distributed.LocalCluster(
        n_workers=4, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        address = str(cluster.scheduler_address)
        found = evaluate_files(*paths, ontology, resamples=RESAMPLES, cluster=address)
        assert encoded(found) == encoded(whole)


def test_without_dask_a_cluster_is_refused_with_its_remedy(
    paths: Paths, ontology: Ontology, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install 'detente\[cluster\]'"):
        evaluate_files(*paths, ontology, cluster="tcp://127.0.0.1:8786")


def test_workers_tell_the_same_faults_as_one_process(paths: Paths, ontology: Ontology, tmp_path: Path) -> None:
    lines = paths[1].read_bytes().splitlines(keepends=True)
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b"".join([lines[0], b"{oops\n", *lines[1:], b'{"id": "nowhere"}\n', lines[3]]))
    told = []
    for workers in (1, 2):
        with pytest.raises(DataError) as caught:
            evaluate_files(paths[0], bad, ontology, resamples=0, workers=workers)
        told.append([str(fault) for fault in caught.value.faults])
    assert told[0] == told[1]
    assert len(told[0]) == 3


def test_no_worker_at_all_is_refused(paths: Paths, ontology: Ontology) -> None:
    with pytest.raises(UsageError, match="found 0 workers"):
        count_files(*paths, ontology, workers=0)
