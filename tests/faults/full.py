"""The disk has no room, or refuses to write, for a while, and again: whatever is being written just then."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

from faults.cut import watched
from faults.evidence import Evidence
from faults.play import staged
from faults.vfs import BROKEN, FINE, NO_ROOM, switch
from faults.zygote import Zygote


async def full(zygote: Zygote, folder: Path, seed: int, *, athletes: int = 5) -> Evidence:
    """One process, never restarted: it must refuse what it cannot keep, and go on by itself when there is room."""
    dice = Random(f"full {seed}")
    async with staged(zygote, folder, seed=seed, athletes=athletes) as stage:
        watched(stage)
        async with stage.alive():
            feeding = asyncio.create_task(stage.feed(stage.calls, at_once=3))
            while not feeding.done():
                for state, longest in ((FINE, 0.4), (dice.choice((NO_ROOM, BROKEN)), 0.3)):
                    switch(folder / "disk", state)
                    await asyncio.wait([feeding], timeout=dice.uniform(0.05, longest))
            switch(folder / "disk", FINE)
            await feeding
            await stage.settle()
        return await stage.evidence()
