"""The outbox as the sender sees it: what is due, and what became of a send.

States: waiting → taken (a send is under way) → sent → delivered, or failed · unknown (the answer was lost) · expired ·
void (withdrawn before it was sent).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.model import Nudge, Severity
from twinge.store import codec
from twinge.store.addresses import UNREADABLE
from twinge.store.among import among, not_among
from twinge.store.engine import Engines
from twinge.store.feed import tell_ends
from twinge.store.lanes import unread
from twinge.store.outbox import this_one
from twinge.store.seal import Seal, WrongSecret
from twinge.store.spoken import Taken, read_taken, with_people
from twinge.store.tables import nudge

UNDER_WAY = ("taken", "unknown")
STRANGERS = 20
"""How many nudges of channels that are no longer there are claimed at a time, to be ended."""
DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class End:
    """What became of a send."""

    state: str
    reason: str | None = None
    provider_id: str | None = None
    segments: int | None = None
    again_at: datetime | None = None
    """When it is to be looked at again."""


class Post:
    """Claims, ends, doubts."""

    def __init__(self, engines: Engines, seal: Seal) -> None:
        self._engines, self._seal = engines, seal

    async def claim(self, now: datetime, quotas: Mapping[str, int], capped: Collection[str] = ()) -> list[Taken]:
        """Due nudges, marked "taken" and committed: of each address the earliest, where no send is under way.

        At most `quotas` of each channel. For `capped` channels the last day's messages to each address are counted.
        """
        async with self._engines.write() as tx:
            seat = await self._engines.take_turn(tx, "outbox")
            rows: list[Any] = []
            for channel, quota in quotas.items():
                asked = {"now": codec.to_ms(now), "channel": channel, "n": quota * 4}
                rows += _earliest(await self._undisturbed(tx, (await tx.execute(_DUE, asked)).all()), quota)
            return await self._take(tx, rows, now, capped, seat)

    async def orphans(self, now: datetime, known: Collection[str]) -> list[Taken]:
        """Due nudges of channels that are not among the `known` ones any more, marked "taken"."""
        asked = {"now": codec.to_ms(now), "known": list(known), "n": STRANGERS}
        async with self._engines.read() as tx:
            if not (await tx.execute(_DUE_ELSEWHERE, asked)).all():
                return []
        async with self._engines.write() as tx:
            seat = await self._engines.take_turn(tx, "outbox")
            due = (await tx.execute(_DUE_ELSEWHERE, asked)).all()
            rows = _earliest(await self._undisturbed(tx, due), STRANGERS)
            return await self._take(tx, rows, now, (), seat)

    async def _take(
        self, tx: AsyncConnection, rows: Sequence[Any], now: datetime, capped: Collection[str], seat: int | None
    ) -> list[Taken]:
        if rows and seat is not None:
            rows = await self._lock(tx, rows, now)
        if not rows:
            return []
        at = codec.to_ms(now)
        marks = [{"b_athlete": row.athlete_id, "b_id": row.id, "at": at, "seat": seat} for row in rows]
        await tx.execute(_TAKE, marks)
        counted = await self._lately(tx, [row for row in rows if row.channel in capped], now)
        return await self._legible(tx, rows, now, counted)

    async def _legible(
        self, tx: AsyncConnection, rows: Sequence[Any], now: datetime, counted: Mapping[int, int]
    ) -> list[Taken]:
        """What was claimed; a message that does not open fails, and keeps nobody else's."""
        found: list[Taken] = []
        for row in rows:
            try:
                found.append(read_taken(self._seal, row, now, row.attempts + 1, counted.get(row.address_id, 0)))
            except WrongSecret:
                mine = (nudge.c.athlete_id == row.athlete_id) & (nudge.c.id == row.id)
                await tx.execute(update(nudge).where(mine).values(state="failed", reason=UNREADABLE, again_ms=None))
                await tell_ends(tx, [(row.id, "failed")], now)
        return found

    async def _undisturbed(self, tx: AsyncConnection, rows: Sequence[Any]) -> Sequence[Any]:
        """Those whose athletes have written nothing that is still unread: a STOP that was acknowledged counts at once.

        What is urgent goes all the same. The others come again with the next look, or are void by then.
        """
        disturbed = await unread(tx, self._seal, {row.athlete_id for row in rows}) if rows else set()
        return [row for row in rows if row.athlete_id not in disturbed or row.severity >= Severity.URGENT]

    async def _lock(self, tx: AsyncConnection, rows: Sequence[Any], now: datetime) -> Sequence[Any]:
        """These rows as they are now, without those that somebody is changing: they come next time, or are void.

        Chosen before they are locked, so that of one address never a later one goes first.
        """
        asked = {"athletes": list({row.athlete_id for row in rows}), "ids": [row.id for row in rows]}
        locked: Sequence[Any] = (await tx.execute(_STILL_DUE, {**asked, "now": codec.to_ms(now)})).all()
        return locked

    async def _lately(self, tx: AsyncConnection, rows: Sequence[Any], now: datetime) -> dict[int, int]:
        if not rows:
            return {}
        asked = {"ids": [row.address_id for row in rows], "since": codec.to_ms(now - DAY)}
        return {row[0]: row[1] for row in await tx.execute(_LATELY, asked)}

    async def settle(self, tx: AsyncConnection, ends: Iterable[tuple[Nudge, End]], now: datetime) -> None:
        """What became of sends. A receipt that was faster stays."""
        ends = list(ends)
        rows = [_end_row(one, end, codec.to_ms(now)) for one, end in ends]
        if rows:
            await tx.execute(_SETTLE, rows)
            await tell_ends(tx, [(one.id, end.state) for one, end in ends], now)

    async def postpone(
        self,
        tx: AsyncConnection,
        one: Nudge,
        not_before: datetime,
        reason: str,
        *,
        tried: bool = True,
        again_at: datetime | None = None,
    ) -> None:
        """Back to waiting, not before `not_before`; another channel is looked for at `again_at`, if not earlier."""
        values: dict[str, Any] = {"state": "waiting", "not_before_ms": codec.to_ms(not_before), "reason": reason}
        if not tried:
            values["attempts"] = nudge.c.attempts - 1
        if again_at is not None:
            values["again_ms"] = func.coalesce(nudge.c.again_ms, codec.to_ms(again_at))
        await tx.execute(update(nudge).where(this_one(one), nudge.c.state.in_(UNDER_WAY)).values(**values))

    async def doubt(self, tx: AsyncConnection, one: Nudge, look_at: datetime, reason: str, now: datetime) -> None:
        """The answer was lost: unknown, to be looked up at `look_at`."""
        values = {"state": "unknown", "look_ms": codec.to_ms(look_at), "reason": reason}
        await tx.execute(update(nudge).where(this_one(one), nudge.c.state.in_(UNDER_WAY)).values(**values))
        await tell_ends(tx, [(one.id, "unknown")], now)

    async def stale_taken(self, before: datetime) -> list[Taken]:
        """Sends that began before and were never settled, or whose process has gone: it died in the middle."""
        async with self._engines.read() as tx:
            seats = set((await tx.execute(_SENDING)).scalars())
            gone = await self._engines.vacant(tx, seats)
        return await self._taken(_STALE, before=codec.to_ms(before), gone=list(gone))

    async def doubtful(self, now: datetime, limit: int = 20) -> list[Taken]:
        """Unknown ones whose time to be looked up has come."""
        return await self._taken(_DOUBTFUL, now=codec.to_ms(now), n=limit)

    async def _taken(self, wanted: Select[Any], **asked: Any) -> list[Taken]:
        async with self._engines.read() as tx:
            rows = await tx.execute(wanted, asked)
            return [read_taken(self._seal, row, codec.from_ms(row.taken_ms), row.attempts) for row in rows]

    async def ids(self, athlete_id: str) -> frozenset[str]:
        """The ids of all that was meant for an athlete."""
        async with self._engines.read() as tx:
            rows = await tx.execute(select(nudge.c.id).where(nudge.c.athlete_id == athlete_id))
            return frozenset(rows.scalars())


