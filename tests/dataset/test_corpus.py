"""The corpus is as large, as spread and as hard as it is said to be."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlparse

import pytest

from detente.dataset.challenges import count_challenges
from detente.dataset.load import load_configuration
from detente.documents import DEBRIS_BLOCKS, Document, Meta
from detente.ontology import Ontology

ROOT = Path(__file__).resolve().parents[2]
FAMILIES, REGIONS, KINDS = 12, 8, 7
# so few items that figures on them say little; the others of the challenge slices have at least 50
RARE = {"reported classification", "stances against the target's usual side"}


@pytest.fixture(scope="module")
def splits() -> dict[str, Sequence[Document]]:
    return dict(load_configuration(ROOT / "data"))


@pytest.fixture(scope="module")
def documents(splits: dict[str, Sequence[Document]]) -> list[Document]:
    return [document for group in splits.values() for document in group]


@pytest.fixture(scope="module")
def metas(documents: list[Document]) -> list[Meta]:
    return [document.meta for document in documents if document.meta]


def test_there_are_a_hundred_articles_split_sixty_fifteen_and_twenty_five(
    splits: dict[str, Sequence[Document]],
) -> None:
    assert {split: len(group) for split, group in splits.items()} == {"train": 60, "validation": 15, "test": 25}


def test_there_is_enough_of_every_layer(documents: list[Document]) -> None:
    assert sum(len(d.events) for d in documents) >= 1_400
    assert sum(len(e.arguments) for d in documents for e in d.events) >= 2_800
    assert sum(len(d.stances) for d in documents) >= 500


def test_every_event_type_has_at_least_fifteen_mentions(documents: list[Document], ontology: Ontology) -> None:
    counts = Counter(event.type for document in documents for event in document.events)
    assert {name: counts[name] for name in ontology.event_type if counts[name] < 15} == {}


def test_families_regions_and_kinds_are_spread(metas: list[Meta]) -> None:
    families, kinds = Counter(m.family for m in metas), Counter(m.kind for m in metas)
    assert len(families) == FAMILIES
    assert len(kinds) == KINDS
    assert len({m.region for m in metas}) >= REGIONS
    assert min(families.values()) >= 5
    assert min(kinds.values()) >= 8
    near = sum(m.region in ("middle_east", "eastern_mediterranean") for m in metas)
    assert 0.25 <= near / len(metas) <= 0.45


def test_about_a_third_of_the_articles_carries_page_debris(documents: list[Document]) -> None:
    carrying = sum(any(block.kind in DEBRIS_BLOCKS for block in document.blocks) for document in documents)
    assert 0.25 <= carrying / len(documents) <= 0.42


def test_every_article_names_reports_of_two_publishers_and_carries_the_canary(metas: list[Meta]) -> None:
    assert [m.title for m in metas if len(_publishers(m.sources)) < 2] == []
    assert len({m.canary for m in metas}) == 1
    assert metas[0].canary


def test_all_of_validation_and_test_and_a_fifth_of_train_had_two_passes(splits: dict[str, Sequence[Document]]) -> None:
    passes = {split: [len(d.meta.provenance["passes"]) for d in group if d.meta] for split, group in splits.items()}
    assert set(passes["validation"]) == set(passes["test"]) == {2}
    assert passes["train"].count(2) >= len(passes["train"]) / 5
    assert min(passes["train"]) == 1


def test_challenge_slices_have_at_least_fifty_items(splits: dict[str, Sequence[Document]], ontology: Ontology) -> None:
    counts = {name: numbers[-1] for name, numbers in count_challenges(splits, ontology)}
    assert {name for name, number in counts.items() if number < 50} <= RARE


def test_the_plan_reaches_320_articles_on_stories_found_in_two_publishers_reports() -> None:
    stories = tomllib.loads((ROOT / "annotation" / "stories.toml").read_text(encoding="utf-8"))
    planned = {name: facts for name, facts in stories.items() if "planned" in facts}
    written = sum(len(facts.get("articles", ())) for facts in stories.values()) - 1  # one is stand-off
    assert written + sum(len(facts["planned"]) for facts in planned.values()) == 320
    assert [name for name, facts in planned.items() if len(_publishers(facts["sources"])) < 2] == []
    assert {article["kind"] for facts in planned.values() for article in facts["planned"]} <= set(
        "wire_report short_brief analysis explainer readout live_blog_entry news_feature".split()
    )


def _publishers(addresses: Sequence[str]) -> set[str]:
    return {urlparse(address).netloc.removeprefix("www.") for address in addresses}
