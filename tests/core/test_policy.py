"""M01 to M06: a nudge now, later or never, and the word for every silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from diary import ALICE
from twinge.core.model import Athlete, Finding, Preferences, Said, Severity, Voice
from twinge.core.pack import STANDARD, Pack
from twinge.core.policy import Decision, Ear, decide, next_window

NOON = datetime(2026, 2, 20, 11, 0, tzinfo=UTC)
"""Friday noon in Berlin; the workouts below ended then."""

L01 = {
    "measure": "distance_m",
    "today": 13_100,
    "longest_30d": 10_000,
    "over_percent": 31,
    "ceiling": 11_000,
    "limit_percent": 10,
    "source": "observed",
    "race": False,
}
R01 = {"gap_h": 23.5, "wanted_h": 48, "earlier": "hard", "earlier_sport": "run", "breaches_7d": 1, "day_only": False}
R02 = {"days": 7, "rest_days_14d": 3, "limit_days": 7}
FACTS: dict[str, dict[str, Any]] = {"L01": L01, "R01": R01, "R02": R02}


def seen(rule: str, severity: Severity = Severity.SLOW_DOWN, band: int = 1, at: datetime = NOON) -> Finding:
    return Finding(rule, severity, band, at, "diary:1", FACTS[rule])


def said(rule: str, days_ago: float, band: int = 1, answered: bool | None = None) -> Said:
    at = NOON - timedelta(days=days_ago)
    return Said((rule,), (band,), Severity.SLOW_DOWN, at, f"diary:{days_ago}", answered)


def policy(
    *findings: Finding,
    earlier: Sequence[Said] = (),
    voice: Voice = Voice.PUSH,
    athlete: Athlete = ALICE,
    now: datetime = NOON + timedelta(minutes=5),
    pack: Pack = STANDARD,
) -> Decision:
    return decide(athlete, findings, Ear(voice, tuple(earlier)), now, pack)


def reasons(decision: Decision) -> list[str]:
    return [f"{'+'.join(held.rules)} {held.reason}" for held in decision.held]


def test_a_spike_becomes_a_nudge_twenty_minutes_after_the_run() -> None:
    [nudge] = policy(seen("L01")).nudges
    assert (nudge.severity, nudge.rules) == (Severity.SLOW_DOWN, ("L01",))
    assert nudge.not_before == NOON + timedelta(minutes=20)
    assert nudge.facts == {"L01": L01}


def test_slow_down_and_rest_on_one_run_are_one_rest() -> None:
    decision = policy(seen("R02"), seen("L01", Severity.REST, 3))
    assert [(n.severity, n.rules) for n in decision.nudges] == [(Severity.REST, ("L01", "R02"))]


def test_at_most_two_reasons_and_the_third_is_kept() -> None:
    decision = policy(seen("R02"), seen("R01"), seen("L01"))
    assert decision.nudges[0].rules == ("X01", "L01", "R01")
    assert reasons(decision) == ["R02 grouped"]


def test_a_muted_part_takes_the_compound_with_it() -> None:
    quiet = replace(ALICE, preferences=Preferences(mute=("L01",)))
    decision = policy(seen("R01"), seen("L01"), athlete=quiet)
    assert [(n.rules, n.severity) for n in decision.nudges] == [(("R01",), Severity.SLOW_DOWN)]
    assert reasons(decision) == ["L01 muted"]


def test_three_in_a_week_are_sent_and_the_fourth_is_held() -> None:
    earlier = [said("R02", days) for days in (6.5, 4, 2)]
    assert reasons(policy(seen("L01"), earlier=earlier)) == ["L01 over_budget"]
    assert policy(seen("L01"), earlier=earlier[1:]).nudges


def test_by_sms_two_a_week_are_enough() -> None:
    earlier = [said("R02", days) for days in (4, 2)]
    assert reasons(policy(seen("L01"), earlier=earlier, voice=Voice.SMS)) == ["L01 over_budget"]


def test_one_a_day() -> None:
    assert reasons(policy(seen("L01"), earlier=[said("R02", 0.1)])) == ["L01 over_budget"]
    assert policy(seen("L01"), earlier=[said("R02", 1)]).nudges


def test_the_pack_says_how_many_a_day_unless_the_athlete_does() -> None:
    twice = replace(STANDARD, policy=replace(STANDARD.policy, daily=2))
    once = replace(ALICE, preferences=Preferences(daily_cap=1))
    earlier = [said("R02", 0.1)]
    assert policy(seen("L01"), earlier=earlier, pack=twice).nudges
    assert reasons(policy(seen("L01"), earlier=earlier, pack=twice, athlete=once)) == ["L01 over_budget"]


def test_the_same_rule_is_silent_for_a_week_unless_it_gets_worse() -> None:
    assert reasons(policy(seen("L01"), earlier=[said("L01", 3)])) == ["L01 said_already"]
    assert policy(seen("L01", band=2), earlier=[said("L01", 3, band=1)]).nudges
    assert reasons(policy(seen("L01"), earlier=[said("L01", 7.01)])) == ["L01 said_already"]
    assert policy(seen("L01"), earlier=[said("L01", 8)]).nudges


def test_ignored_messages_make_it_quieter() -> None:
    twice = [said("L01", 20, answered=False), said("L01", 9, answered=False)]
    assert reasons(policy(seen("L01"), earlier=twice)) == ["L01 said_already"]
    assert policy(seen("L01"), earlier=[replace_answer(s, True) for s in twice]).nudges
    four = [said("L01", days, answered=False) for days in (27, 24, 21, 18)]
    assert reasons(policy(seen("L01"), earlier=four)) == ["L01 digest"]


def replace_answer(earlier: Said, answered: bool | None) -> Said:
    return earlier._replace(answered=answered)


def test_a_channel_that_cannot_answer_is_not_ignoring() -> None:
    assert policy(seen("L01"), earlier=[said("L01", 20), said("L01", 9)]).nudges


def test_what_ended_fifty_hours_ago_is_silent() -> None:
    assert reasons(policy(seen("L01"), now=NOON + timedelta(hours=50))) == ["L01 backfill"]


def test_information_waits_for_the_digest() -> None:
    assert reasons(policy(seen("R02", Severity.INFO))) == ["R02 digest"]


def test_nobody_to_tell() -> None:
    assert reasons(policy(seen("L01"), voice=Voice.NONE)) == ["L01 no_channel"]


def test_a_pause_is_a_pause() -> None:
    away = replace(ALICE, preferences=Preferences(paused_until=NOON + timedelta(days=9)))
    assert reasons(policy(seen("L01"), athlete=away)) == ["L01 paused"]


def test_a_daily_runner_hears_of_ten_days_and_not_of_seven() -> None:
    daily = replace(ALICE, preferences=Preferences(daily_runner=True))
    assert reasons(policy(seen("R02", band=2), athlete=daily)) == ["R02 muted"]
    assert policy(seen("R02", Severity.REST, 3), athlete=daily).nudges


def test_a_run_uploaded_at_ten_past_eleven_at_night_is_spoken_of_at_nine() -> None:
    late = datetime(2026, 2, 20, 22, 0, tzinfo=UTC)
    [nudge] = policy(seen("L01", at=late), now=late + timedelta(minutes=10)).nudges
    assert nudge.not_before == datetime(2026, 2, 21, 8, 0, tzinfo=UTC)


def test_what_would_be_a_day_old_by_morning_is_dropped() -> None:
    ended = datetime(2026, 2, 20, 7, 0, tzinfo=UTC)
    assert reasons(policy(seen("L01", at=ended), now=datetime(2026, 2, 20, 23, 0, tzinfo=UTC))) == ["L01 stale"]


def test_the_same_message_has_the_same_name_however_often_it_is_worked_out() -> None:
    again = policy(seen("L01"), now=NOON + timedelta(hours=1))
    assert policy(seen("L01")).nudges[0].id == again.nudges[0].id
    assert policy(seen("L01", band=2)).nudges[0].id != again.nudges[0].id


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-03-28T19:30:00+00:00", "2026-03-29T07:00:00+00:00"),  # the night that loses an hour: 09:00 is 07:00 UTC
        ("2026-10-24T19:30:00+00:00", "2026-10-25T08:00:00+00:00"),  # the night that gains one
        ("2026-06-01T07:00:00+00:00", "2026-06-01T07:00:00+00:00"),  # exactly nine
        ("2026-06-01T18:00:00+00:00", "2026-06-02T07:00:00+00:00"),  # exactly eight in the evening
        ("2026-06-01T17:59:59+00:00", "2026-06-01T17:59:59+00:00"),
    ],
)
def test_the_window_follows_the_athletes_clock(moment: str, opens: str) -> None:
    at = datetime.fromisoformat(moment)
    assert next_window(Preferences(), "Europe/Berlin", at) == datetime.fromisoformat(opens)


def test_an_opening_inside_the_lost_hour_is_not_early_and_not_lost() -> None:
    wishes = Preferences(quiet_from=time(22), quiet_to=time(2, 30))
    opens = next_window(wishes, "Europe/Berlin", datetime(2026, 3, 28, 22, 0, tzinfo=UTC))
    assert opens == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 03:30 on the new clock


def test_quiet_at_noon_for_somebody_who_works_nights() -> None:
    wishes = Preferences(quiet_from=time(8), quiet_to=time(16))
    assert next_window(wishes, "Europe/Berlin", NOON) == datetime(2026, 2, 20, 15, 0, tzinfo=UTC)
    evening = datetime(2026, 2, 20, 20, 0, tzinfo=UTC)
    assert next_window(wishes, "Europe/Berlin", evening) == evening


def test_no_quiet_hours_at_all() -> None:
    night = datetime(2026, 2, 20, 1, 0, tzinfo=UTC)
    assert next_window(Preferences(quiet_from=None, quiet_to=None), "Europe/Berlin", night) == night
