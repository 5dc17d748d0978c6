"""T01 to T04: hills, descents and ground, told as training diaries.

After a `+` a line tells what the watch showed of the hills: climb and descent are totals, steep and uneven come from
streams.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from diary import ALICE, named, read
from twinge.core.draft import doubts, draft
from twinge.core.fold import Outcome, fold
from twinge.core.model import Activity, Finding, Report, Shape
from twinge.core.pack import STANDARD
from twinge.core.rules.terrain import entropy, hilliness, is_walk
from twinge.core.sport import is_trail
from twinge.report.unknown import gaps

STREAMED = {"steep": "steep_m", "uneven": "uneven", "ran": "run_s"}
TOTALS = {"climb": "climb_m", "descent": "descent_m"}


def hilly(text: str) -> Iterator[Activity]:
    """The diary's workouts with their hills."""
    for number, line in enumerate(text.splitlines()):
        workout, _, hills = line.partition("+")
        words = hills.split()
        told = dict(zip(words[::2], words[1::2], strict=True))
        shape: dict[str, Any] = {STREAMED[word]: int(value) for word, value in told.items() if word in STREAMED}
        totals: dict[str, Any] = {TOTALS[word]: int(value) for word, value in told.items() if word in TOTALS}
        for activity in read(workout):
            key = f"line {number}: {activity.key}"
            yield replace(activity, key=key, surface=told.get("on"), shape=Shape(**shape), **totals)


def judged(text: str) -> Outcome:
    return fold(ALICE, hilly(text))


def unknown(text: str, rule: str) -> list[str]:
    """Why `rule` could not be judged."""
    return [one.reason for one in judged(text).unjudged if one.rule == rule]


def on_last(text: str, rule: str) -> list[Finding]:
    """What `rule` found on the diary's last workout."""
    workouts = list(hilly(text))
    return [f for f in fold(ALICE, workouts).findings if f.activity == workouts[-1].key and f.rule == rule]


EIGHT_WEEKS = "every tue thu sun from 2026-01-05 for 8 weeks 07:00 run 10km 60min rpe 3 + {}\n"
"""A habit that ends on Sunday 1 March; the run in question is on Tuesday the 3rd."""


# T01: climb.


@pytest.mark.parametrize(
    ("most", "today", "expected"),
    [
        (200, 250, []),
        (200, 260, []),  # exactly 30 per cent
        (200, 300, ["T01 info"]),
        (200, 400, ["T01 info"]),  # exactly double
        (200, 450, ["T01 slow_down"]),
        (60, 140, []),  # under 150 m it is no mountain
    ],
)
def test_a_climb_is_held_against_the_greatest_of_thirty_days(most: int, today: int, expected: list[str]) -> None:
    diary = EIGHT_WEEKS.format(f"climb {most}") + f"2026-03-03 07:00 run 10km 65min rpe 3 + climb {today}"
    assert named(on_last(diary, "T01")) == expected


@pytest.mark.parametrize(
    ("metres", "climb", "expected"),
    [("10km", 149, 0), ("10km", 150, 1), ("15km", 150, 1), ("15.1km", 150, 0)],
)
def test_a_hill_begins_at_150_metres_and_ten_a_kilometre(metres: str, climb: int, expected: int) -> None:
    diary = EIGHT_WEEKS.format("climb 60") + f"2026-03-03 07:00 run {metres} 80min rpe 3 + climb {climb}"
    assert len(on_last(diary, "T01")) == expected


@pytest.mark.parametrize(("day", "expected"), [("02-01", 0), ("01-31", 1)])
def test_a_mountain_of_last_month_counts_for_thirty_days(day: str, expected: int) -> None:
    diary = EIGHT_WEEKS.format("climb 60 steep 60") + f"2026-{day} 17:00 run 10km 65min rpe 3 + climb 300 steep 300\n"
    today = "2026-03-03 07:00 run 10km 65min rpe 3 + climb 300 steep 300"
    assert [len(on_last(diary + today, rule)) for rule in ("T01", "T02")] == [expected, expected]


