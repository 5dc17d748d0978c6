"""Oura, version 2: signed events that only point, fetched with the athlete's token. See docs/platforms/oura.md.

https://cloud.ouraring.com/v2/docs: an event names a document and says when it changed; the documents themselves carry
no date of change. A subscription is for one kind of data and one kind of event, and ends after about ninety days.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

import aiohttp

from twinge.core.model import Removed
from twinge.event import parse
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
    TryLater,
)
from twinge.plugin.dated import millis, near
from twinge.plugin.loose import inside
from twinge.plugin.settings import require
from twinge.plugin.signing import among, first_of, hmac_fits, keys_of
from twinge.plugin.vendor import DEADLINE, Refused, call
from twinge_oura.api import Api
from twinge_oura.mapping import KINDS, READINESS, SLEEP, WORKOUT, Event, is_document
from twinge_oura.subscription import Subscriptions

__all__ = ["Oura"]

HOME = "https://api.ouraring.com"
CONSENT = "https://cloud.ouraring.com"
REQUIRED = ("CLIENT_ID", "CLIENT_SECRET", "VERIFY_TOKEN")
SCOPES = ("daily", "workout", "heartrate", "personal")
"""`personal` is what tells whose token it is."""
PAGES = 20
"""A reconcile looks back days, not years."""


class Oura:
    """The Oura adapter."""

    name: ClassVar[str] = "oura"
    capabilities: ClassVar[Capabilities] = Capabilities(
        signed=True,
        points=True,
        deletes=True,
        polls=True,
        kinds=("workouts", "sleep", "hrv", "resting_hr", "readiness"),
    )
    oauth: OAuth | None

    def __init__(self, settings: Mapping[str, str], deadline: aiohttp.ClientTimeout = DEADLINE) -> None:
        self._base = base = settings.get("API_BASE", HOME).rstrip("/")
        self._deadline = deadline
        self._keys, self._tokens = keys_of(settings["CLIENT_SECRET"]), keys_of(settings["VERIFY_TOKEN"])
        secret, token = first_of(settings["CLIENT_SECRET"]), first_of(settings["VERIFY_TOKEN"])
        self._api = Api(f"{base}/v2/usercollection", deadline)
        self._subscriptions = Subscriptions(
            f"{base}/v2/webhook/subscription", settings["CLIENT_ID"], secret, token, deadline
        )
        self.oauth = OAuth(
            authorize_url=f"{CONSENT if base == HOME else base}/oauth/authorize",
            token_url=f"{base}/oauth/token",
            client_id=settings["CLIENT_ID"],
            client_secret=secret,
            scopes=SCOPES,
        )

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Oura:
        """Settings are those of docs/platforms/oura.md, without their TWINGE_OURA_."""
        require(cls.name, env, REQUIRED, "docs/platforms/oura.md")
        return cls({name: value for name, value in env.items() if value})

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """x-oura-signature: HMAC-SHA256 in hexadecimal over the timestamp (seconds) and the raw body."""
        stamp = delivery.headers.get("x-oura-timestamp", "")
        signed = stamp.encode(errors="replace") + delivery.body
        if not hmac_fits(self._keys, signed, delivery.headers.get("x-oura-signature"), now):
            raise Rejected("x-oura-signature fits none of our client secrets.", status=401)
        if not near(stamp, now):
            raise Rejected("x-oura-timestamp is more than five minutes from our clock.", status=401)

    def key(self, delivery: Delivery) -> str:
        """What changed, how, and when; an event that does not say when is named by its body."""
        event = parse(Event, delivery.body)
        if event.event_time is None or not event.object_id:
            return hashlib.sha256(delivery.body).hexdigest()
        return f"{event.user_id}:{event.data_type}:{event.object_id}:{event.event_type}:{millis(event.event_time)}"

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """A pointer to fetch, or a removed workout. A deleted night changes nothing; other kinds are ignored.

        So is an event without an object: there is nothing to fetch by, and the daily reconcile finds what it was.
        """
        event = parse(Event, delivery.body)
        if event.data_type not in KINDS or event.event_type not in {"create", "update", "delete"}:
            return ()
        if not event.object_id:
            return ()
        if not is_document(event.object_id):
            raise Rejected("object_id must be letters, digits, dashes and underscores.", field="object_id")
        version = millis(event.event_time or delivery.received_at)
        if event.event_type != "delete":
            return (Pointer(event.user_id, event.object_id, version, {"kind": event.data_type}),)
        if event.data_type != WORKOUT:
            return ()
        return (Inline(event.user_id, Removed(f"oura:{event.object_id}", version)),)

    def handshake(self, delivery: Delivery) -> Mapping[str, str]:
        """Oura's GET while a subscription is made: echo the challenge where it knows our verification token."""
        challenge = delivery.query.get("challenge")
        if not challenge:
            raise Rejected("This is not Oura's subscription handshake.", field="challenge")
        if not among(delivery.query.get("verification_token"), self._tokens, delivery.received_at):
            raise Rejected("The verification token is not ours.", status=401, field="verification_token")
        return {"challenge": challenge}

    async def fetch(self, pointer: Pointer, access: Access) -> Fetched | None:
        """The workout with its heart rate, `Removed` where Oura no longer has it; or what it tells of a morning."""
        kind = pointer.extra.get("kind", "")
        if kind not in KINDS or not is_document(pointer.object_id):
            raise GiveUp("This is no document of Oura's", alert=True)
        try:
            return await self._api.document(access, kind, pointer.object_id, pointer.version)
        except Refused as refused:
            if refused.status not in {404, 410}:
                raise
            return Removed(f"oura:{pointer.object_id}", pointer.version) if kind == WORKOUT else None

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """Pointers to everything since. Their version is the listing's own date: at that moment they were there."""
        pointers: list[Pointer] = []
        for kind in KINDS:
            page: str | None = ""
            for _ in range(PAGES):
                found, page = await self._api.pointers(access, kind, since, page or "")
                pointers += found
                if page is None:
                    break
        return pointers

    async def history(self, access: Access, since: datetime, page: str | None) -> tuple[Sequence[Item], str | None]:
        """Pointers to workouts, each needs its heart rate; then nights and readiness as they are."""
        kind, _, token = (page or WORKOUT).partition(":")
        if kind == WORKOUT:
            items, following = await self._api.pointers(access, WORKOUT, since, token)
            return items, f"{kind}:{following}" if following else SLEEP
        kind = kind if kind in KINDS else READINESS
        mornings, following = await self._api.mornings(access, kind, since, token)
        if following:
            return mornings, f"{kind}:{following}"
        return mornings, READINESS if kind == SLEEP else None

    async def owner(self, access: Access) -> str:
        """The athlete's id at Oura, which its token answer does not hold."""
        found = inside(await self._api.get(access, "personal_info"), "id")
        if not isinstance(found, str) or not found:
            raise TryLater("Oura did not say whose token this is")
        return found

    async def disconnect(self, access: Access) -> None:
        """Revoke the token (https://cloud.ouraring.com/docs/authentication); one that is dead already is fine."""
        url = f"{self._base}/oauth/revoke"
        query = {"access_token": access.token or ""}
        try:
            await call(access.http, "POST", url, vendor="Oura", query=query, deadline=self._deadline)
        except Refused as refused:
            if refused.status not in {400, 404, 410}:
                raise

    async def subscription(self, http: aiohttp.ClientSession, public_url: str, now: datetime) -> str | None:
        """What is wrong with our subscriptions, in words; None: all nine stand for two weeks more."""
        return await self._subscriptions.wrong(http, self._hook(public_url), now)

    async def subscribe(self, http: aiohttp.ClientSession, public_url: str, now: datetime) -> int:
        """Make, move and renew our subscriptions where needed; how many that were. Raises `GiveUp`, `TryLater`."""
        return await self._subscriptions.mend(http, self._hook(public_url), now)

    def _hook(self, public_url: str) -> str:
        return f"{public_url}/hooks/{self.name}"
