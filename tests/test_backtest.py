"""The same judge over a history: what it says, when, and how the report tells it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from rich.console import Console

from twinge.backtest import Story, arrival, replay
from twinge.core.model import Activity, Athlete
from twinge.report import print_text, to_json

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


def test_the_json_has_the_promised_shape() -> None:
    found = json.loads(json.dumps(to_json([loud()])))
    [alice] = found["athletes"]
    assert (alice["file"], alice["sessions"], alice["weeks"], alice["zone"]) == ("alice.csv", 29, 10, "Europe/Berlin")
    [nudge] = alice["nudges"]
    assert {"at", "severity", "rules", "text", "facts"} <= set(nudge)
    assert (nudge["severity"], nudge["rules"], nudge["at"][-1]) == ("slow_down", ["L01"], "Z")
    assert nudge["facts"]["L01"]["longest_30d"] == 10_000
    [held] = alice["held"]
    assert (held["rules"], held["reason"]) == (["L01"], "said_already")
    assert alice["held_by_reason"] == {"said_already": 1}
    assert found["summary"]["nudges_per_week_median"] == 0.1
    assert found["summary"]["by_rule"] == {"L01": 1}


def test_the_text_fits_eighty_columns_without_colour_and_shows_the_numbers() -> None:
    page = io.StringIO()
    print_text([loud(), replay(Diary(tuple(steady(9)), name="bob.csv"), ALICE)], Console(file=page, width=80))
    text = page.getvalue()
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80
    for words in (
        "29 sessions in 10 training weeks",
        "Twinge would have spoken once",
        "SLOW DOWN",
        "longest 30d 10,000",
    ):
        assert words in text
    for words in ("said_already", "line 3: odd", "Twinge would have said nothing", "median 0.05"):
        assert words in text
