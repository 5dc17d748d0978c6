"""Mornings and reports: what was told in texts that may be told again, changed or not."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.model import Report, Wellness
from twinge.store import codec
from twinge.store.among import among
from twinge.store.engine import Engines
from twinge.store.page import EVERYTHING, Filter, Page, between, cut, page
from twinge.store.rows import save
from twinge.store.seal import Seal
from twinge.store.tables import report, wellness

T = TypeVar("T", Wellness, Report)
Place = tuple[str, str]
"""(athlete id, key)."""


class Text(NamedTuple):
    """What is kept of one text."""

    version: int
    blob: bytes


def is_news(kept: Text | None, item: Wellness | Report) -> bool:
    """Whether an arriving text is to be kept: the higher version holds, of two with one version the later arrival."""
    return kept is None or (item.version >= kept.version and codec.pack(item) != kept.blob)


class Texts(Generic[T]):
    """One table of texts, each with a key, a version and a time."""

    def __init__(
        self,
        engines: Engines,
        seal: Seal,
        table: Table,
        when: Callable[[T], Any],
        column: ColumnElement[Any],
        unpack: Callable[[bytes], T],
        to: Callable[[datetime], Any],
    ) -> None:
        """`when` gives a text's time as `column` keeps it, `to` does so with an instant."""
        self._engines, self._seal, self._table, self._column = engines, seal, table, column
        self._spot = f"{table.name}.blob"
        self._when: Callable[[T], Any] = when
        self._unpack: Callable[[bytes], T] = unpack
        self._to = to
        self._time = str(column.key)
        self.known_statement = select(table).where(among(table.c.athlete_id, "ids"), among(table.c.key, "keys"))

    async def known(self, tx: AsyncConnection, places: Collection[Place]) -> dict[Place, Text]:
        """What is kept of these."""
        if not places:
            return {}
        wanted = set(places)
        people, keys = {athlete_id for athlete_id, _ in wanted}, {key for _, key in wanted}
        rows = await tx.execute(self.known_statement, {"ids": list(people), "keys": list(keys)})
        found = {(row.athlete_id, row.key): Text(row.version, self._open(row)) for row in rows}
        return {place: kept for place, kept in found.items() if place in wanted}

    def read(self, kept: Text) -> T:
        """The text itself."""
        return self._unpack(kept.blob)

    def says_more(self, kept: Text | None, item: T) -> bool:
        """Whether news also says something else: vendors send a morning again and again, unchanged."""
        return kept is None or replace(self.read(kept), version=item.version) != item

    async def put(self, tx: AsyncConnection, items: Collection[tuple[str, T]]) -> None:
        """Write texts, as (athlete id, text), over what was there."""
        rows = [
            {
                "athlete_id": athlete_id,
                "key": item.key,
                self._time: self._when(item),
                "version": item.version,
                "blob": self._seal.wrap(codec.pack(item), self._spot, athlete_id, item.key),
            }
            for athlete_id, item in items
        ]
        await save(tx, self._table, rows)

    async def since(self, tx: AsyncConnection, athlete_id: str, first: Any) -> list[T]:
        """One athlete's texts from `first` on (a value of the time column), oldest first."""
        mine = (self._table.c.athlete_id == athlete_id) & (self._column >= first)
        rows = await tx.execute(select(self._table).where(mine).order_by(self._column, self._table.c.key))
        return [self._unpack(self._open(row)) for row in rows]

    def _open(self, row: Any) -> bytes:
        return self._seal.unwrap(row.blob, self._spot, row.athlete_id, row.key)

    async def get(self, athlete_id: str, key: str) -> T | None:
        """One text, or None."""
        async with self._engines.read() as tx:
            kept = (await self.known(tx, [(athlete_id, key)])).get((athlete_id, key))
        return None if kept is None else self.read(kept)

    async def find(
        self,
        athlete_id: str,
        cursor: str | None = None,
        limit: int = 50,
        *,
        only: Filter = EVERYTHING,
        without: Collection[str] = (),
    ) -> Page[T]:
        """Newest first; by span; those of the platforms `without` are left out."""
        mine = select(self._table).where(self._table.c.athlete_id == athlete_id)
        mine = mine.where(*between(self._column, only, self._to))
        for platform in without:
            mine = mine.where(~self._table.c.key.startswith(f"{platform}:", autoescape=True))
        async with self._engines.read() as tx:
            rows = (await tx.execute(cut(mine, [self._column, self._table.c.key], cursor, limit))).all()
        return page(rows, [self._time, "key"], limit, [self._unpack(self._open(row)) for row in rows])


def mornings(engines: Engines, seal: Seal) -> Texts[Wellness]:
    """Resting heart rate, variability, sleep; by day."""
    return Texts(engines, seal, wellness, lambda one: one.day.isoformat(), wellness.c.day, codec.unpack_wellness, _day)


def reports(engines: Engines, seal: Seal) -> Texts[Report]:
    """What the athletes told us; by instant."""
    return Texts(
        engines, seal, report, lambda one: codec.to_ms(one.at), report.c.at_ms, codec.unpack_report, codec.to_ms
    )


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"
