"""COROS's lists of workouts and days: their shape, and what they say. Pure.

Ids are 64-bit numbers and may come unquoted. Times are epoch seconds, zones quarters of an hour from UTC, distances
metres (quantified-self, `functions/src/coros/`, which works against the API Reference V2.0.6).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Any

from msgspec import Meta, Struct

from twinge.core.model import Activity, Wellness
from twinge.event import plausible, whole
from twinge.plugin import Pointer, Rejected
from twinge.plugin.loose import inside, number

MOST = 1_000
"""Workouts and legs of one call."""
COMPOSITE = frozenset({(13, 1), (13, 2)})
"""Triathlon and multisport: a frame around legs that have files of their own."""
LABEL = re.compile(r"^[0-9]{1,19}$", re.ASCII)
SPORTS = {
    # Mode and sub-mode, as far as public code knows them. What is missing here is `other`, until the file says more.
    (8, 1): "run",
    (8, 2): "treadmill",
    (10, 1): "swim",
    (10, 2): "swim",
    (15, 1): "trail_run",
    (20, 1): "track",
}
ANY_SUBMODE = {9: "ride"}

Id = Annotated[int, Meta(ge=0, le=2**63 - 1)] | Annotated[str, Meta(min_length=1, max_length=128)]
Mode = Annotated[int, Meta(ge=0, le=10_000)] | Annotated[str, Meta(pattern=r"^[0-9]{1,4}$")]


class Leg(Struct):
    """One sport of a multisport. What is measured is read loosely, by `_extra`."""

    mode: Mode
    subMode: Mode  # noqa: N815 - their word, as all below
    fitUrl: Any = None  # noqa: N815
    startTime: Any = None  # noqa: N815
    endTime: Any = None  # noqa: N815
    startTimezone: Any = None  # noqa: N815
    distance: Any = None
    duration: Any = None


class Workout(Leg, kw_only=True):
    """One workout of a list."""

    openId: Id | None = None  # noqa: N815
    labelId: Id  # noqa: N815
    triathlonItemList: Annotated[list[Leg], Meta(max_length=100)] | None = None  # noqa: N815


class Push(Struct):
    """The body of a call."""

    sportDataList: Annotated[list[Workout], Meta(max_length=MOST)]  # noqa: N815


def pointers(workouts: list[Workout], version: int, owner: str | None = None) -> Iterator[Pointer]:
    """A pointer to each workout, to each leg of a multisport. `owner`: whose they are where the list does not say."""
    if len(workouts) + sum(len(one.triathlonItemList or ()) for one in workouts) > MOST:
        raise Rejected(f"sportDataList holds more than {MOST} workouts and legs", field="sportDataList")
    for place, one in enumerate(workouts):
        whose = owner or _text(one.openId, f"sportDataList[{place}].openId")
        label = _text(one.labelId, f"sportDataList[{place}].labelId")
        if not LABEL.fullmatch(label):
            raise Rejected("labelId must be a number", field=f"sportDataList[{place}].labelId")
        parent = int(one.mode), int(one.subMode)
        frame = {"mode": str(parent[0]), "subMode": str(parent[1])}
        if parent in COMPOSITE and one.triathlonItemList:
            for index, leg in enumerate(one.triathlonItemList):
                yield Pointer(whose, f"{label}.{index}", version, frame | {"leg": str(index)} | _extra(leg))
        else:
            yield Pointer(whose, label, version, frame | _extra(one))


def _text(given: Id | None, field: str) -> str:
    text = "" if given is None else str(given)
    if not text or not text.isprintable() or " " in text:
        raise Rejected(f"{field} is missing or no id", field=field)
    return text


def _extra(one: Leg) -> dict[str, str]:
    """What the fetch needs to know: COROS answers no question about a single workout but where its file is."""
    measured = {
        "start": number(one.startTime, 1, 7.2e9),
        "end": number(one.endTime, 1, 7.2e9),
        "zone": number(one.startTimezone, -56, 56),
        "metres": number(one.distance, 0, 1e7),
        "seconds": number(one.duration, 0, 2_592_000),
        "sport": int(one.mode) * 10_000 + int(one.subMode),
    }
    url = {"url": one.fitUrl} if isinstance(one.fitUrl, str) and 0 < len(one.fitUrl) <= 4_096 else {}
    return {name: f"{value:.15g}" for name, value in measured.items() if value is not None} | url


def to_activity(pointer: Pointer) -> Activity | None:
    """What the list itself said of a workout; None where that is not enough for one."""
    told = {name: number(pointer.extra.get(name), -1e3, 1e10) for name in ("start", "end", "zone", "metres", "seconds")}
    mode, sub = divmod(int(number(pointer.extra.get("sport"), 0, 1e9) or 0), 10_000)
    zone = timezone(timedelta(minutes=15 * int(told["zone"]))) if told["zone"] is not None else UTC
    start = datetime.fromtimestamp(told["start"], zone) if told["start"] else None
    elapsed = (told["end"] or 0) - (told["start"] or 0)
    if start is None or not plausible(start) or not (told["seconds"] or told["metres"]):
        return None
    return Activity(
        key=f"coros:{pointer.object_id}",
        sport=SPORTS.get((mode, sub)) or ANY_SUBMODE.get(mode, "other"),
        start=start,
        elapsed_s=whole(elapsed) if (told["seconds"] or 1) <= elapsed <= 2_592_000 else None,
        moving_s=whole(told["seconds"]),
        distance_m=whole(told["metres"]),
        version=pointer.version,
    )


def to_morning(row: Mapping[str, Any], version: int) -> Wellness | None:
    """One day of COROS's daily data; None where it has no date, or nothing of a morning."""
    day = _day(row.get("happenDay"))
    if day is None or not plausible(day):
        return None
    pulse, rmssd = number(row.get("rhr"), 25, 150), number(row.get("ppgHrv"), 1, 1_000)
    slept = _hours(row)
    if pulse is None and rmssd is None and slept is None:
        return None
    return Wellness(f"coros:day:{day}", day, whole(pulse), hrv_rmssd_ms=rmssd, sleep_h=slept, version=version)


def _day(value: object) -> date | None:
    """20260502, as a number or as text."""
    try:
        return date.fromisoformat(str(value)) if LABEL.fullmatch(str(value)) else None
    except ValueError:
        return None


def _hours(row: Mapping[str, Any]) -> float | None:
    """From falling asleep to waking; COROS gives no stages here."""
    start, end = (_moment(row.get(name)) for name in ("sleepStartTime", "sleepEndTime"))
    hours = number((end - start) / 3600, 0.05, 24) if start is not None and end is not None else None
    return round(hours, 2) if hours is not None else None


def _moment(value: object) -> float | None:
    """Seconds on whichever clock both ends are written by: epoch seconds or milliseconds, or ISO 8601."""
    stamp = number(value, 1, 7.2e12)
    if stamp is not None:
        return stamp / 1000 if stamp > 1e11 else stamp
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        return at.replace(tzinfo=at.tzinfo or UTC).timestamp() if at is not None else None
    except (ValueError, OverflowError):
        return None


def file_of(detail: object, pointer: Pointer) -> str | None:
    """The address of a workout's file, or of one leg's, in the answer to the question for it."""
    if str(inside(detail, "labelId")) != pointer.object_id.partition(".")[0]:
        return None
    if "leg" not in pointer.extra:
        found = inside(detail, "fitUrl")
    else:
        legs, index = inside(detail, "triathlonItemList"), int(pointer.extra["leg"])
        found = inside(legs[index], "fitUrl") if isinstance(legs, list) and index < len(legs) else None
    return found if isinstance(found, str) else None
