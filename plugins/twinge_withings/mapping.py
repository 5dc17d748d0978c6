"""Withings' notifications and rows, and what they are in our units. Pure.

The shapes are those of https://developer.withings.com/api-reference and of the page on notifications there. A 0 often
means that nothing was measured; numbers are whole, times are epoch seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Annotated, Any, NamedTuple
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from twinge.core.model import Activity, Removed, Wellness
from twinge.event import parse, plausible, whole
from twinge.plugin import Rejected
from twinge.plugin.loose import inside, number

WORKOUTS, NIGHTS = KINDS = ("workouts", "nights")
ACTIVITY, SLEEP, ACCOUNT = 16, 44, 46
"""The numbers that Withings calls `appli`: what a notification is about."""
LONGEST = timedelta(days=31)
"""Of a notification's span more is not fetched."""
LONG_SLEEP_S = 3 * 3600
"""A shorter sleep is a nap: its pulse is none of a night."""
MONTH_S, DAY_S = 2_592_000, 86_400
FIELDS = 40
"""A notification has six."""

SPORTS = {
    **dict.fromkeys((1, 306, 27, 542, 543, 558, 559, 562, 563, 566), "walk"),
    2: "run",
    307: "treadmill",
    498: "trail_run",
    3: "hike",
    **dict.fromkeys((4, 196, 492), "skate"),
    **dict.fromkeys((5, 523, 526), "mountain_bike"),
    **dict.fromkeys((6, 518, 525, 528), "ride"),
    **dict.fromkeys((308, 547), "indoor_ride"),
    524: "gravel_ride",
    7: "swim",
    **dict.fromkeys((187, 455, 494, 495), "row"),
    **dict.fromkeys((16, 540, 546), "strength"),
    **dict.fromkeys((19, 552, 561), "mobility"),
    28: "yoga",
    34: "ski",
    529: "backcountry_ski",
    **dict.fromkeys((504, 530, 531), "nordic_ski"),
    35: "snowboard",
    499: "snowshoe",
    195: "climb",
    **dict.fromkeys(
        (12, 14, 15, 20, 21, 22, 23, 24, 25, 191, 192, 193, 194, 456, 490, 510, 512, 513, 532, 548, 557), "team_sport"
    ),
}
"""Withings' workout categories; what is missing here, such as fitness (17) and wheelchairs (515), is `other`."""

NO_TRAINING = frozenset({128, 457, 497, 505, 506, 511, 545, 551, 553, 554, 555, 560, 568})
"""No activity, gaming, fishing, chores, meditation, cooking, …: what is listed and nobody trains by."""

Digits = Annotated[str, Meta(pattern=r"\A[0-9]{1,19}\Z")]
Seconds = Annotated[str, Meta(pattern=r"\A[0-9]{1,11}\Z")]
Stamp = Annotated[int, Meta(ge=31_536_000, le=7_258_118_399)]
"""Epoch seconds from 1971 to 2199."""


class Notice(Struct):
    """One notification, a form. `date` takes the place of the span in some of them."""

    userid: Digits
    appli: Annotated[str, Meta(pattern=r"\A[0-9]{1,6}\Z")]
    startdate: Seconds | None = None
    enddate: Seconds | None = None
    date: Annotated[str, Meta(max_length=40)] | None = None
    action: Annotated[str, Meta(max_length=40)] | None = None


class Row(Struct, kw_only=True):
    """What a workout and a summary of a sleep have in common."""

    id: Annotated[int, Meta(ge=1, le=2**63 - 1)]
    startdate: Stamp
    enddate: Stamp
    modified: Stamp
    timezone: Any = None
    data: Any = None

    @property
    def version(self) -> int:
        """When Withings last changed it, epoch milliseconds."""
        return self.modified * 1000


class Workout(Row, kw_only=True):
    """A row of `/v2/measure`, action `getworkouts`."""

    category: int


class Night(Row, kw_only=True):
    """A row of `/v2/sleep`, action `getsummary`."""

    date: date | None = None


class Span(NamedTuple):
    """The epoch seconds that a notification is about."""

    start: int
    end: int

    def days(self) -> tuple[str, str]:
        """First and last day to ask for: wherever the athlete is, the span lies within them."""
        first, last = (datetime.fromtimestamp(at, UTC).date() for at in self)
        return f"{first - timedelta(days=1)}", f"{last + timedelta(days=1)}"


def notice(body: bytes) -> Notice:
    """The form; raises `Rejected` naming the field."""
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=False, errors="strict", max_num_fields=FIELDS))
    except ValueError:
        raise Rejected("The body must be a form in UTF-8.") from None
    return parse(Notice, msgspec.json.encode(fields))


