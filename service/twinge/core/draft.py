"""A workout as a session, before its load and class are known: what of it is believed, on what ground it was."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from twinge.core.model import RUNNING, Activity, Session, Unjudged
from twinge.core.pack import Pack

ON_FOOT = RUNNING | {"walk", "hike"}
"""Sports whose heights are those of legs: no wheels, and no lift in between."""

GROUND = {"track": "track", "treadmill": "treadmill", "virtual_run": "treadmill", "trail_run": "trail"}
"""Sports that name their ground."""

DOUBTS = {
    "distance": "the distance is that of a bicycle, not of a run; it was left out",
    "climb": "the climb is more than anybody climbs; it was left out",
    "descent": "the descent is more than anybody goes down; it was left out",
    "hr_missing": "more than a tenth of the heart rate is missing; it was left out",
    "hr_flat": "the heart rate stood still while the speed changed; it was left out",
    "hr_locked": "the heart rate followed the steps; it was left out",
    "hr_range": "heartbeats outside 30 to 230 a minute were left out",
    "altitude_missing": "more than a tenth of the altitude is missing; it was left out",
    "distance_missing": "more than a tenth of the distance is missing; it was left out",
    "cadence_missing": "more than a tenth of the cadence is missing; it was left out",
    "power_missing": "more than a tenth of the power is missing; it was left out",
    "speed_spikes": "jumps of the receiver were left out",
    "time_backwards": "samples whose time did not go forward were left out",
}
"""What was not believed, in words. A word that is not here is shown as it is."""


def draft(activity: Activity, zone: str, pack: Pack) -> Session:
    """The session as recorded."""
    start = int(activity.start.timestamp())
    seconds, metres = activity.duration_s, _metres(activity, pack)
    climb, length = _climb(activity), activity.elapsed_s if activity.elapsed_s is not None else activity.duration_s
    return Session(
        key=activity.key,
        start=start,
        end=start + (length or 0),
        day=activity.start.astimezone(ZoneInfo(zone)).toordinal(),
        sport=activity.sport,
        metres=metres,
        seconds=seconds,
        load=None,
        confidence=0,
        effort="easy",
        rest_h=0,
        pace=_pace(activity, metres, seconds),
        day_only=activity.day_only,
        climb=None if _too_high(climb, activity, metres, pack.gates.climb_m_h, pack) else climb,
        steep=_steep(activity, metres, pack),
        ground=ground(activity),
        told=told(activity),
    )


def told(activity: Activity) -> int:
    """What a record says, a bit each, the worth of a bit rising with its place: the greater number is the richer."""
    shape = activity.shape
    known = (
        activity.duration_s is not None,
        bool(activity.distance_m),
        activity.surface is not None,
        activity.interval,
        activity.race,
        activity.avg_hr is not None,
        activity.climb_m is not None or shape.climb_m is not None,
        bool(activity.zone_minutes),
        activity.rpe is not None,
        shape.normalized_power_w is not None,
        bool(shape.hr_seconds),
        shape.graded_m is not None,
        shape.drift is not None or shape.left is not None,
    )
    return sum([1 << place for place, there in enumerate(known) if there])


def doubts(activity: Activity, pack: Pack) -> tuple[Unjudged, ...]:
    """Everything of a workout that was measured and not believed."""
    metres = _metres(activity, pack)
    doubted = {
        "distance": not _plausible(activity, pack),
        "climb": _too_high(_climb(activity), activity, metres, pack.gates.climb_m_h, pack),
        "descent": _too_high(_descent(activity), activity, metres, pack.gates.descent_m_h, pack),
    }
    words = [*activity.shape.gated, *(word for word, wrong in doubted.items() if wrong)]
    if not words:
        return ()
    end = activity.start + timedelta(seconds=activity.elapsed_s or activity.duration_s or 0)
    return tuple(Unjudged("data", end, activity.key, DOUBTS.get(word, word.replace("_", " "))) for word in words)


def ground(activity: Activity) -> str:
    """track, treadmill, trail, road or mixed, by the sport, then by what the source says; empty where nothing names it.

    An uneven pace names no ground: on a flat road one run in five varied by more than 18 per cent from minute to
    minute (165 runs of one athlete).
    """
    return GROUND.get(activity.sport) or activity.surface or ""


def _metres(activity: Activity, pack: Pack) -> int | None:
    """The distance, where it can be believed: a treadmill's is not measured over ground."""
    return _covered(activity) if activity.sport != "treadmill" and _plausible(activity, pack) else None


def _covered(activity: Activity) -> int | None:
    """The distance without what the receiver jumped: only on foot is a fast step a jump."""
    metres, jumped = activity.distance_m, activity.shape.jumped_m
    return max(0, metres - jumped) if metres and jumped and activity.sport in RUNNING else metres


def _plausible(activity: Activity, pack: Pack) -> bool:
    """A "run" at bicycle speed has no distance we would believe."""
    metres, seconds = _covered(activity), activity.duration_s
    if activity.sport not in RUNNING or metres is None or not seconds:
        return True
    return 1000 * metres <= pack.gates.run_mm_s * seconds


def _climb(activity: Activity) -> int | None:
    """The climb as recorded, the filtered stream's before the summary's."""
    return activity.climb_m if activity.shape.climb_m is None else activity.shape.climb_m


def _descent(activity: Activity) -> int | None:
    """The descent that `_steep` is told from: the streams' where they know what was steep, else the summary's."""
    shape = activity.shape
    return activity.descent_m if shape.steep_m is None else max(shape.steep_m, shape.descent_m or 0)


def _too_high(height: int | None, activity: Activity, metres: int | None, most_m_h: int, pack: Pack) -> bool:
    """Whether a climb or descent is more than legs do, by the kilometre (where the distance is believed) or hour."""
    if not height or activity.sport not in ON_FOOT:
        return False
    seconds = activity.duration_s
    steep = bool(metres) and 1000 * height > pack.gates.climb_m_km * (metres or 0)
    return steep or (bool(seconds) and 3600 * height > most_m_h * (seconds or 0))


def _pace(activity: Activity, metres: int | None, seconds: int | None) -> int | None:
    """Flat-equivalent speed of a run in millimetres per second: graded where the streams allow it."""
    if activity.sport not in RUNNING:
        return None
    shape = activity.shape
    if shape.graded_m is not None and shape.graded_s:
        return 1000 * shape.graded_m // shape.graded_s
    return 1000 * metres // seconds if metres and seconds else None


def _steep(activity: Activity, metres: int | None, pack: Pack) -> int | None:
    """Metres of steep descent (T02): by the streams; else the whole descent on ground hilly enough for it to have been
    steep, and none on flat ground. In between nobody knows."""
    descent = _descent(activity)
    if _too_high(descent, activity, metres, pack.gates.descent_m_h, pack):
        return None
    if activity.shape.steep_m is not None:
        return activity.shape.steep_m
    if descent is None or not metres:
        return None
    if 1000 * descent >= pack.t02.hilly * metres:
        return descent
    return 0 if 1000 * descent < pack.t02.level * metres else None