def test_a_climb_carries_its_numbers() -> None:
    [found] = on_last(EIGHT_WEEKS.format("climb 200") + "2026-03-03 07:00 run 12km 80min rpe 3 + climb 450", "T01")
    assert (found.band, found.facts) == (2, {"climb_m": 450, "most_30d": 200, "over_percent": 125, "h": 37})


def test_for_somebody_from_the_plain_any_hill_is_new() -> None:
    [found] = on_last(EIGHT_WEEKS.format("climb 0") + "2026-03-03 07:00 run 10km 65min rpe 3 + climb 180", "T01")
    assert (found.band, found.facts["most_30d"], found.facts["over_percent"]) == (2, 0, None)


@pytest.mark.parametrize(
    "today",
    [
        "run 40km 4h30 rpe 3 + climb 160",  # what a receiver makes up of a flat marathon: 4 m a kilometre
        "run 12km 70min rpe 3 + climb 120",  # eight bridges
        "other 60min rpe 3 + climb 500",  # a stair climber
        "run 12km 3h20 rpe 3 + climb 800",  # a hike under another name
        "hike 12km 3h20 rpe 3 + climb 800",
        "virtual_run 12km 70min rpe 3 + climb 800",
        "treadmill 12km 70min rpe 3 + climb 800",
        "run 12km 70min rpe 3",
    ],
)
def test_these_are_no_climbs_of_a_run(today: str) -> None:
    assert on_last(EIGHT_WEEKS.format("climb 60") + f"2026-03-03 07:00 {today}", "T01") == []


@pytest.mark.parametrize("elsewhere", ["hike 15km 4h30 rpe 3 + climb 900", "virtual_run 10km 60min rpe 3 + climb 900"])
def test_hills_of_other_sports_are_not_the_runs_own(elsewhere: str) -> None:
    diary = EIGHT_WEEKS.format("climb 100") + f"2026-02-27 07:00 {elsewhere}\n"
    assert named(on_last(diary + "2026-03-03 07:00 run 10km 65min rpe 3 + climb 250", "T01")) == ["T01 slow_down"]


@pytest.mark.parametrize(("unknown", "expected"), [(3, 1), (4, 0)])
def test_what_nobody_measured_is_not_zero(unknown: int, expected: int) -> None:
    """Of fifteen runs three may be unknown, of sixteen not four: the greatest may be among them."""
    first = "2026-01-04 07:00 run 10km 60min rpe 3\n"
    habit = "every wed thu sat from 2026-02-02 for 4 weeks 07:00 run 10km 60min rpe 3 + climb 100 steep 100\n"
    gaps = f"every mon from 2026-02-02 for {unknown} weeks 07:00 run 10km 60min rpe 3\n"
    today = "2026-03-03 07:00 run 10km 65min rpe 3 + climb 300 steep 300"
    assert [len(on_last(first + habit + gaps + today, rule)) for rule in ("T01", "T02")] == [expected, expected]


def test_three_runs_are_no_yardstick_and_four_are() -> None:
    before = "2026-01-04 07:00 run 10km 60min rpe 3\n"
    weekly = "every sun from 2026-02-02 for {} weeks 07:00 run 10km 60min rpe 3 + climb 100 steep 100\n"
    today = "2026-03-03 07:00 run 10km 65min rpe 3 + climb 300 steep 300"
    for rule in ("T01", "T02"):
        assert on_last(before + weekly.format(3) + today, rule) == []
        assert len(on_last(before + weekly.format(4) + today, rule)) == 1


def test_a_hill_without_a_yardstick_could_not_be_judged_and_says_so() -> None:
    before = "2026-01-04 07:00 run 10km 60min rpe 3\n"
    weekly = "every sun from 2026-02-02 for {} weeks 07:00 run 10km 60min rpe 3 + climb 100 steep 90\n"
    today = "2026-03-03 07:00 run 10km 65min rpe 3 + climb 300 steep 300"
    little = "the {} of fewer than 4 runs of 30 days, or of less than 80 per cent of them, is known"
    for rule, what in (("T01", "climb"), ("T02", "steep descent")):
        assert unknown(before + weekly.format(3) + today, rule) == [little.format(what)]
        assert unknown(weekly.format(4) + today, rule) == [f"less than 30 days of history to hold the {what} against"]
        assert unknown(before + weekly.format(4) + today, rule) == []


