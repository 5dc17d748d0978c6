"""What the rules of `twinge.keep` mean in tables; counted, or deleted in batches that each are a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Table, and_, delete, func, select, tuple_

from twinge.keep import Rule
from twinge.store import codec
from twinge.store.engine import Engines
from twinge.store.tables import (
    activity,
    audit,
    departed,
    erasure,
    finding,
    handshake,
    held,
    inbox,
    link,
    nudge,
    occurrence,
    report,
    spent,
    ticket,
    verification,
    visit,
    wellness,
)

BATCH: Final = 500
OVER: Final = ("sent", "delivered", "failed", "expired", "void")
"""States of a nudge that nothing happens to any more."""

By = Callable[[str], ColumnElement[bool]]
"""The condition that a row came from one source."""


class Part(NamedTuple):
    """Rows of one table that belong to a kind."""

    table: Table
    when: ColumnElement[Any]
    which: ColumnElement[bool] | None = None
    by: By | None = None
    derived: bool = False
    """Whether it follows from the kind, and has a kind of its own where no source is named."""


def _column(column: ColumnElement[Any]) -> By:
    return lambda source: column == source


def _prefix(column: ColumnElement[Any]) -> By:
    return lambda source: column.startswith(f"{source}:", autoescape=True)


def _deliveries(state: str) -> tuple[Part, ...]:
    return (Part(inbox, inbox.c.received_ms, inbox.c.state == state, _column(inbox.c.platform)),)


PARTS: Final[dict[str, tuple[Part, ...]]] = {
    "deliveries": _deliveries("done"),
    "strays": _deliveries("stray"),
    "dead": _deliveries("dead"),
    "activities": (
        Part(finding, finding.c.at_ms, None, _prefix(finding.c.activity), derived=True),
        Part(held, held.c.at_ms, None, _prefix(held.c.activity), derived=True),
        Part(activity, activity.c.start_ms, None, _column(activity.c.platform)),
    ),
    "mornings": (Part(wellness, wellness.c.day, None, _prefix(wellness.c.key)),),
    "reports": (Part(report, report.c.at_ms, None, _prefix(report.c.key)),),
    "ended": (),  # connections.Rounds.forget: what goes has to be folded anew
    "findings": (Part(finding, finding.c.at_ms),),
    "nudges": (Part(nudge, nudge.c.made_ms, nudge.c.state.in_(OVER) & nudge.c.again_ms.is_(None)),),
    "held": (Part(held, held.c.at_ms),),
    "entries": tuple(Part(each, each.c.expires_ms) for each in (link, visit, ticket, handshake)),
    "codes": (Part(verification, verification.c.made_ms),),
    "tallies": (Part(spent, spent.c.day),),
    "runs": (Part(occurrence, occurrence.c.due_ms, occurrence.c.name != "probe"),),
    "audit": (Part(audit, audit.c.at_ms),),
    "erasures": (Part(erasure, erasure.c.done_ms),),
}


class Retention:
    """Counts and deletes what is too old."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def count(self, rule: Rule, now: datetime) -> int:
        """How many rows a rule would delete."""
        total = 0
        async with self._engines.read() as tx:
            for table, old in _old(rule, now):
                total += (await tx.execute(select(func.count()).select_from(table).where(old))).scalar_one()
        return total

    async def apply(self, rule: Rule, now: datetime) -> int:
        """Delete them; between two batches everybody else has a turn."""
        total = 0
        for table, old in _old(rule, now):
            while batch := await self._batch(table, old):
                total += batch
                await asyncio.sleep(0)
        return total

    async def sweep(self, now: datetime) -> None:
        """Forget the sources of those who left long ago."""
        async with self._engines.write() as tx:
            await tx.execute(delete(departed).where(departed.c.until_ms < codec.to_ms(now)))

    async def _batch(self, table: Table, old: ColumnElement[bool]) -> int:
        keys = list(table.primary_key)
        async with self._engines.write() as tx:
            rows = (await tx.execute(select(*keys).where(old).limit(BATCH))).all()
            if rows:
                await tx.execute(delete(table).where(tuple_(*keys).in_([tuple(row) for row in rows])))
        return len(rows)


def _old(rule: Rule, now: datetime) -> list[tuple[Table, ColumnElement[bool]]]:
    """Each table with the condition of what is too old there."""
    before = now - timedelta(days=rule.days)
    return [
        (part.table, and_(*_conditions(part, rule, before)))
        for part in PARTS[rule.kind]
        if rule.source or not part.derived
    ]


def _conditions(part: Part, rule: Rule, before: datetime) -> list[ColumnElement[bool]]:
    edge: int | str = before.date().isoformat() if part.when.key == "day" else codec.to_ms(before)
    found = [part.when < edge]
    if part.which is not None:
        found.append(part.which)
    if part.by is not None:
        found += [part.by(rule.source)] if rule.source else [~part.by(other) for other in rule.others]
    return found
