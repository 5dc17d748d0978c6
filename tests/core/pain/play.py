"""Random lives for the pain machine: reports, answers, activities and time, in any order, and what must always hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import msgspec
from hypothesis import strategies as st

from core.pain.diary import START
from twinge.core.model import Severity
from twinge.core.pain import KINDS, Pain, Run, Say, Setting, Told, answer, hear, pass_time, ran
from twinge.core.pain.signs import SIGNS
from twinge.core.pain.value import CLOSED, MONITOR, OPEN, REFER, URGENT, Episode

HOUR, DAY = 3600, 86_400
MOST_BYTES = 40_000
"""Far above any life, far below a history: a state is a value to carry about."""

_unpack = msgspec.msgpack.Decoder(Pain).decode
pack = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True)
class Report:
    told: Told


@dataclass(frozen=True)
class Digits:
    """An answer: by the place of its question among those remembered, or bare."""

    place: int | None
    digits: str


@dataclass(frozen=True)
class Activity:
    sport: str
    seconds: int
    run_s: int | None
    hard: bool
    climb_m: int


@dataclass(frozen=True)
class Wait:
    """Nothing but time."""


Act = Report | Digits | Activity | Wait

GAPS = st.sampled_from([0, 60, 1800, HOUR, 5 * HOUR, 12 * HOUR, DAY, 2 * DAY, 3 * DAY, 8 * DAY, 30 * DAY, 70 * DAY])
MAYBE = st.none() | st.booleans()
GRAVE = {"weak_worse", "both_legs", "cannot_bear_weight", "unwell_chest", "bowel_bladder", "saddle_numb", "alarm"}
SETTINGS = st.builds(
    Setting,
    zone=st.sampled_from(["UTC", "Europe/Berlin"]),
    weekly_since=st.none() | st.just(START),
    l01_large=st.booleans(),
    own_plan=st.booleans(),
)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    mild = [sign for sign in SIGNS if sign not in GRAVE]
    said: dict[str, Any] = {sign: draw(st.booleans()) for sign in draw(st.lists(st.sampled_from(mild), max_size=2))}
    if draw(st.integers(0, 19)) == 0:
        said[draw(st.sampled_from(sorted(GRAVE)))] = True
    return Report(
        Told(
            pain=draw(st.none() | st.integers(0, 10)),
            site=draw(st.sampled_from([None, None, "buttock", "knee", "thigh", "hamstring", "stitch", "toe"])),
            side=draw(st.sampled_from([None, "left", "right", "both"])),
            hurts=draw(MAYBE),
            onset=draw(st.sampled_from([None, None, "during", "next_morning"])),
            soreness=draw(st.sampled_from([None, None, True])),
            missed=draw(st.sampled_from([None, None, None, 3])),
            seeing_someone=draw(st.sampled_from([None, None, None, True])),
            cleared_by=draw(st.sampled_from([None, None, "doctor", "coach"])),
            walked_30min_ok=draw(st.sampled_from([None, None, True])),
            unconfirmed=draw(st.sampled_from([(), (), (), ("saddle_numb",)])),
            **said,
        )
    )


ACTS: st.SearchStrategy[Act] = st.one_of(
    reports(),
    st.builds(
        Digits,
        st.none() | st.integers(0, 9),
        st.sampled_from(["0", "0", "1", "2", "3", "5", "8", "26", "1111", "1311"]),
    ),
    st.builds(Digits, st.none(), st.sampled_from(["0", "0", "1", "2"])),
    st.builds(
        Activity,
        st.sampled_from(["run", "run", "run", "walk", "ride"]),
        st.sampled_from([1200, 1800, 2400]),
        st.none() | st.sampled_from([0, 600, 900, 1200, 1500, 1700, 1800, 3000]),
        st.booleans(),
        st.sampled_from([0, 90]),
    ),
    st.builds(Wait),
)
LIVES = st.lists(st.tuples(GAPS, ACTS), max_size=25)


def act(pain: Pain, what: Act, at: int, setting: Setting, key: str) -> tuple[Pain, tuple[Say, ...]]:
    """One thing at one instant."""
    match what:
        case Report(told):
            return hear(pain, replace(told, key=key, at=at), setting)
        case Digits(place, digits):
            known = pass_time(pain, at, setting)[0].asked
            asked = known[place % len(known)].id if place is not None and known else 0
            return answer(pain, asked, digits, at, setting)
        case Activity(sport, seconds, run_s, hard, climb_m):
            return ran(pain, Run(key, sport, at - seconds, at, run_s, hard, climb_m, 5000), setting)
    return pass_time(pain, at, setting)


def live(life: list[tuple[int, Act]], setting: Setting) -> tuple[Pain, int]:
    """A whole life, and the instant it ends at."""
    pain, at = Pain(), START
    for number, (gap, what) in enumerate(life):
        at += gap
        pain, _ = act(pain, what, at, setting, f"k{number}")
    return pain, at


# What must always hold


def check_state(pain: Pain) -> None:
    """One open episode a place, a bounded value that packs and unpacks, and nothing that is stuck."""
    places = [(e.site, e.side) for e in pain.episodes if e.state in OPEN - {MONITOR}]
    assert len(places) == len(set(places))
    packed = pack(pain)
    assert _unpack(packed) == pain
    assert pack(_unpack(packed)) == packed
    assert len(packed) < MOST_BYTES
    assert [e.id for e in pain.episodes] == sorted({e.id for e in pain.episodes})
    for episode in pain.episodes:
        assert _lives_on(pain, episode), episode


def _lives_on(pain: Pain, episode: Episode) -> bool:
    """It will be looked at, an answer is waited for, or it sleeps for good: REFER and URGENT only."""
    waits = any(q.episode == episode.id and q.due is not None and q.digits is None for q in pain.asked)
    sleeps = episode.asleep is not None and episode.state in {REFER, URGENT}
    return episode.check is not None or waits or sleeps


def check_says(pain: Pain, says: tuple[Say, ...], since: int, until: int) -> None:
    """Messages are those of the catalogue, in order, and none is from another time."""
    instants = [say.at for say in says]
    assert instants == sorted(instants)
    assert all(since <= at <= until for at in instants)
    known = {asked.id: asked.kind for asked in pain.asked}
    for say in says:
        kind = KINDS[say.kind]
        assert say.severity is kind.severity
        assert say.rule in kind.rules
        assert tuple(say.facts) == kind.facts
        assert all(value is None or isinstance(value, int | str) for value in say.facts.values())
        if say.question is not None:
            assert say.question.kind in kind.asks
            assert known.get(say.question.id, say.question.kind) == say.question.kind


def capped(say: Say) -> bool:
    """Whether the day's cap binds a message: no emergency, no hold that begins or deepens, no question back."""
    return say.severity not in {Severity.URGENT, Severity.INFO} and KINDS[say.kind].waits


def never_alone(before: Pain, after: Pain) -> None:
    """Time alone never takes an episode out of REFER or URGENT."""
    now = {e.id: e.state for e in after.episodes}
    for episode in before.episodes:
        if episode.state in {REFER, URGENT}:
            assert now[episode.id] == episode.state


def closed(pain: Pain) -> int:
    """How many closed episodes are remembered."""
    return sum(e.state == CLOSED for e in pain.episodes)
