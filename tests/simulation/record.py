"""What is left of a run: the world's notes beside the service's tables."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from simulation.people import Person
from simulation.world import World
from twinge.core.model import Athlete, Report
from twinge.store import Store, codec, tables
from twinge.store.spots import opened

TABLES = ("inbox", "nudge", "held", "finding", "activity", "wellness", "report", "address", "consent")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """Everything the invariants look at."""

    world: World
    people: Sequence[Person]
    athletes: dict[str, Athlete]
    """As the service keeps them in the end."""
    states: dict[str, bytes]
    rows: dict[str, list[Row]]
    """Table → its rows."""
    reports: dict[str, list[Report]]
    log: list[str] = field(default_factory=list)
    """What the service said about it."""

    @property
    def digest(self) -> str:
        """Everything that happened, as one short word: the trace and what the service has kept."""
        kept = [
            sorted(
                repr(sorted(row.items())) for row in self.rows[name] if not str(row.get("key", "")).startswith("again:")
            )
            for name in TABLES
        ]
        return hashlib.sha256(f"{self.world.digest()} {kept}".encode()).hexdigest()[:16]

    def of(self, table: str, athlete: str) -> list[Row]:
        """One athlete's rows."""
        return [row for row in self.rows[table] if row["athlete_id"] == athlete]


async def read(people: Sequence[Person], world: World, store: Store) -> Record:
    """All of it, at the end."""
    ids = [person.id for person in people]
    async with store.read() as tx:
        athletes = await store.athletes.load(tx, ids)
        rows: dict[str, list[Row]] = {}
        for name in TABLES:
            table = tables.metadata.tables[name]
            rows[name] = [dict(opened(store.seal, table, row)._mapping) for row in await tx.execute(select(table))]
        kept = await store.history.states(tx, set(ids))
    states = {name: codec.pack_state(one.state) for name, one in kept.items()}
    reports: dict[str, list[Report]] = {name: [] for name in ids}
    for row in rows["report"]:
        reports[row["athlete_id"]].append(codec.unpack_report(row["blob"]))
    return Record(world, people, athletes, states, rows, reports)
