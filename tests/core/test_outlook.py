"""What is usual and how the mornings stand: what is not known stays unknown, and a day's edge is the athlete's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from diary import ALICE, judged
from twinge.core.model import Morning
from twinge.core.outlook import last_rest, recovery, usual_load
from twinge.core.pack import STANDARD
from twinge.core.state import State, begin
from twinge.core.view import describe

TODAY = date(2026, 5, 4).toordinal()
HABIT = "every tue thu sat from 2026-02-03 for 13 weeks 07:00 run 10km 60min rpe 5"


def mornings(days: int, **values: int) -> tuple[Morning, ...]:
    """The same morning on each of the days that end today."""
    return tuple(Morning(TODAY - ago, "watch", **values) for ago in reversed(range(days)))


def test_a_usual_week_is_the_mean_of_the_weeks_before_this_one() -> None:
    state = judged(HABIT).state
    [load] = {session.load for session in state.sessions}
    assert load is not None
    assert usual_load(state, TODAY) == pytest.approx(3 * load / 100, abs=0.1)


def test_with_less_than_four_known_weeks_nothing_is_usual() -> None:
    assert usual_load(begin(), TODAY) is None
    assert usual_load(judged("every tue thu sat from 2026-04-07 for 4 weeks 07:00 run 10km 60min").state, TODAY) is None


def test_the_last_rest_day_is_one_that_the_records_reach_over() -> None:
    assert last_rest(begin(), TODAY, STANDARD) is None
    assert last_rest(judged(HABIT).state, TODAY, STANDARD) == date(2026, 5, 3)
    whole = judged("every day from 2026-04-27 for 1 weeks 07:00 run 8km 48min").state
    assert last_rest(whole, TODAY, STANDARD) is None
    strolled = judged(
        "every day from 2026-04-20 for 1 weeks 07:00 run 8km 48min\n2026-04-27 12:00 walk 3km 40min"
    ).state
    assert last_rest(strolled, date(2026, 4, 28).toordinal(), STANDARD) == date(2026, 4, 27)


def test_the_mornings_stand_against_their_own_usual() -> None:
    state = State(mornings=mornings(40, resting_hr=50, rmssd=6000, sleep_min=430))
    assert recovery(state, TODAY, STANDARD) == {
        "resting_hr": {"now": 50, "usual": 50},
        "hrv_ms": {"now": 60, "usual": 60, "kind": "rmssd"},
        "sleep_min": {"now": 430, "usual": 430},
    }


def test_few_mornings_have_no_usual_and_old_ones_are_not_now() -> None:
    few = State(mornings=mornings(3, resting_hr=50, rmssd=6000, sleep_min=430))
    found = recovery(few, TODAY, STANDARD)
    assert {name: one["usual"] for name, one in found.items()} == dict.fromkeys(found)
    old = State(mornings=tuple(one._replace(day=one.day - 20) for one in few.mornings))
    assert set(recovery(old, TODAY, STANDARD).values()) == {None}
    assert set(recovery(begin(), TODAY, STANDARD).values()) == {None}


def test_what_is_not_measured_is_among_the_unknown() -> None:
    now = datetime(2026, 5, 4, 10, tzinfo=UTC)
    seen = describe(judged(HABIT).state, ALICE, now)
    assert seen["unknown"] == ["resting_hr", "hrv_ms", "sleep_min"]
    assert seen["last_rest_day"] == "2026-05-03"
    measured = replace(judged(HABIT).state, mornings=mornings(3, resting_hr=50, rmssd=6000, sleep_min=430))
    assert describe(measured, ALICE, now)["unknown"] == []
