"""The outbox: every nudge with what became of it, and every silence with its reason.

States: waiting → taken (a send is under way) → sent → delivered, or failed · unknown (the answer was lost) · expired ·
void (withdrawn before it was sent). Receipts move a nudge forward only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.model import Held, Nudge, Said, Voice
from twinge.core.relay import EFFORT
from twinge.plugin import Receipt
from twinge.store import codec
from twinge.store.athletes import Address
from twinge.store.engine import Engines, upsert
from twinge.store.page import Page, cut, page
from twinge.store.spoken import (
    Spoken,
    Taken,
    held_row,
    nudge_row,
    read_held,
    read_nudge,
    read_place,
    read_said,
    read_spoken,
    read_taken,
)
from twinge.store.tables import address, athlete, held, nudge

FORWARD = {"waiting": 0, "taken": 1, "unknown": 2, "sent": 3, "failed": 4, "delivered": 5}
"""Rank of the states a receipt may move between; void and expired are ends of our own."""
MEANT = ("waiting", "taken", "unknown", "sent", "delivered")
"""States in which a nudge counts as said."""


CHANGED = "the workout changed"
"""Why a nudge was withdrawn that may come back when the history is folded again."""


class Outbox:
    """Nudges and held ones."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def put(self, tx: AsyncConnection, nudges: Iterable[tuple[Nudge, Address, Voice]]) -> None:
        """Queue nudges for an address. One that was queued before under this id is queued again only if nothing went
        out, and nothing but a change of the workout took it back: its time and words may have changed with it."""
        rows = [nudge_row(one, place, voice) for one, place, voice in nudges]
        if not rows:
            return
        statement = upsert(tx.dialect.name, nudge)
        fresh = {name: statement.excluded[name] for name in rows[0] if name not in {"athlete_id", "id"}}
        await tx.execute(
            statement.on_conflict_do_update(
                index_elements=["athlete_id", "id"],
                set_={**fresh, "reason": None},
                where=((nudge.c.state == "waiting") | ((nudge.c.state == "void") & (nudge.c.reason == CHANGED)))
                & nudge.c.taken_ms.is_(None),
            ),
            rows,
        )

    async def hold(self, tx: AsyncConnection, silences: Iterable[Held]) -> None:
        """Keep what was not said, with the reason."""
        rows = [held_row(one) for one in silences]
        if rows:
            await tx.execute(upsert(tx.dialect.name, held).on_conflict_do_nothing(), rows)

    async def held_since(
        self, tx: AsyncConnection, athlete_id: str, since: datetime, reasons: Collection[str]
    ) -> list[Held]:
        """What was held for one of `reasons` since, oldest first."""
        first = f"{codec.to_ms(since):011x}"
        mine = (held.c.athlete_id == athlete_id) & (held.c.id >= first) & held.c.reason.in_(reasons)
        return [read_held(row) for row in await tx.execute(select(held).where(mine).order_by(held.c.id))]

    async def said(self, tx: AsyncConnection, ids: Collection[str], since: datetime) -> dict[str, list[Said]]:
        """What was said to these athletes since, oldest first; voided, expired and failed ones are left out."""
        found: dict[str, list[Said]] = {}
        for row in await tx.execute(_SAID, {"ids": list(ids), "since": codec.to_ms(since)}):
            found.setdefault(row.athlete_id, []).append(read_said(row))
        return found

    async def waiting(self, tx: AsyncConnection, athlete_id: str) -> list[Nudge]:
        """The nudges of one athlete that have not been sent yet."""
        wanted = select(nudge).where(nudge.c.athlete_id == athlete_id, nudge.c.state == literal_column("'waiting'"))
        return [read_nudge(row) for row in await tx.execute(wanted)]

    async def withdraw(self, tx: AsyncConnection, athlete_id: str, ids: Collection[str], reason: str) -> None:
        """Void nudges that are still waiting."""
        if ids:
            mine = (nudge.c.athlete_id == athlete_id) & nudge.c.id.in_(ids) & (nudge.c.state == "waiting")
            await tx.execute(update(nudge).where(mine).values(state="void", reason=reason))

    async def silence(self, tx: AsyncConnection, address_id: int, reason: str) -> None:
        """Void every nudge that waits for an address."""
        mine = (nudge.c.address_id == address_id) & (nudge.c.state == literal_column("'waiting'"))
        await tx.execute(update(nudge).where(mine).values(state="void", reason=reason))

    async def claim(self, now: datetime, limit: int = 20) -> list[Taken]:
        """Due nudges, marked "taken" and committed: the earliest of each athlete who has no send under way."""
        at = codec.to_ms(now)
        async with self._engines.write() as tx:
            rows = (await tx.execute(_DUE, {"now": at, "n": limit * 4})).all()
            first = list({row.athlete_id: row for row in reversed(rows)}.values())[::-1][:limit]
            if first:
                marks = [{"b_athlete": row.athlete_id, "b_id": row.id, "at": at} for row in first]
                await tx.execute(_TAKE, marks)
        return [read_taken(row, now, row.attempts + 1) for row in first]

    async def settle(
        self,
        tx: AsyncConnection,
        one: Nudge,
        state: str,
        *,
        now: datetime,
        reason: str | None = None,
        provider_id: str | None = None,
    ) -> None:
        """What became of a send. A receipt that was faster stays."""
        values: dict[str, Any] = {"state": state, "reason": reason}
        if provider_id is not None:
            values["provider_id"] = provider_id
        if state in {"sent", "delivered"}:
            values["sent_ms"] = codec.to_ms(now)
        mine = _this(one) & nudge.c.state.in_(["taken", "unknown"])
        await tx.execute(update(nudge).where(mine).values(**values))

    async def postpone(self, tx: AsyncConnection, one: Nudge, not_before: datetime, reason: str) -> None:
        """Back to waiting, not before `not_before`."""
        values = {"state": "waiting", "not_before_ms": codec.to_ms(not_before), "reason": reason}
        await tx.execute(update(nudge).where(_this(one), nudge.c.state.in_(["taken", "unknown"])).values(**values))

    async def doubt(self, tx: AsyncConnection, one: Nudge, look_at: datetime, reason: str) -> None:
        """The answer was lost: unknown, to be looked up at `look_at`."""
        values = {"state": "unknown", "look_ms": codec.to_ms(look_at), "reason": reason}
        await tx.execute(update(nudge).where(_this(one), nudge.c.state.in_(["taken", "unknown"])).values(**values))

    async def stale_taken(self, before: datetime) -> list[Taken]:
        """Sends that began before and were never settled: their process died in the middle."""
        async with self._engines.read() as tx:
            rows = await tx.execute(_STALE, {"before": codec.to_ms(before)})
            return [read_taken(row, codec.from_ms(row.taken_ms), row.attempts) for row in rows]

    async def doubtful(self, now: datetime, limit: int = 20) -> list[Taken]:
        """Unknown ones whose time to be looked up has come."""
        async with self._engines.read() as tx:
            rows = await tx.execute(_DOUBTFUL, {"now": codec.to_ms(now), "n": limit})
            return [read_taken(row, codec.from_ms(row.taken_ms), row.attempts) for row in rows]

    async def receipt(self, tx: AsyncConnection, word: Receipt, now: datetime) -> Address | None:
        """Apply a channel's word, forward only. The address when the receipt says that it is dead."""
        row = (await tx.execute(_with_people().where(nudge.c.id == word.nudge))).first()
        if row is None or word.state not in {"sent", "delivered", "failed"}:
            return None
        if FORWARD[word.state] > FORWARD.get(row.state, 9):
            values: dict[str, Any] = {"state": word.state, "reason": word.reason}
            if row.sent_ms is None and word.state != "failed":
                values["sent_ms"] = codec.to_ms(now)
            await tx.execute(update(nudge).where(_this(read_nudge(row))).values(**values))
        if word.provider_id is not None:
            await tx.execute(update(nudge).where(_this(read_nudge(row))).values(provider_id=word.provider_id))
        return read_place(row) if word.disable else None

    async def answered(self, tx: AsyncConnection, address_id: int, now: datetime) -> Nudge | None:
        """Note an answer to the last nudge that went to an address; which one it was. Our own answers are none.

        An effort that was told once is not asked for any more.
        """
        went = (nudge.c.address_id == address_id) & nudge.c.state.in_(["sent", "delivered", "unknown"])
        went &= nudge.c.rules != "[]"
        wanted = select(nudge).where(went).order_by(nudge.c.sent_ms.desc(), nudge.c.id.desc()).limit(1)
        row = (await tx.execute(wanted)).one_or_none()
        if row is None:
            return None
        one = read_nudge(row)
        await tx.execute(update(nudge).where(_this(one)).values(answered_ms=codec.to_ms(now)))
        return replace(one, facts={}) if row.answered_ms is not None and EFFORT in one.rules else one

    async def find_nudges(self, athlete_id: str, cursor: str | None = None, limit: int = 50) -> Page[Spoken]:
        """Nudges, newest first."""
        mine = select(nudge).where(nudge.c.athlete_id == athlete_id)
        async with self._engines.read() as tx:
            rows = (await tx.execute(cut(mine, [nudge.c.made_ms, nudge.c.id], cursor, limit))).all()
        return page(rows, ["made_ms", "id"], limit, [read_spoken(row) for row in rows])

    async def find_held(self, athlete_id: str, cursor: str | None = None, limit: int = 50) -> Page[Held]:
        """Held ones, newest first."""
        mine = select(held).where(held.c.athlete_id == athlete_id)
        async with self._engines.read() as tx:
            rows = (await tx.execute(cut(mine, [held.c.id], cursor, limit))).all()
        return page(rows, ["id"], limit, [read_held(row) for row in rows])

    async def counts(self) -> dict[str, int]:
        """How many nudges are in each state."""
        async with self._engines.read() as tx:
            rows = await tx.execute(select(nudge.c.state, func.count()).group_by(nudge.c.state))
            return {row[0]: row[1] for row in rows}


