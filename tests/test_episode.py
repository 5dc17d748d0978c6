"""A pain story as a page: what a physio reads in it, what is said of what nobody knows, and that it is sealed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from conftest import Web
from core.pain.diary import DAY, HOUR, START, Book
from diary import ALICE, read
from pages import ROOT
from speech.test_law import forbidden
from test_page import Reader
from twinge.core.model import Athlete, Session
from twinge.core.pack import STANDARD
from twinge.core.pain import LIMITS, STAGES, Entry, Episode, Pain
from twinge.core.pain.move import RAISED
from twinge.core.pain.signs import SIDES, SIGNS, SITES
from twinge.core.pain.value import RANK, REFER, TRIAGE
from twinge.core.state import State
from twinge.core.twin import together
from twinge.episode import write_episode
from twinge.episode.before import Fraction, Stretch, change, divided, measure_of, runs_of, stretch, weeks_before
from twinge.episode.compare import Row, compare
from twinge.episode.story import Hold, Mark, holds, lines, marks, signs, stands
from twinge.episode.words import ENGLISH, words_of
from twinge.store.history import Kept

BERLIN = ZoneInfo("Europe/Berlin")
WORDS = words_of(ALICE)

BUTTOCK = """
    0h     pain 4 left buttock during
    0h10   reply 2                          # travels down the leg
    24h    reply 4
    2d     run 5km 30min
    3d     reply 5
    8d     seeing someone
    20d    pain 2 left buttock
    30d    reply 0
    33d    cleared by physio
    37d    walked ok
    39d    walked ok
    42d    run 3km 30min ran 10min
    43d    reply 0
"""
"""Monday 2 March 2026, 19:00 in Berlin, is 0h."""

TRAINING = """
    every tue thu sat from 2025-11-24 for 10 weeks 07:00 run 8km 48min
    every sun from 2025-11-24 for 10 weeks 09:00 run 14km 84min
    every tue thu sat from 2026-02-02 for 4 weeks 07:00 run 10km 60min
    every sun from 2026-02-02 for 4 weeks 09:00 run 21km 126min
    2026-03-02 18:00 run 7km 42min
    2026-03-04 19:00 run 5km 30min
    2026-04-13 19:00 run 3km 30min
