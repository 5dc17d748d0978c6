"""Everything under the first key: after an upgrade from plain, and when TWINGE_SECRET_KEY is changed.

A service may run meanwhile: batches are short, their rows are locked, and whoever stops in the middle goes on by
starting again. What is under the first key already is passed over by the database.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, func, literal, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store import codec
from twinge.store.engine import TROUBLE, Engines, Unusable, upsert
from twinge.store.kept import fitting
from twinge.store.marks import Marks
from twinge.store.seal import HEAD, Seal, WrongSecret
from twinge.store.spots import SPOTS, Spot, is_sealed, spots_of
from twinge.store.tables import address, repeat, sealing

ROWS: Final = 200
"""Rows of one batch at most,"""
BYTES: Final = 4 * 1024 * 1024
"""and bytes: one row may have 100 MB, and comes alone."""
WHOLE, KEY, SERVED, MARKS = "whole", "key:", "served:", "marks:"

Tell = Callable[[str, int], None]
Pause = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Count:
    """What came of a round, table by table."""

    sealed: dict[str, int] = field(default_factory=dict)
    """Rows that lie under the first key now and did not before."""
    shut: dict[str, int] = field(default_factory=dict)
    """Rows with a value that no key here opens."""


class Rotation:
    """Seals anew, and knows which keys are still needed."""

    def __init__(self, engines: Engines, seal: Seal, marks: Marks) -> None:
        self._engines, self._seal, self._marks = engines, seal, marks

    # ---- at the start ------------------------------------------------------------------------------------------------

    async def begin(self) -> bool:
        """Learn the old keys of what was hashed for good, note ours; whether everything is sealed.

        `WrongSecret` where values may lie here under a key that we do not have: nothing is to be written beside them.
        """
        async with self._engines.read() as tx:
            kept = {row.name: row.value for row in await tx.execute(select(sealing))}
        used = {name.removeprefix(KEY) for name in kept if name.startswith(KEY)}
        if missing := sorted(used - set(self._seal.ids)):
            raise WrongSecret(
                f"the database is sealed under the key {', '.join(missing)}, which is not here: set TWINGE_SECRET_KEY "
                "(or a line of secret.key) to it, behind a new one where you are changing keys; one that is lost for "
                "good is given up by `twinge keys lost`"
            )
        for name, value in kept.items():
            if name.startswith(MARKS):
                self._marks.remember(name.removeprefix(MARKS), self._seal.unwrap(value, "sealing.value", name))
        if self._seal.ids[0] not in used:
            await self._note(f"{KEY}{self._seal.ids[0]}", None)
        if WHOLE in kept:
            return True
        if await self.left():
            return False
        await self._note(WHOLE, None)
        return True

    async def _note(self, name: str, value: bytes | None) -> None:
        row = {"name": name, "value": value}
        try:
            async with self._engines.write() as tx:
                await tx.execute(upsert(tx.dialect.name, sealing).on_conflict_do_nothing(), row)
        except TROUBLE as error:
            cause = getattr(error, "orig", None) or type(error).__name__
            raise Unusable(f"the database cannot be written: {cause}; see to that and start again") from error

    async def missing(self) -> list[str]:
        """The ids of keys that values may lie under and that are not here."""
        async with self._engines.read() as tx:
            names = (await tx.execute(select(sealing.c.name).where(sealing.c.name.startswith(KEY)))).scalars()
        return sorted({name.removeprefix(KEY) for name in names} - set(self._seal.ids))

    async def serve(self) -> None:
        """Note that a service is at work that seals under our first key: one that knew only older ones has ended."""
        await self._note(f"{SERVED}{self._seal.ids[0]}", None)

    async def is_served(self) -> bool:
        """Whether one is, or was."""
        async with self._engines.read() as tx:
            wanted = select(sealing.c.name).where(sealing.c.name == f"{SERVED}{self._seal.ids[0]}")
            return (await tx.execute(wanted)).first() is not None

    # ---- the round ---------------------------------------------------------------------------------------------------

    async def run(self, tell: Tell, pause: Pause) -> Count:
        """Bring every value under the first key; `tell` hears of each batch (table, rows), `pause` comes after it."""
        found = Count()
        for table in tables():
            after: tuple[Any, ...] | None = None
            while True:
                async with self._engines.write() as tx:
                    rows = await self._page(tx, table, after)
                    changed, shut = await self._renew(tx, table, rows)
                if not rows:
                    break
                after = tuple(rows[-1][key.name] for key in table.primary_key)
                _add(found.sealed, table.name, changed)
                _add(found.shut, table.name, shut)
                tell(table.name, len(rows))
                await pause()
        return found

    async def finish(self) -> None:
        """Note that nothing is plain any more, and let nothing that was stay in the database's log."""
        await self._note(WHOLE, None)
        await self._engines.fold_log()

    async def left(self) -> dict[str, int]:
        """Rows that are not wholly under the first key: table → how many."""
        found = {}
        async with self._engines.read() as tx:
            for table in tables():
                wanted = select(func.count()).select_from(table).where(self._other(table))
                if number := int((await tx.execute(wanted)).scalar_one()):
                    found[table.name] = number
        return found

    async def retire(self) -> Sequence[str]:
        """Nothing lies under the older keys any more: keep what they hashed for good, forget them; their ids.

        `Unusable` while something does. Keys that are not in the setting any more stay known for their hashes.
        """
        old = list(self._seal.ids[1:])
        for one in old:
            name = f"{MARKS}{one}"
            await self._note(name, self._seal.wrap(self._marks.keys[one], "sealing.value", name))
        if rest := await self.left():
            raise Unusable(f"still under another key: {in_words(rest)}; run `twinge keys rotate` again")
        async with self._engines.write() as tx:
            names = [f"{word}{one}" for word in (KEY, SERVED) for one in old]
            await tx.execute(delete(sealing).where(sealing.c.name.in_(names)))
        return old

    async def last_repeat(self, now: datetime) -> datetime | None:
        """Until when an answer to an Idempotency-Key stands that only an older key finds; None where there is none.

        Only who called can open those, so they are not sealed anew.
        """
        older = repeat.c.answer.is_not(None) & (func.substr(repeat.c.answer, 1, HEAD) != literal(self._seal.head))
        living = repeat.c.expires_ms > codec.to_ms(now)
        async with self._engines.read() as tx:
            last = (await tx.execute(select(func.max(repeat.c.expires_ms)).where(older, living))).scalar_one()
        return codec.maybe_at(last)

    # ---- one batch ---------------------------------------------------------------------------------------------------

    def _other(self, table: Table) -> ColumnElement[bool]:
        """Rows with a value that is not under the first key; what is empty has none.

        And addresses that cannot be found: on the way down and up again the schema loses what they are found by.
        """
        other = or_(*(_is_other(spot, self._seal.head) for spot in spots_of(table)))
        return other | ((address.c.address != "") & address.c.blind.is_(None)) if table is address else other

    async def _page(
        self, tx: AsyncConnection, table: Table, after: tuple[Any, ...] | None
    ) -> Sequence[Mapping[str, Any]]:
        """The next rows to be done, as they are, by the primary key."""
        keys = list(table.primary_key)
        size: ColumnElement[int] = sum(
            (func.coalesce(func.length(spot.column), 0) for spot in spots_of(table)), start=literal(0)
        )
        wanted = select(*keys, size.label("bytes")).where(self._other(table)).order_by(*keys).limit(ROWS)
        if after is not None:
            wanted = wanted.where(tuple_(*keys) > tuple_(*after))
        names = [tuple(row)[:-1] for row in fitting((await tx.execute(wanted)).all(), BYTES)]
        if not names:
            return []
        # Locked, so that nobody changes one between reading and writing: on SQLite nobody can.
        rows = await tx.execute(select(table).where(tuple_(*keys).in_(names)).order_by(*keys).with_for_update())
        return [dict(row._mapping) for row in rows]

    async def _renew(self, tx: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
        """Seal these rows anew: how many were, and how many do not open."""
        alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        shut = 0
        for row in rows:
            try:
                values = self._values(table, row)
            except WrongSecret:
                shut += 1
                continue
            named = {f"b_{name}": row[name] for name in _key(table)}
            alike.setdefault(tuple(values), []).append(named | {f"to_{name}": value for name, value in values.items()})
        for names, some in alike.items():
            mine = and_(*(table.c[name] == bindparam(f"b_{name}") for name in _key(table)))
            await tx.execute(update(table).where(mine).values({name: bindparam(f"to_{name}") for name in names}), some)
        return len(rows) - shut, shut

    def _values(self, table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for spot in spots_of(table):
            if row[spot.column.name]:
                opened = self._open(spot, row)
                values[spot.column.name] = spot.wrap(self._seal, row, opened)
                if table is address:
                    parts = ("address", row["channel"], opened.decode("utf-8", "surrogatepass"))
                    values["blind"] = self._seal.blind(*parts)
        return values

    def _open(self, spot: Spot, row: Mapping[str, Any]) -> bytes:
        """The value, sealed under any key that is here, or plain from a version that sealed none."""
        value = row[spot.column.name]
        if is_sealed(value) or spot.was_sealed:
            return spot.unwrap(self._seal, row)
        return bytes(value) if spot.is_raw else str(value).encode("utf-8", "surrogatepass")


def tables() -> list[Table]:
    """Every table with a sealed column, the short ones first."""
    named = {spot.table.name: spot.table for spot in SPOTS}
    return list(named.values())


def in_words(rows: Mapping[str, int]) -> str:
    """Counts for a person."""
    return ", ".join(f"{number} of {name}" for name, number in rows.items())


def _key(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]


def _is_other(spot: Spot, head: bytes) -> ColumnElement[bool]:
    begins = literal(head if spot.is_raw else head.decode())
    return and_(func.length(spot.column) > 0, func.substr(spot.column, 1, HEAD) != begins)


def _add(found: dict[str, int], name: str, number: int) -> None:
    if number:
        found[name] = found.get(name, 0) + number
