"""The disk has no room, or refuses to write, for a while, and again: whatever is being written just then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from faults.cut import watched
from faults.evidence import Evidence
from faults.play import Stage, staged
from faults.story import Call
from faults.vfs import BROKEN, FINE, NO_ROOM, switch
from faults.zygote import Zygote

LEFT = 4
"""Calls for the last life."""
NO_START = "twinge: the database cannot be written: "


async def full(zygote: Zygote, folder: Path, seed: int, *, athletes: int = 5) -> Evidence:
    """One process, never restarted: it must refuse what it cannot keep, and go on by itself when there is room.

    The one before finds no room for what a first start has to note, says so and ends; the one after begins without
    any, as there is nothing left to note, and refuses until there is some.
    """
    dice = Random(f"full {seed}")
    async with staged(zygote, folder, seed=seed, athletes=athletes) as stage:
        watched(stage)
        await _begins_in_vain(stage, dice)
        async with stage.alive():
            await stage.feed(stage.calls[:1])  # up: a disk that fills before that is another's fault, above
            await _fills_again_and_again(stage, stage.calls[1:-LEFT], dice)
            await stage.settle()
        async with stage.alive(), _trouble(stage, dice):
            feeding = asyncio.create_task(stage.feed(stage.calls[-LEFT:], at_once=2))
            before = stage.refusals
            await stage.passed(feeding, lambda: stage.refusals >= before + LEFT)
            switch(folder / "disk", FINE)
            await feeding
            await stage.settle()
        return await stage.evidence()


async def _begins_in_vain(stage: Stage, dice: Random) -> None:
    async with _trouble(stage, dice):
        life = stage.start()
        await stage.until(life.over.is_set)
    assert NO_START in (stage.folder / "program.log").read_text()


async def _fills_again_and_again(stage: Stage, calls: Sequence[Call], dice: Random) -> None:
    """After some answers; and it is over when something was refused, and a little later."""
    feeding = asyncio.create_task(stage.feed(calls, at_once=3))
    while not feeding.done():
        answers, refusals = stage.answers + dice.randrange(1, 9), stage.refusals
        await stage.passed(feeding, lambda: stage.answers >= answers)  # noqa: B023 - it is awaited here
        await asyncio.wait([feeding], timeout=dice.uniform(0, 0.1))
        async with _trouble(stage, dice):
            await stage.passed(feeding, lambda: stage.refusals > refusals)  # noqa: B023
            await asyncio.wait([feeding], timeout=dice.uniform(0, 0.3))
    await feeding


@asynccontextmanager
async def _trouble(stage: Stage, dice: Random) -> AsyncIterator[None]:
    stage.note("disk", fault=True)
    switch(stage.folder / "disk", dice.choice((NO_ROOM, BROKEN)))
    try:
        yield
    finally:
        switch(stage.folder / "disk", FINE)
