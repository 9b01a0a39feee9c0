"""What a check of one pass changed: the pass against the gold, in the terms of the table of decisions."""

from __future__ import annotations

from detente.annotation.adjudication import find_differences
from detente.annotation.decisions import Decision
from detente.documents import Document

# in the table of decisions: not one of two versions, but a check of the only one
CHECK = "check"
ADDED, REMOVED, CHANGED = "added", "removed", "changed"


def changes(only: Document, gold: Document) -> list[Decision]:
    """Each item that the check added, removed or changed."""
    found = []
    for difference in find_differences(only, gold)[1]:
        what = CHANGED if difference.first and difference.second else REMOVED if difference.first else ADDED
        found.append(Decision(only.id, difference.number, difference.layer, CHECK, what))
    return found
