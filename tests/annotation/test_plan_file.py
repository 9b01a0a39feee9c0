"""A plan deals articles out: evenly, a share of them twice, the same every time; models start nobody off in test."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.annotation.plan_file import PlanFile, assign, make_pushes, read_plan
from detente.annotation.tasks import document_to_task
from detente.documents import Document, as_prediction
from detente.errors import DataError
from detente.jsonl import write_documents
from detente.ontology import Ontology

PEOPLE = ("ann", "ben", "cat")


def articles(number: int) -> list[Document]:
    return [Document(f"dt-{n:04}", text="x") for n in range(number)]


@given(number=st.integers(0, 60), double=st.floats(0, 1), people=st.integers(2, 5))
def test_everybody_gets_as_much_and_the_share_is_annotated_twice(number: int, double: float, people: int) -> None:
    plan = PlanFile(tuple("abcde"[:people]), double=double)
    assigned = assign(articles(number), plan)
    twice = sum(len(who) == 2 for who in assigned.values())
    load = Counter(name for who in assigned.values() for name in who)
    assert set(map(len, assigned.values())) <= {1, 2}
    assert abs(twice - number * double) < 1 + 1e-6
    assert max(load[a] for a in plan.annotators) - min(load[a] for a in plan.annotators) <= 2


@given(number=st.integers(0, 40), more=st.integers(0, 20), double=st.floats(0, 1))
def test_articles_that_come_later_change_nothing_of_what_was_dealt(number: int, more: int, double: float) -> None:
    plan = PlanFile(PEOPLE, double=double)
    before, after = assign(articles(number), plan), assign(articles(number + more), plan)
    assert {name: after[name] for name in before} == before


def test_all_pairs_of_annotators_meet() -> None:
    pairs = Counter(assign(articles(30), PlanFile(PEOPLE, double=1.0)).values())
    assert pairs == {("ann", "ben"): 10, ("ann", "cat"): 10, ("ben", "cat"): 10}


def test_a_fixed_article_goes_to_whom_the_plan_says() -> None:
    plan = PlanFile(PEOPLE, fixed={"dt-0001": ("cat", "ann")})
    assert assign(articles(3), plan)["dt-0001"] == ("ann", "cat")
    with pytest.raises(DataError, match="dt-0001: found no such article"):
        assign(articles(1), plan)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "annotators"),
        ("annotators = []", "one or more"),
        ('annotators = ["a", "a"]', "each once"),
        ('annotators = ["a"]\ndouble = 0.5', "two or more"),
        ('annotators = ["a", "b"]\ndouble = 1.5', "between 0 and 1"),
        ('annotators = ["a"]\npass = "all"', "one of mentions"),
        ('annotators = ["a"]\n[fixed]\n"dt-1" = ["z"]', "z for dt-1"),
        ('annotators = ["a"]\nanotators = 1', "anotators"),
        ("annotators = [", "plan.toml"),
    ],
)
def test_a_plan_that_cannot_be_followed_is_refused(content: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(DataError, match=r"plan\.toml") as caught:
        read_plan(path)
    assert told in str(caught.value)


def test_predictions_are_shown_in_train_and_nowhere_else(
    blank: Document, annotated: Document, ontology: Ontology, tmp_path: Path
) -> None:
    assert blank.meta is not None
    days = {"dt-1": "2019-01-01", "dt-2": "2020-06-01", "dt-3": "2023-01-01"}
    documents, predictions = [], []
    for name, day in days.items():
        meta = msgspec.structs.replace(blank.meta, published=day, story=name)
        documents.append(msgspec.structs.replace(blank, id=name, meta=meta))
        predictions.append(msgspec.structs.replace(as_prediction(annotated), id=name))
    write_documents(tmp_path / "predictions.jsonl", predictions)
    (tmp_path / "splits.toml").write_text('validation_from = "2020-01-01"\ntest_from = "2022-01-01"\n', "utf-8")
    (tmp_path / "plan.toml").write_text(
        'annotators = ["ann", "ben"]\ndouble = 1.0\npass = "mentions"\n'
        '[start]\npredictions = "predictions.jsonl"\nname = "classical"\nsplits = "splits.toml"\n',
        "utf-8",
    )
    pushes = make_pushes(documents, read_plan(tmp_path / "plan.toml"), ontology, tmp_path)
    assert [(plan.annotators, [d.id for d in mine]) for plan, mine in pushes] == [
        (("ann",), ["dt-1", "dt-2", "dt-3"]),
        (("ben",), ["dt-1", "dt-2", "dt-3"]),
    ]
    for plan, mine in pushes:
        assert plan.prefilled == "classical"
        controls = {}
        for document in mine:
            task = document_to_task(document, ontology, pass_name=plan.pass_name, versions=plan.versions[document.id])
            (prediction,) = task["predictions"]
            assert prediction["model_version"] == "classical"
            controls[document.id] = {item["from_name"] for item in prediction["result"] if "from_name" in item}
        assert "mention" in controls["dt-1"]
        assert controls["dt-2"] == controls["dt-3"] == {"block"}
