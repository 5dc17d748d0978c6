"""A thousand made-up athletes: the same number is the same athlete, and the same year, on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from random import Random
from zoneinfo import ZoneInfo

from a_year.life import Life, is_run, local
from a_year.telling import aches, telling
from a_year.training import HABITS, mornings, training
from twinge.core.model import Activity, Athlete, Preferences, Silence, Voice

ATHLETES = 1000
ZONES = (
    *("Europe/Berlin", "Europe/London", "Europe/Madrid", "America/New_York", "America/Los_Angeles", "Australia/Sydney"),
    *("Africa/Casablanca", "Africa/Nairobi", "Africa/Cairo", "America/Sao_Paulo", "America/Santiago", "Asia/Tokyo"),
    *("America/St_Johns", "America/Havana", "America/Nuuk", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Beirut"),
    *("Australia/Adelaide", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia"),
    *("Pacific/Honolulu", "Pacific/Kiritimati", "Atlantic/Azores", "Antarctica/Troll"),
)
"""Half hours, quarter hours, both sides of the date line, clocks that change at midnight or by two hours."""
QUIET: tuple[tuple[time | None, time | None], ...] = (
    *[(time(20), time(9))] * 5,
    (time(22), time(7)),
    (time(21, 30), time(6, 15)),
    (None, None),
    (time(0), time(23)),
    (time(8), time(18)),
    (time(12), time(12)),
    (time(23, 30), time(2, 30)),
    (time(1), time(3)),
    (time(23, 59), time(0, 1)),
)
"""Nights, none, nearly all day, a sleeper by day, an empty one, and hours that a change of the clock skips."""
LANGUAGES = ("en", "en", "en-GB", "de", "de-CH", "es", "fr", "fr-CA", "pt")
MANNERS = ("prompt", "prompt", "late", "never", "muddled", "twice", "now and then")


def invent(number: int) -> Life:
    """The athlete of that number. Every third has something that hurts."""
    random = Random(f"athlete {number}")
    habit = random.choices(list(HABITS), [habit.share for habit in HABITS.values()])[0]
    athlete, voice = _athlete(number, habit, random), _voice(random)
    zone = ZoneInfo(athlete.timezone)
    arrivals = list(training(number, habit, zone))
    runs = [one.what for one in arrivals if isinstance(one.what, Activity) and is_run(one.what)]
    hurting = tuple(aches(number, runs, zone)) if number % 3 == 0 else ()
    for ache in hurting:
        arrivals += telling(number, ache, athlete.language, by_text=voice is Voice.SMS)
    if random.random() < 0.12:
        arrivals += mornings(number, zone)
    return Life(
        number=number,
        habit=habit,
        athlete=athlete,
        voice=voice,
        arrivals=tuple(sorted(arrivals, key=lambda one: one.at)),
        aches=hurting,
        manner=random.choice(MANNERS),
        obeys=random.random() < 0.5,
        mutes=random.random() < 0.15,
    )


def _voice(random: Random) -> Voice:
    return random.choices((Voice.SMS, Voice.PUSH, Voice.NONE), (50, 47, 3))[0]


def _athlete(number: int, habit: str, random: Random) -> Athlete:
    zone, known = random.choice(ZONES), random.random() < 0.5
    return Athlete(
        f"a{number}",
        timezone=zone,
        language=random.choice(LANGUAGES),
        units=random.choice(("km", "km", "mi")),
        birth_year=random.randrange(1950, 2006) if known else None,
        sex=random.choice(("female", "male", None)),
        hr_max=random.randrange(170, 205) if known else None,
        hr_rest=random.randrange(42, 66) if known else None,
        bmi=random.choice((None, 23.0, 33.0)),
        novice=True if habit == "novice" else None,
        declared_longest_m=random.choice((None, None, 3_000, 9_000)),
        limits=random.choice((*[()] * 6, (("l01.small", 115),), (("r02.rest", 14), ("r02.slow", 9)))),
        preferences=_wishes(habit, random, ZoneInfo(zone)),
        silences=tuple(_silences(random, ZoneInfo(zone))),
    )


def _wishes(habit: str, random: Random, zone: ZoneInfo) -> Preferences:
    quiet_from, quiet_to = random.choice(QUIET)
    return Preferences(
        quiet_from=quiet_from,
        quiet_to=quiet_to,
        delay_min=random.choice((20, 20, 45, 90)),
        daily_cap=random.choice((*[1] * 8, 2, 3)),
        weekly_cap=random.choice((*[None] * 8, 1, 2, 5, 14)),
        mute=random.choice((*[()] * 6, ("L01",), ("R02", "R06"), ("L05", "T01", "R01"))),
        daily_runner=habit == "streak" and random.random() < 0.5,
        paused_until=local(random.randrange(300), time(8), zone) if random.random() < 0.04 else None,
        digest_day=random.choice((7, 7, 7, 1, 3, 6)),
        digest_at=random.choice((time(18), time(18), time(18), time(6), time(2, 30), time(23, 45), None)),
        ask_effort=random.random() < 0.04,
        weekly_since=local(random.randrange(3, 200), time(12), zone) if random.random() < 0.06 else None,
    )


def _silences(random: Random, zone: ZoneInfo) -> Iterator[Silence]:
    if random.random() < 0.2:
        for kind in random.sample(
            ("race", "overload", "taper", "travel", "illness", "own_plan", "warm_up", "rules"), 2
        ):
            since = random.randrange(330)
            until = since + random.choice((1, 3, 10, 30))
            rules = ("L01", "R06") if kind == "rules" else ()
            yield Silence(kind, kind, local(since, time(0), zone), local(until, time(0), zone), rules)
