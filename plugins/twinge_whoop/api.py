"""WHOOP's API: one workout, one night with its recovery, and their lists (https://developer.whoop.com/api)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import aiohttp

from twinge.core.model import Activity, Removed, Wellness
from twinge.plugin import Access, RateLimited, Rejected, TryLater
from twinge.plugin.loose import inside
from twinge.plugin.vendor import DEADLINE, LONGEST_PAUSE, Refused, Response, call, decoded, pause_of
from twinge_whoop.mapping import NIGHT, WORKOUT, Recovery, Row, Sleep, Workout, fit, to_event, to_wellness

log = logging.getLogger("twinge.whoop")
T = TypeVar("T")

PLACES = {WORKOUT: "activity/workout", NIGHT: "activity/sleep"}
PAGE = 25
"""The most that WHOOP gives."""
PAGES = 20
"""A reconcile looks back days, not years."""


class Api:
    """Calls below `base`."""

    def __init__(self, base: str, deadline: aiohttp.ClientTimeout = DEADLINE) -> None:
        self._base, self._deadline = base, deadline

    async def get(self, access: Access, path: str, query: Mapping[str, str] | None = None) -> Any:
        """The JSON at `path`. Raises as `vendor.call`; `RateLimited` holds for all: the limits are the app's own."""
        return decoded(await self._call("GET", access, path, query), "WHOOP")

    async def delete(self, access: Access, path: str) -> None:
        """DELETE `path`."""
        await self._call("DELETE", access, path)

    async def _call(self, method: str, access: Access, path: str, query: Mapping[str, str] | None = None) -> Response:
        url, deadline = f"{self._base}/{path}", self._deadline
        try:
            return await call(
                access.http,
                method,
                url,
                vendor="WHOOP",
                token=access.token,
                query=query,
                deadline=deadline,
                pause=pause,
            )
        except TryLater as later:
            if later.after is None:
                raise
            raise RateLimited(later.reason, after=later.after) from later

    async def workout(self, access: Access, found: str) -> Activity | Removed | None:
        """One workout; None while it has no score yet, or where it is somebody else's."""
        row = fit(Workout, await self.get(access, f"{PLACES[WORKOUT]}/{found}"))
        return to_event(row) if _ours(row, access, found) else None

    async def night(self, access: Access, found: str) -> Wellness | None:
        """One night with the recovery that it led to; None for a nap, a night without a score, or one that is gone."""
        try:
            sleep = fit(Sleep, await self.get(access, f"{PLACES[NIGHT]}/{found}"))
        except Refused as refused:
            if refused.status not in {404, 410}:
                raise
            return None
        if sleep.nap or not _ours(sleep, access, found):
            return None
        return to_wellness(sleep, await self._recovery(access, sleep))

    async def _recovery(self, access: Access, sleep: Sleep) -> Recovery | None:
        """The recovery of the sleep's cycle: there is no way to it by the night's own id."""
        try:
            found = fit(Recovery, await self.get(access, f"cycle/{sleep.cycle_id}/recovery"))
        except Refused as refused:
            if refused.status not in {403, 404}:  # 403: the athlete did not share recoveries
                raise
            return None
        return found if found.sleep_id == sleep.id else None

    async def since(self, access: Access, kind: str, since: datetime) -> Sequence[Row]:
        """The rows of a list since then. A nap is one of them: what it is shows when it is fetched."""
        rows, token = list[Row](), ""
        for _ in range(PAGES):
            found, token = await self._list(access, PLACES[kind], since, token)
            rows += _fitting(Row, found)
            if not token:
                break
        return rows

    async def page(
        self, access: Access, kind: str, since: datetime, token: str
    ) -> tuple[list[Activity | Removed | Wellness], str]:
        """One page of a list as events, and the name of the next; what does not fit is left out."""
        found, following = await self._list(access, PLACES.get(kind, PLACES[WORKOUT]), since, token)
        if kind != NIGHT:
            return [event for row in _fitting(Workout, found) if (event := to_event(row))], following
        nights = [one for one in _fitting(Sleep, found) if not one.nap]
        recoveries = await self._recoveries(access, nights)
        mornings = [to_wellness(one, recoveries.get(one.id)) for one in nights]
        return [morning for morning in mornings if morning], following

    async def _recoveries(self, access: Access, nights: Sequence[Sleep]) -> dict[str, Recovery]:
        """The recoveries of a page of nights, in one call: they are listed by the start of their sleep."""
        if not nights:
            return {}
        until = _stamp(max(one.end for one in nights))
        try:
            found, _ = await self._list(access, "recovery", min(one.start for one in nights), "", end=until)
        except Refused as refused:
            if refused.status != 403:
                raise
            return {}
        return {one.sleep_id: one for one in _fitting(Recovery, found)}

    async def _list(
        self, access: Access, path: str, since: datetime, token: str, end: str | None = None
    ) -> tuple[list[Any], str]:
        query = {"start": _stamp(since), "limit": str(PAGE)}
        query |= ({"end": end} if end else {}) | ({"nextToken": token} if token else {})
        said = await self.get(access, path, query)
        rows, following = inside(said, "records"), inside(said, "next_token")
        return rows if isinstance(rows, list) else [], following if rows and isinstance(following, str) else ""


def pause(headers: Mapping[str, str]) -> timedelta | None:
    """Retry-After where there is one, else X-RateLimit-Reset: seconds until the nearest limit ends, a day at most.

    https://developer.whoop.com/docs/developing/rate-limiting
    """
    reset = headers.get("X-RateLimit-Reset", "").strip()
    known = reset.isascii() and reset.isdigit() and len(reset) < 8
    return pause_of(headers) or (min(timedelta(seconds=int(reset)), LONGEST_PAUSE) if known else None)


def _fitting(kind: type[T], rows: Sequence[Any]) -> list[T]:
    """The rows that have the shape; the others are counted in the log."""
    fitting: list[T] = []
    for row in rows:
        try:
            fitting.append(fit(kind, row))
        except Rejected as wrong:
            log.warning("hop=list platform=whoop outcome=left_out field=%s", wrong.field)
    return fitting


def _ours(row: Row, access: Access, asked: str) -> bool:
    return str(row.user_id) == access.owner and row.id.lower() == asked.lower()


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
