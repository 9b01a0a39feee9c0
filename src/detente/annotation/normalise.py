"""A Label Studio export in a stable form, so that a diff shows only what annotators have changed.

Server ids, dates, lead times, predictions and `value.text` are left out; tasks stand in the order of their document
ids, annotations in that of their annotators (of one annotator: as submitted), regions in text order. A region's id
tells its control and offsets, so that a new region renames no other. Stand-off documents lose their text.
"""

from __future__ import annotations

import gc
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec

from detente.annotation import controls as c
from detente.annotation.names import TypedName, full_names
from detente.documents import Block
from detente.files import write_text
from detente.heads import default_head

Item = dict[str, Any]

DATA_FIELDS = ("id", "title", "text", "sha256", "length", "meta", "blocks", "pass", "defaults", "differences_sha256")
META_FIELDS = ("head", "entity_type", "text")
NAMES = ("id", "type", "from_name", "from_id", "to_id", "direction")
ITEM_FIELDS = ("id", "from_name", "to_name", "type")
VALUE_FIELDS = {"labels": ("start", "end", "labels"), "textarea": ("text",)}
_CONTROLS = {name: number for number, name in enumerate((*c.LABELS_CONTROLS, *c.OWNER))}


def normalise_export(tasks: Iterable[Mapping[str, Any]], users: Mapping[int, str] | None = None) -> list[Item]:
    """The tasks of an export in their stable form; `users` gives the e-mail address of a user id.

    Cancelled annotations keep their annotator only, drafts their number. What is malformed stays as it was, to be told
    as a fault when the export is read. Normalising a normalised export changes nothing.
    """
    with collection_paused():
        normalised = [_task(task, users or {}) for task in tasks]
    return sorted(normalised, key=lambda task: (str(task["data"].get("id", "")), str(task["data"].get("sha256", ""))))


@contextmanager
def collection_paused() -> Iterator[None]:
    """Let a big export be read without looking for cycles among its million small objects: there are none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def write_export(path: Path, tasks: Iterable[Mapping[str, Any]]) -> None:
    """Write a normalised export as JSON with one region or relation a line; the file appears whole or not at all."""
    write_text(path, _lines(list(tasks)))


def _lines(tasks: list[Mapping[str, Any]]) -> str:
    if not tasks:
        return "[]\n"
    return "[\n" + ",\n".join(_task_lines(task) for task in tasks) + "\n]\n"


def _task_lines(task: Mapping[str, Any]) -> str:
    annotations = task["annotations"]
    if isinstance(annotations, list) and all(isinstance(annotation, dict) for annotation in annotations):
        lines = ",\n".join(_annotation_lines(annotation) for annotation in annotations)
        opened = f"[\n{lines}\n ]" if lines else "[]"
    else:
        opened = _dump(annotations)
    rest = {key: value for key, value in task.items() if key not in ("data", "annotations")}
    tail = "".join(f',\n "{key}": {_dump(value)}' for key, value in rest.items())
    data = ",\n".join(f'  "{key}": {_dump(value)}' for key, value in task["data"].items())
    return f'{{"data": {{\n{data}\n }},\n "annotations": {opened}{tail}}}'


def _annotation_lines(annotation: Mapping[str, Any]) -> str:
    result = annotation.get("result")
    head = ", ".join(f'"{key}": {_dump(value)}' for key, value in annotation.items() if key != "result")
    if not isinstance(result, list):
        return f"  {{{head}}}"
    items = ",\n".join(f"   {_dump(item)}" for item in result)
    return f'  {{{head}, "result": ' + (f"[\n{items}\n  ]}}" if items else "[]}")


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _task(task: Mapping[str, Any], users: Mapping[int, str]) -> Item:
    given = task.get("data")
    source: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    data = {key: source[key] for key in DATA_FIELDS if key in source}
    meta = data.get("meta")
    standoff = isinstance(meta, Mapping) and bool(meta.get("standoff"))
    text = source.get("text") if standoff else None
    normalised = _annotations(task.get("annotations"), source, text if isinstance(text, str) else None, users)
    if isinstance(meta, Mapping) and standoff:
        data = {key: value for key, value in data.items() if key not in ("title", "text")}
        data["meta"] = {key: value for key, value in meta.items() if key != "title"}
    result: Item = {"data": data, "annotations": normalised}
    drafts = task.get("drafts")
    if drafts and isinstance(drafts, int | list):
        result["drafts"] = drafts if isinstance(drafts, int) else len(drafts)
    return result


def _annotations(annotations: object, data: Mapping[str, Any], text: str | None, users: Mapping[int, str]) -> object:
    """The annotations by annotator, of one annotator as submitted; what is no list of objects stays as it was."""
    if annotations is None:
        return []
    if not isinstance(annotations, list) or not all(isinstance(a, dict) for a in annotations):
        return annotations
    normalised = [_annotation(a, data, text, users) for a in sorted(annotations, key=_submitted)]
    return sorted(normalised, key=lambda a: str(a["annotator"]))


def _submitted(annotation: Mapping[str, Any]) -> tuple[str, int]:
    number = annotation.get("id")
    return str(annotation.get("updated_at") or ""), number if isinstance(number, int) else 0


def _annotation(
    annotation: Mapping[str, Any], data: Mapping[str, Any], text: str | None, users: Mapping[int, str]
) -> Item:
    annotator = _annotator(annotation, users)
    if annotation.get("was_cancelled") or annotation.get("cancelled"):
        return {"annotator": annotator, "cancelled": True}
    if "result" not in annotation:
        return {"annotator": annotator}
    return {"annotator": annotator, "result": _result(annotation["result"], data, text)}


def _annotator(annotation: Mapping[str, Any], users: Mapping[int, str]) -> str:
    if "annotator" in annotation:
        return str(annotation["annotator"])
    user = annotation.get("completed_by")
    if isinstance(user, Mapping):
        return str(user.get("email") or user.get("username") or f"user {user.get('id')}")
    return users.get(user, f"user {user}") if isinstance(user, int) else ""


def _result(result: object, data: Mapping[str, Any], text: str | None) -> object:
    if not isinstance(result, list) or not all(isinstance(item, dict) for item in result):
        return result
    if not all(_is_sound(item) for item in result):
        return [_bare(item) for item in result]
    result, reasons = _apart(result)
    regions = [item for item in result if item.get("type") == "labels"]
    ids = [item.get("id") for item in regions]
    if not all(_is_plain(item) for item in regions) or len(set(ids)) < len(ids):
        return [_bare(item) for item in result]
    shown = _shown(data.get("blocks"))
    regions = [item for item in regions if not _restates(item, shown)]
    stable = _stable(regions, result, {item["id"] for item in regions}, text)
    if text is not None:
        _spell_names(stable, text)
    # the reasons of an adjudicator belong to no region; the page gives each a random id
    reasons.sort(key=lambda pair: (pair[0], _dump(pair[1].get("value"))))
    return stable + [{key: value for key, value in _bare(item).items() if key != "id"} for _, item in reasons]


def _apart(result: list[Item]) -> tuple[list[Item], list[tuple[int, Item]]]:
    """A sound result without an adjudicator's reasons, and these with the numbers of their differences."""
    numbers = {name: c.reason_number(name) for name in {item.get("from_name") for item in result}}
    if not any(number is not None for number in numbers.values()):
        return result, []
    numbered = [(numbers[item.get("from_name")], item) for item in result]
    rest = [item for number, item in numbered if number is None]
    return rest, [(number, item) for number, item in numbered if number is not None]


