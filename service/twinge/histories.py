"""Many histories at once: each file read and judged by itself, on all cores; one that cannot be read stops no other."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from twinge.backtest import Story, replay
from twinge.core.model import Athlete
from twinge.core.pack import STANDARD, Pack
from twinge.files import open_history
from twinge.plugin import ReadsRows, TwingeError
from twinge.registry import load_plugins, row_readers

J = TypeVar("J")
R = TypeVar("R")

FEW = 8
"""Up to so many files one process is faster: a fresh one takes a second to start, a history a tenth to judge."""

Advance = Callable[[float], None]
"""Hears how many more files are done, in parts of a file where it can."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How each file shall be read and judged; small and plain, for it travels to other processes."""

    athlete: Athlete
    zone: str | None = None
    sport: str | None = None
    packs: tuple[Pack, ...] = (STANDARD,)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file: a story for each pack, or what stood in the way."""

    file: str
    stories: tuple[Story, ...] = ()
    trouble: str | None = None


def play_all(paths: Sequence[Path], wish: Wish, advance: Advance, *, cores: int | None = None) -> list[Told]:
    """Every file's stories, in the order of `paths`; with more than a few files on all cores."""
    if len(paths) <= FEW or _cores(paths, cores) < 2:
        return [play(path, wish, advance) for path in paths]
    results = _spread(partial(play, wish=wish), paths, advance, cores)
    return [_told(path, result) for path, result in zip(paths, results, strict=True)]


def spread(work: Callable[[J], R], jobs: Sequence[J], advance: Advance, *, cores: int | None = None) -> list[R]:
    """Slow `work` on each of `jobs`, in their order, on all cores. All of it must travel by pickle."""
    if _cores(jobs, cores) > 1:
        return [future.result() for future in _spread(work, jobs, advance, cores)]
    done = []
    for job in jobs:
        done.append(work(job))
        advance(1)
    return done


def _cores(jobs: Sequence[J], cores: int | None) -> int:
    return min(cores or available_cores(), len(jobs))


def available_cores() -> int:
    """Cores this process may use, which in a container is fewer than the machine has."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def _spread(work: Callable[[J], R], jobs: Sequence[J], advance: Advance, cores: int | None) -> list[Future[R]]:
    """Every job's future, all of them done."""
    # spawn, not fork: the parent may hold threads (the progress bar), and the way is the same on every system
    with ProcessPoolExecutor(_cores(jobs, cores), mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(work, job) for job in jobs]
        try:
            for _ in as_completed(futures):
                advance(1)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        return futures


def _told(path: Path, future: Future[Told]) -> Told:
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 - a process that died must not take the other files' stories with it
        return Told(str(path), trouble=f"{path}: was not judged ({type(error).__name__}); try it alone.")


def play(path: Path, wish: Wish, advance: Advance | None = None) -> Told:
    """Read one file and judge it with each pack."""
    try:
        zone = None if wish.zone is None else ZoneInfo(wish.zone)
        history = open_history(path, zone=zone, readers=_readers(), sport=wish.sport)
    except TwingeError as error:
        if advance is not None:
            advance(1)
        return Told(str(path), trouble=str(error))
    share = 1 / (max(1, len(history.activities)) * len(wish.packs))
    progress = None if advance is None else lambda done: advance(done * share)
    stories = (replay(history, wish.athlete, pack, progress, reports=history.reports) for pack in wish.packs)
    return Told(str(path), tuple(stories))


@cache
def _readers() -> tuple[ReadsRows, ...]:
    """Reading a vendor's rows needs no settings, so none are handed to the processes."""
    return tuple(row_readers(load_plugins({})))
