"""A year of workouts and mornings, with what recorders, uploads and holidays do to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from a_year.life import MONDAY, WEEKS, Arrival, local
from twinge.core.model import Activity, Drift, Removed, Shape, Wellness


class Habit(NamedTuple):
    """How somebody trains."""

    runs: tuple[int, int]
    """Runs a week, from and to."""
    km: tuple[int, int]
    other: tuple[int, int] = (0, 0)
    """Other sessions a week."""
    jump: float = 0.02
    """Chance that a run is a good deal longer than usual."""
    breaks: int = 1
    races: int = 0
    climb: int = 4
    """Metres a kilometre."""
    share: int = 10
    """Of a hundred athletes."""


HABITS = {
    "steady": Habit((2, 3), (5, 11), breaks=4, share=32),
    "novice": Habit((2, 3), (2, 4), jump=0.06, breaks=2, share=17),
    "streak": Habit((7, 7), (3, 7), breaks=0, share=3),
    "marathon": Habit((3, 5), (7, 13), breaks=2, races=3, share=8),
    "returning": Habit((2, 3), (4, 10), breaks=4, share=15),
    "wild": Habit((1, 5), (3, 12), jump=0.3, breaks=2, share=8),
    "all round": Habit((1, 3), (5, 10), other=(1, 2), share=9),
    "hills": Habit((2, 3), (5, 12), climb=35, breaks=2, share=8),
}


class Runner(NamedTuple):
    """What stays the same about one athlete's workouts."""

    name: str
    """A habit."""
    zone: ZoneInfo
    km: float
    pace: int
    """Seconds a kilometre."""
    hour: int
    heart: bool
    climbs: bool
    feet: bool
    """Whether the shoes measure."""
    bare: bool
    """Whether only the day is known."""

    @property
    def habit(self) -> Habit:
        """How they train."""
        return HABITS[self.name]


def training(number: int, name: str, zone: ZoneInfo) -> Iterator[Arrival]:
    """The workouts as they reach us: mostly within minutes, some late, some twice, one taken back."""
    random = Random(f"training {number}")
    workouts = list(_workouts(number, name, zone, random))
    tardy, doubled = random.random() < 0.06, random.random() < 0.04
    for activity in workouts:
        at = activity.start + timedelta(seconds=activity.elapsed_s or 0, minutes=random.randrange(1, 15))
        if activity.day_only:
            at = max(at, activity.start + timedelta(hours=7, minutes=30))
        if tardy and random.random() < 0.02:
            at += timedelta(hours=random.choice((9, 20, 30, 47, 60, 150)))
        yield Arrival(at, activity)
        if doubled:
            yield Arrival(at + timedelta(minutes=4), _copy(activity))
    if random.random() < 0.02:
        gone = random.choice(workouts)
        yield Arrival(gone.start + timedelta(days=2), Removed(gone.key))


def _copy(activity: Activity) -> Activity:
    """The same workout from a telephone, which knows less."""
    start = activity.start + timedelta(seconds=20)
    return Activity(f"phone:{activity.key}", activity.sport, start, activity.elapsed_s, distance_m=activity.distance_m)


def _workouts(number: int, name: str, zone: ZoneInfo, random: Random) -> Iterator[Activity]:
    habit = HABITS[name]
    runner = Runner(
        name,
        zone,
        km=random.uniform(*habit.km),
        pace=random.randrange(290, 430),
        hour=random.choice((5, 6, 7, 12, 17, 18, 19, 21)),
        heart=random.random() < 0.6,
        climbs=habit.climb > 10 or random.random() < 0.4,
        feet=random.random() < 0.07,
        bare=random.random() < 0.02,
    )
    away = {week for _ in range(habit.breaks) for week in _holiday(random)}
    races = {random.randrange(8, WEEKS) for _ in range(habit.races)}
    weeks = (week for week in range(WEEKS) if week not in away)
    planned = (activity for week in weeks for activity in _week(week, runner, random, race=week in races))
    for count, activity in enumerate(planned):
        yield replace(activity, key=f"watch:{number}-{count}")


def _holiday(random: Random) -> range:
    """A break of one to ten weeks."""
    first = random.randrange(4, WEEKS)
    return range(first, first + random.choice((1, 1, 2, 3, 4, 10)))


def _week(week: int, runner: Runner, random: Random, *, race: bool) -> Iterator[Activity]:
    days = sorted(random.sample(range(7), random.randint(*runner.habit.runs)))
    for day in days:
        km = runner.km * random.uniform(0.75, 1.1) * _season(week, runner.name) * (1.5 if day == days[-1] else 1.0)
        if random.random() < runner.habit.jump:
            km *= random.choice((1.3, 1.6, 2.0, 3.0))
        raced = race and day == days[-1]
        yield _run(7 * week + day, random.choice((10.0, 21.1, 42.2)) if raced else min(km, 60.0), runner, random, raced)
        if runner.name == "wild" and random.random() < 0.1:
            yield _other(7 * week + day, runner, random)
    for _ in range(random.randint(*runner.habit.other)):
        yield _other(7 * week + random.randrange(7), runner, random)


