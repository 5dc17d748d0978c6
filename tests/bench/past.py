"""`backtest`: workouts a second on one core, the judge alone and with the reading of files."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.athletes import MONDAY, Workout, encode, train
from bench.quiet import wait_until_calm, watched
from bench.table import Goal, Results, Row
from twinge.backtest import Story, replay
from twinge.core.model import Activity, Athlete, Wellness
from twinge.core.state import order
from twinge.files import open_history

BERLIN = ZoneInfo("Europe/Berlin")
ALICE = Athlete("alice", timezone="Europe/Berlin", birth_year=1985)
EACH = 2_000
"""Workouts of one athlete: seven to eight years."""
HEADER = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,Distance,Max Heart Rate,"
    "Relative Effort,Commute,Elapsed Time,Moving Time,Distance,Max Speed,Elevation Gain,Average Heart Rate,"
    "Perceived Exertion\n"
)


@dataclass(frozen=True, slots=True)
class Diary:
    """A history in memory."""

    activities: tuple[Activity, ...]
    name: str = "bench"
    zone: ZoneInfo = BERLIN
    problems: tuple[str, ...] = ()
    mornings: tuple[Wellness, ...] = ()


def backtest(results: Results, folder: Path, *, quick: bool) -> None:
    """The same workouts three ways."""
    athletes, rounds = (4, 2) if quick else (10, 5)
    results.say(f"backtest: {athletes * EACH:,} workouts of {athletes} athletes")
    everybody = [list(train(n, MONDAY - timedelta(weeks=EACH // 5), EACH)) for n in range(athletes)]
    diaries = [Diary(tuple(sorted((w.activity() for w in one), key=order))) for one in everybody]
    tables = [_write(folder / f"{n}.csv", HEADER + "".join(map(_line, one))) for n, one in enumerate(everybody)]
    events = [_write(folder / f"{n}.jsonl", _json(one)) for n, one in enumerate(everybody)]
    ways: dict[str, Callable[[], Sequence[Story]]] = {
        "judge and replay alone": lambda: [replay(diary, ALICE) for diary in diaries],
        "with reading Strava's activities.csv": lambda: [replay(open_history(p, zone=BERLIN), ALICE) for p in tables],
        "with reading generic JSON lines": lambda: [replay(open_history(p, zone=BERLIN), ALICE) for p in events],
    }
    for name, way in ways.items():
        results.add(_measure(name, way, rounds, athletes * EACH, 0.5 if quick else 8))


def _measure(name: str, way: Callable[[], Sequence[Story]], rounds: int, count: int, calm_s: float) -> Row:
    rates, stories = [], list[Story]()
    wait_until_calm(calm_s)
    with watched() as noise:
        for _ in range(rounds):
            began = time.process_time()
            stories = list(way())
            rates.append(count / (time.process_time() - began))
    found = sum(story.sessions for story in stories)
    assert found == count, f"{name}: {found} of {count} workouts were read"
    rate, nudges = statistics.median(rates), sum(len(story.nudges) for story in stories)
    figures = f"{rate:,.0f}/s [{min(rates):,.0f}-{max(rates):,.0f}] of CPU time; {count:,} workouts → {nudges} nudges"
    goals = (Goal("workouts/s", rate, 10_000),) if name.startswith("judge") else ()
    return Row("backtest", name, figures, goals, noise.loud)


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _line(w: Workout) -> str:
    when = w.start.strftime("%b %-d, %Y, %-I:%M:%S %p")
    kind = {"run": "Run", "ride": "Ride"}[w.sport]
    return (
        f'{w.owner * 100_000 + w.number},"{when}",Morning {kind},{kind},,{w.seconds + 45},{w.metres / 1000:.2f},'
        f"{w.heart + 22},41,false,{w.seconds + 45}.0,{w.seconds}.0,{w.metres}.0,4.2,{w.metres // 120}.0,{w.heart}.0,\n"
    )


def _json(workouts: Sequence[Workout]) -> str:
    return "".join(encode(w.fields()).decode() + "\n" for w in workouts)
