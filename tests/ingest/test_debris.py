from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from detente.documents import DEBRIS_BLOCKS
from detente.ingest.debris import find_blocks, looks_wrapped
from detente.ingest.sources import ingest_files

ARTICLES = sorted((Path(__file__).parents[2] / "annotation" / "articles").glob("*.txt"))


def kinds(text: str, **options: list[str]) -> dict[str, tuple[str, str]]:
    return {text[b.start : b.end]: (b.kind, b.rule) for b in find_blocks(text, **options)}  # type: ignore[arg-type]


def test_on_the_real_article_the_six_debris_lines_are_marked_and_no_paragraph_of_the_body(shared: Path) -> None:
    text = next((shared / "seed").glob("*.txt")).read_text(encoding="utf-8")
    blocks = find_blocks(text)
    assert len(blocks) == 27
    assert blocks[0].kind == "title"
    debris = [(number, b.kind) for number, b in enumerate(blocks) if b.kind in DEBRIS_BLOCKS]
    assert debris == [
        (1, "repeated_title"),
        (5, "related_headline"),
        (8, "repeated_title"),
        (13, "related_headline"),
        (23, "related_headline"),
        (26, "comment_prompt"),
    ]
    assert all(b.kind == "body" for n, b in enumerate(blocks) if n and n not in dict(debris))


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_on_every_article_of_the_corpus_the_rules_say_what_its_author_says(path: Path) -> None:
    author = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
    document = next(iter(ingest_files([path])))
    assert document.text is not None
    found = [(document.text[b.start : b.end], b.kind) for b in document.blocks]
    assert sorted(line for line, kind in found if kind in DEBRIS_BLOCKS) == sorted(author["debris"])
    assert sorted(line for line, kind in found if kind == "subheading") == sorted(author["subheadings"])


def test_genuine_subheadings_are_subheadings_not_debris() -> None:
    lines = ["What happens next?", "A long road to Varn", "The numbers", "How the Deal Was Made in Secret"]
    text = "Title of It\n\n" + "\n\n".join(f"{line}\n\nA paragraph ends with a stop." for line in lines)
    assert {kinds(text)[line][0] for line in lines} == {"subheading"}


@pytest.mark.parametrize(
    ("line", "kind", "rule"),
    [
        ("Norland Sends Envoy to Keld After Port Clash", "related_headline", "headline"),
        ("By Our Staff", "byline", "byline"),
        ("Troops leave Varn in this file photo", "caption", "caption"),
        ("Sign up for our newsletter", "newsletter", "newsletter_line"),
        ("Leave a Comment", "comment_prompt", "comment_line"),
        ("title OF it", "repeated_title", "repeated_title"),
    ],
)
def test_each_rule_names_itself(line: str, kind: str, rule: str) -> None:
    assert kinds(f"Title of It\n\nA paragraph.\n\n{line}\n\nAnother.")[line] == (kind, rule)


def test_the_title_of_another_article_is_debris() -> None:
    text = "Title of It\n\nA paragraph.\n\nTalks resume in Varn"
    assert kinds(text)["Talks resume in Varn"][0] == "subheading"
    assert kinds(text, other_titles=["Talks resume in Varn"])["Talks resume in Varn"] == (
        "related_headline",
        "other_title",
    )


def test_wrapped_lines_are_noticed() -> None:
    assert looks_wrapped("A line that\nwas broken in\nthe middle of\nits sentence.\n")
    assert not looks_wrapped("A paragraph.\n\nAnother one.\n\nA third.\n")
