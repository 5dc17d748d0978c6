"""The worker is away while the door and the sender go on: STOP has been acknowledged, and nobody has read it yet."""

from __future__ import annotations

import asyncio
from pathlib import Path

from faults.check import IN_HAND_S
from faults.evidence import Evidence, ask
from faults.play import staged
from faults.story import Call
from faults.zygote import Zygote

HOUR_S = 3600.0
LATER = "SELECT count(*) AS n FROM nudge WHERE state = 'waiting'"


async def worker_away(zygote: Zygote, folder: Path, seed: int, *, athletes: int = 5) -> Evidence:
    """Messages wait for their hour; everybody writes STOP; their hour comes, and only then does the worker."""
    async with staged(zygote, folder, seed=seed, athletes=athletes, share=0, delay_min=60) as stage:
        async with stage.alive():
            await stage.feed([call for call in stage.calls if call.body != "STOP"])
            await stage.settle(looks=150)  # on a busy machine the clock must not be turned before the messages' hour
        stage.note("later", waiting=ask(stage.database, LATER)[0]["n"])
        stage.start({"TWINGE_ROLES": "web,sender"})
        await stage.feed([Call("text", owner, "STOP") for owner in range(athletes)])
        for _ in range(2):
            await asyncio.sleep(IN_HAND_S + 0.2)  # longer than I7 forgives; and the sender looks once a second
            stage.turn(HOUR_S, fault=True)
        await stage.life.stop()
        async with stage.alive():
            await stage.settle()
        return await stage.evidence()
