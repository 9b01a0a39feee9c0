"""The name table of baselines: adding one is one file and one line here."""

from __future__ import annotations

from detente.baselines import classical, gazetteer, majority
from detente.baselines.protocol import Baseline
from detente.errors import UsageError, did_you_mean

BASELINES: dict[str, Baseline] = {
    "majority": Baseline(majority.SUMMARY, majority.MajoritySettings, majority.fit, majority.load),
    "gazetteer": Baseline(gazetteer.SUMMARY, gazetteer.GazetteerSettings, gazetteer.fit, gazetteer.load),
    "classical": Baseline(classical.SUMMARY, classical.ClassicalSettings, classical.fit, classical.load),
}


def find_baseline(name: str) -> Baseline:
    """The baseline of that name; raises `UsageError` listing what exists, with the nearest name."""
    if name in BASELINES:
        return BASELINES[name]
    raise UsageError(f"unknown baseline {name!r}; there are: {', '.join(BASELINES)}{did_you_mean(name, BASELINES)}")