def span(said: Notice) -> Span:
    """From `startdate` to `enddate`, else the whole of `date`; raises `Rejected` naming the field."""
    if said.startdate is not None and said.enddate is not None:
        start, end = int(said.startdate), int(said.enddate)
    else:
        start = _day(said.date)
        end = start + DAY_S
    if not start <= end or not all(plausible(datetime.fromtimestamp(at, UTC)) for at in (start, end)):
        raise Rejected("startdate and enddate must lie between 1971 and 2199, in this order.", field="startdate")
    return Span(max(start, end - int(LONGEST.total_seconds())), end)


def _day(said: str | None) -> int:
    """A date, or epoch seconds."""
    if said is None:
        raise Rejected("startdate and enddate are missing, and so is date: one of them is needed.", field="startdate")
    if said.isascii() and said.isdigit() and len(said) in {9, 10}:
        return int(said)
    try:
        return int(datetime.combine(date.fromisoformat(said), datetime.min.time(), UTC).timestamp())
    except (ValueError, OverflowError):
        raise Rejected("date must be like 2026-05-02, or epoch seconds.", field="date") from None


def to_event(row: Workout) -> Activity | Removed:
    """The workout; `Removed` where it is, or was made, something that is no training.

    `elevation` counts floors, and the four heart-rate zones are not our five: both are left out.
    """
    key = f"withings:{row.id}"
    if row.category in NO_TRAINING:
        return Removed(key, row.version)
    elapsed = whole(number(row.enddate - row.startdate, 1, MONTH_S))
    if not elapsed:
        raise Rejected("enddate: must be after startdate, by a month at most", field="enddate")
    pause = number(inside(row.data, "pause_duration"), 1, elapsed - 1)
    return Activity(
        key=key,
        sport=SPORTS.get(row.category, "other"),
        start=_local(row.startdate, row.timezone),
        elapsed_s=elapsed,
        moving_s=whole(elapsed - pause) if pause else None,
        distance_m=_known(row.data, ("distance", "manual_distance"), 1e7),
        avg_hr=_known(row.data, ("hr_average",), 250),
        max_hr=_known(row.data, ("hr_max",), 250),
        version=row.version,
    )


def to_morning(row: Night) -> Wellness | None:
    """The morning after a night; None for a nap, or where nothing was measured.

    The resting heart rate is the night's lowest. HRV is RMSSD: the mean of its first and its last ninety minutes, where
    both were measured (https://support.withings.com/hc/en-us/articles/35762631441681).
    """
    asleep = _asleep(row)
    if (asleep or row.enddate - row.startdate) < LONG_SLEEP_S:
        return None
    beats = [number(inside(row.data, name), 1, 1000) for name in ("rmssd_start_avg", "rmssd_end_avg")]
    known = [one for one in beats if one is not None]
    morning = Wellness(
        key=f"withings:night-{row.id}",
        day=row.date if row.date and plausible(row.date) else _local(row.enddate, row.timezone).date(),
        resting_hr=_known(row.data, ("hr_min",), 250),
        hrv_rmssd_ms=sum(known) / 2 if len(known) == 2 else None,
        sleep_h=asleep / 3600 if asleep else None,
        version=row.version,
    )
    return morning if morning.resting_hr or morning.hrv_rmssd_ms or morning.sleep_h else None


def _asleep(row: Night) -> int | None:
    """Seconds asleep: as Withings sums them up, else light, deep and REM together."""
    told = _known(row.data, ("total_sleep_time", "asleepduration"), DAY_S)
    stages = [number(inside(row.data, f"{name}sleepduration"), 0, DAY_S) for name in ("light", "deep", "rem")]
    summed = whole(number(sum(one for one in stages if one is not None), 1, DAY_S))
    return told or summed


def _known(data: object, names: Sequence[str], high: float) -> int | None:
    """The first of these numbers that was measured."""
    return next(_measured(data, names, high), None)


def _measured(data: object, names: Sequence[str], high: float) -> Iterator[int]:
    for name in names:
        if found := whole(number(inside(data, name), 0, high)):
            yield found


def _local(at: int, name: object) -> datetime:
    return datetime.fromtimestamp(at, _zone(name))


def _zone(name: object) -> tzinfo:
    try:
        return ZoneInfo(name) if isinstance(name, str) and 0 < len(name) <= 60 else UTC
    except (KeyError, ValueError, OSError):
        return UTC
