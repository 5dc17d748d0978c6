"""The public face for platforms and channels: everything a plugin may import, besides `twinge.core`.

A platform adapter turns a vendor's webhook calls into items; a channel carries one message to one address. Both are
found by entry points (`twinge.platforms`, `twinge.channels`), built from their own slice of the environment, and
never see the database. `docs/adapters.md` walks through the smallest one, `plugins/twinge_demo.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol, runtime_checkable

import aiohttp

from twinge.core.model import Activity, Removed, Report, Severity, Wellness

OWN = "twinge"
"""The platform of what athletes and operators tell us directly; an owner there is the athlete's own id."""


class TwingeError(Exception):
    """Something a person can do something about; the message says what."""


class Rejected(TwingeError):
    """A delivery we refuse: wrong signature (401), wrong shape (400), not for us (404). Nothing was kept."""

    def __init__(self, reason: str, *, status: int = 400, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.status, self.field = reason, status, field


class TryLater(TwingeError):
    """It did not work now and may work later: the loop tries again, not before `after`."""

    def __init__(self, reason: str, *, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.reason, self.after = reason, after


class TokenRefused(TryLater):
    """The vendor does not take this access token any more: renew it once, then try again (`twinge.oauth`)."""


class GiveUp(TwingeError):
    """It will never work. `disable` says that the address itself is dead, with the reason to show."""

    def __init__(self, reason: str, *, disable: bool = False, alert: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.disable, self.alert = reason, disable, alert


class Unknown(TwingeError):
    """The call may or may not have happened: its answer was lost. Reconciled, never simply repeated."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotConfigured(TwingeError):
    """The plugin lacks a setting; it stays off, and `twinge plugins` shows this sentence."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One call of a vendor as it arrived. Header names are lower case; the body is the raw bytes."""

    platform: str
    method: str
    path: str
    """Path below the route, e.g. `status/abc`; empty for the plain hook."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    url: str = ""
    """The public URL the vendor called, from TWINGE_PUBLIC_URL: some signatures cover it."""
    token: str | None = None
    """The secret path segment of /hooks/{platform}/{token}, if any."""


@dataclass(frozen=True, slots=True)
class Inline:
    """An item that carries its data. `owner` is the athlete's id at the platform."""

    owner: str
    event: Activity | Removed | Wellness | Report


@dataclass(frozen=True, slots=True)
class Pointer:
    """An item that only says where the data is: the worker calls `fetch` for it."""

    owner: str
    object_id: str
    version: int = 0
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Revoked:
    """The athlete disconnected us at the platform: tokens are wiped, no retry."""

    owner: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A channel's word on an earlier send. `nudge` is our id, from the callback URL."""

    nudge: str
    state: str
    """sent · delivered · failed."""
    provider_id: str | None = None
    reason: str | None = None
    disable: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """The athlete wrote back. The text is data: parsed, kept with the delivery, never echoed or logged."""

    address: str
    text: str
    opt_out: str | None = None
    """STOP, START or HELP where the carrier has already acted on it."""


Item = Inline | Pointer | Revoked | Receipt | Reply


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

    async def fetch(self, pointer: Pointer, access: Access) -> Activity | Removed | None:
        """Bring what a pointer names. None: not ours to have. Raises `TryLater`, `GiveUp`."""

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """What happened since, for the daily reconcile."""


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


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel is asked to carry. `id` is our outbox id: put it where receipts will bring it back."""

    id: str
    address: str
    text: str
    severity: Severity
    expires_at: datetime
    callback_url: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A channel's receipt for an accepted message."""

    provider_id: str | None
    state: str = "sent"
    """sent (handed over) or delivered (the channel knows it arrived)."""


class Channel(Protocol):
    """One way to reach a person."""

    name: ClassVar[str]
    voice: ClassVar[str]
    """sms, push or print: which budget of M01 counts, and whether an answer can come back."""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Channel:
        """Build from the plugin's own settings, or raise `NotConfigured`."""

    def normalise(self, address: str) -> str:
        """The address in its one canonical form, or `Rejected` with what is wrong."""

    async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
        """Hand one message over. Raises `TryLater`, `GiveUp` or `Unknown`; never retries by itself."""

    async def lookup(self, message: Message, sent_after: datetime, http: aiohttp.ClientSession) -> Sent | None:
        """Find a message whose answer was lost: what became of it, or None if it never arrived there."""

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """As for a platform; a channel without callbacks raises `Rejected(status=404)`."""

    def key(self, delivery: Delivery) -> str:
        """As for a platform."""

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """Receipts and replies."""

    def answer(self, delivery: Delivery) -> tuple[str, bytes]:
        """Content type and body of the 2xx the vendor expects."""


class OneWay:
    """What a channel answers that nobody calls back: its `verify` lets nothing in, so none of it is ever asked."""

    def key(self, delivery: Delivery) -> str:
        """The path alone."""
        return delivery.path

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """Nothing."""
        return ()

    def answer(self, delivery: Delivery) -> tuple[str, bytes]:
        """Empty."""
        return "text/plain", b""
