"""Suunto: signed notifications of workouts and nights. See docs/platforms/suunto.md for keys, limits and terms.

A notification says what was uploaded (https://apizone.suunto.com/webhooks). Workouts are asked for again, because what
is pushed is a first summary, and their FIT file is fetched too; nights come whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar

import aiohttp
import msgspec
from msgspec import Meta, Struct

from twinge.core.model import Activity, Removed
from twinge.event import Name, parse
from twinge.plugin import (
    Access,
    Capabilities,
    Delivery,
    GiveUp,
    Inline,
    Item,
    OAuth,
    Pointer,
    Recording,
    Rejected,
    TryLater,
)
from twinge.plugin.loose import inside
from twinge.plugin.settings import require
from twinge.plugin.signing import hmac_fits, keys_of
from twinge.plugin.vendor import DEADLINE, Refused, Response, call, decoded
from twinge_suunto.mapping import to_activity, to_morning

__all__ = ["Suunto"]

HOME = "https://cloudapi.suunto.com"
CONSENT = "https://cloudapi-oauth.suunto.com"
REQUIRED = ("CLIENT_ID", "CLIENT_SECRET", "SUBSCRIPTION_KEY", "NOTIFICATION_SECRET")
PAGE, PAGES = 100, 20
"""Suunto lists a hundred workouts at most; a reconcile looks back days."""
GONE = frozenset({404, 410})
NO_FILE = GONE | {400, 403}

Key = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,100}$")]


class Head(Struct):
    """What every notification has."""

    type: Annotated[str, Meta(min_length=1, max_length=80)]
    username: Name


class New(Struct):
    """The one part of a pushed workout that is used."""

    workoutKey: Key  # noqa: N815 - their word


class WorkoutCall(Struct):
    workout: New


class Night(Struct):
    """One sleep; `entryData` is read loosely."""

    entryData: dict[str, Any]  # noqa: N815


class SleepCall(Struct):
    samples: Annotated[list[Night], Meta(max_length=1_000)]


class Suunto:
    """The Suunto adapter."""

    name: ClassVar[str] = "suunto"
    capabilities: ClassVar[Capabilities] = Capabilities(
        signed=True, points=True, polls=True, batch=True, kinds=("workouts", "sleep", "hrv", "resting_hr")
    )
    oauth: OAuth | None

    def __init__(self, settings: Mapping[str, str], deadline: aiohttp.ClientTimeout = DEADLINE) -> None:
        self.base = settings.get("API_BASE", HOME).rstrip("/")
        self.consent = settings.get("AUTH_BASE", CONSENT).rstrip("/")
        self._deadline, self._client = deadline, settings["CLIENT_ID"]
        self._secrets = keys_of(settings["NOTIFICATION_SECRET"])
        self._headers = {"Ocp-Apim-Subscription-Key": settings["SUBSCRIPTION_KEY"]}
        self.oauth = OAuth(
            authorize_url=f"{self.consent}/oauth/authorize",
            token_url=f"{self.consent}/oauth/token",
            client_id=settings["CLIENT_ID"],
            client_secret=settings["CLIENT_SECRET"],
            scopes=("workout",),
            basic=True,
            owner_at=("user",),
        )

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Suunto:
        """Settings are those of docs/platforms/suunto.md, without their TWINGE_SUUNTO_."""
        require(cls.name, env, REQUIRED, "docs/platforms/suunto.md")
        return cls({name: value for name, value in env.items() if value})

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """HMAC-SHA256 over the raw body, in hexadecimal. No time is signed, so an old call cannot be told."""
        if not hmac_fits(self._secrets, delivery.body, delivery.headers.get("x-hmac-sha256-signature"), now):
            raise Rejected("X-HMAC-SHA256-Signature is missing or matches none of our secrets.", status=401)

    def key(self, delivery: Delivery) -> str:
        """The body is its name: Suunto gives its calls none."""
        return hashlib.sha256(delivery.body).hexdigest()

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """A pointer to a workout, or a morning for each night; nothing for routes, steps and stress."""
        head = parse(Head, delivery.body)
        match head.type:
            case "WORKOUT_CREATED":
                key = parse(WorkoutCall, delivery.body).workout.workoutKey
                return [Pointer(head.username, key, int(delivery.received_at.timestamp() * 1000))]
            case "SUUNTO_247_SLEEP_CREATED":
                nights = parse(SleepCall, delivery.body).samples
                return [
                    Inline(head.username, one)
                    for one in (to_morning(night.entryData) for night in nights)
                    if one is not None
                ]
        return ()

    def handshake(self, delivery: Delivery) -> None:
        """Asks for none."""

    async def fetch(self, pointer: Pointer, access: Access) -> Activity | Recording | Removed:
        """The workout's file, with the summary beside it; the summary alone where there is no file."""
        try:
            row = inside(decoded(await self._get(f"/v3/workouts/{pointer.object_id}", access), "Suunto"), "payload")
        except Refused as refused:
            if refused.status in GONE:
                return Removed(f"suunto:{pointer.object_id}", pointer.version)
            raise
        if not isinstance(row, dict) or row.get("workoutKey") != pointer.object_id:
            raise GiveUp("Suunto answered with another workout than the one asked for", alert=True)
        known = to_activity(row, pointer.version)
        if row.get("isManuallyAdded") is True:
            return known
        file = await self._file(pointer.object_id, access)
        return known if file is None else Recording(known.key, file, "fit", pointer.version, known)

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """Pointers to all workouts that were added or changed since."""
        pointers: list[Pointer] = []
        for page in range(PAGES):
            said = await self._list(access, since, page * PAGE)
            rows, version = _rows(said), _stamp(said)
            pointers += [Pointer(access.owner, row["workoutKey"], version) for row in rows]
            if len(rows) < PAGE:
                break
        return pointers

    async def history(self, access: Access, since: datetime, page: str | None) -> tuple[Sequence[Item], str | None]:
        """A hundred summaries, newest first. Their version is 0: whatever is fetched by itself stands above them."""
        offset = int(page or 0)
        rows = _rows(await self._list(access, since, offset))
        items = [Inline(access.owner, one) for one in map(_summary, rows) if one is not None]
        return items, str(offset + PAGE) if len(rows) == PAGE else None

    async def disconnect(self, access: Access) -> None:
        """Take back the consent there; to have ended already is fine."""
        url, query = f"{self.consent}/oauth/deauthorize", {"client_id": self._client}
        try:
            await call(
                access.http, "GET", url, vendor="Suunto", token=access.token, query=query, deadline=self._deadline
            )
        except Refused as refused:
            if refused.status not in GONE:
                raise

    async def _file(self, key: str, access: Access) -> bytes | None:
        try:
            body = (await self._get(f"/v3/workouts/{key}/fit", access)).body
        except Refused as refused:
            if refused.status in NO_FILE:
                return None
            raise
        return body if body[8:12] == b".FIT" else None

    async def _list(self, access: Access, since: datetime, offset: int) -> Response:
        query = {
            "since": str(int(since.timestamp() * 1000)),
            "limit": str(PAGE),
            "offset": str(offset),
            "filter-by-modification-time": "true",
        }
        return await self._get("/v3/workouts", access, query)

    async def _get(self, path: str, access: Access, query: Mapping[str, str] | None = None) -> Response:
        return await call(
            access.http,
            "GET",
            self.base + path,
            vendor="Suunto",
            token=access.token,
            query=query,
            headers=self._headers,
            deadline=self._deadline,
        )


def _rows(said: Response) -> list[dict[str, Any]]:
    """The workouts of a list; those without a key of their own are left out."""
    rows = inside(decoded(said, "Suunto"), "payload")
    if not isinstance(rows, list):
        raise TryLater("Suunto answered with something that is no list of workouts")
    return [row for row in rows if isinstance(row, dict) and _is_key(row.get("workoutKey"))]


def _is_key(value: object) -> bool:
    try:
        msgspec.convert(value, Key)
    except msgspec.ValidationError:
        return False
    return True


def _stamp(said: Response) -> int:
    """When the list was true: the vendor's clock in milliseconds; 0 where it does not tell."""
    return int(said.at.timestamp() * 1000) if said.at else 0


def _summary(row: Mapping[str, Any]) -> Activity | None:
    try:
        return to_activity(row, 0)
    except Rejected:
        return None
