"""Check a labelling configuration for what Label Studio accepts and should not.

The server takes unknown tags, values given twice, bad granularity and conditions on controls that do not exist; the
page then misbehaves. This linter refuses them before anything is pushed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

from detente.annotation.hotkeys import RESERVED
from detente.errors import Fault

Element = ElementTree.Element
Parts = tuple[str, str, str, str]

LABELLING = frozenset({"Labels", "Choices", "TextArea"})
TAGS = LABELLING | {
    "View",
    "Style",
    "Header",
    "Text",
    "Label",
    "Choice",
    "Relations",
    "Relation",
    "Collapse",
    "Panel",
    "Repeater",
}
PARENTS = {"Label": "Labels", "Choice": "Choices", "Relation": "Relations", "Panel": "Collapse"}
GRANULARITIES = ("symbol", "word", "sentence", "paragraph")
CONDITIONS = ("region-selected", "choice-selected", "no-region-selected", "choice-unselected")


def lint_config(config: str, *, path: str = "") -> list[Fault]:
    """All faults of a labelling configuration in XML; an empty list where there are none."""
    try:
        root = ElementTree.fromstring(config)  # noqa: S314 — our own file, no entities are expanded from elsewhere
    except ElementTree.ParseError as error:
        return [Fault(f"no well-formed XML ({error})", "a labelling configuration", "Generate it anew.", path=path)]
    checks = (_tags, _names, _targets, _values, _hotkeys, _granularity, _visibility, _required)
    return [
        Fault(found, expected, remedy, item=item, path=path)
        for check in checks
        for found, expected, remedy, item in check(root)
    ]


def control_labels(config: str) -> dict[str, frozenset[str]]:
    """The values that each control of a configuration offers, relations under the name `relation`."""
    root = ElementTree.fromstring(config)  # noqa: S314
    offered = {
        element.get("name", ""): frozenset(child.get("value", "") for child in element)
        for element in root.iter()
        if element.tag in LABELLING
    }
    return offered | {"relation": frozenset(element.get("value", "") for element in root.iter("Relation"))}


def _tags(root: Element) -> Iterator[Parts]:
    for parent in root.iter():
        for element in parent:
            wanted = PARENTS.get(element.tag)
            if element.tag not in TAGS:
                yield f"tag {element.tag}", f"one of {', '.join(sorted(TAGS))}", "Correct or remove it.", element.tag
            elif wanted and parent.tag != wanted:
                yield f"{element.tag} in {parent.tag}", f"{element.tag} in {wanted}", "Move it.", element.tag
    if root.tag != "View":
        yield f"root {root.tag}", "View", "Wrap everything in a View.", root.tag


def _names(root: Element) -> Iterator[Parts]:
    named = [element for element in root.iter() if element.tag in LABELLING | {"Text"}]
    for element in named:
        if not element.get("name"):
            yield f"a {element.tag} without a name", "a name", "Name it.", element.tag
    yield from _repeated((e.get("name", "") for e in named), "name", "controls")


def _targets(root: Element) -> Iterator[Parts]:
    texts = {element.get("name") for element in root.iter("Text")}
    for element in root.iter():
        if element.tag in LABELLING and element.get("toName") not in texts:
            found = f"toName {element.get('toName')!r}"
            yield found, "the name of a Text", "Point it at the text.", element.get("name", "")


def _values(root: Element) -> Iterator[Parts]:
    for element in root.iter():
        if element.tag not in LABELLING | {"Relations"}:
            continue
        name = element.get("name", element.tag)
        if any(not child.get("value") for child in element if child.tag in PARENTS):
            yield "a choice without a value", "a value", "Give it one.", name
        yield from _repeated((child.get("value", "") for child in element), "value", name)
        if element.tag in ("Labels", "Choices") and not len(element):
            yield "no values", "at least one", "Remove the control or give it values.", name


def _hotkeys(root: Element) -> Iterator[Parts]:
    keys = [(key.strip().lower(), e) for e in root.iter() if (given := e.get("hotkey")) for key in given.split(",")]
    yield from _repeated((key for key, _ in keys), "hotkey", "the page")
    for key, element in keys:
        if key in RESERVED:
            found = f"hotkey {key!r}, which the page uses itself"
            yield found, "another key", "Choose another.", element.get("value", "")


def _granularity(root: Element) -> Iterator[Parts]:
    for element in root.iter("Text"):
        value = element.get("granularity", "symbol")
        if value not in GRANULARITIES:
            found = f"granularity {value!r}"
            yield found, f"one of {', '.join(GRANULARITIES)}", "Correct it.", element.get("name", "")


def _visibility(root: Element) -> Iterator[Parts]:
    offered = {
        e.get("name", ""): {child.get("value", "") for child in e}
        for e in root.iter()
        if e.tag in ("Labels", "Choices")
    }
    everything = {value for values in offered.values() for value in values}
    for element in root.iter():
        item = element.get("name", element.tag)
        condition, tag = element.get("visibleWhen"), element.get("whenTagName")
        if condition is not None and condition not in CONDITIONS:
            yield f"visibleWhen {condition!r}", f"one of {', '.join(CONDITIONS)}", "Correct it.", item
        if tag is not None and tag not in offered:
            yield f"whenTagName {tag!r}", "the name of a control", "Correct the name.", item
        for attribute in ("whenLabelValue", "whenChoiceValue"):
            given = element.get(attribute)
            allowed = offered.get(tag, everything) if tag is not None else everything
            for value in given.split(",") if given else ():
                if value not in allowed:
                    yield f"{attribute} {value!r}", f"a value of {tag or 'a control'}", "Correct it.", item


def _required(root: Element) -> Iterator[Parts]:
    for element in root.iter():
        if element.get("required") != "true" or element.get("perRegion") != "true":
            continue
        name = element.get("name", element.tag)
        if element.tag == "Choices" and not (element.get("visibleWhen") and element.get("whenTagName")):
            yield (
                "a required per-region Choices that does not say for which regions",
                "visibleWhen and whenTagName on the Choices itself",
                "Add them: on a View around it they do not count.",
                name,
            )
        if element.tag == "TextArea" and not element.get("whenLabelValue"):
            found = "a required per-region TextArea that does not say for which labels"
            yield found, "whenLabelValue", "Add it.", name


def _repeated(values: Iterable[str], what: str, where: str) -> Iterator[Parts]:
    for value, count in Counter(values).items():
        if value and count > 1:
            yield f"{what} {value!r} {count} times in {where}", f"each {what} once", "Rename or remove one.", value
