"""Terra's numbers for activities in our words (github.com/tryterra/openapi, `schemas/core/ActivityType.yaml`)."""

from __future__ import annotations

SPORTS = {
    number: word
    for word, numbers in {
        "run": (8, 56, 57, 141),
        "trail_run": (149,),
        "treadmill": (58, 88, 133),
        "walk": (7, 32, 93, 94, 95, 116),
        "hike": (35, 130),
        "ride": (1, 16, 19, 152),
        "indoor_ride": (17, 18),
        "mountain_bike": (15, 153),
        "gravel_ride": (150,),
        "swim": (82, 83, 84),
        "row": (40, 53, 54, 79, 129, 140),
        "strength": (21, 41, 80, 97, 113),
        "mobility": (49, 125, 154),
        "yoga": (100,),
        "ski": (65, 68),
        "backcountry_ski": (66,),
        "nordic_ski": (13, 67, 70),
        "snowboard": (73,),
        "snowshoe": (75,),
        "skate": (61, 62, 63, 64, 104, 105, 127),
        "climb": (52,),
        "team_sport": (10, 11, 12, 23, 27, 28, 29, 34, 36, 51, 55, 76, 86, 87, 89, 90, 91, 96, 120, 124, 134, 147, 148),
    }.items()
    for number in numbers
}
UNKNOWN = 4
INTERVALS = frozenset({114, 115})
NO_TRAINING = frozenset({0, 3, 5, 31, 38, 45, 117, 118, 119, 122, 128, 131, 135, 136, 137, 138, 143, 144, 145, 146})
"""In a vehicle, still, gardening, fishing, …: listed among the activities, and nobody trains by it."""


def kind_of(number: object) -> int:
    """Terra's number as a whole one; that of *unknown* for anything else."""
    known = isinstance(number, int | float) and not isinstance(number, bool) and number in range(1000)
    return int(number) if known and isinstance(number, int | float) else UNKNOWN
