"""W01, F01, F02, F03: the first minutes, the last third, the two sides and the steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from diary import ALICE, named, read
from twinge.core.fold import fold
from twinge.core.model import Activity, Athlete, Drift, Finding, Shape
from twinge.core.rules.form import try_cadence

STRANGER = Athlete("alice", timezone="Europe/Berlin")
"""Nobody knows her maximal heart rate."""
EASY = "every tue thu sat from 2026-01-05 for 8 weeks 07:00 run 8.7km 50min rpe 3\n"
"""Easy runs at 2.9 m/s until Saturday 28 February; the fast run is on Monday 2 March."""
FAST = "2026-03-02 18:00 run 10km 50min rpe 8"


def shaped(activity: Activity, **shape: Any) -> Activity:
    """The workout with what its streams showed."""
    return replace(activity, key=f"{activity.key} of {activity.start:%d %B}", shape=Shape(**shape))


def found(rule: str, workouts: Iterable[Activity], athlete: Athlete = ALICE) -> list[Finding]:
    return [finding for finding in fold(athlete, workouts).findings if finding.rule == rule]


# W01: cold start. Alice's heart goes up to 190; four fifths of it are 152.


def fast(line: str = FAST, **shape: Any) -> Activity:
    [activity] = read(line)
    return shaped(activity, **shape)


def cold(run: Activity, before: str = EASY, athlete: Athlete = ALICE) -> list[str]:
    return named(found("W01", [*read(before), run], athlete))


@pytest.mark.parametrize(("early_hr", "expected"), [(152, ["W01 info"]), (151, []), (None, [])])
def test_a_hard_run_is_cold_when_the_heart_is_up_before_the_fifth_minute(
    early_hr: int | None, expected: list[str]
) -> None:
    """A heart that gets there at 6:10 only shows a lower mean, or none, for minutes two to five."""
    assert cold(fast(early_hr=early_hr)) == expected


@pytest.mark.parametrize(
    ("early", "brisk", "expected"),
    [
        (3450, 3550, ["W01 info"]),  # 97 per cent of brisk, 119 of easy
        (3370, 3550, []),  # 94.9 per cent of brisk
        (3180, 3200, []),  # an even run, 109.7 per cent of easy
        (3190, 3200, ["W01 info"]),
    ],
)
def test_without_a_heart_rate_the_pace_of_the_first_five_minutes_tells(
    early: int, brisk: int, expected: list[str]
) -> None:
    assert cold(fast(early_mm_s=early, brisk_mm_s=brisk)) == expected


def test_where_both_are_known_both_must_agree() -> None:
    """Caffeine and heat raise the heart, a downhill start the pace."""
    assert cold(fast(early_hr=170, early_mm_s=2900, brisk_mm_s=3550)) == []
    assert cold(fast(early_hr=120, early_mm_s=3450, brisk_mm_s=3550)) == []
    assert cold(fast(early_hr=170, early_mm_s=3450, brisk_mm_s=3550)) == ["W01 info"]


def test_what_cannot_be_compared_is_no_sign() -> None:
    heart_and_pace = fast(early_hr=170, early_mm_s=3450, brisk_mm_s=3550)
    assert cold(heart_and_pace, athlete=STRANGER) == ["W01 info"]  # by the pace alone
    assert cold(heart_and_pace, before="") == ["W01 info"]  # by the heart alone: nobody knows her easy speed
    assert cold(heart_and_pace, before="", athlete=STRANGER) == []


@pytest.mark.parametrize(
    ("easy", "expected"),
    [
        ("every tue from 2026-01-20 for 5 weeks 07:00 run 8.7km 50min rpe 3\n", ["W01 info"]),
        ("every tue from 2026-01-20 for 4 weeks 07:00 run 8.7km 50min rpe 3\n", []),
        ("every tue from 2026-01-13 for 5 weeks 07:00 run 8.7km 50min rpe 3\n", []),  # the first is seven weeks old
    ],
)
def test_five_easy_runs_of_six_weeks_make_an_easy_speed(easy: str, expected: list[str]) -> None:
    assert cold(fast(early_mm_s=3450, brisk_mm_s=3550), before=easy) == expected


def test_fast_runs_have_no_part_in_the_easy_speed() -> None:
    """Five easy runs at 2.9 m/s, ten hard ones at 3.5: against all of them 3.45 would not be fast."""
    easy = "every tue from 2026-01-20 for 5 weeks 07:00 run 8.7km 50min rpe 3\n"
    hard = "every thu sun from 2026-01-20 for 5 weeks 07:00 run 10.5km 50min rpe 7\n"
    assert cold(fast(early_mm_s=3450, brisk_mm_s=3550), before=easy + hard) == ["W01 info"]


def test_a_cold_start_carries_its_numbers() -> None:
    [finding] = found("W01", [*read(EASY), fast(early_hr=160, early_mm_s=3450, brisk_mm_s=3550)])
    assert finding.facts == {
        "by": "both",
        "hr": 160,
        "limit_hr": 152,
        "early_mm_s": 3450,
        "brisk_mm_s": 3550,
        "easy_mm_s": 2900,
        "times_28d": 1,
    }


@pytest.mark.parametrize(
    "line",
    [
        "2026-03-02 18:00 run 10km 50min rpe 4",  # easy: the commuter's way home
        "2026-03-02 18:00 run 10km 45min rpe 10 race",
        "2026-03-02 18:00 ride 30km 60min rpe 8",
        "2026-03-02 run 10km 50min rpe 8",  # nobody knows the hour, nor what came before it
    ],
)
def test_these_are_no_cold_starts(line: str) -> None:
    assert cold(fast(line, early_hr=170)) == []


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("2026-03-02 17:40 run 2km 12min rpe 2", []),  # a jog that ended eight minutes before: the same run for us
        ("2026-03-02 17:20 ride 5km 15min rpe 2", []),
        ("2026-03-02 17:15 ride 5km 15min rpe 2", ["W01 info"]),  # ended half an hour before: cold again
    ],
)
def test_what_ended_just_before_was_the_warm_up(before: str, expected: list[str]) -> None:
    assert cold(fast(early_hr=170), before=EASY + before) == expected


def test_the_third_in_four_weeks_is_worth_a_message() -> None:
    mondays = read("every mon from 2026-02-02 for 6 weeks 18:00 run 10km 50min rpe 8")
    runs = [shaped(run, early_hr=165) for run in mondays]
    findings = found("W01", [*read(EASY), *runs])
    assert [f.facts["times_28d"] for f in findings] == [1, 2, 3, 4, 5, 5]
    assert named(findings)[:3] == ["W01 info", "W01 info", "W01 slow_down"]


# F01: form that goes late. Eight ordinary long runs come first, with a little drift of their own.

USUAL = [
    Drift(0, -5, 10, 5, 20),
    Drift(10, 0, 0, 10, 10),
    Drift(-10, -10, 5, 0, 30),
    Drift(5, 5, 15, 5, 20),
    Drift(0, -5, 10, 10, 10),
    Drift(-5, 0, 5, 0, 30),
    Drift(0, -5, 10, 5, 20),
    Drift(0, 0, 5, 5, 20),
]
SUNDAYS_AND_WEDNESDAYS = "every wed sun from 2026-02-02 for 4 weeks 09:00 run 10km 60min rpe 3"


def long_runs(drifts: list[Drift]) -> list[Activity]:
    return [shaped(run, drift=drift) for run, drift in zip(read(SUNDAYS_AND_WEDNESDAYS), drifts, strict=False)]


def late(
    today: Drift, before: list[Drift] = USUAL, line: str = "2026-03-03 09:00 run 10km 60min rpe 3"
) -> list[Finding]:
    [run] = read(line)
    return found("F01", [*long_runs(before), shaped(run, drift=today)])


def change(early: float, later: float) -> int:
    """Per mille."""
    return round(1000 * (later - early) / early)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (Drift(-10, change(172, 165), change(240, 256), None, None), ["F01 info"]),
        (Drift(0, -40, 0, 0, 0), []),  # cadence alone
        (Drift(-90, -41, 67, 60, 80), []),  # another speed: nothing to compare
        (Drift(50, -41, 67, 0, 0), ["F01 info"]),
        (Drift(-51, -41, 67, 0, 0), []),
        (Drift(0, -30, 50, 0, 0), ["F01 info"]),
        (Drift(0, -29, 50, 0, 0), []),
        (Drift(0, -30, 49, 0, 0), []),
        (Drift(0, 0, 50, 60, 0), ["F01 info"]),
        (Drift(0, 0, 0, 60, 70), ["F01 info"]),
        (Drift(0, 0, 0, 59, 70), []),
        (Drift(0, 30, -50, -60, -70), []),  # better, all of it
    ],
)
def test_two_signs_make_a_drift(today: Drift, expected: list[str]) -> None:
    assert named(late(today)) == expected


def test_where_only_cadence_is_recorded_it_must_fall_further_and_cost_more() -> None:
    bare = [drift._replace(contact=None, bounce=None) for drift in USUAL]
    assert late(Drift(0, -40, None, None, 80), bare) == []
    assert late(Drift(0, -50, None, None, 60), bare) == []
    assert named(late(Drift(0, -50, None, None, 70), bare)) == ["F01 info"]


def test_the_published_example_of_decoupling_is_a_sign() -> None:
    """3.0 m/s at 150 beats, then 2.9 at 156: seven per cent."""
    cost = round(1000 * (1 - (2.9 / 156) / (3.0 / 150)))
    assert cost == 71
    assert named(late(Drift(-33, -30, 0, 0, cost))) == ["F01 info"]


def test_a_drift_carries_its_numbers() -> None:
    [finding] = late(Drift(-10, -41, 67, None, None))
    assert finding.facts == {
        "cadence": -41,
        "contact": 67,
        "bounce": None,
        "decoupling": None,
        "minutes": 60,
        "times_14d": 1,
    }


def test_what_is_usual_for_the_athlete_is_no_sign() -> None:
    """Some end every long run at a cadence three per cent lower: it is theirs."""
    theirs = [drift._replace(cadence=drift.cadence and drift.cadence - 30) for drift in USUAL]
    assert late(Drift(0, -35, 55, 0, 0), theirs) == []
    assert named(late(Drift(0, -60, 55, 0, 0), theirs)) == ["F01 info"]


def test_less_than_usual_is_no_sign() -> None:
    """In the heat every long run costs a fifth more beats in the end; today it was a tenth."""
    summer = [drift._replace(decoupling=200 + at % 3, contact=90 + at % 3) for at, drift in enumerate(USUAL)]
    assert late(Drift(0, 0, 60, 0, 100), summer) == []


def test_an_athlete_whose_form_varies_needs_a_greater_change() -> None:
    restless = [drift._replace(contact=40 if at % 2 else -40) for at, drift in enumerate(USUAL)]
    assert late(Drift(0, -41, 67, 0, 0), restless) == []
    assert named(late(Drift(0, -41, 90, 0, 0), restless)) == ["F01 info"]


@pytest.mark.parametrize(("contact", "expected"), [(60, []), (61, ["F01 info"])])
def test_a_sign_lies_more_than_two_standard_deviations_off(contact: int, expected: list[str]) -> None:
    """−30, 30, −30, 30 and 0: the deviation of the sample is 30."""
    known = [Drift(0, 0, swing, 0, 0) for swing in (-30, 30, -30, 30, 0)]
    assert named(late(Drift(0, -41, contact, 0, 0), known)) == expected


@pytest.mark.parametrize(("runs", "expected"), [(4, []), (5, ["F01 info"])])
def test_five_runs_make_a_norm(runs: int, expected: list[str]) -> None:
    assert named(late(Drift(0, -41, 67, 0, 0), USUAL[:runs])) == expected


@pytest.mark.parametrize(
    "line", ["2026-03-03 09:00 treadmill 60min rpe 3", "2026-03-03 09:00 run 10km 60min rpe 7 intervals"]
)
def test_belts_and_intervals_are_no_test_of_form(line: str) -> None:
    assert late(Drift(0, -41, 67, 0, 0), line=line) == []


@pytest.mark.parametrize(
    ("days", "times"),
    [("tue fri sun", [1, 2, 3]), ("tue", [1]), ("mon tue", [1, 2])],
)
def test_the_third_in_a_fortnight_is_worth_a_message(days: str, times: list[int]) -> None:
    tired = read(f"every {days} from 2026-03-02 for 1 weeks 09:00 run 10km 60min rpe 3")
    findings = found("F01", [*long_runs(USUAL), *(shaped(run, drift=Drift(0, -60, 90, 70, 0)) for run in tired)])
    assert [f.facts["times_14d"] for f in findings] == times
    assert named(findings) == ["F01 info", "F01 info", "F01 slow_down"][: len(times)]


TWO_TUESDAYS = "2026-03-03 09:00 run 10km 60min rpe 3\n2026-03-17 09:00 run 10km 60min rpe 3"
BETWEEN = "every wed sun from 2026-03-04 for 1 weeks 09:00 run 10km 60min rpe 3"


@pytest.mark.parametrize(("minutes", "times"), [(0, [1, 2]), (1, [1, 1])])
def test_a_fortnight_is_fourteen_times_24_hours(minutes: int, times: list[int]) -> None:
    """A minute later the first drift counts no more."""
    first, second = (shaped(run, drift=Drift(0, -60, 90, 70, 0)) for run in read(TWO_TUESDAYS))
    second = replace(second, start=second.start + timedelta(minutes=minutes))
    usual = [*long_runs(USUAL), *(shaped(run, drift=USUAL[0]) for run in read(BETWEEN))]
    assert [f.facts["times_14d"] for f in found("F01", [*usual, first, second])] == times


def test_a_drift_on_a_run_that_was_too_long_is_worth_a_message() -> None:
    month_ago = read("every wed from 2026-01-05 for 4 weeks 09:00 run 10km 60min rpe 3")
    [run] = read("2026-03-03 09:00 run 13km 80min rpe 3")
    tired = shaped(run, drift=Drift(0, -41, 67, 0, 0))
    assert named(found("F01", [*month_ago, *long_runs(USUAL), tired])) == ["F01 slow_down"]


# F02: weight to one side. Hundredths of a per cent on the left foot.

FOUR_WEEKS = "every mon wed fri from 2026-01-12 for 4 weeks 07:00 run 8km 50min rpe 3"
"""Twelve runs until Friday 6 February."""


def sides(*later: tuple[str, int], usual: int = 5020) -> list[Finding]:
    """What is found when a steady runner's left share is as told in the lines."""
    before = [shaped(run, left=usual + 10 * (at % 3 - 1)) for at, run in enumerate(read(FOUR_WEEKS))]
    return found("F02", [*before, *(shaped(read(line)[0], left=left) for line, left in later)])


