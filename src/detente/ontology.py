"""The ontology as typed, frozen objects, read from `ontology.toml` or from a team's own file of the same form.

Everything that depends on what is annotated (labelling configurations, guideline tables, dataset features, checks)
asks these objects; no other module names a type or a role.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import cache, cached_property
from importlib import resources
from pathlib import Path

import msgspec

from detente.errors import DataError, Fault

NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_]*$")
COLOR = re.compile(r"^#[0-9a-fA-F]{6}$")


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value that an annotator chooses: a level, a reading, a polarity, a modality or a stance label."""

    name: str
    definition: str
    hotkey: str = ""


class EntityType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A type of mention, and which attributes its mentions carry."""

    name: str
    definition: str
    hotkey: str
    color: str
    has_level: bool = True
    has_reading: bool = False
    has_value: bool = False
    has_entity: bool = True


class Role(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A role: whether events can fill it, and the only mention types that can (empty: any)."""

    definition: str
    events: bool = False
    types: tuple[str, ...] = ()


class EventType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An event type with its own roles, in the order in which they are offered, and its place in other schemes."""

    name: str
    gloss: str
    roles: tuple[str, ...]
    hotkey: str
    plover: str = ""
    cameo: str = ""
    ace: str = ""


class MentionLayer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The attributes of mentions."""

    levels: tuple[Label, ...]
    readings: tuple[Label, ...]
    exhaustive_levels: tuple[str, ...]


class EventLayer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The attributes of events, and the roles that every type takes.

    `defaults` names attributes that an annotator need not choose where they have this value (empty: none).
    """

    common_roles: tuple[str, ...]
    polarities: tuple[Label, ...]
    modalities: tuple[Label, ...]
    defaults: dict[str, str] = {}


class StanceLayer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The stance labels; `none` is generated for pairs without a stance, never annotated.

    `holder_types` are the mention types that can hold a stance (empty: all with an entity); `defaults` names
    attributes that an annotator need not choose where they have this value.
    """

    labels: tuple[Label, ...]
    none: str
    macro_labels: tuple[str, ...]
    holder_types: tuple[str, ...] = ()
    defaults: dict[str, str] = {}


