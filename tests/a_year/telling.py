"""What hurts in a year, and how it is told: forms, buttons and text messages in four languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from a_year.life import Ache, Arrival, Words, local
from twinge.core.model import Activity, Report

SITES = ("buttock", "knee", "shin", "calf", "ankle", "hip", "thigh", "foot", "back", "behind_hip")
SPOKEN = {
    "en": {"knee": "pain {score} left knee", "calf": "calf pain {score}, numb foot", "hip": "my right hip hurts"},
    "de": {"knee": "Schmerz {score} linkes Knie", "calf": "Wade tut weh {score}", "hip": "rechte Hüfte tut weh"},
    "es": {"knee": "dolor {score} rodilla izquierda", "calf": "dolor {score} gemelo", "hip": "me duele la cadera"},
    "fr": {"knee": "douleur {score} genou gauche", "calf": "j'ai mal au mollet", "hip": "mal à la hanche {score}"},
}
BARELY = {"en": "PAIN {score}", "de": "Schmerz {score}", "es": "dolor {score}", "fr": "douleur {score}"}
ALARMING = ("can't feel when I pee since the back pain", "fever and back pain", "numb between my legs", "my foot slaps")
SIGNS = ((), (), (), (), ("limp",), ("tingling",), ("spot", "walking"), ("numb", "weak"))
GRAVE = ("cannot_bear_weight", "saddle_numb", "alarm")
OCCASIONS: Sequence[Sequence[int]] = (
    *((0,), (0,), (0,)),
    (0, 30),
    (0, 12, 100),
    (0, 24, 48, 72, 96, 120, 144, 168),
    (0, 0, 1, 1, 2, 50),
)
"""Hours after the onset at which it is told: once, twice, daily, or all the time."""


def aches(number: int, runs: Sequence[Activity], zone: ZoneInfo) -> Iterator[Ache]:
    """At any hour, or in the middle of a run; most of them late in the year, which leaves the others a quiet one."""
    random = Random(f"aches {number}")
    for _ in range(random.choice((1, 1, 1, 1, 1, 2, 3, 5))):
        since = local(int(random.triangular(170, 360, 345)), time(random.randrange(24), random.randrange(60)), zone)
        if runs and random.random() < 0.2:
            run = random.choice(runs[len(runs) // 2 :])
            since = run.start + timedelta(seconds=(run.moving_s or 0) // 2)
        days, peak = random.choice((1, 2, 3, 5, 9, 20, 45, 120)), random.choice((1, 2, 3, 3, 4, 5, 6, 8))
        yield Ache(since, days, peak, random.choice(SITES), random.choice((None, "left", "right", "both")))


def telling(number: int, ache: Ache, language: str, *, by_text: bool) -> Iterator[Arrival]:
    """All that is written about one ache of the athlete's own accord."""
    begun = int(ache.since.timestamp())
    random = Random(f"telling {number} {begun}")
    for count, hours in enumerate(random.choice(OCCASIONS)):
        at = ache.since + timedelta(hours=hours, minutes=random.randrange(60))
        if by_text and random.random() < 0.5:
            yield Arrival(at, Words(_text(ache, at, language[:2], random)))
        else:
            yield Arrival(at, _report(f"told:{number}-{begun}-{count}", at, ache, random, first=count == 0))


def _text(ache: Ache, at: datetime, language: str, random: Random) -> str:
    if random.random() < 0.04:
        return random.choice(ALARMING)
    language = language if language in SPOKEN else "en"
    spoken = SPOKEN[language].get(ache.site, BARELY[language])
    return random.choice((spoken, spoken, BARELY[language], "STATUS", "hm ok?")).format(score=ache.score(at))


def _report(key: str, at: datetime, ache: Ache, random: Random, *, first: bool) -> Report:
    """A number or none, a place or none, now and then a sign; later that it is gone, or looked after."""
    where: dict[str, Any] = {"site": ache.site, "side": ache.side} if random.random() < 0.8 else {}
    said: dict[str, Any] = {"pain": ache.score(at)} if random.random() < 0.85 else {"hurts": True}
    if first:
        said["onset"] = random.choice((None, "during", "after", "next_morning"))
        said["live"] = random.choice((None, True)) if said["onset"] == "during" else None
        if random.random() < 0.1:
            return Report(key, at, pain=random.choice((1, 2)), site="thigh", side="both", soreness=True)
        said |= dict.fromkeys(random.choice(SIGNS), True)
        said |= {random.choice(GRAVE): True} if random.random() < 0.02 else {}
    else:
        more = {"seeing_someone": True}, {"cleared_by": "physio"}, {"missed": 3}, {"walked_30min_ok": True}, {"pain": 0}
        said |= random.choice(({}, {}, *more))
    return Report(key, at, **where, **said)