def _this(one: Nudge) -> Any:
    return (nudge.c.athlete_id == one.athlete) & (nudge.c.id == one.id)


def _with_people() -> Select[Any]:
    """A nudge with its athlete's profile and its address."""
    place = (
        address.c.channel.label("a_channel"),
        address.c.address.label("a_address"),
        address.c.consent_ms.label("a_consent_ms"),
        address.c.consent_how.label("a_consent_how"),
        address.c.disabled_reason.label("a_disabled_reason"),
        address.c.stopped_ms.label("a_stopped_ms"),
    )
    joined = nudge.join(athlete, athlete.c.id == nudge.c.athlete_id).outerjoin(
        address, address.c.id == nudge.c.address_id
    )
    return select(nudge, athlete.c.profile, *place).select_from(joined)


def _due() -> Select[Any]:
    other = nudge.alias("other")
    under_way = (
        select(literal_column("1"))
        .select_from(other)
        .where(other.c.athlete_id == nudge.c.athlete_id, other.c.state == literal_column("'taken'"))
        .exists()
    )
    due = (nudge.c.state == literal_column("'waiting'")) & (nudge.c.not_before_ms <= bindparam("now"))
    order = (nudge.c.not_before_ms, nudge.c.made_ms, nudge.c.id)
    return _with_people().where(due, ~under_way).order_by(*order).limit(bindparam("n"))


_DUE = _due()
_TAKE = (
    update(nudge)
    .where(nudge.c.athlete_id == bindparam("b_athlete"), nudge.c.id == bindparam("b_id"))
    .values(state="taken", taken_ms=bindparam("at"), attempts=nudge.c.attempts + 1)
)
_STALE = _with_people().where(nudge.c.state == literal_column("'taken'"), nudge.c.taken_ms < bindparam("before"))
_DOUBTFUL = (
    _with_people()
    .where(nudge.c.state == literal_column("'unknown'"), nudge.c.look_ms <= bindparam("now"))
    .order_by(nudge.c.look_ms)
    .limit(bindparam("n"))
)
_SAID = (
    select(nudge)
    .where(
        nudge.c.athlete_id.in_(bindparam("ids", expanding=True)),
        nudge.c.not_before_ms >= bindparam("since"),
        nudge.c.state.in_(MEANT),
    )
    .order_by(nudge.c.not_before_ms)
)