def _spell_names(stable: list[Item], text: str) -> None:
    """Put full names for those typed short, as long as the text is at hand that they refer to."""
    spans = {item["id"]: item["value"] for item in stable if item.get("type") == "labels"}
    entities = {item["id"]: item for item in stable if item.get("from_name") == "entity" and item.get("id") in spans}
    typed = {
        key: TypedName(spans[key]["start"], spans[key]["end"], name)
        for key, item in entities.items()
        if isinstance(name := next(iter(item.get("value", {}).get("text") or ()), None), str)
    }
    for key, name in full_names(typed, text).items():
        entities[key]["value"]["text"] = [name]


def _is_sound(item: Item) -> bool:
    """Whether the names in an item are names: else it is kept as it is, and told as a fault when it is read."""
    for key in NAMES:
        if key in item and not isinstance(item[key], str):
            return False
    return "value" not in item or isinstance(item["value"], dict)


def _shown(blocks: object) -> set[tuple[int, int, str]]:
    try:
        return {(block.start, block.end, block.kind) for block in msgspec.convert(blocks or (), tuple[Block, ...])}
    except msgspec.ValidationError:
        return set()


def _is_plain(item: Item) -> bool:
    value = item.get("value")
    return (
        isinstance(item.get("id"), str)
        and isinstance(item.get("from_name"), str)
        and isinstance(value, dict)
        and isinstance(value.get("start"), int)
        and isinstance(value.get("end"), int)
    )


def _restates(item: Item, shown: set[tuple[int, int, str]]) -> bool:
    """Whether a block region only repeats what the task's blocks say (they are shown in the page)."""
    if item["from_name"] != c.BLOCK:
        return False
    value = item["value"]
    labels = value.get("labels")
    if not isinstance(labels, list) or len(labels) != 1 or not isinstance(labels[0], str):
        return False
    return (value["start"], value["end"], labels[0]) in shown


