"""Strava's words in ours: sport types, workout types, and what a title may say about a race or intervals."""

from __future__ import annotations

from twinge.core import sport as titles

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


def sport_of(word: str, *, trainer: bool) -> str:
    """Our word for a Strava sport type; `other` for one we have not met."""
    sport = SPORTS.get(word, "other")
    return INDOORS.get(sport, sport) if trainer else sport


def is_race(workout_type: int | None, title: str) -> bool:
    """Tagged as a race, or titled like one where the athlete chose no other tag."""
    if workout_type in RACES:
        return True
    return workout_type not in INTERVALS and workout_type != LONG_RUN and titles.is_race(title)


def is_interval(word: str, workout_type: int | None, title: str, *, running: bool) -> bool:
    """Tagged as a workout, a sport of intervals by name, or titled like one."""
    tagged = workout_type in INTERVALS or word == "HighIntensityIntervalTraining"
    return tagged or titles.is_interval(title, running=running)
