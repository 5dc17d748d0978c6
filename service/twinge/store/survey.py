"""What an operator looks through: deliveries without their bodies, silences and failures of the last days, queues.

Every question is answered from an index, however much there is: states are written into the statements, because SQLite
does not use a partial index for a parameter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.model import Held
from twinge.store import codec
from twinge.store.engine import Engines
from twinge.store.kept import BODY_BYTES, OPEN
from twinge.store.keys import Audited
from twinge.store.outages import Spent
from twinge.store.page import Page, cut, page
from twinge.store.seal import Seal
from twinge.store.spoken import Spoken, read_held, read_spoken
from twinge.store.tables import audit, backfill, connection, farewell, glance, held, inbox, nudge, spent, wake


@dataclass(frozen=True, slots=True)
class Delivered:
    """A delivery without what came in it."""

    id: int
    platform: str
    key: str
    state: str
    note: str
    attempts: int
    delays: int
    size: int
    """Bytes that are kept of the body."""
    received_at: datetime
    not_before: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Queue:
    """Something that waits."""

    name: str
    depth: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Silent:
    """What was not said, and to whom."""

    name: str
    held: Held


@dataclass(frozen=True, slots=True)
class Failed:
    """A message that did not go out, and for whom it was."""

    name: str
    spoken: Spoken


class Survey:
    """Read only."""

    def __init__(self, engines: Engines, seal: Seal) -> None:
        self._engines, self._seal = engines, seal

    async def deliveries(
        self, state: str, platform: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[Delivered]:
        """Deliveries of one state, or ("all") of every one, newest first."""
        wanted = select(*_ENVELOPE)
        if state in (*OPEN, "done"):
            wanted = wanted.where(_is(state))
        if platform is not None:
            wanted = wanted.where(inbox.c.platform == platform)
        async with self._engines.read() as tx:
            rows = (await tx.execute(cut(wanted, [inbox.c.id], cursor, limit))).all()
        return page(rows, ["id"], limit, [_delivered(row) for row in rows])

    async def aside(self) -> dict[str, int]:
        """How many deliveries wait, are dead and are nobody's."""
        async with self._engines.read() as tx:
            return {state: await _count(tx, inbox.c.id, _is(state)) for state in OPEN}

    async def held(self, since: datetime) -> list[tuple[str, int]]:
        """How often each reason kept something silent since, the most frequent first."""
        wanted = select(held.c.reason, func.count()).where(held.c.at_ms >= codec.to_ms(since)).group_by(held.c.reason)
        async with self._engines.read() as tx:
            rows = [(str(row[0]), int(row[1])) for row in await tx.execute(wanted)]
        return sorted(rows, key=lambda row: (-row[1], row[0]))

    async def held_for(self, reason: str, since: datetime, cursor: str | None = None, limit: int = 50) -> Page[Silent]:
        """What one reason kept silent since, newest first."""
        lately = (held.c.at_ms >= codec.to_ms(since)) & (held.c.reason == reason)
        wanted = _named(held).where(lately)
        places = [held.c.at_ms, held.c.athlete_id, held.c.id]
        async with self._engines.read() as tx:
            rows = (await tx.execute(cut(wanted, places, cursor, limit))).all()
        found = [Silent(row.name or "", read_held(row)) for row in rows]
        return page(rows, ["at_ms", "athlete_id", "id"], limit, found)

    async def failed(self, since: datetime, cursor: str | None = None, limit: int = 50) -> Page[Failed]:
        """Messages that were to go out since and failed, newest first."""
        lately = (nudge.c.state == literal_column("'failed'")) & (nudge.c.not_before_ms >= codec.to_ms(since))
        places = [nudge.c.not_before_ms, nudge.c.athlete_id, nudge.c.id]
        async with self._engines.read() as tx:
            rows = (await tx.execute(cut(_named(nudge).where(lately), places, cursor, limit))).all()
        found = [Failed(row.name or "", read_spoken(self._seal, row)) for row in rows]
        return page(rows, ["not_before_ms", "athlete_id", "id"], limit, found)

    async def failures(self, since: datetime) -> dict[str, int]:
        """How many messages failed since, by channel."""
        lately = (nudge.c.state == literal_column("'failed'")) & (nudge.c.not_before_ms >= codec.to_ms(since))
        wanted = select(nudge.c.channel, func.count()).where(lately).group_by(nudge.c.channel)
        async with self._engines.read() as tx:
            return {row[0]: int(row[1]) for row in await tx.execute(wanted)}

    async def spent(self, since: datetime) -> dict[str, list[tuple[str, Spent]]]:
        """What each channel carried, day by day (UTC), oldest first."""
        day = since.astimezone(UTC).date().isoformat()
        found: dict[str, list[tuple[str, Spent]]] = {}
        async with self._engines.read() as tx:
            for row in await tx.execute(select(spent).where(spent.c.day >= day).order_by(spent.c.day)):
                found.setdefault(row.channel, []).append((row.day, Spent(row.messages, row.segments)))
        return found

    async def connections(self) -> Mapping[str, Mapping[str, int]]:
        """Connections by platform and state."""
        wanted = select(connection.c.platform, connection.c.state, func.count())
        grouped = wanted.group_by(connection.c.platform, connection.c.state)
        found: dict[str, dict[str, int]] = {}
        async with self._engines.read() as tx:
            for row in await tx.execute(grouped):
                found.setdefault(row[0], {})[row[1]] = int(row[2])
        return found

    async def queues(self, now: datetime) -> list[Queue]:
        """What waits, how much of it, and since when."""
        due = codec.to_ms(now)
        late = case((nudge.c.not_before_ms <= due, nudge.c.not_before_ms))
        outbox = select(func.count(), func.count(late), func.min(late))
        doubtful = nudge.c.state == literal_column("'unknown'")
        pasts = backfill.c.state == literal_column("'waiting'")
        async with self._engines.read() as tx:
            first = select(inbox.c.received_ms).where(_is("waiting")).order_by(inbox.c.id).limit(1)
            received = (await tx.execute(first)).scalar()
            # The state alone: with the time in it, SQLite may prefer an index over every message ever made.
            waiting, overdue, since = (await tx.execute(outbox.where(_WAITS))).one()
            return [
                Queue("deliveries", await _count(tx, inbox.c.id, _is("waiting")), codec.maybe_at(received)),
                Queue("messages that wait for their time", waiting - overdue, None),
                Queue("messages that are due", overdue, codec.maybe_at(since)),
                await _queue(tx, "messages in doubt", nudge.c.taken_ms, doubtful),
                await _queue(tx, "timers that are due", wake.c.due_ms, wake.c.due_ms <= due),
                await _queue(tx, "pasts that are being brought", backfill.c.begun_ms, pasts),
                await _queue(tx, "goodbyes that vendors have not heard", farewell.c.next_ms, farewell.c.id > 0),
            ]

    async def audit(
        self, actor: str = "", action: str = "", subject: str = "", cursor: str | None = None, limit: int = 50
    ) -> Page[Audited]:
        """The audit, newest first: by who (whole), what (its beginning) and about whom or what (whole)."""
        wanted = select(audit)
        if actor:
            wanted = wanted.where(audit.c.actor == actor)
        if action:
            wanted = wanted.where(audit.c.action.startswith(action, autoescape=True))
        if subject:
            wanted = wanted.where(audit.c.object == subject)
        async with self._engines.read() as tx:
            rows = (await tx.execute(cut(wanted, [audit.c.id], cursor, limit))).all()
        found = [
            Audited(row.id, codec.from_ms(row.at_ms), row.actor, row.action, row.object, row.detail) for row in rows
        ]
        return page(rows, ["id"], limit, found)

    async def names(self, ids: Collection[str]) -> dict[str, str]:
        """Names by id."""
        wanted = select(glance.c.athlete_id, glance.c.name).where(glance.c.athlete_id.in_(list(ids)))
        async with self._engines.read() as tx:
            return {row.athlete_id: row.name for row in await tx.execute(wanted)}


