"""The line that lets another person repeat a score."""

from __future__ import annotations

from detente import __version__
from detente.intervals import METHOD
from detente.scoring.metrics import Track
from detente.scoring.tracks import OVERALL, TRACKS

# the version of the definitions: any change of a figure changes it
DEFINITIONS = "1.1"


def signature(
    track: Track | None, *, setting: str, gold: str, documents: int, unit: str, resamples: int, seed: int
) -> str:
    """The signature of a track's primary metric; without a track that of the overall score.

    The interval is told by `unit` (what was resampled), `boot` (how often), `ci` (how its ends were found) and `seed`.
    """
    if track is None:
        parts = [f"{name}:{TRACKS[name].primary}" for name in OVERALL]
        name, metric, match, average = "overall", f"mean({','.join(parts)})", "exact", "macro"
    else:
        name, metric, match, average = track.name, track.primary, track.match, track.average
    fields = {
        "detente": DEFINITIONS,
        "track": name,
        "metric": metric,
        "match": match,
        "setting": setting,
        "dup": "set",
        "zero": "null",
        "avg": average,
        "gold": gold,
        "n": documents,
        "unit": unit,
        "boot": resamples,
        "ci": METHOD if resamples else "none",
        "seed": seed,
        "v": __version__,
    }
    return "|".join(f"{key}:{value}" for key, value in fields.items())
