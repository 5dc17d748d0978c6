"""WHOOP, version 2: signed events that only point, fetched with the athlete's token. See docs/platforms/whoop.md.

https://developer.whoop.com/docs/developing/webhooks: an event names a workout or a night by its UUID and says nothing
of when; a recovery is named by its night. Whatever was lost is found by the daily reconcile.
"""

from __future__ import annotations

import base64
import binascii
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
from twinge.plugin.signing import first_of, hmac_fits, keys_of
from twinge.plugin.vendor import DEADLINE, Refused
from twinge_whoop.api import Api
from twinge_whoop.mapping import NIGHT, WORKOUT, Event, is_uuid

__all__ = ["Whoop"]

HOME = "https://api.prod.whoop.com"
SCOPES = ("offline", "read:workout", "read:sleep", "read:recovery", "read:profile")
"""`offline` is what brings a refresh token."""


class Whoop:
    """The WHOOP adapter."""

    name: ClassVar[str] = "whoop"
    title: ClassVar[str] = "WHOOP"
    capabilities: ClassVar[Capabilities] = Capabilities(
        signed=True,
        points=True,
        deletes=True,
        polls=True,
        kinds=("workouts", "sleep", "hrv", "resting_hr", "readiness"),
    )
    oauth: OAuth | None

    def __init__(self, settings: Mapping[str, str], deadline: aiohttp.ClientTimeout = DEADLINE) -> None:
        base = settings.get("API_BASE", HOME).rstrip("/")
        self._keys = keys_of(settings["CLIENT_SECRET"])
        self._api = Api(f"{base}/developer/v2", deadline)
        self.oauth = OAuth(
            authorize_url=f"{base}/oauth/oauth2/auth",
            token_url=f"{base}/oauth/oauth2/token",
            client_id=settings["CLIENT_ID"],
            client_secret=first_of(settings["CLIENT_SECRET"]),
            scopes=SCOPES,
        )

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Whoop:
        """Settings are those of docs/platforms/whoop.md, without their TWINGE_WHOOP_."""
        require(cls.name, env, ("CLIENT_ID", "CLIENT_SECRET"), "docs/platforms/whoop.md")
        return cls({name: value for name, value in env.items() if value})

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """X-WHOOP-Signature: base64 of HMAC-SHA256 over the timestamp (milliseconds) and the raw body."""
        stamp = delivery.headers.get("x-whoop-signature-timestamp", "")
        given = _hexadecimal(delivery.headers.get("x-whoop-signature", ""))
        if not hmac_fits(self._keys, stamp.encode(errors="replace") + delivery.body, given, now):
            raise Rejected("X-WHOOP-Signature fits none of our client secrets.", status=401)
        if not near(stamp, now, per_s=1000):
            raise Rejected("X-WHOOP-Signature-Timestamp is more than five minutes from our clock.", status=401)

    def key(self, delivery: Delivery) -> str:
        """The event's own trace_id with its subject; without one the body is its name."""
        event = parse(Event, delivery.body)
        if not event.trace_id:
            return hashlib.sha256(delivery.body).hexdigest()
        return f"{event.type}:{event.id}:{event.trace_id}"

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """A pointer to fetch, or a removed workout. A deleted night changes nothing; unknown kinds are ignored."""
        event = parse(Event, delivery.body)
        subject, _, action = event.type.partition(".")
        if subject not in {"workout", "sleep", "recovery"} or action not in {"updated", "deleted"}:
            return ()
        if not is_uuid(event.id):
            raise Rejected("id must be a UUID: choose version v2 for the webhook in WHOOP's dashboard.", field="id")
        owner, found, version = str(event.user_id), str(event.id).lower(), millis(delivery.received_at)
        if action == "updated":
            kind = WORKOUT if subject == "workout" else NIGHT
            return (Pointer(owner, found, version, {"kind": kind}),)
        return (Inline(owner, Removed(f"whoop:{found}", version)),) if subject == "workout" else ()

    def handshake(self, delivery: Delivery) -> None:
        """Asks for none: the URL is set in WHOOP's dashboard."""

    async def fetch(self, pointer: Pointer, access: Access) -> Fetched | None:
        """The workout, `Removed` where WHOOP no longer has it; or the night with its recovery.

        None while WHOOP still works on its score: another `updated` follows then.
        """
        if not is_uuid(pointer.object_id):
            raise GiveUp("This is no id of WHOOP's second version", alert=True)
        if pointer.extra.get("kind") == NIGHT:
            return await self._api.night(access, pointer.object_id)
        try:
            return await self._api.workout(access, pointer.object_id)
        except Refused as refused:
            if refused.status not in {404, 410}:
                raise
            return Removed(f"whoop:{pointer.object_id}", pointer.version)

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """Pointers to the workouts and nights since; each has the version that its row has."""
        rows = [(kind, row) for kind in (WORKOUT, NIGHT) for row in await self._api.since(access, kind, since)]
        return [Pointer(access.owner, row.id.lower(), millis(row.updated_at), {"kind": kind}) for kind, row in rows]

    async def history(self, access: Access, since: datetime, page: str | None) -> tuple[Sequence[Item], str | None]:
        """Workouts newest first, then nights with their recoveries, 25 a page."""
        kind, _, token = (page or WORKOUT).partition(":")
        events, following = await self._api.page(access, kind, since, token)
        items = [Inline(access.owner, event) for event in events]
        if following:
            return items, f"{kind}:{following}"
        return items, NIGHT if kind == WORKOUT else None

    async def owner(self, access: Access) -> str:
        """The athlete's id at WHOOP, which its token answer does not hold."""
        found = inside(await self._api.get(access, "user/profile/basic"), "user_id")
        if isinstance(found, bool) or not isinstance(found, int | str) or not str(found):
            raise TryLater("WHOOP did not say whose token this is")
        return str(found)

    async def disconnect(self, access: Access) -> None:
        """Give the athlete's consent back: WHOOP ends the token and its events."""
        try:
            await self._api.delete(access, "user/access")
        except Refused as refused:
            if refused.status not in {404, 410}:
                raise


def _hexadecimal(given: str) -> str:
    """A base64 signature as hexadecimal; empty where it is malformed."""
    try:
        return base64.b64decode(given, validate=True).hex()
    except (binascii.Error, ValueError):
        return ""
