"""Google Health API, which Fitbit and Pixel watches report to: notifications that only point. See
docs/platforms/google.md for keys, limits and terms.

A notification names a kind of data and the time that it is about. Google also signs it with keys that change every
month and must be fetched; whoever reads a call must not. The secret in the Authorization header decides, and what
counts is fetched with the athlete's own token.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar

import aiohttp
from msgspec import Meta, Struct

from twinge.core.model import Activity, Wellness
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
    TryLater,
)
from twinge.plugin.loose import inside
from twinge.plugin.settings import require
from twinge.plugin.signing import among, keys_of
from twinge.plugin.vendor import DEADLINE, Response, call, decoded
from twinge_google.mapping import days_of, span_of, to_activity, to_mornings, touches

__all__ = ["Google"]

HOME = "https://health.googleapis.com"
CONSENT = "https://accounts.google.com/o/oauth2/v2/auth"
TOKENS = "https://oauth2.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/googlehealth."
SCOPES = tuple(
    f"{SCOPE}{name}.readonly"
    for name in ("activity_and_fitness", "health_metrics_and_measurements", "sleep", "profile")
)
REQUIRED = ("CLIENT_ID", "CLIENT_SECRET", "WEBHOOK_SECRET")
SHORTEST_SECRET = 16
EXERCISE, SLEEP, PULSE, HRV = "exercise", "sleep", "daily-resting-heart-rate", "daily-heart-rate-variability"
DAYS = "days"
MEMBERS = {
    EXERCISE: "exercise.interval.civil_start_time",
    SLEEP: "sleep.interval.civil_end_time",
    PULSE: "daily_resting_heart_rate.date",
    HRV: "daily_heart_rate_variability.date",
}
"""What each kind is filtered by."""
SIZES = {EXERCISE: 25, SLEEP: 25}
"""Most points of a page; 1,000 of the others."""
PAGES = 20
WINDOW = re.compile(r"(exercise|days):(\d{4}-\d\d-\d\d):(\d{4}-\d\d-\d\d)", re.ASCII)


class Change(Struct):
    """What changed: a kind of data of one athlete, and when."""

    healthUserId: Name  # noqa: N815 - their word, as below
    dataType: Annotated[str, Meta(min_length=1, max_length=100)]  # noqa: N815
    operation: str = "UPSERT"
    intervals: Annotated[list[Any], Meta(max_length=1_000)] | None = None
    civilIso8601TimeInterval: Any = None  # noqa: N815 - where it stood before there were intervals


class Notice(Struct):
    """One notification, or the question whether the URL is ours."""

    data: Change | None = None
    type: str | None = None


Notices = Notice | Annotated[list[Notice], Meta(max_length=1_000)]


class Google:
    """The Google Health adapter."""

    name: ClassVar[str] = "google"
    title: ClassVar[str] = "Google Health"
    capabilities: ClassVar[Capabilities] = Capabilities(
        signed=False, points=True, polls=True, batch=True, kinds=("workouts", "sleep", "hrv", "resting_hr")
    )
    oauth: OAuth | None

    def __init__(self, settings: Mapping[str, str], deadline: aiohttp.ClientTimeout = DEADLINE) -> None:
        self.base = base = settings.get("API_BASE", HOME).rstrip("/")
        self._deadline = deadline
        self._keys = keys_of(settings["WEBHOOK_SECRET"])
        tokens = TOKENS if base == HOME else base
        self.oauth = OAuth(
            authorize_url=CONSENT if base == HOME else f"{base}/o/oauth2/v2/auth",
            token_url=f"{tokens}/token",
            revoke_url=f"{tokens}/revoke",
            client_id=settings["CLIENT_ID"],
            client_secret=settings["CLIENT_SECRET"],
            scopes=SCOPES,
            # Without both Google gives a refresh token at the first consent only.
            asks={"access_type": "offline", "prompt": "consent"},
        )

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Google:
        """Settings are those of docs/platforms/google.md, without their TWINGE_GOOGLE_."""
        require(cls.name, env, REQUIRED, "docs/platforms/google.md")
        if any(len(secret) < SHORTEST_SECRET for secret in keys_of(env["WEBHOOK_SECRET"])):
            raise NotConfigured(f"TWINGE_GOOGLE_WEBHOOK_SECRET needs at least {SHORTEST_SECRET} characters")
        return cls({name: value for name, value in env.items() if value})

    def admit(self, call: Delivery) -> None:
        """The secret that the subscriber was registered with, as a bearer. Google itself tries a call without it."""
        scheme, _, shown = call.headers.get("authorization", "").partition(" ")
        if not (among(shown, self._keys, call.received_at) and scheme == "Bearer"):
            raise Rejected("The Authorization header is missing or not ours.", status=401)

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Nothing but what admits."""
        self.admit(delivery)

    def key(self, delivery: Delivery) -> str:
        """The body is its name: the same notification again has the same."""
        return hashlib.sha256(delivery.body).hexdigest()

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """For each athlete one pointer to workouts and one to mornings, around all that changed."""
        spans: dict[tuple[str, str], list[Any]] = {}
        for change in (notice.data for notice in _notices(delivery.body) if notice.data is not None):
            if what := _use(change):
                older = {"civilIso8601TimeInterval": change.civilIso8601TimeInterval}
                spans.setdefault((change.healthUserId, what), []).extend([*(change.intervals or ()), older])
        return [_pointer(owner, what, spans[owner, what], delivery.received_at) for owner, what in spans]

    def answer(self, delivery: Delivery) -> tuple[int, str, bytes]:
        """204, as Google asks; 201 to its question whether the URL is ours."""
        asked = any(notice.type == "verification" for notice in _notices(delivery.body))
        return (201, "application/json", b"{}") if asked else (204, "text/plain", b"")

    def handshake(self, delivery: Delivery) -> None:
        """Google asks by POST."""

    async def fetch(self, pointer: Pointer, access: Access) -> Sequence[Activity | Wellness]:
        """The workouts of some days, or their mornings."""
        window = WINDOW.fullmatch(pointer.object_id)
        if window is None:
            raise GiveUp("This points to no days")
        what, low, high = window.groups()
        if what == DAYS:
            return await self._mornings(access, low, high, pointer.version)
        found = _activities(await self._points(access, EXERCISE, low, high), pointer.version)
        start, end = (pointer.extra.get(name) for name in ("start", "end"))
        if start is None or end is None:
            return list(found)
        span = datetime.fromisoformat(start), datetime.fromisoformat(end)
        return [one for one in found if touches(one, *span)]

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """Pointers to the days since, up to Google's own today."""
        said = await self._identity(access)
        if said.at is None:
            raise TryLater("Google did not say what time it is")
        low, high = since.date(), said.at.date() + timedelta(days=2)
        # Workouts that are held already must not look changed every day: only what is missing is news.
        versions = {EXERCISE: 0, DAYS: int(said.at.timestamp() * 1000)}
        return [Pointer(access.owner, f"{what}:{low}:{high}", version) for what, version in versions.items()]

    async def history(self, access: Access, since: datetime, page: str | None) -> tuple[Sequence[Item], str | None]:
        """Workouts, 25 a page, and mornings last. Their version is 0: whatever is fetched later stands above them."""
        if page == DAYS:
            mornings = await self._mornings(access, f"{since.date()}", None, 0)
            return [Inline(access.owner, one) for one in mornings], None
        points, following = await self._page(access, EXERCISE, f"{since.date()}", None, page)
        return [Inline(access.owner, one) for one in _activities(points, 0)], following or DAYS

    async def owner(self, access: Access) -> str:
        """The athlete's id in notifications, which the token answer does not hold."""
        said = await self._identity(access)
        found = inside(decoded(said, "Google"), "healthUserId")
        if not isinstance(found, str) or not found:
            raise TryLater("Google did not say whose token this is")
        return found

    async def _identity(self, access: Access) -> Response:
        url = f"{self.base}/v4/users/me/identity"
        return await call(access.http, "GET", url, vendor="Google", token=access.token, deadline=self._deadline)

    async def _mornings(self, access: Access, low: str, high: str | None, version: int) -> list[Wellness]:
        """All three kinds of a day at once: they are told apart, and a morning replaces the whole of one before."""
        pulses, hrvs, sleeps = [await self._points(access, kind, low, high) for kind in (PULSE, HRV, SLEEP)]
        return to_mornings(pulses, hrvs, sleeps, version)

    async def _points(self, access: Access, kind: str, low: str, high: str | None) -> list[Any]:
        points: list[Any] = []
        page: str | None = None
        for _ in range(PAGES):
            more, page = await self._page(access, kind, low, high, page)
            points += more
            if page is None:
                break
        return points

    async def _page(
        self, access: Access, kind: str, low: str, high: str | None, page: str | None
    ) -> tuple[list[Any], str | None]:
        member = MEMBERS[kind]
        query = {
            "filter": f'{member} >= "{low}"' + (f' AND {member} < "{high}"' if high else ""),
            "pageSize": str(SIZES.get(kind, 1_000)),
            **({"pageToken": page} if page else {}),
        }
        url = f"{self.base}/v4/users/me/dataTypes/{kind}/dataPoints"
        said = await call(
            access.http, "GET", url, vendor="Google", token=access.token, query=query, deadline=self._deadline
        )
        found = decoded(said, "Google")
        points, following = inside(found, "dataPoints"), inside(found, "nextPageToken")
        if not isinstance(found, dict) or not isinstance(points or [], list):
            raise TryLater("Google answered with something that is no list of data points")
        return points or [], following if isinstance(following, str) and following else None


