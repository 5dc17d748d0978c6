"""Yesterday's backup is put back: what is still to be done is done, and nothing is said that belonged to yesterday."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from dataclasses import replace
from pathlib import Path
from random import Random

from faults.evidence import Evidence
from faults.play import Stage, staged
from faults.zygote import Zygote, clean

DAY_S = 86_400.0


async def restored(zygote: Zygote, folder: Path, seed: int, *, athletes: int = 5) -> Evidence:
    """A backup is taken while the program works; a day later it takes the place of the database."""
    dice = Random(f"restore {seed}")
    async with staged(zygote, folder, seed=seed, athletes=athletes) as stage:
        cut = dice.randrange(len(stage.calls) // 2, len(stage.calls) - 10)
        async with stage.alive():
            await stage.feed(stage.calls[:cut])
            stage.note("backup")
            await _twinge(stage, "db", "backup", str(folder / "backup"))
            await stage.feed(stage.calls[cut:])
            await stage.settle()
        stage.turn(DAY_S, fault=True)
        await _twinge(stage, "db", "restore", str(folder / "backup"))
        async with stage.alive():
            await stage.feed(stage.calls[-10:])
            await stage.settle()
        evidence = await stage.evidence()
        [backup] = [line["at"] for line in evidence.journal if line["what"] == "backup"]
        return replace(evidence, restored=backup)


async def _twinge(stage: Stage, *words: str) -> None:
    """The command line, with the program's own settings."""
    env = {**clean(), **stage.env}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "twinge", *words, env=env, stdout=PIPE, stderr=PIPE
    )
    said = b"".join(await child.communicate())
    assert child.returncode == 0, said.decode()
