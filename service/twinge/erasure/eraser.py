"""What is left of an erasure, step by step; each step may be interrupted, and is done again until nothing is left."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import aiohttp

from twinge.erasure.raw import forgetful, remove_raw
from twinge.plugin import Channel, GiveUp, PlatformAdapter, TryLater
from twinge.store import Store
from twinge.store.erasures import STEPS, Erasure, Errand
from twinge.store.theirs import LONG

log = logging.getLogger("twinge.erasure")

FIRST_WAIT: Final = timedelta(minutes=1)
TRIES: Final = 8
"""With a wait four times as long each time, the last is about eleven days after the first."""
DEADLINE_S: Final = 30.0


class Eraser:
    """`round` goes on with every erasure; `run_errands` tells the channels' vendors."""

    def __init__(
        self,
        store: Store,
        platforms: Mapping[str, PlatformAdapter],
        channels: Mapping[str, Channel],
        clock: Callable[[], datetime],
        http: aiohttp.ClientSession,
        *,
        files_dir: str = "",
        after: Callable[[str], None] = lambda step: None,
    ) -> None:
        """`after` hears of every commit, by the step that it belongs to."""
        self._store, self._platforms, self._channels = store, platforms, channels
        self._clock, self._http, self._files, self._after = clock, http, files_dir, after
        self._unfolded = True
        """Whether something that was removed may still be in the database's log; after a restart nobody knows."""
        self._steps = {"raw": self._raw, "files": self._folders, "records": self._records, "vendors": self._vendors}

    async def round(self) -> int:
        """Go on with every erasure as far as it goes; how many are done now."""
        done = 0
        for one in await self._store.erasures.under_way():
            done += await self._go_on(one)
        if self._unfolded:
            self._unfolded = not await self._store.fold_log()
        return done

    async def _go_on(self, one: Erasure) -> bool:
        for step in STEPS[STEPS.index(one.step) : -1]:
            if not await self._steps[step](one):
                return False
            await self._turn(one, STEPS[STEPS.index(step) + 1])
        return True

    async def _turn(self, one: Erasure, step: str) -> None:
        """The next step begins, or all is done."""
        store, now = self._store, self._clock()
        async with store.write() as tx:
            if step == "done":
                await store.erasures.finish(tx, one.mark, now)
                name = f"erased:{one.mark}"
                await store.audit(tx, now, "twinge", "athlete.erased", name)
            else:
                await store.erasures.turn(tx, one.mark, step)
        self._unfolded = True
        self._after(step)
        log.info("hop=erasure step=%s", step)

    async def _raw(self, one: Erasure) -> bool:
        return await remove_raw(self._store, self._platforms, self._channels, one, self._clock, self._after)

    async def _folders(self, one: Erasure) -> bool:
        """Their folder of device files, `done/` and notes included."""
        if self._files:
            for name in one.trail.folders:
                gone = await asyncio.to_thread(_remove, Path(self._files), name)
                if gone:
                    async with self._store.write() as tx:
                        await self._store.erasures.add(tx, one.mark, {"files": gone})
                    self._after("files")
        return True

    async def _records(self, one: Erasure) -> bool:
        """The long tables, a batch a transaction; and what came into the short ones meanwhile."""
        if one.athlete_id is None:
            return True
        for table in LONG:
            while await self._batch(one, one.athlete_id, table):
                self._after("records")
        async with self._store.write() as tx:
            await self._store.erasures.add(tx, one.mark, await self._store.theirs.empty(tx, one.athlete_id))
        return True

    async def _batch(self, one: Erasure, athlete_id: str, table: str) -> int:
        async with self._store.write() as tx:
            gone = await self._store.theirs.remove(tx, table, athlete_id)
            if gone:
                await self._store.erasures.add(tx, one.mark, {table: gone})
        return gone

    async def _vendors(self, one: Erasure) -> bool:
        """Whether every vendor was told, and no send can still be under way."""
        if one.athlete_id is None or self._clock() < one.ready_at:
            return one.athlete_id is None
        async with self._store.write() as tx:
            if await self._store.erasures.open(tx, one.athlete_id):
                return False
            await self._store.theirs.unname(tx, [f"athlete:{one.athlete_id}"], f"erased:{one.mark}")
        return await self._records(one)

    async def run_errands(self) -> int:
        """Have messages deleted at the channels' vendors; how many need not be asked for any more."""
        over = 0
        while errands := await self._store.erasures.take(self._clock()):
            over += sum([await self._run(one) for one in errands])
        return over

    async def _run(self, one: Errand) -> bool:
        channel, outcome = forgetful(self._channels, one.channel), "deleted"
        try:
            if channel is None:
                raise GiveUp("the channel is not there any more")
            async with asyncio.timeout(DEADLINE_S):
                await channel.forget(one.provider_id, self._http, self._clock())
        except GiveUp:
            outcome = "refused"
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything
            if one.tries + 1 < TRIES:
                named = error.after if isinstance(error, TryLater) else None
                await self._store.erasures.later(one, self._clock() + (named or FIRST_WAIT * 4**one.tries))
                return False
            outcome = "given_up"
        if outcome != "deleted":
            log.warning("hop=errand channel=%s outcome=%s", one.channel, outcome)
        await self._store.erasures.ran(one, outcome)
        return True


def _remove(root: Path, name: str) -> int:
    """Delete the folder `name` directly below `root`; how many files were in it. A link is not followed."""
    place = root / name
    if not name or Path(name).name != name or name.startswith(".") or place.is_symlink() or not place.is_dir():
        return 0
    count = sum(1 for path in place.rglob("*") if path.is_file())
    shutil.rmtree(place)
    return count
