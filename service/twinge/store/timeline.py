"""One athlete's timeline: what happened, what was seen in it, said, kept silent and told, in one order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.core.model import Finding, Held, Report
from twinge.core.pain import Entry
from twinge.store import codec
from twinge.store.engine import Engines
from twinge.store.history import Recorded, read_finding
from twinge.store.page import Page, read_cursor, write_cursor
from twinge.store.seal import Seal
from twinge.store.spoken import Spoken, read_held, read_spoken
from twinge.store.tables import activity, finding, held, nudge, report

TIES: Final = 30
"""More things than this do not happen to one athlete in one millisecond: the rules are fewer."""

KINDS: Final = ("workout", "finding", "message", "held", "report", "story")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing at its instant."""

    at: datetime
    kind: str
    """One of `KINDS`."""
    key: str
    what: Recorded | Finding | Spoken | Held | Report | Entry

    @property
    def place(self) -> tuple[int, str, str]:
        """Where it stands in the order."""
        return codec.to_ms(self.at), self.kind, self.key


class Timeline:
    """Reads it, newest first."""

    def __init__(self, engines: Engines, seal: Seal) -> None:
        self._engines, self._seal = engines, seal

    async def find(
        self,
        athlete_id: str,
        kinds: Collection[str],
        cursor: str | None = None,
        limit: int = 50,
        more: Iterable[Line] = (),
    ) -> Page[Line]:
        """A page of `kinds`, with `more` lines (of the pain story, which lies in the state) put in their places."""
        before = None if cursor is None else _place(cursor)
        until = None if before is None else before[0]
        lines = [line for line in more if line.kind in kinds]
        async with self._engines.read() as tx:
            for kind in kinds:
                if kind in _READERS:
                    lines += await _READERS[kind](tx, self._seal, athlete_id, until, limit + TIES)
        ahead = sorted(
            (line for line in lines if before is None or line.place < before), key=lambda line: line.place, reverse=True
        )
        end = write_cursor(ahead[limit - 1].place) if len(ahead) > limit else None
        return Page(ahead[:limit], end)


def _place(cursor: str) -> tuple[int, str, str]:
    at, kind, key = read_cursor(cursor, (int, str, str))
    return at, kind, key


def _newest(table: Table, athlete_id: str, clock: ColumnElement[Any], until: Any, limit: int) -> Select[Any]:
    mine = select(table).where(table.c.athlete_id == athlete_id)
    if until is not None:
        mine = mine.where(clock <= until)
    return mine.order_by(clock.desc()).limit(limit)


async def _workouts(tx: AsyncConnection, seal: Seal, athlete_id: str, until: int | None, limit: int) -> list[Line]:
    wanted = _newest(activity, athlete_id, activity.c.start_ms, until, limit).where(activity.c.removed.is_(False))
    rows = await tx.execute(wanted)
    return [
        Line(codec.from_ms(row.start_ms), "workout", row.key, Recorded(codec.unpack_activity(row.blob), row.same_as))
        for row in rows
    ]


async def _findings(tx: AsyncConnection, seal: Seal, athlete_id: str, until: int | None, limit: int) -> list[Line]:
    rows = await tx.execute(_newest(finding, athlete_id, finding.c.at_ms, until, limit))
    return [
        Line(codec.from_ms(row.at_ms), "finding", f"{row.activity}|{row.rule}|{row.band}", read_finding(row))
        for row in rows
    ]


async def _messages(tx: AsyncConnection, seal: Seal, athlete_id: str, until: int | None, limit: int) -> list[Line]:
    rows = await tx.execute(_newest(nudge, athlete_id, nudge.c.not_before_ms, until, limit))
    return [Line(codec.from_ms(row.not_before_ms), "message", row.id, read_spoken(seal, row)) for row in rows]


async def _held(tx: AsyncConnection, seal: Seal, athlete_id: str, until: int | None, limit: int) -> list[Line]:
    last = None if until is None else f"{until + 1:011x}"  # an id begins with its instant
    rows = await tx.execute(_newest(held, athlete_id, held.c.id, last, limit))
    return [Line(codec.from_ms(row.at_ms), "held", row.id, read_held(row)) for row in rows]


async def _reports(tx: AsyncConnection, seal: Seal, athlete_id: str, until: int | None, limit: int) -> list[Line]:
    rows = await tx.execute(_newest(report, athlete_id, report.c.at_ms, until, limit))
    lines = []
    for row in rows:
        told = codec.unpack_report(seal.unwrap(row.blob, "report.blob", row.athlete_id, row.key))
        lines.append(Line(codec.from_ms(row.at_ms), "report", row.key, told))
    return lines


_Reader = Callable[[AsyncConnection, Seal, str, int | None, int], Awaitable[Sequence[Line]]]
_READERS: Mapping[str, _Reader] = {
    "workout": _workouts,
    "finding": _findings,
    "message": _messages,
    "held": _held,
    "report": _reports,
}
