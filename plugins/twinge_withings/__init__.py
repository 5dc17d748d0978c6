"""Withings: forms that only say whose data of which hours changed; it is fetched. See docs/platforms/withings.md.

Nothing is signed, so the path ends in a secret. Each athlete's events are subscribed with that athlete's own token, as
soon as there is one (https://developer.withings.com/developer-guide/v3/data-api/notifications/notification-overview).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

import aiohttp

from twinge.plugin import (
    Access,
    Capabilities,
    Delivery,
    Fetched,
    GiveUp,
    Inline,
    Item,
    OAuth,
    Pointer,
    Rejected,
    Revoked,
    Tokens,
)
from twinge.plugin.dated import millis
from twinge.plugin.settings import require, require_hook_token
from twinge.plugin.signing import among, first_of, keys_of
from twinge.plugin.vendor import DEADLINE
from twinge_withings.api import Api, events, fitting
from twinge_withings.consent import Consent
from twinge_withings.mapping import ACCOUNT, ACTIVITY, KINDS, NIGHTS, SLEEP, WORKOUTS, Row, Span, notice, span

__all__ = ["Withings"]

HOME = "https://wbsapi.withings.net"
ACCOUNTS = "https://account.withings.com"
REQUIRED = ("CLIENT_ID", "CLIENT_SECRET", "HOOK_TOKEN")
SCOPES = ("user.info", "user.activity")
"""Workouts and nights need `user.activity`, the events about the account `user.info`."""
ABOUT = {ACTIVITY: WORKOUTS, SLEEP: NIGHTS}
LEFT = frozenset({"unlink", "delete"})


class Withings:
    """The Withings adapter."""

    name: ClassVar[str] = "withings"
    capabilities: ClassVar[Capabilities] = Capabilities(
        signed=False, points=True, polls=True, kinds=("workouts", "sleep", "hrv", "resting_hr")
    )
    oauth: OAuth | None

    def __init__(self, settings: Mapping[str, str], deadline: aiohttp.ClientTimeout = DEADLINE) -> None:
        base = settings.get("API_BASE", HOME).rstrip("/")
        self._tokens = keys_of(settings["HOOK_TOKEN"])
        self._hook_token = first_of(settings["HOOK_TOKEN"])
        self.oauth = oauth = OAuth(
            authorize_url=f"{ACCOUNTS if base == HOME else base}/oauth2_user/authorize2",
            token_url=f"{base}/v2/oauth2",
            client_id=settings["CLIENT_ID"],
            client_secret=settings["CLIENT_SECRET"],
            scopes=SCOPES,
            scope_separator=",",
        )
        self._api = Api(base, deadline)
        self._consent = Consent(self._api, oauth)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Withings:
        """Settings are those of docs/platforms/withings.md, without their TWINGE_WITHINGS_."""
        require(cls.name, env, REQUIRED, "docs/platforms/withings.md")
        require_hook_token(cls.name, env)
        return cls({name: value for name, value in env.items() if value})

    def admit(self, call: Delivery) -> None:
        """The secret path segment."""
        if not among(call.token, self._tokens, call.received_at):
            raise Rejected("The secret part of the webhook's path is missing or wrong", status=401)

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Nothing but what admits."""
        self.admit(delivery)

    def key(self, delivery: Delivery) -> str:
        """The body within its hour: Withings gives calls no name, and an edit is told in the very words of the first
        call. What it sends again in another hour is fetched again, which changes nothing."""
        return f"{hashlib.sha256(delivery.body).hexdigest()}:{delivery.received_at:%Y%m%d%H}"

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """A pointer to a span of workouts or nights, or that the athlete left; other things are ignored."""
        said = notice(delivery.body)
        about = int(said.appli)
        if about == ACCOUNT:
            return (Revoked(said.userid),) if said.action in LEFT else ()
        if about not in ABOUT:
            return ()
        kind, found = ABOUT[about], span(said)
        name = f"{kind}.{found.start}-{found.end}"
        return (Pointer(said.userid, name, millis(delivery.received_at), _extra(kind, found)),)

    def handshake(self, delivery: Delivery) -> Mapping[str, str]:
        """Withings' HEAD before it subscribes, and GET alike: 200 at the path with our secret."""
        self.admit(delivery)
        return {"status": "ready"}

    async def fetch(self, pointer: Pointer, access: Access) -> Sequence[Fetched]:
        """All workouts, or all mornings, of the days around the span."""
        kind, found = pointer.extra.get("kind", ""), _span(pointer)
        if kind not in KINDS or found is None:
            raise GiveUp("This is no span of Withings' data", alert=True)
        return await self._api.within(access, kind, found)

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """Pointers to the workouts and nights that were made or changed since."""
        pointers: list[Pointer] = []
        for kind in KINDS:
            rows = await self._api.since(access, kind, since)
            pointers += [_pointer(access.owner, kind, row) for row in rows]
        return pointers

    async def history(self, access: Access, since: datetime, page: str | None) -> tuple[Sequence[Item], str | None]:
        """Workouts, then nights, as they are; what was changed since and is older is left out."""
        kind, _, offset = (page or WORKOUTS).partition(":")
        kind = kind if kind in KINDS else WORKOUTS
        found = await self._api.page(access, kind, {"lastupdate": str(int(since.timestamp()))}, offset)
        rows = [row for row in fitting(kind, found.rows) if row.enddate >= since.timestamp()]
        items = [Inline(access.owner, event) for event in events(kind, rows)]
        if found.following:
            return items, f"{kind}:{found.following}"
        return items, NIGHTS if kind == WORKOUTS else None

    async def exchange(self, http: aiohttp.ClientSession, code: str, redirect_uri: str, now: datetime) -> Tokens:
        """Tokens for the code of a consent, and the athlete's events subscribed with them."""
        tokens = await self._consent.exchange(http, code, redirect_uri, now)
        hook = f"{redirect_uri.partition('/connect/')[0]}/hooks/{self.name}/{self._hook_token}"
        await self._consent.subscribe(Access(http, tokens.access_token, tokens.owner or ""), hook)
        return tokens

    async def renew(self, access: Access, refresh_token: str, now: datetime) -> Tokens:
        """New tokens for a refresh token. `GiveUp` where it is dead."""
        return await self._consent.renew(access.http, refresh_token, now)

    async def disconnect(self, access: Access) -> None:
        """End the athlete's subscriptions; to have ended already is fine."""
        await self._consent.unsubscribe(access)


def _extra(kind: str, found: Span) -> dict[str, str]:
    return {"kind": kind, "start": str(found.start), "end": str(found.end)}


def _pointer(owner: str, kind: str, row: Row) -> Pointer:
    name = str(row.id) if kind == WORKOUTS else f"night-{row.id}"
    return Pointer(owner, name, row.version, _extra(kind, Span(row.startdate, max(row.startdate, row.enddate))))


def _span(pointer: Pointer) -> Span | None:
    start, end = pointer.extra.get("start", ""), pointer.extra.get("end", "")
    known = all(one.isascii() and one.isdigit() and len(one) <= 10 for one in (start, end))
    return Span(int(start), int(end)) if known else None