def test_who_measures_no_hills_hears_nothing_of_them() -> None:
    flat = EIGHT_WEEKS.replace(" + {}", "")
    last = "2026-03-03 07:00 {} 10km 65min rpe 3 + {}"
    assert {one.rule for one in judged(flat).unjudged} & {"T01", "T02"} == set()
    for today in (("run", "climb 99 steep 99"), ("treadmill", "climb 300 steep 300"), ("hike", "climb 300 steep 300")):
        assert {one.rule for one in judged(flat + last.format(*today)).unjudged} & {"T01", "T02"} == set()


def test_the_same_lack_of_hills_is_one_entry_of_the_report() -> None:
    flat = EIGHT_WEEKS.replace(" + {}", "")
    weekly = "every mon from 2026-03-02 for 3 weeks 07:00 run 10km 65min rpe 3 + climb 300 steep 300\n"
    told = [gap for gap in gaps(judged(flat + weekly).unjudged) if gap.rule in {"T01", "T02"}]
    assert [(gap.rule, gap.times) for gap in told] == [("T01", 3), ("T02", 3)]


def test_in_the_first_month_nothing_is_known_to_be_new() -> None:
    habit = "every tue thu sun from 2026-02-02 for 4 weeks 07:00 run 10km 60min rpe 3 + climb 60 steep 0\n"
    diary = habit + "2026-03-03 07:00 run 10km 65min rpe 3 + climb 600 steep 550"
    assert on_last(diary, "T01") + on_last(diary, "T02") == []


# T02: steep descent.


@pytest.mark.parametrize(
    ("most", "today", "expected"),
    [
        (200, 240, []),
        (200, 260, []),  # exactly 30 per cent
        (200, 300, ["T02 slow_down"]),
        (200, 400, ["T02 slow_down"]),  # exactly double
        (200, 450, ["T02 rest"]),
        (0, 99, []),
        (0, 120, ["T02 slow_down"]),
        (0, 100, ["T02 slow_down"]),
        (0, 499, ["T02 slow_down"]),
        (0, 520, ["T02 rest"]),
        (0, 500, ["T02 rest"]),
        (100, 250, ["T02 rest"]),
        (99, 300, ["T02 slow_down"]),  # legs that know no descents: a ratio says little
        (140, 520, ["T02 rest"]),
        (450, 560, []),
    ],
)
def test_a_steep_descent_is_held_against_the_most_of_thirty_days(most: int, today: int, expected: list[str]) -> None:
    diary = EIGHT_WEEKS.format(f"steep {most}") + f"2026-03-03 07:00 run 10km 65min rpe 3 + steep {today}"
    assert named(on_last(diary, "T02")) == expected


def test_a_first_descent_says_so_and_wants_two_easy_days() -> None:
    [found] = on_last(EIGHT_WEEKS.format("steep 0") + "2026-03-03 07:00 run 10km 65min rpe 3 + steep 120", "T02")
    assert found.facts == {
        "steep_m": 120,
        "most_30d": 0,
        "over_percent": None,
        "first": True,
        "estimated": False,
        "rest_h": 48,
    }


def test_a_doubled_descent_wants_three_days_without_hard_running() -> None:
    [found] = on_last(EIGHT_WEEKS.format("steep 200") + "2026-03-03 07:00 run 10km 65min rpe 3 + steep 450", "T02")
    facts = found.facts
    assert (found.band, facts["over_percent"], facts["first"], facts["rest_h"]) == (2, 125, False, 72)


