"""Garmin's words for activities in ours, where `twinge.core.sport` does not know them.

The list of words as public clients have it (open-wearables, `constants/workout_types/garmin.py`). Winter sports end in
`_WS`, some others in `_V2`.
"""

from __future__ import annotations

from twinge.core.sport import sport

OWN = {
    "BACKCOUNTRY_SNOWBOARDING": "snowboard",
    "BREATHWORK": "mobility",
    "DOWNHILL_BIKING": "mountain_bike",
    "ENDURO_MTB": "mountain_bike",
    "E_BIKE_FITNESS": "ride",
    "E_BIKE_MOUNTAIN": "mountain_bike",
    "E_ENDURO_MTB": "mountain_bike",
    "MEDITATION": "mobility",
    "OBSTACLE_RUN": "run",
    "PADDELBALL": "team_sport",
    "PLATFORM_TENNIS": "team_sport",
    "RACKET_SPORTS": "team_sport",
    "RECUMBENT_CYCLING": "ride",
    "RESORT_SKIING_SNOWBOARDING": "ski",
    "SKATE_SKIING": "nordic_ski",
    "SNOW_SHOE": "snowshoe",
    "TEAM_SPORTS": "team_sport",
    "ULTIMATE_DISC": "team_sport",
}


def sport_of(word: str) -> str:
    """Our word for Garmin's; `other` for one we have not met."""
    bare = word.upper().removesuffix("_V2").removesuffix("_WS")
    return OWN.get(bare) or sport(bare)
