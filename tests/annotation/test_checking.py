from __future__ import annotations

import msgspec

from detente.annotation.checking import changes
from detente.documents import Document

replace = msgspec.structs.replace


def test_a_check_that_changes_nothing_leaves_nothing(annotated: Document) -> None:
    assert changes(annotated, annotated) == []


def test_what_a_check_added_removed_and_changed_is_told_by_layer(annotated: Document) -> None:
    event, *others = annotated.events
    checked = replace(
        annotated,
        events=(replace(event, modality="GENERIC"), *others),
        stances=annotated.stances[1:],
    )
    assert {(one.layer, one.decided, one.reason) for one in changes(annotated, checked)} == {
        ("events", "check", "changed"),
        ("stance", "check", "removed"),
    }
    assert {(one.layer, one.reason) for one in changes(checked, annotated)} == {
        ("events", "changed"),
        ("stance", "added"),
    }
