"""The words of devices for sports, in ours, where the table of `core.sport` needs a hint."""

from __future__ import annotations

from typing import Any, Final

from twinge.core.model import family
from twinge.core.sport import OTHER, sport

EXACT: Final = {
    ("cycling", "mountain"): "mountain_bike",
    ("cycling", "downhill"): "mountain_bike",
    ("cycling", "enduro"): "mountain_bike",
    ("cycling", "e_bike_mountain"): "mountain_bike",
    ("cycling", "mixed_surface"): "gravel_ride",
    ("cycling", "spin"): "indoor_ride",
    ("cycling", "virtual_activity"): "virtual_ride",
    ("running", "virtual_activity"): "virtual_run",
    ("alpine_skiing", "backcountry"): "backcountry_ski",
    ("training", "pilates"): "mobility",
}
"""FIT's (sport, sub_sport) that no name says by itself."""
NUMBERED: Final = {"9": "run"}
"""What older exports of Strava write into a GPX: https://github.com/erik/derive/issues/65."""


def fit_sport(main: Any, sub: Any) -> str:
    """Our word for FIT's two: the finer one where it is of the same family, else the coarser."""
    main, sub = (str(word) if isinstance(word, str) else "" for word in (main, sub))
    if exact := EXACT.get((main, sub)):
        return exact
    coarse = sport(main)
    for finer in (sport(f"{sub} {main}"), sport(sub)) if sub and sub != "generic" else ():
        if finer != OTHER and (coarse == OTHER or family(finer) == family(coarse)):
            return finer
    return coarse


def xml_sport(word: str) -> str:
    """Our word for that of a GPX or TCX file."""
    word = word.strip()
    return NUMBERED.get(word) or sport(word[:80])
