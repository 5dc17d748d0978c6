"""The words of the house as values: what comes in, what the rules see, what goes out.

Units everywhere: metres, seconds, beats per minute, watts; instants are aware datetimes. `None` means *not known*,
which is never the same as zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

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


class Severity(IntEnum):
    """How loud a message is; the order is the meaning. Load rules never go above REST."""

    INFO = 0
    QUESTION = 1
    SLOW_DOWN = 2
    REST = 3
    SEE_DOCTOR = 4
    URGENT = 5

    @property
    def word(self) -> str:
        """The word the API and the database use."""
        return self.name.lower()


class Confidence(IntEnum):
    """How far a session's load can be trusted (rules.md section 2.7)."""

    NONE = 0
    LOW = 1
    MEDIUM_LOW = 2
    MEDIUM = 3
    MEDIUM_HIGH = 4
    HIGH = 5


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
    """easy · moderate · long · hard · maximal."""
    rest_h: int
    """Hours wanted before the next hard session (R01)."""
    pace: int | None
    """Flat-equivalent speed in millimetres per second, for the athlete's own medians."""
    day_only: bool
    """The hour is not known: `start` is noon of the day."""


@dataclass(frozen=True, slots=True)
class Removed:
    """The platform took a workout back: deleted, or made private."""

    key: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class Wellness:
    """One morning. HRV is kept with its kind: RMSSD and SDNN are never mixed."""

    key: str
    day: date
    resting_hr: int | None = None
    hrv_rmssd_ms: float | None = None
    hrv_sdnn_ms: float | None = None
    sleep_h: float | None = None
    readiness: int | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What the athlete told us about pain or effort. Free text is data: never echoed, never logged."""

    key: str
    at: datetime
    pain: int | None = None
    site: str | None = None
    side: str | None = None
    radiating: bool | None = None
    numb: bool | None = None
    weak: bool | None = None
    limp: bool | None = None
    text: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the athlete wishes of us. Each has a kind default; None for a quiet hour means no quiet hours."""

    quiet_from: time | None = time(20)
    quiet_to: time | None = time(9)
    delay_min: int = 20
    """Minutes after the workout's end before a message may go (M04: 20 to 90)."""
    daily_cap: int = 1
    weekly_cap: int | None = None
    """None: two a week by SMS, three by push (M01)."""
    mute: tuple[str, ...] = ()
    daily_runner: bool = False
    """Mutes R02's seven-day band."""
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Athlete:
    """Whom we watch. Every field after `units` may be unknown."""

    id: str
    timezone: str = "UTC"
    language: str = "en"
    units: str = "km"
    """km or mi."""
    name: str = ""
    birth_year: int | None = None
    sex: str | None = None
    hr_max: int | None = None
    hr_rest: int | None = None
    hr_threshold: int | None = None
    ftp_w: int | None = None
    threshold_pace_s: int | None = None
    """Seconds per kilometre at threshold."""
    bmi: float | None = None
    novice: bool | None = None
    runs_before: int | None = None
    """Runs before our history begins, as declared."""
    declared_longest_m: int | None = None
    """Longest run of the month before we met, as declared."""
    preferences: Preferences = Preferences()
    revision: int = 0
    """Grows with every edit that may change a load; a state folded under another revision is folded anew."""


Facts = Mapping[str, Any]
"""Evidence in numbers: plain JSON values under stable names."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule saw in one workout, with the numbers that made it say so."""

    rule: str
    severity: Severity
    band: int
    """1 is the mildest band of the rule; a higher band may speak again inside the cooldown."""
    at: datetime
    """End of the workout."""
    activity: str
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unjudged:
    """What a rule could not judge, and what it would need: unknown is never taken for zero."""

    rule: str
    at: datetime
    activity: str
    reason: str


@dataclass(frozen=True, slots=True)
class Nudge:
    """One message meant for one athlete."""

    id: str
    athlete: str
    severity: Severity
    rules: tuple[str, ...]
    text: str
    facts: Facts
    made_at: datetime
    not_before: datetime
    expires_at: datetime
    activity: str | None = None
    bands: tuple[int, ...] = ()
    """The band of each rule, in the order of `rules`."""


@dataclass(frozen=True, slots=True)
class Held:
    """A nudge's silent twin: what was not said, and why (a word of docs/messages.md)."""

    athlete: str
    rules: tuple[str, ...]
    severity: Severity
    reason: str
    at: datetime
    """When it was decided."""
    activity: str | None = None
    facts: Facts = field(default_factory=dict)


class Said(NamedTuple):
    """One earlier nudge, as the policy needs to remember it."""

    rules: tuple[str, ...]
    bands: tuple[int, ...]
    severity: int
    at: datetime
    """When it was (or will be) sent: its `not_before`."""
    activity: str | None
    answered: bool | None
    """None where the channel cannot answer: not knowing is not ignoring."""


class Voice(StrEnum):
    """How an athlete can be reached, as far as the policy must know."""

    NONE = "none"
    SMS = "sms"
    PUSH = "push"
    PRINT = "print"
