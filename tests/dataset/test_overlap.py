from __future__ import annotations

from pathlib import Path

from detente.dataset.overlap import RUN, find_overlaps

ARTICLES = Path(__file__).resolve().parents[2] / "annotation" / "articles"


def runs(text: str, other: str) -> tuple[str, bool]:
    (found, *_) = find_overlaps({"a": text}, {"a": other})
    return found.with_reports, found.too_long


def test_no_article_of_the_corpus_shares_a_run_of_eight_words_with_another_beyond_names() -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in ARTICLES.glob("*.txt")}
    found = list(find_overlaps(texts, {}))
    assert len(found) == len(texts) >= 24
    assert [one for one in found if one.too_long] == []


def test_a_run_copied_from_a_report_is_found_whatever_its_case_and_punctuation() -> None:
    said = "the minister told a crowd of angry farmers that"
    report = "On Monday, THE MINISTER told a crowd of angry, farmers that … No."
    assert runs(f"In Varn, {said} nothing changes.", report) == (said, True)


def test_a_run_of_seven_words_is_told_but_allowed() -> None:
    assert len("the minister told a crowd of farmers".split()) == RUN - 1
    assert runs("the minister told a crowd of farmers yes", "the minister told a crowd of farmers no") == (
        "the minister told a crowd of farmers",
        False,
    )


def test_a_long_name_is_nobodys_words() -> None:
    name = "the Joint Commission for the Border of Norland and the Republic of Sudria"
    assert runs(f"They met {name} today.", f"He praised {name} again.") == ("", False)


def test_the_nearest_other_article_is_named() -> None:
    texts = {"a": "one two three four five", "b": "zero two three four five", "c": "one two nine ten eleven"}
    found = {one.article: (one.nearest, one.with_nearest) for one in find_overlaps(texts, {})}
    assert found == {"a": ("b", "two three four five"), "b": ("a", "two three four five"), "c": ("", "")}