def test_totals_are_taken_for_steep_on_hilly_ground_only_and_never_ask_for_rest() -> None:
    flat = EIGHT_WEEKS.format("descent 40")
    [found] = on_last(flat + "2026-03-03 07:00 run 20km 2h20 rpe 3 + descent 700", "T02")
    assert (found.severity.word, found.facts["estimated"], found.facts["first"]) == ("slow_down", True, True)
    assert on_last(flat + "2026-03-03 07:00 run 20km 2h20 rpe 3 + descent 380", "T02") == []


def test_rolling_ground_without_streams_may_have_been_steep() -> None:
    """12 m a kilometre, downstairs or down a long valley: nobody knows, so nothing is new."""
    diary = EIGHT_WEEKS.format("descent 120") + "2026-03-03 07:00 run 10km 65min rpe 3 + steep 300"
    assert on_last(diary, "T02") == []


@pytest.mark.parametrize(
    "today",
    [
        "run 10km 60min rpe 3 + descent 900 steep 0",  # down by cable car: the stream knows
        "run 10km 2h40 rpe 3 + steep 700 ran 300",  # a hike logged as a run
        "run 10km 2h40 rpe 3 + climb 700 steep 700",  # the same by its pace
        "hike 10km 2h40 rpe 3 + steep 700",
        "virtual_run 10km 60min rpe 3 + steep 700",
    ],
)
def test_these_are_no_descents_of_a_run(today: str) -> None:
    assert on_last(EIGHT_WEEKS.format("steep 0") + f"2026-03-03 07:00 {today}", "T02") == []


def test_a_descent_on_a_longer_run_weighs_more() -> None:
    """Two signs at once: L01 moderate and T02 make REST of two SLOW DOWNs."""
    diary = EIGHT_WEEKS.format("steep 200") + "2026-03-03 07:00 run 14km 90min rpe 3 + steep 300"
    assert named(on_last(diary, "X01")) == ["X01 rest"]


@pytest.mark.parametrize(
    ("line", "walk"),
    [
        ("run 10km 2h10", True),  # 13 min a kilometre in the plain
        ("run 10km 1h20", False),  # a slow jog
        ("run 30km 5h00 + climb 2000", False),  # slow as a walk, but up a mountain
        ("run 30km 9h00 + climb 2000", True),
        ("run 10km 60min + ran 800", True),
        ("run 60km 7h30 + ran 15800 climb 3400", False),  # mountain races are walked in part
        ("run 60min", False),
    ],
)
def test_naismith_tells_a_walk_from_a_run(line: str, walk: bool) -> None:
    [activity] = hilly(f"2026-03-03 07:00 {line}")
    assert is_walk(activity) is walk


# T03: unfamiliar ground.

NAMES_TRAILS = "2025-12-14 09:00 trail_run 8km 50min rpe 3\n"
"""Eleven weeks ago: whoever logs trails as trails has run none since."""
ROADS = EIGHT_WEEKS.format("climb 60")


@pytest.mark.parametrize(
    ("before", "today", "expected"),
    [
        ("", 60, ["T03 slow_down"]),
        ("", 44, []),
        ("2026-02-07 09:00 trail_run 5km 29min rpe 3\n", 45, ["T03 slow_down"]),  # 29 min are hardly any
        ("2026-02-07 09:00 trail_run 5km 30min rpe 3\n", 45, []),
        ("2026-01-20 06:00 trail_run 9km 60min rpe 3\n", 60, ["T03 slow_down"]),  # six weeks and an hour ago
        ("2026-01-20 08:00 trail_run 9km 60min rpe 3\n", 60, []),
        ("2026-02-07 09:00 trail_run 8km 50min rpe 3\n", 70, []),
        ("2026-02-07 09:00 trail_run 8km 50min rpe 3\n", 75, []),  # exactly half as long again
        ("2026-02-07 09:00 trail_run 8km 50min rpe 3\n", 80, ["T03 slow_down"]),
        ("2026-02-07 09:00 run 8km 50min rpe 3 + on mixed\n", 70, []),  # some of it was trail
        ("2026-02-07 09:00 trail_run 8km rpe 3\n", 80, []),  # nobody knows how long that was
    ],
)
def test_trail_is_held_against_the_trail_of_six_weeks(before: str, today: int, expected: list[str]) -> None:
    diary = NAMES_TRAILS + ROADS + before + f"2026-03-03 07:00 trail_run 9km {today}min rpe 3"
    assert named(on_last(diary, "T03")) == expected


