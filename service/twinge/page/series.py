"""What the page draws, worked out of a story: weeks, the longest-run line, days in a row, hard sessions, their gaps."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from twinge.core.model import RUNNING, Session
from twinge.core.pack import DAY, HardGap, Pack, RestDays, SessionSpike
from twinge.core.rules.recovery import HARD, gap_s, is_active, too_soon


@dataclass(slots=True)
class Week:
    """One ISO week with training, in the athlete's own days."""

    monday: date
    sessions: int = 0
    runs: int = 0
    run_m: int = 0
    """Metres of the runs whose distance is known."""
    load: int = 0
    """Hundredths of a point, of the sessions whose load is known."""
    climb_m: int = 0
    blank_distance: int = 0
    """Runs without a distance: the bar is at least this high, not exactly."""
    blank_load: int = 0
    blank_climb: int = 0
    """Runs without a climb."""
    known_climb: int = 0
    steep_m: int = 0
    """Metres of steep descent, of the runs that tell."""
    blank_steep: int = 0
    known_steep: int = 0


class Run(NamedTuple):
    """One run with a distance, and the longest of the thirty days before it."""

    day: date
    metres: int
    longest_m: int | None
    over: bool
    """Whether rule L01 would call it a spike."""


class Line(NamedTuple):
    """From `day` on the longest run of the window is `metres`; None: there is none."""

    day: date
    metres: int | None


class Hard(NamedTuple):
    """One hard session."""

    day: date
    gap_h: float | None
    """Hours since the end of the hard session before it; None for the first, and where only days are known."""
    early: bool
    """Whether it came before the hours that an earlier session wanted."""


@dataclass(frozen=True, slots=True)
class Series:
    """All that the panels show."""

    weeks: tuple[Week, ...]
    runs: tuple[Run, ...]
    line: tuple[Line, ...]
    streaks: Mapping[date, int] = field(default_factory=dict)
    """Every day with load → how many in a row it ends."""
    hard: tuple[Hard, ...] = ()


def work_out(log: Sequence[Session], pack: Pack) -> Series:
    """Every series of one athlete; `log` is by start."""
    runs = [s for s in log if s.sport in RUNNING and s.metres is not None]
    return Series(
        weeks=tuple(_weeks(log)),
        runs=tuple(_runs(runs, log[0].start if log else 0, pack)),
        line=tuple(_line(runs, pack.l01)),
        streaks=dict(_streaks(log, pack.r02)),
        hard=tuple(_hard(log, pack.r01)),
    )


def _weeks(log: Sequence[Session]) -> Iterator[Week]:
    for monday, group in groupby(log, key=lambda session: session.day - (session.day - 1) % 7):
        week = Week(date.fromordinal(monday))
        for session in group:
            _add(week, session)
        yield week


def _add(week: Week, session: Session) -> None:
    week.sessions += 1
    week.load += session.load or 0
    week.blank_load += session.load is None
    if session.sport not in RUNNING:
        return
    week.runs += 1
    week.run_m += session.metres or 0
    week.blank_distance += session.metres is None
    week.climb_m += session.climb or 0
    week.blank_climb += session.climb is None
    week.known_climb += session.climb is not None
    week.steep_m += session.steep or 0
    week.blank_steep += session.steep is None
    week.known_steep += session.steep is not None


def _runs(runs: Sequence[Session], begin: int, pack: Pack) -> Iterator[Run]:
    """Each run against the window before it; the run itself is never in it (a run in its own maximum spikes never)."""
    limits, window = pack.l01, deque[Session]()
    for run in runs:
        while window and window[0].start < run.start - limits.window_d * DAY:
            window.popleft()
        best, metres = window[0].metres if window else None, run.metres or 0
        young = run.start < begin + pack.gates.cold_start_d * DAY
        yield Run(
            date.fromordinal(run.day), metres, best, not young and best is not None and _spikes(metres, best, limits)
        )
        _push(window, run)


def _spikes(metres: int, best: int, limits: SessionSpike) -> bool:
    return 100 * metres > limits.small * best and metres - best >= limits.floor_m and metres >= limits.least_m


def _push(window: deque[Session], run: Session) -> None:
    """Keep the window falling: its first is its longest."""
    while window and (window[-1].metres or 0) <= (run.metres or 0):
        window.pop()
    window.append(run)


def _line(runs: Sequence[Session], limits: SessionSpike) -> Iterator[Line]:
    """Where the longest run of the window changes: with a longer one, or when it is too long ago."""
    window: deque[Session] = deque()
    shown: int | None = None
    for index, run in enumerate(runs):
        _push(window, run)
        following = runs[index + 1].start if index + 1 < len(runs) else None
        for start, metres in _until(window, run.start, following, limits):
            if metres != shown:
                shown = metres
                yield Line(_date(start), metres)


def _until(
    window: deque[Session], start: int, following: int | None, limits: SessionSpike
) -> Iterator[tuple[int, int | None]]:
    """The longest from `start` to the next run, as old ones leave."""
    yield start, window[0].metres
    while window and (following is None or window[0].start + limits.window_d * DAY < following):
        left = window.popleft().start + limits.window_d * DAY
        yield left, window[0].metres if window else None


def _date(stamp: int) -> date:
    return datetime.fromtimestamp(stamp, UTC).date()


def _streaks(log: Sequence[Session], limits: RestDays) -> Iterator[tuple[date, int]]:
    last, streak = 0, 0
    for day, group in groupby(sorted(log, key=attrgetter("day")), key=attrgetter("day")):
        if not is_active(list(group), limits):
            continue
        streak = streak + 1 if day == last + 1 else 1
        last = day
        yield date.fromordinal(day), streak


def _hard(log: Sequence[Session], limits: HardGap) -> Iterator[Hard]:
    before: Session | None = None
    for index, session in enumerate(log):
        if session.effort not in HARD:
            continue
        early = any(too_soon(each, session, limits) for each in _within(log, index, limits))
        bare = before is None or before.day_only or session.day_only
        gap = None if bare or before is None else round(gap_s(before, session) / 3600, 1)
        yield Hard(date.fromordinal(session.day), gap, early)
        before = session


def _within(log: Sequence[Session], index: int, limits: HardGap) -> Iterator[Session]:
    edge = log[index].start - limits.window_d * DAY
    for past in range(index - 1, -1, -1):
        if log[past].start < edge:
            return
        yield log[past]
