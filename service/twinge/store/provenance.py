"""From which platforms an athlete's data come, and since when: vendors' terms on showing them ask for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store import codec
from twinge.store.engine import Engines
from twinge.store.tables import activity, connection, report, wellness


class Span(NamedTuple):
    """When something of a platform's may have been in what we worked out and said."""

    since: datetime
    """Its first record, or the connection, whichever is earlier."""
    until: datetime | None
    """When all that had come from there was deleted; None while it is here, or may still come."""

    def covers(self, at: datetime) -> bool:
        """Whether something worked out at `at` may rest on it."""
        return self.since <= at and (self.until is None or at <= self.until)


class Provenance:
    """Reads what stands beside the records; writes nothing."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def spans(self, athlete_id: str) -> dict[str, Span]:
        """Every platform that has brought something for this athlete, or was connected to."""
        async with self._engines.read() as tx:
            ties = (await tx.execute(select(connection).where(connection.c.athlete_id == athlete_id))).all()
            firsts = await self._workouts(tx, athlete_id)
            for platform in {*firsts, *(tie.platform for tie in ties)}:
                told = await self._texts(tx, athlete_id, platform)
                if told := [*filter(None, (firsts.get(platform), *told))]:
                    firsts[platform] = min(told)
        found = {}
        for platform in {*firsts, *(tie.platform for tie in ties)}:
            mine = [tie for tie in ties if tie.platform == platform]
            begun = [*(codec.from_ms(tie.created_ms) for tie in mine), *filter(None, [firsts.get(platform)])]
            ends = [tie.forgotten_ms for tie in mine]
            gone = platform not in firsts and None not in ends
            found[platform] = Span(min(begun), codec.from_ms(max(ends)) if gone else None)
        return found

    async def _workouts(self, tx: AsyncConnection, athlete_id: str) -> dict[str, datetime]:
        """Start of each platform's first workout; a removed one counts, for what was said of it is still here."""
        mine = (activity.c.athlete_id == athlete_id) & (activity.c.start_ms > 0)
        wanted = select(activity.c.platform, func.min(activity.c.start_ms).label("first")).where(mine)
        rows = await tx.execute(wanted.group_by(activity.c.platform))
        return {row.platform: codec.from_ms(row.first) for row in rows}

    async def _texts(self, tx: AsyncConnection, athlete_id: str, platform: str) -> Iterable[datetime | None]:
        """The platform's first morning and first report."""
        prefix = f"{platform}:"
        day = select(func.min(wellness.c.day)).where(
            wellness.c.athlete_id == athlete_id, wellness.c.key.startswith(prefix, autoescape=True)
        )
        told = select(func.min(report.c.at_ms)).where(
            report.c.athlete_id == athlete_id, report.c.key.startswith(prefix, autoescape=True)
        )
        first, at = (await tx.execute(day)).scalar(), (await tx.execute(told)).scalar()
        return (None if first is None else datetime.fromisoformat(f"{first}T00:00+00:00"), codec.maybe_at(at))
