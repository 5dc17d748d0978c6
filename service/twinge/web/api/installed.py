"""What the API answers with about the installation, as types."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, field

from twinge.web.api.records import Severity
from twinge.web.api.shapes import Instant


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
