"""FIT: what a watch wrote, in our words and units."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest

from recordings.maker import (
    CYCLING,
    ENUM,
    START,
    TEXT,
    TRAIL,
    TRANSITION,
    TREADMILL,
    U8,
    U16,
    U32,
    a_run,
    activity,
    fit,
    message,
    record,
    records,
    session,
    stamp,
)
from twinge.core.model import Activity
from twinge.plugin import Rejected
from twinge.recordings.child import answer
from twinge.recordings.wire import Ask
from twinge.recordings.words import fit_sport


def read(body: bytes) -> list[Activity]:
    """What the child makes of a body, in this process."""
    told = answer(Ask(body), 512)
    if told.wrong:
        raise Rejected(told.wrong)
    return list(told.activities)


def test_a_run_with_its_totals_and_streams() -> None:
    [run] = read(a_run(more=[(16, U8, 141), (17, U8, 160), (22, U16, 55), (23, U16, 50), (193, U8, 60)]))
    assert (run.sport, run.start, run.elapsed_s, run.moving_s, run.distance_m) == ("run", START, 960, 900, 2700)
    assert (run.avg_hr, run.max_hr, run.climb_m, run.descent_m, run.rpe) == (141, 160, 55, 50, 6)
    assert run.shape.hr_seconds == ((140, 900),)
    assert run.shape.graded_m == 2697
    assert run.shape.run_s == 899


def test_the_start_has_the_athletes_own_offset() -> None:
    [run] = read(a_run(offset_s=-5 * 3600 - 1800 + 20))
    assert run.start.utcoffset() == timedelta(hours=-5, minutes=-30)
    assert run.start == START


def test_an_offset_that_no_place_has_is_left_out() -> None:
    [run] = read(a_run(offset_s=40 * 3600))
    assert run.start.utcoffset() == timedelta(0)


def test_what_the_device_did_not_sum_up_is_summed_from_its_records() -> None:
    [run] = read(fit(records(900)))
    assert (run.sport, run.start, run.elapsed_s, run.moving_s, run.distance_m) == ("other", START, 899, 899, 2697)
    assert (run.avg_hr, run.max_hr) == (140, 140)


def test_a_sport_message_names_what_no_session_does() -> None:
    [run] = read(fit([message(4, 12, [(0, ENUM, 1), (1, ENUM, TREADMILL)]), *records(120)]))
    assert run.sport == "treadmill"


@pytest.mark.parametrize(
    ("main", "sub", "ours"),
    [
        ("running", "generic", "run"),
        ("running", "treadmill", "treadmill"),
        ("running", "indoor_running", "treadmill"),
        ("running", "trail", "trail_run"),
        ("running", "track", "track"),
        ("running", "virtual_activity", "virtual_run"),
        ("running", "street", "run"),
        ("running", "ultra", "run"),
        ("cycling", "road", "ride"),
        ("cycling", "mountain", "mountain_bike"),
        ("cycling", "gravel_cycling", "gravel_ride"),
        ("cycling", "indoor_cycling", "indoor_ride"),
        ("cycling", "spin", "indoor_ride"),
        ("cycling", "virtual_activity", "virtual_ride"),
        ("hiking", "trail", "hike"),
        ("walking", "indoor_walking", "walk"),
        ("swimming", "lap_swimming", "swim"),
        ("swimming", "open_water", "swim"),
        ("fitness_equipment", "treadmill", "treadmill"),
        ("fitness_equipment", "indoor_rowing", "row"),
        ("fitness_equipment", "elliptical", "other"),
        ("training", "strength_training", "strength"),
        ("training", "yoga", "yoga"),
        ("alpine_skiing", "backcountry", "backcountry_ski"),
        ("cross_country_skiing", "skate_skiing", "nordic_ski"),
        ("tennis", "match", "team_sport"),
        (255, None, "other"),
        (None, None, "other"),
        ("", "", "other"),
    ],
)
def test_two_words_of_fit_are_one_of_ours(main: object, sub: object, ours: str) -> None:
    assert fit_sport(main, sub) == ours


def test_indoor_and_trail_are_told_by_the_sub_sport() -> None:
    assert [read(a_run(sub=sub))[0].sport for sub in (TREADMILL, TRAIL)] == ["treadmill", "trail_run"]


def test_a_triathlon_is_three_workouts_each_with_its_own_samples() -> None:
    ride = [record(n, metres=8 * n, bpm=120, stride=80) for n in range(600)]
    run = [record(n, metres=4800 + 3 * (n - 700), bpm=150) for n in range(700, 1300)]
    body = fit(
        [
            *ride,
            *run,
            session(600, 4800, sport=CYCLING),
            session(100, 10, sport=TRANSITION, after=600),
            session(600, 1800, after=700),
            activity(0),
        ]
    )
    first, second = read(body)
    assert (first.sport, first.distance_m, first.shape.hr_seconds) == ("ride", 4800, ((120, 600),))
    assert (second.sport, second.distance_m, second.start) == ("run", 1800, START + timedelta(seconds=700))
    assert second.shape.hr_seconds == ((150, 600),)
    assert second.shape.run_s == 599


def test_steps_of_both_feet_are_counted_on_foot_only() -> None:
    steps = [record(n, metres=1.5 * n, stride=75) for n in range(300)]
    [run] = read(fit([*steps, session(300, 450)]))
    [ride] = read(fit([*steps, session(300, 450, sport=CYCLING)]))
    assert (run.shape.run_s, ride.shape.run_s) == (299, 0)


def test_form_is_read_from_the_fields_of_a_running_sensor() -> None:
    form = [(39, U16, 800), (41, U16, 2400), (84, U16, 4950)]
    [run] = read(fit([*(record(n, metres=3 * n, more=form) for n in range(1200)), session(1200, 3600)]))
    assert run.shape.left == 4950


def test_the_name_of_a_planned_workout_says_intervals() -> None:
    [run] = read(fit([message(5, 26, [(8, TEXT, "8 x 400 m")]), *records(900), session(900, 2700)]))
    assert run.interval
    assert "400" not in repr(run)


def test_places_are_not_kept() -> None:
    here = [(0, U32, 0x23456789), (1, U32, 0x12345678)]
    [run] = read(fit([*(record(n, metres=3 * n, more=here) for n in range(120)), session(120, 360)]))
    told = " ".join(str(getattr(run, field.name)) for field in fields(run))
    assert str(0x23456789) not in told


def test_a_device_app_may_call_its_fields_what_it_likes() -> None:
    developer = message(6, 207, [(3, U8, 0)])
    described = message(7, 206, [(0, U8, 0), (1, U8, 0), (2, U8, 2), (3, TEXT, "heart_rate")])
    head = bytes([0x60 | 8, 0, 0, 20, 0, 1, 253, 4, 0x86, 1, 0, 1, 0])
    own = b"".join(bytes([8]) + stamp(START + timedelta(seconds=n)).to_bytes(4, "little") + b"\x63" for n in range(60))
    [run] = read(fit([developer, described, head, own, session(900, 2700)]))
    assert run.avg_hr is None


def test_a_big_endian_file_and_one_with_compressed_times() -> None:
    told = message(1, 20, [(253, U32, stamp(START)), (3, U8, 140)], big=True)
    define = bytes([0x40 | 2, 0, 0, 20, 0, 1, 3, 1, 0x02])
    first = stamp(START) & 0x1F
    packed = b"".join(bytes([0x80 | (2 << 5) | ((first + n) & 0x1F), 150]) for n in range(1, 90))
    [run] = read(fit([told, define, packed, session(90, 270)]))
    assert run.shape.hr_seconds == ((140, 1), (150, 89))


@pytest.mark.parametrize("kind", [2, 5, 9, 15])
def test_what_is_no_workout_is_named(kind: int) -> None:
    with pytest.raises(
        Rejected, match=r"this FIT file holds (settings|a planned workout|a weighing|a day's monitoring)"
    ):
        read(fit([message(1, 3, [(4, U8, 1)])], kind=kind))


def test_a_course_is_not_a_workout_though_it_has_records() -> None:
    with pytest.raises(Rejected, match="holds a course"):
        read(fit(records(900), kind=6))


def test_a_wrong_checksum_is_refused() -> None:
    with pytest.raises(Rejected, match="checksum is wrong"):
        read(fit([*records(100), session(100, 300)], checksum=1))


def test_a_file_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    whole = a_run()
    [run] = read(whole[: len(whole) // 2])
    assert 400 < (run.elapsed_s or 0) < 500
    with pytest.raises(Rejected, match="breaks off"):
        read(whole[:300])


def test_a_file_whose_size_was_never_written_is_read() -> None:
    [run] = read(fit([*records(300)], size=0))
    assert run.elapsed_s == 299


@pytest.mark.parametrize("cut", [1, 8, 12, 13, 14, 15, 16, 30, 45])
def test_a_header_and_little_more_is_refused(cut: int) -> None:
    with pytest.raises(Rejected):
        read(a_run()[:cut])


def test_a_size_that_no_file_has_is_refused_or_cut_short() -> None:
    [run] = read(fit(records(300), size=0xFFFFFFFF))
    assert run.elapsed_s == 299


def test_chained_files_are_all_read() -> None:
    [first, second] = read(a_run() + fit([*records(300, first=2000), session(300, 900, after=2000)]))
    assert [one.distance_m for one in (first, second)] == [2700, 900]
    assert second.shape.hr_seconds == ((140, 300),)


def test_a_device_that_did_not_know_the_date_is_told_so() -> None:
    early = message(1, 20, [(253, U32, 5000), (3, U8, 140)]), message(1, 20, [(253, U32, 5100), (3, U8, 140)])
    with pytest.raises(Rejected, match="no date"):
        read(fit([*early, message(2, 18, [(253, U32, 5100), (2, U32, 5000), (5, ENUM, 1), (7, U32, 100_000)])]))
    told = answer(Ask(fit([*early]), start=datetime(2026, 5, 4, tzinfo=UTC)), 512)
    assert [one.start for one in told.activities] == [datetime(2026, 5, 4, tzinfo=UTC)]


def test_impossible_totals_are_not_known_and_stop_nothing() -> None:
    [run] = read(fit([*records(300), session(300, 900, more=[(22, U16, 65_534), (20, U16, 60_000), (193, U8, 250)])]))
    assert (run.avg_power_w, run.rpe, run.distance_m, run.climb_m) == (None, None, 900, 65_534)


def test_a_very_long_recording_is_thinned() -> None:
    define = bytes([0x40 | 1, 0, 0, 20, 0, 2, 253, 4, 0x86, 3, 1, 0x02])
    beats = b"".join(bytes([1]) + (stamp(START) + n).to_bytes(4, "little") + b"\x8c" for n in range(100_001))
    [run] = read(fit([define, beats, session(100_001, 300_000)]))
    assert run.shape.hr_seconds == ((140, 100_001),)
