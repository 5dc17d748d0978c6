"""A year of a thousand athletes, in which nobody gets more than the budget of M01 and nothing is lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from gsm0338 import Codec  # type: ignore[import-untyped]

from a_year.people import ATHLETES, invent
from a_year.player import live
from a_year.record import Year
from twinge.core.bounds import check_own
from twinge.core.model import Nudge, Severity, Voice
from twinge.core.pain import KINDS, LIMITS
from twinge.core.policy import next_window
from twinge.core.relay import EFFORT

URGENT = Severity.URGENT
DAY, WEEK = timedelta(days=1), timedelta(days=7)
A_WEEK = {Voice.SMS: 2, Voice.PUSH: 3}
"""M01."""
STORY_A_DAY = 2
UNANSWERED = 15
"""Messages that follow one report at the most where no answer comes."""
PART = 153
"""Letters of each segment where there are two."""
FINDING_OUT = {"score", "signs", "confirm"}
CONVERSATION = timedelta(minutes=15)
MESSAGES = Path(__file__).parent.parent / "docs" / "messages.md"
GSM7 = Codec()


@pytest.fixture(scope="module")
def years() -> list[Year]:
    """All of them, each played once."""
    return [live(invent(number)) for number in range(ATHLETES)]


def unasked(year: Year) -> list[Nudge]:
    """What interrupts: neither the pain story, nor a question the athlete wished for, nor an emergency."""
    return [one for one in year.nudges if one.activity is not None and one.severity < URGENT]


def told(year: Year) -> list[tuple[Nudge, str]]:
    """The pain story's messages, each with its kind."""
    return [(one, facts["kind"]) for one in year.nudges for facts in inner(one) if "kind" in facts]


def inner(nudge: Nudge) -> Iterator[dict[str, Any]]:
    return (facts for facts in nudge.facts.values() if isinstance(facts, dict) and nudge.activity is None)


def of(year: Year, *nudges: Nudge) -> str:
    """An offender, for whoever has to find out."""
    said = [f"{clock(year, one.not_before):%a %d %b %H:%M} {'+'.join(one.rules)} {kind(one)}" for one in nudges]
    return f"athlete {year.life.number}: {'; '.join(said)}"


def kind(nudge: Nudge) -> str:
    """Of a message of the pain story its kind, else its words."""
    return next((facts["kind"] for facts in inner(nudge) if "kind" in facts), nudge.text)


def close(at: Sequence[datetime], most: int, span: timedelta) -> int | None:
    """The place of the first instant at which `most` were passed within less than `span`."""
    ordered = sorted(at)
    return next((n for n in range(most, len(ordered)) if ordered[n] - ordered[n - most] < span), None)


def clock(year: Year, at: datetime) -> datetime:
    """The athlete's own clock."""
    return at.astimezone(ZoneInfo(year.life.athlete.timezone)).replace(tzinfo=None)


def test_nobody_is_interrupted_more_than_once_a_day(years: list[Year]) -> None:
    loud = []
    for year in years:
        days = Counter(clock(year, one.not_before).date() for one in unasked(year))
        most = year.life.athlete.preferences.daily_cap or 1
        loud += [f"{of(year)}{day} {count} times" for day, count in days.items() if count > most]
    assert loud == []


def test_nobody_is_interrupted_more_than_twice_a_week_by_sms_and_thrice_by_push(years: list[Year]) -> None:
    loud = []
    for year in years:
        own = year.life.athlete.preferences.weekly_cap
        most = A_WEEK.get(year.life.voice, 0) if own is None else own
        if close([one.not_before for one in unasked(year)], most, WEEK) is not None:
            loud.append(of(year, *unasked(year)))
    assert loud == []


def test_there_is_one_digest_a_week_at_most(years: list[Year]) -> None:
    for year in years:
        days = [clock(year, one.not_before).date() for one in year.digests]
        assert all(later - sooner >= WEEK for sooner, later in pairwise(days)), of(year, *year.digests)
        assert not year.digests or year.life.athlete.preferences.digest_at is not None


def test_the_pain_story_says_two_things_a_day(years: list[Year]) -> None:
    """By its own dates: what begins or deepens a hold, and a question back, takes room and needs none."""
    loud = []
    for year in years:
        dates = {key: dated.at for key, dated in year.dated.items()}
        loud += [of(year, *day) for day in crowded(year, dates)]
    assert loud == []


