"""The labelling page in a real browser, worked by mouse and keyboard as a person works it; what it costs is counted.

A place in the text is a pair of offsets, code points of the article's text, half open, as everywhere.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from detente.annotation.label_config import label_config
from detente.ontology import Ontology

Span = tuple[int, int]

# The page cuts the text into nodes at every region and shows line breaks as elements: places are counted without them.
FIND_TEXT = """
const [start, end] = arguments;
const root = document.querySelector('.lsf-htx-richtext');
const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
const range = document.createRange();
let before = 0;
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  for (let i = 0; i < node.data.length; i++) {
    if (node.data[i] === '\\n') continue;
    if (before === start) range.setStart(node, i);
    before += 1;
    if (before === end) range.setEnd(node, i + 1);
  }
  if (before >= end) break;
}
const element = range.startContainer.parentElement;
const margin = document.querySelector('.detente-attributes')?.getBoundingClientRect().bottom ?? 0;
const at = element.getBoundingClientRect();
if (at.top < margin + 5 || at.bottom > window.innerHeight - 140) element.scrollIntoView({block: 'center'});
const boxes = [...range.getClientRects()].filter(box => box.width > 0);
const first = boxes[0], last = boxes[boxes.length - 1];
return [first.left + 0.5, (first.top + first.bottom) / 2, last.right - 0.5, (last.top + last.bottom) / 2];
"""
STATE = """
const annotation = window.Htx?.annotationStore?.selected;
const node = annotation?.highlightedNode;
return annotation ? {
  regions: annotation.regionStore.regions.length,
  relations: annotation.relationStore.relations.length,
  linking: annotation.isLinkingMode,
  selected: node ? [node.globalOffsets?.start, node.globalOffsets?.end, node.labels?.[0], node.id] : null,
} : null;
"""
WARNING = "//button[normalize-space()='OK']"
PRIMARY = "//button[normalize-space()='Submit' or normalize-space()='Update']"


class LabellingPage:
    """One browser on one server; `effort` counts clicks, drags and keys since it was last emptied."""

    def __init__(self, driver: Any, address: str) -> None:
        self.driver = driver
        self.address = address
        self.text = ""
        self.effort: Counter[str] = Counter()
        self.selects_new = False

    def log_in(self, email: str, password: str) -> None:
        """Log in through the form, whoever was logged in before."""
        for _ in range(2):
            self.driver.get(f"{self.address}/user/login/")
            self.driver.delete_all_cookies()
        self.driver.get(f"{self.address}/user/login/")
        for name, value in (("email", email), ("password", password)):
            self.driver.find_element("id", name).send_keys(value)
        self.driver.find_element("css selector", "button[type=submit]").click()
        eventually(lambda: "/user/login" not in self.driver.current_url)

    def open(self, project: int, task: int, text: str) -> None:
        """Open a task and wait until its text and regions are drawn."""
        self.text = text
        # from a blank page: nothing of the task before is left
        self.driver.get("about:blank")
        self.driver.get(f"{self.address}/projects/{project}/data?task={task}")
        eventually(self._drawn)

    def _drawn(self) -> bool:
        state = self.state()
        shown = self.driver.find_elements("css selector", ".lsf-htx-richtext .htx-highlight")
        return bool(state and shown and state["regions"])

    def state(self) -> dict[str, Any] | None:
        """Numbers of regions and relations, the selected region (start, end, label), and whether a link is drawn."""
        return self.driver.execute_script(STATE)  # type: ignore[no-any-return]

    def number(self, what: str) -> int:
        """How many regions or relations there are."""
        return int((self.state() or {}).get(what, 0))

    def span(self, words: str, *, last: bool = True) -> Span:
        """Where the words stand, the last time or the first."""
        start = self.text.rindex(words) if last else self.text.index(words)
        return start, start + len(words)

    def press(self, *keys: str) -> None:
        """Press hotkeys one after the other; `shift+m` and `alt+r` are two keys at once."""
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys

        held = {"shift": Keys.SHIFT, "alt": Keys.ALT, "escape": Keys.ESCAPE, "enter": Keys.ENTER}
        for key in keys:
            *modifiers, last = key.split("+")
            chain = ActionChains(self.driver)
            for name in modifiers:
                chain = chain.key_down(held[name])
            chain = chain.send_keys(held.get(last, last))
            for name in modifiers:
                chain = chain.key_up(held[name])
            chain.perform()
            self.effort["keys"] += 1 + len(modifiers)
            time.sleep(0.1)

    def mark(self, key: str, place: Span) -> None:
        """Press a label's hotkey and drag over a place, until the page has taken it.

        A hotkey changes the label of a selected region, so that is left first, by Escape.
        """
        if self.selected_region():
            self.press("escape")
        before = self.number("regions")
        kept = self.effort.copy()
        for _ in range(6):
            self.effort = kept.copy()
            self.press(key)
            self._drag(place)
            if holds(lambda: self.number("regions") > before, 3):
                # the page selects a new region a moment later, if it is set to
                holds(self.selected_region, 0.5 if self.selects_new else 0)
                return
            self.press("escape")
        raise AssertionError(f"the page did not mark {self.text[slice(*place)]!r}")

    def select(self, place: Span, at: int | None = None) -> None:
        """Click on a region, in the middle or on the character `at`, until it is the selected one."""
        kept = self.effort.copy()
        for _ in range(6):
            self.effort = kept.copy()
            self._click(place, at)
            if holds(lambda: self.is_selected(place), 2):
                return
        raise AssertionError(f"the page did not select {self.text[slice(*place)]!r}, but {self.state()}")

    def is_selected(self, place: Span) -> bool:
        """Whether the region at a place is the selected one."""
        selected = (self.state() or {}).get("selected")
        # the page counts in UTF-16 units in some places, in code points in others
        return selected is not None and tuple(selected[:2]) in (place, self._units(place))

    def select_listed(self, region: str) -> None:
        """Select one of several regions of one span, which a click on the text does not tell apart.

        By the list of regions that is three clicks: its tab, the region, and the tab of relations again. The list draws
        what is in sight alone, so the region is selected behind the page's back, and the clicks are counted.
        """
        script = "const one = window.Htx.annotationStore.selected; one.selectArea(one.areas.get(arguments[0]))"
        self.driver.execute_script(script, region)
        self.effort["clicks"] += 3
        eventually(lambda: self.selected_region() == region, 5)

    def selected_region(self) -> str:
        """The page's own name of the selected region; empty where none is."""
        selected = (self.state() or {}).get("selected")
        return str(selected[3]) if selected else ""

    def link(
        self, start: Span, end: Span, at: tuple[int | None, int | None] = (None, None), *, region: str = ""
    ) -> None:
        """Draw a relation from one region to another, each clicked on a character of its own if `at` names them.

        `region` names the first one, where there are several of its span.
        """
        before = self.number("relations")
        kept = self.effort.copy()
        for _ in range(4):
            self.effort = kept.copy()
            if region and self.selected_region() != region:
                self.select_listed(region)
            elif not self.is_selected(start):
                self.select(start, at[0])
            self.press("alt+r")
            if holds(lambda: (self.state() or {}).get("linking"), 3):
                self._click(end, at[1])
                if holds(lambda: self.number("relations") > before, 4):
                    return
            self.press("escape")
        raise AssertionError(f"the page drew no relation to {self.text[slice(*end)]!r}, but {self.state()}")

    def label_relation(self, *labels: str) -> None:
        """Pick the newest relation's labels from its menu in the Relations panel."""
        from selenium.webdriver.common.action_chains import ActionChains

        self.show_relations()
        items = eventually(lambda: self._all(".lsf-relations__item"))
        item = items[0] if self._is_newest_first() else items[-1]
        ActionChains(self.driver).move_to_element(item).perform()
        self._press_button(lambda: item.find_elements("css selector", "button[aria-label='Show Relation Labels']"))
        self._press_button(lambda: item.find_elements("css selector", ".lsf-relation-meta button"))
        for label in labels:
            option = eventually(partial(self._options, label))[0]
            if not self._is_in_view(option):
                self.effort["scrolls"] += 1
            option.click()
            self.effort["clicks"] += 1
            time.sleep(0.1)

    def _options(self, label: str) -> list[Any]:
        return [option for option in self._all("[role=option]") if option.text.strip() == label]

    def _is_in_view(self, option: Any) -> bool:
        """Whether an option of a menu is seen without scrolling the menu."""
        return bool(
            self.driver.execute_script(
                "const box = arguments[0].getBoundingClientRect();"
                "const list = arguments[0].closest('[cmdk-list]').getBoundingClientRect();"
                "return box.top >= list.top - 1 && box.bottom <= list.bottom + 1 && box.bottom <= innerHeight",
                option,
            )
        )

    def delete_relation(self, number: int) -> None:
        """Delete a relation by its place in the Relations panel."""
        from selenium.webdriver.common.action_chains import ActionChains

        before = self.number("relations")
        self.show_relations()
        item = eventually(lambda: self._all(".lsf-relations__item"))[number]
        ActionChains(self.driver).move_to_element(item).perform()
        self._press_button(lambda: item.find_elements("css selector", "button[aria-label='Delete Relation']"))
        eventually(lambda: self.number("relations") < before, 5)

    def show_relations(self) -> None:
        """Bring the Relations panel forward, where it is not."""
        if not self._all(".lsf-relations, [class*=relations-controls]"):
            self.driver.find_element("xpath", "//*[text()='Relations']").click()
            self.effort["clicks"] += 1

    def show_newest_relation_first(self) -> None:
        """Turn the list of relations round, once in a browser's life."""
        if not self._is_newest_first():
            self.driver.execute_script("window.Htx.annotationStore.selected.relationStore.toggleOrder()")

    def _is_newest_first(self) -> bool:
        order = "return window.Htx.annotationStore.selected.relationStore.order"
        return bool(self.driver.execute_script(order) == "desc")

    def type_into(self, field: str, words: str) -> None:
        """Click into a region's field, type and press Enter."""
        box = eventually(lambda: self._shown(f"input[name={field}]"))[0]
        box.click()
        box.send_keys(words + "\n")
        self.effort["clicks"] += 1
        self.effort["keys"] += len(words) + 1
        eventually(lambda: not self._shown(f"input[name={field}]"), 5)

    def select_after_creating(self) -> None:
        """The setting that selects a new region by itself, once in a browser's life."""
        self.driver.execute_script(
            "if (!window.Htx.settings.selectAfterCreate) window.Htx.settings.toggleSelectAfterCreate()"
        )
        self.selects_new = True

    def submit(self) -> None:
        """Press the primary button; the page may draw it anew meanwhile."""
        self._press_button(lambda: [b for b in self.driver.find_elements("xpath", PRIMARY) if b.is_displayed()])

    def dismiss(self) -> None:
        """Close the page's warnings."""

        def closed() -> bool:
            shown = [b for b in self.driver.find_elements("xpath", WARNING) if b.is_displayed()]
            for button in shown[-1:]:
                self.driver.execute_script("arguments[0].click()", button)
                self.effort["clicks"] += 1
                time.sleep(0.5)
            veils = self.driver.find_elements("css selector", ".ant-modal-wrap")
            return not shown and not any(veil.is_displayed() for veil in veils)

        eventually(closed)

    def screenshot(self, path: Path) -> None:
        """Keep what the window shows."""
        self.driver.save_screenshot(str(path))

    def _press_button(self, find: Callable[[], Sequence[Any]]) -> None:
        from selenium.common.exceptions import StaleElementReferenceException

        def pressed() -> bool:
            try:
                for button in find():
                    button.click()
                    return True
            except StaleElementReferenceException:
                pass
            return False

        eventually(pressed)
        self.effort["clicks"] += 1

    def _all(self, selector: str) -> list[Any]:
        return list(self.driver.find_elements("css selector", selector))

    def _shown(self, selector: str) -> list[Any]:
        return [found for found in self._all(selector) if found.is_displayed()]

    def _units(self, place: Span) -> Span:
        """A place as the page counts it: UTF-16 units, line breaks included."""
        first, last = (len(self.text[:offset].encode("utf-16-le")) // 2 for offset in place)
        return first, last

    def _box(self, place: Span) -> list[float]:
        """Left and middle of the first character, right and middle of the last, once the page holds still."""
        solid = [len(self.text[:offset].replace("\n", "").encode("utf-16-le")) // 2 for offset in place]
        before: list[float] = []
        end = time.monotonic() + 10
        while time.monotonic() < end:
            now = self.driver.execute_script(FIND_TEXT, *solid)
            if now == before:
                break
            before = now
            time.sleep(0.12)
        return before

    def _drag(self, place: Span) -> None:
        left, top, right, bottom = self._box(place)
        moves = [("mousePressed", left, top, 0)]
        moves += [("mouseMoved", left + (right - left) * n / 5, top + (bottom - top) * n / 5, 1) for n in range(1, 6)]
        for kind, x, y, buttons in [*moves, ("mouseReleased", right, bottom, 0)]:
            self._mouse(kind, x, y, buttons or 1)
            time.sleep(0.03)
        self.effort["drags"] += 1

    def _click(self, place: Span, at: int | None) -> None:
        middle = (place[0] + place[1]) // 2 if at is None else at
        left, top, right, bottom = self._box((middle, middle + 1))
        for kind in ("mousePressed", "mouseReleased"):
            self._mouse(kind, (left + right) / 2, (top + bottom) / 2, 1)
        self.effort["clicks"] += 1
        time.sleep(0.1)

    def _mouse(self, kind: str, x: float, y: float, buttons: int) -> None:
        event = {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1, "buttons": buttons}
        self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)


def hotkeys(ontology: Ontology, pass_name: str, *, adjudication: bool = False) -> dict[tuple[str, str], str]:
    """The key of every label and choice of a pass's page, by control and value."""
    root = ElementTree.fromstring(label_config(ontology, pass_name, adjudication=adjudication))
    return {
        (control.get("name", ""), child.get("value", "")): key
        for control in root.iter()
        for child in control
        if (key := child.get("hotkey"))
    }


def holds(condition: Callable[[], Any], seconds: float) -> Any:
    """The condition's value as soon as it holds, or what it says in the end."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.05)
    return condition()


def eventually(condition: Callable[[], Any], seconds: float = 40) -> Any:
    """The condition's value as soon as it holds; fails the test where it does not come to hold."""
    if value := holds(condition, seconds):
        return value
    raise AssertionError("the page did not get there")
