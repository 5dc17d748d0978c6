"""What the load ladder knows about a sport by its word alone."""

from __future__ import annotations

from typing import Final

from twinge.core.model import RUNNING, family

ON_FOOT: Final = (RUNNING - {"treadmill"}) | {"walk", "hike"}
"""Sports whose speed over the ground, corrected for grade, says how hard they were. A treadmill's distance is not
measured over ground and is not believed."""

ROUGH: Final = frozenset({"trail_run", "hike"})
"""Sports on ground that costs more than its grade says."""

RPE: Final = {
    "walk": 2,
    "hike": 3,
    "run": 5,
    "ride": 4,
    "indoor_ride": 5,
    "virtual_ride": 5,
    "swim": 5,
    "row": 5,
    "strength": 4,
    "team_sport": 6,
    "ski": 5,
    "mobility": 1,
}
"""Usual session RPE by sport, else by family, else 4: our own choice, used when nothing but a duration is known."""


def usual_rpe(sport: str) -> int:
    """The session RPE (CR-10) assumed for `sport` when nobody said how hard it was."""
    known = RPE.get(sport)
    return RPE.get(family(sport), 4) if known is None else known