class Ontology(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """What is annotated: entity types, event types with roles, attributes and stance labels."""

    name: str
    version: str
    mention: MentionLayer
    entity_types: tuple[EntityType, ...]
    roles: dict[str, Role]
    event: EventLayer
    event_types: tuple[EventType, ...]
    stance: StanceLayer

    @cached_property
    def entity_type(self) -> dict[str, EntityType]:
        """Entity types by name."""
        return {entity_type.name: entity_type for entity_type in self.entity_types}

    @cached_property
    def event_type(self) -> dict[str, EventType]:
        """Event types by name."""
        return {event_type.name: event_type for event_type in self.event_types}

    @cached_property
    def roles_of(self) -> dict[str, tuple[str, ...]]:
        """All roles that an event type takes: its own, in order, then the common ones."""
        return {
            event_type.name: tuple(dict.fromkeys(event_type.roles + self.event.common_roles))
            for event_type in self.event_types
        }

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """Names of the mention levels."""
        return _names(self.mention.levels)

    @cached_property
    def readings(self) -> tuple[str, ...]:
        """Names of the readings."""
        return _names(self.mention.readings)

    @cached_property
    def polarities(self) -> tuple[str, ...]:
        """Names of the polarities."""
        return _names(self.event.polarities)

    @cached_property
    def modalities(self) -> tuple[str, ...]:
        """Names of the modalities."""
        return _names(self.event.modalities)

    @cached_property
    def holder_types(self) -> tuple[str, ...]:
        """Names of the mention types that can hold a stance."""
        return self.stance.holder_types or tuple(self.entity_type)

    @cached_property
    def stance_labels(self) -> tuple[str, ...]:
        """Names of the stance labels, without the generated one."""
        return _names(self.stance.labels)


def _names(labels: Iterable[Label]) -> tuple[str, ...]:
    return tuple(label.name for label in labels)


@cache
def load_ontology(path: Path | None = None) -> Ontology:
    """Read an ontology file; without a path, detente's own.

    Raises `DataError` naming the file, what was found and the remedy where the file does not parse, a name is
    repeated or malformed, a role is not defined, or two labels of one group share a hotkey.
    """
    name = str(path) if path else "ontology.toml"
    try:
        raw = path.read_bytes() if path else resources.files("detente").joinpath("ontology.toml").read_bytes()
        ontology = msgspec.convert(tomllib.loads(raw.decode("utf-8")), Ontology)
    except FileNotFoundError as error:
        raise DataError(
            [Fault("no such file", "an ontology in TOML", "Give --ontology an existing file.", path=name)]
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DataError(
            [Fault(str(error), "the form of detente's ontology.toml", "Compare it with that file.", path=name)]
        ) from error
    faults = [Fault(*parts, path=name) for parts in _faults(ontology)]
    if faults:
        raise DataError(faults)
    return ontology


def _faults(ontology: Ontology) -> Iterable[tuple[str, str, str]]:
    groups: dict[str, list[tuple[str, str]]] = {
        "entity types": [(t.name, t.hotkey) for t in ontology.entity_types],
        "event types": [(t.name, t.hotkey) for t in ontology.event_types],
        "levels and readings": [(x.name, x.hotkey) for x in ontology.mention.levels + ontology.mention.readings],
        "polarities and modalities": [
            (x.name, x.hotkey) for x in ontology.event.polarities + ontology.event.modalities
        ],
        "stance labels": [(x.name, x.hotkey) for x in ontology.stance.labels],
    }
    for group, pairs in groups.items():
        for name, _ in pairs:
            if not NAME.match(name):
                yield f"{name!r} among {group}", "letters, digits and _", "Rename it."
        for name in _repeated(name for name, _ in pairs):
            yield f"{name!r} twice among {group}", "each name once", "Remove or rename one."
        for key in _repeated(key for _, key in pairs if key):
            yield f"hotkey {key!r} twice among {group}", "each hotkey once", "Give one of them another key."
    for entity_type in ontology.entity_types:
        if not COLOR.match(entity_type.color):
            yield f"colour {entity_type.color!r} of {entity_type.name}", "#rrggbb", "Write it in that form."
    yield from _role_faults(ontology)
    yield from _default_faults(ontology)


def _role_faults(ontology: Ontology) -> Iterable[tuple[str, str, str]]:
    used = {role: event_type.name for event_type in ontology.event_types for role in event_type.roles}
    used |= dict.fromkeys(ontology.event.common_roles, "common_roles")
    for role, user in used.items():
        if role not in ontology.roles:
            yield f"role {role!r} in {user}", "a role defined under [roles]", "Define it there."
    references: list[tuple[str, Iterable[str], Iterable[str]]] = [
        (f"types of role {name}", role_definition.types, ontology.entity_type)
        for name, role_definition in ontology.roles.items()
    ]
    references += [
        ("holder_types", ontology.stance.holder_types, ontology.entity_type),
        ("exhaustive_levels", ontology.mention.exhaustive_levels, ontology.levels),
        ("macro_labels", ontology.stance.macro_labels, ontology.stance_labels),
    ]
    for where, names, known in references:
        for name in names:
            if name not in known:
                yield f"{name!r} among the {where}", f"one of {', '.join(known)}", "Correct it."


def _default_faults(ontology: Ontology) -> Iterable[tuple[str, str, str]]:
    sources = ("author", "unspecified")
    layers: list[tuple[str, dict[str, str], dict[str, tuple[str, ...]]]] = [
        (
            "event",
            ontology.event.defaults,
            {"polarity": ontology.polarities, "modality": ontology.modalities, "source": sources},
        ),
        ("stance", ontology.stance.defaults, {"label": ontology.stance_labels, "source": sources}),
    ]
    for layer, defaults, allowed in layers:
        for name, value in defaults.items():
            if value not in allowed.get(name, ()):
                expected = ", ".join(f"{key}: {' or '.join(values)}" for key, values in allowed.items())
                yield f"{name} = {value!r} among the defaults of {layer}", expected, "Correct it."


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
