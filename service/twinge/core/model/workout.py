"""One workout: as it came, what its streams showed, and what the state remembers of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

RUNNING = frozenset({"run", "trail_run", "treadmill", "track", "virtual_run"})
"""One family for every running rule (rules.md section 1); walking and hiking are not in it."""


GENTLE = frozenset({"walk", "mobility", "yoga"})
"""What may fill a rest day, up to the pack's limit of minutes (R02)."""


FAMILY = {
    **dict.fromkeys(RUNNING, "run"),
    **dict.fromkeys(("ride", "virtual_ride", "mountain_bike", "gravel_ride", "indoor_ride"), "ride"),
    **dict.fromkeys(("ski", "backcountry_ski", "nordic_ski", "snowboard", "snowshoe"), "ski"),
    **dict.fromkeys(GENTLE - {"walk"}, "mobility"),
}
"""Sport → family where they differ; a sport that is not here is a family of its own."""


def family(sport: str) -> str:
    """The sport family of `sport`: loads are compared within one family only."""
    return FAMILY.get(sport, sport)


class Confidence(IntEnum):
    """How far a session's load can be trusted (rules.md section 2.7)."""

    NONE = 0
    LOW = 1
    MEDIUM_LOW = 2
    MEDIUM = 3
    MEDIUM_HIGH = 4
    HIGH = 5


class Drift(NamedTuple):
    """Flat running, the last third against the first after ten minutes, in per mille of the first; None: not known.

    `speed` is known wherever there is a drift at all. A falling cadence is negative.
    """

    speed: int
    cadence: int | None = None
    contact: int | None = None
    """Ground contact time."""
    bounce: int | None = None
    """Vertical oscillation, or the ratio where only that is recorded."""
    decoupling: int | None = None
    """Loss of speed per heartbeat: positive when the same pace came to cost more beats."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the per-second streams showed, kept small and free of the athlete's profile."""

    hr_seconds: tuple[tuple[int, int], ...] = ()
    """Histogram: (beats per minute, seconds), ascending; empty when the HR stream failed its gate."""
    normalized_power_w: int | None = None
    """Fourth root of the mean fourth power of 30-s rolling power."""
    graded_m: int | None = None
    """Flat-equivalent distance by the published pace-on-grade chart (rules.md section 2.5)."""
    graded_s: int | None = None
    """Moving seconds behind `graded_m`."""
    climb_m: int | None = None
    """Ascent after the reversal filter."""
    descent_m: int | None = None
    """Descent after the reversal filter."""
    steep_m: int | None = None
    """Metres descended on stretches of 100 m and more at −5 per cent or steeper (T02)."""
    uneven: int | None = None
    """Coefficient of variation of the one-minute flat-equivalent speeds, per mille (a hint at the surface)."""
    run_s: int | None = None
    """Seconds of running, not walking: over 2.0 m/s, or over 140 steps a minute (RR02)."""
    early_hr: int | None = None
    """Highest 60-s mean heart rate that begins after 2:00 and ends before 5:00 of moving time (W01)."""
    early_mm_s: int | None = None
    """Mean flat-equivalent speed of the first five moving minutes, mm/s (W01)."""
    brisk_mm_s: int | None = None
    """75th percentile of the moving flat-equivalent speed, mm/s (W01)."""
    drift: Drift | None = None
    """How form changed from the first to the last third; None where the run was no fair test (F01)."""
    left: int | None = None
    """Mean ground-contact share of the left foot in hundredths of a per cent, where known for 10 min or more (F02)."""
    jumped_m: int | None = None
    """Metres of the steps that were left out as jumps of the receiver or as too fast; None without a path.

    Jitter of a few metres is not in it. It means something for sports on foot only: on wheels most steps are too fast.
    """
    gated: tuple[str, ...] = ()
    """What was not believed of the streams, a short word each: `hr_flat`, `hr_locked`, `hr_missing`, …"""


@dataclass(frozen=True, slots=True)
class Activity:
    """One workout. `key` names it for ever: `<platform>:<the platform's id>`."""

    key: str
    sport: str
    """One of the words of docs/adapters.md: run, trail_run, treadmill, walk, hike, ride, swim, …"""
    start: datetime
    elapsed_s: int | None = None
    moving_s: int | None = None
    distance_m: int | None = None
    climb_m: int | None = None
    descent_m: int | None = None
    avg_hr: int | None = None
    max_hr: int | None = None
    avg_power_w: int | None = None
    rpe: int | None = None
    """Session RPE on the modified CR-10 scale, 1 to 10."""
    race: bool = False
    interval: bool = False
    """The sport or title says intervals; the title itself is not kept."""
    surface: str | None = None
    day_only: bool = False
    """The source knew the day but not the hour; `start` is then noon of that day."""
    version: int = 0
    """Which of two texts of the same workout is newer: the higher wins (epoch milliseconds)."""
    zone_minutes: tuple[int, ...] = ()
    """Minutes in the five %HRmax zones, where the source gives them and no stream."""
    shape: Shape = Shape()

    @property
    def duration_s(self) -> int | None:
        """Moving time, else elapsed time, else not known."""
        return self.moving_s if self.moving_s is not None else self.elapsed_s


class Session(NamedTuple):
    """One workout as the state remembers it: only what a later rule may ask. A tuple, because a state holds many."""

    key: str
    start: int
    """Epoch seconds."""
    end: int
    """Epoch seconds."""
    day: int
    """The athlete's local day, as a proleptic ordinal."""
    sport: str
    metres: int | None
    """Distance, or None where it is unknown or unreliable (treadmill)."""
    seconds: int | None
    """Moving time."""
    load: int | None
    """Hundredths of a load point; 10,000 is one hour at the athlete's own threshold."""
    confidence: int
    effort: str
    """easy · moderate · long · steep · hard · maximal."""
    rest_h: int
    """Hours wanted before the next hard session (R01)."""
    pace: int | None
    """Flat-equivalent speed in millimetres per second, for the athlete's own medians."""
    day_only: bool
    """The hour is not known: `start` is noon of the day."""
    climb: int | None = None
    """Metres of ascent, the filtered stream's before the summary's."""
    steep: int | None = None
    """Metres of steep descent, or None where no stream and no total tells."""
    ground: str = ""
    """road · track · treadmill · trail · mixed; empty where nothing says."""
    told: int = 0
    """What its records say, as bits (`twin.told`): whether another record of the same workout adds anything."""


@dataclass(frozen=True, slots=True)
class Removed:
    """The platform took a workout back: deleted, or made private."""

    key: str
    version: int = 0
