"""kill -9: at moments that a seed chooses, and at every named failpoint."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

from faults.evidence import Evidence
from faults.failpoints import NAMES
from faults.play import PATIENCE_S, Stage, staged
from faults.story import Call
from faults.zygote import Zygote

SOONEST_S, LATEST_S = 0.1, 0.9
"""After a start; the first deliveries are taken in after a quarter of a second."""
IN_TIME = 0.25
"""The share of kills that come by time."""


async def at_random(zygote: Zygote, folder: Path, seed: int, *, athletes: int = 8, database: str = "") -> Evidence:
    """Killed again and again until every call was taken, and once more while what is left comes to its end."""
    dice = Random(f"kill {seed}")
    async with staged(zygote, folder, seed=seed, athletes=athletes, database=database) as stage:
        stage.start()
        feeding = asyncio.create_task(stage.feed(stage.calls))
        while not feeding.done():
            await _for_a_while(stage, feeding, dice)
            await stage.life.kill()
            stage.note("killed")
            stage.start()
        await feeding
        await stage.settle()
        return await stage.evidence()


async def _for_a_while(stage: Stage, feeding: asyncio.Task[None], dice: Random) -> None:
    """Mostly until some more calls were answered, and a little longer; else for a time: it may not be up by then."""
    if dice.random() < IN_TIME:
        await stage.meanwhile(feeding, dice.uniform(SOONEST_S, LATEST_S))
        return
    await some_more(stage, feeding, dice)


async def some_more(stage: Stage, feeding: asyncio.Task[None], dice: Random) -> None:
    """Until some more calls were answered, however long that takes, and a little longer."""
    answers = stage.answers + dice.randrange(1, 12)
    await stage.passed(feeding, lambda: stage.answers >= answers)
    await asyncio.wait([feeding], timeout=dice.uniform(0, 0.15))


async def at_points(zygote: Zygote, folder: Path, seed: int, *, athletes: int = 5) -> Evidence:
    """Killed at each failpoint once, in an order and at a count that the seed chooses."""
    dice = Random(f"points {seed}")
    async with staged(zygote, folder, seed=seed, athletes=athletes) as stage:
        enough = asyncio.Event()
        feeding = asyncio.create_task(_feed_until(stage, enough, athletes))
        for name in dice.sample(NAMES, len(NAMES)):
            life = stage.start(failpoint={"name": name, "count": dice.randrange(1, 4)})
            async with asyncio.timeout(PATIENCE_S):
                await life.over.wait()
            stage.note("killed", point=name)
        stage.start()
        enough.set()
        await feeding
        await stage.settle()
        return await stage.evidence()


async def _feed_until(stage: Stage, enough: asyncio.Event, athletes: int) -> None:
    """The story, and then questions of the athletes' until it is enough: each is one delivery and one message."""
    await stage.feed(stage.calls, at_once=2)
    while not enough.is_set():
        await stage.feed([Call("text", owner, "WHY") for owner in range(athletes)], at_once=2)
        stage.turn(61)  # lets go of the addresses where somebody died in the middle of a call
