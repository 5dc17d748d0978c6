"""Concept2 Logbook: results of rowing, ski and bike machines. See docs/platforms/concept2.md for keys and limits.

Concept2 signs nothing; so the route has a secret last segment, and an event is only a hint: what counts is fetched.
Times are tenths of a second, `date` is the end of the workout on the clock where it was
(https://log.concept2.com/developers/documentation/).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Annotated, Any, ClassVar
from zoneinfo import ZoneInfo

import aiohttp
from msgspec import Meta, Struct

from twinge.core.model import Activity, Removed
from twinge.event import parse, plausible, whole
from twinge.plugin import (
    Access,
    Capabilities,
    Delivery,
    GiveUp,
    Inline,
    Item,
    OAuth,
    Pointer,
    Rejected,
    TryLater,
)
from twinge.plugin.loose import inside, number
from twinge.plugin.settings import require, require_hook_token
from twinge.plugin.signing import among, keys_of
from twinge.plugin.vendor import DEADLINE, Refused, Response, call, decoded

HOME = "https://log.concept2.com"
REQUIRED = ("CLIENT_ID", "CLIENT_SECRET", "HOOK_TOKEN")
ACCEPT = {"Accept": "application/vnd.c2logbook.v1+json"}
PAGE, PAGES = 250, 20
"""Concept2 lists 250 results at most; a reconcile looks back days."""
GONE = frozenset({404, 410})
NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)
SPORTS = {
    **dict.fromkeys(("rower", "dynamic", "slides", "water", "paddle"), "row"),
    **dict.fromkeys(("skierg", "snow", "rollerski"), "nordic_ski"),
    "bike": "indoor_ride",
}
"""What is missing here, such as multierg, is `other`."""

Id = Annotated[int, Meta(ge=1, le=2**63 - 1)] | Annotated[str, Meta(pattern=r"^[0-9]{1,19}$")]


class Result(Struct):
    """The part of a pushed result that is used; the rest is fetched."""

    id: Id
    user_id: Id


class Event(Struct):
    """One event: `{type, result}`, or the same once more inside `data`; both were seen."""

    type: Annotated[str, Meta(min_length=1, max_length=80)]
    result: Result | None = None


class Push(Struct):
    """The body of a call, as far as it says where the event is."""

    data: Event | None = None


class Concept2:
    """The Concept2 adapter."""

    name: ClassVar[str] = "concept2"
    capabilities: ClassVar[Capabilities] = Capabilities(signed=False, points=True, polls=True)
    oauth: OAuth | None

    def __init__(self, settings: Mapping[str, str], deadline: aiohttp.ClientTimeout = DEADLINE) -> None:
        self.base = base = settings.get("API_BASE", HOME).rstrip("/")
        self._deadline, self._tokens = deadline, keys_of(settings["HOOK_TOKEN"])
        self.oauth = OAuth(
            authorize_url=f"{base}/oauth/authorize",
            token_url=f"{base}/oauth/access_token",
            client_id=settings["CLIENT_ID"],
            client_secret=settings["CLIENT_SECRET"],
            scopes=("user:read", "results:read"),
            scope_separator=",",
        )

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Concept2:
        """Settings are those of docs/platforms/concept2.md, without their TWINGE_CONCEPT2_."""
        require(cls.name, env, REQUIRED, "docs/platforms/concept2.md")
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
        """The body is its name: Concept2 gives its calls none."""
        return hashlib.sha256(delivery.body).hexdigest()

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """A pointer to a new or changed result. Nothing for a deletion: it does not say whose the result was."""
        event = parse(Push, delivery.body).data or parse(Event, delivery.body)
        if event.type not in {"result-added", "result-updated"}:
            return ()
        if event.result is None:
            raise Rejected("result is missing", field="result")
        version = int(delivery.received_at.timestamp() * 1000)
        return [Pointer(str(event.result.user_id), str(event.result.id), version)]

    def handshake(self, delivery: Delivery) -> None:
        """None is documented."""

    async def fetch(self, pointer: Pointer, access: Access) -> Activity | Removed | None:
        """The result; `Removed` where the logbook has it no more, None where it is somebody else's."""
        try:
            row = inside(decoded(await self._get(f"results/{pointer.object_id}", access), "Concept2"), "data")
        except Refused as refused:
            if refused.status in GONE:
                return Removed(f"concept2:{pointer.object_id}", pointer.version)
            raise
        if not isinstance(row, dict) or str(row.get("id")) != pointer.object_id:
            raise GiveUp("Concept2 answered with another result than the one asked for", alert=True)
        if str(row.get("user_id", access.owner)) != access.owner:
            return None
        return _activity(row, pointer.version)

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """Pointers to all results since."""
        pointers: list[Pointer] = []
        for page in range(1, PAGES + 1):
            said = await self._list(access, since, page)
            version = int(said.at.timestamp() * 1000) if said.at else 0
            rows = _rows(said)
            pointers += [Pointer(access.owner, str(row["id"]), version) for row in rows]
            if len(rows) < PAGE:
                break
        return pointers

    async def history(self, access: Access, since: datetime, page: str | None) -> tuple[Sequence[Item], str | None]:
        """250 results a page. Their version is 0: whatever is fetched by itself stands above them."""
        at = int(page or 1)
        rows = _rows(await self._list(access, since, at))
        return list(_past(access.owner, rows)), str(at + 1) if len(rows) == PAGE else None

    async def owner(self, access: Access) -> str:
        """The athlete's id at Concept2, which its token answer does not hold."""
        found = str(inside(decoded(await self._get("", access), "Concept2"), "data", "id"))
        if not NUMBER.fullmatch(found):
            raise TryLater("Concept2 did not say whose token this is")
        return found

    async def _list(self, access: Access, since: datetime, page: int) -> Response:
        query = {"from": f"{since.date()}", "number": str(PAGE), "page": str(page)}
        return await self._get("results", access, query)

    async def _get(self, path: str, access: Access, query: Mapping[str, str] | None = None) -> Response:
        return await call(
            access.http,
            "GET",
            f"{self.base}/api/users/me/{path}".rstrip("/"),
            vendor="Concept2",
            token=access.token,
            query=query,
            headers=ACCEPT,
            deadline=self._deadline,
        )


