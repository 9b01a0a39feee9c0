"""What every generated page shares, and both pages in a real browser."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.documents import Argument, Block, Document, Entity, Event, Mention, Meta, Stance
from detente.jsonl import write_documents
from detente.ontology import load_ontology
from detente.pages import content_policy, json_for_script, template_text
from detente.scoring.leaderboard import build_board
from detente.scoring.view import render_view

ONTOLOGY = load_ontology()
HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">'\"&\u2028"
LANES = "[...document.querySelectorAll('article i[data-label]')].map((i) => i.dataset.label)"
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --window-size=1400,1000"
).split()


@given(st.recursive(st.text() | st.floats(allow_nan=False, allow_infinity=False), st.lists, max_leaves=5))
def test_embedded_data_cannot_leave_its_script_and_says_the_same(value: Any) -> None:
    text = json_for_script({"value": value})
    assert not any(character in text for character in "<>&\u2028\u2029")
    assert json.loads(text) == {"value": value}


def test_the_policy_allows_this_very_script_alone() -> None:
    digest = base64.b64encode(hashlib.sha256(b"run()").digest()).decode()
    assert f"script-src 'sha256-{digest}'" in content_policy("", "run()")


@pytest.mark.parametrize(
    "name",
    [
        *(f"scoring/{name}" for name in ("view_state.js", "view_draw.js", "view_tables.js", "view.js", "board.js")),
        *("scoring/view.css", "scoring/board.css", "annotation/agreement.css"),
    ],
)
def test_script_and_style_hold_nothing_that_ends_their_element(name: str) -> None:
    text = template_text(name).lower()
    assert "</script" not in text
    assert "</style" not in text
    assert "innerhtml" not in text


# ------------------------------------------------------------------------------------------------- in a real browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window; without it the test is skipped, or fails where DETENTE_LIVE=1."""
    from selenium import webdriver

    chromium, driver_path = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver_path:
        if os.environ.get("DETENTE_LIVE") == "1":
            pytest.fail("chromium and chromedriver are needed (DETENTE_LIVE=1)")
        pytest.skip("no chromium and chromedriver on this machine")
    options = webdriver.ChromeOptions()
    for flag in FLAGS:
        options.add_argument(flag)
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver_path))
    yield driver
    driver.quit()


def open_page(browser: Any, path: Path) -> None:
    browser.get(path.as_uri())
    assert complaints(browser) == []


def complaints(browser: Any) -> list[str]:
    """What the browser's console says: errors of the script, breaches of the policy."""
    return [entry["message"] for entry in browser.get_log("browser")]


def wait_for(browser: Any, script: str) -> Any:
    """The value of a JavaScript expression once it is true."""
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, 20).until(lambda driver: driver.execute_script(f"return {script}"))


