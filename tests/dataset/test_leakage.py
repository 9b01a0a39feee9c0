from __future__ import annotations

from pathlib import Path

import msgspec

from detente.dataset.leakage import entity_pair_overlap, find_leaks
from detente.dataset.load import load_configuration
from detente.documents import Document

replace = msgspec.structs.replace
DATA = Path(__file__).resolve().parents[2] / "data"


def test_nothing_of_one_split_of_the_corpus_stands_in_another() -> None:
    assert find_leaks(load_configuration(DATA)) == []


def test_a_repeated_story_article_and_sentence_are_found(gold: Document) -> None:
    leaks = find_leaks({"train": [gold], "test": [replace(gold, id="dx-0009")]})
    assert {(leak.kind, leak.similarity) for leak in leaks} == {("story", 1.0), ("article", 1.0), ("sentence", 1.0)}
    assert any(leak.first == "dx-0001 [1]" and leak.second == "dx-0009 [1]" for leak in leaks)


def test_a_sentence_with_a_word_changed_is_found() -> None:
    one = Document("a", text="Norland and Sudria signed a defence pact in Varn on Monday after long talks.")
    other = Document("b", text="Norland and Sudria signed a defence pact in Keld on Monday after long talks.")
    (leak,) = [leak for leak in find_leaks({"train": [one], "test": [other]}) if leak.kind == "sentence"]
    assert 0.5 <= leak.similarity < 1


def test_pairs_that_train_has_too_are_counted(gold: Document) -> None:
    (overlap,) = entity_pair_overlap({"train": [gold], "test": [gold]})
    assert overlap.pairs == overlap.seen > 0
