"""The one table of tracks, and which of them make the overall score."""

from __future__ import annotations

from collections.abc import Iterable

from detente.errors import UsageError, did_you_mean
from detente.scoring import attributes, coreference, entities, events, stance
from detente.scoring.metrics import Track

TRACKS: dict[str, Track] = {
    track.name: track for track in (entities.TRACK, coreference.TRACK, events.TRACK, attributes.TRACK, stance.TRACK)
}
# the overall score is the unweighted mean of these tracks' primaries
OVERALL = ("entities", "events", "stance")
# end to end from the text, or with gold mentions (for stance also entities and events) given
SETTINGS = ("e2e", "given")


def chosen_tracks(names: Iterable[str] | None, setting: str) -> tuple[Track, ...]:
    """The tracks to score, in the table's order; raises `UsageError` for a name or setting that does not exist.

    In the given setting only what is not given can be scored.
    """
    if setting not in SETTINGS:
        raise UsageError(f"unknown setting {setting!r}; there are {' and '.join(SETTINGS)}")
    possible = [track for track in TRACKS.values() if setting == "e2e" or track.given]
    if names is None:
        return tuple(possible)
    names = list(names)
    for name in names:
        if name not in TRACKS:
            raise UsageError(f"unknown track {name!r}; there are {', '.join(TRACKS)}{did_you_mean(name, TRACKS)}")
        if name not in {track.name for track in possible}:
            raise UsageError(f"track {name!r} is not scored in setting {setting!r}, where its layer is given")
    return tuple(track for track in possible if track.name in names)
