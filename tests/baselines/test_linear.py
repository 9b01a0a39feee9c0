"""The classifier: scikit-learn's regression, applied as one matrix, stored without pickle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.baselines.linear import Joint, Linear, LinearSettings, fit_linear, load_linear

EXAMPLES = [["a", "b"], ["a"], ["c"], ["c", "d"], ["e"], ["e", "b"]] * 4
LABELS = ["x", "x", "y", "y", "z", "z"] * 4


@pytest.fixture(scope="module")
def three() -> Linear:
    return fit_linear(EXAMPLES, LABELS, LinearSettings(min_count=1), seed=1)


@pytest.fixture(scope="module")
def two() -> Linear:
    return fit_linear(EXAMPLES[:4], LABELS[:4], LinearSettings(min_count=1), seed=1)


def design(classifier: Linear, examples: list[list[str]]) -> list[list[int]]:
    return [[row.count(feature) for feature in classifier.vocabulary.features] for row in examples]


def test_probabilities_are_those_of_the_estimator(three: Linear, two: Linear) -> None:
    for classifier in (three, two):
        expected = classifier.estimator.predict_proba(design(classifier, EXAMPLES))
        for column, label in enumerate(classifier.estimator.classes_):
            assert classifier.probabilities(EXAMPLES, label) == pytest.approx(list(expected[:, column]), abs=1e-5)


def test_the_best_class_is_the_estimators(three: Linear) -> None:
    assert three.classify(EXAMPLES) == list(three.estimator.predict(design(three, EXAMPLES)))


@given(st.lists(st.lists(st.sampled_from("abcdefg"), max_size=5), max_size=5), st.integers(0, 5))
def test_the_sums_of_parts_add_up(three: Linear, examples: list[list[str]], cut: int) -> None:
    parts = three.sums([row[:cut] for row in examples]) + three.sums([row[cut:] for row in examples])
    np.testing.assert_allclose(parts, three.sums(examples), atol=1e-5)


def test_unknown_features_weigh_nothing(three: Linear) -> None:
    np.testing.assert_allclose(three.scores([["never seen"]]), three.scores([[]]))


def test_only_allowed_classes_are_chosen(three: Linear) -> None:
    scores = three.scores([["a"], ["a"], ["a"]])
    masks = [three.mask(["x"]), three.mask(["y"]), three.mask([])]
    assert three.choose(scores, masks) == ["x", "y", ""]


def test_rare_features_are_left_out() -> None:
    classifier = fit_linear([["a", "rare"], ["a"], ["b"], ["b"]], ["x", "x", "y", "y"], LinearSettings(), seed=1)
    assert classifier.vocabulary.features == ["a", "b"]


@pytest.mark.parametrize(("labels", "answer"), [([], ""), (["x"], "x")])
def test_with_fewer_than_two_classes_the_answer_is_fixed(labels: list[str], answer: str) -> None:
    classifier = fit_linear([["a"]] * len(labels), labels, LinearSettings(), seed=1)
    assert classifier.classify([["a"], ["b"]]) == [answer, answer]
    assert classifier.probabilities([["a"]], "y") == [0.0]


def test_what_is_stored_scores_the_same(three: Linear, tmp_path: Path) -> None:
    three.save(tmp_path, "role")
    np.testing.assert_array_equal(load_linear(tmp_path, "role").scores(EXAMPLES), three.scores(EXAMPLES))


@given(st.lists(st.lists(st.sampled_from("abcdefg"), max_size=5), max_size=5))
def test_classifiers_together_say_what_each_says_alone(three: Linear, two: Linear, examples: list[list[str]]) -> None:
    fixed = fit_linear([["a"], ["b"]], ["x", "x"], LinearSettings(), seed=1)
    together = {"three": three, "two": two, "fixed": fixed}
    expected = {name: classifier.classify(examples) for name, classifier in together.items()}
    assert Joint(together).classify(examples) == expected