def test_new_ground_carries_its_numbers() -> None:
    before = "2026-02-07 09:00 trail_run 8km 50min rpe 3\n2026-02-14 09:00 trail_run 5km 30min rpe 3\n"
    [found] = on_last(NAMES_TRAILS + ROADS + before + "2026-03-03 07:00 trail_run 12km 80min rpe 3", "T03")
    assert found.facts == {"minutes": 80, "longest_42d_min": 50, "total_42d_min": 80, "ground": "trail"}


def test_who_always_logged_trails_as_runs_has_not_met_new_ground() -> None:
    """The commonest false alarm: the ground is old, only its name is new."""
    begins = ROADS + "2026-02-24 07:00 trail_run 8km 50min rpe 3\n"
    assert on_last(begins, "T03") == []
    assert on_last(begins + "2026-03-03 07:00 trail_run 14km 90min rpe 3", "T03") == []


@pytest.mark.parametrize("known", ["on road", "on treadmill"])
def test_whose_ground_is_always_named_meets_a_first_trail(known: str) -> None:
    diary = EIGHT_WEEKS.format(known) + "2026-03-03 07:00 run 9km 60min rpe 3 + on trail"
    assert named(on_last(diary, "T03")) == ["T03 slow_down"]


@pytest.mark.parametrize(("plain", "expected"), [(2, 1), (3, 0)])
def test_four_runs_in_five_are_enough_names(plain: int, expected: int) -> None:
    """Eight of ten runs named, or eight of eleven."""
    named_runs = "every tue sun from 2026-01-26 for 4 weeks 07:00 run 10km 60min rpe 3 + on road\n"
    others = f"every fri from 2026-01-26 for {plain} weeks 07:00 run 10km 60min rpe 3\n"
    first = "2026-01-15 07:00 run 10km 60min rpe 3\n"
    assert len(on_last(first + named_runs + others + "2026-03-03 07:00 trail_run 9km 60min rpe 3", "T03")) == expected


def test_an_uneven_trail_is_one() -> None:
    today = "2026-03-03 07:00 trail_run 9km 60min rpe 3 + uneven {}"
    assert on_last(NAMES_TRAILS + ROADS + today.format(120), "T03") == []
    assert len(on_last(NAMES_TRAILS + ROADS + today.format(121), "T03")) == 1


def test_the_first_run_after_six_weeks_is_another_matter() -> None:
    """What to say about it is R06's business."""
    assert on_last(NAMES_TRAILS + "2026-03-03 07:00 trail_run 9km 60min rpe 3", "T03") == []


@pytest.mark.parametrize(
    "today",
    [
        "trail_run 11km 60min rpe 3 + uneven 90",  # gravel tagged trail: as even as a road
        "run 11km 60min rpe 3 + uneven 240",  # traffic lights, or a fartlek: an uneven pace is no trail
        "run 11km 60min rpe 3",
        "run 11km 60min rpe 3 + on mixed",
        "trail_run 11km 3h00 rpe 3",  # a hike
        "ride 30km 90min rpe 3 + on trail",
    ],
)
def test_these_are_no_trail_runs(today: str) -> None:
    assert on_last(NAMES_TRAILS + ROADS + f"2026-03-03 07:00 {today}", "T03") == []


def test_a_history_shorter_than_the_window_is_not_novelty() -> None:
    habit = "every tue thu sun from 2026-01-26 for 5 weeks 07:00 run 10km 60min rpe 3 + on road\n"
    assert on_last(habit + "2026-03-03 07:00 trail_run 9km 60min rpe 3", "T03") == []


# T04: always the same ground.