"""
"""38 km a week in all weeks but the last four, which have 51 km; the run of Monday 2 March is one of them."""


def sessions(text: str, climb_m_km: int | None = 10) -> list[Session]:
    """A training diary as sessions by start, hilly throughout or of unknown climb."""
    done = [
        replace(one, climb_m=None if climb_m_km is None else climb_m_km * (one.distance_m or 0) // 1000)
        for one in read(text)
    ]
    records, _ = together(sorted(done, key=lambda one: one.start), ALICE.timezone, STANDARD)
    return [record.session for record in records]


def after(days: float) -> datetime:
    return datetime.fromtimestamp(START + int(days * DAY), UTC)


def story(diary: str = BUTTOCK) -> Episode:
    return Book().write(diary).episode()


def bare(state: str = TRIAGE, **more: object) -> Episode:
    """An episode of which nothing is known but its state."""
    return Episode(START, START, state, START, None, START)._replace(**more)  # type: ignore[arg-type]


def page(episode: Episode | None = None, training: str = TRAINING, athlete: Athlete = ALICE, days: float = 45) -> str:
    return write_episode(episode or story(), sessions(training), athlete, after(days))


def table(episode: Episode) -> list[str]:
    """The day-by-day table as text, one line a day."""
    found = lines(episode.history, WORDS, BERLIN)
    return [f"{line.day:%d %b} | {'; '.join(line.told)} | {'; '.join(line.advice)}".strip() for line in found]


# --- what a physio reads ----------------------------------------------------------------------------------------------


def test_day_by_day_stands_what_was_told_done_and_advised() -> None:
    assert table(story()) == [
        "02 Mar | 4 of 10 during a run; pain down the leg | no running for three days",
        "03 Mar | 4 of 10 |",
        "04 Mar | ran 30 min |",
        "05 Mar | 5 of 10 | no running for now; a check by a doctor or physio in a day or two may help",
        "10 Mar | under somebody's care |",
        "22 Mar | 2 of 10 |",
        "01 Apr | 0 of 10 | no running yet: days without pain first, then a brisk walk",
        "04 Apr | a physio agrees to running |",
        "08 Apr |  | step 1: 30 min brisk walk on the flat",
        "13 Apr | ran 10 min |",
        "14 Apr | 0 of 10 after a run |",
    ]


def test_days_are_the_athletes_own() -> None:
    late = START + 4 * HOUR + 30 * 60  # 22:30 UTC
    episode = bare(history=(Entry(late, "score", "", 3),))
    assert table(episode) == ["02 Mar | 3 of 10 |"]
    [line] = lines(episode.history, WORDS, ZoneInfo("Asia/Tokyo"))
    assert f"{line.day}" == "2026-03-03"


def test_once_somebody_is_seen_no_doctor_is_advised() -> None:
    care, look = Entry(START, "care", "seeing_someone"), LIMITS.seeing_d * DAY
    refer = [Entry(START + at, "state", "refer prompt") for at in (DAY, look - DAY, look)]
    episode = bare(REFER, history=(care, *refer))
    assert [line.rpartition("| ")[2] for line in table(episode)[1:]] == [
        "no running for now; a matter for whoever is seen",
        "no running for now; a matter for whoever is seen",
        "no running for now; a check by a doctor or physio this week may help",
    ]
    assert [mark.kind for mark in marks(episode)] == ["seen", "rest", "rest", "doctor"]


def test_the_page_says_where_it_stands_in_plain_words() -> None:
    text = Reader(page()).text
    for words in (
        "Pain diary: left buttock Alice",
        "As of Apr 16, 2026, 8:00",
        "On the way back to running, step 1 of 7: 30 min brisk walk on the flat.",
        "Under somebody's care (told Mar 10, 2026).",
        "A doctor or physio agrees to running (told Apr 4, 2026).",
        "first told Mar 2, 2026",
        "days since 45",
        "first score 4 of 10 highest score 5 of 10 latest score, Apr 14 0 of 10",
        "pain down the leg: first told Mar 2, 2026, not there any more",
        "This is not medical advice, nobody monitors these messages, and it cannot tell what is causing pain.",
        "In an emergency call your local emergency number.",
    ):
        assert words in text


@pytest.mark.parametrize("state", sorted(RANK))
def test_every_state_is_told_without_its_name(state: str) -> None:
    episode = bare(state, asleep=START, again=(START - 40 * DAY, START), check=START + DAY, strict=True, cleared=True)
    [first, *rest] = stands(episode, WORDS, BERLIN)
    assert first == WORDS.say(f"stand.{state}.until" if state == "monitor" else f"stand.{state}", **FACTS)
    assert rest[-1] == "The same pain came back: Jan 21, 2026; Mar 2, 2026."
    assert not re.search(r"rest24|rest72|refer|triage|settling|monitor|dormant|_", " ".join([first, *rest]))


FACTS = {
    "step": 1,
    "steps": len(STAGES),
    "session": "30 min brisk walk on the flat",
    "until": "Mar 3, 2026",
    "since": "Mar 2, 2026",
}


def test_running_that_waits_for_somebody_says_so_and_a_coach_is_not_enough() -> None:
    waiting = story("0h pain 4 left knee\n0h10 reply 4\n40d reply 0\n41d cleared by coach")
    assert "Running waits until a doctor or physio agrees." in stands(waiting, WORDS, BERLIN)
    assert "agreed" not in {mark.kind for mark in marks(waiting)}
    assert table(waiting)[-1] == "12 Apr | a coach agrees to running |"


def test_an_agreement_is_not_shown_beside_the_pain_that_came_back() -> None:
    back = story(BUTTOCK + "45d pain 4 left buttock")
    assert back.cleared
    assert not any("agrees" in sentence for sentence in stands(back, WORDS, BERLIN))


def test_signs_come_in_the_order_they_were_told_with_what_became_of_them() -> None:
    episode = story("0h pain 4 left buttock\n0h10 reply 25\n24h pain 3 left buttock no_limp")
    assert signs(episode, WORDS, BERLIN) == [
        "limping: first told Mar 2, 2026, not there any more",
        "pain down the leg: first told Mar 2, 2026, still there at the last answer",
    ]
    assert "what is not listed was not chosen" in page(episode, days=2)
    silent = page(bare(), days=2)
    assert "None so far." in silent
    assert "what is not listed is not known, not absent" in silent


def test_the_emergency_sign_of_the_menu_says_what_the_menu_said() -> None:
    [told] = signs(bare(ever=("alarm",), signs=("alarm",)), WORDS, BERLIN)
    assert "numb between legs" in told
    assert told.endswith("still there at the last answer")


def test_whatever_the_core_may_note_has_its_words() -> None:
    states = {*RANK, "dormant", *(f"refer {urgency}" for urgency in RAISED if urgency)} - {"triage", "return"}
    assert {state for state in states if not WORDS.find(f"advice.{state}")} == set()
    assert all(WORDS.sign(sign) for sign in (*SIGNS, "numb_long"))
    assert "another place" not in {WORDS.place(site, side) for site, side in product(SITES[:-1], ("", *SIDES))}
    assert len({WORDS.session(stage) for stage in range(len(STAGES))}) == len(STAGES)
    for care in ("seeing_someone", "seen", "seen, in care", "cleared", "cleared_by physio", "cleared_by coach"):
        assert table(bare(history=(Entry(START, "care", care),)))[0].count("|") == 2
    asked = Book().write("0h pain 3 left knee\n1d cleared by clinician\n1d01 seeing someone").episode()
    assert all(line.partition(" | ")[2] for line in table(asked))


def test_no_word_of_the_page_breaks_the_law() -> None:
    """No condition, no figure of risk, no order, nothing of what a clinician decides."""
    assert {text: word for text in ENGLISH.values() if (word := forbidden("en", text))} == {}


# --- what was run before it -------------------------------------------------------------------------------------------


def compared(training: str, climb_m_km: int | None = 10, since: int | None = None) -> dict[str, Row]:
    runs = sessions(training, climb_m_km)
    begun = runs[0].start if since is None else since
    return {row.label: row for row in compare(weeks_before(runs, START, begun), begun, WORDS, BERLIN).rows}


def test_four_weeks_are_held_against_the_eight_before() -> None:
    """Lately 4 × 51 km and the 7 km of that Monday: 211 km in four weeks, against 8 × 38 km."""
    rows = compared(TRAINING)
    assert rows["distance"][1:] == ("53 km", "38 km", "+39%")
    assert rows["time"][1:] == ("5h16", "3h48", "+39%")
    assert rows["longest run"][1:] == ("21.0 km", "14.0 km", "+50%")
    assert rows["climb"][1:] == ("528 m", "380 m", "+39%")
    assert rows["runs"][1:] == ("4.2", "4.0", "+6%")


def test_the_run_it_began_in_counts_and_the_next_does_not() -> None:
    weeks = weeks_before(sessions(TRAINING), START, 0)
    assert weeks[0].runs[-1].metres == 7_000
    assert all(run.start < START for week in weeks for run in week.runs)
    edge = weeks_before([sessions(TRAINING)[0]._replace(start=START)], START, 0)
    assert not any(week.runs for week in edge)


def test_a_run_without_a_distance_makes_it_at_least_and_the_difference_unknown() -> None:
    rows = compared(TRAINING.replace("2026-03-02 18:00 run 7km 42min", "2026-03-02 18:00 treadmill 42min"), None)
    assert rows["distance"][1:] == ("at least 51 km", "38 km", "not known")
    assert rows["longest run"][1:] == ("at least 21.0 km", "14.0 km", "not known")
    assert rows["time"].change == "+39%"
    assert rows["climb"][1:] == ("not known", "not known", "not known")


def test_weeks_before_the_records_begin_are_no_rest() -> None:
    short = "every tue sun from 2026-02-02 for 4 weeks 09:00 run 10km 60min"
    rows = compared(short)
    assert rows["distance"][1:] == ("20 km", "not known", "not known")
    text = page(training=short)
    assert "Records begin on Feb 3, 2026: of the twelve weeks 3 are known whole, and averages are of those." in text
    assert "Nothing is known of the running before it" in page(training="")
    known = compared(short, since=START - 90 * DAY)
    assert known["distance"][1:] == ("20 km", "none", "not known")
    assert known["runs"][1:] == ("2.0", "0.0", "not known")


def test_the_last_run_before_it_is_named_with_what_is_not_known_of_it() -> None:
    assert "The last run before it: Mon, Mar 2, 7.0 km, 42 min, 70 m of climb." in page()
    bare_run = page(training="2026-03-01 09:00 treadmill 40min\n2026-01-01 09:00 run 5km")
    assert "The last run before it: Sun, Mar 1, distance not known, 40 min, 0 m of climb." in bare_run


def test_differences_are_compared_as_fractions() -> None:
    """11.0 / 10.0 over unlike numbers of weeks: 44 in 4 against 80 in 8 is 10 per cent more, exactly."""
    four, eight = Stretch(4, ()), Stretch(8, ())
    fractions = {id(four): Fraction(44_000, 4), id(eight): Fraction(80_000, 8)}
    assert change(four, eight, lambda one: fractions[id(one)]) == 10
    assert change(eight, four, lambda one: fractions[id(one)]) == -9
    assert [divided(*pair) for pair in ((5, 2), (-5, 2), (-1, 3), (0, 7))] == [3, -3, 0, 0]
    assert stretch([]).mean("metres") is None


def test_minutes_are_drawn_where_more_runs_tell_them() -> None:
    road, belt = sessions("2026-03-01 09:00 run 10km 60min"), sessions("2026-03-01 09:00 treadmill 60min")
    assert (measure_of(road), measure_of(belt), measure_of([])) == ("metres", "seconds", "metres")
    assert "Minutes run each day." in page(training="every day from 2026-02-01 for 4 weeks 07:00 treadmill 30min")
    assert runs_of(sessions("2026-03-01 09:00 ride 20km 60min")) == []


def test_miles_are_miles_throughout() -> None:
    text = Reader(page(athlete=replace(ALICE, units="mi"))).text
    assert "13.0 mi" in text
    assert " km" not in text


# --- the pictures -----------------------------------------------------------------------------------------------------


def figures(text: str) -> list[str]:
    return re.findall(r"<svg viewBox.*?</svg>", text, re.DOTALL)


def fills(svg: str, colour: str) -> int:
    return svg.count(f'fill="{colour}"')


RUN, PALE, GREY, INK, HOT = "#4f86b5", "#b4cbe0", "#e2e5e9", "#57606a", "#b45309"


def test_every_score_every_day_with_a_run_and_every_hold_is_drawn() -> None:
    episode = story()
    scores, days, weeks = figures(page(episode))
    shown = [run for run in sessions(TRAINING) if run.start >= START - 28 * DAY - DAY]
    shown = [run for run in shown if run.day >= datetime.fromtimestamp(START - 28 * DAY, BERLIN).toordinal()]
    assert fills(days, RUN) == len({run.day for run in shown}) == 19
    assert len(holds(episode)) == fills(days, GREY) == fills(scores, GREY) == 1
    assert scores.count("<circle") == 4 + 1  # scores of daily life, and the physio's agreement
    assert fills(scores, HOT) == 2  # of runs: the first report, and the morning after
    assert (fills(weeks, PALE), fills(weeks, RUN)) == (8, 4)


def test_scores_and_running_stand_in_line() -> None:
    for episode, days in ((story(), 45), (bare(), 0.1), (full(), 300)):
        frames = [
            re.search(r'viewBox="0 0 (\d+) .*?translate\((\d+),', svg) for svg in figures(page(episode, days=days))
        ]
        places = [frame.groups() for frame in frames if frame]
        assert places[0] == places[1]


def test_every_colour_has_a_dark_one() -> None:
    style, _, body = page().partition("</style>")
    dark = style.partition("prefers-color-scheme: dark")[2]
    used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]+)"', body))
    assert len(used) >= 8
    assert all(f'[fill="{colour}"]' in dark and f'[stroke="{colour}"]' in dark for colour in used)


def test_holds_last_until_the_way_back_and_begin_anew_with_the_pain() -> None:
    found = holds(story(BUTTOCK + "45d pain 4 left buttock"))
    assert found == [Hold(START, START + 37 * DAY), Hold(START + 45 * DAY, None)]


def test_what_is_left_out_of_the_timeline_is_no_hold_and_none_is_guessed() -> None:
    history = (
        Entry(START, "state", "rest24"),
        Entry(START + DAY, "gap", "", 4),
        Entry(START + 9 * DAY, "score", "", 1),
    )
    known = bare(REFER, since=START + 5 * DAY, history=history)
    assert holds(known) == [Hold(START, START + DAY), Hold(START + 5 * DAY, None)]
    assert holds(bare("monitor", since=START + 5 * DAY, history=history)) == [Hold(START, START + DAY)]


def test_silence_ends_no_hold() -> None:
    asleep = story("0h pain 4 left buttock\n0h10 reply 1\n60d wait")
    assert asleep.asleep is not None
    assert holds(asleep) == [Hold(START, None)]
    assert "No answer came since" in " ".join(stands(asleep, WORDS, BERLIN))


def test_the_picture_of_what_is_over_ends_a_week_later() -> None:
    over = bare("closed", since=START + 20 * DAY, history=(Entry(START, "score", "", 3),))
    soon, late = page(over, days=27), page(over, days=60)
    assert figures(soon) == figures(late)
    assert "days until it was over 20" in Reader(late).text
    assert "Over since Mar 22, 2026." in late
    assert len(figures(page(over, training="2025-12-28 09:00 run 8km 48min", days=60))) == 2  # no run in these weeks
    assert len(figures(page(over, training="2026-04-20 09:00 run 8km 48min", days=60))) == 1  # nor in those
    first, second = (figures(page(bare(), days=days)) for days in (0.1, 5.9))
    assert first == second  # a week is shown at least


def test_the_machines_zone_moves_nothing() -> None:
    script = "import sys\nsys.path[:0] = ['tests']\nfrom test_episode import page\nprint(page(), end='')"
    env = {**os.environ, "TZ": "Pacific/Kiritimati"}
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT, env=env)
    assert done.stdout == page()


def test_marks_tell_rest_doctor_emergency_care_and_steps() -> None:
    assert [(mark.kind, mark.step) for mark in marks(story())] == [
        *(("rest", 0), ("doctor", 0), ("seen", 0), ("agreed", 0), ("step", 1)),
    ]
    urgent = story("0h pain 4 left buttock\n0h10 reply 9")
    assert Mark(START + 600, "urgent") in marks(urgent)
    assert "✖" in page(urgent)
    assert "✖" not in page()


def test_without_the_drawing_libraries_all_but_the_pictures_is_there() -> None:
    script = (
        "import sys\nsys.path[:0] = ['tests']\nfrom test_episode import page\n"
        "sys.modules['altair'] = None\nprint(page())"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT)
    text = Reader(done.stdout).text
    assert "svg" not in Reader(done.stdout).tags
    assert text.count("pip install altair vl-convert-python") == 1
    assert "figcaption" not in done.stdout.partition("</style>")[2]
    whole = Reader(page()).text
    for words in ("+39%", "pain down the leg: first told", "0 of 10 after a run", "On the way back to running"):
        assert words in text
        assert words in whole


# --- what is odd ------------------------------------------------------------------------------------------------------


def full() -> Episode:
    """A timeline that has been full for long: ten entries, a gap, and one every fifth day."""
    first = [Entry(START + n * DAY, "score", "", 7 - n // 2) for n in range(10)]
    last = [Entry(START + (30 + 5 * n) * DAY, "run", "run", 1500) for n in range(49)]
    return bare(REFER, history=(*first, Entry(START + 10 * DAY, "gap", "", 31), *last))


def test_sixty_entries_are_sixty_lines_with_the_gap_counted() -> None:
    assert len(full().history) == LIMITS.history
    text = page(full(), days=300)
    assert text.count("<tr>") + text.count('<tr class="gap">') == 60 + 2 + len(compared(TRAINING))
    assert "31 lines are left out here" in text
    assert Reader(text).text.count("ran 25 min") == 49
    assert 'class="days long dense"' in text


def test_days_of_two_years_carry_their_year() -> None:
    assert "Mon, Mar 2, 2026" not in page()
    assert "Mon, Mar 2, 2026" in page(bare(history=(Entry(START, "run"), Entry(START + 310 * DAY, "run"))), days=311)


def test_an_episode_without_a_score_is_a_page() -> None:
    text = Reader(page(bare(), training="", days=0.1)).text
    for words in ("a place not named", "No score was told.", "highest score not told", "Nothing was noted."):
        assert words in text
    assert "No run was recorded in these weeks." in text
    assert "walking, sitting, stairs not known" in text


NASTY = '<script>alert("x")</script>&amp;'


def test_whatever_comes_from_outside_is_escaped() -> None:
    odd = bare(
        "<b>state</b>",
        site=NASTY,
        side="left",
        ever=(NASTY,),
        urgency=NASTY,
        history=(
            *(Entry(START, what, NASTY, 3) for what in ("state", "sign", "run", "care", "score", NASTY)),
            Entry(START, "state", "return", 99),
        ),
    )
    text = page(odd, athlete=replace(ALICE, name=NASTY, language=NASTY))
    assert "<script" not in text
    assert "<b>" not in text
    assert Reader(text).text.count(NASTY) == 2  # the name, as title and below it
    assert "Pain diary: another place, left side" in text
    assert "step 7: 30 min run, flat and easy" in text


def test_nobody_is_named_where_no_name_is_set() -> None:
    text = page(athlete=replace(ALICE, name=""))
    assert 'class="who"' not in text
    assert "<title>Pain diary: left buttock</title>" in text


def test_a_language_that_the_page_lacks_is_english_throughout() -> None:
    german = page(athlete=replace(ALICE, language="de-AT"))
    assert german == page()
    assert '<html lang="en">' in german


def test_the_page_is_complete_in_itself_and_well_made() -> None:
    text = page()
    found = Reader(text)
    assert not {"script", "link", "img", "iframe", "object", "a", "form"} & set(found.tags)
    assert not re.search(r"https?://|url\(|@import|\bsrc=|\son\w+=", text)
    assert "default-src 'none'" in text
    ids = found.values("id")
    assert len(ids) == len(set(ids))
    assert set(found.values("aria-labelledby")) <= set(ids)
    assert found.tags.count("table") == found.tags.count("caption") == 2
    assert found.tags.count("th") == len(found.values("scope"))
    assert found.tags.count("figure") == found.tags.count("figcaption") == found.tags.count("svg") == 3
    assert len(text) < 60_000


# --- over the API -----------------------------------------------------------------------------------------------------


async def hurt(web: Web, episodes: Sequence[Episode]) -> str:
    """Alice with a training history and episodes, straight into the store; the path of her episodes."""
    alice = await web.alice(name='Alice <b>&"')
    state = State(pain=Pain(episodes=tuple(episodes)), since=START - 400 * DAY)
    async with web.store.write() as tx:
        for one in read(TRAINING):
            await web.store.history.put_activity(tx, alice, one)
        await web.store.history.save_states(tx, [(alice, Kept("stamp", state))], web.clock())
    return f"/api/v1/athletes/{alice}/episodes"


async def test_the_page_is_served_sealed(web: Web) -> None:
    path = await hurt(web, [story()])
    response = await web.call("GET", f"{path}/{START}/page", key=web.reader)
    assert response.status == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    policy = response.headers["Content-Security-Policy"]
    assert {"default-src 'none'", "style-src 'unsafe-inline'", "form-action 'none'"} <= set(policy.split("; "))
    text = await response.text()
    assert "<h1>Pain diary: left buttock</h1>" in text
    assert "Alice &lt;b&gt;&amp;&#34;" in text
    assert Reader(text).text.count("53 km 38 km +39%") == 1


async def test_the_api_knows_since_when_there_are_records(web: Web) -> None:
    path = await hurt(web, [bare()._replace(onset=START - 70 * DAY)])
    text = await (await web.call("GET", f"{path}/{START}/page")).text()
    assert "Records begin" not in text  # 400 days ago, though nothing was run in most of these twelve weeks


async def test_a_record_of_the_same_run_from_elsewhere_counts_once(web: Web) -> None:
    path = await hurt(web, [story()])
    alice = path.split("/")[4]
    twins = [replace(one, key=f"other:{one.key}") for one in read(TRAINING)]
    async with web.store.write() as tx:
        for one in twins:
            await web.store.history.put_activity(tx, alice, one)
    response = await web.call("GET", f"{path}/{START}/page")
    assert "53 km 38 km +39%" in Reader(await response.text()).text


async def test_the_page_of_nothing_is_404_and_wants_a_key(web: Web) -> None:
    path = await hurt(web, [story()])
    for wrong in (
        f"{path}/{START + 1}/page",
        f"{path}/x/page",
        f"{path}/%3Cb%3E/page",
        "/api/v1/athletes/x/episodes/1/page",
    ):
        response = await web.call("GET", wrong)
        assert response.status == 404
        assert set(await response.json()) == {"error"}
    assert (await web.call("GET", f"{path}/{START}/page", key="twk_no_no")).status == 401
    assert (await web.call("POST", f"{path}/{START}/page")).status == 405
    fresh = await web.alice(name="Bob")
    assert (await web.call("GET", f"/api/v1/athletes/{fresh}/episodes/1/page")).status == 404
