"""Small simulations of what `make simulations` measures at full size: the test's level and power, the coverage."""

from __future__ import annotations

import random

import pytest
from scipy.stats import binom
from tests.simulations.population import articles, shortened, sides
from tests.simulations.uncertainty import FIGURES, LEVEL_BAR, PRIMARIES, SEED, Pool, chance_band, rejections

from detente.checks import check_document
from detente.documents import as_prediction
from detente.ontology import Ontology
from detente.scoring.compare import compare
from detente.scoring.evaluate import count_documents, report


@pytest.fixture(scope="module")
def pool(ontology: Ontology) -> Pool:
    return Pool(150, ontology)


@pytest.mark.parametrize("of_a_story", [1, 2])
def test_pairs_that_are_alike_are_seldom_told_apart(ontology: Ontology, of_a_story: int) -> None:
    shares = rejections(40, 16, ontology, of_a_story=of_a_story, systems_differ=of_a_story > 1, permutations=200)
    # 5 % of 40 is 2; nine would be five standard deviations more
    assert all(share <= 8 / 40 for share in shares.values())
    assert set(shares) == set(FIGURES)


def test_the_band_of_chance_holds_95_of_100_runs() -> None:
    low, high = chance_band(0.05, 1_000)
    assert (low, high) == LEVEL_BAR
    assert binom.cdf(round(1_000 * high), 1_000, 0.05) - binom.cdf(round(1_000 * low) - 1, 1_000, 0.05) >= 0.95


def test_a_system_that_is_better_is_told_apart(ontology: Ontology) -> None:
    gold, (first, second) = sides(articles(random.Random(1), 30, ontology))
    right = [as_prediction(document) if place % 2 else second[place] for place, document in enumerate(gold)]
    tables = {name: count_documents(gold, side, ontology) for name, side in (("poor", first), ("good", right))}
    found = compare(tables, ontology, metrics=PRIMARIES, resamples=0, permutations=500, where=0)
    assert all(difference.p is not None and difference.p < 0.05 for difference in found.differences)


def test_most_intervals_hold_the_true_figure_and_not_all_do(pool: Pool) -> None:
    shares = pool.coverage(60, 40, resamples=200)
    # of 60, 57 are expected
    assert all(share >= 50 / 60 for share in shares.values())
    assert min(shares.values()) < 1


def test_a_figure_that_is_not_the_true_one_is_seldom_held(ontology: Ontology) -> None:
    pool = Pool(150, ontology)
    pool.true = {
        name: (None if value is None else value + 0.3, None, None) for name, (value, _, _) in pool.true.items()
    }
    assert max(pool.coverage(20, 40, resamples=200).values()) <= 0.1


def test_the_true_figures_are_those_that_evaluate_reports(ontology: Ontology) -> None:
    pool = Pool(1, ontology)
    gold, (predicted, _) = sides(articles(random.Random(SEED), 1, ontology))
    expected = report(count_documents(gold, predicted, ontology), ontology, resamples=0)
    assert {name: value[0] for name, value in pool.true.items()} == {
        "overall": expected.overall.value,
        **{f"{track}:{name}": expected.scores[track][name].value for track, name in expected.primary.items()},
    }


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 1.0])
def test_a_shortened_document_is_a_document(ontology: Ontology, share: float) -> None:
    for found in articles(random.Random(3), 20, ontology):
        short = shortened(found.gold, share)
        assert list(check_document(short, ontology, gold=False)) == []
        assert len(short.mentions) <= len(found.gold.mentions)
