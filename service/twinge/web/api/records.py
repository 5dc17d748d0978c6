"""What the API answers with about what happened, and about the installation, as types."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from types import NoneType
from typing import Annotated, Any, get_args, get_type_hints

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct, field

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


class Delivery(Struct, kw_only=True):
    """What came, how long it was and what became of it; never the body."""

    id: int
    platform: str
    key: str
    state: Annotated[str, Meta(extra_json_schema={"enum": ["waiting", "done", "stray", "dead"]})]
    note: str
    attempts: int
    delays: int
    bytes: int
    received_at: Instant
    not_before: Instant
    settled_at: Instant | None


class Rule(Struct, kw_only=True):
    """A rule with its limits, the lowest and highest that is safe for each, and how good its evidence is."""

    id: str
    name: str
    kind: str
    says: str
    severity: tuple[str, ...]
    limits: dict[str, Any]
    safe: dict[str, Annotated[list[int], Meta(min_length=2, max_length=2)]]
    """The lowest and the highest."""
    about: dict[str, str]
    """What each limit does, in one line."""
    evidence: str
    strength: str


class Plugin(Struct, kw_only=True):
    """A platform or channel and whether it is ready."""

    kind: Annotated[str, Meta(extra_json_schema={"enum": ["platform", "channel"]})]
    name: str
    state: Annotated[str, Meta(extra_json_schema={"enum": ["ready", "not configured", "not installed"]})]
    reason: str
    version: str
    capabilities: dict[str, Any]


class Key(Struct, kw_only=True):
    """A key without its secret."""

    id: str
    prefix: str
    """What the key begins with."""
    name: str
    scope: Annotated[str, Meta(extra_json_schema={"enum": ["read", "admin", "coach"]})]
    athletes: list[str] | None
    """Ids of a coach's athletes; null for the others, who see everybody."""
    created_at: Instant
    expires_at: Instant | None
    used_at: Instant | None
    revoked_at: Instant | None


class MadeKey(Key, kw_only=True):
    """A new key, shown this once."""

    key: str


class HouseStanding(Struct, kw_only=True):
    """The limits of the installation that differ from what the process was started with."""

    limits: dict[str, Any]
    about: dict[str, str]
    """What each of them does, in one line."""
    version: str
    """Of the pack in force."""
    ground: str
    """Of the pack that the process was started with."""
    in_force: bool
    """False: what was kept cannot be applied to this pack."""
    since: Instant | None
    by: str | None


class Sides(Struct):
    """A count under the limits in force, and under those that would be."""

    now: int
    then: int


class Medians(Struct):
    """Messages a week, of the athlete in the middle; null where nobody trained."""

    now: float | None
    then: float | None


class Judged(Struct):
    """Whose history was judged."""

    known: int
    judged: int
    left_out: int


class Said(Struct, kw_only=True):
    """A message as it would be, or would not be any more."""

    athlete: str
    at: Instant
    severity: Severity
    rules: list[str]
    text: str


class Examples(Struct):
    """How many there are, and the newest."""

    count: int
    examples: list[Said]


class Preview(Struct, kw_only=True):
    """What limits would have said."""

    limits: dict[str, Any]
    now: str
    """Version of the pack in force."""
    then: str
    """Of the one that would be."""
    since: Instant = field(name="from")
    until: Instant
    athletes: Judged
    own_limits_lost: list[str]
    messages: Sides
    per_week_median: Medians
    by_severity: dict[str, Sides]
    by_rule: dict[str, Sides]
    digests: Sides
    no_longer: Examples
    newly: Examples


class Audited(Struct, kw_only=True):
    """One line of the audit."""

    id: int
    at: Instant
    actor: str
    action: str
    object: str
    detail: str


class Erasure(Struct, kw_only=True):
    """How far an erasure is; when it is done, the proof of it. It names nobody."""

    id: str
    """Keyed hash of the athlete's id."""
    state: Annotated[str, Meta(extra_json_schema={"enum": ["under_way", "done"]})]
    step: str
    """raw, files, records, vendors, done."""
    asked_by: str
    asked_at: Instant
    done_at: Instant | None
    removed: dict[str, int]
    """Rows by table."""
    vendors: dict[str, dict[str, int]]
    """How often each vendor answered what."""


class Upness(Struct, omit_defaults=True):
    """Whether a channel is up, or since when it is not and when it is tried again."""

    state: Annotated[str, Meta(extra_json_schema={"enum": ["up", "down"]})]
    since: Instant | UnsetType = UNSET
    next_try: Instant | UnsetType = UNSET


class Reachability(Struct, omit_defaults=True):
    """Whether a platform is called at the moment, and how our webhook stood there when that was last asked."""

    state: Annotated[str, Meta(extra_json_schema={"enum": ["up", "paused"]})]
    next_try: Instant | UnsetType | None = UNSET
    reason: str | UnsetType = UNSET
    subscription: str | UnsetType = UNSET
    checked_at: Instant | UnsetType | None = UNSET


class Alive(Struct):
    """The process turns."""

    status: Annotated[str, Meta(extra_json_schema={"enum": ["ok"]})]
    proof: str | UnsetType = UNSET
    """What only who has our secret can make of the `word`."""


class Ready(Struct):
    """The process can do its work."""

    status: Annotated[str, Meta(extra_json_schema={"enum": ["ok"]})]
    channels: dict[str, Upness]
    platforms: dict[str, Reachability]
    versions: dict[str, str]
