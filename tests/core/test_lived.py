"""A history lived hour by hour, with what comes late and what a timer wakes, leads where one fold over it leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from diary import ALICE, read
from twinge.core.fold import fits, fold, step, wait
from twinge.core.model import Activity, Athlete, Report
from twinge.core.pain import next_wake
from twinge.core.state import State, begin

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 3, 2, 6, tzinfo=UTC)
WEEKLY = replace(ALICE, preferences=replace(ALICE.preferences, weekly_since=MONDAY))


@dataclass(frozen=True)
class Came:
    """An event, and when it came in."""

    event: Activity | Report
    at: datetime


def live(came: Iterable[Came], until: datetime, athlete: Athlete = ALICE) -> tuple[State, int]:
    """The state of who was told of each as it came, with every timer kept, and how often one step would do."""
    state, known, steps = begin(), list[Activity | Report](), 0
    for one in sorted(came, key=lambda one: one.at):
        state = woken(state, one.at, athlete)
        known.append(one.event)
        if fits(state, one.event, athlete):
            state, steps = step(state, one.event, athlete).state, steps + 1
        else:
            state = fold(athlete, known, until=one.at).state
    return wait(woken(state, until, athlete), until, athlete).state, steps


def woken(state: State, until: datetime, athlete: Athlete) -> State:
    """Each timer until then, when it is due."""
    while (due := next_wake(state.pain)) is not None and due <= until.timestamp():
        state = wait(state, datetime.fromtimestamp(due, UTC), athlete).state
    return state


def held(came: list[Came], until: datetime, athlete: Athlete = ALICE) -> int:
    """Both ways lead to the same state; gives back how many single steps there were."""
    state, steps = live(came, until, athlete)
    assert state == fold(athlete, [one.event for one in came], until=until).state
    return steps


def test_a_report_made_in_a_workout_and_read_after_it_is_folded_in() -> None:
    """Written at half past seven on a run until eight, which the watch has brought before the phone had a signal."""
    [hard, easy] = read("2026-03-02 18:00 run 8km 48min rpe 9\n2026-03-04 07:00 run 9km 60min rpe 3")
    hurts = Report("page:1", easy.start + HOUR / 2, pain=4, site="knee", side="left")
    came = [Came(hard, hard.start + HOUR), Came(easy, easy.start + HOUR), Came(hurts, easy.start + 2 * HOUR)]
    assert not fits(fold(ALICE, [hard, easy]).state, hurts, ALICE)
    assert held(came, easy.start + 3 * HOUR) == 2


def test_hills_are_remembered_whether_or_not_a_timer_has_ended_the_story_before() -> None:
    """Nothing wakes a fold: to it the soreness of the start of March is still on the books when the hills come."""
    [hard, hills] = read("2026-03-02 18:00 run 8km 48min rpe 9\n2026-03-30 07:00 run 9km 60min rpe 3")
    hills = replace(hills, climb_m=200)
    sore = Report("page:1", hard.start + 14 * HOUR, pain=2, site="calf", side="both", soreness=True)
    came = [Came(hard, hard.start + HOUR), Came(sore, sore.at), Came(hills, hills.start + HOUR)]
    assert held(came, hills.start + 3 * HOUR) == 3
    assert fold(ALICE, [hills]).state.pain.hard == (int(hills.start.timestamp()) + 3600,)


def test_both_thighs_are_sore_the_day_after_hills() -> None:
    """P01's own example, by one who has no other story: an easy run, 22 m up a kilometre. Nobody is held."""
    [hills] = read("2026-03-02 18:00 run 9km 60min rpe 3")
    sore = Report("page:1", hills.start + 16 * HOUR, pain=2, site="thigh", side="both")
    assert [say.kind for say in fold(ALICE, [replace(hills, climb_m=200), sore]).says] == ["soreness"]
    assert [say.kind for say in fold(ALICE, [hills, sore]).says] == ["rest_24"]


# Any life


WORKOUTS = st.builds(
    lambda sport, rpe, climb: Activity("", sport, MONDAY, 3600, 3600, 9000, climb, rpe=rpe),
    st.sampled_from(["run", "run", "ride", "walk"]),
    st.sampled_from([3, 3, 9, None]),
    st.sampled_from([None, 0, 200]),
)
SAIDS: list[dict[str, Any]] = [
    {"pain": 4, "site": "buttock", "side": "left"},
    {"pain": 2, "site": "calf", "side": "both", "soreness": True},
    {"pain": 0, "site": "buttock", "side": "left"},
    {"answers": ((0, "0"),)},
    {"answers": ((0, "1"),)},
    {"answers": ((0, "2"),)},
    {"answers": ((0, "1111"),)},
    {"cleared_by": "physio"},
    {"text": "sore left calf since the hills, pain 2"},
]
REPORTS = st.sampled_from(SAIDS).map(lambda facts: Report("", MONDAY, **facts))
GAPS = st.sampled_from([0.5, 1, 3, 12, 24, 24, 48, 72, 200, 700])
"""Hours from one beginning to the next."""
LATE = st.sampled_from([0, 0, 0, 0.25, 1, 2, 30])
"""Hours from an event to its coming in."""


@given(st.lists(st.tuples(GAPS, WORKOUTS | REPORTS, LATE), min_size=3, max_size=14), st.sampled_from([ALICE, WEEKLY]))
@settings(max_examples=300)
def test_whatever_comes_whenever_it_comes(life: list[tuple[float, Activity | Report, float]], athlete: Athlete) -> None:
    at, came = MONDAY, list[Came]()
    for number, (gap, what, late) in enumerate(life):
        at += gap * HOUR
        if isinstance(what, Activity):
            came.append(Came(replace(what, key=f"watch:{number}", start=at), at + HOUR + late * HOUR))
        else:
            came.append(Came(replace(what, key=f"page:{number}", at=at), at + late * HOUR))
    held(came, at + 100 * HOUR, athlete)
