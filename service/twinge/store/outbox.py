"""The outbox: every nudge with what became of it, and every silence with its reason.

States: waiting → taken (a send is under way) → sent → delivered, or failed · unknown (the answer was lost) · expired ·
void (withdrawn before it was sent). Receipts move a nudge forward only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.model import Held, Nudge, Said, Severity, Voice
from twinge.core.relay import EFFORT
from twinge.store import codec
from twinge.store.addresses import Address
from twinge.store.among import among
from twinge.store.bell import Bell
from twinge.store.engine import Engines, upsert
from twinge.store.feed import NAMED, happened, of_nudges, tell
from twinge.store.page import EVERYTHING, Filter, Page, between, cut, equal, page
from twinge.store.seal import Seal
from twinge.store.spoken import (
    Spoken,
    held_row,
    nudge_row,
    read_held,
    read_nudge,
    read_said,
    read_spoken,
)
from twinge.store.tables import athlete, held, nudge

MEANT = ("waiting", "taken", "unknown", "sent", "delivered")
"""States in which a nudge counts as said."""


PAGE = "me"
"""The channel of the athlete's page."""
_QUEUED = "queued"
CHANGED = "the workout changed"
"""Why a nudge was withdrawn that may come back when the history is folded again."""


class Outbox:
    """Nudges and held ones."""

    def __init__(self, engines: Engines, seal: Seal) -> None:
        self._engines, self._seal = engines, seal
        self.bell = Bell(engines, "outbox")
        """Rung when a nudge may be waiting. A hint only: whoever waits for it also polls."""

    def has_queued(self, tx: AsyncConnection) -> bool:
        """Whether `tx` has queued a nudge: then ring once it is committed."""
        return bool(tx.info.pop(_QUEUED, False))

    async def put(self, tx: AsyncConnection, nudges: Iterable[tuple[Nudge, Address, Voice]]) -> None:
        """Queue nudges for an address. One that was queued before under this id is queued again only if nothing went
        out, and nothing but a change of the workout took it back: its time and words may have changed with it."""
        nudges = list(nudges)
        rows = [nudge_row(self._seal, one, place, voice) for one, place, voice in nudges]
        if not rows:
            return
        tx.info[_QUEUED] = True
        # The words of a copy are older than the copy.
        now = max(one.not_before if one.copy_of else one.made_at for one, _, _ in nudges)
        statement = upsert(tx.dialect.name, nudge)
        fresh = {name: statement.excluded[name] for name in rows[0] if name not in {"athlete_id", "id"}}
        kept = statement.on_conflict_do_update(
            index_elements=["athlete_id", "id"],
            set_={**fresh, "reason": None},
            where=((nudge.c.state == "waiting") | ((nudge.c.state == "void") & (nudge.c.reason == CHANGED)))
            & nudge.c.taken_ms.is_(None),
        )
        made = await tx.execute(kept.returning(*NAMED), rows)
        await tell(tx, of_nudges(made.all(), now))

    async def hold(self, tx: AsyncConnection, silences: Iterable[Held]) -> None:
        """Keep what was not said, with the reason."""
        rows = [held_row(one) for one in silences]
        if rows:
            # A send that was under way may end after its athlete was erased: that leaves nothing behind.
            there = select(athlete.c.id).where(athlete.c.id.in_({row["athlete_id"] for row in rows}))
            here = set((await tx.execute(there)).scalars())
            rows = [row for row in rows if row["athlete_id"] in here]
        if rows:
            statement = upsert(tx.dialect.name, held).on_conflict_do_nothing()
            kept = await tx.execute(statement.returning(*_SILENT), rows)
            await tell(tx, [_silence(row) for row in kept])

    async def held_since(
        self, tx: AsyncConnection, athlete_id: str, since: datetime, reasons: Collection[str]
    ) -> list[Held]:
        """What was held for one of `reasons` since, oldest first."""
        first = _place(since)
        mine = (held.c.athlete_id == athlete_id) & (held.c.id >= first) & held.c.reason.in_(reasons)
        return [read_held(row) for row in await tx.execute(select(held).where(mine).order_by(held.c.id))]

    async def said(self, tx: AsyncConnection, ids: Collection[str], since: datetime) -> dict[str, list[Said]]:
        """What was said to these athletes since, oldest first; voided, expired and failed ones are left out.

        The same words to several addresses were said once, and an answer to any of them is an answer.
        """
        found: dict[str, dict[str, Said]] = {}
        for row in await tx.execute(_SAID, {"ids": list(ids), "since": codec.to_ms(since)}):
            said, mine = read_said(row), found.setdefault(row.athlete_id, {})
            first = mine.get(row.copy_of or row.id)
            mine[row.copy_of or row.id] = said if first is None else _merged(first, said)
        return {athlete_id: list(mine.values()) for athlete_id, mine in found.items()}

    async def waiting(self, tx: AsyncConnection, athlete_id: str) -> list[Nudge]:
        """The nudges of one athlete that have not been sent yet, copies left out."""
        mine = (nudge.c.athlete_id == athlete_id) & nudge.c.copy_of.is_(None)
        wanted = select(nudge).where(mine, nudge.c.state == literal_column("'waiting'"))
        return [read_nudge(self._seal, row) for row in await tx.execute(wanted)]

    async def meant(self, tx: AsyncConnection, athlete_id: str, ids: Collection[str]) -> set[str]:
        """Which of these nudges of one athlete went out, or wait to."""
        mine = (nudge.c.athlete_id == athlete_id) & nudge.c.id.in_(ids) & nudge.c.state.in_(MEANT)
        return set((await tx.execute(select(nudge.c.id).where(mine))).scalars())

    async def withdraw(
        self, tx: AsyncConnection, athlete_id: str, ids: Collection[str], reason: str, now: datetime
    ) -> int:
        """Void nudges that are still waiting, and their copies; how many."""
        if not ids:
            return 0
        mine = (nudge.c.athlete_id == athlete_id) & (nudge.c.id.in_(ids) | nudge.c.copy_of.in_(ids))
        return await self._void(tx, mine, reason, now)

    async def silence(
        self, tx: AsyncConnection, place: Address, reason: str, now: datetime, *, alone: bool = True
    ) -> None:
        """Void every nudge that waits for an address, or (not `alone`) for any of its athlete's; try no other way."""
        mine = (nudge.c.address_id == place.id) if alone else (nudge.c.athlete_id == place.athlete_id)
        await self._void(tx, mine, reason, now)
        if not alone:
            await tx.execute(update(nudge).where(mine, nudge.c.again_ms.is_not(None)).values(again_ms=None))

    async def silence_all(self, tx: AsyncConnection, athlete_id: str, reason: str) -> None:
        """Void every nudge that waits for an athlete, and look at none of theirs again."""
        mine = nudge.c.athlete_id == athlete_id
        waits = mine & (nudge.c.state == literal_column("'waiting'"))
        await tx.execute(update(nudge).where(waits).values(state="void", reason=reason))
        await tx.execute(update(nudge).where(mine, nudge.c.again_ms.is_not(None)).values(again_ms=None))

    async def _void(self, tx: AsyncConnection, mine: ColumnElement[bool], reason: str, now: datetime) -> int:
        waits = nudge.c.state == literal_column("'waiting'")
        void = update(nudge).where(mine, waits).values(state="void", reason=reason, again_ms=None)
        gone = (await tx.execute(void.returning(*NAMED))).all()
        await tell(tx, of_nudges(gone, now))
        return len(gone)

    async def answered(self, tx: AsyncConnection, place: Address, now: datetime) -> Nudge | None:
        """Note an answer to the last nudge that went to an address; which one it was. Our own answers are none.

        The athlete's page shows what went everywhere, so an answer there is to the last of all; so it is from an
        address that nothing went to yet. An effort that was told once is not asked for any more.
        """
        mine, here = nudge.c.athlete_id == place.athlete_id, nudge.c.address_id == place.id
        row = None if place.channel == PAGE else await _last(tx, here)
        row = row or await _last(tx, mine)
        if row is None:
            return None
        one = read_nudge(self._seal, row)
        first = one.copy_of or one.id
        family = (nudge.c.athlete_id == one.athlete) & ((nudge.c.id == first) | (nudge.c.copy_of == first))
        await tx.execute(update(nudge).where(family).values(answered_ms=codec.to_ms(now), again_ms=None))
        one = replace(one, id=first, copy_of=None)
        return replace(one, facts={}) if row.answered_ms is not None and EFFORT in one.rules else one

    async def find_nudges(
        self, athlete_id: str, cursor: str | None = None, limit: int = 50, *, only: Filter = EVERYTHING
    ) -> Page[Spoken]:
        """Nudges, newest first; by span of their making, severity, state and rule."""
        mine = select(nudge).where(nudge.c.athlete_id == athlete_id, *_about(nudge, only))
        mine = mine.where(*between(nudge.c.made_ms, only), *equal((nudge.c.state, only.state)))
        async with self._engines.read() as tx:
            rows = (await tx.execute(cut(mine, [nudge.c.made_ms, nudge.c.id], cursor, limit))).all()
        return page(rows, ["made_ms", "id"], limit, [read_spoken(self._seal, row) for row in rows])

    async def find_nudge(self, athlete_id: str, name: str) -> Spoken | None:
        """One of the athlete's own nudges by its id, or None."""
        mine = (nudge.c.athlete_id == athlete_id) & (nudge.c.id == name)
        async with self._engines.read() as tx:
            row = (await tx.execute(select(nudge).where(mine))).one_or_none()
        return None if row is None else read_spoken(self._seal, row)

    async def get_held(self, athlete_id: str, held_id: str) -> Held | None:
        """One silence, or None."""
        mine = (held.c.athlete_id == athlete_id) & (held.c.id == held_id)
        async with self._engines.read() as tx:
            row = (await tx.execute(select(held).where(mine))).one_or_none()
        return None if row is None else read_held(row)

    async def find_held(
        self, athlete_id: str, cursor: str | None = None, limit: int = 50, *, only: Filter = EVERYTHING
    ) -> Page[Held]:
        """Held ones, newest first; by span, severity, reason and rule."""
        mine = select(held).where(held.c.athlete_id == athlete_id, *_about(held, only))
        mine = mine.where(*between(held.c.id, only, _place), *equal((held.c.reason, only.reason)))
        async with self._engines.read() as tx:
            rows = (await tx.execute(cut(mine, [held.c.id], cursor, limit))).all()
        return page(rows, ["id"], limit, [read_held(row) for row in rows])

    async def counts(self) -> dict[str, int]:
        """How many nudges are in each state."""
        async with self._engines.read() as tx:
            rows = await tx.execute(select(nudge.c.state, func.count()).group_by(nudge.c.state))
            return {row[0]: row[1] for row in rows}


