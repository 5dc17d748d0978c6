"""The run of a preview: histories from the store, judged one by one in a process beside, within a bounded time."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.pool import Pool
from typing import Any, Final

from twinge.core.model import Activity, Report, Voice, Wellness
from twinge.plugin import TwingeError
from twinge.preview.compare import Case, Packs, Weighed, weigh
from twinge.store import Store
from twinge.ways import Ways

log = logging.getLogger("twinge.preview")

DAYS: Final = 120
LONGEST_D: Final = 300
"""What is compared must have its own past: of the 400 days that are folded, the first hundred are only that."""
MOST: Final = 30
"""Athletes in one preview; where there are more, every so-manieth stands for the others."""
WITHIN_S: Final = 40.0
"""Two judgements of a year take a fifth of a second for each athlete, and longer on a busy machine."""
WINDOW: Final = timedelta(days=400)

Advance = Callable[[float], None]
"""Hears how many more athletes are done."""


class Busy(TwingeError):
    """Another preview is being worked out."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked."""

    packs: Packs
    athletes: Sequence[str] | None = None
    """Ids; None is everybody, or as many as fit."""
    days: int = DAYS


@dataclass(frozen=True, slots=True)
class Preview:
    """What came of it."""

    packs: Packs
    since: datetime
    until: datetime
    found: Sequence[Weighed]
    known: int
    """Athletes who were meant: those asked for, or all of whom something came in this time."""
    left_out: int
    """Of those who were to be judged: no time was left, or they could not be judged."""


@dataclass(slots=True)
class Previewer:
    """One preview at a time; `within_s` is for all of it."""

    store: Store
    voices: Mapping[str, Voice]
    """How each channel that is ready speaks: budgets differ."""
    within_s: float = WITHIN_S
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self, wish: Wish, now: datetime, advance: Advance = lambda _: None) -> Preview:
        """Judge and compare; raises `Busy`. Athletes who are not known are left out by the caller."""
        if self._turn.locked():
            raise Busy("Another preview is being worked out; ask again in a minute.")
        async with self._turn:
            since = now - timedelta(days=wish.days)
            ids, known = await self._whom(wish, since)
            # spawn, not fork: this process has threads. The pool is for this preview, so that its end ends the work.
            pool = await asyncio.to_thread(_pool)
            try:
                found = await self._judge(pool, ids, wish, since, advance)
            finally:
                await asyncio.to_thread(pool.terminate)
            return Preview(wish.packs, since, now, found, known, len(ids) - len(found))

    async def _whom(self, wish: Wish, since: datetime) -> tuple[list[str], int]:
        """Whom to judge, and how many are meant."""
        async with self.store.read() as tx:
            ids = await self.store.history.judged_since(tx, since) if wish.athletes is None else list(wish.athletes)
        if len(ids) <= MOST:
            return ids, len(ids)
        return [ids[place * len(ids) // MOST] for place in range(MOST)], len(ids)

    async def _judge(
        self, pool: Pool, ids: Sequence[str], wish: Wish, since: datetime, advance: Advance
    ) -> list[Weighed]:
        found: list[Weighed] = []
        try:
            async with asyncio.timeout(self.within_s):
                for athlete_id in ids:
                    case = await self._case(athlete_id)
                    made = None if case is None else await _tried(pool, case, wish.packs, since)
                    found += [] if made is None else [made]
                    advance(1)
        except TimeoutError:
            pass  # what was not reached is told as left out
        return found

    async def _case(self, athlete_id: str) -> Case | None:
        """One athlete's history; None where the athlete has gone."""
        async with self.store.read() as tx:
            athlete = (await self.store.athletes.load(tx, [athlete_id])).get(athlete_id)
            if athlete is None:
                return None
            events, _ = await self.store.history.window(tx, athlete_id, WINDOW)
            places = (await self.store.addresses.load(tx, {athlete_id})).get(athlete_id, [])
        voice = Ways(places, self.voices).voice
        return Case(
            athlete,
            Voice.PUSH if voice is Voice.NONE else voice,
            [event for event in events if isinstance(event, Activity)],
            [event for event in events if isinstance(event, Wellness)],
            [event for event in events if isinstance(event, Report)],
        )


def _pool() -> Pool:
    return get_context("spawn").Pool(1, _be_modest)


def _be_modest() -> None:
    """What serves goes first."""
    if hasattr(os, "nice"):
        os.nice(10)


async def _tried(pool: Pool, *work: Any) -> Weighed | None:
    """One athlete weighed; None where that fails: the others are still worth telling."""
    try:
        return await _beside(pool, *work)
    except Exception as error:  # noqa: BLE001 - a rule may raise anything; a timeout passes, it cancels
        log.error("hop=preview outcome=left_out error=%s", type(error).__name__)
        return None


async def _beside(pool: Pool, *work: Any) -> Weighed:
    """`weigh` in the other process."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Weighed] = loop.create_future()

    def settle(call: Callable[[Any], None], value: Any) -> None:
        if not done.done():
            call(value)

    pool.apply_async(
        weigh,
        work,
        callback=lambda made: loop.call_soon_threadsafe(settle, done.set_result, made),
        error_callback=lambda error: loop.call_soon_threadsafe(settle, done.set_exception, error),
    )
    return await done