def on(day: int, sport: str = "run") -> str:
    return f"2026-02-{day:02d} 07:00 {sport} 8km 50min rpe 3"


def test_two_runs_in_a_week_on_one_side_lead_to_a_question() -> None:
    [finding] = sides((on(9), 5190), (on(11), 5200))
    assert (finding.severity.word, finding.band) == ("question", 1)
    assert finding.facts == {"left": 5200, "usual": 5020, "shift": 180, "runs": 2}


@pytest.mark.parametrize(
    "later",
    [
        [(on(9), 5120), (on(11), 5120)],  # a point: shoes, a cambered road
        [(on(9), 5190)],  # once
        [(on(9), 5190), (on(11), 5169)],
        [(on(9), 5190), (on(17), 5200)],  # more than a week apart
        [(on(9), 5190), (on(11), 4850)],  # one to the left, one to the right
        [(on(9), 5190), (on(11, "track"), 5200)],  # bends
        [(on(9, "track"), 5190), (on(11), 5200)],
    ],
)
def test_these_lead_to_none(later: list[tuple[str, int]]) -> None:
    assert sides(*later) == []


def test_seven_days_are_a_week_and_not_an_hour_more() -> None:
    assert len(sides((on(9), 5190), (on(16), 5190))) == 1
    assert sides((on(9), 5190), ("2026-02-16 08:00 run 8km 50min rpe 3", 5190)) == []