_SILENT = (held.c.athlete_id, held.c.at_ms, held.c.severity, held.c.rules, held.c.reason, held.c.activity, held.c.id)


def _silence(row: Any) -> dict[str, Any]:
    """What the feed tells of a silence."""
    facts = {
        "held": row.id,
        "severity": Severity(row.severity).word,
        "rules": codec.from_json(row.rules),
        "reason": row.reason,
        "activity_id": row.activity,
    }
    return happened(row.athlete_id, codec.from_ms(row.at_ms), "nudge", "held", facts)


def _about(table: Table, only: Filter) -> list[ColumnElement[bool]]:
    """By severity, and by one of the rules, which are kept as a JSON list."""
    severity = None if only.severity is None else int(only.severity)
    among = [] if only.rule is None else [table.c.rules.contains(f'"{only.rule}"', autoescape=True)]
    return [*equal((table.c.severity, severity)), *among]


def _place(at: datetime) -> str:
    """Where the ids of that moment's silences begin."""
    return f"{codec.to_ms(at):011x}"


async def _last(tx: AsyncConnection, whose: Any) -> Any:
    """The row of the last nudge that went out and asks for something."""
    went = whose & nudge.c.state.in_(["sent", "delivered", "unknown"]) & (nudge.c.rules != "[]")
    wanted = select(nudge).where(went).order_by(nudge.c.sent_ms.desc(), nudge.c.id.desc()).limit(1)
    return (await tx.execute(wanted)).one_or_none()


def this_one(one: Nudge) -> Any:
    """The condition that names one nudge."""
    return (nudge.c.athlete_id == one.athlete) & (nudge.c.id == one.id)


def _merged(first: Said, again: Said) -> Said:
    """One message in two places: answered in either, or not known where one of them cannot answer."""
    answered = True if first.answered or again.answered else None if None in {first.answered, again.answered} else False
    return first._replace(answered=answered)


_SAID = (
    select(nudge)
    .where(
        among(nudge.c.athlete_id, "ids"),
        nudge.c.not_before_ms >= bindparam("since"),
        nudge.c.state.in_(MEANT),
    )
    .order_by(nudge.c.not_before_ms)
)
