"""Strava: events that only point, fetched with the athlete's own token. See docs/strava.md for keys, limits and terms.

Strava's events carry no signature that can be relied on. So the route has a secret last segment, the subscription must
be ours where we know it, and an event is only a hint: what counts is fetched.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

import aiohttp

from twinge.core.model import Activity, Removed
from twinge.plugin import (
    Access,
    Capabilities,
    Delivery,
    GiveUp,
    Inline,
    Item,
    NotConfigured,
    OAuth,
    Pointer,
    Rejected,
)
from twinge.plugin.settings import require, require_hook_token
from twinge.plugin.signing import among, first_of, keys_of
from twinge_strava.client import DEADLINE, Client, NotThere, revoke
from twinge_strava.events import items_of, name_of, read_event, signature_of
from twinge_strava.mapping import STREAMS, looks_like_ours, to_activity, updated_ms, zone_of
from twinge_strava.subscription import subscribe, wrong

__all__ = ["Strava"]

log = logging.getLogger("twinge.strava")

HOME = "https://www.strava.com"
REQUIRED = ("CLIENT_ID", "CLIENT_SECRET", "VERIFY_TOKEN", "HOOK_TOKEN")
SIGNATURE = ("off", "record", "require")
AHEAD = timedelta(days=1)
"""A forged event from far ahead would stay the newest word on its workout for ever."""
PAGE = 100
WHOLE = timedelta(days=28)
"""How much of the past is fetched with its streams: the window in which loads are compared."""
PAGES = 20
"""A reconcile looks back days, not years: more pages than this is a wrong `since`."""


class Strava:
    """The Strava adapter."""

    name: ClassVar[str] = "strava"
    capabilities: ClassVar[Capabilities] = Capabilities(
        signed=False, points=True, deletes=True, polls=True, retention_days=7, coach_may_see=False, forget_h=720
    )
    oauth: OAuth | None

    def __init__(self, settings: Mapping[str, str], deadline: aiohttp.ClientTimeout = DEADLINE) -> None:
        self.base = base = settings.get("API_BASE", HOME).rstrip("/")
        self._settings, self._client = settings, Client(base, deadline)
        self._signature, self._tokens = settings.get("SIGNATURE", "off"), keys_of(settings["HOOK_TOKEN"])
        self.oauth = OAuth(
            authorize_url=f"{base}/oauth/authorize",
            token_url=f"{base}/oauth/token",
            client_id=settings["CLIENT_ID"],
            client_secret=settings["CLIENT_SECRET"],
            # Both reads: an athlete who unticks the private one still lets us see the rest.
            scopes=("read", "activity:read", "activity:read_all"),
            scope_separator=",",
            owner_at=("athlete", "id"),
        )

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Strava:
        """Settings are those of docs/strava.md, without their TWINGE_STRAVA_."""
        require(cls.name, env, REQUIRED, "docs/strava.md")
        require_hook_token(cls.name, env)
        if env.get("SIGNATURE", "off") not in SIGNATURE:
            raise NotConfigured(f"TWINGE_STRAVA_SIGNATURE must be one of {', '.join(SIGNATURE)}")
        if env.get("SUBSCRIPTION_ID") and not env["SUBSCRIPTION_ID"].isdecimal():
            raise NotConfigured("TWINGE_STRAVA_SUBSCRIPTION_ID must be the number Strava gave (docs/strava.md)")
        return cls({name: value for name, value in env.items() if value})

    def admit(self, call: Delivery) -> None:
        """The secret path segment: any of ours, while one takes another's place."""
        if not among(call.token, self._tokens, call.received_at):
            raise Rejected("The secret part of the webhook's path is missing or wrong", status=401)

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """The secret path segment, then the subscription, then the signature where it is asked for."""
        self.admit(delivery)
        event = read_event(delivery.body)
        if event.event_time > (now + AHEAD).timestamp():
            raise Rejected("event_time lies in the future", field="event_time")
        ours = self._settings.get("SUBSCRIPTION_ID")
        if ours and event.subscription_id != int(ours):
            raise Rejected("This event belongs to another subscription", status=401, field="subscription_id")
        if self._signature != "off":
            self._check_signature(delivery, now)

    def key(self, delivery: Delivery) -> str:
        """object_id:aspect_type:event_time; Strava gives its events no id."""
        return name_of(read_event(delivery.body))

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """A pointer to fetch, a removed activity, or an athlete who left."""
        return items_of(read_event(delivery.body))

    def handshake(self, delivery: Delivery) -> Mapping[str, Any] | None:
        """Strava's GET while a subscription is made: echo the challenge if it knows our verify token."""
        self.admit(delivery)
        challenge = delivery.query.get("hub.challenge")
        if delivery.query.get("hub.mode") != "subscribe" or not challenge:
            raise Rejected("This is not Strava's subscription handshake", field="hub.mode")
        if not _same(delivery.query.get("hub.verify_token"), self._settings["VERIFY_TOKEN"]):
            raise Rejected("The verify token is not ours", status=401, field="hub.verify_token")
        return {"hub.challenge": challenge}

    async def fetch(self, pointer: Pointer, access: Access) -> Activity | Removed | None:
        """The activity with its streams; a summary alone where it has none; `Removed` where Strava shows nothing."""
        if access.token is None and self.base == HOME:
            raise GiveUp("The athlete has not connected Strava yet: docs/strava.md says how, then replay")
        path = f"/api/v3/activities/{pointer.object_id}"
        try:
            row = (await self._client.get(path, {"include_all_efforts": "false"}, access)).data
        except NotThere:
            return Removed(f"strava:{pointer.object_id}", pointer.version)
        if not isinstance(row, dict) or str(row.get("id")) != pointer.object_id:
            raise GiveUp("Strava answered with another activity than the one asked for", alert=True)
        if _owner(row) not in (None, access.owner):
            return None
        return to_activity(row, version=pointer.version, streams=await self._streams(row, path, access))

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """Pointers to all activities since. Their version is the listing's own date: at that moment they were there."""
        pointers: list[Pointer] = []
        query = {"after": str(int(since.timestamp())), "per_page": str(PAGE)}
        for page in range(1, PAGES + 1):
            answer = await self._client.get("/api/v3/athlete/activities", query | {"page": str(page)}, access)
            rows = answer.data if isinstance(answer.data, list) else []
            version = int(answer.at.timestamp() * 1000) if answer.at else 0
            pointers += [Pointer(access.owner, str(row["id"]), version) for row in rows]
            if len(rows) < PAGE:
                break
        return pointers

    async def history(self, access: Access, since: datetime, page: str | None) -> tuple[Sequence[Item], str | None]:
        """One page of what happened since, oldest first.

        Workouts of the last four weeks are fetched whole, two reads each; the older ones come as the listing tells
        them, which costs nothing more. Those have no version: any other word on the same workout stands above them.
        """
        number = int(page) if page and page.isdecimal() else 1
        query = {"after": str(int(since.timestamp())), "per_page": str(PAGE), "page": str(number)}
        answer = await self._client.get("/api/v3/athlete/activities", query, access)
        rows = [row for row in answer.data if isinstance(row, Mapping)] if isinstance(answer.data, list) else []
        whole_from = answer.at - WHOLE if answer.at else None
        items = [item for row in rows if (item := _of_the_past(row, access.owner, answer.at, whole_from)) is not None]
        return items, str(number + 1) if len(rows) == PAGE and number < PAGES else None

    async def disconnect(self, access: Access) -> None:
        """End the athlete's grant at Strava."""
        await revoke(self.base, (self._settings["CLIENT_ID"], self._settings["CLIENT_SECRET"]), access)

    async def subscription(self, http: aiohttp.ClientSession, public_url: str, now: datetime) -> str | None:
        """What is wrong with the application's subscription at Strava, or None: it has the first of our tokens."""
        return await wrong(
            self.base, self._settings, http, f"{public_url}/hooks/strava/{first_of(self._settings['HOOK_TOKEN'])}"
        )

    def recognises(self, row: Mapping[str, Any]) -> bool:
        """Whether this row is a SummaryActivity or DetailedActivity of Strava's API."""
        return looks_like_ours(row)

    def read_row(self, row: Mapping[str, Any]) -> Activity:
        """The row as `fetch` would give it, without streams."""
        return to_activity(row, version=updated_ms(row))

    def row_zone(self, row: Mapping[str, Any]) -> str | None:
        """The IANA zone where the workout was, e.g. America/New_York; None where the row does not say."""
        return zone_of(row)

    async def subscribe(self, http: aiohttp.ClientSession, callback_url: str) -> int:
        """Make sure that Strava sends our events to `callback_url`; the subscription's id."""
        return await subscribe(self.base, self._settings, http, callback_url)

    async def _streams(self, row: Mapping[str, Any], path: str, access: Access) -> Mapping[str, Any] | None:
        if row.get("manual") is True:
            return None  # typed in by hand: nothing was recorded, and every call counts
        query = {"keys": ",".join(STREAMS), "key_by_type": "true"}
        try:
            found = (await self._client.get(f"{path}/streams", query, access)).data
        except NotThere:
            return None
        return found if isinstance(found, dict) else None

    def _check_signature(self, delivery: Delivery, now: datetime) -> None:
        secret = self._settings.get("SIGNATURE_KEY", self._settings["CLIENT_SECRET"])
        worth = signature_of(secret, delivery.headers.get("x-strava-signature", ""), delivery.body, now.timestamp())
        if self._signature == "require" and worth != "good":
            raise Rejected(f"X-Strava-Signature is {worth}", status=401)
        log.info("hop=verify platform=strava signature=%s", worth)


def _same(given: str | None, ours: str) -> bool:
    return hmac.compare_digest((given or "").encode(errors="replace"), ours.encode())


def _of_the_past(row: Mapping[str, Any], owner: str, at: datetime | None, whole_from: datetime | None) -> Item | None:
    """A row of the listing as an item; None where it cannot be read: its event, if one comes, says so again."""
    try:
        activity = to_activity(row, version=0)
    except Rejected:
        return None
    if at is not None and whole_from is not None and activity.start >= whole_from:
        return Pointer(owner, activity.key.partition(":")[2], int(at.timestamp() * 1000))
    return Inline(owner, activity)


def _owner(row: Mapping[str, Any]) -> str | None:
    athlete = row.get("athlete")
    found = athlete.get("id") if isinstance(athlete, Mapping) else None
    return None if found is None else str(found)
