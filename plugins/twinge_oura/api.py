"""Oura's documents: one, or a page of them, with the heart rate of a workout beside it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import aiohttp
import msgspec

from twinge.core.model import Activity, Removed, Wellness
from twinge.event import parse
from twinge.plugin import Access, Inline, Pointer, Rejected
from twinge.plugin.dated import millis
from twinge.plugin.loose import inside
from twinge.plugin.vendor import DEADLINE, Refused, Response, call, decoded
from twinge_oura.mapping import (
    SLEEP,
    WORKOUT,
    Document,
    Readiness,
    Sleep,
    Workout,
    heart_of,
    is_document,
    to_event,
    to_night,
    to_readiness,
)

log = logging.getLogger("twinge.oura")
T = TypeVar("T")


class Api:
    """Calls below `base`."""

    def __init__(self, base: str, deadline: aiohttp.ClientTimeout = DEADLINE) -> None:
        self._base, self._deadline = base, deadline

    async def get(self, access: Access, path: str, query: Mapping[str, str] | None = None) -> Any:
        """The JSON at `path`. Raises as `twinge.plugin.vendor.call`."""
        return decoded(await self._ask(access, path, query), "Oura")

    async def document(
        self, access: Access, kind: str, found: str, version: int
    ) -> Activity | Removed | Wellness | None:
        """One document as an event; None where it tells nothing."""
        row = await self.get(access, f"{kind}/{found}")
        if kind != WORKOUT:
            return _morning(kind, row, version)
        workout = fit(Workout, row)
        return to_event(workout, await self._hearts(access, workout), version)

    async def _hearts(self, access: Access, workout: Workout) -> Sequence[Any]:
        """The beats during a workout; none where the athlete does not share them."""
        query = {"start_datetime": _stamp(workout.start_datetime), "end_datetime": _stamp(workout.end_datetime)}
        try:
            return heart_of(inside(await self.get(access, "heartrate", query), "data"))
        except Refused as refused:
            if refused.status not in {403, 404}:
                raise
            return ()

    async def pointers(self, access: Access, kind: str, since: datetime, page: str) -> tuple[list[Pointer], str | None]:
        """One page of a list as pointers, dated by the answer itself, and the name of the next."""
        answer, rows, following = await self._page(access, kind, since, page)
        ids = [row.id for row in _fitting(Document, rows) if is_document(row.id)]
        return [Pointer(access.owner, one, millis(answer.at), {"kind": kind}) for one in ids], following

    async def mornings(self, access: Access, kind: str, since: datetime, page: str) -> tuple[list[Inline], str | None]:
        """One page of nights or of readiness, and the name of the next; what does not fit is left out."""
        answer, rows, following = await self._page(access, kind, since, page)
        events = list[Inline]()
        for row in rows:
            try:
                event = _morning(kind, row, millis(answer.at))
            except Rejected as wrong:
                log.warning("hop=list platform=oura outcome=left_out field=%s", wrong.field)
                continue
            events += [Inline(access.owner, event)] if event else []
        return events, following

    async def _page(
        self, access: Access, kind: str, since: datetime, page: str
    ) -> tuple[Response, list[Any], str | None]:
        query = {"start_date": since.astimezone(UTC).date().isoformat()} | ({"next_token": page} if page else {})
        answer = await self._ask(access, kind, query)
        said = decoded(answer, "Oura")
        rows, following = inside(said, "data"), inside(said, "next_token")
        on = rows and isinstance(following, str) and following and following != page
        return answer, rows if isinstance(rows, list) else [], following if on else None

    async def _ask(self, access: Access, path: str, query: Mapping[str, str] | None) -> Response:
        url = f"{self._base}/{path}"
        return await call(
            access.http, "GET", url, vendor="Oura", token=access.token, query=query, deadline=self._deadline
        )


def fit(kind: type[T], row: object) -> T:
    """A decoded row as `kind`; raises `Rejected` naming the field."""
    return parse(kind, msgspec.json.encode(row))


def _morning(kind: str, row: object, version: int) -> Wellness | None:
    return to_night(fit(Sleep, row), version) if kind == SLEEP else to_readiness(fit(Readiness, row), version)


def _fitting(kind: type[T], rows: Sequence[Any]) -> list[T]:
    fitting: list[T] = []
    for row in rows:
        try:
            fitting.append(fit(kind, row))
        except Rejected as wrong:
            log.warning("hop=list platform=oura outcome=left_out field=%s", wrong.field)
    return fitting


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
