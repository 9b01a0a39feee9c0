"""A person's way, in a real browser: log in, mark, choose, name, submit; what is pulled is what was seen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from detente.annotation.adjudication import AGREED, adjudication_versions
from detente.annotation.canonical import canonical
from detente.annotation.connection import Server, connect
from detente.annotation.export import convert_export
from detente.annotation.pull import pull
from detente.annotation.push import Plan, push
from detente.annotation.serve import Running
from detente.annotation.tasks import AnnotatedDocument
from detente.documents import Document, Entity, Mention
from detente.ontology import Ontology

pytestmark = pytest.mark.live

Documents = tuple[Document, Document, Document]
FIND_TEXT = """
const [words] = arguments;
const walker = document.createTreeWalker(document.querySelector('.lsf-htx-richtext'), NodeFilter.SHOW_TEXT);
let found = null;
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const start = node.data.lastIndexOf(words);
  if (start < 0) continue;
  found = document.createRange();
  found.setStart(node, start);
  found.setEnd(node, start + words.length);
}
found.startContainer.parentElement.scrollIntoView({block: 'center'});
const box = found.getBoundingClientRect();
return [box.left + 0.5, box.right - 0.5, (box.top + box.bottom) / 2];
"""


@pytest.fixture(scope="module")
def lead(running: Running) -> Server:
    return connect(running.address, running.token)


@pytest.fixture(scope="module")
def page(browser: Any, running: Running) -> Any:
    """The browser, logged in through the form."""
    browser.get(f"{running.address}/user/login/")
    for name, value in (("email", running.email), ("password", running.password)):
        browser.find_element("id", name).send_keys(value)
    browser.find_element("css selector", "button[type=submit]").click()
    eventually(lambda: "/user/login" not in browser.current_url)
    return browser


def eventually(condition: Callable[[], Any], seconds: float = 40) -> Any:
    """The condition's value as soon as it holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.1)
    raise AssertionError("the page did not get there")


def open_task(page: Any, lead: Server, running: Running, project: int) -> None:
    (task,) = lead.client.tasks.list(project=project, fields="task_only")
    page.get(f"{running.address}/projects/{project}/data?task={task.id}")
    eventually(lambda: page.find_elements("css selector", ".lsf-htx-richtext .htx-highlight"))