def test_quiet_hours_do_not_crowd_the_morning(years: list[Year]) -> None:
    """Two things a day also as they arrive, by the clock on the athlete's wall."""
    loud = []
    for year in years:
        arrivals = {one.id: at_once(year, one) for one, _ in told(year)}
        loud += [of(year, *day) for day in crowded(year, arrivals)]
    assert loud == []


def at_once(year: Year, nudge: Nudge) -> datetime:
    """When it arrives; of a run whose record was long on its way: when it would have, had we known of it at its end."""
    wishes, zone, dated = year.life.athlete.preferences, year.life.athlete.timezone, year.dated[nudge.id].at
    if dated >= nudge.made_at:
        return nudge.not_before
    return dated if is_quiet(year, nudge.not_before) else next_window(wishes, zone, dated)


def crowded(year: Year, at: Mapping[str, datetime]) -> Iterator[list[Nudge]]:
    """Messages within a day of each other although the last said of them could have waited. Emergencies do not count,
    nor does a day on which the clock changes.

    A late record changes the story: what was said in the one known before has no place in the new one, so such a day
    may have up to two more.
    """
    most = STORY_A_DAY + (2 if year.folded else 0)
    counted = [(at[one.id], one, KINDS[what].waits) for one, what in told(year) if one.severity < URGENT]
    counted.sort(key=lambda each: year.dated[each[1].id].at)
    for place, (now, _, waits) in enumerate(counted):
        day = [one for then, one, _ in counted[: place + 1] if abs(now - then) < DAY and passed(year, then, now) < DAY]
        changes = clock(year, now) - clock(year, now - 2 * DAY) != 2 * DAY
        if waits and len(day) > most and not changes:
            yield day


def test_a_pain_story_is_told_in_its_order(years: list[Year]) -> None:
    """What waits for the morning and is overtaken in the night is not said any more, but for a doctor's word."""
    late = []
    for year in years:
        by_episode: dict[int, list[Nudge]] = {}
        for one, _ in sorted(told(year), key=lambda each: year.dated[each[0].id].at):
            by_episode.setdefault(year.dated[one.id].episode, []).append(one)
        pairs = [pair for each in by_episode.values() for pair in pairwise(each)]
        mild = [pair for pair in pairs if pair[0].severity < Severity.SEE_DOCTOR]
        late += [of(year, *pair) for pair in mild if at_once(year, pair[1]) < at_once(year, pair[0])]
    assert late == []


def passed(year: Year, since: datetime, until: datetime) -> timedelta:
    """The time between, by the clock on the athlete's wall."""
    return clock(year, until) - clock(year, since)


def test_nobody_is_asked_to_run_in_a_hold(years: list[Year]) -> None:
    """What waits for the morning may be overtaken by a report in the night."""
    assert [f"athlete {year.life.number}: {one}" for year in years for one in year.against] == []


def test_a_late_workout_takes_back_no_doctor_and_no_emergency(years: list[Year]) -> None:
    assert [f"athlete {year.life.number}: {one}" for year in years for one in year.undone] == []


def test_whoever_never_answers_is_left_alone(years: list[Year]) -> None:
    """A question five times at the most, a word about runs in a hold, and then nothing until they write again."""
    silent = [year for year in years if year.life.manner == "never" and year.told]
    assert len(silent) > ATHLETES // 50
    for year in silent:
        weekly = sum(what == "weekly_ask" for _, what in told(year))
        assert len(told(year)) - weekly <= UNANSWERED * len(year.told), of(year, *(one for one, _ in told(year)))
        assert weekly <= 2 * LIMITS.week_missed * len(year.told)


def test_quiet_hours_are_quiet(years: list[Year]) -> None:
    """But for an emergency, and for finding out whether it is one from somebody who has just written."""
    loud = []
    for year in years:
        for nudge in (*year.nudges, *year.digests):
            if is_quiet(year, nudge.not_before) and nudge.severity < URGENT:
                asks = {facts.get("asks") for facts in inner(nudge)}
                just = any(timedelta(0) <= nudge.not_before - at <= CONVERSATION for at in year.wrote)
                if not (asks & FINDING_OUT and just):
                    loud.append(of(year, nudge))
    assert loud == []