def _season(week: int, name: str) -> float:
    """A novice grows through the year, everybody else has three weeks up and one down."""
    return 1 + week / 26 if name == "novice" else (0.9, 1.0, 1.1, 0.8)[week % 4]


def _run(day: int, km: float, runner: Runner, random: Random, race: bool) -> Activity:
    sport = "run" if runner.name == "marathon" else random.choice(("run", "run", "run", "treadmill", "trail_run"))
    hard = race or random.random() < 0.12
    seconds = round(km * runner.pace * random.uniform(0.93, 1.08) * (0.88 if hard else 1.0))
    climb = round(km * runner.habit.climb * random.choice((0.2, 1, 1, 1, 3))) if runner.climbs else None
    return Activity(
        "",
        sport,
        _start(day, runner, random),
        elapsed_s=seconds + 60,
        moving_s=seconds,
        distance_m=round(1000 * km),
        climb_m=climb,
        descent_m=climb,
        avg_hr=random.randrange(125, 150) + (25 if hard else 0) if runner.heart else None,
        rpe=random.choice((None, None, 9 if hard else 4)),
        race=race,
        interval=hard and not race,
        surface="trail" if sport == "trail_run" else random.choice((None, "road")),
        day_only=runner.bare,
        shape=_shape(runner, climb, random) if runner.feet else Shape(),
    )


def _other(day: int, runner: Runner, random: Random) -> Activity:
    sport = random.choice(("ride", "ride", "swim", "strength", "walk", "yoga", "hike", "virtual_ride"))
    minutes = random.choice((20, 40, 60, 60, 90, 240))
    metres = {"ride": 420 * minutes, "swim": 40 * minutes, "walk": 90 * minutes, "hike": 70 * minutes}.get(sport)
    heart = random.randrange(100, 150) if runner.heart and sport != "swim" else None
    start = _start(day, runner, random, later=5)
    return Activity("", sport, start, 60 * minutes + 30, 60 * minutes, metres, avg_hr=heart, day_only=runner.bare)


def _start(day: int, runner: Runner, random: Random, later: int = 0) -> datetime:
    if runner.bare:
        return local(day, time(12), runner.zone)
    usual = (runner.hour + random.choice((-1, 0, 0, 0, 1)) + later) % 24
    hour = random.randrange(24) if runner.name == "wild" else usual
    return local(day, time(hour, random.randrange(60)), runner.zone)


def _shape(runner: Runner, climb: int | None, random: Random) -> Shape:
    """What shoes and streams show, now and then of a bad day."""
    tired, tilted = random.random() < 0.15, random.random() < 0.2
    speed = 1_000_000 // runner.pace
    return Shape(
        steep_m=None if climb is None else climb // 2,
        early_hr=random.choice((None, 130, 175)),
        early_mm_s=speed,
        brisk_mm_s=speed + random.randrange(400),
        drift=Drift(random.randrange(-20, 20), *((-60, 70, 80, 90) if tired else (0, random.randrange(-5, 5), 0, 10))),
        left=5_000 + random.randrange(-20, 20) + (250 if tilted else 0),
    )


def mornings(number: int, zone: ZoneInfo) -> Iterator[Arrival]:
    """A ring by night, not always worn, with an illness and some short nights."""
    random = Random(f"mornings {number}")
    first, ill, short = random.choice((0, 0, 120)), random.randrange(60, 340), random.randrange(60, 340)
    rest, hrv = random.randrange(44, 62), random.randrange(30, 90)
    for day in range(first, first + random.choice((120, 240))):
        if random.random() < 0.15:
            continue
        sick = ill <= day < ill + 9
        morning = Wellness(
            f"ring:{number}-{day}",
            MONDAY + timedelta(days=day),
            rest + random.randrange(-2, 3) + (11 if sick else 0),
            round(hrv * random.uniform(0.9, 1.1) * (0.55 if sick else 1.0), 1),
            sleep_h=round(random.uniform(6.9, 8.2) - (2.6 if short <= day < short + 8 else 0.0), 2),
        )
        yield Arrival(local(day, time(2, random.randrange(60)), zone), morning)


def step_of(run: Activity, seconds: int, run_s: int) -> Activity:
    """The session of a return in place of a run."""
    shape = replace(run.shape, run_s=run_s or None)
    return Activity(run.key, run.sport if run_s else "walk", run.start, seconds, seconds, 2 * seconds, shape=shape)


def busy(arrivals: Sequence[Arrival]) -> list[tuple[datetime, datetime]]:
    """Of each workout its start, and when we know of it (some hours later at the most), by start."""
    workouts = [(one.what.start, one.at) for one in arrivals if isinstance(one.what, Activity)]
    return sorted((start, min(known, start + timedelta(hours=8))) for start, known in workouts)
