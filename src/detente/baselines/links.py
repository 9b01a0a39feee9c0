"""How events tie entities to each other: the paths along which stances run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from detente.baselines.scene import Scene
from detente.documents import Argument, Event

ITSELF = "self"
# an event's argument event, and that one's own arguments, are looked through this often
MAX_STEPS = 2


@dataclass(frozen=True, slots=True)
class Link:
    """Entity `holder` and `target` (an entity or event id) tied by `event`, in whose `paragraph` it stands.

    `path` names the event type, the holder's role and the target's (or that the target is the event itself).
    """

    holder: str
    target: str
    path: str
    event: Event
    paragraph: int


def links(scene: Scene) -> Iterator[Link]:
    """All links of a document, in reading order."""
    event_of = {event.id: event for event in scene.document.events}
    for event in scene.placed_events():
        paragraph = scene.paragraph(event)
        targets = list(_targets(event, scene.entity_of, event_of, MAX_STEPS))
        for argument in event.arguments:
            holder = scene.entity_of.get(argument.mention) if argument.mention else None
            if holder is None:
                continue
            for target, role in targets:
                if target != holder:
                    yield Link(holder, target, f"{event.type}:{argument.role}>{role}", event, paragraph)


def _targets(
    event: Event, entity_of: dict[str, str], event_of: dict[str, Event], steps: int
) -> Iterator[tuple[str, str]]:
    yield event.id, ITSELF
    for argument in event.arguments:
        target = _filler(argument, entity_of)
        if target is None:
            continue
        yield target, argument.role
        inner = event_of.get(target)
        if inner is not None and steps > 1:
            for reached, role in _targets(inner, entity_of, event_of, steps - 1):
                if role != ITSELF:
                    yield reached, f"{argument.role}>{inner.type}>{role}"


def _filler(argument: Argument, entity_of: dict[str, str]) -> str | None:
    return entity_of.get(argument.mention) if argument.mention is not None else argument.event
