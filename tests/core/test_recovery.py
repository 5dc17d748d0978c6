"""R01, R02 and X01: hard after hard, days without rest, two signs at once."""

from __future__ import annotations

import pytest

from diary import ALICE, judged, named, on_last
from twinge.core.model import Finding, Severity
from twinge.core.rules import compound

BACKGROUND = "every mon thu from 2026-01-05 for 6 weeks 18:00 run 8km 50min rpe 3\n"
"""Easy running up to Thursday 12 February. The week of Monday the 16th is the one in question."""


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("2026-02-16 18:00 run 8km 60min rpe 7", "2026-02-17 18:30 run 8km 50min rpe 7", ["R01 slow_down"]),  # 23.5 h
        ("2026-02-16 18:00 run 8km 60min rpe 7", "2026-02-18 19:00 run 8km 50min rpe 7", []),  # 48.0 h
        ("2026-02-16 18:00 run 8km 60min rpe 5", "2026-02-17 19:00 run 8km 50min rpe 7", []),  # moderate: 24.0 h
        ("2026-02-16 18:00 run 8km 60min rpe 9", "2026-02-19 07:00 run 8km 50min rpe 7", ["R01 slow_down"]),  # 60 h
        ("2026-02-16 18:00 run 8km 60min rpe 7", "2026-02-17 18:30 run 8km 50min rpe 4", []),  # an easy day after
        ("2026-02-16 18:00 run 8km 60min rpe 7", "2026-02-18 15:00 run 8km 50min rpe 7", []),  # 44 h: two days later
        ("2026-02-16 18:00 ride 20km 60min rpe 7", "2026-02-16 19:10 run 8km 50min rpe 7", []),  # one outing
    ],
)
def test_a_hard_session_wants_its_hours(earlier: str, later: str, expected: list[str]) -> None:
    assert [n for n in named(on_last(f"{BACKGROUND}{earlier}\n{later}")) if n.startswith("R01")] == expected


def test_four_days_after_a_marathon_is_too_soon_for_anything_hard() -> None:
    diary = BACKGROUND + "2026-02-15 09:00 run 42.2km 4h00 race\n2026-02-19 18:00 run 8km 45min rpe 8"
    [found] = [f for f in on_last(diary) if f.rule == "R01"]
    assert (found.severity, found.facts["wanted_h"]) == (Severity.REST, 336)


def test_the_second_breach_within_a_week_asks_for_rest() -> None:
    diary = BACKGROUND + "\n".join(f"2026-02-{day} 18:00 run 8km 50min rpe 7" for day in (16, 17, 18))
    assert [f"{f.rule} {f.severity.word}" for f in judged(diary).findings] == ["R01 slow_down", "R01 rest"]


def test_a_workout_in_two_pieces_is_one_breach() -> None:
    """Intervals and their cool-down, recorded apart, are not hard after hard."""
    pieces = "2026-02-16 18:00 run 6km 40min rpe 8\n2026-02-16 18:45 run 2km 14min rpe 2"
    assert named(on_last(BACKGROUND + pieces)) == []


def test_bare_dates_are_judged_by_the_longest_gap_they_allow() -> None:
    """Hard on two days in a row is under 48 hours whatever the clock said; with a day between nobody knows."""
    assert named(on_last(BACKGROUND + "2026-02-17 run 8km 50min rpe 8\n2026-02-18 run 8km 50min rpe 8")) == [
        "R01 slow_down"
    ]
    assert named(on_last(BACKGROUND + "2026-02-17 run 8km 50min rpe 8\n2026-02-19 run 8km 50min rpe 8")) == []


def test_a_steady_runner_has_no_hard_days_by_percentile() -> None:
    """Twelve equal runs: the 85th percentile is every one of them, and none is hard."""
    diary = "every mon tue thu fri from 2026-01-05 for 6 weeks 07:00 run 8km 48min hr 140"
    assert [f for f in judged(diary).findings if f.rule == "R01"] == []