def press(browser: Any, keys: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(browser).send_keys(keys).perform()


def text_of_status(browser: Any) -> str:
    return str(browser.execute_script("return document.getElementById('status').textContent"))


def shown_articles(browser: Any) -> list[str]:
    script = "return [...document.querySelectorAll('article:not([hidden]) h2')].map((h) => h.textContent)"
    return list(browser.execute_script(script))


def articles(count: int = 3) -> tuple[list[Document], dict[str, Document]]:
    """Articles with nested mentions, an event and a stance; the last one's prediction is perfect."""
    gold, predicted = [], {}
    for number in range(count):
        text = f"Title {number}\nThe Turkish ministry met Syria in town{number}.\nRead more\n"
        start = text.index("Turkish")
        place = text.index("Syria")
        trigger = text.index("met")
        mentions = (
            Mention("m1", start, start + 16, "GOV", level="NAM", entity="e1"),
            Mention("m2", start, start + 7, "GPE", level="ADJ", entity="e2"),
            Mention("m3", place, place + 5, "GPE", level="NAM", entity="e3"),
        )
        entities = (Entity("e1", "ministry", "GOV"), Entity("e2", "Turkey", "GPE"), Entity("e3", "Syria", "GPE"))
        arguments = (Argument("Participant", mention="m1"), Argument("Participant", mention="m3"))
        event = Event("v1", "CONSULT", trigger, trigger + 3, "POS", "ACTUAL", "author", None, "c1", arguments)
        document = Document(
            f"d{number}",
            text=text,
            meta=Meta(title=f"Article {number}"),
            blocks=(
                Block(0, 7, "title"),
                Block(8, text.index("\nRead"), "body"),
                Block(text.index("Read"), len(text) - 1, "newsletter"),
            ),
            mentions=mentions,
            entities=entities,
            events=(event,),
            stances=(Stance("s1", "e2", "e3", "SUPPORT"),),
        )
        gold.append(document)
        wrong = Document(document.id, mentions=mentions[:2], entities=entities[:2])
        predicted[document.id] = document if number == count - 1 else wrong
    return gold, predicted


@pytest.mark.live
def test_the_text_is_drawn_once_with_a_lane_for_every_span(browser: Any, tmp_path: Path) -> None:
    gold, predicted = articles()
    path = tmp_path / "view.html"
    path.write_text(render_view(gold, predicted, ONTOLOGY, title="T"), encoding="utf-8")
    open_page(browser, path)
    drawn = wait_for(browser, "document.querySelector('article .text:not(.debris):not(.head)')?.textContent")
    assert drawn == "The Turkish ministry met Syria in town0."
    lanes = browser.execute_script(
        "return [...document.querySelector('article').querySelectorAll('i[data-label]')].map((i) => ({label: "
        "i.dataset.label, top: i.getBoundingClientRect().top, gold: i.classList.contains('gold')}))"
    )
    assert sorted(lane["label"] for lane in lanes if lane["gold"]) == ["CONSULT −", "GOV", "GPE", "GPE −"]
    tops = {lane["label"]: lane["top"] for lane in lanes if lane["gold"]}
    assert tops["GOV"] < tops["GPE"]
    opacity = "return getComputedStyle(document.querySelector('article .debris')).opacity"
    assert float(browser.execute_script(opacity)) < 0.7


@pytest.mark.live
def test_keys_lead_from_error_to_error_and_article_to_article(browser: Any, tmp_path: Path) -> None:
    gold, predicted = articles()
    path = tmp_path / "view.html"
    path.write_text(render_view(gold, predicted, ONTOLOGY), encoding="utf-8")
    open_page(browser, path)
    press(browser, "j")
    assert text_of_status(browser) == "d0: Article 0"
    press(browser, "j")
    assert text_of_status(browser) == "d1: Article 1"
    press(browser, "k")
    assert text_of_status(browser) == "d0: Article 0"
    press(browser, "n")
    assert text_of_status(browser).startswith("1 of ")
    assert "CONSULT" in text_of_status(browser)
    press(browser, "n")
    assert text_of_status(browser).startswith("2 of ")
    press(browser, "p")
    assert text_of_status(browser).startswith("1 of ")
    assert browser.execute_script("return document.querySelectorAll('.current').length") == 1
    press(browser, "/")
    assert browser.execute_script("return document.activeElement.id") == "query"
    press(browser, "j")
    assert browser.execute_script("return document.getElementById('query').value") == "j"
    assert complaints(browser) == []


@pytest.mark.live
def test_a_slice_narrows_what_is_shown_and_the_tables_tell_what_was_taken_for_what(
    browser: Any, tmp_path: Path
) -> None:
    gold, predicted = articles()
    path = tmp_path / "view.html"
    path.write_text(render_view(gold, predicted, ONTOLOGY), encoding="utf-8")
    open_page(browser, path)
    choose = (
        "const box = document.getElementById('slice'); box.selectedIndex = [...box.options].findIndex((o) => "
        "o.text === arguments[0]); box.dispatchEvent(new Event('change'))"
    )
    browser.execute_script(choose, "nested in a longer mention")
    wait_for(browser, f"{LANES}.length")
    assert set(browser.execute_script(f"return {LANES}")) == {"GPE"}
    browser.execute_script(choose, "article: page debris")
    assert len(shown_articles(browser)) == 3
    browser.execute_script("document.getElementById('reset').click()")
    assert browser.execute_script("return document.getElementById('slice').value") == ""
    browser.execute_script("document.getElementById('confusion').open = true")
    rows = browser.execute_script(
        "return [...document.querySelectorAll('#confusion table')].map((t) => [t.caption.textContent, "
        "...[...t.rows].slice(1).map((r) => [...r.cells].map((c) => c.textContent).join(' '))])"
    )
    # of the three articles two lack Syria and the event
    assert rows[0] == ["Types of entities", "GPE 4  2", "GOV  3 "]
    assert rows[1] == ["Types of events", "CONSULT 1 2"]
    assert complaints(browser) == []


@pytest.mark.live
def test_filters_and_search_narrow_what_is_shown(browser: Any, tmp_path: Path) -> None:
    gold, predicted = articles()
    path = tmp_path / "view.html"
    path.write_text(render_view(gold, predicted, ONTOLOGY), encoding="utf-8")
    open_page(browser, path)
    browser.execute_script("document.querySelector('input[value=correct]').click()")
    assert shown_articles(browser) == ["Article 0", "Article 1"]
    wait_for(browser, f"{LANES}.length")
    labels = browser.execute_script(f"return {LANES}")
    assert set(labels) == {"CONSULT −", "GPE −"}
    browser.execute_script("document.querySelector('input[value=entities]').click()")
    browser.execute_script("document.querySelector('input[value=events]').click()")
    browser.execute_script("document.querySelector('input[value=arguments]').click()")
    wait_for(browser, "document.querySelector('article .item')")
    assert browser.execute_script("return document.querySelectorAll('article i[data-label]').length") == 0
    browser.execute_script("document.getElementById('reset').click()")
    assert len(shown_articles(browser)) == 3
    browser.execute_script(
        "const box = document.getElementById('type'); box.selectedIndex = [...box.options].findIndex((o) => "
        "o.text === 'CONSULT'); box.dispatchEvent(new Event('change'))"
    )
    wait_for(browser, "document.querySelectorAll('article i[data-label]').length")
    lanes = browser.execute_script(f"return {LANES}")
    assert {lane.split()[0] for lane in lanes} == {"CONSULT"}
    browser.execute_script("document.getElementById('reset').click()")
    press(browser, "/")
    press(browser, "TOWN1")
    wait_for(browser, "document.querySelectorAll('article:not([hidden])').length === 1")
    assert shown_articles(browser) == ["Article 1"]
    wait_for(browser, "CSS.highlights.get('search')?.size === 1")
    assert complaints(browser) == []


@pytest.mark.live
def test_the_arguments_of_an_event_light_up_when_it_is_focused(browser: Any, tmp_path: Path) -> None:
    gold, _ = articles(1)
    path = tmp_path / "view.html"
    path.write_text(render_view(gold, {}, ONTOLOGY), encoding="utf-8")
    open_page(browser, path)
    wait_for(browser, "document.querySelector('.item')")
    browser.execute_script("document.querySelector('.item').focus()")
    lit = "return [...document.querySelectorAll('.%s')].map((s) => s.firstChild.data).join('')"
    assert browser.execute_script(lit % "lit-trigger") == "met"
    assert browser.execute_script(lit % "lit-filler") == "Turkish ministrySyria"
    browser.execute_script("document.activeElement.blur()")
    assert browser.execute_script(lit % "lit-filler") == ""


@pytest.mark.live
def test_a_hostile_document_is_shown_and_does_nothing(browser: Any, tmp_path: Path) -> None:
    gold = Document(
        "d1",
        text=f"{HOSTILE} met\n",
        meta=Meta(title=HOSTILE, story=HOSTILE, published=HOSTILE, kind=HOSTILE),
        mentions=(Mention("m1", 0, len(HOSTILE), "PER", level="NAM", value=HOSTILE, entity="e1"),),
        entities=(Entity("e1", HOSTILE, "PER"), Entity("e2", "x", "PER")),
        events=(Event("v1", "CONSULT", len(HOSTILE) + 1, len(HOSTILE) + 4),),
        stances=(Stance("s1", "e1", "v1", "SUPPORT"),),
    )
    path = tmp_path / "view.html"
    path.write_text(render_view([gold], {}, ONTOLOGY, title=HOSTILE), encoding="utf-8")
    open_page(browser, path)
    wait_for(browser, "document.querySelector('.item')")
    assert browser.execute_script("return document.querySelector('article h2').textContent") == HOSTILE
    assert browser.execute_script("return document.title") != "owned"
    assert browser.execute_script("return document.querySelectorAll('img').length") == 0
    assert browser.execute_script("return document.scripts.length") == 2
    assert complaints(browser) == []


def build_site(folder: Path) -> Path:
    """A leaderboard of three systems, the weakest of which enters one track; where its pages are."""
    gold, _ = articles(12)
    for name, count in (("best", 12), ("middle", 8), ("weak", 2)):
        submission = folder / "submissions" / name / "1"
        submission.mkdir(parents=True)
        predicted = [
            Document(d.id, mentions=d.mentions, entities=d.entities, events=d.events, stances=d.stances)
            for d in gold[:count]
        ]
        write_documents(submission / "predictions.jsonl", predicted)
        (submission / "system.toml").write_text(
            f'name = "{name}"\nversion = "1"\nkind = "baseline"\ndescription = "d"\nauthors = ["a"]\nlicence = "MIT"\n'
            + ('tracks = ["entities"]\n' if name == "weak" else ""),
            encoding="utf-8",
        )
    build_board(folder / "submissions", gold, ONTOLOGY, folder / "results", folder / "site", resamples=50)
    return folder / "site"


@pytest.mark.live
@pytest.mark.parametrize("page", ["index.html", "systems/best--1.html"])
def test_no_table_of_the_board_is_cut_off_from_900_pixels_up(browser: Any, tmp_path: Path, page: str) -> None:
    open_page(browser, build_site(tmp_path) / page)
    browser.execute_script("for (const closed of document.querySelectorAll('details')) closed.open = true")
    for width in (900, 1100, 1400):
        screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        cut = "[...document.querySelectorAll('.scroll')].filter((box) => box.scrollWidth > box.clientWidth).length"
        assert browser.execute_script(f"return [innerWidth, {cut}]") == [width, 0]
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.live
def test_the_board_sorts_by_every_column_and_says_so(browser: Any, tmp_path: Path) -> None:
    open_page(browser, build_site(tmp_path) / "index.html")

    def order() -> list[str]:
        return list(browser.execute_script("return [...document.querySelectorAll('tbody th a')].map((a) => a.text)"))

    def click(column: int) -> str:
        script = "const h = document.querySelectorAll('thead th')[arguments[0]]; h.querySelector('button').click();"
        return str(browser.execute_script(script + "return h.getAttribute('aria-sort')", column))

    assert order() == ["best", "middle", "weak"]
    assert (click(1), order()) == ("ascending", ["best", "middle", "weak"])
    assert (click(1), order()) == ("descending", ["weak", "middle", "best"])
    assert (click(4), order()) == ("descending", ["best", "middle", "weak"])
    assert (click(4), order()) == ("ascending", ["weak", "middle", "best"])
    assert (click(3), order()[2]) == ("descending", "weak")
    assert (click(3), order()) == ("ascending", ["middle", "best", "weak"])
    assert browser.execute_script("return document.querySelectorAll('thead th[aria-sort]').length") == 1
    browser.execute_script("document.querySelector('tbody th a').click()")
    wait_for(
        browser, "document.querySelector('h1')?.textContent.includes('1') && location.pathname.includes('systems')"
    )
    assert complaints(browser) == []
