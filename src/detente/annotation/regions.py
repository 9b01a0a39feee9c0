"""A Label Studio result read into regions and links, with everything wrong in its form told as a fault.

Nothing is guessed: a repeated region id, an unknown control, a choice without its region or made twice, an unlabelled
or dangling relation are faults. What the labels mean is `conversion.py`'s part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from detente.annotation import controls as c

# found, expected, remedy, region id
Report = Callable[[str, str, str, str], None]

# of each per-region control: whose regions it describes, and where its value lies
_OWNER = dict(c.OWNER)
_FIELD = {control: "text" if control in c.TEXT_CONTROLS else "choices" for control in c.OWNER}


@dataclass(slots=True)
class Region:
    """One marked span: its Labels control, label and offsets (code points, half open), and its per-region values."""

    id: str
    control: str
    label: str
    start: int
    end: int
    meta: Mapping[str, Any]
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """One label of one relation, from region to region."""

    start: Region
    end: Region
    label: str


def read_result(result: object, report: Report) -> tuple[dict[str, Region], list[Link]]:
    """The regions by id, in the result's order, and the labelled links between them; faults go to `report`."""
    if not isinstance(result, list):
        report("a result that is no list", "a list of regions", "Export the project again.", "")
        return {}, []
    regions: dict[str, Region] = {}
    rest: list[Mapping[str, Any]] = []
    for item in result:
        if not isinstance(item, dict):
            report(f"{_show(item)} in the result", "a region or a relation", "Export the project again.", "")
        elif item.get("type") == "labels":
            _read_region(item, regions, report)
        elif c.reason_number(item.get("from_name")) is None:
            rest.append(item)
    links: dict[tuple[str, str, str], Link] = {}
    for item in rest:
        if item.get("type") == "relation":
            for link in _read_relation(item, regions, report):
                links[link.start.id, link.end.id, link.label] = link
        else:
            _read_value(item, regions, report)
    return regions, list(links.values())


def describe(region: Region) -> str:
    """How a fault names a region: its id, label and offsets."""
    return f"region {region.id} ({region.label} at [{region.start}, {region.end}))"


def _show(value: object) -> str:
    return repr(value)[:80]


def _read_region(item: Mapping[str, Any], regions: dict[str, Region], report: Report) -> None:
    key, control, value = item.get("id"), item.get("from_name"), item.get("value")
    if not isinstance(key, str) or not key or not isinstance(value, dict):
        report("a region without id or value", "both", "Delete the region and mark it again.", str(key or ""))
        return
    if control not in c.LABELS_CONTROLS:
        expected = f"one of {', '.join(c.LABELS_CONTROLS)}"
        report(f"unknown control {_show(control)}", expected, "Use the generated configuration.", key)
        return
    labels, start, end = value.get("labels"), value.get("start"), value.get("end")
    if not isinstance(labels, list) or len(labels) != 1 or not isinstance(labels[0], str):
        report(f"labels {_show(labels)}", "one label", "Give the region exactly one label.", key)
        return
    if not _is_offset(start) or not _is_offset(end):
        report(f"offsets {_show(start)}, {_show(end)}", "two numbers", "Delete the region and mark it again.", key)
        return
    if key in regions:
        found = f"two regions with the id {key}"
        report(found, "each id once", "Delete one of the regions and mark it again.", key)
        return
    meta = item.get("meta")
    regions[key] = Region(key, str(control), labels[0], start, end, meta if isinstance(meta, dict) else {})


def _is_offset(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _read_value(item: Mapping[str, Any], regions: Mapping[str, Region], report: Report) -> None:
    """Add a per-region choice or text to its region."""
    key, given, value = str(item.get("id", "")), item.get("from_name"), item.get("value")
    control = given if isinstance(given, str) else ""
    owner = _OWNER.get(control)
    if owner is None:
        report(f"unknown control {_show(given)}", "a control of the configuration", "Use the generated one.", key)
        return
    region = regions.get(key)
    if region is None:
        found = f"{control} of a region that does not exist"
        report(found, "a region with this id", "Mark the region again, or remove the choice.", key)
        return
    if region.control != owner:
        report(f"{control} on a region of {region.control}", f"a region of {owner}", f"Remove its {control}.", key)
        return
    values = value.get(_FIELD[control]) if isinstance(value, dict) else None
    if isinstance(values, str):
        values = [values]
    one = values[0] if isinstance(values, list) and len(values) == 1 else None
    if not isinstance(one, str) or not (one := one.strip()):
        report(f"{control} {_show(values)}", "exactly one value", f"Choose or type one {control}.", key)
        return
    if control in region.values:
        report(f"{control} given twice", "one value", f"Choose or type one {control}.", key)
        return
    region.values[control] = one


def _read_relation(item: Mapping[str, Any], regions: Mapping[str, Region], report: Report) -> Iterable[Link]:
    keys = str(item.get("from_id", "")), str(item.get("to_id", ""))
    missing = [key for key in keys if key not in regions]
    if missing:
        found = f"a relation with region {' and '.join(missing) or '(none)'}, which does not exist"
        report(found, "a relation between two regions", "Delete the relation and draw it again.", keys[0])
        return
    start, end = regions[keys[0]], regions[keys[1]]
    labels = item.get("labels") or _only_label(start, end)
    if not isinstance(labels, list) or not labels:
        expected = "a role or another label"
        report(
            f"a relation to {keys[1]} without a label", expected, "Pick its label from the relation's menu.", keys[0]
        )
        return
    direction = item.get("direction", "right")
    if direction == "left":
        start, end = end, start
    for label in labels:
        if not isinstance(label, str):
            report(f"relation label {_show(label)}", "a label", "Pick one from the relation's menu.", keys[0])
        elif direction not in ("left", "right") and label != c.SAME_EVENT:
            found = f"a {label} relation without a direction"
            report(found, "an arrow", "Click the relation's arrow until it points from the trigger.", keys[0])
        else:
            yield Link(start, end, label)


def _only_label(start: Region, end: Region) -> list[str]:
    """The label of a relation without one, where only one is possible between regions of these controls."""
    if start.control == c.EVIDENCE and end.control == c.EVENT:
        return [c.TARGET]
    return [c.CONDITION_LINK] if start.control == c.EVENT and end.control == c.CONDITION else []


def ends_of(link: Link) -> tuple[str, ...]:
    """The controls on whose regions a link may end, from where it starts and its label."""
    if link.start.control == c.EVENT:
        special = {
            c.SOURCE: (c.MENTION,),
            c.CONDITION_LINK: (c.CONDITION,),
            c.SAME_EVENT: (c.EVENT,),
            c.HOLDER: (),
            c.TARGET: (),
        }
        return special.get(link.label, (c.MENTION, c.EVENT))
    if link.start.control == c.EVIDENCE:
        return {c.SOURCE: (c.MENTION,), c.HOLDER: (c.MENTION,), c.TARGET: (c.MENTION, c.EVENT)}.get(link.label, ())
    return ()