_ENVELOPE: Sequence[ColumnElement[Any]] = (
    *(column for column in inbox.c if column.name not in {"body", "envelope", "lane"}),
    BODY_BYTES.label("bytes"),
)

_WAITS = nudge.c.state == literal_column("'waiting'")


def _is(state: str) -> ColumnElement[bool]:
    """One of our own words, written out."""
    return inbox.c.state == literal_column(f"'{state}'")


def _named(table: Any) -> Select[Any]:
    return select(table, glance.c.name).select_from(table.outerjoin(glance, glance.c.athlete_id == table.c.athlete_id))


async def _count(tx: AsyncConnection, column: ColumnElement[Any], where: ColumnElement[bool]) -> int:
    return int((await tx.execute(select(func.count(column)).where(where))).scalar_one())


async def _queue(tx: AsyncConnection, name: str, clock: ColumnElement[Any], where: ColumnElement[bool]) -> Queue:
    depth, first = (await tx.execute(select(func.count(), func.min(clock)).where(where))).one()
    return Queue(name, int(depth), codec.maybe_at(first))


def _delivered(row: Any) -> Delivered:
    return Delivered(
        row.id,
        row.platform,
        row.key,
        row.state,
        row.note,
        row.attempts,
        row.delays,
        row.bytes,
        codec.from_ms(row.received_ms),
        codec.from_ms(row.not_before_ms),
        codec.maybe_at(row.settled_ms),
    )