def is_quiet(year: Year, at: datetime) -> bool:
    """Whether the clock on the athlete's wall shows a quiet hour."""
    wishes, now = year.life.athlete.preferences, clock(year, at).time()
    since, until = wishes.quiet_from, wishes.quiet_to
    if since is None or until is None:
        return False
    return since <= now < until if since <= until else now >= since or now < until


def test_a_doctor_and_an_emergency_come_only_from_what_was_told(years: list[Year]) -> None:
    assert sum(not year.told for year in years) > ATHLETES // 2
    for year in years:
        first = min(year.told, default=None)
        grave = [one for one in year.nudges if one.severity >= Severity.SEE_DOCTOR]
        assert all(first is not None and one.made_at >= first for one in grave), of(year, *grave)
        assert all(one.activity is None for one in grave), of(year, *grave)


def test_a_muted_rule_is_silent(years: list[Year]) -> None:
    assert any(since is not None for year in years for since in year.muted.values())
    for year in years:
        for nudge in (*year.nudges, *year.digests):
            muted = {rule for rule, since in year.muted.items() if since is None or nudge.made_at > since}
            assert not muted & set(nudge.rules), of(year, nudge)


def test_a_pause_is_a_pause(years: list[Year]) -> None:
    for year in years:
        for nudge in (*unasked(year), *year.digests):
            made = nudge.made_at
            assert not any((since is None or made > since) and made < until for since, until in year.paused), of(
                year, nudge
            )


def test_nobody_without_a_channel_is_spoken_to(years: list[Year]) -> None:
    silent = [year for year in years if year.life.voice is Voice.NONE]
    assert any(year.told for year in silent)
    assert [of(year, *year.nudges) for year in silent if year.nudges or year.digests] == []


def test_an_effort_is_asked_of_whoever_wished_for_it_and_once_a_day(years: list[Year]) -> None:
    for year in years:
        asked = [one for one in year.nudges if one.rules == (EFFORT,)]
        days = [clock(year, one.not_before).date() for one in asked]
        assert len(days) == len(set(days)), of(year, *asked)
        assert not asked or year.life.athlete.preferences.ask_effort


def test_every_finding_is_said_or_held_for_a_reason_that_is_written_down(years: list[Year]) -> None:
    assert sum(year.seen for year in years) > 10 * ATHLETES
    assert [f"athlete {year.life.number}: {found}" for year in years for found in year.lost] == []
    reasons, _, _ = MESSAGES.read_text().partition("\n## ")
    known = set(re.findall(r"^\| `(\w+)` \|", reasons, re.MULTILINE))
    assert {reason for year in years for reason in year.held} <= known


def test_every_message_has_words_and_takes_two_segments_at_most(years: list[Year]) -> None:
    assert [f"athlete {year.life.number}: {what}" for year in years for what in year.speechless] == []
    said = [one for year in years for one in (*year.nudges, *year.digests)]
    assert [one.id for one in said if not one.text.strip()] == []
    assert [one.text for one in said if letters(one.text) > 2 * PART] == []


def letters(text: str) -> int:
    return sum(map(width, text))


@cache
def width(letter: str) -> int:
    """How many of the 160 it takes; ValueError for a letter that is not GSM-7."""
    return len(GSM7.encode(letter)[0])


def test_the_year_is_a_full_one(years: list[Year]) -> None:
    """What the other tests ask has happened, and often."""
    said = Counter(one.severity for year in years for one in year.nudges)
    held = Counter(reason for year in years for reason in year.held)
    stood = {state for year in years for state in year.stood}
    assert min(said[each] for each in Severity if each is not Severity.INFO) > ATHLETES // 10
    assert set(held) >= {"digest", "muted", "paused", "silenced", "inhibited", "said_already", "grouped", "over_budget"}
    assert set(held) >= {"backfill", "stale", "no_channel"}
    assert stood >= {"triage", "rest24", "rest72", "refer", "urgent", "settling", "return", "monitor", "sore"}
    assert sum(bool(year.life.aches) for year in years) > ATHLETES // 3
    assert all(check_own(year.life.athlete.limits) for year in years)
