"""Many histories at once: each file read and judged by itself, on all cores; one that cannot be read stops no other."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from twinge.archives import Source, count, open_recordings, read_recordings
from twinge.backtest import Story, replay
from twinge.core.model import Athlete
from twinge.core.pack import STANDARD, Pack
from twinge.core.state import order
from twinge.files import History, Problem, open_history
from twinge.plugin import ReadsRows, TwingeError
from twinge.registry import load_plugins, row_readers

J = TypeVar("J")
R = TypeVar("R")

FEW = 8
"""Up to so many files one process is faster: a fresh one takes a second to start, a history a tenth to judge."""

READING = 0.9
"""The share of the work that reading recordings is; judging them is the rest."""

Advance = Callable[[float], None]
"""Hears how many more files are done, in parts of a file where it can."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How each file shall be read and judged; small and plain, for it travels to other processes."""

    athlete: Athlete
    zone: str | None = None
    sport: str | None = None
    packs: tuple[Pack, ...] = (STANDARD,)
    streams: bool = False
    """Whether the recordings beside a list of workouts are read too."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file: a story for each pack, or what stood in the way."""

    file: str
    stories: tuple[Story, ...] = ()
    trouble: str | None = None


def play_all(paths: Sequence[Source], wish: Wish, advance: Advance, *, cores: int | None = None) -> list[Told]:
    """Every history's stories, in the order of `paths`; with more than a few files on all cores."""
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


def name_of(source: Source) -> str:
    """What to call a history in messages."""
    return str(source) if isinstance(source, Path) else str(source[0])


def _told(source: Source, future: Future[Told]) -> Told:
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 - a process that died must not take the other files' stories with it
        name = name_of(source)
        return Told(name, trouble=f"{name}: was not judged ({type(error).__name__}); try it alone.")


def play(source: Source, wish: Wish, advance: Advance | None = None) -> Told:
    """Read one history and judge it with each pack."""
    reads = isinstance(source, tuple) or wish.streams
    heard = advance or (lambda _: None)
    try:
        history = _open(source, wish, heard if reads else lambda _: None)
    except TwingeError as error:
        heard(1)
        return Told(name_of(source), trouble=str(error))
    share = (1 - READING if reads else 1) / (max(1, len(history.activities)) * len(wish.packs))
    progress = None if advance is None else lambda done: advance(done * share)
    stories = (replay(history, wish.athlete, pack, progress, reports=history.reports) for pack in wish.packs)
    return Told(name_of(source), tuple(stories))


def _open(source: Source, wish: Wish, heard: Advance) -> History:
    zone = None if wish.zone is None else ZoneInfo(wish.zone)
    if isinstance(source, tuple):
        step = READING / max(1, len(source))
        return open_recordings(
            source, lambda _: heard(step), zone=zone, sport=wish.sport or "", cores=min(2, available_cores())
        )
    history = open_history(source, zone=zone, readers=_readers(), sport=wish.sport)
    there = count(source)
    if there and wish.streams:
        return _with_streams(history, source, lambda done: heard(done * READING / there))
    if there:
        what = f"{there} recordings lie beside the list; --streams reads them too, which takes minutes"
        return replace(history, problems=(Problem(None, None, what), *history.problems))
    return history


def _with_streams(history: History, path: Path, heard: Advance) -> History:
    """The recordings beside their rows: as live, the richer record of a workout leads and the other fills it in."""
    found, problems, total = read_recordings([path], "", heard, cores=min(2, available_cores()))
    what = f"{len(found)} workouts were read from {total} recordings beside the list"
    return replace(
        history,
        activities=tuple(sorted([*history.activities, *found], key=order)),
        problems=(Problem(None, None, what), *problems, *history.problems),
    )


@cache
def _readers() -> tuple[ReadsRows, ...]:
    """Reading a vendor's rows needs no settings, so none are handed to the processes."""
    return tuple(row_readers(load_plugins({})))
