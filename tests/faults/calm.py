"""No fault of ours, only the provider's: what every other round is measured by."""

from __future__ import annotations

from pathlib import Path

from faults.evidence import Evidence
from faults.play import staged
from faults.zygote import Zygote


async def calm(
    zygote: Zygote, folder: Path, seed: int, *, athletes: int = 8, share: float = 0.2, database: str = ""
) -> Evidence:
    """The story from its beginning to its end, by one process."""
    async with staged(zygote, folder, seed=seed, athletes=athletes, share=share, database=database) as stage:
        async with stage.alive():
            middle = len(stage.calls) // 2
            await stage.feed(stage.calls[:middle])
            await stage.settle()
            stage.gauge()
            await stage.feed(stage.calls[middle:])
            await stage.settle()
            stage.gauge()
        return await stage.evidence()
