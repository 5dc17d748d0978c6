"""What the API answers with about an athlete's days, as types."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from types import NoneType
from typing import Annotated, Any, get_args, get_type_hints

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct

from twinge.core import model
from twinge.web.api.answers import Hidden
from twinge.web.api.shapes import Instant

Facts = dict[str, Any]
"""The numbers that a rule saw, under names of its own."""

State = Annotated[
    str,
    Meta(extra_json_schema={"enum": ["waiting", "taken", "sent", "delivered", "failed", "unknown", "expired", "void"]}),
]
Severity = Annotated[
    str, Meta(extra_json_schema={"enum": ["info", "question", "slow_down", "rest", "see_doctor", "urgent"]})
]
Stamp = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]


class Activity(Struct, kw_only=True):
    """A record of a workout in SI units; `counted_in` names the richer record of the same workout."""

    id: str
    start: Instant
    sport: str
    elapsed_s: int | None
    moving_s: int | None
    distance_m: int | None
    climb_m: int | None
    descent_m: int | None
    avg_hr: int | None
    max_hr: int | None
    avg_power_w: int | None
    rpe: int | None
    race: bool
    surface: str | None
    day_only: bool
    counted_in: str | None


class Morning(Struct):
    """A morning as it was told; null is not known."""

    id: str
    date: date
    resting_hr: int | None
    hrv_rmssd_ms: float | None
    hrv_sdnn_ms: float | None
    sleep_h: float | None
    readiness: int | None


class Entry(Struct):
    """One line of an episode's timeline."""

    at: Instant
    what: str
    word: str | None
    number: int | None


class Episode(Struct, kw_only=True):
    """One pain story: where it stands, since when, and its timeline."""

    id: int
    site: str | None
    side: str | None
    state: str
    open: bool
    onset: Instant
    since: Instant
    next_look: Instant | None
    score: int | None
    signs: list[str]
    urgency: str | None
    cleared: bool
    stage: int | None
    dormant: bool
    timeline: list[Entry]
    hidden: list[Hidden] | UnsetType = UNSET


def _told(kind: Any) -> Any:
    """What a field holds where something was said: never null."""
    said = [one for one in get_args(kind) if one is not NoneType] if NoneType in get_args(kind) else [kind]
    return said[0] | UnsetType


_TOLD = get_type_hints(model.Report)
_HIDDEN = {"key", "at", "text", "version"}
Report = defstruct(
    "Report",
    [
        ("id", str),
        ("at", Instant),
        ("hidden", list[Hidden] | UnsetType, UNSET),
        *[(each.name, _told(_TOLD[each.name]), UNSET) for each in fields(model.Report) if each.name not in _HIDDEN],
    ],
    omit_defaults=True,
    kw_only=True,
    namespace={"__doc__": "What the athlete told, as far as it was said; their own words are kept and not shown."},
)


class Finding(Struct):
    """What a rule saw."""

    id: str | None
    """`<rule>.<band>.<activity_id>`; null, as band, time and workout, where a source's terms keep them from a coach."""
    rule: str
    severity: Severity
    band: int | None
    at: Instant | None
    activity_id: str | None
    facts: Facts
    hidden: list[Hidden] | UnsetType = UNSET


class Nudge(Struct, kw_only=True):
    """A message and what became of it; the text of a code is not shown."""

    id: str
    severity: Severity
    rules: tuple[str, ...]
    text: str | None
    """Null where a source's terms keep it from a coach."""
    facts: Facts
    state: State
    reason: str | None
    channel: str
    made_at: Instant
    not_before: Instant
    expires_at: Instant
    sent_at: Instant | None
    answered_at: Instant | None
    attempts: int
    activity_id: str | None
    copy_of: str | None
    segments: int | None
    hidden: list[Hidden] | UnsetType = UNSET


class Held(Struct):
    """What was not said, and why."""

    id: str | None
    """Null where a source's terms keep from a coach what it was about."""
    severity: Severity
    rules: tuple[str, ...]
    reason: str
    at: Instant
    facts: Facts
    activity_id: str | None
    hidden: list[Hidden] | UnsetType = UNSET


class Return(Struct):
    """A return from a break."""

    gap_days: int


class Measure(Struct):
    """What was measured lately, and what is usual; null is not known yet."""

    now: int
    usual: int | None


class Variability(Measure, kw_only=True):
    """The same of a heart rate's variability, and by which measure."""

    kind: str


class Recovery(Struct):
    """Mornings against the own baseline; null where nothing was measured lately."""

    resting_hr: Measure | None
    """Beats a minute."""
    hrv_ms: Variability | None
    """Milliseconds, the mean of the week."""
    sleep_min: Measure | None
    """Minutes a night."""


class Standing(Struct, kw_only=True):
    """What Twinge sees of an athlete now; null is not known, and `unknown` says what would sharpen it.

    Where a source's terms keep numbers from a coach, all but `pain` and `conditions` is null.
    """

    last_activity: Stamp | None
    history_days: int | None
    sessions_7d: int | None
    load_7d: float | None
    """Load points; null as soon as one session's are not known."""
    load_usual: float | None
    """Load points of a usual week."""
    longest_run_30d_m: int | None
    next_run_ceiling_m: int | None
    days_in_a_row: int | None
    last_rest_day: Day | None
    recovery: Recovery | None
    last_hard: Stamp | None
    next_hard_from: Stamp | None
    pain: str
    conditions: list[str]
    """Rules whose condition lasts."""
    returning: Return | None
    unknown: list[str] | None
    hidden: list[Hidden] | UnsetType = UNSET
