"""The backtest as a page: complete in itself, escaped, readable without a chart, and true to the story."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from diary import read
from test_backtest import ALICE, MONDAY, Diary, hilly, run, steady, wakes, woken
from test_report import EVIDENCE
from twinge.backtest import Story, replay
from twinge.core.model import Activity, Athlete, Held, Nudge, Severity, Wellness
from twinge.core.pack import STANDARD, Monotony, Pack, SessionSpike
from twinge.page import write_page
from twinge.page.axes import spans
from twinge.page.dawns import look_at
from twinge.page.grounds import grounds, shares
from twinge.page.series import Line, Series, work_out
from twinge.page.timeline import RULES

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
    everything = Reader(write_page([whole()]))
    levels = [int(tag[1]) for tag in everything.tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


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
    assert "Slow down was not said: the same rule had spoken lately, and it had not got worse." in page.text
    assert "less than 30 days of history and no declared longest run" in page.text
    assert "line 3: odd" in page.text
    assert page.values("class").count("held slow_down") == 1


def test_what_is_not_known_is_said_and_not_drawn_as_nothing() -> None:
    calm = Reader(write_page([replay(Diary(tuple(steady(9))), ALICE)]))
    assert "Climb is unknown: the file says nothing of it" in calm.text
    assert "Steep descent Unknown: it takes recordings by the second" in calm.text
    assert "Ground Unknown: the file names the ground of no run" in calm.text
    assert "The file holds no mornings: resting heart rate, heart-rate variability and sleep" in calm.text
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
    assert "bob.csv 27 9 0 0.00 0" in text
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
    return work_out(story.log, STANDARD)


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
    series = work_out(story.log, STANDARD)
    assert [r.metres for r in series.runs if r.over] == [f.facts["today"] for f in story.findings if f.rule == "L01"]


def test_days_in_a_row_and_early_hard_sessions_agree_with_the_rules() -> None:
    diary = (
        "every tue thu sat from 2024-01-02 for 6 weeks 07:00 run 8km 48min rpe 3\n"
        "2024-02-13 07:00 run 8km 40min rpe 8\n2024-02-14 07:00 run 8km 40min rpe 8\n"
        "every day from 2024-02-19 for 1 weeks 07:00 run 6km 40min rpe 3"
    )
    story = replay(Diary(tuple(sorted(read(diary), key=lambda activity: activity.start))), ALICE)
    series = work_out(story.log, STANDARD)
    told = {finding.rule: finding for finding in story.findings if finding.rule in {"R01", "R02"}}
    assert max(series.streaks.values()) == told["R02"].facts["days"] == 7
    assert [each.early for each in series.hard] == [False, True]
    assert series.hard[1].gap_h == told["R01"].facts["gap_h"]


def test_weeks_add_up_what_is_known_and_count_what_is_not() -> None:
    lost = replace(run(2, 5), distance_m=None)
    [week] = drawn(run(0, 10, climb_m=50), lost).weeks
    assert (week.run_m, week.runs, week.blank_distance) == (10_000, 2, 1)
    assert (week.climb_m, week.known_climb, week.blank_climb) == (50, 1, 1)


def whole() -> Story:
    """Everything a page may show: hills, trails and a treadmill, descents, mornings of every kind, a digest."""
    days: list[Activity] = []
    for each in steady(12):
        number = int(each.key.removeprefix("file:"))
        trail = number % 7 == 5 and number > 40
        days.append(replace(each, climb_m=120, descent_m=260 if trail else 20, surface="trail" if trail else "road"))
    days += [run(85, 10, climb_m=170, descent_m=20), replace(run(93, 8), sport="treadmill")]
    mornings = wakes(*[50] * 90, 57, 57, 58, hrv_rmssd_ms=60.0, sleep_h=6.5)
    return replay(Diary(tuple(days), mornings=mornings), ALICE)


def test_every_panel_has_something_where_the_history_has() -> None:
    text = Reader(write_page([whole()])).text
    for words in (
        "Resting heart rate Blue: each morning's beats a minute.",
        "93 mornings: usually 50, from 50 to 58 beats a minute; 3 at the line or over it.",
        "On top, where rule R03 would have spoken: ▼ slow down.",
        "Heart-rate variability Blue: each week's mean (RMSSD, in milliseconds).",
        "13 weeks: usually 60 ms",
        "Sleep Blue: the mean of the last 7 nights. Dashed: 7 h 00",
        "93 nights: usually 6 h 30 a night; 0 short nights.",
        "Climb is known for 37 of 38 runs; in a paler bar that of some run is not.",
        "Metres lost on stretches steeper than 5% each week.",
        "Ground Each month's running by ground, in shares of running time",
        "Every week as a table",
        "Resting HR HRV Sleep",
    ):
        assert words in text, words
    assert re.search(r"road \d\d%.*trail \d\d%", text)


def test_a_digest_stands_on_the_timeline_and_points_to_what_it_was_made_of() -> None:
    page = Reader(write_page([hilly()]))
    for words in (
        "Weekly digest Your week: 170 m of climb, 42% over your most in 30 days (120 m).",
        "climb of this run 170 m",
        "limit: over by 30%, from 150 m on",
        "noticed 5 Mar 2024",
        "Evidence: weak",
        "one message on Sundays for what was no reason to interrupt anybody",
        "Good to know, but no reason to interrupt anybody; it was in the digest of 10 Mar 2024.",
        "0 said, 1 digest, 1 kept quiet",
        "messages 0 a training week 0.00",
        "weekly digests 1",
    ):
        assert words in page.text, words
    assert (page.values("class").count("digest info"), page.values("class").count("held info")) == (1, 1)


def silence(reason: str, rule: str = "T01", severity: Severity = Severity.INFO, day: int = 3) -> Held:
    facts = {rule: EVIDENCE[rule][0]}
    return Held("alice", (rule,), severity, reason, MONDAY + timedelta(days=day), f"file:{day}", facts)


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (silence("silenced", "L01", Severity.SLOW_DOWN), "Slow down was not said: it fell into planned life that"),
        (silence("same_workout", "R01", Severity.REST), "Rest was not said: another recording of the same workout"),
        (silence("muted"), "A line for the digest was not said: this rule is muted."),
        (silence("digest"), "no reason to interrupt anybody; the history ends before its digest."),
        (silence("over_budget", "L01", Severity.REST), "were used up; the history ends before its digest."),
        (silence("a_new_word", "F02", Severity.QUESTION), "A question was not said: a new word."),
    ],
)
def test_every_silence_says_why(held: Held, words: str) -> None:
    page = Reader(write_page([replace(loud(), held=(held,))]))
    assert words in page.text
    assert f"held {held.severity.word}" in page.values("class")


def test_what_the_digest_had_no_room_for_is_said() -> None:
    story = hilly()
    other = silence("digest", "T04", day=60)
    text = Reader(write_page([replace(story, held=(other, *story.held))])).text
    assert "the digest had weightier things to say, or had said it lately" in text


def test_every_rule_stands_on_the_timeline_in_words_with_its_limit_and_its_evidence() -> None:
    story = replace(loud(), nudges=tuple(spoken(rule, day) for day, rule in enumerate(EVIDENCE)))
    text = write_page([story])
    page = Reader(text)
    for rule, (_, words) in EVIDENCE.items():
        assert f"{rule} {RULES[rule].name} {words.replace(' · ', ' ')} Evidence: {RULES[rule].strength}" in page.text
        assert f'id="rule-{rule}"' in text
    timeline = text.partition("timeline")[2].partition("What was not known")[0]
    assert not re.search(r"<dt>[^<]*_|<dd>[^<]*_", timeline)


def spoken(rule: str, day: int) -> Nudge:
    at = MONDAY + timedelta(days=day)
    severity = Severity.QUESTION if rule == "F02" else Severity.SLOW_DOWN
    return Nudge(rule, "alice", severity, (rule,), "Words.", {rule: EVIDENCE[rule][0]}, at, at, at, f"file:{day}")


def test_each_severity_has_a_shape_and_the_legend_names_those_that_are_there() -> None:
    story = replace(
        loud(),
        nudges=(spoken("F02", 1), spoken("L01", 2)),
        digests=(replace(spoken("T01", 6), severity=Severity.INFO),),
    )
    text = Reader(write_page([story])).text
    assert "▼ slow down, ■ a question, ● the weekly digest." in text
    assert "rest," not in text.partition("Load each week")[0].partition("Above the bars")[2]


def test_what_was_not_believed_has_a_list_of_its_own_and_points_to_no_rule() -> None:
    page = Reader(write_page([woken()]))
    assert "Measured, but not believed" in page.text
    assert "a resting heart rate of 18 is not believed; it was left out 1 21 Jan 2024" in page.text
    assert "#rule-data" not in page.values("href")


def test_the_rules_that_had_nothing_to_say_are_named_and_those_that_are_off() -> None:
    text = Reader(write_page([loud()])).text
    quiet = text.partition("Asked too, with nothing to say or without what they need:")[2]
    assert "R03 Resting heart rate up" in quiet
    assert "Switched off in this pack: L04 Acute and chronic load." in quiet


def test_a_workout_recorded_twice_is_said() -> None:
    first = run(0, 10)
    again = replace(first, key="other:1", start=first.start + timedelta(seconds=20))
    assert "1 workout recorded twice, counted once." in Reader(write_page([replay(Diary((first, again)), ALICE)])).text


def test_two_packs_show_their_digests_too() -> None:
    days = tuple(run(day, 8 if day < 70 else 9) for day in range(84) if day % 7 < 6)
    deaf = Pack(version="deaf", l05=Monotony(load=150))
    page = Reader(
        write_page([replay(Diary(days), ALICE, deaf)], pack=deaf, others=[replay(Diary(days), ALICE)], other=STANDARD)
    )
    assert f"Weekly digest only pack {STANDARD.version} Your week:" in page.text
    assert "limit: over the mean by 10%" in page.text


def test_ten_sessions_and_mornings_without_a_workout_are_pages_too() -> None:
    few = Reader(write_page([replay(Diary(tuple(steady(4)[:10])), ALICE)]))
    assert few.text.count("2024 ") >= 3
    mornings = Diary((), mornings=wakes(*[50] * 20))
    assert "20 mornings: usually 50" in Reader(write_page([replay(mornings, ALICE)])).text


def test_a_year_that_has_only_begun_is_drawn_with_the_one_before() -> None:
    january = [date(2023, 3, 1), date(2024, 5, 1), date(2025, 1, 12)]
    assert [span.label for span in spans(january)] == ["2024–25", "2023"]
    assert [span.label for span in spans([*january, date(2025, 2, 12)])] == ["2025", "2024", "2023"]
    assert [span.label for span in spans([date(2022, 3, 1), date(2025, 1, 12)])] == ["2025", "2022"]
    assert [span.label for span in spans([date(2024, 12, 1), date(2025, 1, 12)])] == ["2024–2025"]


def test_the_mornings_are_drawn_as_the_rule_saw_them() -> None:
    story = woken()
    hearts = {heart.day: heart for heart in look_at(story.mornings, STANDARD).hearts}
    [told] = [finding for finding in story.findings if finding.rule == "R03"]
    last = hearts[date(2024, 2, 2)]
    assert (last.bpm, last.usual) == (told.facts["resting_hr"], told.facts["usual"])
    assert sum(heart.up for heart in hearts.values()) == told.facts["mornings"] == 3
    assert date(2024, 1, 26) not in hearts  # the lone jump to 85
    assert hearts[date(2024, 1, 2)].usual is None


def test_variability_and_sleep_are_weeks_with_what_is_usual_once_it_is_known() -> None:
    values = [60.0] * 40 + [45.0] * 7
    mornings = tuple(
        Wellness(
            f"watch:{n}", date(2024, 1, 1) + timedelta(days=n), hrv_rmssd_ms=ms + n % 3, sleep_h=5.5 if n > 43 else 8
        )
        for n, ms in enumerate(values)
    )
    found = look_at(replay(Diary((), mornings=mornings), ALICE).mornings, STANDARD)
    assert [week.low is None for week in found.weeks] == [True] * 4 + [False] * 3
    assert found.weeks[-1].low is not None
    assert found.weeks[-1].ms < found.weeks[-1].low < found.weeks[2].ms
    assert [night.short for night in found.nights[-4:]] == [False, True, True, True]
    assert found.nights[-1].mean_min == (4 * 480 + 3 * 330) // 7


def test_ground_is_shared_by_time_or_by_runs_and_not_guessed() -> None:
    named = replace(run(0, 6), surface="road")
    trail = replace(run(3, 6), sport="trail_run")
    found = grounds(replay(Diary((named, trail, run(40, 12))), ALICE).log)
    assert found.by == "running time"
    assert shares(found.months) == {"road": 0.25, "trail": 0.25, "": 0.5}
    assert [month.first for month in found.months] == [date(2024, 1, 1), date(2024, 2, 1)]
    bare = replace(run(5, 6), moving_s=None, distance_m=None, elapsed_s=None, avg_hr=150)
    assert grounds(replay(Diary((named, bare)), ALICE).log).by == "runs"