@pytest.mark.parametrize(
    ("kilometres", "thousandths"),
    [((40, 0, 0, 0), 0), ((38, 2, 0, 0), 143), ((30, 5, 5, 0), 531), ((10, 10, 10, 10), 1000)],
)
def test_entropy_of_four_kinds_of_ground(kilometres: tuple[int, ...], thousandths: int) -> None:
    assert entropy(kilometres) == thousandths


@pytest.mark.parametrize(
    ("climb", "word"),
    [(49, "flat"), (50, "gently rolling"), (100, "rolling"), (200, "hilly"), (400, "mountainous"), (None, None)],
)
def test_ten_kilometres_are_called_by_their_climb(climb: int | None, word: str | None) -> None:
    assert hilliness(climb, 10_000) == word


def sameness(text: str) -> list[tuple[str, int, int, int]]:
    """Every T04 of a diary: ground, share, runs, entropy."""
    facts = [finding.facts for finding in judged(text).findings if finding.rule == "T04"]
    return [(f["ground"], f["share_percent"], f["runs"], f["entropy"]) for f in facts]


def test_four_weeks_of_flat_road_are_told_once() -> None:
    assert sameness(NAMES_TRAILS + ROADS) == [("flat", 100, 7, 0)]


@pytest.mark.parametrize(
    ("habit", "expected"),
    [
        ("run 10km 60min rpe 3 + climb 250 on road", ("hilly", 100, 13, 0)),
        ("trail_run 10km 70min rpe 3", ("trail", 100, 13, 0)),
        ("treadmill 10km 60min rpe 3", ("flat", 100, 13, 0)),  # by minutes: a belt measures no kilometres
        ("track 10km 60min rpe 3", ("track", 100, 13, 0)),
    ],
)
def test_ground_that_is_named_may_be_called_the_same(habit: str, expected: tuple[str, int, int, int]) -> None:
    assert sameness(f"every tue thu sun from 2026-01-05 for 8 weeks 07:00 {habit}\n") == [expected]


def test_of_plain_runs_nobody_knows_the_ground() -> None:
    """Flat they were; whether road, park or towpath, only the runner knows, and is told nothing."""
    assert sameness(ROADS) == []


def test_a_road_without_a_climb_may_be_flat_or_hilly() -> None:
    assert sameness(EIGHT_WEEKS.format("on road")) == []


FLAT = "run 20km 2h00 rpe 3 + climb 40 on road\n"
ONE_WEEK = f"2026-01-15 07:00 {FLAT}every tue wed thu fri sat sun from 2026-02-23 for 1 weeks 07:00 {FLAT}"
"""Six flat runs in the week before Monday 2 March, and one long before them."""


@pytest.mark.parametrize(("earlier", "expected"), [("", []), ("2026-02-14", [("flat", 100, 6, 0)])])
def test_six_runs_in_four_weeks_are_enough(earlier: str, expected: list[tuple[str, int, int, int]]) -> None:
    few = f"2026-01-15 07:00 {FLAT}2026-02-12 07:00 {FLAT}" + (f"{earlier} 07:00 {FLAT}" if earlier else "")
    week = f"every tue thu sun from 2026-02-23 for 1 weeks 07:00 {FLAT}2026-03-02 07:00 {FLAT}"
    assert sameness(few + week) == expected


@pytest.mark.parametrize(("track", "expected"), [("6km", [("flat", 95, 7, 138)]), ("7km", [])])
def test_a_twentieth_of_another_ground_is_still_the_same(track: str, expected: list[tuple[str, int, int, int]]) -> None:
    assert sameness(ONE_WEEK + f"2026-03-02 07:00 track {track} 40min rpe 3") == expected


@pytest.mark.parametrize(("unknown", "expected"), [(1, 1), (2, 0)])
def test_a_fifth_of_the_kilometres_may_be_unknown(unknown: int, expected: int) -> None:
    """A road without a climb: 30 of 170 kilometres, or 60 of 200."""
    first = f"every mon from 2026-02-16 for {unknown} weeks 07:00 run 30km 3h00 rpe 3 + on road\n"
    assert len(sameness(first + ONE_WEEK + f"2026-03-02 07:00 {FLAT}")) == expected


