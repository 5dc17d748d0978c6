"""The clock is set on and back by hours and days, in the nights in which Berlin changes its own, with quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from faults.evidence import Evidence
from faults.play import staged
from faults.zygote import Zygote

NIGHTS = (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC))
"""At 01:00 UTC of each Berlin goes from +01:00 to +02:00, or back."""
JUMPS_S = (3600, -3600, 86_400, -86_400, -1, 7)


async def jumping(zygote: Zygote, folder: Path, seed: int, *, athletes: int = 4) -> Evidence:
    """Everybody is quiet from nine to eight; the clock jumps after every tenth call."""
    dice = Random(f"clock {seed}")
    begin = NIGHTS[seed % 2] + timedelta(minutes=dice.randrange(0, 90))
    async with staged(zygote, folder, seed=seed, athletes=athletes, quiet=True, begin=begin) as stage:
        async with stage.alive():
            for first in range(0, len(stage.calls), 10):
                await stage.feed(stage.calls[first : first + 10])
                stage.turn(dice.choice(JUMPS_S), fault=True)
            for _ in range(3):  # through a whole day, so that what waits for the morning goes out
                await stage.settle()
                stage.turn(9 * 3600)
            await stage.settle()
        return await stage.evidence()
