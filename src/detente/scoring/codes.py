"""What an ontology names, as small numbers, and what it allows, as tables to look up by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from detente.ontology import EntityType, Ontology

# ontologies whose tables are kept
KEPT = 8

Table = NDArray[np.bool_]


class Codes(dict[str | None, int]):
    """Numbers of some names from 0 on; a name that is not among them has the number after the last."""

    def __init__(self, names: Iterable[str | None]) -> None:
        super().__init__({name: number for number, name in enumerate(names)})
        self.unknown = len(self)
        self.names = tuple(name or "" for name in self)
        # the same for every run and machine
        self.stable = np.array([*(crc32(name.encode()) for name in self.names), 0], np.uint64)

    def __missing__(self, name: str | None) -> int:
        return self.unknown


@dataclass(frozen=True, eq=False)
class OntologyCodes:
    """The numbers of an ontology's names, and what it allows.

    The tables have one more place on each axis than there are names, for unknown ones, which nothing allows.
    `mentions` (type, level, reading, without entity) and `events` (type, polarity, modality) say what a prediction may
    be, `gold_mentions` and `gold_events` what is complete; `fillers` (event type, role, mention type) and
    `event_fillers` (event type, role) what can fill a role; `primary` (type, level) which mentions the primary entity
    score counts. Level, reading, polarity and modality have number 0 where there is none.
    """

    ontology: Ontology
    types: Codes
    levels: Codes
    readings: Codes
    event_types: Codes
    polarities: Codes
    modalities: Codes
    roles: Codes
    labels: Codes
    mentions: Table
    gold_mentions: Table
    events: Table
    gold_events: Table
    fillers: Table
    event_fillers: Table
    primary: Table


_kept: dict[int, OntologyCodes] = {}


def codes_of(ontology: Ontology) -> OntologyCodes:
    """The numbers and tables of an ontology, made once."""
    known = _kept.get(id(ontology))
    if known is None or known.ontology is not ontology:
        if len(_kept) >= KEPT:
            _kept.clear()
        known = _kept[id(ontology)] = _codes(ontology)
    return known


def _codes(ontology: Ontology) -> OntologyCodes:
    types, event_types = Codes(ontology.entity_type), Codes(ontology.event_type)
    levels, readings = Codes((None, *ontology.levels)), Codes((None, *ontology.readings))
    polarities, modalities = Codes((None, *ontology.polarities)), Codes((None, *ontology.modalities))
    roles = Codes(dict.fromkeys(role for of_type in ontology.roles_of.values() for role in of_type))
    mentions = _table((types, levels, readings), product(types, levels, readings))
    mentions = np.stack([mentions, mentions], axis=-1)
    gold_mentions = np.zeros_like(mentions)
    for kind, level, reading, bare in product(ontology.entity_types, levels, readings, (False, True)):
        place = types[kind.name], levels[level], readings[reading], int(bare)
        gold_mentions[place] = _complete(kind, level, reading, bare)
    events = _table((event_types, polarities, modalities), product(event_types, polarities, modalities))
    gold_events = events.copy()
    gold_events[:, 0, :] = gold_events[:, :, 0] = False
    return OntologyCodes(
        ontology,
        types,
        levels,
        readings,
        event_types,
        polarities,
        modalities,
        roles,
        Codes(ontology.stance_labels),
        mentions,
        gold_mentions,
        events,
        gold_events,
        _table((event_types, roles, types), _fillers(ontology)),
        _table((event_types, roles), ((a, b) for a, b in _pairs(ontology) if ontology.roles[b].events)),
        _table((types, levels), _primary(ontology)),
    )


def _table(axes: tuple[Codes, ...], allowed: Iterable[tuple[str | None, ...]]) -> Table:
    table = np.zeros([codes.unknown + 1 for codes in axes], np.bool_)
    for names in allowed:
        table[tuple(codes[name] for codes, name in zip(axes, names, strict=True))] = True
    return table


def _complete(kind: EntityType, level: str | None, reading: str | None, bare: bool) -> bool:
    carried = level is not None, reading is not None, not bare
    return carried == (kind.has_level, kind.has_reading, kind.has_entity)


def _pairs(ontology: Ontology) -> Iterator[tuple[str, str]]:
    return ((name, role) for name, roles in ontology.roles_of.items() for role in roles if role in ontology.roles)


def _fillers(ontology: Ontology) -> Iterator[tuple[str, str, str]]:
    for name, role in _pairs(ontology):
        for kind in ontology.roles[role].types or ontology.entity_type:
            yield name, role, kind


def _primary(ontology: Ontology) -> Iterator[tuple[str, str | None]]:
    exhaustive = ontology.mention.exhaustive_levels
    if not exhaustive:
        return product(ontology.entity_type, (None, *ontology.levels))
    with_level = [kind.name for kind in ontology.entity_types if kind.has_level]
    return product(with_level, (None, *exhaustive))
