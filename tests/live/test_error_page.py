"""The error page in a real browser: filters, search and keys over 80 articles, and one article that means harm."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.benchmarks.workload import pair_of_documents

from detente import ontology as ontology_module
from detente.documents import Argument, Block, Document, Entity, Event, Mention, Meta, Span, Stance
from detente.ontology import Ontology, load_ontology
from detente.scoring.view import render_view

pytestmark = pytest.mark.live

ARTICLES = 80
MARKUP = "</script><script>window.harm = 1</script><img src=x onerror='window.harm = 1'>"
QUOTES = "\"'`${window.harm = 1}&quot;&#39;&lt;b&gt;--><!--]]>"
NULLS = "null undefined NaN __proto__ constructor toString [object Object]"
DIRECTIONS = "\u2069\u202egnorw \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627"
ODD = "\u2067isolate zero\u200bwidth line\u2028end \u0007bell a\u0300\u0301\u0302 \U0001f469\u200d\U0001f680"
PARAGRAPHS = (MARKUP, QUOTES, NULLS, DIRECTIONS, ODD)
HOSTILE = "document.querySelectorAll('article')[3]"
HARMLESS = "A harmless last line."

ESCAPE, ENTER = "\ue00c", "\ue007"

replace = msgspec.structs.replace


def hostile_pair(labels: Ontology) -> tuple[Document, Document]:
    """Every paragraph is a mention, a name, a value, a note and a slice; one event, one stance, all with harm."""
    text = "\n".join((*PARAGRAPHS, HARMLESS))
    spans = [(text.index(words), text.index(words) + len(words)) for words in PARAGRAPHS]
    kind = next(kind.name for kind in labels.entity_types if kind.has_entity)
    event_type = labels.event_types[0].name
    role = next(name for name in labels.roles_of[event_type] if kind in (labels.roles[name].types or (kind,)))
    mentions = tuple(
        Mention(f"m{number}", start, end, kind, level="NAM", entity=f"e{number}", value=None)
        for number, (start, end) in enumerate(spans)
    )
    gold = Document(
        "hostile",
        text=text,
        meta=Meta(
            title=MARKUP + DIRECTIONS, story=QUOTES, region=MARKUP, kind=NULLS, family="__proto__", notes=(MARKUP,)
        ),
        blocks=tuple(Block(start, end, "body") for start, end in (*spans, (text.index(HARMLESS), len(text)))),
        mentions=mentions,
        entities=tuple(Entity(f"e{number}", words, kind) for number, words in enumerate(PARAGRAPHS)),
        events=(
            Event(
                "v1",
                event_type,
                *spans[0],
                polarity=labels.polarities[0],
                modality=labels.modalities[0],
                source="m3",
                condition=Span(*spans[1]),
                arguments=tuple(Argument(role, mention=mention.id) for mention in mentions),
            ),
        ),
        stances=(Stance("s1", "e0", "e3", labels.stance_labels[0], True, "m3", Span(*spans[3])),),
    )
    constructor = next(kind.name for kind in labels.entity_types if kind.name == "constructor")
    predicted = Document(
        "hostile",
        mentions=tuple(replace(mention, type=constructor, entity=None) for mention in mentions[::2]),
        events=(replace(gold.events[0], type=labels.event_types[1].name, arguments=(), source=None, condition=None),),
    )
    return gold, predicted


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Ontology:
    """detente's ontology with a type that is called as something of the browser's."""
    own = Path(ontology_module.__file__).with_name("ontology.toml").read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("ontology") / "ontology.toml"
    path.write_text(re.sub(r"\bOBJ\b", "constructor", own), encoding="utf-8")
    return load_ontology(path)


@pytest.fixture(scope="module")
def pairs(labels: Ontology) -> list[tuple[Document, Document]]:
    made = [pair_of_documents(number, labels) for number in range(ARTICLES - 1)]
    named = [
        tuple(replace(document, id=f"article-{number:02}") for document in pair) for number, pair in enumerate(made)
    ]
    return [*((gold, predicted) for gold, predicted in named[:3]), hostile_pair(labels), *named[3:]]  # type: ignore[list-item]


@pytest.fixture(scope="module")
def address(pairs: list[tuple[Document, Document]], labels: Ontology, tmp_path_factory: pytest.TempPathFactory) -> str:
    page = render_view([gold for gold, _ in pairs], {gold.id: predicted for gold, predicted in pairs}, labels, MARKUP)
    path = tmp_path_factory.mktemp("view") / "errors.html"
    path.write_text(page, encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """The page just opened; whatever a test does with it, nothing of its data may have run or been refused."""
    browser.get(address)
    browser.get_log("browser")
    yield browser
    assert browser.execute_script("return window.harm") is None
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def ask(page: Any, script: str, *arguments: Any) -> Any:
    return page.execute_script(f"return {script}", *arguments)


def shown(page: Any) -> list[str]:
    """The ids of the articles that are shown, which are those that the index lists."""
    listed = ask(
        page, "[...document.querySelectorAll('nav li:not([hidden]) a span:first-child')].map((e) => e.textContent)"
    )
    assert len(page.find_elements("css selector", "article:not([hidden])")) == len(listed)
    return list(listed)


def errors(page: Any) -> int:
    """How many errors the keys go through."""
    press(page, ESCAPE)
    press(page, "n")
    found = re.match(r"\d+ of (\d+) ", page.find_element("id", "status").text)
    return int(found[1]) if found else 0


def until(page: Any, condition: Callable[[], bool]) -> None:
    from selenium.webdriver.support.wait import WebDriverWait

    WebDriverWait(page, 10).until(lambda _: condition())


def choose(page: Any, name: str, words: str) -> None:
    from selenium.webdriver.support.select import Select

    Select(page.find_element("id", name)).select_by_visible_text(words)


def press(page: Any, keys: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(page).send_keys(keys).perform()


def search(page: Any, words: str) -> None:
    """Type the words into the field that `/` leads to, in place of what stands there."""
    press(page, ESCAPE)
    press(page, "/")
    press(page, words)


def current(page: Any) -> str:
    """The id of the article that the index marks."""
    return str(ask(page, "document.querySelector('nav [aria-current] span').textContent"))


def test_all_articles_are_there_and_only_those_near_the_window_are_drawn(page: Any) -> None:
    assert len(shown(page)) == len(page.find_elements("css selector", "article")) == ARTICLES
    assert 0 < ask(page, "document.querySelectorAll('article > div:not(.undrawn)').length") < ARTICLES / 2


def test_nothing_of_the_hostile_article_becomes_an_element_or_a_script(page: Any) -> None:
    for _ in range(4):
        press(page, "j")
    assert current(page) == "hostile"
    assert ask(page, "document.scripts.length") == 2
    assert ask(page, "document.querySelectorAll('img, iframe, object, embed, link, base, form, svg').length") == 0
    handlers = (
        "[...document.querySelectorAll('*')].filter((e) => e.getAttributeNames().some((n) => n.startsWith('on')))"
    )
    assert ask(page, f"{handlers}.length") == 0
    assert page.title == MARKUP


def test_the_hostile_text_is_shown_as_it_is(page: Any) -> None:
    press(page, "jjjj")
    assert ask(page, f"[...{HOSTILE}.querySelectorAll('.text')].map((e) => e.textContent)") == [*PARAGRAPHS, HARMLESS]
    assert ask(page, f"{HOSTILE}.querySelector('h2').textContent") == MARKUP + DIRECTIONS


def test_what_a_name_does_to_the_direction_of_writing_ends_with_the_name(page: Any) -> None:
    press(page, "jjjj")
    # the words that stand after a name run from left to right: each letter lies right of the one before
    places = ask(
        page,
        f"""[...{HOSTILE}.querySelectorAll('.kind')].filter((e) => e.textContent.trim()).map((e) => {{
          const letter = new Range();
          return [1, 2, 3, 4].map((n) => {{
            letter.setStart(e.firstChild, n);
            letter.setEnd(e.firstChild, n + 1);
            return letter.getBoundingClientRect().left;
          }});
        }})""",
    )
    assert len(places) > 3
    assert [place for place in places if place != sorted(place)] == []


def test_a_type_named_like_a_property_of_every_object_is_a_type(page: Any) -> None:
    choose(page, "type", "constructor")
    assert "hostile" in shown(page)
    assert errors(page) == ask(
        page,
        "JSON.parse(document.getElementById('data').textContent).articles.flatMap((a) => a.items)"
        ".filter((i) => i.k[0] !== 'correct' && (i.g?.t === 'constructor' || i.p?.t === 'constructor')).length",
    )


def test_a_slice_with_markup_in_its_name_is_a_slice(page: Any) -> None:
    choose(page, "slice", f"article: region {MARKUP}")
    assert shown(page) == ["hostile"]


def test_search_takes_what_is_typed_as_words(page: Any) -> None:
    search(page, "onerror='window.harm")
    until(page, lambda: shown(page) == ["hostile"])
    search(page, "nothing here is called so")
    until(page, lambda: shown(page) == [])
    assert "Nothing here has" in page.find_element("id", "none").text
    page.find_element("id", "reset").click()
    assert len(shown(page)) == ARTICLES


def test_kinds_and_layers_filter_what_is_counted_and_shown(page: Any) -> None:
    whole = errors(page)
    for box in page.find_elements("css selector", "#kinds input, #layers input"):
        if box.get_attribute("value") not in ("missed", "events"):
            box.click()
    expected = ask(
        page,
        "JSON.parse(document.getElementById('data').textContent).articles.flatMap((a) => a.items)"
        ".filter((i) => i.l === 'events' && i.k.includes('missed')).length",
    )
    assert 0 < errors(page) == expected < whole
    assert "missed" in ask(page, "document.querySelector('.current').textContent")
    signs = ask(page, "[...document.querySelectorAll('article .sign')].map((e) => e.getAttribute('aria-label'))")
    assert set(signs) == {"missed"}


def test_keys_go_through_articles_and_errors_and_back(page: Any) -> None:
    press(page, "jj")
    assert current(page) == "article-01"
    press(page, "k")
    assert current(page) == "article-00"
    press(page, "n")
    first = page.find_element("id", "status").text
    assert first.startswith("1 of ")
    press(page, "n")
    assert page.find_element("id", "status").text.startswith("2 of ")
    press(page, "p")
    assert page.find_element("id", "status").text == first
    press(page, "p")
    last = re.match(r"(\d+) of (\d+) ", page.find_element("id", "status").text)
    assert last
    assert last[1] == last[2]
    assert current(page) == shown(page)[-1]
    press(page, ESCAPE)
    assert page.find_element("id", "status").text == ""


def test_the_error_that_a_key_leads_to_is_in_the_window(page: Any) -> None:
    press(page, "jjjj")
    page.find_element("id", "reset").click()
    press(page, ESCAPE)
    press(page, "n")
    inside = """(() => {
      const box = document.querySelector('.current').getBoundingClientRect();
      return box.top > document.querySelector('header').offsetHeight && box.bottom < innerHeight;
    })()"""
    until(page, lambda: bool(ask(page, inside)))


def test_enter_leads_from_the_search_to_what_it_found(page: Any) -> None:
    search(page, "__proto__ constructor")
    press(page, ENTER)
    until(page, lambda: len(page.find_elements("css selector", "nav [aria-current]")) == 1)
    assert current(page) == "hostile"
    assert ask(page, "CSS.highlights.get('search').size") > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_stand_out_from_their_ground(page: Any, scheme: str) -> None:
    page.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    luminances = ask(
        page,
        """['body', 'header', '.key', '#reset'].map((selector) => {
          const style = getComputedStyle(document.querySelector(selector));
          let ground = style.backgroundColor;
          for (let e = document.querySelector(selector); ground === 'rgba(0, 0, 0, 0)'; e = e.parentElement)
            ground = getComputedStyle(e).backgroundColor;
          const light = (color) => color.match(/[\\d.]+/g).slice(0, 3).map((c) => (c / 255) ** 2.2)
            .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
          return [light(style.color), light(ground)];
        })""",
    )
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    for ink, paper in luminances:
        assert (ink < paper) == (scheme == "light")
        assert (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) >= 4.5