def _rows(said: Response) -> list[dict[str, Any]]:
    """The results of a list; those without an id are left out."""
    rows = inside(decoded(said, "Concept2"), "data")
    if not isinstance(rows, list):
        raise TryLater("Concept2 answered with something that is no list of results")
    return [row for row in rows if isinstance(row, dict) and NUMBER.fullmatch(str(row.get("id")))]


def _past(owner: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[Inline]:
    for row in rows:
        try:
            yield Inline(owner, _activity(row, 0))
        except Rejected:
            continue


def _activity(row: Mapping[str, Any], version: int) -> Activity:
    """A result of theirs. Work and rest are told apart: the rest counts for the time that it took, and no more."""
    work, rest = (number(row.get(name), 0, 25_920_000) for name in ("time", "rest_time"))
    metres = number(row.get("distance"), 0, 1e7)
    if not work and not metres:
        raise Rejected("time is missing, and so is distance: one is needed", field="time")
    seconds = (work or 0) / 10
    elapsed = seconds + (rest or 0) / 10
    start, day_only = _start(row, timedelta(seconds=elapsed))
    kind, form = str(row.get("type")), row.get("workout_type")
    return Activity(
        key=f"concept2:{row['id']}",
        sport=SPORTS.get(kind, "other"),
        start=start,
        day_only=day_only,
        elapsed_s=whole(elapsed),
        moving_s=whole(seconds),
        distance_m=whole(metres),
        avg_hr=whole(number(inside(row, "heart_rate", "average"), 30, 230)),
        max_hr=whole(number(inside(row, "heart_rate", "max"), 30, 250)),
        interval=isinstance(form, str) and "Interval" in form,
        version=version,
    )


def _start(row: Mapping[str, Any], length: timedelta) -> tuple[datetime, bool]:
    """The end less what it took. A clock without a zone tells the day only: then it is that day's noon."""
    try:
        end = datetime.strptime(str(row.get("date")), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        end = None
    if end is None or not plausible(end):
        raise Rejected("date must be like 2026-05-02 08:30:00", field="date")
    zone = _zone(row.get("timezone"))
    if zone is None:
        return datetime.combine(end.date(), time(12), UTC), True
    return (end.replace(tzinfo=zone).astimezone(UTC) - length).astimezone(zone), False


def _zone(name: object) -> tzinfo | None:
    try:
        return ZoneInfo(name) if isinstance(name, str) and name else None
    except (KeyError, ValueError, OSError):
        return None