def test_a_shift_to_the_right_is_negative() -> None:
    [finding] = sides((on(9), 4860), (on(11), 4870))
    assert (finding.facts["shift"], finding.facts["usual"]) == (-150, 5020)


def test_the_question_is_asked_once_until_the_weight_is_back() -> None:
    shifted = [(on(day), 5190) for day in (9, 11, 13)]
    assert len(sides(*shifted)) == 1
    still_off = [(on(14), 5095), (on(15), 5190), (on(16), 5190)]
    assert len(sides(*shifted, *still_off)) == 1
    back = [(on(14), 5094), (on(15), 5190), (on(16), 5190)]
    assert len(sides(*shifted, *back)) == 2


def test_five_runs_make_a_middle() -> None:
    few = [
        shaped(run, left=5020) for run in read("every mon wed from 2026-01-19 for 2 weeks 07:00 run 8km 50min rpe 3")
    ]
    off = [shaped(read(on(day))[0], left=5200) for day in (9, 11)]
    fifth = replace(few[0], key="fifth", start=few[0].start + timedelta(days=1))
    assert found("F02", [*few, *off]) == []
    assert len(found("F02", [*few, fifth, *off])) == 1


# F03: content, not an alert.


@pytest.mark.parametrize(("steps", "offered"), [(160, 168), (178, 187)])
def test_five_per_cent_more_steps_are_offered(steps: int, offered: int) -> None:
    assert try_cadence(steps) == offered
