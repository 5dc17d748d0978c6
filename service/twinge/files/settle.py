"""What is done to a reading before it is a history: the absurd out, doubles out, day-only pieces put together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from twinge.core.model import Activity, family
from twinge.files.problem import Found, Problem, Reading
from twinge.files.scale import FASTEST

FARTHEST_M = 400_000
FARTHEST_RIDE_M = 1_500_000
LONGEST_S = 30 * 86_400
"""As in a generic event (docs/adapters.md)."""
OLDEST = datetime(1970, 1, 2, tzinfo=UTC)
LAST = datetime(2200, 1, 1, tzinfo=UTC)
FLIGHT_M_S = 35.0
AHEAD = timedelta(days=2)


def drop_absurd(reading: Reading, now: datetime | None) -> list[Found]:
    """Leave out what no athlete did; each with its line and the reason. Without `now` the future is not judged."""
    kept = []
    for line, activity in reading.found:
        reason = _absurd(activity, now)
        if reason is not None:
            column = reading.names.get(reason[0], reason[0])
            reading.problems.append(Problem(line, column, f"{reason[1]}; the row was skipped"))
        else:
            kept.append(Found(line, _without_flight(line, activity, reading)))
    return kept


def _without_flight(line: int, activity: Activity, reading: Reading) -> Activity:
    """A distance that nobody covers in the time given is not known; the workout stays, as it does in a live event.

    A walk of 936 m in 3 s; a run of 40 km in an hour, or 25 on a treadmill.
    """
    metres, seconds = activity.distance_m, activity.duration_s
    fastest = FASTEST.get(family(activity.sport), FLIGHT_M_S)
    if not (metres and seconds and metres > fastest * seconds):
        return activity
    what = f"{metres} m in {seconds} s is too fast for “{activity.sport}”; the distance was left out"
    reading.problems.append(Problem(line, reading.names.get("distance", "distance"), what))
    return replace(activity, distance_m=None)


def _absurd(activity: Activity, now: datetime | None) -> tuple[str, str] | None:
    """The field and what is wrong with it."""
    metres, seconds, kind = activity.distance_m or 0, activity.duration_s or 0, family(activity.sport)
    elapsed = activity.elapsed_s or 0
    latest = LAST if now is None else now + AHEAD
    doubts = (
        (activity.start < OLDEST, "date", "the date lies before 1970"),
        (activity.start > latest, "date", "the date lies in the future"),
        (metres < 0, "distance", "the distance is negative"),
        (min(seconds, elapsed) < 0, "duration", "the duration is negative"),
        (max(seconds, elapsed) > LONGEST_S, "duration", "it took more than 30 days"),
        (metres > (FARTHEST_RIDE_M if kind == "ride" else FARTHEST_M), "distance", f"{metres // 1000} km is too far"),
    )
    return next(((field, what) for wrong, field, what in doubts if wrong), None)


def drop_doubles(found: Sequence[Found], reading: Reading) -> list[Found]:
    """Of two rows with one id the newer text stays: the higher version, else the later line."""
    newest: dict[str, Found] = {}
    for each in found:
        other = newest.get(each.activity.key)
        if other is None:
            newest[each.activity.key] = each
            continue
        keep, drop = (each, other) if each.activity.version >= other.activity.version else (other, each)
        newest[each.activity.key] = keep
        column = reading.names.get("id", "id")
        reading.problems.append(Problem(drop.line, column, f"the same id as line {keep.line}; the row was skipped"))
    return list(newest.values())


def merge_days(activities: Sequence[Activity], problems: list[Problem]) -> list[Activity]:
    """Where only the day is known, the pieces of one day and sport are one session: nothing tells them apart."""
    groups: dict[tuple[datetime, str], list[Activity]] = defaultdict(list)
    merged = [activity for activity in activities if not activity.day_only]
    for activity in activities:
        if activity.day_only:
            groups[activity.start, activity.sport].append(activity)
    merged += [pieces[0] if len(pieces) == 1 else _join(pieces) for pieces in groups.values()]
    several = Counter(len(pieces) > 1 for pieces in groups.values())[True]
    if several:
        what = f"{several} days hold several pieces of one sport without an hour; each day was read as one session"
        problems.append(Problem(None, None, what))
    return merged


def _join(pieces: Sequence[Activity]) -> Activity:
    """Sums and weighted means; what one piece does not know, the sum does not know."""
    return replace(
        pieces[0],
        elapsed_s=_sum([piece.elapsed_s for piece in pieces]),
        moving_s=_sum([piece.moving_s for piece in pieces]),
        distance_m=_sum([piece.distance_m for piece in pieces]),
        climb_m=_sum([piece.climb_m for piece in pieces]),
        descent_m=_sum([piece.descent_m for piece in pieces]),
        avg_hr=_mean([(piece.avg_hr, piece.duration_s) for piece in pieces]),
        max_hr=max((piece.max_hr for piece in pieces if piece.max_hr), default=None),
        avg_power_w=_mean([(piece.avg_power_w, piece.duration_s) for piece in pieces]),
        rpe=_mean([(piece.rpe, piece.duration_s) for piece in pieces]),
        race=any(piece.race for piece in pieces),
        interval=any(piece.interval for piece in pieces),
    )


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _mean(pairs: Sequence[tuple[int | None, int | None]]) -> int | None:
    """Weighted by duration, over the pieces that know both."""
    known = [(value, weight) for value, weight in pairs if value is not None and weight]
    total = sum(weight for _, weight in known)
    return round(sum(value * weight for value, weight in known) / total) if total else None
