"""A real Label Studio server and a real browser, and three articles of the sort that scraping yields."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from detente.annotation.serve import Running, serve
from detente.documents import Argument, Block, Document, Entity, Event, Mention, Meta, Span, Stance, text_hash
from detente.ontology import Ontology, load_ontology

REPOSITORY = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1500,1400",
)


def missing(what: str) -> None:
    """Skip with the reason; fail where live tests were asked for."""
    if os.environ.get("DETENTE_LIVE") == "1":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    return load_ontology()


@pytest.fixture(scope="session")
def executable() -> Path:
    path = Path(os.environ.get("DETENTE_LABELSTUDIO") or REPOSITORY / ".labelstudio/bin/label-studio")
    if not os.access(path, os.X_OK):
        missing(f"no Label Studio at {path}; `make annotate` installs it, or name one in DETENTE_LABELSTUDIO")
    return path


@pytest.fixture(scope="session")
def running(executable: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(executable, tmp_path_factory.mktemp("labelstudio"), port=0) as server:
        yield server


@contextmanager
def start_browser() -> Iterator[Any]:
    """Debian's chromium with a fresh profile, driven by selenium."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = which("chromium") or ""
    with tempfile.TemporaryDirectory() as profile:
        for flag in (*CHROMIUM_FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(which("chromedriver")))
        try:
            yield driver
        finally:
            driver.quit()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if not which("chromium") or not which("chromedriver"):
        missing("no chromium and chromedriver; install Debian's chromium and chromium-driver")
    with start_browser() as driver:
        yield driver


def blank_document(key: str, *paragraphs: tuple[str, str]) -> Document:
    """A document of (kind, text) paragraphs."""
    text = "\n\n".join(words for _, words in paragraphs)
    blocks, start = [], 0
    for kind, words in paragraphs:
        blocks.append(Block(start, start + len(words), kind, rule=f"rule_{kind}"))  # type: ignore[arg-type]
        start += len(words) + 2
    meta = Meta(title=paragraphs[0][1], published="2024-05-01", sha256=text_hash(text), length=len(text))
    return Document(key, text=text, meta=meta, blocks=tuple(blocks))


def _span(document: Document, words: str) -> tuple[int, int]:
    """The last place where the words stand, so that titles are left alone."""
    start = (document.text or "").rindex(words)
    return start, start + len(words)


@pytest.fixture(scope="session")
def blanks() -> tuple[Document, Document, Document]:
    return (
        blank_document(
            "live-1",
            ("title", "Examplia thanks Testland"),
            ("body", "🛰️ 👨‍👩‍👧‍👦  Examplia  praised  the cafe\u0301 owners of Testland\u2019s capital."),
            ("body", "Its army then left Testland on Monday, if the ministry is right."),
        ),
        blank_document(
            "live-2",
            ("title", "Talks resume"),
            ("body", "Envoys of Examplia met in Testville."),
            ("related_headline", "Testland Pulls Out of Paris Talks"),
            ("body", "Testland said nothing."),
        ),
        blank_document("live-3", ("title", "Nothing happened"), ("body", "Nothing happened here on Tuesday.")),
    )


@pytest.fixture(scope="session")
def annotated(blanks: tuple[Document, Document, Document]) -> tuple[Document, Document, Document]:
    """All layers in the first article, an overruled paragraph in the second, nothing in the third."""
    one, two, three = blanks
    first = Document(
        one.id,
        text=one.text,
        meta=one.meta,
        blocks=one.blocks,
        mentions=(
            Mention("a", *_span(one, "Examplia"), "GPE", level="NAM", reading="government", entity="x"),
            Mention("b", *_span(one, "Testland"), "GPE", level="NAM", reading="place", entity="y"),
            Mention("c", *_span(one, "Its army"), "MIL", head=_span(one, "Its"), level="NOM", entity="z"),
            Mention("d", *_span(one, "Monday"), "TIME", value="2024-04-29"),
            Mention("e", *_span(one, "the ministry"), "GOV", level="NOM", entity="w"),
            Mention("f", *_span(one, "owners"), "GRP", level="NOM", entity="w"),
        ),
        entities=(
            Entity("x", "Examplia", "GPE", wikidata="Q1"),
            Entity("y", 'Testland | the "second"', "GPE"),
            Entity("z", "Examplian army", "MIL"),
            Entity("w", "ministry", "GOV"),
        ),
        events=(
            Event(
                "g",
                "ENDORSE",
                *_span(one, "praised"),
                polarity="POS",
                modality="ACTUAL",
                source="author",
                cluster="k",
                arguments=(
                    Argument("Agent", mention="a"),
                    Argument("Endorsed", mention="f"),
                    Argument("Endorsed", event="h"),
                ),
            ),
            Event(
                "h",
                "WITHDRAW",
                *_span(one, "left"),
                polarity="NEG",
                modality="POSSIBLE",
                source="e",
                condition=Span(*_span(one, "if the ministry is right")),
                cluster="l",
                arguments=(
                    Argument("Actor", mention="c"),
                    Argument("Force", mention="c"),
                    Argument("Origin", mention="b"),
                    Argument("Time", mention="d"),
                ),
            ),
        ),
        stances=(
            Stance("s", "x", "h", "SUPPORT", True, "author", Span(*_span(one, "praised  the cafe\u0301 owners"))),
            Stance("t", "x", "y", "OPPOSE", False, "e", Span(*_span(one, "left"))),
        ),
    )
    blocks = list(two.blocks)
    blocks[2] = Block(blocks[2].start, blocks[2].end, "body", rule="annotator")
    second = Document(
        two.id,
        text=two.text,
        meta=two.meta,
        blocks=tuple(blocks),
        mentions=(
            Mention("a", *_span(two, "Paris"), "GPE", level="NAM", reading="place", entity="p"),
            Mention("b", *_span(two, "Testland"), "GPE", level="NAM", reading="government", entity="t"),
        ),
        entities=(Entity("p", "Paris", "GPE"), Entity("t", "Testland", "GPE")),
    )
    return first, second, three
