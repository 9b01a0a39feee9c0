from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from sklearn.metrics import f1_score

from detente.baselines import make_settings
from detente.counts import Counts
from detente.dataset.load import load_configuration
from detente.documents import Document, Span
from detente.intervals import intervals
from detente.ontology import Ontology
from detente.scoring.metrics import Key, f1_values
from detente.scoring.resampling import resampled_sums
from detente.scoring.table import DocumentCounts, tabulate
from detente.studies.curve import learning_curve
from detente.studies.figures import RESAMPLES, Tally, macro_f1, prf
from detente.studies.leaks import SEEN, find_leaks

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def splits() -> dict[str, Sequence[Document]]:
    return dict(load_configuration(ROOT / "data"))


def test_macro_f1_is_scikit_learns() -> None:
    gold, said = ["S", "S", "O", "O", "O", "N"], ["S", "O", "O", "O", "S", "O"]
    figure = macro_f1({str(n): [pair] for n, pair in enumerate(zip(gold, said, strict=True))}, ("S", "O"))
    assert figure.value == pytest.approx(f1_score(gold, said, average="macro", labels=["S", "O"]))
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low <= figure.value <= figure.high


def test_precision_recall_and_f1_add_over_documents() -> None:
    precision, recall, f1 = prf([Tally(1, 2, 1), Tally(1, 2, 4)])
    assert (precision.value, recall.value) == (0.5, 0.4)
    assert f1.value == pytest.approx(4 / 9)


def test_one_document_has_no_interval() -> None:
    (_, _, f1) = prf([Tally(1, 2, 2)])
    assert (f1.value, f1.low, f1.high) == (0.5, None, None)
    assert str(f1) == "0.500"


def test_intervals_are_the_scorers() -> None:
    """The same draws, the same quantiles: a study's interval is that of a score on the same counts."""
    tallies = [Tally(n % 4, 4, 3 + n % 2) for n in range(12)]
    key = Key("entities", "F1")
    table = tabulate(
        DocumentCounts(f"d{n:02}", "", {key: Counts(t.right, t.said, t.right, t.there)}) for n, t in enumerate(tallies)
    )
    resampled = f1_values(resampled_sums(table.units([key]), RESAMPLES))
    (low,), (high,), _ = intervals(resampled, 12)
    (_, _, f1) = prf(tallies)
    assert [f1.low, f1.high] == pytest.approx([low, high], abs=1e-12)


def test_every_leak_baseline_labels_every_stance_with_evidence(splits: dict[str, Sequence[Document]]) -> None:
    results = find_leaks(splits["train"], splits["test"])
    asked = sum(stance.evidence is not None for document in splits["test"] for stance in document.stances)
    assert [one.name for one in results] == list(SEEN)
    assert {sum(map(len, one.labels.values())) for one in results} == {asked}
    assert len({said for pairs in results[0].labels.values() for _, said in pairs}) == 1  # the majority


def test_labels_are_kept_by_what_is_resampled(splits: dict[str, Sequence[Document]]) -> None:
    stories = {document.meta.story for document in splits["test"] if document.meta}
    assert set(find_leaks(splits["train"], splits["test"])[0].labels) <= stories
    loose = [msgspec.structs.replace(splits["test"][0], meta=None), *splits["test"][1:]]
    assert set(find_leaks(splits["train"], loose)[0].labels) <= {document.id for document in loose}


def test_the_target_only_baseline_does_not_see_the_words(splits: dict[str, Sequence[Document]]) -> None:
    """Another evidence for the same target changes nothing for it, and does for the baseline that sees the words."""

    def elsewhere(document: Document) -> Document:
        half = Span(0, len(document.text or "") // 2)
        moved = tuple(msgspec.structs.replace(stance, evidence=half) for stance in document.stances)
        return msgspec.structs.replace(document, stances=moved)

    before = {one.name: one.labels for one in find_leaks(splits["train"], splits["test"])}
    after = {one.name: one.labels for one in find_leaks(splits["train"], [elsewhere(d) for d in splits["test"]])}
    assert before["target only"] == after["target only"]
    assert before["text only"] != after["text only"]


def test_the_curve_trains_on_beginnings_of_one_order_and_once_on_all(
    splits: dict[str, Sequence[Document]], ontology: Ontology
) -> None:
    train, test = splits["train"][:4], splits["test"][:3]
    points = list(learning_curve("majority", make_settings("majority"), train, test, ontology, [2, 99], draws=2))
    assert [(point.articles, point.draw) for point in points] == [(2, 0), (2, 1), (len(train), 0)]
    assert all(set(point.scores) > {"overall", "entities", "stance"} for point in points)