def _stable(regions: list[Item], result: list[Item], kept: set[str], text: str | None) -> list[Item]:
    values: dict[str, list[Item]] = {}
    relations: list[Item] = []
    dropped = {item["id"] for item in result if item.get("type") == "labels"} - kept
    for item in result:
        if item.get("type") == "relation":
            relations.append(_bare(item))
        elif item.get("type") != "labels" and item.get("id") not in dropped:
            values.setdefault(str(item.get("id")), []).append(_bare(item))
    for found in values.values():
        _sort(found, lambda item: _CONTROLS.get(item.get("from_name", ""), len(_CONTROLS)), _dump)
    spans = {item["id"]: (item["from_name"], item["value"]["start"], item["value"]["end"]) for item in regions}

    def place(item: Item) -> tuple[int, int, int, str]:
        control, start, end = spans[item["id"]]
        return start, -end, _CONTROLS.get(control, len(_CONTROLS)), control

    def content(item: Item) -> str:
        said = [value.get("value") for value in values.get(item["id"], [])]
        links = [(spans.get(r.get("to_id", "")), r.get("labels")) for r in relations if r.get("from_id") == item["id"]]
        return _dump([item["value"].get("labels"), said, sorted(map(_dump, links))])

    _sort(regions, place, content)
    names = _names(regions)
    stable: list[Item] = []
    for item in regions:
        described = [_bare(item, text), *values.pop(item["id"], ())]
        for part in described:
            part["id"] = names[item["id"]]
        stable += described
    for _, orphans in sorted(values.items()):
        stable += orphans
    position = {names[item["id"]]: number for number, item in enumerate(regions)}
    return stable + _relations(relations, names, position)


def _sort(items: list[Item], key: Callable[[Item], Any], tie: Callable[[Item], str]) -> None:
    """Sort in place by a cheap key, and by a dear one only what the cheap one leaves equal."""
    if len(items) < 2:
        return
    keys: list[Any] = [key(item) for item in items]
    if len(set(keys)) < len(keys):
        counts = Counter(keys)
        keys = [(own, tie(item) if counts[own] > 1 else "") for own, item in zip(keys, items, strict=True)]
    items[:] = [item for _, item in sorted(zip(keys, items, strict=True), key=itemgetter(0))]


def _names(regions: list[Item]) -> dict[str, str]:
    """New region ids: control and offsets, numbered where several regions of a control have the same span."""
    seen: Counter[str] = Counter()
    names = {}
    for item in regions:
        name = f"{item['from_name']}-{item['value']['start']}-{item['value']['end']}"
        seen[name] += 1
        names[item["id"]] = name if seen[name] == 1 else f"{name}-{seen[name]}"
    return names


def _relations(relations: list[Item], names: Mapping[str, str], position: Mapping[str, int]) -> list[Item]:
    """Relations from left to right, those between the same two regions merged, in the order of the text."""
    merged: dict[tuple[str, str, str], set[str]] = {}
    for item in relations:
        start, end = (names.get(str(item.get(key)), str(item.get(key))) for key in ("from_id", "to_id"))
        direction = str(item.get("direction", "right"))
        if direction == "left":
            start, end, direction = end, start, "right"
        labels = item.get("labels")
        merged.setdefault((start, end, direction), set()).update(map(str, labels if isinstance(labels, list) else ()))
    last = len(position)
    ordered = sorted(merged, key=lambda key: (position.get(key[0], last), position.get(key[1], last), key))
    return [
        {"type": "relation", "from_id": key[0], "to_id": key[1], "direction": key[2], "labels": sorted(merged[key])}
        for key in ordered
    ]


def _bare(item: Item, text: str | None = None) -> Item:
    """A result item without what the page and the server add; with `text`, a mention's head is written out."""
    kind = item.get("type")
    if kind == "relation":
        return {key: item[key] for key in ("type", "from_id", "to_id", "direction", "labels") if key in item}
    kept: Item = {key: item[key] for key in ITEM_FIELDS if key in item}
    value = item.get("value")
    if isinstance(value, dict):
        fields = VALUE_FIELDS.get(str(kind), ("choices",))
        kept["value"] = {key: value[key] for key in fields if key in value}
    elif "value" in item:
        kept["value"] = value
    if kind != "labels":
        return kept
    meta = item.get("meta")
    noted = {key: meta[key] for key in META_FIELDS if key in meta} if isinstance(meta, dict) else {}
    if text is not None and item.get("from_name") == c.MENTION:
        start, end = kept["value"]["start"], kept["value"]["end"]
        if 0 <= start < end <= len(text):
            noted.setdefault("head", list(default_head(text, start, end)))
    return kept | ({"meta": noted} if noted else {})