@pytest.mark.parametrize(("track", "told"), [("6km", 1), ("9km", 2)])
def test_a_little_variety_does_not_make_sameness_news_again(track: str, told: int) -> None:
    """6 km in 66 on the track leave it standing (0.220), 9 km in 69 end it (0.279)."""
    roads = f"every tue thu sun from 2026-01-05 for 16 weeks 07:00 {FLAT}"
    spring = f"every fri from 2026-02-16 for 4 weeks 18:00 track {track} 50min rpe 3\n"
    assert len(sameness(roads + spring)) == told


def test_a_trail_run_in_six_is_variety() -> None:
    trails = "every sun from 2026-01-05 for 8 weeks 16:00 trail_run 6km 40min rpe 3\n"
    assert sameness(NAMES_TRAILS + ROADS + trails) == []


def test_sameness_is_told_again_after_it_was_over() -> None:
    winter = "every tue thu sun from 2026-01-05 for 6 weeks 07:00 run 10km 60min rpe 3 + climb 20 on road\n"
    spring = "every tue thu sun from 2026-02-16 for 5 weeks 07:00 trail_run 10km 70min rpe 3\n"
    assert [ground for ground, *_ in sameness(winter + spring)] == ["flat", "trail"]


def test_news_of_a_trail_is_not_answered_with_a_wish_for_variety() -> None:
    """Seven kilometres of 157 were trail, all of them today: too much of it and too little, in one breath."""
    habit = "every tue wed thu fri sat sun from 2026-03-02 for 1 weeks 07:00 run 25km 2h30 rpe 3 + climb 20 on road\n"
    short, long = (f"2026-03-09 07:00 trail_run 7km {minutes}min rpe 3" for minutes in (44, 50))
    assert [ground for ground, *_ in sameness(NAMES_TRAILS + habit + short)] == ["flat"]
    assert sameness(NAMES_TRAILS + habit + long) == []
    assert named(on_last(NAMES_TRAILS + habit + long, "T03")) == ["T03 slow_down"]


# What a workout says of its ground.


@pytest.mark.parametrize(
    ("line", "ground"),
    [
        ("run 10km 60min", ""),
        ("run 10km 60min + uneven 240", ""),
        ("run 10km 60min + on road", "road"),
        ("trail_run 10km 60min", "trail"),
        ("track 10km 60min", "track"),
        ("treadmill 10km 60min", "treadmill"),
        ("virtual_run 10km 60min", "treadmill"),
    ],
)
def test_ground_is_what_somebody_named(line: str, ground: str) -> None:
    [activity] = hilly(f"2026-03-03 07:00 {line}")
    assert draft(activity, "UTC", STANDARD).ground == ground


@pytest.mark.parametrize(
    ("line", "steep"),
    [
        ("run 10km 60min + descent 300 steep 120", 120),
        ("run 10km 60min + descent 200", 200),
        ("run 10km 60min + descent 199", None),
        ("run 10km 60min + descent 50", None),
        ("run 10km 60min + descent 49", 0),
        ("run 60min + descent 300", None),
        ("run 10km 60min + climb 300", None),
    ],
)
def test_totals_bound_the_steep_descent(line: str, steep: int | None) -> None:
    [activity] = hilly(f"2026-03-03 07:00 {line}")
    assert draft(activity, "UTC", STANDARD).steep == steep


