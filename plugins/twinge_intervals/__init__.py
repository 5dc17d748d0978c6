"""intervals.icu: events that carry an app's secret; workouts are fetched with their streams. See
docs/platforms/intervals.md for keys, limits and terms.

Nothing is signed: the app's secret stands in the body, a header of the operator's choice may stand beside it. An event
about a workout is only a hint; what counts is fetched, because it is sent before the workout is analysed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar

import aiohttp
from msgspec import Meta, Struct

from twinge.core.model import Activity, Removed, Wellness
from twinge.event import Name, parse
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
    Revoked,
    TryLater,
)
from twinge.plugin.signing import among, keys_of
from twinge.plugin.vendor import DEADLINE, Refused, Response, call, decoded
from twinge_intervals.mapping import STREAMS, is_stub, listed, to_activity, to_morning, updated_ms

__all__ = ["Intervals"]

HOME = "https://intervals.icu"
GONE = frozenset({404, 410})
WORKOUTS = frozenset({"ACTIVITY_UPLOADED", "ACTIVITY_CREATED", "ACTIVITY_ANALYZED", "ACTIVITY_UPDATED"})
MORNINGS = "wellness:"
ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
PAGE = "(docs/platforms/intervals.md)"


class Event(Struct):
    """One event; which fields there are depends on the type."""

    type: Annotated[str, Meta(min_length=1, max_length=80)]
    athlete_id: Name
    timestamp: Any = None
    activity: Any = None
    records: Any = None
    deauthorized: Any = None


class Push(Struct):
    """The body of a call."""

    events: Annotated[list[Event], Meta(max_length=1_000)]


class Sealed(Struct):
    """What of a body proves who sent it."""

    secret: str | None = None


class Intervals:
    """The intervals.icu adapter."""

    name: ClassVar[str] = "intervals"
    title: ClassVar[str] = "intervals.icu"
    capabilities: ClassVar[Capabilities] = Capabilities(
        signed=False,
        points=True,
        deletes=True,
        polls=True,
        batch=True,
        kinds=("workouts", "sleep", "hrv", "resting_hr", "readiness"),
        body_cap_kb=2_048,
    )
    oauth: OAuth | None

    def __init__(self, settings: Mapping[str, str], deadline: aiohttp.ClientTimeout = DEADLINE) -> None:
        self.base = base = settings.get("API_BASE", HOME).rstrip("/")
        self._deadline = deadline
        self._secrets, self._key = keys_of(settings.get("WEBHOOK_SECRET", "")), settings.get("API_KEY")
        header = settings.get("AUTHORIZATION", "").strip()
        self._headers = (header.encode(),) if header else ()
        self.oauth = (
            OAuth(
                authorize_url=f"{base}/oauth/authorize",
                token_url=f"{base}/api/oauth/token",
                client_id=settings["CLIENT_ID"],
                client_secret=settings["CLIENT_SECRET"],
                scopes=("ACTIVITY:READ", "WELLNESS:READ"),
                scope_separator=",",
                owner_at=("athlete", "id"),
            )
            if not self._key
            else None
        )

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Intervals:
        """Settings are those of docs/platforms/intervals.md, without their TWINGE_INTERVALS_."""
        app, alone = [name for name in ("CLIENT_ID", "CLIENT_SECRET") if env.get(name)], env.get("API_KEY")
        if alone and app:
            raise NotConfigured(f"Set either TWINGE_INTERVALS_API_KEY or the settings of an app, not both {PAGE}")
        if not alone and len(app) < 2:
            raise NotConfigured(
                f"Set TWINGE_INTERVALS_CLIENT_ID and TWINGE_INTERVALS_CLIENT_SECRET, or TWINGE_INTERVALS_API_KEY {PAGE}"
            )
        if app and not (env.get("WEBHOOK_SECRET", "").strip() or env.get("AUTHORIZATION", "").strip()):
            raise NotConfigured(f"Set TWINGE_INTERVALS_WEBHOOK_SECRET, TWINGE_INTERVALS_AUTHORIZATION or both {PAGE}")
        return cls({name: value for name, value in env.items() if value})

    def admit(self, call: Delivery) -> None:
        """The header, where one is set; the body's secret alone needs the body."""
        if not self._secrets and not self._headers:
            raise Rejected("No secret for calls of intervals.icu is set here.", status=401)
        if self._headers and not among(call.headers.get("authorization"), self._headers):
            raise Rejected("The Authorization header is missing or not ours.", status=401)

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """The secret of the body, the header beside it: each that is set must be there and right."""
        self.admit(delivery)
        if self._secrets and not among(parse(Sealed, delivery.body).secret, self._secrets, now):
            raise Rejected("The secret in the body is missing or not ours.", status=401, field="secret")

    def key(self, delivery: Delivery) -> str:
        """The body is its name: the same call again has the same."""
        return hashlib.sha256(delivery.body).hexdigest()

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """What each event says; of several about one workout the newest."""
        received = int(delivery.received_at.timestamp() * 1000)
        found: dict[object, Item] = {}
        for place, event in enumerate(parse(Push, delivery.body).events):
            for item in _items(event, received, f"events[{place}]"):
                name, version = _named(item)
                if name not in found or version >= _named(found[name])[1]:
                    found[name] = item
        return list(found.values())

    def handshake(self, delivery: Delivery) -> None:
        """Asks for none."""

    async def fetch(self, pointer: Pointer, access: Access) -> Activity | Removed | Sequence[Wellness] | None:
        """The workout with its streams, or some mornings. None: it came from Strava, and may not be passed on."""
        if pointer.object_id.startswith(MORNINGS):
            return await self._mornings(pointer, access)
        try:
            row = decoded(await self._get(f"/activity/{pointer.object_id}", access), "intervals.icu")
        except Refused as refused:
            if refused.status in GONE:
                return Removed(f"intervals:{pointer.object_id}", pointer.version)
            raise
        if not isinstance(row, dict) or str(row.get("id")) != pointer.object_id:
            raise GiveUp("intervals.icu answered with another workout than the one asked for", alert=True)
        if is_stub(row) or not _same(row.get("icu_athlete_id", access.owner), access.owner):
            return None
        return to_activity(row, pointer.version, await self._streams(row, access))

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """Pointers to the workouts since, and one to the mornings since."""
        said = await self._listed(access, "activities", since)
        version = int(said.at.timestamp() * 1000) if said.at else 0
        rows = [
            row for row in listed(decoded(said, "intervals.icu")) if not is_stub(row) and ID.fullmatch(str(row["id"]))
        ]
        mornings = Pointer(access.owner, f"{MORNINGS}{since.date()}", version)
        return [*(Pointer(access.owner, str(row["id"]), version) for row in rows), mornings]

    async def history(self, access: Access, since: datetime, page: str | None) -> tuple[Sequence[Item], str | None]:
        """Summaries first, then mornings. Their version is 0: what is told or fetched by itself stands above them."""
        if page is None:
            rows = listed(decoded(await self._listed(access, "activities", since), "intervals.icu"))
            return list(_past(access.owner, [row for row in rows if not is_stub(row)])), MORNINGS
        found = await self._mornings(Pointer(access.owner, f"{MORNINGS}{since.date()}"), access)
        return [Inline(access.owner, one) for one in found], None

    async def disconnect(self, access: Access) -> None:
        """Leave the athlete's list of apps; to have left already is fine."""
        if self._key:
            return
        try:
            await self._call(access, "DELETE", "/disconnect-app")
        except Refused as refused:
            if refused.status not in GONE:
                raise

    async def _streams(self, row: Mapping[str, Any], access: Access) -> Sequence[Any] | None:
        if row.get("source") == "MANUAL":
            return None
        query = {"types": ",".join(STREAMS)}
        try:
            found = decoded(await self._get(f"/activity/{row['id']}/streams.json", access, query), "intervals.icu")
        except Refused as refused:
            if refused.status in GONE:
                return None
            raise
        return found if isinstance(found, list) else None

    async def _mornings(self, pointer: Pointer, access: Access) -> list[Wellness]:
        since = pointer.object_id.removeprefix(MORNINGS)
        found = decoded(
            await self._get(f"/athlete/{access.owner}/wellness.json", access, {"oldest": since}), "intervals.icu"
        )
        if not isinstance(found, list):
            raise TryLater("intervals.icu answered with something that is no list of days")
        return [one for record in listed(found) if (one := _morning(record, pointer.version)) is not None]

    async def _listed(self, access: Access, what: str, since: datetime) -> Response:
        return await self._get(f"/athlete/{access.owner}/{what}", access, {"oldest": since.date().isoformat()})

    async def _get(self, path: str, access: Access, query: Mapping[str, str] | None = None) -> Response:
        return await self._call(access, "GET", path, query)

    async def _call(self, access: Access, method: str, path: str, query: Mapping[str, str] | None = None) -> Response:
        return await call(
            access.http,
            method,
            f"{self.base}/api/v1{path}",
            vendor="intervals.icu",
            token=None if self._key else access.token,
            client=("API_KEY", self._key) if self._key else None,
            query=query,
            deadline=self._deadline,
        )


