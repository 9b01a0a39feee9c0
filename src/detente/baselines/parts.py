"""What the classical baseline has learnt: its taggers, classifiers and tables, stored and loaded together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import msgspec

from detente.baselines.crf import CrfSettings, Tagger
from detente.baselines.lexicon import Lexicon
from detente.baselines.linear import Linear, LinearSettings, load_linear
from detente.baselines.protocol import Settings
from detente.baselines.storage import model_fault, write_struct

TAGGERS = ("names", "phrases", "inside", "triggers")
CLASSIFIERS = (
    "level",
    "reading",
    "entity_pair",
    "role",
    "event_role",
    "polarity",
    "modality",
    "source_kind",
    "source_mention",
    "event_pair",
    "stance",
    "explicit",
)
TABLES = "tables.json"


class ClassicalSettings(Settings, frozen=True):
    """Settings of the classical baseline.

    A `…_bias` is taken off the score of "nothing here" before the best class is chosen: more than 0 predicts more.
    A `…_threshold` is the least probability with which a pair is linked.
    """

    seed: int = 20250814
    tagger: CrfSettings = CrfSettings()
    classifier: LinearSettings = LinearSettings()
    # mark a name's other occurrences in the article too
    repeat_names: bool = True
    # a token stays outside names, other mentions, triggers only where that is at least as probable
    name_certainty: float = 0.0
    phrase_certainty: float = 0.9
    trigger_certainty: float = 0.9
    role_bias: float = 1.5
    event_role_bias: float = 1.5
    stance_bias: float = 1.5
    source_threshold: float = 0.5
    entity_threshold: float = 0.5
    event_threshold: float = 0.5


class Tables(msgspec.Struct, frozen=True):
    """What the features look up.

    `names` and `triggers` are train's mention and trigger strings with their types; `aliases` counts the canonical
    names by "string/reading"; `entity_types` are the pairs of mention types ("GPE/GOV", sorted) that shared an entity,
    `holders` the types of mentions whose entities held a stance, `sources` those of mentions that were a source;
    `tagged` are the features that have a weight in some tagger.
    """

    names: Lexicon
    triggers: Lexicon
    aliases: dict[str, dict[str, int]]
    entity_types: list[str]
    holders: list[str]
    sources: list[str]
    tagged: list[str] = []


@dataclass(frozen=True, slots=True)
class Own:
    """A train document's own counts, which its features must not see."""

    names: dict[str, Counter[str]]
    triggers: dict[str, Counter[str]]
    aliases: dict[str, Counter[str]]


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything learnt, by the names in TAGGERS and CLASSIFIERS."""

    taggers: dict[str, Tagger]
    classifiers: dict[str, Linear]
    tables: Tables

    def save(self, folder: Path) -> None:
        """Write each part into its own files."""
        for name, tagger in self.taggers.items():
            (folder / f"{name}.crfsuite").write_bytes(tagger.data)
        for name, classifier in self.classifiers.items():
            classifier.save(folder, name)
        write_struct(folder / TABLES, self.tables)


def load_parts(folder: Path) -> Parts:
    """Read what `Parts.save` wrote; raises `DataError` naming the file that is missing or broken."""
    path = folder / TABLES
    try:
        tables = msgspec.json.decode(path.read_bytes(), type=Tables)
        taggers = {}
        for name in TAGGERS:
            path = folder / f"{name}.crfsuite"
            taggers[name] = Tagger(path.read_bytes())
    except (OSError, msgspec.DecodeError, ValueError) as error:
        raise model_fault(path, str(error)) from error
    return Parts(taggers, {name: load_linear(folder, name) for name in CLASSIFIERS}, tables)
