"""The same workout twice, or in pieces: counted once, by its richest record, whatever the order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from diary import ALICE
from twinge.core.fold import fits, fold, step
from twinge.core.judge import Ear, refold, speak
from twinge.core.model import Activity, Drift, Finding, Said, Shape, Voice
from twinge.core.pack import STANDARD
from twinge.core.state import begin
from twinge.core.twin import together

SEVEN = datetime(2026, 3, 1, 6, tzinfo=UTC)


def run(
    key: str, metres: int | None = 10_000, minutes: float = 60, start: datetime = SEVEN, **more: object
) -> Activity:
    seconds = int(minutes * 60)
    made = Activity(key, "run", start, elapsed_s=seconds, moving_s=seconds, distance_m=metres)
    return replace(made, **more)  # type: ignore[arg-type]


WATCH = run("garmin:1", 10_050, 60.5, shape=Shape(hr_seconds=((150, 3600),), graded_m=10_100, graded_s=3600))
PHONE = run("health:1", 9_800, 61, start=SEVEN + timedelta(seconds=40))
COPY = run("strava:1", 10_050, 60, rpe=6)


def counted(*activities: Activity) -> list[str]:
    """Keys of the sessions that count, in order."""
    return [session.key for session in fold(ALICE, activities).state.sessions]


@pytest.mark.parametrize("order", list(permutations([WATCH, PHONE, COPY])))
def test_three_records_are_one_workout_and_the_richest_leads(order: tuple[Activity, ...]) -> None:
    outcome = fold(ALICE, order)
    assert [session.key for session in outcome.state.sessions] == ["garmin:1"]
    assert outcome.same == {"health:1": "garmin:1", "strava:1": "garmin:1"}


def test_what_the_richest_lacks_comes_from_the_others() -> None:
    """The effort was typed in at Strava, the heart rate stayed on the watch."""
    [whole], _ = together([WATCH, COPY], "Europe/Berlin", STANDARD)
    assert (whole.activity.key, whole.activity.rpe, whole.activity.shape.graded_m) == ("garmin:1", 6, 10_100)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (run("strava:2", 10_500, 65), True),  # 8 per cent longer, 5 per cent farther
        (run("strava:2", 10_600, 61, start=SEVEN + timedelta(minutes=5)), False),  # 6 per cent farther: another run
        (run("strava:2", 10_600, 61), True),  # off together: somebody's distance is wrong
        (run("strava:2", 10_000, 67, start=SEVEN + timedelta(minutes=15)), False),  # 12 per cent longer
        (run("strava:2", None, 60, start=SEVEN + timedelta(minutes=10)), True),  # a clock ten minutes off, no distance
        (run("strava:2", 10_000, 60, start=SEVEN + timedelta(minutes=31)), False),  # half an hour in common is chance
        (run("garmin:2", 10_000, 60, start=SEVEN + timedelta(minutes=10)), False),  # one source does not repeat itself
        (run("strava:2", 10_000, 60, sport="ride"), False),
        (run("strava:2", 10_000, 60, sport="trail_run"), True),  # one family
        (run("strava:2", 10_000, 60, day_only=True), False),  # without an hour nobody knows
    ],
)
def test_two_sources_tell_of_one_workout(other: Activity, same: bool) -> None:
    assert len(counted(run("garmin:1"), other)) == (1 if same else 2)


def test_the_same_source_twice_within_two_minutes_is_one_workout() -> None:
    assert counted(run("garmin:1"), run("garmin:2", start=SEVEN + timedelta(seconds=90))) == ["garmin:1"]


def test_pieces_from_one_watch_lie_inside_the_whole_from_another() -> None:
    """The watch was stopped at the fountain; the phone in the pocket ran through."""
    pieces = [run("garmin:1", 5_000, 28), run("garmin:2", 5_000, 30, start=SEVEN + timedelta(minutes=31))]
    assert counted(*pieces, run("health:1", 10_100, 62)) == ["health:1"]


def test_two_pieces_of_one_recorder_are_one_session() -> None:
    pieces = [run("garmin:1", 5_000, 28, climb_m=40), run("garmin:2", 5_000, 30, SEVEN + timedelta(minutes=50))]
    [session] = fold(ALICE, pieces).state.sessions
    assert (session.metres, session.seconds, session.climb, session.told) == (10_000, 58 * 60, None, 0)


def test_a_piece_after_half_an_hour_is_a_workout_of_its_own() -> None:
    pieces = [run("garmin:1", 5_000, 28), run("garmin:2", 5_000, 30, start=SEVEN + timedelta(minutes=58))]
    assert len(counted(*pieces)) == 2


def test_an_echo_is_one_step_and_leads_where_the_fold_leads() -> None:
    """The poorer copy comes last: nothing is judged anew, and the state is that of the whole history."""
    before = fold(ALICE, [WATCH]).state
    assert fits(before, PHONE, ALICE)
    after = step(before, PHONE, ALICE)
    assert (after.findings, dict(after.same)) == ((), {"health:1": "garmin:1"})
    assert after.state == fold(ALICE, [WATCH, PHONE]).state


def test_a_richer_copy_asks_for_a_refold() -> None:
    late = replace(WATCH, start=SEVEN + timedelta(seconds=90))
    assert not fits(fold(ALICE, [PHONE]).state, late, ALICE)
    assert not fits(fold(ALICE, [WATCH]).state, replace(COPY, start=SEVEN + timedelta(seconds=30)), ALICE)


def test_a_whole_recording_after_its_pieces_asks_for_a_refold() -> None:
    pieces = [run("garmin:1", 5_000, 28), run("garmin:2", 5_000, 30, start=SEVEN + timedelta(minutes=31))]
    whole = run("health:1", 10_100, 62, start=SEVEN + timedelta(minutes=32))
    assert not fits(fold(ALICE, pieces).state, whole, ALICE)


def test_one_workout_is_spoken_about_once() -> None:
    """The phone's copy was told of; when the watch's richer record comes, its bands may differ, the message may not."""
    habit = [run(f"garmin:h{n}", 8_000, 48, SEVEN - timedelta(days=3 * n)) for n in range(1, 12)]
    first, second = run("health:x", 13_000, 78), replace(WATCH, key="garmin:x", distance_m=13_300, elapsed_s=4700)
    now = SEVEN + timedelta(hours=3)
    outcome = refold(ALICE, [*habit, first, second])
    spoken = Said(("L01",), (1,), 2, now, "health:x", None)
    verdict = speak(ALICE, outcome, ["garmin:x"], Ear(Voice.PUSH, (spoken,)), now)
    assert (verdict.nudges, {held.reason for held in verdict.held}) == ((), {"same_workout"})
    assert [finding.rule for finding in outcome.findings if finding.activity == "garmin:x"] == ["L01"]


def test_the_richer_record_is_the_one_that_says_more_and_deeper() -> None:
    drifted = replace(PHONE, key="coros:1", shape=replace(WATCH.shape, drift=Drift(0, -40)))
    assert counted(WATCH, drifted) == ["coros:1"]


def test_findings_stand_under_the_key_that_counts() -> None:
    habit = [run(f"garmin:h{n}", 8_000, 48, SEVEN - timedelta(days=3 * n)) for n in range(1, 12)]
    far = [replace(one, distance_m=20_000, moving_s=7200, elapsed_s=7200) for one in (PHONE, WATCH)]
    findings: list[Finding] = [f for f in fold(ALICE, [*habit, *far]).findings if f.rule == "L01"]
    assert [finding.activity for finding in findings] == ["garmin:1"]


def test_an_empty_history_has_nothing_to_put_together() -> None:
    assert together([], "UTC", STANDARD) == ([], {})
    assert fold(ALICE, []).state == begin()
