"""The names that the labelling configuration and the converter share: controls, relation labels, fixed choices.

Everything else that an annotator can choose comes from the ontology.
"""

from __future__ import annotations

from types import MappingProxyType

TEXT = "text"

# Labels controls: each marks one kind of span
MENTION = "mention"
EVENT = "event"
EVIDENCE = "evidence"
CONDITION = "condition"
BLOCK = "block"
LABELS_CONTROLS = (MENTION, EVENT, EVIDENCE, CONDITION, BLOCK)

# the one label of the controls that need no types
STANCE_LABEL = "STANCE"
CONDITION_LABEL = "CONDITION"

# per-region controls, with the Labels control whose regions they describe
OWNER = MappingProxyType(
    {
        "level": MENTION,
        "reading": MENTION,
        "entity": MENTION,
        "wikidata": MENTION,
        "value": MENTION,
        "polarity": EVENT,
        "modality": EVENT,
        "event_source": EVENT,
        "stance_label": EVIDENCE,
        "explicit": EVIDENCE,
        "stance_source": EVIDENCE,
    }
)
TEXT_CONTROLS = frozenset({"entity", "wikidata", "value"})

AUTHOR = "author"
UNSPECIFIED = "unspecified"
SOURCES = (AUTHOR, UNSPECIFIED)
EXPLICIT = "EXPLICIT"
IMPLICIT = "IMPLICIT"

# relation labels that are no roles
SOURCE = "source"
CONDITION_LINK = "condition"
SAME_EVENT = "same event"
HOLDER = "holder"
TARGET = "target"
RESERVED_RELATIONS = (SOURCE, CONDITION_LINK, SAME_EVENT, HOLDER, TARGET)

# the rule of a block whose kind an annotator has overruled
ANNOTATOR_RULE = "annotator"

PASSES = ("mentions", "events", "stance", "full")
