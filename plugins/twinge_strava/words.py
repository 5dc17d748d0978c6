"""Strava's words in ours: sport types, workout types, and what a title may say about a race or intervals."""

from __future__ import annotations

import re

SPORTS = {
    # https://developers.strava.com/docs/reference/#api-models-SportType: 56 words in mid-2026
    "AlpineSki": "ski",
    "BackcountrySki": "backcountry_ski",
    "Badminton": "team_sport",
    "Basketball": "team_sport",
    "Canoeing": "row",
    "Cricket": "team_sport",
    "Crossfit": "strength",
    "Dance": "other",
    "EBikeRide": "ride",
    "EMountainBikeRide": "mountain_bike",
    "Elliptical": "other",
    "Golf": "walk",
    "GravelRide": "gravel_ride",
    "Handcycle": "other",
    "HighIntensityIntervalTraining": "other",
    "Hike": "hike",
    "IceSkate": "skate",
    "InlineSkate": "skate",
    "Kayaking": "row",
    "Kitesurf": "other",
    "MountainBikeRide": "mountain_bike",
    "NordicSki": "nordic_ski",
    "Padel": "team_sport",
    "PhysicalTherapy": "mobility",
    "Pickleball": "team_sport",
    "Pilates": "mobility",
    "Racquetball": "team_sport",
    "Ride": "ride",
    "RockClimbing": "climb",
    "RollerSki": "nordic_ski",
    "Rowing": "row",
    "Run": "run",
    "Sail": "other",
    "Skateboard": "skate",
    "Snowboard": "snowboard",
    "Snowshoe": "snowshoe",
    "Soccer": "team_sport",
    "Squash": "team_sport",
    "StairStepper": "other",
    "StandUpPaddling": "row",
    "Surfing": "other",
    "Swim": "swim",
    "TableTennis": "other",
    "Tennis": "team_sport",
    "TrailRun": "trail_run",
    "Velomobile": "ride",
    "VirtualRide": "virtual_ride",
    "VirtualRow": "row",
    "VirtualRun": "virtual_run",
    "Volleyball": "team_sport",
    "Walk": "walk",
    "WeightTraining": "strength",
    "Wheelchair": "other",
    "Windsurf": "other",
    "Workout": "other",
    "Yoga": "yoga",
}
INDOORS = {"run": "treadmill", "ride": "indoor_ride"}
"""What `trainer: true` makes of a sport."""
SURFACES = {"trail_run": "trail", "treadmill": "treadmill"}

RACES = frozenset({1, 11})
INTERVALS = frozenset({3, 12})
LONG_RUN = 2
"""workout_type: run 0 none, 1 race, 2 long, 3 workout; ride 10 none, 11 race, 12 workout. Strava publishes no table."""

TITLE_CHARS = 200
RACE = re.compile(r"\brac(?:e|ing)\b|marath?[oó]n", re.IGNORECASE)
ABOUT_A_RACE = re.compile(
    r"train|\bpace\b|\beffort|\bprep|\bplan\b|recover|shake\s?-?out|\bweek\b|\bblock\b|\bbuild|\btaper|simulat|\bexpo\b"
    r"|volunteer|spectat|cheer|\b(?:pre|post|after|before|not|course)\b|\d\s?[x×]\s?\d",
    re.IGNORECASE,
)
"""Titles that name a race and are none: "marathon training week 3", "race pace", "post-race shakeout"."""
INTERVAL = re.compile(r"\binterval|\brepeats?\b|\bfartlek|\btrack\s+workout\b", re.IGNORECASE)
REPEATED_METRES = re.compile(
    r"(?<![\d.,])(?:[2-9]00|1000|1200|1600)\s?m\b(?!\s*(?:of\s+)?(?:climb|vert|elev|gain|ascent|up\b|d\+|\+))",
    re.IGNORECASE,
)
"""400m, 8 x 800 m: intervals in a run's title, unless it counts metres of climb."""


def sport_of(word: str, *, trainer: bool) -> str:
    """Our word for a Strava sport type; `other` for one we have not met."""
    sport = SPORTS.get(word, "other")
    return INDOORS.get(sport, sport) if trainer else sport


def is_race(workout_type: int | None, title: str) -> bool:
    """Tagged as a race, or titled like one where the athlete chose no other tag."""
    if workout_type in RACES:
        return True
    if workout_type in INTERVALS or workout_type == LONG_RUN:
        return False
    title = title[:TITLE_CHARS]
    return bool(RACE.search(title)) and not ABOUT_A_RACE.search(title)


def is_interval(word: str, workout_type: int | None, title: str, *, running: bool) -> bool:
    """Tagged as a workout, a sport of intervals by name, or titled like one."""
    if workout_type in INTERVALS or word == "HighIntensityIntervalTraining":
        return True
    title = title[:TITLE_CHARS]
    return bool(INTERVAL.search(title) or (running and REPEATED_METRES.search(title)))