@pytest.mark.parametrize(
    ("line", "heights"),
    [
        ("run 10km 60min + climb 3000 descent 3000", (3000, 3000)),
        ("run 10km 60min + climb 3001 descent 3001", (None, 3001)),  # more than 3,000 m up an hour
        ("run 20km 60min + climb 100 descent 6000", (100, 6000)),
        ("run 20km 60min + climb 100 descent 6001", (100, None)),  # more than 6,000 m down an hour
        ("run 10km 2h00 + climb 5500 descent 5500", (5500, 5500)),
        ("run 10km 2h00 + climb 5501 descent 5501", (None, None)),  # more than 550 m a kilometre
        ("run 10km + climb 5501 descent 5501", (None, None)),
        ("run 50km 60min + climb 3000 steep 3000", (3000, 3000)),  # a distance that is not believed is no yardstick
    ],
)
def test_a_height_that_nobody_climbs_is_left_out_and_says_so(line: str, heights: tuple[int | None, int | None]) -> None:
    [activity] = hilly(f"2026-03-03 07:00 {line}")
    session = draft(activity, "UTC", STANDARD)
    assert (session.climb, session.steep) == heights
    words = ("the climb is more than anybody climbs", "the descent is more than anybody goes down")
    doubted = [f"{word}; it was left out" for word, height in zip(words, heights, strict=True) if height is None]
    told = [one.reason for one in doubts(activity, STANDARD) if "bicycle" not in one.reason]
    assert told == doubted


def test_the_climb_of_the_streams_is_doubted_too() -> None:
    [activity] = hilly("2026-03-03 07:00 run 10km 60min + climb 80")
    glitch = replace(activity, shape=Shape(climb_m=50_000, descent_m=50_000, steep_m=120))
    session = draft(glitch, "UTC", STANDARD)
    assert (session.climb, session.steep, len(doubts(glitch, STANDARD))) == (None, None, 2)


def test_on_wheels_and_by_lift_more_is_possible() -> None:
    for sport in ("ride", "ski"):
        [activity] = hilly(f"2026-03-03 07:00 {sport} 10km 60min + climb 3500")
        assert (draft(activity, "UTC", STANDARD).climb, doubts(activity, STANDARD)) == (3500, ())


def test_an_impossible_climb_is_no_finding_and_hides_no_hill_after_it() -> None:
    habit = EIGHT_WEEKS.format("climb 200 descent 200")
    absurd = "2026-03-03 07:00 run 10km 60min rpe 3 + climb 50000 descent 50000\n"
    assert [f for f in judged(habit + absurd).findings if f.rule in {"T01", "T02"}] == []
    assert named(on_last(habit + absurd + "2026-03-05 07:00 run 10km 65min rpe 3 + climb 450", "T01")) == [
        "T01 slow_down"
    ]


@pytest.mark.parametrize(
    "title",
    [
        "Trail run with Sam",
        "Sunday trails",
        "Long Trail Run",
        "Trailrunning im Harz",
        "Trail Lungo",
        "Sortie trail",
        "Singletrack loop",
        "Fell race",
        "Ultra trail marathon",
    ],
)
def test_a_title_may_name_a_trail(title: str) -> None:
    assert is_trail(title)


@pytest.mark.parametrize(
    "title",
    [
        "Morning Run",
        "Iron Horse Trail",  # many a trail by name is a cycle path
        "Rail trail run",
        "Rails-to-trails half",
        "Paved trails",
        "Trail shoes on the road",
        "Trail mix and coffee",
        "Road run, no trails today",
        "Trailer park loop",
        "Treadmill, dreaming of trails",
    ],
)
def test_a_title_may_only_seem_to(title: str) -> None:
    assert not is_trail(title)


def test_a_hip_that_hurt_makes_a_hill_one_step_louder() -> None:
    """The old advice: hills aggravate. The same hill, half a year after a sore buttock."""
    runs = list(hilly(EIGHT_WEEKS.format("climb 200") + "2026-03-03 07:00 run 10km 70min rpe 3 + climb 300"))
    sore = Report("told:1", runs[3].start, pain=4, site="buttock", side="left")
    stories: list[list[Activity | Report]] = [[*runs], [*runs, sore], [*runs, replace(sore, site="knee")]]
    steps = [
        [one.severity.word for one in fold(ALICE, story).findings if (one.rule, one.activity) == ("T01", runs[-1].key)]
        for story in stories
    ]
    assert steps == [["info"], ["slow_down"], ["info"]]
