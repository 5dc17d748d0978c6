"""FIT: sessions and records by fitdecode (https://developer.garmin.com/fit/protocol/); positions are never looked at.

fitdecode gives scaled values by the names of Garmin's profile; without a processor, times stay seconds since the end
of 1989. Whatever it raises, the file ends there, and what was read so far may still be a workout.
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import fitdecode

from twinge.core.sport import sport
from twinge.plugin import Rejected
from twinge.recordings.tape import ON_FOOT, Sample, Tape, instant
from twinge.recordings.words import fit_sport

EPOCH_S: Final = 631_065_600
"""Seconds from 1970 to FIT's zero."""
CLOCK: Final = 0x10000000
"""Below it a time counts seconds since the device was switched on: it did not know the date."""
FURTHEST: Final = timedelta(hours=15)
LEAST_S: Final = 60
"""Of a file that breaks off: less than this of recording is no workout."""

MEASURED: Final = {
    "distance": "distance_m",
    "altitude": "altitude_m",
    "enhanced_altitude": "altitude_m",
    "heart_rate": "hr",
    "cadence": "cadence_spm",
    "fractional_cadence": "fraction",
    "power": "power_w",
    "speed": "speed_m_s",
    "enhanced_speed": "speed_m_s",
    "stance_time": "contact_ms",
    "vertical_oscillation": "bounce_mm",
    "vertical_ratio": "bounce_pct",
    "stance_time_balance": "left_pct",
}
TOTALS: Final = {
    "total_elapsed_time": "elapsed_s",
    "total_timer_time": "moving_s",
    "total_moving_time": "moving_s",
    "total_distance": "distance_m",
    "total_ascent": "climb_m",
    "total_descent": "descent_m",
    "avg_heart_rate": "avg_hr",
    "max_heart_rate": "max_hr",
    "avg_power": "avg_power_w",
}
"""In order: a moving time that is there replaces the timer's."""
KINDS: Final = {
    "course": "a course",
    "monitoring_a": "a day's monitoring",
    "monitoring_b": "a day's monitoring",
    "monitoring_daily": "a day's monitoring",
    "weight": "a weighing",
    "workout": "a planned workout",
}
WANTED: Final = frozenset({"file_id", "record", "session", "activity", "sport", "workout"})


@dataclass(slots=True)
class _Found:
    """What a walk through the file gathers."""

    kind: str = ""
    records: list[Sample] = field(default_factory=list)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    sport: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    offset: timedelta | None = None
    broken: bool = False
    damaged: bool = False


def read_fit(body: bytes) -> list[Tape]:
    """Every workout of a FIT file, chained ones too; `Rejected` for one that is damaged or holds none.

    A file that breaks off, as a dying battery leaves it, is read as far as it goes; one with a wrong checksum is not.
    """
    found = _walk(_finished(body))
    if found.damaged:
        raise Rejected("the FIT file is damaged (its checksum is wrong): copy it from the device again")
    if found.kind not in {"", "activity"} and not found.sessions:
        what = KINDS.get(found.kind, found.kind.replace("_", " ")[:40])
        raise Rejected(f"this FIT file holds {what}, not a recorded workout")
    told = [_tape(session, found) for session in found.sessions if session.get("sport") != "transition"]
    tapes = [tape for tape in told if tape is not None]
    return _spread(tapes or _unsummed(found), found.records)


def _finished(body: bytes) -> bytes:
    """A file that was never finished tells a size of 0: it is as long as it is."""
    head = body[0] if body else 0
    if head in (12, 14) and len(body) > head + 2 and body[4:8] == bytes(4):
        return body[:4] + struct.pack("<I", len(body) - head) + body[8:]
    return body


def _walk(body: bytes) -> _Found:
    found = _Found()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a wrong checksum is told by its frame as well
        reader = fitdecode.FitReader(
            body,
            processor=None,
            check_crc=fitdecode.CrcCheck.WARN,
            error_handling=fitdecode.ErrorHandling.IGNORE,
        )
        try:
            for frame in reader:
                _take(frame, found)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - asserts, lookups and its own errors alike: here the file ends
            found.broken = True
    return found


def _take(frame: Any, found: _Found) -> None:
    if frame.frame_type == fitdecode.FIT_FRAME_CRC:
        found.damaged |= not frame.matched
    if frame.frame_type != fitdecode.FIT_FRAME_DATA or frame.name not in WANTED:
        return
    if frame.name == "record":
        if (sample := _sample(frame)) is not None:
            found.records.append(sample)
        return
    told = {each.name: each.value for each in _own(frame) if each.value is not None}
    match frame.name:
        case "file_id":
            kind = told.get("type", "")
            found.kind = found.kind or (kind if isinstance(kind, str) else "something else")
        case "session":
            found.sessions.append(told)
        case "activity":
            found.offset = _offset(told) or found.offset
        case "sport":
            found.sport = told
        case "workout":
            name = told.get("wkt_name")
            found.title = name if isinstance(name, str) else ""


