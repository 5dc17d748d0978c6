"""What every worker must know of a vendor: until when nobody calls it, and how our subscription there stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from twinge.store import codec
from twinge.store.engine import Engines, upsert
from twinge.store.tables import connection, vendor


@dataclass(frozen=True, slots=True)
class Vendor:
    """One platform's standing."""

    platform: str
    paused_until: datetime | None
    pause_reason: str
    checked_at: datetime | None
    trouble: str | None
    """What is wrong with the subscription, in words; None where nothing is known to be."""
    quiet: int = 0
    """Connections that fell silent, as last counted."""

    def is_paused(self, now: datetime) -> bool:
        """Whether nobody may call it now."""
        return self.paused_until is not None and self.paused_until > now


class Vendors:
    """The vendors."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def pause(self, platform: str, until: datetime, reason: str) -> None:
        """Nobody calls it before `until`; of two pauses the later end holds."""
        statement = upsert(self._engines.writer.dialect.name, vendor)
        row = {"platform": platform, "paused_ms": codec.to_ms(until), "pause_reason": reason}
        later = vendor.c.paused_ms.is_(None) | (vendor.c.paused_ms < statement.excluded.paused_ms)
        new = {name: statement.excluded[name] for name in ("paused_ms", "pause_reason")}
        async with self._engines.write() as tx:
            await tx.execute(statement.on_conflict_do_update(index_elements=["platform"], set_=new, where=later), row)

    async def paused(self, now: datetime) -> dict[str, Vendor]:
        """The platforms that nobody may call now."""
        return {name: one for name, one in (await self.all()).items() if one.is_paused(now)}

    async def note(self, platform: str, trouble: str | None, now: datetime) -> None:
        """The subscription was looked at."""
        statement = upsert(self._engines.writer.dialect.name, vendor)
        row = {"platform": platform, "pause_reason": "", "checked_ms": codec.to_ms(now), "trouble": trouble}
        new = {name: statement.excluded[name] for name in ("checked_ms", "trouble")}
        async with self._engines.write() as tx:
            await tx.execute(statement.on_conflict_do_update(index_elements=["platform"], set_=new), row)

    async def count_quiet(self, platform: str, quiet: int) -> None:
        """So many of its connections have fallen silent."""
        statement = upsert(self._engines.writer.dialect.name, vendor)
        row = {"platform": platform, "pause_reason": "", "quiet": quiet}
        new = {"quiet": statement.excluded.quiet}
        async with self._engines.write() as tx:
            await tx.execute(statement.on_conflict_do_update(index_elements=["platform"], set_=new), row)

    async def all(self) -> dict[str, Vendor]:
        """Every vendor of whom anything is noted."""
        async with self._engines.read() as tx:
            return {row.platform: _vendor(row) for row in await tx.execute(select(vendor))}

    async def seen(self, number: int, at: datetime) -> None:
        """A reconcile has asked about one connection, with an answer, up to then."""
        async with self._engines.write() as tx:
            await tx.execute(update(connection).where(connection.c.id == number).values(seen_ms=codec.to_ms(at)))


def _vendor(row: Any) -> Vendor:
    until, checked = codec.maybe_at(row.paused_ms), codec.maybe_at(row.checked_ms)
    return Vendor(row.platform, until, row.pause_reason, checked, row.trouble, row.quiet)
