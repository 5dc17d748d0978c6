"""A workout of Health Connect in our units. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from twinge.core.model import Activity
from twinge.core.sport import sport
from twinge.event import whole
from twinge.plugin import Rejected
from twinge.plugin.loose import number
from twinge_healthconnect.payload import Sample, Workout

MONTH_S = 2_592_000
FEWEST = 3
"""Heart rates inside a workout before their mean says anything."""

NUMBERS = {
    2: "badminton", 4: "baseball", 5: "basketball", 8: "biking", 9: "stationarybike", 13: "calisthenics",
    14: "cricket", 28: "american_football", 29: "team_sport", 32: "golf", 33: "breathing", 35: "handball", 37: "hiking",
    38: "icehockey", 39: "iceskating", 46: "paddling", 48: "pilates", 50: "racquetball", 51: "rockclimbing",
    52: "hockey", 53: "rowing", 54: "indoorrowing", 55: "rugby", 56: "running", 57: "treadmill", 60: "skating",
    61: "skiing", 62: "snowboarding", 63: "snowshoeing", 64: "soccer", 65: "softball", 66: "squash",
    70: "strengthtraining", 71: "stretching", 73: "openwaterswimming", 74: "poolswim", 76: "tennis", 78: "volleyball",
    79: "walking", 80: "team_sport", 81: "weightlifting", 83: "yoga",
}  # fmt: skip
"""`androidx.health.connect.client.records.ExerciseSessionRecord`; what is not here is `other`."""
INTERVALS = frozenset({"36", "highintensityintervaltraining"})
NO_TRAINING = frozenset({"33", "guidedbreathing", "breathing"})

OWN = {
    "bikingstationary": "indoor_ride",
    "footballamerican": "team_sport",
    "footballaustralian": "team_sport",
    "rollerhockey": "team_sport",
    "rowingmachine": "row",
    "runningtreadmill": "treadmill",
    "swimmingopenwater": "swim",
    "swimmingpool": "swim",
    "waterpolo": "team_sport",
}
"""Its words, as some versions write them, that `twinge.core.sport` does not know."""


def to_activity(given: Workout, beats: Sequence[Sample], zone: tzinfo, place: str) -> Activity | None:
    """The workout with the heart rates of its body that lie inside; None for one of no length, or of no training."""
    word = _word(given.type, place)
    elapsed = whole(number((given.end_time - given.start_time).total_seconds(), 0, MONTH_S))
    if not elapsed or word in NO_TRAINING:
        return None
    start, moving = given.start_time.astimezone(zone), whole(given.duration_seconds)
    inside = [one for one in beats if given.start_time <= one.time <= given.end_time]
    means = [one for each in inside if (one := number(each.bpm or each.avg, 1, 250)) is not None]
    peaks = [one for each in inside if (one := number(each.bpm or each.max, 1, 250)) is not None]
    known, metres = len(means) >= FEWEST, whole(number(given.distance_meters, 0, 1e7))
    return Activity(
        key=f"healthconnect:{int(given.start_time.timestamp())}:{word[:40]}:{given.origin}",
        sport=_sport(word),
        start=start,
        elapsed_s=elapsed,
        moving_s=moving if moving and moving <= elapsed else None,
        distance_m=metres,
        avg_hr=whole(sum(means) / len(means)) if known else None,
        max_hr=whole(max(peaks, default=None)) if known else None,
        interval=word in INTERVALS,
        version=len(means) + (metres is not None),
    )


def _word(kind: str | int, place: str) -> str:
    """`56`, `running` or `EXERCISE_TYPE_RUNNING` as one word of small letters and digits."""
    text = str(kind).lower().removeprefix("exercise_type_")
    word = "".join(letter for letter in text if letter.isascii() and letter.isalnum())
    if not word:
        raise Rejected(f"{place}.type must be Health Connect's number or word.", field=f"{place}.type")
    return word


def _sport(word: str) -> str:
    known = NUMBERS.get(int(word)) if len(word) <= 4 and word.isdigit() else None
    return OWN.get(word) or sport(known or word)
