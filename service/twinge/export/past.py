"""The athlete's past as one page, drawn in a process of its own: it takes seconds of computing."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from twinge.backtest import replay
from twinge.core.model import Activity, Athlete, Report, Wellness
from twinge.core.pack import Pack
from twinge.page import NoCharts, check_charts, write_page

DEADLINE_S: Final = 90.0


@dataclass(frozen=True, slots=True)
class Lived:
    """A history as the backtest wants it."""

    name: str
    activities: Sequence[Activity]
    mornings: Sequence[Wellness]
    zone: ZoneInfo
    problems: Sequence[Any] = ()


async def draw(
    athlete: Athlete, done: Sequence[Activity], mornings: Sequence[Wellness], told: Sequence[Report], pack: Pack
) -> str | None:
    """The page; None where the charts are not installed, or it could not be drawn in time."""
    try:
        check_charts()
    except NoCharts:
        return None
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(1, mp_context=context)
    try:
        work = asyncio.get_running_loop().run_in_executor(pool, written, athlete, done, mornings, told, pack)
        async with asyncio.timeout(DEADLINE_S):
            return await work
    except Exception:  # noqa: BLE001 - an export without its page is better than none
        return None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def written(
    athlete: Athlete, done: Sequence[Activity], mornings: Sequence[Wellness], told: Sequence[Report], pack: Pack
) -> str:
    """The same, here and now."""
    lived = Lived(athlete.name or athlete.id, done, mornings, ZoneInfo(athlete.timezone))
    return write_page([replay(lived, athlete, pack, reports=told)], units=athlete.units, pack=pack)