def press(page: Any, key: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(page).send_keys(key).perform()
    time.sleep(0.2)


def mark(page: Any, key: str, words: str) -> None:
    """Press a label's hotkey and drag over the last place where the words stand, until the page has taken it."""
    before = len(regions(page))
    for _ in range(6):
        press(page, key)
        drag(page, words)
        end = time.monotonic() + 4
        while time.monotonic() < end:
            if len(regions(page)) > before:
                return
            time.sleep(0.1)
        press(page, "\ue00c")  # Escape: no label is chosen any more
    raise AssertionError(f"the page did not mark {words!r}")


def regions(page: Any) -> list[Any]:
    return list(page.find_elements("css selector", ".lsf-htx-richtext .htx-highlight"))


def place(page: Any, words: str) -> list[float]:
    """Left, right and middle of the words, once the page no longer moves them."""
    before: list[float] = []
    end = time.monotonic() + 10
    while time.monotonic() < end:
        now = page.execute_script(FIND_TEXT, words)
        if now == before:
            break
        before = now
        time.sleep(0.3)
    return before


def drag(page: Any, words: str) -> None:
    left, right, middle = place(page, words)
    moves = [("mousePressed", left, 0)] + [("mouseMoved", left + (right - left) * n / 5, 1) for n in range(1, 6)]
    for kind, x, buttons in [*moves, ("mouseReleased", right, 0)]:
        button = {"button": "left", "clickCount": 1, "buttons": buttons or 1}
        page.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": middle} | button)
        time.sleep(0.05)


def click_region(page: Any, words: str) -> None:
    left, right, middle = place(page, words)
    for kind in ("mousePressed", "mouseReleased"):
        at = {"type": kind, "x": (left + right) / 2, "y": middle, "button": "left", "clickCount": 1}
        page.execute_cdp_cmd("Input.dispatchMouseEvent", at)
    time.sleep(0.3)


def type_into(page: Any, field: str, words: str) -> None:
    boxes = page.find_elements("css selector", f"input[name={field}]")
    (box,) = [box for box in boxes if box.is_displayed()]
    box.send_keys(words + "\n")
    time.sleep(0.3)


def press_submit(page: Any) -> None:
    """Press the primary button; the page may draw it anew meanwhile."""
    from selenium.common.exceptions import StaleElementReferenceException

    def pressed() -> bool:
        try:
            for button in page.find_elements(
                "xpath", "//button[normalize-space()='Submit' or normalize-space()='Update']"
            ):
                if button.is_displayed():
                    button.click()
                    return True
        except StaleElementReferenceException:
            pass
        return False

    eventually(pressed)


def dismiss(page: Any) -> None:
    """Close the page's warning."""
    eventually(lambda: page.find_elements("xpath", "//button[normalize-space()='OK']"))[-1].click()
    eventually(lambda: not page.find_elements("xpath", "//button[normalize-space()='OK']"))


def submit(page: Any, lead: Server, project: int) -> None:
    press_submit(page)
    eventually(lambda: any(task["annotations"] for task in pull(lead, project)))


def pulled(lead: Server, project: int, ontology: Ontology) -> Document:
    (version,) = convert_export(pull(lead, project), ontology).documents
    return version.document


def test_a_mention_marked_by_hotkey_comes_back_exactly(
    page: Any, lead: Server, running: Running, blanks: Documents, ontology: Ontology
) -> None:
    (pushed,) = push(lead, blanks[:1], Plan("mentions", (running.email,), version="hand"), ontology)
    open_task(page, lead, running, pushed.project)
    mark(page, "g", "Testland")
    click_region(page, "Testland")
    press(page, "1")
    press(page, "5")
    type_into(page, "entity", "Testland")
    submit(page, lead, pushed.project)
    text = blanks[0].text or ""
    start = text.rindex("Testland")
    mention = Mention("m1", start, start + 8, "GPE", head=(start, start + 8), level="NAM", reading="place", entity="e1")
    document = pulled(lead, pushed.project, ontology)
    assert document.mentions == (mention,)
    assert document.entities == (Entity("e1", "Testland", "GPE"),)
    assert (document.events, document.stances, document.blocks) == ((), (), blanks[0].blocks)


def test_a_required_choice_left_open_holds_the_submission_back(
    page: Any, lead: Server, running: Running, blanks: Documents, ontology: Ontology
) -> None:
    (pushed,) = push(lead, blanks[:1], Plan("mentions", (running.email,), version="open"), ontology)
    open_task(page, lead, running, pushed.project)
    mark(page, "g", "Testland")
    press_submit(page)
    eventually(lambda: "A mention has no level yet." in page.page_source)
    assert [task["annotations"] for task in pull(lead, pushed.project)] == [[]]


def test_a_version_opened_and_submitted_unchanged_loses_nothing(
    page: Any, lead: Server, running: Running, blanks: Documents, annotated: Documents, ontology: Ontology
) -> None:
    versions = {"live-1": [AnnotatedDocument(annotated[0], "alice@example.org", "full")]}
    (pushed,) = push(lead, blanks[:1], Plan("full", (running.email,), version="as-is", versions=versions), ontology)
    open_task(page, lead, running, pushed.project)
    submit(page, lead, pushed.project)
    assert pulled(lead, pushed.project, ontology) == canonical(annotated[0], ontology)


def test_an_argument_drawn_by_hand_comes_back_with_its_role(
    page: Any, lead: Server, running: Running, blanks: Documents, annotated: Documents, ontology: Ontology
) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    mentions = Document("live-1", text=blanks[0].text, mentions=annotated[0].mentions, entities=annotated[0].entities)
    versions = {"live-1": [AnnotatedDocument(mentions, "alice@example.org", "mentions")]}
    (pushed,) = push(lead, blanks[:1], Plan("events", (running.email,), version="arc", versions=versions), ontology)
    open_task(page, lead, running, pushed.project)
    mark(page, "w", "left")
    click_region(page, "left")
    for key in ("1", "3", "7"):
        press(page, key)
    ActionChains(page).key_down(Keys.ALT).send_keys("r").key_up(Keys.ALT).perform()
    click_region(page, "Monday")
    page.find_element("xpath", "//*[text()='Relations']").click()
    choose_relation_label(page, "Time")
    submit(page, lead, pushed.project)
    (event,) = pulled(lead, pushed.project, ontology).events
    assert (event.type, event.polarity, event.modality, event.source) == ("WITHDRAW", "POS", "ACTUAL", "author")
    document = pulled(lead, pushed.project, ontology)
    monday = next(m for m in document.mentions if m.type == "TIME")
    assert [(argument.role, argument.mention) for argument in event.arguments] == [("Time", monday.id)]


def test_an_adjudicator_starts_from_what_is_agreed_and_decides_the_rest(
    page: Any, lead: Server, running: Running, blanks: Documents, annotated: Documents, ontology: Ontology
) -> None:
    ann = annotated[0]
    # ben reads Testland otherwise, and has not marked the owners as what was praised
    ben = msgspec.structs.replace(
        ann,
        mentions=tuple(
            msgspec.structs.replace(m, reading="government") if m.id == "b" else m for m in ann.mentions if m.id != "f"
        ),
        events=tuple(
            msgspec.structs.replace(e, arguments=tuple(a for a in e.arguments if a.mention != "f")) for e in ann.events
        ),
    )
    both = [AnnotatedDocument(ann, "ann@example.org", "full"), AnnotatedDocument(ben, "ben@example.org", "full")]
    shown = {ann.id: adjudication_versions(both)}
    plan = Plan("full", (running.email,), "gold-page", versions=shown, prefilled=AGREED)
    (pushed,) = push(lead, blanks[:1], plan, ontology)
    (task,) = lead.client.tasks.list(project=pushed.project, fields="all")
    assert {p.model_version for p in task.predictions} == {AGREED, "ann@example.org", "ben@example.org"}
    open_task(page, lead, running, pushed.project)
    press_submit(page)
    eventually(lambda: "reading" in page.page_source and "no reading yet" in page.page_source)
    assert [task["annotations"] for task in pull(lead, pushed.project)] == [[]]
    # the page has selected the mention that it asks for
    dismiss(page)
    press(page, "5")
    submit(page, lead, pushed.project)
    (gold,) = convert_export(pull(lead, pushed.project), ontology, gold=True).documents
    decided = msgspec.structs.replace(ben, mentions=tuple(m for m in ann.mentions if m.id != "f"))
    assert gold.document == canonical(decided, ontology)


def choose_relation_label(page: Any, label: str) -> None:
    """Open the menu of the only relation in the panel and pick its label."""
    from selenium.webdriver.common.action_chains import ActionChains

    item = eventually(lambda: page.find_elements("css selector", ".lsf-relations__item"))[0]
    ActionChains(page).move_to_element(item).perform()
    eventually(lambda: page.find_elements("css selector", "button[aria-label='Show Relation Labels']"))[0].click()
    eventually(lambda: page.find_elements("css selector", ".lsf-relation-meta button"))[0].click()
    options = eventually(lambda: [o for o in page.find_elements("css selector", "[role=option]") if o.text == label])
    options[0].click()
    time.sleep(0.3)
