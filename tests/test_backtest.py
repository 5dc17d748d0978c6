"""The same judge over a history: what it says, when, and how the report tells it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from rich.console import Console

from twinge.backtest import Story, arrival, replay
from twinge.core.model import Activity, Athlete, Wellness
from twinge.core.pack import STANDARD, Monotony, Pack
from twinge.difference import differ, differences_to_json, print_differences
from twinge.report import to_json
from twinge.report.text import print_text

BERLIN = ZoneInfo("Europe/Berlin")
ALICE = Athlete("alice")
MONDAY = datetime(2024, 1, 1, 17, tzinfo=UTC)


@dataclass(frozen=True)
class Diary:
    """A history for tests."""

    activities: tuple[Activity, ...]
    name: str = "alice.csv"
    zone: ZoneInfo = BERLIN
    problems: tuple[str, ...] = ()
    mornings: tuple[Wellness, ...] = ()


def run(day: int, km: float, minutes: float | None = None, **more: object) -> Activity:
    seconds = int(60 * (minutes if minutes is not None else 6 * km))
    start = MONDAY + timedelta(days=day)
    return Activity(f"file:{day}", "run", start, moving_s=seconds, distance_m=int(1000 * km), **more)  # type: ignore[arg-type]


def steady(weeks: int) -> list[Activity]:
    """Tuesday, Thursday, Saturday: eight, eight and ten kilometres."""
    return [run(7 * week + day, km) for week in range(weeks) for day, km in ((1, 8), (3, 8), (5, 10))]


def test_a_steady_runner_hears_nothing_and_one_long_run_is_spoken_of() -> None:
    calm = replay(Diary(tuple(steady(9))), ALICE)
    assert (calm.sessions, calm.weeks, calm.nudges) == (27, 9, ())
    story = replay(Diary((*steady(9), run(64, 15))), ALICE)
    [nudge] = story.nudges
    assert nudge.rules == ("L01",)
    assert "15.0 km" in nudge.text
    assert nudge.activity == "file:64"
    assert nudge.not_before >= MONDAY + timedelta(days=64, minutes=90)


def test_what_was_said_is_remembered_and_what_was_held_is_counted() -> None:
    story = replay(Diary((*steady(9), run(64, 15), run(69, 17))), ALICE)
    assert len(story.nudges) == 1
    assert [held.reason for held in story.held] == ["said_already"]
    assert [finding.rule for finding in story.findings].count("L01") == 2


def test_a_history_too_young_says_what_it_could_not_judge() -> None:
    story = replay(Diary(tuple(steady(3))), ALICE)
    assert {each.rule for each in story.unjudged} >= {"L01"}
    unknown = to_json([story])["athletes"][0]["unknown"]
    assert all(each["count"] >= 1 and each["first"] <= each["last"] for each in unknown)


def test_a_workout_arrives_ten_minutes_after_its_end_and_a_bare_day_in_the_evening() -> None:
    assert arrival(run(0, 10), BERLIN) == MONDAY + timedelta(minutes=70)
    noon = datetime(2024, 1, 1, 12, tzinfo=BERLIN)
    bare = Activity("file:1", "run", noon, moving_s=3600, distance_m=10_000, day_only=True)
    assert arrival(bare, BERLIN) == datetime(2024, 1, 1, 19, 30, tzinfo=BERLIN)


def test_weeks_are_iso_weeks_of_the_athletes_own_days() -> None:
    sunday_night = Activity("a", "run", datetime(2024, 1, 7, 23, 30, tzinfo=UTC), moving_s=1800)
    story = replay(Diary((run(2, 5), sunday_night)), ALICE)
    assert story.weeks == 2  # half past midnight on Monday in Berlin


def test_no_look_ahead_later_days_change_nothing() -> None:
    diary = (*steady(9), run(64, 15), *(run(66 + 2 * n, 9) for n in range(10)))
    whole, part = replay(Diary(diary), ALICE), replay(Diary(diary[:28]), ALICE)
    assert whole.nudges[: len(part.nudges)] == part.nudges
    assert whole.findings[: len(part.findings)] == part.findings


def test_progress_adds_up() -> None:
    heard: list[int] = []
    replay(Diary(tuple(steady(150))), ALICE, progress=heard.append)
    assert sum(heard) == 450
    assert len(heard) == 3


def loud() -> Story:
    return replay(Diary((*steady(9), run(64, 15), run(69, 17)), problems=("line 3: odd",)), ALICE)


def hilly() -> Story:
    """Nine weeks with 120 m of climb a run, a run with 170, and a week on: one line for one digest."""
    climbs = [replace(each, climb_m=120) for each in steady(9)]
    return replay(Diary((*climbs, run(64, 10, climb_m=170), run(72, 8, climb_m=120))), ALICE)


def wakes(*beats: int, **more: object) -> tuple[Wellness, ...]:
    """A morning a day from the first Monday on."""
    days = (date(2024, 1, 1) + timedelta(days=n) for n in range(len(beats)))
    return tuple(Wellness(f"watch:{day}", day, bpm, **more) for day, bpm in zip(days, beats, strict=True))  # type: ignore[arg-type]


def woken() -> Story:
    """Five weeks of mornings: a heart rate nobody has, a lone jump, and three high mornings at the end."""
    beats = [50] * 30
    beats[20], beats[25] = 18, 85
    return replay(Diary(tuple(steady(5)), mornings=wakes(*beats, 57, 57, 58, sleep_h=7.5)), ALICE)


def test_the_json_has_the_promised_shape() -> None:
    found = json.loads(json.dumps(to_json([loud()])))
    [alice] = found["athletes"]
    assert (alice["file"], alice["sessions"], alice["weeks"], alice["zone"]) == ("alice.csv", 29, 10, "Europe/Berlin")
    [nudge] = alice["nudges"]
    assert {"at", "severity", "rules", "text", "facts"} <= set(nudge)
    assert (nudge["severity"], nudge["rules"], nudge["at"][-1]) == ("slow_down", ["L01"], "Z")
    assert nudge["facts"]["L01"]["longest_30d"] == 10_000
    [held] = alice["held"]
    assert (held["rules"], held["reason"], held["facts"]["L01"]["today"]) == (["L01"], "said_already", 17_000)
    assert alice["held_by_reason"] == {"said_already": 1}
    assert (alice["digests"], alice["counted_once"]) == ([], 0)
    assert found["summary"]["nudges_per_week_median"] == 0.1
    assert found["summary"]["by_rule"] == {"L01": 1}


def test_a_digest_is_told_apart_and_counted_nowhere_else() -> None:
    story = hilly()
    found = to_json([story])
    [alice] = found["athletes"]
    [digest] = alice["digests"]
    assert (digest["severity"], digest["rules"], digest["activity"]) == ("info", ["T01"], None)
    assert digest["facts"]["T01"]["climb_m"] == 170
    assert datetime.fromisoformat(digest["at"]).astimezone(BERLIN).strftime("%a %H:%M") == "Sun 18:00"
    assert (alice["nudges"], alice["nudges_per_week"], alice["held_by_reason"]) == ([], 0, {"digest": 1})
    assert (found["summary"]["digests"], found["summary"]["nudges"], found["summary"]["by_rule"]) == (1, 0, {})
    assert "Twinge would have said nothing." in written(story)
    assert "1 weekly digest in 11 training weeks" in written(story)


def test_mornings_are_counted_by_what_is_believed_of_them() -> None:
    story = woken()
    [alice] = to_json([story])["athletes"]
    assert alice["mornings"] == {
        "days": 33,
        "first": "2024-01-01",
        "last": "2024-02-02",
        "sources": ["watch"],
        "known": {"resting_hr": 32, "rmssd": 0, "sdnn": 0, "sleep_min": 33, "readiness": 0},
    }
    assert alice["nudges"][0]["rules"] == ["R03"]
    assert "33 mornings: resting heart rate 32, sleep 33" in written(story)


def test_what_was_not_believed_stands_apart_from_what_could_not_be_judged() -> None:
    text = written(woken())
    unsure, _, doubted = text.partition("Measured, but not believed")
    assert "R03: resting heart rate is judged from 14 mornings" in unsure
    assert "1  a resting heart rate of 18 is not believed; it was left out" in doubted
    assert "1  a resting heart rate of 85 is far from the usual 50; it counts only if it" in doubted


def test_a_workout_recorded_twice_is_said_to_be_counted_once() -> None:
    first = run(0, 10)
    again = replace(first, key="other:1", start=first.start + timedelta(seconds=20))
    story = replay(Diary((first, again)), ALICE)
    assert to_json([story])["athletes"][0]["counted_once"] == 1
    assert "1 record of workouts that were recorded twice" in " ".join(written(story).split())


def written(*stories: Story, units: str = "km") -> str:
    """The text report, its lines joined."""
    page = io.StringIO()
    print_text(stories, Console(file=page, width=80), units)
    return " ".join(page.getvalue().split(" ")).replace(" \n", "\n")


def test_the_text_fits_eighty_columns_without_colour_and_shows_the_numbers() -> None:
    text = written(loud(), woken(), replay(Diary(tuple(steady(9)), name="bob.csv"), ALICE))
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80
    for words in (
        "29 sessions in 10 training weeks",
        "Twinge would have spoken once",
        "SLOW DOWN",
        "longest in the 30 days before 10.0 km",
        "limit 11.0 km",
        "1  the same rule had spoken lately, and it had not got worse",
        "line 3: odd",
        "Twinge would have said nothing",
        "median 0.10",
        "digests",
    ):
        assert words in " ".join(text.split("\n    ")), words
    assert "longest in the 30 days before 6.2 mi" in " ".join(written(loud(), units="mi").split("\n    "))


def test_two_packs_differ_in_their_digests_too() -> None:
    """Ten even weeks and two heavier ones: a pack that is deaf to them has nothing for the digest."""
    days = [run(day, 8 if day < 70 else 9) for day in range(84) if day % 7 < 6]
    deaf = Pack(version="deaf", l05=Monotony(load=150))
    found = differ(replay(Diary(tuple(days)), ALICE, deaf), replay(Diary(tuple(days)), ALICE))
    assert [digest.rules for digest in found.digests.only_new] == [("L05",)]
    told = differences_to_json([found], "deaf", "1")
    assert told["digests"]["only_new"] == len(told["athletes"][0]["digests"]["only_new"]) == 1
    page = io.StringIO()
    print_differences([found], "deaf", "1", Console(file=page, width=100), packs=(deaf, STANDARD))
    text = page.getvalue()
    assert "weekly digests: − 0 only with pack deaf   + 1 only with pack 1   0 with both" in text
    assert "WEEKLY DIGEST  L05" in text
    assert "limit: over the mean by 10%" in " ".join(text.split())
