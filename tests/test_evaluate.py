"""Twinge held against dates of injury: synthetic athletes whose truth is known, and a judge that cheats."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from rich.console import Console

from twinge.backtest import Past, Story, replay
from twinge.cli import twinge
from twinge.core.model import Activity, Athlete, Nudge, Severity, Wellness
from twinge.evaluate import Case, Evaluation, Onset, WrongOnsets, evaluate, match, read_onsets
from twinge.evaluate.claim import claims
from twinge.evaluate.page import print_text, to_json

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2024, 1, 1)
QUIET = Story("", "Europe/Berlin", 0, 0, None, None, (), (), (), ())


@dataclass(frozen=True)
class Diary:
    """A history for tests."""

    activities: tuple[Activity, ...]
    name: str = "alice.csv"
    zone: ZoneInfo = BERLIN
    problems: tuple[str, ...] = ()
    mornings: tuple[Wellness, ...] = ()


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def run(number: int, km: float = 8, hour: int = 12) -> Activity:
    start = datetime(2024, 1, 1, hour, tzinfo=UTC) + timedelta(days=number)
    return Activity(f"file:{number}", "run", start, moving_s=int(360 * km), distance_m=int(1000 * km))


def daily(days: Iterable[int], name: str = "alice.csv") -> Diary:
    return Diary(tuple(run(number) for number in days), name)


def onset(number: int, lasts: int | None = None) -> Onset:
    return Onset(day(number), None if lasts is None else day(number + lasts), 2)


def nudge(activity: Activity) -> Nudge:
    at = activity.start + timedelta(hours=1)
    words = "Take it easy."
    return Nudge(
        activity.key, "alice", Severity.SLOW_DOWN, ("L01",), words, {}, at, at, at + timedelta(days=1), activity.key
    )


def speaks(chosen: Callable[[str], set[int]]) -> Callable[[Past], Story]:
    """A judge that speaks after the runs of the chosen days of each history, by its name."""

    def judge(past: Past) -> Story:
        days = chosen(past.name)
        return replace(QUIET, nudges=tuple(nudge(each) for each in past.activities if int(each.key[5:]) in days))

    return judge


def on(*days: int) -> Callable[[Past], Story]:
    return speaks(lambda _: set(days))


ONSETS = (60, 120, 180, 240, 300)


def test_a_judge_that_speaks_the_day_before_each_onset_is_found_out_as_very_good() -> None:
    cases = [Case(daily(range(330), name), tuple(map(onset, ONSETS))) for name in ("alice.csv", "bob.csv")]
    found = evaluate(cases, on(*(number - 1 for number in ONSETS)), cuts=10)
    for window in found.windows:
        assert (window.sensitivity.value, window.precision.value) == (1, 1)
        assert window.lift.value is not None
        assert window.lift.value > 3
    week, fortnight = found.windows
    at_risk = 330 - 5 * 22  # each onset closes its own day and the 21 after it
    assert len(found.athletes[0].workouts.heard) == at_risk
    assert week.precision_chance.value == pytest.approx(5 * 7 / at_risk)
    assert fortnight.precision_chance.value == pytest.approx(5 * 14 / at_risk)
    assert found.leaks == []


def test_chance_is_the_same_nudges_turned_round_to_every_place() -> None:
    """One nudge among a hundred runs: seven of a hundred turns bring it into the week before the onset."""
    found = evaluate([Case(daily(range(100)), (onset(100),))], on(10), cuts=1)
    week = found.windows[0]
    assert (week.sensitivity.value, week.sensitivity_chance.value, week.lift.value) == (0, 0.07, 0)
    side_by_side = evaluate([Case(daily(range(100)), (onset(100),))], on(10, 11), cuts=1).windows[0]
    apart = evaluate([Case(daily(range(100)), (onset(100),))], on(10, 60), cuts=1).windows[0]
    assert side_by_side.sensitivity_chance.value == 0.08  # two that stand together warn hardly more often than one
    assert apart.sensitivity_chance.value == 0.14


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_judge_that_speaks_at_random_has_a_lift_that_may_be_one(seed: int) -> None:
    rng = Random(seed)
    names = [f"athlete{number}.csv" for number in range(40)]
    spoken = {name: set(rng.sample(range(400), 25)) for name in names}
    cases = [Case(daily(range(400), name), tuple(onset(rng.randrange(30, 400)) for _ in range(4))) for name in names]
    found = evaluate(cases, speaks(spoken.__getitem__), cuts=1, draws=400)
    assert found.onsets > 100
    for window in found.windows:
        assert window.lift.low is not None
        assert window.lift.high is not None
        assert 0.5 < window.lift.low < 1 < window.lift.high < 1.6
    assert any("holds 1" in claim for claim in claims(found))


def test_holidays_do_not_make_a_judge_look_clever() -> None:
    """Bob only trains, is nudged and gets hurt in spring; over bare days a random rule would seem to do far worse."""
    rng = Random(7)
    springs = [*range(90), *range(365, 455), *range(730, 820)]
    names = [f"bob{number}.csv" for number in range(30)]
    spoken = {name: set(rng.sample(springs, 20)) for name in names}
    cases = [Case(daily(springs, name), (onset(rng.choice(springs[21:])),)) for name in names]
    lift = evaluate(cases, speaks(spoken.__getitem__), cuts=1, draws=400).windows[1].lift
    assert lift.value is not None
    assert 0.6 < lift.value < 1.5


def test_days_inside_an_episode_and_the_21_after_it_count_neither_way() -> None:
    case = Case(daily(range(120)), (onset(50, lasts=10),))
    found = evaluate([case], on(49, 50, 55, 60, 81, 82), cuts=1)
    [alice] = found.athletes
    assert alice.workouts_left_out == 32  # days 50 to 81
    assert (alice.nudges, alice.nudges_left_out) == (2, 4)  # those of days 49 and 82 count
    assert found.rate.value == pytest.approx(2 / alice.weeks)
    assert alice.weeks == 8 + 7  # days 0 to 49 touch eight weeks, 82 to 119 seven


def test_a_nudge_on_the_day_of_the_onset_is_no_warning_and_one_held_until_then_neither() -> None:
    assert evaluate([Case(daily(range(60)), (onset(50),))], on(50), cuts=1).windows[0].sensitivity.value == 0
    assert evaluate([Case(daily(range(60)), (onset(50),))], on(43), cuts=1).windows[0].sensitivity.value == 1
    assert evaluate([Case(daily(range(60)), (onset(50),))], on(42), cuts=1).windows[0].sensitivity.value == 0

    def late(past: Past) -> Story:
        story = on(49)(past)
        return replace(story, nudges=tuple(replace(each, not_before=run(50, hour=8).start) for each in story.nudges))

    found = evaluate([Case(daily(range(60)), (onset(50),))], late, cuts=1)
    assert (found.windows[0].sensitivity.value, found.athletes[0].nudges_left_out) == (0, 1)


def waking(days: Iterable[int]) -> tuple[Wellness, ...]:
    return tuple(Wellness(f"watch:{day(number)}", day(number), resting_hr=50) for number in days)


def about(morning: Wellness, severity: Severity = Severity.SLOW_DOWN) -> Nudge:
    """A nudge about a morning, heard at nine."""
    at = datetime.combine(morning.day, time(9), BERLIN)
    return Nudge(morning.key, "alice", severity, ("R03",), "Rest.", {}, at, at, at + timedelta(days=1), morning.key)


def on_mornings(*days: int, severity: Severity = Severity.SLOW_DOWN) -> Callable[[Past], Story]:
    """A judge that speaks about the mornings of those days."""
    return lambda past: replace(
        QUIET, nudges=tuple(about(each, severity) for each in past.mornings if (each.day - FIRST).days in days)
    )


def test_a_nudge_about_a_morning_stands_on_its_day_and_a_workout_far_away_has_no_part_in_it() -> None:
    weekly = Diary(tuple(run(number) for number in range(0, 100, 7)), mornings=waking(range(100)))
    found = evaluate([Case(weekly, (onset(60),))], on_mornings(54), cuts=1)
    [alice] = found.athletes
    assert (alice.workouts.nudged, [alice.mornings.heard[place] for place in alice.mornings.nudged]) == (
        (),
        [day(54).toordinal()],
    )
    assert (found.windows[0].sensitivity.value, found.windows[0].precision.value) == (1, 1)
    before = evaluate([Case(weekly, (onset(60),))], on_mornings(52), cuts=1)
    assert before.windows[0].sensitivity.value == 0  # eight days before; the workout of day 56 did not speak


def test_chance_turns_mornings_round_mornings_and_workouts_round_workouts() -> None:
    """100 runs and 100 mornings: 7 of 100 turns each; by chance one or the other warns in 1 − 0.93².

    Mornings where nobody trains thin the workouts' chance by nothing.
    """
    both = Diary(tuple(run(number) for number in range(100)), mornings=waking(range(100)))
    one, other = on(10), on_mornings(20)
    found = evaluate(
        [Case(both, (onset(100),))],
        lambda past: replace(QUIET, nudges=(*one(past).nudges, *other(past).nudges)),
        cuts=1,
    )
    assert found.windows[0].sensitivity_chance.value == pytest.approx(1 - 0.93**2)
    assert found.windows[0].precision_chance.value == pytest.approx(0.07)
    idle = Diary(tuple(run(number) for number in range(100)), mornings=waking(range(-300, 100)))
    alone = evaluate([Case(idle, (onset(100),))], on(10), cuts=1)
    assert alone.windows[0].sensitivity_chance.value == 0.07


def test_what_only_informs_is_no_alert() -> None:
    diary = Diary(tuple(run(number) for number in range(60)), mornings=waking(range(60)))
    digest = replace(about(diary.mornings[40], Severity.INFO), activity=None)
    told = on_mornings(45, severity=Severity.INFO)
    found = evaluate([Case(diary, (onset(50),))], lambda past: replace(told(past), digests=(digest,)), cuts=1)
    assert (found.athletes[0].nudges, found.rate.value, found.windows[0].sensitivity.value) == (0, 0, 0)
    assert to_json(found)["athletes"][0]["digests"] == 1
    assert "1 weekly digest: they interrupt nobody, and are no nudges here" in text(found)


def test_an_answer_to_what_the_athlete_told_foresees_nothing() -> None:
    """Pain told the day before it is written down as an injury, and the word about a doctor that answers it."""
    said = on(49)

    def answers(past: Past) -> Story:
        story = said(past)
        told = (replace(each, activity=None, severity=Severity.SEE_DOCTOR, rules=("P02",)) for each in story.nudges)
        return replace(story, nudges=tuple(told))

    found = evaluate([Case(daily(range(60)), (onset(50),))], answers, cuts=1)
    assert (found.athletes[0].nudges, found.windows[0].sensitivity.value) == (0, 0)


def test_a_workout_recorded_twice_is_one_occasion() -> None:
    once = [run(number) for number in range(60)]
    twice = [replace(each, key=f"else:{each.key[5:]}", start=each.start + timedelta(seconds=30)) for each in once]
    found = evaluate([Case(Diary((*once, *twice)), (onset(50),))], on(45), cuts=3)
    alone = evaluate([Case(Diary(tuple(once)), (onset(50),))], on(45), cuts=3)
    assert found.athletes[0].workouts == alone.athletes[0].workouts
    assert found.windows == alone.windows


def test_evening_runs_are_heard_of_the_next_morning_by_chance_too() -> None:
    evenings = Diary(tuple(run(number, hour=20) for number in range(100)))
    found = evaluate([Case(evenings, (onset(100),))], on(), cuts=1)
    assert found.athletes[0].workouts.heard[:2] == (day(1).toordinal(), day(2).toordinal())


def test_onsets_that_cannot_be_judged_are_said_one_by_one() -> None:
    given = (onset(-40), onset(0), onset(30, lasts=5), onset(40), onset(200), onset(221), onset(400))
    found = evaluate([Case(daily([*range(100), *range(190, 200)]), given)], on(29), cuts=1)
    notes = "\n".join(found.notes)
    assert (found.onsets, len(found.notes)) == (2, 5)
    assert "2023-11-22 (line 2) is not judged: it lies outside the history (2024-01-01 to 2024-07-18)" in notes
    assert f"{day(0)} (line 2) is not judged: it lies outside" in notes
    assert f"{day(40)} (line 2) is not judged: it lies inside an earlier episode" in notes
    assert f"{day(221)} (line 2) is not judged: it lies outside" in notes
    assert f"{day(400)} (line 2) is not judged: it lies outside" in notes


def test_blank_days_before_an_onset_are_missing_and_not_quiet() -> None:
    found = evaluate([Case(daily([*range(50), *range(80, 100)]), (onset(75),))], on(3), cuts=1)
    assert found.onsets == 0
    assert "no workout at risk in the 21 days before it" in found.notes[0]
    assert found.windows[0].lift.value is None


def real(past: Past) -> Story:
    return replay(past, Athlete("alice"))


def spiky() -> Diary:
    """Every other day 8 km; each twentieth run is long, and each of those longer than the last."""
    runs = (run(number, km=14 + number / 40 if number % 40 == 38 else 8) for number in range(0, 400, 2))
    return Diary(tuple(runs))


def test_the_live_judge_does_not_look_ahead() -> None:
    found = evaluate([Case(spiky(), ())], cuts=25)
    [proof] = found.proofs
    assert len(found.athletes[0].workouts.nudged) >= 5
    assert len(proof.cuts) == len({cut.day for cut in proof.cuts}) == 25
    assert sum(cut.decisions for cut in proof.cuts) > 100
    assert found.leaks == []


def unrested() -> Diary:
    """Two years of every other day, some climb for the digest, and a resting heart rate that rises now and then."""
    runs = (
        replace(run(number, km=14 if number % 40 == 38 else 8), climb_m=180 if number % 36 == 0 else 120)
        for number in range(0, 300, 2)
    )
    beats = {number: 60 if number % 50 in (40, 41, 42, 43) else 50 for number in range(300)}
    mornings = tuple(Wellness(f"watch:{day(number)}", day(number), bpm) for number, bpm in beats.items())
    return Diary(tuple(runs), mornings=mornings)


def test_the_proof_covers_mornings_and_digests() -> None:
    story = real(unrested())
    assert len(story.digests) > 2
    assert sum(nudge.rules == ("R03",) for nudge in story.nudges) > 2
    found = evaluate([Case(unrested(), ())], cuts=25)
    assert found.leaks == []
    assert sum(len(row.nudged) for row in found.athletes[0].rows) == len(story.nudges)


def peeks_at_the_next_morning(past: Past) -> Story:
    """Speaks of a morning when the next one will be high."""
    before = [early for early, late in pairwise(past.mornings) if (late.resting_hr or 0) > 55]
    return replace(real(past), nudges=tuple(map(about, before)))


def peeks_in_its_digests(past: Past) -> Story:
    """Counts in every digest all workouts of the file."""
    story = real(past)
    known = {"T01": {"climb_m": len(past.activities)}}
    return replace(story, digests=tuple(replace(digest, facts=known) for digest in story.digests))


@pytest.mark.parametrize("cheat", [peeks_at_the_next_morning, peeks_in_its_digests])
def test_a_judge_that_looks_ahead_at_mornings_or_for_its_digest_is_caught(cheat: Callable[[Past], Story]) -> None:
    assert evaluate([Case(unrested(), ())], cheat, cuts=20).leaks


def test_a_workout_that_two_recorders_began_on_both_sides_of_midnight_is_not_cut_in_two() -> None:
    start = datetime(2024, 1, 3, 23, 59, 50, tzinfo=BERLIN)
    late = Activity("watch:1", "run", start, elapsed_s=3600, moving_s=3600, distance_m=10_000)
    twin = replace(late, key="phone:1", start=start + timedelta(seconds=30), avg_hr=150)
    diary = Diary((run(0), late, twin, run(5), run(6)))
    [proof] = evaluate([Case(diary, ())], cuts=20).proofs
    assert [cut.day for cut in proof.cuts] == [day(0), day(3), day(5)]
    assert not any(cut.changed for cut in proof.cuts)


def peeks_at_the_next(past: Past) -> Story:
    """Speaks when the next run is the long one."""
    runs = past.activities
    before = [early for early, late in pairwise(runs) if (late.distance_m or 0) > 10_000]
    return replace(real(past), nudges=tuple(map(nudge, before)))


def peeks_at_the_whole(past: Past) -> Story:
    """Speaks of the longest run of the whole history, on the day it is run."""
    longest = max(past.activities, key=lambda each: each.distance_m or 0)
    return replace(real(past), nudges=(nudge(longest),))


def remembers(past: Past) -> Story:
    """Knows the long runs of another reading by heart, those not run yet too."""
    return replace(
        real(past), nudges=tuple(nudge(each) for each in spiky().activities if (each.distance_m or 0) > 10_000)
    )


@pytest.mark.parametrize("cheat", [peeks_at_the_next, peeks_at_the_whole, remembers])
def test_a_judge_that_looks_ahead_is_caught(cheat: Callable[[Past], Story]) -> None:
    found = evaluate([Case(spiky(), ())], cheat, cuts=20)
    assert found.leaks
    assert all(name == "alice.csv" and cut.changed for name, cut in found.leaks)
    assert "LOOK-AHEAD" in text(found)
    assert to_json(found)["look_ahead"]["changed"][0]["file"] == "alice.csv"


def test_a_short_history_is_cut_as_often_as_it_can_be() -> None:
    found = evaluate([Case(daily(range(5)), ()), Case(daily([0], "bob.csv"), ())], real, cuts=20)
    assert [len(proof.cuts) for proof in found.proofs] == [4, 0]
    silent = evaluate([Case(daily([0], "bob.csv"), ())], real)
    assert "0 cuts tried, but no decision stood before any: nothing is proved" in " ".join(text(silent).split())


def text(found: Evaluation, width: int = 80) -> str:
    page = io.StringIO()
    print_text(found, Console(file=page, width=width))
    return page.getvalue()


def many(onsets: int) -> Evaluation:
    cases = [Case(daily(range(80), f"a{number}.csv"), (onset(50),)) for number in range(onsets)]
    return evaluate(cases, on(10, 45), cuts=1, draws=100)


@pytest.mark.parametrize(
    ("onsets", "words"),
    [
        (19, "19 onsets: no claim."),
        (20, "20 onsets can refute a strong rule, not prove a good one"),
        (159, "lift of 1.5 takes about 160, of 1.3 about 440"),
        (160, "enough to show a lift of 1.5 if there is one; to show 1.3 takes about 440"),
        (440, "enough to show a lift of 1.3"),
    ],
)
def test_the_number_of_onsets_says_what_may_be_claimed(onsets: int, words: str) -> None:
    said = list(claims(many(onsets)))
    assert words in said[0]
    assert any("interval" in claim for claim in said) == (onsets >= 20)
    assert "None of this says that a nudge predicts" in said[-1]


def test_few_athletes_are_a_caveat_and_one_has_no_interval() -> None:
    alone = evaluate([Case(daily(range(600)), tuple(onset(30 * n) for n in range(1, 20)))], on(29), cuts=1)
    assert alone.windows[0].lift.low is None
    assert any("Athletes with a judged onset: 1." in claim for claim in claims(alone))


def test_the_same_seed_gives_the_same_numbers_and_another_one_others() -> None:
    cases = [
        Case(daily(range(80 + number), f"a{number}.csv"), (onset(50 + number % 20),) * (number % 3))
        for number in range(20)
    ]
    first, again, other = (evaluate(cases, on(10, 45), cuts=3, draws=200, seed=seed) for seed in (5, 5, 6))
    assert to_json(first) == to_json(again)
    assert to_json(first)["windows"] != to_json(other)["windows"]


def test_the_page_fits_eighty_columns_and_says_everything() -> None:
    page = text(many(25))
    assert max(map(len, page.splitlines())) <= 80
    assert "\x1b" not in page
    assert "…" not in page
    for words in (
        "25 onsets",
        "25/25",
        "4.14 (4.14–4.14)",
        "an athlete-week",
        "What this can show",
        "25 cuts tried",
        "none changed",
    ):
        assert words in page, words


def test_the_json_has_a_fixed_shape() -> None:
    found = json.loads(json.dumps(to_json(many(25))))
    week = found["windows"][0]
    assert (week["days"], week["sensitivity"]) == (7, {"value": 1.0, "interval": [1.0, 1.0]})
    assert week["counts"]["warned"] == 25
    assert week["lift"]["value"] == pytest.approx(week["counts"]["onsets"] / week["counts"]["warned_chance"], abs=0.001)
    assert found["look_ahead"]["cuts"] == 25
    assert found["onsets"] == {"given": 25, "judged": 25}


def written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def test_dates_are_read_with_and_without_an_end(tmp_path: Path) -> None:
    path = written(tmp_path / "d.csv", "\ufeffSite;Onset;End\ncalf;2024-06-02;\n\nknee;2024-03-01T08:00;2024-03-09\n")
    assert read_onsets(path) == (
        Onset(date(2024, 3, 1), date(2024, 3, 9), 4),
        Onset(date(2024, 6, 2), None, 2),
    )
    assert read_onsets(written(tmp_path / "none.csv", "onset,end\n")) == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("onset,end\n2024-01-05,\n03/04/2024,\n", "line 3, column “onset”: “03/04/2024” is not a date; write it year-"),
        ("onset,end\n2024-01-05,soon\n", "line 2, column “end”: “soon” is not a date"),
        ("onset,end\n,2024-01-05\n", "line 2, column “onset”: there is no date"),
        ("onset,end\n2024-01-05,2024-01-04\n", "line 2, column “end”: 2024-01-04 lies before the onset, 2024-01-05"),
        ("knee,calf\n1,2\n", "line 1: no column “onset” (found: knee, calf)"),
        ("", "the file is empty"),
        (
            "onset\n" + "x\n" * 9,
            "line 6, column “onset”: “x” is not a date; write it year-month-day, like 2024-05-31; and",
        ),
    ],
)
def test_dates_that_cannot_be_read_stop_with_line_and_column(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(WrongOnsets) as stopped:
        read_onsets(written(tmp_path / "d.csv", content))
    assert words in str(stopped.value)


def test_bytes_that_are_no_text_and_a_missing_file_stop_too(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes(b"onset\n\xff\xfe\n")
    for path, words in ((tmp_path / "d.csv", "not UTF-8"), (tmp_path / "no.csv", "cannot be read")):
        with pytest.raises(WrongOnsets, match=words):
            read_onsets(path)


def test_a_folder_brings_its_pairs_and_says_what_stands_alone(tmp_path: Path) -> None:
    for name in ("alice.csv", "alice.onsets.csv", "bob.jsonl.gz", "bob.onsets.csv", "charlie.csv", "dora.onsets.csv"):
        written(tmp_path / name, "")
    found, alone = match([tmp_path], [])
    assert [(history.name, onsets.name) for history, onsets in found] == [
        ("alice.csv", "alice.onsets.csv"),
        ("bob.jsonl.gz", "bob.onsets.csv"),
    ]
    assert [note.split()[0] for note in alone] == ["charlie.csv", "dora.onsets.csv"]


@pytest.mark.parametrize(
    ("histories", "onsets", "words"),
    [
        (["a.csv"], [], "1 single histories and 0 --onsets"),
        (["a.csv", "b.csv"], ["x.csv"], "give one --onsets for each"),
        (["a.csv", "b.csv"], ["x.csv", "x.csv"], "two histories"),
        (["."], [], "no pair was found"),
    ],
)
def test_what_does_not_belong_together_is_said(
    tmp_path: Path, histories: Sequence[str], onsets: Sequence[str], words: str
) -> None:
    with pytest.raises(WrongOnsets, match=words):
        match([tmp_path / name for name in histories], [tmp_path / name for name in onsets])


@pytest.fixture
def club(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("alice", "bob"):
        rows = "".join(f"{day(n)} 07:00,{16 if n % 40 == 38 else 8},0:48:00\n" for n in range(0, 200, 2))
        written(tmp_path / f"{name}.csv", f"Date,Distance (km),Moving time\n{rows}")
        written(tmp_path / f"{name}.onsets.csv", f"onset,end\n{day(80)},{day(90)}\n2019-01-01,\n")
    return tmp_path


def test_the_command_measures_a_folder(club: Path) -> None:
    result = CliRunner().invoke(
        twinge, ["evaluate", ".", "--timezone", "Europe/Berlin", "--format", "json", "--cuts", "5"]
    )
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [athlete["file"] for athlete in found["athletes"]] == ["alice.csv", "bob.csv"]
    assert found["onsets"] == {"given": 4, "judged": 2}
    assert found["look_ahead"] == {
        "cuts": 10,
        "decisions_compared": found["look_ahead"]["decisions_compared"],
        "changed": [],
    }
    assert "no claim" in found["claims"][0]
    assert sum("outside the history" in note for note in found["left_out"]) == 2


def test_the_command_takes_single_files_and_its_own_windows(club: Path) -> None:
    words = ["evaluate", "alice.csv", "--onsets", "alice.onsets.csv", "--within", "28", "--out", "report.txt"]
    result = CliRunner().invoke(twinge, words)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "28 d" in (club / "report.txt").read_text()


def test_bad_dates_are_one_line_and_exit_1(club: Path) -> None:
    written(club / "bob.onsets.csv", "onset\n1 May\n")
    result = CliRunner().invoke(twinge, ["evaluate", "."])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("twinge: bob.onsets.csv: line 2, column “onset”: “1 May” is not a date")
