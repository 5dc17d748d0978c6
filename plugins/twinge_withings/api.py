"""Withings' API: form posts, and answers that say how it went in `status` below an HTTP 200.

https://developer.withings.com/api-reference. Which of the numbers are confirmed, and which are not, is in
docs/platforms/withings.md; one that is not known is tried again.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import aiohttp
import msgspec

from twinge.core.model import Activity, Removed, Wellness
from twinge.event import parse
from twinge.plugin import Access, RateLimited, Rejected, TokenRefused, TryLater, TwingeError
from twinge.plugin.loose import inside, number
from twinge.plugin.vendor import DEADLINE, Refused, call, decoded
from twinge_withings.mapping import NIGHTS, WORKOUTS, Night, Row, Span, Workout, to_event, to_morning

log = logging.getLogger("twinge.withings")

PLACES = {WORKOUTS: ("v2/measure", "getworkouts"), NIGHTS: ("v2/sleep", "getsummary")}
FIELDS = {
    WORKOUTS: "distance,manual_distance,pause_duration,hr_average,hr_max",
    NIGHTS: "total_sleep_time,asleepduration,lightsleepduration,deepsleepduration,remsleepduration,hr_min,"
    "rmssd_start_avg,rmssd_end_avg",
}
"""What is not asked for is not told."""
PAGES = 20
TOKEN_IS_DEAD = frozenset({100, 101, 102, 200, 401})
NOT_ALLOWED = frozenset({214, 277, 2553, 2554, 2555})
WRONG = frozenset({201, 202, 203, 204, 293, 294, 295, 400, 501, 502, 503, 504, 505, 506})
TOO_MANY = 601
MINUTE = timedelta(minutes=1)
"""The limit, 120 calls, is one of a minute, and of the whole application."""


class Page(NamedTuple):
    """One page of a list, and the offset of the next: empty where there is none."""

    rows: list[Any]
    following: str


class Api:
    """Calls below `base`."""

    def __init__(self, base: str, deadline: aiohttp.ClientTimeout = DEADLINE) -> None:
        self._base, self._deadline = base, deadline

    async def post(self, http: aiohttp.ClientSession, path: str, token: str | None, form: Mapping[str, str]) -> Any:
        """The `body` of an answer. Raises as `vendor.call`, for what `status` says too."""
        said = await self.ask(http, path, token, form)
        if (status := status_of(said)) != 0:
            raise trouble(status)
        return inside(said, "body")

    async def ask(self, http: aiohttp.ClientSession, path: str, token: str | None, form: Mapping[str, str]) -> Any:
        """The whole answer, whatever its `status` says."""
        url = f"{self._base}/{path}"
        answer = await call(http, "POST", url, vendor="Withings", token=token, form=form, deadline=self._deadline)
        return decoded(answer, "Withings")

    async def within(self, access: Access, kind: str, span: Span) -> list[Activity | Removed | Wellness]:
        """What happened in these days."""
        first, last = span.days()
        rows = [row async for row in self._all(access, kind, {"startdateymd": first, "enddateymd": last})]
        return list(events(kind, rows))

    async def since(self, access: Access, kind: str, since: datetime) -> list[Row]:
        """The rows that were made or changed since."""
        return [row async for row in self._all(access, kind, {"lastupdate": str(int(since.timestamp()))})]

    async def _all(self, access: Access, kind: str, asked: Mapping[str, str]) -> AsyncIterator[Row]:
        offset = ""
        for _ in range(PAGES):
            page = await self.page(access, kind, asked, offset)
            for row in fitting(kind, page.rows):
                yield row
            if not page.following:
                return
            offset = page.following

    async def page(self, access: Access, kind: str, asked: Mapping[str, str], offset: str) -> Page:
        """One page of a list."""
        path, action = PLACES[kind]
        form = {"action": action, "data_fields": FIELDS[kind], **asked} | ({"offset": offset} if offset else {})
        body = await self.post(access.http, path, access.token, form)
        rows, following = inside(body, "series"), number(inside(body, "offset"), 1, 1e9)
        if not isinstance(rows, list):
            raise TryLater("Withings answered with something that is no list")
        name = str(int(following)) if rows and following and inside(body, "more") else ""
        return Page(rows, name if name != offset else "")


def status_of(said: object) -> int:
    """How it went: 0 is well; -1 where the answer does not say."""
    status = inside(said, "status")
    return status if isinstance(status, int) and not isinstance(status, bool) else -1


def trouble(status: int) -> TwingeError:
    """What a `status` other than 0 means for the caller."""
    if status == TOO_MANY:
        return RateLimited("Withings' rate limit is spent", after=MINUTE)
    if status in TOKEN_IS_DEAD:
        return TokenRefused("Withings refuses this access token")
    if status in NOT_ALLOWED:
        return Refused("Withings does not allow this: the athlete's consent does not cover it", 403)
    if status in WRONG:
        return Refused("Withings does not understand this call", 400)
    return TryLater("Withings answered with a status that is none of ours to mend")


def fitting(kind: str, rows: list[Any]) -> Iterator[Row]:
    """The rows that have the shape; the others are counted in the log."""
    for row in rows:
        try:
            yield parse(Workout if kind == WORKOUTS else Night, msgspec.json.encode(row))
        except Rejected as wrong:
            log.warning("hop=list platform=withings outcome=left_out field=%s", wrong.field)


def events(kind: str, rows: list[Row]) -> Iterator[Activity | Removed | Wellness]:
    """What the rows are in our words; one that cannot be is left out and not let spoil the others."""
    for row in rows:
        try:
            event = to_event(row) if isinstance(row, Workout) else to_morning(row) if isinstance(row, Night) else None
        except Rejected as wrong:
            log.warning("hop=list platform=withings outcome=left_out field=%s", wrong.field)
            continue
        if event is not None:
            yield event
