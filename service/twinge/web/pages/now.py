"""What Twinge sees of the athlete now, and what it kept to itself: out of the bounded state, no history is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import web

from twinge.core.bounds import own_pack
from twinge.core.model import Athlete, Held
from twinge.core.pack import Pack
from twinge.core.pain import STAGES
from twinge.core.pain.value import OPEN
from twinge.core.state import State, begin
from twinge.core.view import describe
from twinge.speech import account, standing
from twinge.speech.standing import RUNNING_ON
from twinge.speech.tongue import Tongue, capital, tongue_of
from twinge.store import Kept
from twinge.web.pages.frame import words_in
from twinge.web.pages.words import Words
from twinge.web.parts import CLOCK, DRAWS, LINKS, RULEBOOK, STORE
from twinge.why import tell

MOST_HELD: Final = 12
"""Silences on the page."""
UNKNOWN: Final = {
    "load of some sessions this week": "load",
    "distance of some runs": "distance",
    "hr_max": "hr_max",
    "hr_rest": "hr_rest",
    "resting_hr": "resting_hr",
    "hrv_ms": "hrv",
    "sleep_min": "sleep",
}
"""What `core.view` calls it → the text that says what would make it known."""
MEASURES: Final = {"resting_hr": "bpm", "hrv_ms": "ms", "sleep_min": "minutes"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is seen."""

    label: str
    value: str
    more: str
    """What it is held against; "" where there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Silence:
    """What was not said, and why."""

    at: datetime
    when: str
    names: str
    seen: list[str]
    reason: str


@dataclass(frozen=True, slots=True)
class Now:
    """The section."""

    facts: list[Fact]
    pain: list[str]
    unknown: list[str]
    held: list[Silence]
    pictures: bool | None
    """Whether messages come with their chart; None where that is not offered here."""


async def look(request: web.Request, athlete: Athlete, kept: Kept | None) -> Now:
    """The section for a visitor."""
    app, words = request.app, words_in(request)
    held = await app[STORE].outbox.find_held(athlete.id, None, MOST_HELD)
    seen = see(
        begin() if kept is None else kept.state,
        held.items,
        athlete,
        words,
        app[CLOCK](),
        (await app[RULEBOOK].current()),
    )
    links = app.get(LINKS)
    offered = app[DRAWS] and links is not None and links.usable
    return replace(seen, pictures=athlete.preferences.pictures if offered else None)


def see(state: State, held: Sequence[Held], athlete: Athlete, words: Words, now: datetime, pack: Pack) -> Now:
    """Everything of it; `held` is newest first."""
    own, speaker = own_pack(athlete, pack), tongue_of(athlete)
    seen = describe(state, athlete, now, own)
    return Now(
        facts=list(_facts(seen, words, speaker)),
        pain=list(_pain(state, athlete, words)),
        unknown=[words.say(f"unknown.{UNKNOWN[name]}") for name in seen["unknown"] if name in UNKNOWN],
        held=[_silence(one, athlete, words, own) for one in held],
        pictures=None,
    )


def _facts(seen: Mapping[str, Any], words: Words, speaker: Tongue) -> Iterator[Fact]:
    yield _load(seen, words, speaker)
    yield _longest(seen, words, speaker)
    yield _row(seen, words, speaker)
    for name, what in MEASURES.items():
        measured = seen["recovery"][name]
        if measured is None:
            continue
        usual = measured["usual"]
        told = (
            words.say("now.usual.none") if usual is None else words.say("now.usual", amount=tell(usual, what, speaker))
        )
        yield Fact(words.say(f"now.{name}"), tell(measured["now"], what, speaker), told)


def _load(seen: Mapping[str, Any], words: Words, speaker: Tongue) -> Fact:
    load, usual = seen["load_7d"], seen["load_usual"]
    told = words.say("now.unknown") if load is None else tell(100 * load, "load", speaker)
    if usual is None:
        return Fact(words.say("now.load"), told, words.say("now.usual.none"))
    return Fact(words.say("now.load"), told, words.say("now.usual", amount=tell(100 * usual, "load", speaker)))


def _longest(seen: Mapping[str, Any], words: Words, speaker: Tongue) -> Fact:
    """The ceiling only for whom running is open: anything else has a plan of its own."""
    longest, ceiling = seen["longest_run_30d_m"], seen["next_run_ceiling_m"]
    if longest is None:
        return Fact(words.say("now.longest"), words.say("now.longest.none"), "")
    told = tell(longest, "distance_m", speaker)
    if ceiling is None or seen["pain"] not in RUNNING_ON:
        return Fact(words.say("now.longest"), told, "")
    return Fact(words.say("now.longest"), told, words.say("now.ceiling", amount=tell(ceiling, "distance_m", speaker)))


def _row(seen: Mapping[str, Any], words: Words, speaker: Tongue) -> Fact:
    rest = seen["last_rest_day"]
    last = "" if rest is None else words.say("now.rest", day=words.date(date.fromisoformat(rest)))
    return Fact(words.say("now.row"), tell(seen["days_in_a_row"], "days", speaker), last)


def _pain(state: State, athlete: Athlete, words: Words) -> Iterator[str]:
    for one in state.pain.episodes:
        if one.state not in OPEN:
            continue
        step = one.state == "return"
        stage = words.say("now.step", step=one.stage + 1, steps=len(STAGES)) if step else ""
        sore = words.say("now.sore") if one.state == "sore" else ""
        yield " ".join(filter(None, (standing(one.state, one.site, one.side, athlete), sore, stage)))


def _silence(one: Held, athlete: Athlete, words: Words, own: Pack) -> Silence:
    zone, speaker = ZoneInfo(athlete.timezone), tongue_of(athlete)
    told = [account(rule, one.facts.get(rule, {}), athlete, own)[0] for rule in one.rules if one.facts.get(rule)]
    kind = f"held.{one.reason}"
    return Silence(
        at=one.at,
        when=words.day(one.at, zone),
        names=capital(speaker.names(list(one.rules))),
        seen=[sentence for sentence in told if sentence],
        reason=words.say(kind if words.knows(kind) else "held.other"),
    )
