"""Whom we watch, and what they wish of us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the athlete wishes of us. Each has a kind default; None for a quiet hour means no quiet hours."""

    quiet_from: time | None = time(20)
    quiet_to: time | None = time(9)
    delay_min: int = 20
    """Minutes after the workout's end before a message may go (M04: 20 to 90)."""
    daily_cap: int | None = None
    """None: as many a day as the pack has, which is one (M01)."""
    weekly_cap: int | None = None
    """None: as many a week as the pack has, which is two by SMS, three by push (M01)."""
    mute: tuple[str, ...] = ()
    daily_runner: bool = False
    """Mutes R02's seven-day band."""
    paused_until: datetime | None = None
    digest_day: int = 7
    """ISO weekday of the weekly digest: 1 is Monday, 7 Sunday."""
    ask_effort: bool = False
    """Whether to ask how hard a workout was that no sensor explains."""
    weekly_since: datetime | None = None
    """When the athlete opted in to the weekly check; None: not."""
    pictures: bool = False
    """Whether a message may come with its chart: whoever carries the message then fetches it from us."""
    digest_at: time | None = time(18)
    """Its hour on the athlete's clock; None: no digest."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch of planned life in which some rules are not to speak. It always ends."""

    id: str
    kind: str
    """race · overload · taper · travel · illness · daily_runner · warm_up · own_plan · rules: see `silence.KINDS`."""
    since: datetime
    until: datetime
    rules: tuple[str, ...] = ()
    """What it keeps silent; for every kind but `rules` this follows from the kind."""
    by: str = ""
    """Who set it."""


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
    country: str | None = None
    """ISO 3166 code, for the emergency number; None: taken from the time zone."""
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
    limits: tuple[tuple[str, int], ...] = ()
    """The athlete's own limits, as ("l01.small", 115), in order; each within safe bounds (`core.bounds`)."""
    preferences: Preferences = Preferences()
    silences: tuple[Silence, ...] = ()
    revision: int = 0
    """Grows with every edit that may change a load; a state folded under another revision is folded anew."""