def _items(event: Event, received: int, place: str) -> Iterator[Item]:
    """What one event says; nothing where it speaks of something we have no use for."""
    owner, version = event.athlete_id, updated_ms(event.timestamp) or received
    if event.type in WORKOUTS:
        yield Pointer(owner, _id(event, place), version)
    elif event.type == "ACTIVITY_DELETED":
        yield Inline(owner, Removed(f"intervals:{_id(event, place)}", version))
    elif event.type == "WELLNESS_UPDATED":
        for record in event.records if isinstance(event.records, list) else []:
            if not isinstance(record, dict):
                raise Rejected(f"{place}.records must hold objects", field=f"{place}.records")
            if (morning := to_morning(record, version)) is not None:
                yield Inline(owner, morning)
    elif event.type == "APP_SCOPE_CHANGED" and event.deauthorized is True:
        yield Revoked(owner)


def _id(event: Event, place: str) -> str:
    found = event.activity.get("id") if isinstance(event.activity, dict) else None
    if isinstance(found, bool) or not isinstance(found, str | int) or not ID.fullmatch(str(found)):
        raise Rejected(f"{place}.activity.id is missing or no id", field=f"{place}.activity.id")
    return str(found)


def _named(item: Item) -> tuple[object, int]:
    """What an item is about, and which text of it this is."""
    match item:
        case Pointer(owner, name, version):
            return (owner, f"intervals:{name}"), version
        case Inline(owner, Activity() | Removed() | Wellness() as event):
            return (owner, event.key), event.version
    return item, 0


def _same(athlete: object, owner: str) -> bool:
    """Ids are digits, with an i before them for younger accounts."""
    return str(athlete).removeprefix("i") == owner.removeprefix("i")


def _past(owner: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[Inline]:
    for row in rows:
        try:
            yield Inline(owner, to_activity(row, 0))
        except Rejected:
            continue


def _morning(record: Mapping[str, Any], version: int) -> Wellness | None:
    try:
        return to_morning(record, version)
    except Rejected:
        return None
