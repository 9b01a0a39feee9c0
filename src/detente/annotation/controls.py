"""The names that the labelling configuration and the converter share: controls, relation labels, fixed choices.

Everything else that an annotator can choose comes from the ontology.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.ontology import Ontology

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

# the attributes with a control of another name; the control is named after the attribute otherwise
CONTROL_OF = MappingProxyType(
    {("event", "source"): "event_source", ("stance", "label"): "stance_label", ("stance", "source"): "stance_source"}
)
SOURCE_CONTROLS = frozenset({"event_source", "stance_source"})

# adjudication: one choice of a reason for each difference, numbered from 0 by the page
REASON = "reason_"
REASONS = MappingProxyType(
    {
        "missed": "one version overlooked what the guidelines ask for",
        "spurious": "one version marked what the guidelines leave out",
        "span": "the guidelines' rule on spans or triggers decides",
        "type": "the guidelines' rule on types, roles or attributes decides",
        "reference": "who or what is meant: entity, cluster, source",
        "unclear": "the guidelines leave it open; decided by analogy",
    }
)

# the rule of a block whose kind an annotator has overruled
ANNOTATOR_RULE = "annotator"

# the pass that marks everything, and the version of the projects in which gold is decided
FULL, GOLD_VERSION = "full", "gold"
PASSES = ("mentions", "events", "stance", FULL)


def attribute_defaults(ontology: Ontology) -> dict[str, str]:
    """What holds where a control is left open, by the control's name."""
    layers = {"event": ontology.event.defaults, "stance": ontology.stance.defaults}
    return {
        CONTROL_OF.get((layer, name), name): value
        for layer, defaults in layers.items()
        for name, value in defaults.items()
    }


def reason_number(control: object) -> int | None:
    """The number of the difference, from 1, whose reason a control holds; None for any other control."""
    if not isinstance(control, str) or not control.startswith(REASON):
        return None
    number = control.removeprefix(REASON)
    return int(number) + 1 if number.isascii() and number.isdigit() else None
