"""Yesterday's backup is put back: what is still to be done is done, and nothing is said that belonged to yesterday."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

from faults.cut import FILE
from faults.disk import log_of
from faults.evidence import Evidence
from faults.play import staged
from faults.zygote import Zygote

DAY_S = 86_400.0


async def restored(zygote: Zygote, folder: Path, seed: int, *, athletes: int = 5) -> Evidence:
    """A backup is taken while the program works; a day later it takes the place of the database."""
    dice = Random(f"restore {seed}")
    async with staged(zygote, folder, seed=seed, athletes=athletes) as stage:
        cut = dice.randrange(len(stage.calls) // 2, len(stage.calls) - 10)
        async with stage.alive():
            await stage.feed(stage.calls[:cut])
            stage.note("backup")
            await asyncio.to_thread(_copy, folder / FILE, folder / "backup")
            await stage.feed(stage.calls[cut:])
            await stage.settle()
        stage.turn(DAY_S)
        log_of(folder / FILE).unlink(missing_ok=True)
        (folder / "backup").rename(folder / FILE)
        async with stage.alive():
            await stage.feed(stage.calls[-10:])
            await stage.settle()
        evidence = await stage.evidence()
        [backup] = [line["at"] for line in evidence.journal if line["what"] == "backup"]
        return replace(evidence, restored=backup)


def _copy(main: Path, to: Path) -> None:
    """As docs/operations.md says: by SQLite itself, beside the running program."""
    with closing(sqlite3.connect(main)) as file:
        file.execute("VACUUM INTO ?", [str(to)])
