from __future__ import annotations

import msgspec

from detente.annotation.checking import changes
from detente.documents import Document

replace = msgspec.structs.replace


def test_a_check_that_changes_nothing_leaves_nothing(gold: Document) -> None:
    assert changes(gold, gold) == []


def test_what_a_check_added_removed_and_changed_is_told_by_layer(gold: Document) -> None:
    event, *others = gold.events
    checked = replace(
        gold,
        events=(replace(event, modality="PLANNED"), *others),
        stances=gold.stances[1:],
    )
    assert {(one.layer, one.decided, one.reason) for one in changes(gold, checked)} == {
        ("events", "check", "changed"),
        ("stance", "check", "removed"),
    }
    assert {(one.layer, one.reason) for one in changes(checked, gold)} == {("events", "changed"), ("stance", "added")}