def _own(frame: Any) -> Iterator[Any]:
    """The fields of Garmin's profile: an app of the watch may call its own whatever it likes."""
    return (each for each in frame.fields if each.field is not None and not (each.field_def and each.field_def.is_dev))


def _sample(frame: Any) -> Sample | None:
    sample: Sample = {}
    for each in _own(frame):
        name, value = each.field.name, each.value
        if not isinstance(value, int | float):
            continue
        if name == "timestamp":
            sample["time"] = value + EPOCH_S
        elif (ours := MEASURED.get(name)) is not None:
            sample[ours] = value
    return sample if "time" in sample else None


def _offset(told: dict[str, Any]) -> timedelta | None:
    """How far the athlete's clock was from UTC, to the quarter of an hour."""
    utc, local = told.get("timestamp"), told.get("local_timestamp")
    if not isinstance(utc, int) or not isinstance(local, int) or utc < CLOCK:
        return None
    offset = timedelta(minutes=15 * round((local - utc) / 900))
    return offset if abs(offset) <= FURTHEST else None


def _at(value: Any, offset: timedelta | None) -> datetime | None:
    if not isinstance(value, int | float) or value < CLOCK:
        return None
    at = instant(value + EPOCH_S)
    return at if at is None or offset is None else at.astimezone(timezone(offset))


def _tape(session: dict[str, Any], found: _Found) -> Tape | None:
    """A session as it sums itself up; None where it tells neither time nor distance."""
    numbers = {name: value for name, value in session.items() if isinstance(value, int | float)}
    totals = {ours: float(numbers[name]) for name, ours in TOTALS.items() if numbers.get(name)}
    totals |= {TOTALS[name]: 0.0 for name in ("total_ascent", "total_descent") if numbers.get(name) == 0}
    if rpe := numbers.get(
        "workout_rpe"
    ):  # ten times the scale: https://github.com/GoldenCheetah/GoldenCheetah/issues/4124
        totals["rpe"] = rpe / 10 if rpe >= 10 else rpe
    if not totals.keys() & {"elapsed_s", "moving_s", "distance_m"}:
        return None
    word = fit_sport(session.get("sport"), session.get("sub_sport"))
    return Tape(word, _at(session.get("start_time"), found.offset), totals, found.title)


def _unsummed(found: _Found) -> list[Tape]:
    """One workout of the records alone: the device never came to sum it up."""
    length = found.records[-1]["time"] - found.records[0]["time"] if found.records else 0
    if length < LEAST_S:
        if found.broken:
            raise Rejected("the FIT file breaks off before there is a workout in it: copy it from the device again")
        raise Rejected("there is no workout in this FIT file")
    word = fit_sport(found.sport.get("sport"), found.sport.get("sub_sport"))
    first = found.records[0]["time"] - EPOCH_S
    return [Tape(word, _at(first, found.offset), {}, found.title)]


def _spread(tapes: list[Tape], records: Sequence[Sample]) -> list[Tape]:
    """Each record to the workout in whose time it lies; with one workout all of them are its own."""
    for tape in tapes:
        if len(tapes) > 1 and tape.start is not None:
            first, last = tape.start.timestamp(), tape.start.timestamp() + tape.length_s
            tape.samples = [dict(sample) for sample in records if first <= sample["time"] <= last]
        elif len(tapes) == 1:
            tape.samples = list(records)
        _in_steps(tape)
        _from_its_start(tape)
    return tapes


def _in_steps(tape: Tape) -> None:
    """FIT counts strides of one leg on foot: doubled for steps a minute."""
    legs = 2 if sport(tape.sport) in ON_FOOT else 1
    for sample in tape.samples:
        fraction = sample.pop("fraction", 0.0)
        if "cadence_spm" in sample:
            sample["cadence_spm"] = legs * (sample["cadence_spm"] + fraction)


def _from_its_start(tape: Tape) -> None:
    """The second leg of a triathlon counts its metres from its own start."""
    first = next((sample["distance_m"] for sample in tape.samples if "distance_m" in sample), 0.0)
    told = tape.totals.get("distance_m")
    last = next((sample["distance_m"] for sample in reversed(tape.samples) if "distance_m" in sample), 0.0)
    if first and told is not None and last > told + first / 2:
        for sample in tape.samples:
            if "distance_m" in sample:
                sample["distance_m"] -= first