def _end_row(one: Nudge, end: End, now_ms: int) -> dict[str, Any]:
    return {
        "b_athlete": one.athlete,
        "b_id": one.id,
        "to_state": end.state,
        "to_reason": end.reason,
        "to_again": None if end.again_at is None else codec.to_ms(end.again_at),
        "to_provider": end.provider_id,
        "to_segments": end.segments,
        "to_sent": now_ms if end.state in {"sent", "delivered"} else None,
    }


def _earliest(rows: Sequence[Any], most: int) -> list[Any]:
    """Of each address the first row."""
    first = {row.address_id if row.address_id is not None else row.id: row for row in reversed(rows)}
    return list(first.values())[::-1][:most]


def _due(of: ColumnElement[bool]) -> Select[Any]:
    other = nudge.alias("other")
    under_way = (
        select(literal_column("1"))
        .select_from(other)
        .where(
            other.c.athlete_id == nudge.c.athlete_id,
            other.c.address_id == nudge.c.address_id,
            other.c.state == literal_column("'taken'"),
        )
        .exists()
    )
    due = (nudge.c.state == literal_column("'waiting'")) & (nudge.c.not_before_ms <= bindparam("now"))
    order = (nudge.c.not_before_ms, nudge.c.made_ms, nudge.c.id)
    return with_people().where(of, due, ~under_way).order_by(*order).limit(bindparam("n"))


