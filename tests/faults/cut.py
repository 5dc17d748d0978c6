"""The power goes: what was not synced is lost, in part or whole, and the program goes on with what is left."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

from faults.disk import Image, recorded
from faults.evidence import Evidence, Made, acknowledged, gather
from faults.play import Stage, staged
from faults.zygote import Zygote

FILE = "twinge.sqlite3"
SOONEST_S, LATEST_S = 0.2, 0.7


async def goes_on(zygote: Zygote, folder: Path, seed: int, *, athletes: int = 5, most: int = 12) -> Evidence:
    """Cut again and again until every call was taken; each time the program starts on what the cut has left."""
    dice = Random(f"cut {seed}")
    async with staged(zygote, folder, seed=seed, athletes=athletes) as stage:
        record = watched(stage)
        image, read = Image.of(folder / FILE), 0
        stage.start()
        feeding = asyncio.create_task(stage.feed(stage.calls, at_once=3))
        for _ in range(most):
            await stage.meanwhile(feeding, dice.uniform(SOONEST_S, LATEST_S))
            await stage.life.kill()
            for one in recorded(record, read):
                image.apply(one)
            read = record.stat().st_size
            image.cut(dice, folder / FILE)
            image = Image.of(folder / FILE)
            stage.note("killed", point="power")
            stage.start()
            if feeding.done():
                break
        await feeding
        await stage.settle()
        return await stage.evidence()


def watched(stage: Stage) -> Path:
    """Let its lives write to a disk that keeps a record; where that is."""
    (stage.folder / "disk").write_bytes(b"\0")
    stage.extra |= {"record": str(stage.folder / "record"), "disk": str(stage.folder / "disk")}
    return stage.folder / "record"


@dataclass(frozen=True, slots=True)
class Cuts:
    """What many cuts of one run came to."""

    cuts: int
    acknowledged: int
    """Deliveries that had been answered 2xx before a cut, over all cuts."""
    lost: int
    """… and were not there after it."""
    losing: int
    """Cuts after which at least one was not there."""
    unsound: int
    """Cuts after which the database found something wrong with itself."""


async def many(
    zygote: Zygote, folder: Path, seed: int, *, cuts: int, athletes: int = 5, synchronous: str = ""
) -> tuple[Cuts, Evidence]:
    """One run without a fault, and what each of many cuts during it would have left.

    `synchronous`: what the program's database is set to instead of its own FULL; NORMAL is the control, and must lose.
    """
    async with staged(zygote, folder, seed=seed, athletes=athletes) as stage:
        record = watched(stage)
        image = Image.of(folder / FILE)
        stage.start(synchronous=synchronous)
        await stage.feed(stage.calls)
        await stage.life.kill()
        stage.note("end")
        made = acknowledged(gather(folder, stage.database))
        found = await asyncio.to_thread(_each, image, record, made, Random(f"cuts {seed}"), cuts, folder / "cut")
        stage.start()
        await stage.settle()
        return found, await stage.evidence()


def _each(image: Image, record: Path, made: Sequence[Made], dice: Random, cuts: int, place: Path) -> Cuts:
    """Half of the cuts come right after an answer, half at any time."""
    place.mkdir()
    operations = list(recorded(record))
    first, last = operations[0].at, made[-1].at
    moments = sorted(dice.choice(made).at if n % 2 else dice.randrange(first, last) for n in range(cuts))
    lost = losing = unsound = total = done = 0
    for moment in moments:
        while done < len(operations) and operations[done].at <= moment:
            image.apply(operations[done])
            done += 1
        image.cut(dice, place / FILE)
        kept, sound = _kept(place / FILE)
        promised = [one for one in made if one.at <= moment]
        gone = sum((one.platform, one.key) not in kept for one in promised)
        lost, losing, total, unsound = lost + gone, losing + bool(gone), total + len(promised), unsound + (not sound)
    return Cuts(len(moments), total, lost, losing, unsound)


def _kept(main: Path) -> tuple[set[tuple[str, str]], bool]:
    """The keys of the inbox, and whether the database is sound."""
    with closing(sqlite3.connect(main)) as file:
        sound = file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return set(file.execute("SELECT platform, key FROM inbox")), sound
