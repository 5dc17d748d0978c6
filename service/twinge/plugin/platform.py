"""A platform adapter: a vendor's webhook calls become items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol, runtime_checkable

import aiohttp

from twinge.core.model import Activity
from twinge.plugin.delivery import Delivery, Fetched, Item, Pointer


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform does, as data: shown by `twinge plugins` and checked by `twinge.testing`."""

    signed: bool
    """False: the vendor signs nothing, so its route carries a secret token."""
    points: bool = False
    """True: deliveries only point; `fetch` brings the data."""
    deletes: bool = False
    polls: bool = False
    """True: `recent` lists what a lost webhook would have said."""
    batch: bool = False
    retention_days: int | None = None
    """What the vendor's terms ask; None where they ask nothing."""
    coach_may_see: bool = True
    kinds: tuple[str, ...] = ("workouts",)
    """What it can bring: workouts, sleep, hrv, resting_hr, readiness."""
    forget_h: int | None = None
    """Hours after a disconnection by which the vendor wants everything gone; None where its terms say nothing."""
    body_cap_kb: int | None = None
    """Largest body of its deliveries where that is more than the house's own cap."""
    poll_min: int = 1440
    """With `polls`: minutes from one `recent` to the next. Less than a day is for platforms that send nothing."""


@dataclass(frozen=True, slots=True)
class OAuth:
    """A vendor's OAuth 2 endpoints as data; `twinge.oauth` does the rest."""

    authorize_url: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...] = ()
    scope_separator: str = " "
    revoke_url: str | None = None
    pkce: bool = False
    basic: bool = False
    """True: the token endpoint wants the client's credentials in an Authorization header (RFC 6749 section 2.3.1)."""
    asks: Mapping[str, str] = field(default_factory=dict)
    """What else goes into the link to the vendor's consent page, e.g. access_type=offline."""
    owner_at: tuple[str, ...] = ()
    """Where the token answer names the athlete, e.g. ("athlete", "id"); empty where it does not."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a vendor's token endpoint gave for one athlete."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_ms: int | None = None
    """Epoch milliseconds; None where the access token does not end."""
    scope: str | None = None
    owner: str | None = None
    """The athlete's id at the platform, where the answer gives it (`OAuth.owner_at`)."""


@dataclass(frozen=True, slots=True)
class Access:
    """What `fetch` gets to call a vendor with: a session, a fresh token and the athlete's id there."""

    http: aiohttp.ClientSession
    token: str | None
    owner: str


class PlatformAdapter(Protocol):
    """One vendor. `verify` and `read` are pure; only `fetch` and `recent` touch the network."""

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    oauth: OAuth | None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> PlatformAdapter:
        """Build from the plugin's own settings (prefix stripped), or raise `NotConfigured`."""

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Raise `Rejected` unless the raw bytes are the vendor's."""

    def key(self, delivery: Delivery) -> str:
        """The delivery's name at the vendor: the same call twice has the same key."""

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """What the delivery says, or `Rejected` naming the field."""

    def handshake(self, delivery: Delivery) -> Mapping[str, Any] | None:
        """The JSON answer to a GET that proves the URL is ours, or None where the vendor asks none."""

    async def fetch(self, pointer: Pointer, access: Access) -> Fetched | Sequence[Fetched] | None:
        """Bring what a pointer names. None or nothing: not ours to have. Raises `TryLater`, `GiveUp`."""

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """What happened since, for the reconcile."""


@runtime_checkable
class Admits(Protocol):
    """An adapter that can tell a stranger by what stands around the body: a secret in the path or in a header.

    Then nothing of a stranger's body is read, however much the adapter takes of others.
    """

    def admit(self, call: Delivery) -> None:
        """Raise `Rejected` where `verify` would refuse whatever the body; `call.body` is empty, it was not read yet."""


@runtime_checkable
class Answers(Protocol):
    """An adapter whose vendor wants more than a 2xx with any body."""

    def answer(self, delivery: Delivery) -> tuple[int, str, bytes]:
        """Status, content type and body of the answer to a delivery that was taken in."""


@runtime_checkable
class Identifies(Protocol):
    """An adapter whose token answer does not name the athlete."""

    async def owner(self, access: Access) -> str:
        """Their id there, asked with a fresh token (`access.owner` is empty); registers them where that is due."""


@runtime_checkable
class Exchanges(Protocol):
    """An adapter whose vendor trades the code of a consent in a way of its own, and not by RFC 6749 section 4.1.3."""

    async def exchange(self, http: aiohttp.ClientSession, code: str, redirect_uri: str, now: datetime) -> Tokens:
        """Tokens, with `owner` where the answer names it; subscribes the athlete's events where that is due.

        Raises `Rejected` where the code is old or used, `TryLater`, `GiveUp`.
        """


@runtime_checkable
class Renews(Protocol):
    """An adapter whose vendor renews access tokens in a way of its own, and not by RFC 6749 section 6."""

    async def renew(self, access: Access, refresh_token: str, now: datetime) -> Tokens:
        """Tokens that last again; `access` holds the one that ends. `GiveUp` where the grant is dead, `TryLater`."""


@runtime_checkable
class Disconnects(Protocol):
    """An adapter whose vendor must be told when an athlete leaves, beyond OAuth's own revocation."""

    async def disconnect(self, access: Access) -> None:
        """End the connection there; to have ended already is fine."""


@runtime_checkable
class Backfills(Protocol):
    """An adapter that can bring an athlete's past, page by page."""

    async def history(self, access: Access, since: datetime, page: str | None) -> tuple[Sequence[Item], str | None]:
        """One page of what happened since, oldest or newest first, and the name of the next page (None: that was all).

        Raises `RateLimited` with `after` where a limit is reached: the page is asked for again then.
        """


@runtime_checkable
class ChecksSubscription(Protocol):
    """An adapter whose vendor can be asked whether it still sends us events."""

    async def subscription(self, http: aiohttp.ClientSession, public_url: str, now: datetime) -> str | None:
        """What is wrong with our subscription there, in words that say what to do; None: it stands. Changes nothing."""


@runtime_checkable
class Glances(Protocol):
    """An adapter whose items are dear to build: it can judge a delivery's shape and name its owner without them."""

    def glance(self, delivery: Delivery) -> str | None:
        """The owner of the first item, None where there is no item; `Rejected` exactly where `read` would be."""


@runtime_checkable
class ReadsRows(Protocol):
    """An adapter that also reads one row of its vendor's listing or export, for backtest."""

    def recognises(self, row: Mapping[str, Any]) -> bool:
        """Whether this row looks like the vendor's."""

    def read_row(self, row: Mapping[str, Any]) -> Activity:
        """The row as an activity, or `Rejected` naming the field."""
