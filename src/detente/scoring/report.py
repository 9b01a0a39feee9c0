"""The result of an evaluation: figures only; formatting lives elsewhere."""

from __future__ import annotations

import msgspec


class Score(msgspec.Struct, frozen=True):
    """One figure between 0 and 1, or None where nothing is in gold and nothing was predicted (0/0).

    `precision` and `recall` are None for means of several F1s. `low` and `high` are the ends of the 95 % expanded
    percentile interval (`detente.intervals`; None without resampling), `left_out` the resamples that were 0/0.
    `support` and `predicted` are the numbers of gold and predicted items.
    """

    value: float | None
    precision: float | None = None
    recall: float | None = None
    low: float | None = None
    high: float | None = None
    support: int = 0
    predicted: int = 0
    left_out: int = 0
    note: str = ""


class OtherFigure(msgspec.Struct, frozen=True):
    """A figure as another scorer gives it (0 to 1), and where it is known to err."""

    scorer: str
    metric: str
    precision: float | None
    recall: float | None
    value: float
    note: str = ""


class Report(msgspec.Struct, frozen=True):
    """Everything that one evaluation found; written as JSON it is the stored result.

    `scores[track][metric]` holds every figure, `primary[track]` names the one that ranks, `signatures[track]` (and
    `signatures["overall"]`) how to repeat it. `by[track][dimension][name]` splits a figure by type, role or label.
    `absent` lists tracks for which the submission held nothing at all: their scores are there (0 wherever there is
    gold) and enter `overall` so, but a board leaves them blank. `overall` has no value where the setting or the
    choice of tracks leaves out one of its three. `documents` and `missing` are sorted ids; where files were scored
    without intervals and details, documents are not listed, `unlisted` being their number. `unit` says what was
    resampled, "story" or "document".

    Where details were asked for, `errors[track][kind]` are numbers of errors, and `confusion[track][what]` maps gold
    values to predicted values to numbers ("none": the other side does not have the item).
    `other` are figures of other scorers, for comparison with papers alone.
    """

    setting: str
    ontology: str
    gold: str
    unit: str
    resamples: int
    seed: int
    documents: tuple[str, ...]
    primary: dict[str, str]
    scores: dict[str, dict[str, Score]]
    overall: Score
    signatures: dict[str, str]
    by: dict[str, dict[str, dict[str, Score]]]
    absent: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    errors: dict[str, dict[str, int]] = {}
    confusion: dict[str, dict[str, dict[str, dict[str, int]]]] = {}
    other: tuple[OtherFigure, ...] = ()
    schema: int = 1
    unlisted: int | msgspec.UnsetType = msgspec.UNSET

    @property
    def size(self) -> int:
        """How many gold documents were scored."""
        return len(self.documents) + (self.unlisted or 0)

    def board_value(self, track: str) -> float | None:
        """The primary score of a track as a board shows it: None where the submission does not enter the track."""
        if track in self.absent or track not in self.scores:
            return None
        return self.scores[track][self.primary[track]].value