_STILL_DUE = (
    with_people()
    .where(among(nudge.c.athlete_id, "athletes"))
    .where(among(nudge.c.id, "ids"))
    .where(nudge.c.state == literal_column("'waiting'"), nudge.c.not_before_ms <= bindparam("now"))
    .order_by(nudge.c.not_before_ms, nudge.c.made_ms, nudge.c.id)
    .with_for_update(of=nudge, skip_locked=True)
)
_DUE = _due(nudge.c.channel == bindparam("channel"))
_DUE_ELSEWHERE = _due(not_among(nudge.c.channel, "known"))
_TAKE = (
    update(nudge)
    .where(nudge.c.athlete_id == bindparam("b_athlete"), nudge.c.id == bindparam("b_id"))
    .values(state="taken", taken_ms=bindparam("at"), attempts=nudge.c.attempts + 1, taken_by=bindparam("seat"))
)
_SETTLE = (
    update(nudge)
    .where(
        nudge.c.athlete_id == bindparam("b_athlete"),
        nudge.c.id == bindparam("b_id"),
        (nudge.c.state == literal_column("'taken'")) | (nudge.c.state == literal_column("'unknown'")),
    )
    .values(
        state=bindparam("to_state"),
        reason=bindparam("to_reason"),
        again_ms=bindparam("to_again"),
        provider_id=func.coalesce(bindparam("to_provider"), nudge.c.provider_id),
        segments=func.coalesce(bindparam("to_segments"), nudge.c.segments),
        sent_ms=func.coalesce(bindparam("to_sent"), nudge.c.sent_ms),
    )
)
_LATELY = (
    select(nudge.c.address_id, func.count())
    .where(among(nudge.c.address_id, "ids"), nudge.c.sent_ms >= bindparam("since"))
    .group_by(nudge.c.address_id)
)
_IS_TAKEN = nudge.c.state == literal_column("'taken'")
_SENDING = select(nudge.c.taken_by).where(_IS_TAKEN, nudge.c.taken_by.is_not(None)).distinct()
_STALE = with_people().where(_IS_TAKEN, (nudge.c.taken_ms < bindparam("before")) | among(nudge.c.taken_by, "gone"))
_DOUBTFUL = (
    with_people()
    .where(nudge.c.state == literal_column("'unknown'"), nudge.c.look_ms <= bindparam("now"))
    .order_by(nudge.c.look_ms)
    .limit(bindparam("n"))
)
