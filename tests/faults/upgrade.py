"""The program is killed in the middle of its work, and a newer one begins on the older schema that it left."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

from alembic import command

from faults.cut import FILE
from faults.disk import log_of
from faults.evidence import Evidence
from faults.play import Stage, staged
from faults.zygote import Zygote
from twinge.store import schema


async def upgraded(zygote: Zygote, folder: Path, seed: int, *, athletes: int = 5, revision: str = "0010") -> Evidence:
    """What was there of each table when it was killed is moved to a database of `revision`; then the new one starts.

    It is killed while it changes the schema, too, and again.
    """
    dice = Random(f"upgrade {seed}")
    async with staged(zygote, folder, seed=seed, athletes=athletes) as stage:
        feeding = asyncio.create_task(stage.feed(stage.calls, at_once=3))
        stage.note("killed", open=await _killed_at_work(stage, feeding, dice))
        await asyncio.to_thread(_set_back, folder / FILE, folder / "older", revision)
        for _ in range(3):
            life = stage.start()
            await asyncio.wait([asyncio.create_task(life.over.wait())], timeout=dice.uniform(0, 0.3))
            await life.kill()
            stage.note("killed", point="upgrading")
        stage.start()
        await feeding
        await stage.settle()
        return await stage.evidence()


async def _killed_at_work(stage: Stage, feeding: asyncio.Task[None], dice: Random) -> int:
    """Kill it after some answers, when something is open; how much that is."""
    wanted = dice.randrange(5, len(stage.calls) // 2)
    while True:
        stage.start()
        await stage.passed(feeding, lambda: stage.answers >= wanted)  # noqa: B023 - it is awaited here
        await stage.life.kill()
        if left := stage.open_work():
            return left
        wanted = stage.answers + 1


def _set_back(main: Path, older: Path, revision: str) -> None:
    """The same rows under an older schema: the columns that it knows."""
    command.upgrade(schema.config(f"sqlite+aiosqlite:///{older}"), revision)
    with closing(sqlite3.connect(older)) as file:
        file.execute("ATTACH ? AS newer", [str(main)])
        names = [row[0] for row in file.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'")]
        there = {row[0] for row in file.execute("SELECT name FROM newer.sqlite_schema WHERE type = 'table'")}
        for name in sorted(there.intersection(names) - {"alembic_version", "sqlite_sequence"}):
            known = {row[1] for row in file.execute(f"PRAGMA main.table_info({name})")}
            columns = ", ".join(row[1] for row in file.execute(f"PRAGMA newer.table_info({name})") if row[1] in known)
            file.execute(f"INSERT INTO main.{name} ({columns}) SELECT {columns} FROM newer.{name}")
        file.commit()
    log_of(main).unlink(missing_ok=True)
    main.with_name(f"{main.name}-shm").unlink(missing_ok=True)
    older.rename(main)
