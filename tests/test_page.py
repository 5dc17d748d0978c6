"""The backtest as a page: complete in itself, escaped, readable without a chart, and true to the story."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from diary import read
from test_backtest import ALICE, Diary, run, steady
from twinge.backtest import Story, replay
from twinge.core.model import Activity, Athlete
from twinge.core.pack import STANDARD, Pack, SessionSpike
from twinge.page import write_page
from twinge.page.series import Line, Series, work_out
from twinge.page.words import numbers

VOID = {"meta", "br", "hr", "img", "input", "link", "col"}


class Reader(HTMLParser):
    """Reads a page strictly: every element closed in its turn, ids and references collected."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    def values(self, name: str) -> list[str]:
        return [value or "" for found, value in self.attributes if found == name]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def loud(name: str = "alice.csv") -> Story:
    """One message and one silence in ten weeks."""
    diary = Diary((*steady(9), run(64, 15, climb_m=120), run(69, 17)), name=name, problems=("line 3: odd",))
    return replay(diary, ALICE)


@pytest.fixture(scope="module")
def page() -> Reader:
    return Reader(write_page([loud()]))


def test_the_page_is_complete_in_itself_and_runs_nothing(page: Reader) -> None:
    text = write_page([loud()])
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not re.search(r"https?://|url\(|@import|\bsrc=", text)
    assert "default-src 'none'" in text
    assert len(text) < 100_000


def test_every_reference_has_its_target_and_every_id_is_alone(page: Reader) -> None:
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {href.removeprefix("#") for href in page.values("href")} <= set(ids)
    assert set(page.values("aria-labelledby")) <= set(ids)


def test_headings_go_down_one_step_at_a_time_and_tables_say_what_they_are(page: Reader) -> None:
    levels = [int(tag[1]) for tag in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert page.tags.count("table") == page.tags.count("caption") >= 2
    assert page.tags.count("th") == len(page.values("scope"))
    assert page.tags.count("figure") == page.tags.count("figcaption") == page.tags.count("svg") == 5


def test_a_message_stands_there_with_its_numbers_its_limit_and_its_evidence(page: Reader) -> None:
    for words in (
        "Twinge would have spoken once: about once in 10 weeks of training.",
        "Your 15.0 km run was 50% over your 30-day longest (10.0 km).",
        "this session 15.0 km",
        "longest in the 30 days before 10.0 km",
        "limit 11.0 km",
        "Evidence: moderate: one very large observational cohort",
        "doi 10.1136/bjsports-2024-109380",
    ):
        assert words in page.text
    assert "Reply OK" not in page.text


def test_a_silence_stands_there_with_its_reason_and_the_gaps_with_theirs(page: Reader) -> None:
    assert "Slow down was not said: the same rule had spoken within the week, and it had not got worse." in page.text
    assert "less than 30 days of history and no declared longest run" in page.text
    assert "line 3: odd" in page.text
    assert page.values("class").count("held slow_down") == 1


def test_what_is_not_known_is_said_and_not_drawn_as_nothing() -> None:
    calm = Reader(write_page([replay(Diary(tuple(steady(9))), ALICE)]))
    assert "the file says nothing of climb" in calm.text
    assert "Twinge would have said nothing." in calm.text
    known = Reader(write_page([loud()]))
    assert "Climb is known for 1 of 29 runs" in known.text
    assert "≥ 120 m" in known.text


def test_a_history_without_distances_or_workouts_is_a_page_too() -> None:
    timed = [replace(activity, distance_m=None, moving_s=None) for activity in steady(6)]
    bare = Reader(write_page([replay(Diary(tuple(timed)), ALICE), replay(Diary((), name="empty.csv"), ALICE)]))
    assert "No distance of any run is known." in bare.text
    assert "No load is known" in bare.text
    assert "No workouts." in bare.text


def test_every_word_of_a_file_is_escaped() -> None:
    nasty = '<script>alert("x")</script>&amp;'
    story = replace(loud(name=nasty), problems=(nasty,))
    text = write_page([story], troubles=[nasty], others=[story], other=Pack(version=nasty))
    assert "<script" not in text
    assert Reader(text).text.count(nasty) >= 4


def test_every_colour_of_the_charts_has_a_dark_one() -> None:
    text = write_page([loud()], others=[loud()], other=Pack(version="2"))
    style, _, body = text.partition("</style>")
    used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]+)"', body))
    dark = style.partition("prefers-color-scheme: dark")[2]
    assert len(used) >= 6
    assert all(f'[fill="{colour}"]' in dark and f'[stroke="{colour}"]' in dark for colour in used)


