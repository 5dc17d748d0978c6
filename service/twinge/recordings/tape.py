"""One workout as its device wrote it, and the door of the generic event through which it becomes an activity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from math import ceil, isfinite
from typing import Final, cast

import msgspec

from twinge.core.model import RUNNING, Activity
from twinge.core.sport import OTHER, sport
from twinge.core.track import CRAWL, LONGEST_HOLD, MOVING
from twinge.event import ActivityEvent, Workout, plausible, to_item, whole
from twinge.plugin import Rejected

Sample = dict[str, float]
"""One moment: `time` in epoch seconds, and what was measured, by the names of the generic event's streams."""

MOST_SAMPLES: Final = 100_000
"""As in a generic event: a longer recording is thinned to it."""
FARTHEST: Final = 1e6
FIRST_YEAR: Final = 2000
"""Before it none of these devices was made: its clock was not set."""
LONGEST_S: Final = 2_592_000
LIMITS: Final = {
    "elapsed_s": LONGEST_S,
    "moving_s": LONGEST_S,
    "distance_m": 10_000_000,
    "climb_m": 100_000,
    "descent_m": 100_000,
    "avg_hr": 250,
    "max_hr": 250,
    "avg_power_w": 3_000,
    "rpe": 10,
}
"""What a total may be, as in a generic event; one beyond is a sensor's fault, and not known."""
STREAMS: Final = (
    "distance_m",
    "altitude_m",
    "hr",
    "cadence_spm",
    "power_w",
    "speed_m_s",
    "contact_ms",
    "bounce_mm",
    "bounce_pct",
    "left_pct",
)
ON_FOOT: Final = RUNNING | {"walk", "hike", "snowshoe"}
ONE_LEG: Final = 130
"""A mean cadence on foot below it counts the strides of one leg, as Garmin's extensions do; some exporters write steps.
Ours."""


@dataclass(slots=True)
class Tape:
    """One workout of a file."""

    sport: str = OTHER
    start: datetime | None = None
    totals: dict[str, float] = field(default_factory=dict)
    """By the names of `LIMITS`: what the device itself summed up, without a 0 that means *not measured*."""
    title: str = ""
    """Read for race and interval words, never kept."""
    samples: list[Sample] = field(default_factory=list)

    @property
    def length_s(self) -> float:
        """How long it took, as far as it is known."""
        times = [sample["time"] for sample in self.samples]
        return self.totals.get("elapsed_s") or self.totals.get("moving_s") or (times[-1] - times[0] if times else 0)


def to_activity(tape: Tape, fallback_sport: str = "", fallback_start: datetime | None = None) -> Activity:
    """The activity, its key and version still empty. Raises `Rejected` where there is no workout in it."""
    samples = tape.samples[:: ceil(len(tape.samples) / MOST_SAMPLES) or 1]
    start = _start(tape, samples, fallback_start)
    streams = _streams(samples)
    totals = {**_summed(samples, streams), **tape.totals}
    known = {name: value for name, value in totals.items() if isfinite(value) and 0 <= value <= LIMITS[name]}
    if "elapsed_s" in known and "moving_s" in known:
        known["elapsed_s"] = max(known["elapsed_s"], known["moving_s"])
    if not any(whole(known.get(name)) for name in ("elapsed_s", "moving_s", "distance_m")):  # half a metre is none
        raise Rejected("there is no workout in it: it tells neither a time nor a distance")
    word = sport(tape.sport)
    told = {
        "sport": word if word != OTHER or not fallback_sport else fallback_sport,
        "start": start,
        "title": tape.title[:500] or None,
        **known,
        "streams": streams or None,
    }
    try:
        event = ActivityEvent(athlete="-", id="-", activity=msgspec.convert(told, Workout))
    except ValueError as error:  # msgspec's are: what the bounds above let through and the event does not
        raise Rejected(f"its numbers are out of bounds: {str(error).partition(' - at')[0]}") from None
    return cast(Activity, to_item(event, "file").event)


def _start(tape: Tape, samples: Sequence[Sample], fallback: datetime | None) -> datetime:
    start = tape.start
    if start is None and samples:
        start = instant(samples[0]["time"])
    if start is None or not plausible(start) or start.year < FIRST_YEAR:
        start = fallback
    if start is None:
        raise Rejected("it holds no date: the device did not know the time")
    return start


def instant(epoch_s: float) -> datetime | None:
    """A point in time, or None where there is none such."""
    try:
        return datetime.fromtimestamp(epoch_s, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _streams(samples: Sequence[Sample]) -> dict[str, list[float | None]]:
    """The streams as in the generic event, seconds from the first sample; what no sample has is left out."""
    if len(samples) < 2:
        return {}
    first = samples[0]["time"]
    there = set().union(*samples)
    streams: dict[str, list[float | None]] = {
        name: [_sound(sample.get(name)) for sample in samples] for name in STREAMS if name in there
    }
    time = [_sound(sample["time"] - first) for sample in samples]
    return {"time_s": time, **streams} if streams else {}


def _sound(value: float | None) -> float | None:
    return value if value is not None and -FARTHEST < value < FARTHEST else None


def _summed(samples: Sequence[Sample], streams: Mapping[str, Sequence[float | None]]) -> dict[str, float]:
    """What the samples themselves add up to, for what the device did not sum up."""
    found: dict[str, float] = {}
    if len(samples) > 1:
        found["elapsed_s"] = max(0.0, samples[-1]["time"] - samples[0]["time"])
    path = [sample for sample in samples if "distance_m" in sample]
    if len(path) > 1:
        found["distance_m"] = path[-1]["distance_m"] - min(0.0, path[0]["distance_m"])
        found["moving_s"] = _moving(path)
    beats = [bpm for bpm in streams.get("hr", ()) if bpm]
    if beats:
        found |= {"avg_hr": sum(beats) / len(beats), "max_hr": max(beats)}
    watts = [power for power in streams.get("power_w", ()) if power is not None]
    if any(watts):
        found["avg_power_w"] = sum(watts) / len(watts)
    return found


def _moving(path: Sequence[Sample]) -> float:
    """Seconds of the steps that were moving: what `core.track` calls so."""
    total = 0.0
    for before, after in pairwise(path):
        took, gone = after["time"] - before["time"], after["distance_m"] - before["distance_m"]
        if took > 0 and gone / took > (MOVING if took <= LONGEST_HOLD else CRAWL):
            total += took
    return total


def count_both_legs(tape: Tape) -> None:
    """Make strides steps where GPX or TCX, which do not say, tell of one leg."""
    known = [sample["cadence_spm"] for sample in tape.samples if sample.get("cadence_spm")]
    if known and tape.sport in {*ON_FOOT, OTHER} and sum(known) / len(known) < ONE_LEG:
        for sample in tape.samples:
            if "cadence_spm" in sample:
                sample["cadence_spm"] *= 2
