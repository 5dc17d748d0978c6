"""Polar's words for sports in ours, where `twinge.core.sport` does not know them.

Two fields tell it: `sport`, a rough word, and `detailed_sport_info`, one of Polar Flow's own; the finer one is asked
first. The list has some hundred words, many of them with the group in front.
"""

from __future__ import annotations

from twinge.core.sport import OTHER, sport

GROUPS = (
    "AQUATICS_", "AQUATHLON_", "DUATHLON_", "FITNESS_", "OFFROADDUATHLON_", "OFFROADTRIATHLON_", "RACKET_SPORTS_",
    "TEAMSPORTS_", "TRIATHLON_", "WATERSPORTS_", "WINTERSPORTS_",
)  # fmt: skip
OWN = {
    "BACKCOUNTRY_SKIING": "backcountry_ski",
    "CLASSIC_ROLLER_SKIING": "nordic_ski",
    "CLASSIC_XC_SKIING": "nordic_ski",
    "CORE": "strength",
    "CYCLING_CYCLOCROSS": "ride",
    "CYCLING_INDOOR": "indoor_ride",
    "CYCLING_MOUNTAIN": "mountain_bike",
    "CYCLING_MOUNTAIN_BIKE": "mountain_bike",
    "CYCLING_ROAD": "ride",
    "FREESTYLE_ROLLER_SKIING": "nordic_ski",
    "FREESTYLE_XC_SKIING": "nordic_ski",
    "MOBILITY_DYNAMIC": "mobility",
    "MOBILITY_STATIC": "mobility",
    "ORIENTEERING": "run",
    "RUNNING_ROAD": "run",
    "RUNNING_TRAIL": "trail_run",
    "RUNNING_TREADMILL": "treadmill",
    "SNOWSHOE_TREKKING": "snowshoe",
    "SWIMMING_OPEN_WATER": "swim",
    "SWIMMING_POOL": "swim",
    "TELEMARK_SKIING": "ski",
    "TRACK_AND_FIELD_RUNNING": "track",
    "ULTRARUNNING_RUNNING": "run",
    "VERTICALSPORTS_OUTCLIMBING": "climb",
    "VERTICALSPORTS_WALLCLIMBING": "climb",
    "WALKING_NORDIC": "walk",
}


def sport_of(rough: str, fine: str | None) -> str:
    """Our word; `other` for one we have not met."""
    for word in (fine or "", rough):
        known = _known(word.upper())
        if known != OTHER:
            return known
    return OTHER


def _known(word: str) -> str:
    if word in OWN:
        return OWN[word]
    bare = next((word.removeprefix(group) for group in GROUPS if word.startswith(group)), word)
    return OWN.get(bare) or sport(bare)