def test_miles_are_miles_throughout() -> None:
    story = replay(Diary((*steady(9), run(64, 15, climb_m=120))), Athlete("alice", units="mi"))
    text = Reader(write_page([story], units="mi")).text
    assert "9.3 mi" in text
    assert "394 ft" in text
    assert " km " not in text.partition("The rules and their evidence")[0]


def test_two_packs_are_laid_over_each_other() -> None:
    strict = Pack(version="strict", l01=SessionSpike(small=105))
    history = Diary((*steady(9), run(64, 11), run(74, 15)))
    text = write_page([replay(history, ALICE)], others=[replay(history, ALICE, strict)], other=strict)
    shown = Reader(text)
    assert "l01.small 110 105" in shown.text
    assert "only pack strict Your 11.0 km run was 10% over" in shown.text
    assert 'stroke="#0f766e"' in text
    same = Reader(write_page([loud()], others=[loud()], other=replace(STANDARD, version="2")))
    assert "The packs have the same limits." in same.text


def test_many_histories_begin_with_a_table_and_what_was_not_read() -> None:
    calm = replay(Diary(tuple(steady(9)), name="bob.csv"), ALICE)
    text = Reader(write_page([loud(), calm], troubles=["charlie.csv: is empty."])).text
    assert "median 0.05 messages a training week, from 0.00 to 0.10" in text
    assert "bob.csv 27 9 0 0.00" in text
    assert "Not read: charlie.csv: is empty." in text


def test_without_the_drawing_libraries_one_line_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "alice.csv").write_text("Date,Distance (km)\n2026-03-01,10\n")
    script = (
        "import sys\nsys.modules['altair'] = None\nsys.argv[1:] = ['backtest', 'alice.csv', '--format', 'html']\n"
        "from twinge.cli import main\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert "pip install altair vl-convert-python" in done.stderr
    assert done.stderr.count("\n") == 1


def drawn(*activities: Activity) -> Series:
    story = replay(Diary(tuple(activities)), ALICE)
    return work_out(story.log, story.climbs, STANDARD)


def test_the_line_is_the_longest_run_of_thirty_days_and_falls_when_it_is_too_long_ago() -> None:
    series = drawn(run(0, 10), run(3, 6), run(20, 8), run(40, 5))
    day = date(2024, 1, 1).toordinal()
    assert series.line == tuple(
        Line(date.fromordinal(day + after), metres)
        for after, metres in ((0, 10_000), (30, 8_000), (50, 5_000), (70, None))
    )
    assert [r.longest_m for r in series.runs] == [None, 10_000, 10_000, 8_000]


def test_a_run_beyond_the_line_is_what_the_rule_found() -> None:
    story = loud()
    series = work_out(story.log, story.climbs, STANDARD)
    assert [r.metres for r in series.runs if r.over] == [f.facts["today"] for f in story.findings if f.rule == "L01"]


def test_days_in_a_row_and_early_hard_sessions_agree_with_the_rules() -> None:
    diary = (
        "every tue thu sat from 2024-01-02 for 6 weeks 07:00 run 8km 48min rpe 3\n"
        "2024-02-13 07:00 run 8km 40min rpe 8\n2024-02-14 07:00 run 8km 40min rpe 8\n"
        "every day from 2024-02-19 for 1 weeks 07:00 run 6km 40min rpe 3"
    )
    story = replay(Diary(tuple(sorted(read(diary), key=lambda activity: activity.start))), ALICE)
    series = work_out(story.log, story.climbs, STANDARD)
    told = {finding.rule: finding for finding in story.findings if finding.rule in {"R01", "R02"}}
    assert max(series.streaks.values()) == told["R02"].facts["days"] == 7
    assert [each.early for each in series.hard] == [False, True]
    assert series.hard[1].gap_h == told["R01"].facts["gap_h"]


def test_weeks_add_up_what_is_known_and_count_what_is_not() -> None:
    lost = replace(run(2, 5), distance_m=None)
    [week] = drawn(run(0, 10, climb_m=50), lost).weeks
    assert (week.run_m, week.runs, week.blank_distance) == (10_000, 2, 1)
    assert (week.climb_m, week.known_climb, week.blank_climb) == (50, 1, 1)


def test_a_fact_nobody_thought_of_is_told_by_the_end_of_its_name() -> None:
    told = numbers({"descent_m": 12_345, "drift_percent": 9, "slow_s": 3_660, "gap_h": None, "odd": [1, 2]}, "km")
    assert [(number.label, number.value) for number in told] == [
        ("descent m", "12.3 km"),
        ("drift percent", "9%"),
        ("slow s", "1h01"),
        ("odd", "1, 2"),
    ]