def _notices(body: bytes) -> list[Notice]:
    found: Notice | list[Notice] = parse(Notices, body)  # type: ignore[arg-type]  # a union is no class
    return found if isinstance(found, list) else [found]


def _use(change: Change) -> str | None:
    """Whether workouts or mornings are to be fetched; None for what is of no use.

    A deletion of workouts names a time and no workout, so it cannot be followed; a morning is put together anew.
    """
    if change.dataType == EXERCISE:
        return None if change.operation == "DELETE" else EXERCISE
    return DAYS if change.dataType in MEMBERS else None


def _pointer(owner: str, what: str, intervals: Sequence[Any], received: datetime) -> Pointer:
    """The days around what changed; of workouts only those that it is about, so that no other looks changed too."""
    span = span_of(intervals)
    low, high = days_of(*(span or (received, received)))
    extra = {"start": span[0].isoformat(), "end": span[1].isoformat()} if span and what == EXERCISE else {}
    return Pointer(owner, f"{what}:{low}:{high}", int(received.timestamp() * 1000), extra)


def _activities(points: Sequence[Any], version: int) -> Iterator[Activity]:
    """The exercises of a list; one that nobody could use is left out."""
    for point in points:
        try:
            if isinstance(point, dict):
                yield to_activity(point, version)
        except Rejected:
            continue