# R02


def in_a_row(days: int, workout: str = "run 6km 36min rpe 3") -> str:
    return BACKGROUND + "\n".join(f"2026-03-{day:02d} 07:00 {workout}" for day in range(1, days + 1))


@pytest.mark.parametrize(
    ("days", "expected"), [(6, []), (7, ["R02 slow_down"]), (8, []), (10, ["R02 rest"]), (11, []), (18, ["R02 rest"])]
)
def test_days_in_a_row(days: int, expected: list[str]) -> None:
    assert [n for n in named(on_last(in_a_row(days))) if n.startswith("R02") and n != "R02 info"] == expected


def test_a_thirty_minute_walk_makes_a_rest_day() -> None:
    days = in_a_row(7).splitlines()
    days[-4] = "2026-03-04 07:00 walk 2.5km 30min"
    assert named(on_last("\n".join(days))) == []


def test_a_day_of_unknown_load_is_an_active_day() -> None:
    days = in_a_row(7).splitlines()
    days[-4] = "2026-03-04 07:00 run"
    assert named(on_last("\n".join(days))) == ["R02 slow_down"]


def test_the_second_workout_of_the_day_says_nothing_new() -> None:
    assert named(on_last(in_a_row(7) + "\n2026-03-07 18:00 swim 1km 30min rpe 3")) == []


def test_fewer_than_two_rest_days_in_fourteen_goes_to_the_digest_once() -> None:
    """Six on and one off leaves two; a week without a day off and six more days leave one."""
    diary = "every mon tue wed thu fri sat from 2026-01-05 for 4 weeks 07:00 run 6km 36min rpe 3"
    assert [f.severity for f in judged(diary).findings if f.rule == "R02"] == []
    denser = (
        f"{diary}\nevery day from 2026-02-02 for 1 weeks 07:00 run 6km 36min rpe 3\n"
        "every tue wed thu fri sat sun from 2026-02-09 for 1 weeks 07:00 run 6km 36min rpe 3"
    )
    told = [(f.severity.word, f.at.day) for f in judged(denser).findings if f.rule == "R02"]
    assert told == [("slow_down", 8), ("info", 15)]


def test_days_are_the_athletes_days_across_the_clock_change() -> None:
    """Late runs around the night of 29 March, when Berlin loses an hour: still seven local days."""
    week = "\n".join(f"2026-03-{day} 23:30 run 6km 25min rpe 3" for day in range(25, 32))
    assert "R02 slow_down" in named(on_last(BACKGROUND + week))


# X01


def seen(rule: str, severity: Severity, band: int = 1) -> Finding:
    [example] = on_last(in_a_row(7))
    return Finding(rule, severity, band, example.at, "diary:1")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([("L01", Severity.SLOW_DOWN), ("R01", Severity.SLOW_DOWN)], Severity.REST),
        ([("L01", Severity.SLOW_DOWN), ("T02", Severity.SLOW_DOWN)], Severity.REST),
        ([("L01", Severity.SLOW_DOWN), ("L05", Severity.INFO)], None),
        (
            [("L01", Severity.REST), ("R01", Severity.REST), ("R03", Severity.REST), ("T02", Severity.REST)],
            Severity.REST,
        ),
    ],
)
def test_two_signs_on_one_workout_weigh_more_and_never_make_a_doctor(
    found: list[tuple[str, Severity]], expected: Severity | None
) -> None:
    both = compound([seen(rule, severity) for rule, severity in found])
    assert (both.severity if both else None) == expected


def test_a_spike_run_hard_after_hard_is_both() -> None:
    diary = BACKGROUND + "2026-02-16 18:00 run 8km 50min rpe 7\n2026-02-17 18:00 run 10km 60min rpe 7"
    assert named(on_last(diary, ALICE)) == ["L01 slow_down", "R01 slow_down", "X01 rest"]
