"""What the scoring tests share: documents made in a line, and the reference documents as ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from detente.documents import Argument, Document, Entity, Event, Mention, Stance
from detente.ontology import EntityType, EventLayer, EventType, Label, MentionLayer, Ontology, Role, StanceLayer
from detente.ontology import load_ontology as load

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference"
GOLDEN = Path(__file__).resolve().parents[1] / "golden"


Raw = dict[str, Any]


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    """detente's own ontology."""
    return load()


@pytest.fixture(scope="session")
def reference_folder() -> Path:
    if not REFERENCE.is_dir():
        pytest.skip("needs ../shared/reference, figures printed by other scorers")
    return REFERENCE


@pytest.fixture(scope="session")
def to_documents() -> Callable[[Iterable[Raw]], list[Document]]:
    return lambda raws: [_document(raw) for raw in raws]


@pytest.fixture(scope="session")
def ontology_of() -> Callable[[Iterable[Document]], Ontology]:
    return _ontology_of


@pytest.fixture(scope="session")
def golden_cases() -> list[Raw]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(GOLDEN.glob("*.json"))]


def _document(raw: Raw) -> Document:
    """A reference document in our form: realis stands in for modality, argument spans become mentions of their own."""
    entity_of = {mention: entity["id"] for entity in raw["entities"] for mention in entity["mentions"]}
    mentions: list[Mention] = []
    clustered: set[tuple[int, int]] = set()
    for m in raw["mentions"]:
        # one case types a span twice; a span is in one cluster only
        entity = entity_of.get(m["id"]) if (m["start"], m["end"]) not in clustered else None
        clustered.add((m["start"], m["end"]))
        mentions.append(Mention(m["id"], m["start"], m["end"], m["type"], level="NAM", entity=entity))
    referred = {mention.entity for mention in mentions}
    events = []
    for raw_event in raw["events"]:
        arguments = []
        for argument in raw_event["arguments"]:
            name = f"f{len(mentions)}"
            mentions.append(Mention(name, argument["start"], argument["end"], "FILLER", level="NOM"))
            arguments.append(Argument(argument["role"], mention=name))
        trigger = raw_event["trigger"]
        events.append(
            Event(
                raw_event["id"],
                raw_event["type"].replace(".", "_"),
                trigger["start"],
                trigger["end"],
                polarity=raw_event["polarity"],
                modality=raw_event["realis"],
                arguments=tuple(arguments),
            )
        )
    return Document(
        raw["doc_id"].strip("_"),
        text=raw.get("text"),
        mentions=tuple(mentions),
        entities=tuple(
            Entity(entity["id"], entity["id"], entity["type"]) for entity in raw["entities"] if entity["id"] in referred
        ),
        events=tuple(events),
        stances=tuple(
            Stance(f"s{number}", stance["holder"], stance["target"], stance["label"])
            for number, stance in enumerate(raw["stances"])
        ),
    )


def _ontology_of(documents: Iterable[Document]) -> Ontology:
    """A small ontology of a team of its own, with exactly the names that some documents use."""
    documents = list(documents)

    def labels(names: Iterable[str]) -> tuple[Label, ...]:
        return tuple(Label(name, "") for name in sorted(set(names)))

    roles = sorted({a.role for d in documents for e in d.events for a in e.arguments})
    types = {m.type for d in documents for m in d.mentions} | {e.type for d in documents for e in d.entities}
    return Ontology(
        name="reference",
        version="1",
        mention=MentionLayer(labels(["NAM", "NOM"]), (), exhaustive_levels=("NAM",)),
        entity_types=tuple(EntityType(name, "", "", "#000000") for name in sorted(types)),
        roles={role: Role("") for role in roles},
        event=EventLayer(
            (),
            labels(e.polarity for d in documents for e in d.events if e.polarity),
            labels(e.modality for d in documents for e in d.events if e.modality),
        ),
        event_types=tuple(
            EventType(name, "", tuple(roles), "") for name in sorted({e.type for d in documents for e in d.events})
        ),
        stance=StanceLayer(labels(["favor", "against", "neutral"]), "none", ("favor", "against")),
    )
