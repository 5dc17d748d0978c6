"""What the API answers with about athletes, as types: what is encoded on the wire is what the document describes."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType, field

from twinge.web.api.shapes import Instant

T = TypeVar("T")


class Hidden(Struct):
    """What a source's terms keep from a coach."""

    source: str
    reason: Annotated[str, Meta(extra_json_schema={"enum": ["terms"]})]
    message: str


class Listing(Struct, Generic[T]):
    """One page of a list, and the cursor of the next one; null at the end."""

    items: list[T]
    next: str | None
    hidden: list[Hidden] | UnsetType = UNSET
    """Of which sources the terms keep something from this coach."""


class Error(Struct, omit_defaults=True):
    """What was wrong, and where."""

    code: str
    message: str
    field: str | UnsetType = UNSET


class Problem(Struct):
    """The one shape of every error."""

    error: Error


class Preferences(Struct):
    """What the athlete wishes."""

    quiet_from: str | None
    quiet_to: str | None
    delay_min: int
    daily_cap: int | None
    weekly_cap: int | None
    mute: tuple[str, ...]
    daily_runner: bool
    paused_until: Instant | None
    digest_day: int
    ask_effort: bool
    digest_at: str | None
    weekly_check: bool
    pictures: bool


class Athlete(Struct, kw_only=True):
    """A profile; null is not known."""

    id: str
    timezone: str
    language: str
    units: Annotated[str, Meta(extra_json_schema={"enum": ["km", "mi"]})]
    name: str
    birth_year: int | None
    sex: str | None
    country: str | None
    hr_max: int | None
    hr_rest: int | None
    hr_threshold: int | None
    ftp_w: int | None
    threshold_pace_s: int | None
    bmi: float | None
    novice: bool | None
    runs_before: int | None
    declared_longest_m: int | None
    limits: dict[str, int]
    preferences: Preferences


class Channel(Struct, kw_only=True):
    """One way to reach an athlete. With a key that may only read, the address is masked; a coach sees `channel`,
    `usable` and `shut`, and nothing else."""

    id: int | UnsetType = UNSET
    channel: str
    address: str | UnsetType = UNSET
    usable: bool
    shut: str | None
    """Why nothing may go there; null where something may."""
    purposes: list[str] | UnsetType = UNSET
    rank: int | UnsetType = UNSET
    verified_at: Instant | UnsetType | None = UNSET
    consent_at: Instant | UnsetType | None = UNSET
    consent_how: str | UnsetType = UNSET
    stopped_at: Instant | UnsetType | None = UNSET
    disabled_reason: str | UnsetType | None = UNSET


class Connection(Struct, kw_only=True):
    """Who an athlete is at a platform, without tokens."""

    id: int
    platform: str
    external_id: str | None
    """Null for a coach."""
    state: Annotated[str, Meta(extra_json_schema={"enum": ["connected", "revoked", "expired"]})]
    scope: str
    created_at: Instant


class Past(Struct):
    """How far an athlete's past was brought."""

    state: str
    since: Instant
    fetched: int
    next_at: Instant | None
    note: str | None


class ConnectionInFull(Connection, kw_only=True):
    """A connection, and how it fares."""

    reconciled_at: Instant | None
    ended_at: Instant | None
    coach_may_see: bool | None
    retention_days: int | None
    backfill: Past | None
    quiet: bool | None
    """Null where a source's terms keep it from a coach, as `backfill` is then."""


class OwnedConnectionInFull(ConnectionInFull, kw_only=True):
    """A connection, whose it is, and how it fares."""

    athlete: str


class ListedConnection(Struct, kw_only=True):
    """A connection in the list of everybody's; of those that have fallen silent, since when and how long they paused
    before."""

    athlete: str
    platform: str
    id: int | UnsetType = UNSET
    external_id: str | UnsetType | None = UNSET
    """Null for a coach."""
    state: Annotated[str, Meta(extra_json_schema={"enum": ["connected", "revoked", "expired"]})] | UnsetType = UNSET
    scope: str | UnsetType = UNSET
    created_at: Instant | UnsetType = UNSET
    last_activity_at: Instant | UnsetType | None = UNSET
    """Null where a source's terms keep it from a coach, as the gap is then."""
    longest_gap_days: float | UnsetType | None = UNSET


class AthleteInFull(Athlete, kw_only=True):
    """A profile with channels and connections."""

    channels: list[Channel]
    connections: list[Connection]


class Agreement(Struct):
    """One line of the ledger of consent."""

    channel_id: int
    at: Instant
    what: Annotated[str, Meta(extra_json_schema={"enum": ["given", "withdrawn", "stop", "start"]})]
    purposes: tuple[str, ...]
    by: str
    how: str
    words: str


class Silence(Struct, kw_only=True):
    """A stretch of planned life and the rules it keeps quiet."""

    id: str
    kind: str
    since: Instant = field(name="from")
    until: Instant
    rules: tuple[str, ...]
    by: str


class Link(Struct):
    """A link for the athlete: whoever has it is let in."""

    url: str
    expires_at: Instant


class Status(Struct):
    """What became of it."""

    status: str


class Stored(Status):
    """It is on disk; the worker does the rest."""

    id: str


class StoredFile(Status):
    """The file is on disk; `id` is its delivery's."""

    id: int


class Replayed(Struct):
    """How many deliveries wait again, and how many are left."""

    replayed: int
    left: int


class Tested(Struct):
    """A test message was made."""

    nudge: str
    not_before: Instant
