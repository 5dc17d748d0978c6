"""R03, R04, R05: what the mornings say, told as a diary of mornings and workouts.

A line with a clock is a workout (see `diary`); the others are mornings:

    2026-02-02 hr 55 sleep 7h30
    28 days from 2026-01-05 by ring hr 48/52 rmssd 60

Values with strokes take turns; `-` is a morning without one. Who does not say `by` wears a watch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from diary import ALICE, read
from twinge.core.fold import Outcome, fits, fold, step
from twinge.core.model import Athlete, Finding, Morning, Wellness
from twinge.core.pack import STANDARD
from twinge.core.rules.baseline import Series, Week, hrv_logs, settled, usual_heart, week_of
from twinge.core.rules.belief import believe
from twinge.core.state import Event, begin, place
from twinge.report.unknown import gaps

FIELDS = {"hr": "resting_hr", "rmssd": "hrv_rmssd_ms", "sdnn": "hrv_sdnn_ms", "sleep": "sleep_h"}


def wake(text: str) -> list[Wellness]:
    """The mornings of a diary, in the order of its lines."""
    return [one for nth, line in enumerate(text.splitlines()) if line.strip() for one in _mornings(nth, line.split())]


def _mornings(nth: int, words: list[str]) -> list[Wellness]:
    count = int(words[0]) if words[1].startswith("day") else 1
    words = words[3:] if words[1].startswith("day") else words
    first, source = date.fromisoformat(words.pop(0)), "watch"
    if words[0] == "by":
        source, words = words[1], words[2:]
    turns = {FIELDS[name]: turn.split("/") for name, turn in zip(words[::2], words[1::2], strict=True)}
    made: list[Wellness] = []
    for passed in range(count):
        day = first + timedelta(days=passed)
        said = {name: turn[passed % len(turn)] for name, turn in turns.items()}
        known: dict[str, Any] = {name: _number(word) for name, word in said.items() if word != "-"}
        made.append(Wellness(f"{source}:{day}/{nth:02}", day, **known))
    return made


def _number(word: str) -> float:
    hours, is_sleep, minutes = word.partition("h")
    return int(hours) + int(minutes or 0) / 60 if is_sleep else float(word) if "." in word else int(word)


def events(text: str) -> list[Event]:
    """Workouts and mornings."""
    lines = text.splitlines()
    workouts = [line for line in lines if re.search(r"\d\d:\d\d", line)]
    return [*read("\n".join(workouts)), *wake("\n".join(line for line in lines if line not in workouts))]


def found(text: str, athlete: Athlete = ALICE) -> list[Finding]:
    """What the rules of mornings found."""
    return [one for one in fold(athlete, events(text)).findings if one.rule in {"R03", "R04", "R05"}]


def told(text: str, athlete: Athlete = ALICE) -> list[str]:
    """The same as `R03 slow_down 02-04`."""
    return [f"{f.rule} {f.severity.word} {f.at.astimezone(BERLIN):%m-%d}" for f in found(text, athlete)]


def doubts(text: str) -> list[str]:
    return unknown(text, "data")


def unknown(text: str, rule: str) -> list[str]:
    return [one.reason for one in fold(ALICE, events(text)).unjudged if one.rule == rule]


def lit(text: str) -> list[str]:
    return [one.rule for one in fold(ALICE, events(text)).state.lit]


BERLIN = ZoneInfo("Europe/Berlin")

# R03: 28 days up to Sunday 1 February with a median of 50 and a standard deviation of 2; the four mornings follow.

FIFTY = "28 days from 2026-01-05 hr 47/50/53/50/48/52/50\n"


@pytest.mark.parametrize(
    ("mornings", "expected"),
    [
        ("55/56/50/55", ["R03 slow_down 02-05"]),
        ("54/54/54/54", []),
        ("60/61/62/60", ["R03 rest 02-04"]),
        ("55/56/55/50", ["R03 slow_down 02-04"]),
        ("60/61/59/50", ["R03 slow_down 02-04"]),  # only two are ten over
        ("55/55/50/50", []),
        ("55/-/56/55", ["R03 slow_down 02-05"]),  # a morning without the watch is no low one
        ("55/-/-/56", []),  # nor a high one
        ("44/43/42/44", []),  # low is nothing we speak of
    ],
)
def test_resting_heart_rate_over_the_athletes_own_median(mornings: str, expected: list[str]) -> None:
    assert told(f"{FIFTY}4 days from 2026-02-02 hr {mornings}") == expected


def test_a_finding_carries_its_numbers() -> None:
    [one] = found(f"{FIFTY}4 days from 2026-02-02 hr 55/56/50/57")
    assert one.facts == {
        "resting_hr": 57,
        "usual": 50,
        "over": 7,
        "mornings": 3,
        "of": 4,
        "source": "watch",
        "days": 28,
    }
    assert (one.activity, f"{one.at:%Y-%m-%dT%H:%M%z}") == ("watch:2026-02-05/01", "2026-02-05T00:00+0100")


@pytest.mark.parametrize(
    ("known", "expected"), [(10, []), (13, []), (14, ["R03 rest"])], ids=["ten", "thirteen", "fourteen"]
)
def test_fourteen_mornings_make_a_baseline(known: int, expected: list[str]) -> None:
    start = date(2026, 2, 2) - timedelta(days=known)
    assert [
        one[:-6] for one in told(f"{known} days from {start} hr 49/50/51\n4 days from 2026-02-02 hr 60")
    ] == expected


def test_a_calm_or_a_doubtful_morning_is_no_time_to_speak_up() -> None:
    """On the third high morning 13 values were known; the fourteenth comes with the fourth, which is not high."""
    fortnight = "14 days from 2026-01-19 hr 49/50/51\n"
    assert told(f"{fortnight}4 days from 2026-02-02 hr 60") == ["R03 rest 02-05"]
    assert told(f"{fortnight}4 days from 2026-02-02 hr 60/60/60/50") == []
    assert told(f"{fortnight}4 days from 2026-02-02 hr 60/60/60/95") == []


def test_somebody_whose_heart_varies_more_needs_a_greater_rise() -> None:
    """43, 50 and 57 in turns: two standard deviations are between 11 and 12 beats, and twelve are well up at once."""
    varied = "28 days from 2026-01-05 hr 43/50/57\n"
    assert told(f"{varied}4 days from 2026-02-02 hr 61") == []
    assert told(f"{varied}4 days from 2026-02-02 hr 62") == ["R03 rest 02-04"]


def test_the_lines_are_exact() -> None:
    assert usual_heart([*[50] * 17, 41, 59], STANDARD.r03) == (50, 56, 60, 19)  # a deviation of exactly 3 beats
    assert usual_heart([*[50] * 15, 41, 59, 48, 52], STANDARD.r03) == (50, 57, 60, 19)  # 3.07; with n it were 2.99
    assert usual_heart([*[50] * 8, *[51] * 8], STANDARD.r03) == (51, 56, 61, 16)  # a median of 50.5


def test_worse_is_news_and_the_same_again_is_not() -> None:
    weeks = "4 days from 2026-02-02 hr 56\n4 days from 2026-02-06 hr 62\n4 days from 2026-02-10 hr 57"
    assert told(FIFTY + weeks) == ["R03 slow_down 02-04", "R03 rest 02-08"]


def test_it_is_told_again_only_after_three_calm_mornings_of_four() -> None:
    one_good_night = "3 days from 2026-02-02 hr 56\n2026-02-05 hr 50\n4 days from 2026-02-06 hr 56"
    assert told(FIFTY + one_good_night) == ["R03 slow_down 02-04"]
    not_quite = "3 days from 2026-02-02 hr 56\n3 days from 2026-02-05 hr 54\n4 days from 2026-02-08 hr 57"
    assert told(FIFTY + not_quite) == ["R03 slow_down 02-04"]
    calm = "3 days from 2026-02-02 hr 56\n3 days from 2026-02-05 hr 53\n4 days from 2026-02-08 hr 57"
    assert told(FIFTY + calm) == ["R03 slow_down 02-04", "R03 slow_down 02-10"]


def test_a_rise_that_stays_is_told_once_and_becomes_the_usual() -> None:
    """A move to the mountains, or a medicine: after some weeks it is nothing to speak of."""
    assert told(f"{FIFTY}60 days from 2026-02-02 hr 57/59") == ["R03 slow_down 02-04"]
    assert lit(f"{FIFTY}60 days from 2026-02-02 hr 57/59") == []


def test_a_watch_left_in_the_drawer_says_nothing_more() -> None:
    """Four days after the last morning nobody can say that the heart is still up."""
    up = f"{FIFTY}3 days from 2026-02-02 hr 60\n"
    assert lit(f"{up}2026-02-07 07:00 run 5km 30min rpe 3") == ["R03"]
    assert lit(f"{up}2026-02-08 07:00 run 5km 30min rpe 3") == []


def test_a_short_baseline_is_owned_up_to_once() -> None:
    reason = ["resting heart rate is judged from 14 mornings in four weeks on; these are the first"]
    assert unknown("12 days from 2026-02-02 hr 50 sleep 7h30", "R03") == reason
    assert unknown("12 days from 2026-02-02 sleep 7h30", "R03") == []
    ring_from_january = f"{FIFTY}12 days from 2026-01-25 by ring hr 55"
    assert unknown(ring_from_january, "R03") == 2 * reason


# What is believed of a morning.


def test_the_impossible_is_left_out_and_named() -> None:
    [strange] = wake("2026-02-02 hr 140 rmssd 320 sdnn 2.5 sleep 17h")
    morning, said = believe(strange, (), STANDARD)
    assert morning == Morning(date(2026, 2, 2).toordinal(), "watch")
    assert said == [
        "a resting heart rate of 140 is not believed; it was left out",
        "an RMSSD of 320 ms is not believed; it was left out",
        "an SDNN of 2.5 ms is not believed; it was left out",
        "a night of 17 hours is not believed; it was left out",
    ]
    assert doubts("2026-02-02 sleep 0h30") == ["a night of 0.5 hours is not believed; it was left out"]
    assert doubts("2026-02-02 rmssd -3") == ["an RMSSD of -3 ms is not believed; it was left out"]


def test_a_zero_is_a_watch_that_was_not_worn() -> None:
    [nothing] = wake("2026-02-02 hr 0 rmssd 0 sleep 0h")
    assert believe(nothing, (), STANDARD) == (Morning(nothing.day.toordinal(), "watch"), [])


def test_the_texts_of_one_day_are_one_morning() -> None:
    """Heart, variability and sleep come apart; a later number wins, a later nothing erases nothing."""
    texts = "2026-02-02 hr 55 sleep 7h\n2026-02-02 rmssd 61.25\n2026-02-02 hr 54\n2026-02-02 hr 0 sleep 30h"
    day = date(2026, 2, 2).toordinal()
    assert fold(ALICE, wake(texts)).state.mornings == (Morning(day, "watch", 54, 6125, None, 420),)
    other = f"{texts}\n2026-02-02 by ring hr 60"
    assert [(one.source, one.resting_hr) for one in fold(ALICE, wake(other)).state.mornings] == [
        ("ring", 60),
        ("watch", 54),
    ]


def test_mornings_of_a_quarter_are_remembered() -> None:
    kept = fold(ALICE, wake("120 days from 2026-01-01 hr 50")).state.mornings
    assert (len(kept), kept[-1].day - kept[0].day) == (91, 90)


def test_a_lone_jump_waits_and_widens_no_baseline() -> None:
    """One 90 among fifties: with it two standard deviations would be 15 beats, and a rise of 6 nothing."""
    weeks = "20 days from 2026-01-05 hr 48/52\n2026-01-25 hr 90\n7 days from 2026-01-26 hr 48/52\n"
    assert doubts(weeks) == ["a resting heart rate of 90 is far from the usual 50; it counts only if it stays"]
    assert told(f"{weeks}4 days from 2026-02-02 hr 55/56/50/55") == ["R03 slow_down 02-05"]
    assert told(f"{FIFTY}4 days from 2026-02-02 hr 80/50/80/80") == []


def test_a_jump_that_stays_three_mornings_is_no_glitch() -> None:
    assert told(f"{FIFTY}3 days from 2026-02-02 hr 75/78/74") == ["R03 rest 02-04"]
    assert len(doubts(f"{FIFTY}3 days from 2026-02-02 hr 75/78/74")) == 2
    assert told(f"{FIFTY}4 days from 2026-02-02 hr 75/-/78/74") == ["R03 rest 02-05"]


def test_a_rise_of_fifteen_is_never_doubted() -> None:
    feverish = f"{FIFTY}3 days from 2026-02-02 hr 65"
    assert (told(feverish), doubts(feverish)) == (["R03 rest 02-04"], [])


def test_up_and_down_are_two_jumps_and_neither_stays() -> None:
    numbers = [50] * 15 + [80, 25, 80] + [50] * 3
    stands = settled(list(enumerate(numbers)), STANDARD.mornings, 14)
    assert {number for _, number in stands} == {50}


def test_a_jump_from_what_nobody_knows_is_none() -> None:
    assert settled([(0, 50), (1, 100)], STANDARD.mornings, 14) == [(0, 50), (1, 100)]
    assert doubts("13 days from 2026-01-05 hr 50\n2026-01-18 hr 90") == []
    assert len(doubts("14 days from 2026-01-05 hr 50\n2026-01-19 hr 90")) == 1


# Which source speaks.


def test_two_devices_say_it_once() -> None:
    both = "28 days from 2026-01-05 by ring hr 48/52\n28 days from 2026-01-05 hr 50/54\n"
    up = "4 days from 2026-02-02 by ring hr 60\n4 days from 2026-02-02 hr 61"
    assert [(f.rule, f.facts["source"]) for f in found(both + up)] == [("R03", "ring")]
    ring_left_twice = both.replace("28 days from 2026-01-05 by ring", "26 days from 2026-01-05 by ring")
    assert [(f.rule, f.facts["source"]) for f in found(ring_left_twice + up)] == [("R03", "watch")]


def test_a_new_device_is_a_new_baseline() -> None:
    """The ring reads eight beats higher than the watch did: that is the ring, not the runner."""
    change = f"{FIFTY}60 days from 2026-02-02 by ring hr 57/59\n"
    assert told(change) == []
    assert told(f"{change}3 days from 2026-04-03 by ring hr 66") == ["R03 slow_down 04-05"]


# R04: eight weeks up to Sunday 1 March with a mean ln of 4.0996 and a standard deviation of 0.0507.

EIGHT_WEEKS = "56 days from 2026-01-05 rmssd 57.36/63.43\n"
HARD = "2026-03-{:02} 18:00 run 8km 48min rpe 7\n"
EASY = "2026-03-{:02} 18:00 run 8km 48min rpe 4\n"


def week(ms: float) -> Week:
    """The week after those eight."""
    mornings = fold(ALICE, wake(f"{EIGHT_WEEKS}7 days from 2026-03-02 rmssd {ms}")).state.mornings
    day, limits = date(2026, 3, 8).toordinal(), STANDARD.r04
    found = week_of(hrv_logs(mornings, Series("watch", "rmssd"), day, limits), day, limits)
    assert found is not None
    return found


def test_the_band_of_the_reference() -> None:
    assert week(60.0).mean == pytest.approx(4.0943, abs=5e-5)
    assert week(60.0).edge(0) == pytest.approx(4.0996, abs=5e-5)
    assert week(60.0).edge(50) == pytest.approx(4.0743, abs=5e-5)
    assert week(60.0).edge(-50) == pytest.approx(4.1250, abs=5e-5)


@pytest.mark.parametrize(("ms", "under"), [(58.80, True), (58.81, False)])
def test_the_edge_is_that_of_the_sample(ms: float, under: bool) -> None:
    """The edge is e^4.07427 = 58.808 ms; by the deviation of a whole population it would be 58.821."""
    assert week(ms).under(50) is under


@pytest.mark.parametrize(
    ("ms", "workout", "expected"),
    [
        ("57.97", HARD, ["R04 slow_down 03-10"]),  # a mean of 4.06
        ("57.97", EASY, []),
        ("59.15", HARD, []),  # 4.08
        ("70", HARD, []),  # the high side
        ("-/-/-/-/-/-/-/57.97/57.97", HARD, []),  # two values in this week
        ("45", HARD, ["R04 rest 03-10"]),
    ],
)
def test_a_hard_session_in_a_week_of_low_variability(ms: str, workout: str, expected: list[str]) -> None:
    assert told(f"{EIGHT_WEEKS}9 days from 2026-03-02 rmssd {ms}\n{workout.format(10)}") == expected


def test_a_low_week_carries_its_numbers() -> None:
    [one] = found(f"{EIGHT_WEEKS}9 days from 2026-03-02 rmssd 57.97\n{HARD.format(10)}")
    assert one.facts == {
        "kind": "rmssd",
        "week_ms": 57,
        "usual_ms": 60,
        "low_ms": 59,
        "days": 58,
        "source": "watch",
    }


def test_one_low_day_is_not_two() -> None:
    """One night of 45 pulls the week under the edge; it must lie there the next day too."""
    assert told(f"{EIGHT_WEEKS}2026-03-02 rmssd 45\n{HARD.format(2)}") == []
    assert told(f"{EIGHT_WEEKS}2 days from 2026-03-02 rmssd 45\n{HARD.format(3)}") == ["R04 slow_down 03-03"]


def test_far_below_for_four_days_asks_for_rest() -> None:
    """Two nights of 44 bring the week 1.5 deviations down: the first of the four days is the 3rd."""
    low = EIGHT_WEEKS + "9 days from 2026-03-02 rmssd 44\n"
    assert told(low + HARD.format(5)) == ["R04 slow_down 03-05"]
    assert told(low + HARD.format(6)) == ["R04 rest 03-06"]
    assert told(low + HARD.format(5) + HARD.format(6) + HARD.format(8)) == ["R04 slow_down 03-05", "R04 rest 03-06"]


def test_the_same_number_every_day_is_no_drop() -> None:
    same = "63 days from 2026-01-05 rmssd 60\n"
    assert told(same + HARD.format(8)) == []
    [one] = found(f"{same}7 days from 2026-03-09 rmssd 50\n{HARD.format(15)}")
    assert (one.facts["usual_ms"], one.facts["low_ms"], one.facts["week_ms"]) == (60, 60, 50)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("28 days from 2026-02-02 rmssd 60", ["R04 slow_down"]),
        ("27 days from 2026-02-03 rmssd 60", []),  # the baseline must reach back four weeks
        ("27 days from 2026-02-02 rmssd 60/-", ["R04 slow_down"]),  # fourteen values
        ("26 days from 2026-02-02 rmssd 60/-", []),  # thirteen
    ],
)
def test_the_baseline_of_variability(before: str, expected: list[str]) -> None:
    low = f"{before}\n8 days from 2026-03-02 rmssd 58\n{HARD.format(9)}"
    assert [one[:-6] for one in told(low)] == expected


FEW_LATELY = "fewer than 3 values of heart-rate variability in the last 7 days"
FEW_BEFORE = (
    "heart-rate variability is judged from 14 values over at least 28 days before the last 7 on; there are fewer"
)


@pytest.mark.parametrize(
    ("mornings", "workout", "expected"),
    [
        (f"{EIGHT_WEEKS}9 days from 2026-03-02 rmssd 60", HARD, []),
        (f"{EIGHT_WEEKS}9 days from 2026-03-02 rmssd -/-/-/-/-/-/-/60/60", HARD, [FEW_LATELY]),
        (f"{EIGHT_WEEKS}9 days from 2026-03-02 hr 50", HARD, [FEW_LATELY]),
        ("27 days from 2026-02-05 rmssd 60\n7 days from 2026-03-04 rmssd 60", HARD, [FEW_BEFORE]),
        ("7 days from 2026-03-04 rmssd 60", HARD, [FEW_BEFORE]),  # the first week of a new watch
        ("7 days from 2026-03-04 rmssd 60", EASY, []),
        ("63 days from 2026-01-05 hr 50", HARD, []),  # a watch that knows nothing of it
    ],
)
def test_too_little_variability_for_a_hard_session_is_said(mornings: str, workout: str, expected: list[str]) -> None:
    assert unknown(f"{mornings}\n{workout.format(10)}", "R04") == expected


def test_the_same_lack_of_variability_is_one_entry_of_the_report() -> None:
    new = "9 days from 2026-03-02 rmssd 60\n" + HARD.format(8) + HARD.format(10)
    [gap] = [gap for gap in gaps(fold(ALICE, events(new)).unjudged) if gap.rule == "R04"]
    assert (gap.reason, gap.times) == (FEW_BEFORE, 2)


def test_low_variability_is_told_once_and_again_after_it_came_back() -> None:
    low = EIGHT_WEEKS + "9 days from 2026-03-02 rmssd 57\n" + HARD.format(10) + HARD.format(13)
    still = f"{low}3 days from 2026-03-11 rmssd 57\n"
    assert told(still) == ["R04 slow_down 03-10"]
    back = f"{still}9 days from 2026-03-14 rmssd 61\n9 days from 2026-03-23 rmssd 56\n"
    assert told(back + HARD.format(31)) == ["R04 slow_down 03-10", "R04 slow_down 03-31"]
    hardly = back.replace("rmssd 61", "rmssd 58.7")  # within half a deviation, not within a quarter
    assert told(hardly + HARD.format(31)) == ["R04 slow_down 03-10"]


def test_a_watch_left_in_the_drawer_holds_no_low_week() -> None:
    low = EIGHT_WEEKS + "9 days from 2026-03-02 rmssd 57\n" + HARD.format(10)
    assert lit(low + EASY.format(16)) == ["R04"]
    assert lit(low + EASY.format(17)) == []


def test_the_fourth_day_back_has_its_sixty_days_too() -> None:
    mornings = fold(ALICE, wake("91 days from 2026-01-05 rmssd 60")).state.mornings
    logs = hrv_logs(mornings, Series("watch", "rmssd"), mornings[-1].day, STANDARD.r04)
    assert mornings[-1].day - logs[0][0] == 3 + 7 + 60 - 1


def test_kinds_of_variability_are_never_mixed() -> None:
    """The platform changes from RMSSD of 60 to SDNN of 45: another number, not another heart."""
    change = EIGHT_WEEKS + "20 days from 2026-03-02 sdnn 45/47\n" + HARD.format(10) + HARD.format(20)
    assert told(change) == []
    both = EIGHT_WEEKS.replace("\n", " sdnn 44/47\n") + "9 days from 2026-03-02 rmssd 60 sdnn 36\n"
    assert told(both + HARD.format(10)) == []  # the same number of values: rmssd comes first by name
    mostly_sdnn = f"{both}2026-01-04 sdnn 45\n"
    [one] = found(mostly_sdnn + HARD.format(5))
    assert (one.facts["kind"], one.facts["usual_ms"]) == ("sdnn", 45)


def test_another_device_begins_anew() -> None:
    change = EIGHT_WEEKS + "70 days from 2026-03-02 by ring rmssd 40/44\n" + HARD.format(10) + HARD.format(31)
    assert told(change) == []
    low = change + "9 days from 2026-05-11 by ring rmssd 36\n2026-05-19 18:00 run 8km 48min rpe 8"
    [one] = found(low)
    assert (one.rule, one.facts["source"], one.facts["usual_ms"]) == ("R04", "ring", 42)


# R05: short nights, and a hard or long session on Monday 9 March.

LONG = "2026-03-09 10:00 run 16km 96min rpe 4"
YOUNG = replace(ALICE, birth_year=2010)


@pytest.mark.parametrize(
    ("nights", "workout", "athlete", "expected"),
    [
        ("6h30", HARD.format(9), ALICE, ["R05 slow_down 03-09"]),
        ("6h30", EASY.format(9), ALICE, []),
        ("6h30", LONG, ALICE, ["R05 slow_down 03-09"]),
        ("7h", HARD.format(9), ALICE, []),
        ("7h36", HARD.format(9), ALICE, []),
        ("7h36", HARD.format(9), YOUNG, ["R05 slow_down 03-09"]),  # sixteen
        ("7h36", HARD.format(9), replace(ALICE, birth_year=2008), []),  # eighteen some day this year
        ("7h36", HARD.format(9), replace(ALICE, birth_year=None), []),
        ("8h", HARD.format(9), YOUNG, []),
        ("9h/9h/9h/9h/5h30/9h/5h30", HARD.format(9), ALICE, []),  # two nights under six hours
        ("9h/9h/5h30/9h/5h30/9h/5h30", HARD.format(9), ALICE, ["R05 slow_down 03-09"]),
        ("9h/9h/5h30/9h/5h30/9h/5h30", HARD.format(9), YOUNG, ["R05 slow_down 03-09"]),  # 7.5 hours in the mean
        ("9h30/9h30/5h55/10h/5h55/10h/5h55", HARD.format(9), ALICE, ["R05 slow_down 03-09"]),
        ("9h30/9h30/5h55/10h/5h55/10h/5h55", HARD.format(9), YOUNG, []),  # 8.1 hours: the young have the mean alone
        ("5h30/5h30/5h30/9h/9h/9h/9h", HARD.format(9), ALICE, []),  # one of the last five
        ("-/-/-/-/6h30/6h30/6h30", HARD.format(9), ALICE, []),  # three nights are no week
        ("-/-/-/6h30/6h30/6h30/6h30", HARD.format(9), ALICE, ["R05 slow_down 03-09"]),
        ("-/-/-/-/5h/5h/5h", HARD.format(9), ALICE, ["R05 slow_down 03-09"]),
    ],
)
def test_short_nights(nights: str, workout: str, athlete: Athlete, expected: list[str]) -> None:
    assert told(f"7 days from 2026-03-03 sleep {nights}\n{workout}", athlete) == expected


@pytest.mark.parametrize(
    ("nights", "workout", "athlete", "expected"),
    [
        ("-/-/-/-/6h30/6h30/6h30", HARD.format(9), ALICE, 1),
        ("-/-/-/6h30/6h30/6h30/6h30", HARD.format(9), ALICE, 0),
        ("-/-/-/-/9h/9h/9h", LONG, ALICE, 1),
        ("-/-/-/-/9h/9h/9h", EASY.format(9), ALICE, 0),
        ("-/-/-/-/5h/5h/5h", HARD.format(9), ALICE, 0),  # three short ones are enough to say so
        ("-/-/-/-/5h/5h/5h", HARD.format(9), YOUNG, 1),
    ],
)
def test_too_few_nights_before_a_hard_session_are_said(
    nights: str, workout: str, athlete: Athlete, expected: int
) -> None:
    outcome = fold(athlete, events(f"7 days from 2026-03-03 sleep {nights}\n{workout}"))
    told = [one.reason for one in outcome.unjudged if one.rule == "R05"]
    assert told == ["fewer than 4 nights of the last 7 are known"] * expected


def test_who_does_not_measure_sleep_hears_nothing_of_it_and_who_stopped_does() -> None:
    assert unknown(f"7 days from 2026-03-03 hr 50\n{HARD.format(9)}", "R05") == []
    assert len(unknown(f"7 days from 2026-02-03 sleep 8h\n7 days from 2026-03-03 hr 50\n{HARD.format(9)}", "R05")) == 1


def test_short_nights_carry_their_numbers() -> None:
    """The mean is that of the week, the short nights are among the four known of the last five."""
    [one] = found(f"7 days from 2026-03-03 sleep 6h50/7h/6h45/5h30/-/5h30/5h30\n{HARD.format(9)}")
    assert one.facts == {"mean_min": 370, "limit_min": 420, "short_nights": 3, "nights": 4, "source": "watch"}


def test_short_sleep_is_told_once_and_again_after_good_nights() -> None:
    short = "10 days from 2026-03-02 sleep 6h30\n" + HARD.format(9) + HARD.format(11)
    assert told(short) == ["R05 slow_down 03-09"]
    hardly = f"{short}7 days from 2026-03-12 sleep 7h25\n7 days from 2026-03-19 sleep 6h30\n"
    assert told(hardly + HARD.format(25)) == ["R05 slow_down 03-09"]
    good = hardly.replace("7h25", "7h30")
    assert told(good + HARD.format(25)) == ["R05 slow_down 03-09", "R05 slow_down 03-25"]


def test_two_short_nights_of_five_or_three_nights_in_all_clear_nothing() -> None:
    short = "7 days from 2026-03-03 sleep 5h30/9h/9h/5h30/9h/5h30/9h\n2026-03-10 sleep 5h30\n" + HARD.format(10)
    assert lit(short) == ["R05"]
    assert lit(f"{short}2026-03-11 sleep 9h\n2026-03-12 sleep 9h") == ["R05"]
    assert lit(f"{short}3 days from 2026-03-11 sleep 9h") == []
    assert lit(f"{short}3 days from 2026-03-17 sleep 9h") == ["R05"]
    assert lit(f"{short}4 days from 2026-03-17 sleep 9h") == []
    assert lit(short + EASY.format(16)) == ["R05"]
    assert lit(short + EASY.format(17)) == []


def test_the_source_that_knows_most_nights_speaks() -> None:
    two = "7 days from 2026-03-03 sleep 6h\n6 days from 2026-03-03 by ring sleep 8h\n" + HARD.format(9)
    assert [f.facts["source"] for f in found(two)] == ["watch"]
    assert told(two.replace("6 days", "7 days")) == []


# Mornings among workouts.


def test_a_session_just_after_midnight_knows_the_morning_of_its_own_day() -> None:
    """00:30 in Berlin is still the day before in UTC."""
    nights = "6 days from 2026-03-03 sleep 7h\n2026-03-09 sleep 5h\n"
    assert told(f"{nights}2026-03-09 00:30 run 8km 48min rpe 7") == ["R05 slow_down 03-09"]
    assert told(f"{nights}2026-03-08 23:30 run 8km 48min rpe 7") == []


def test_a_day_without_mornings_is_no_trouble() -> None:
    assert told(HARD.format(9)) == []
    assert lit(HARD.format(9)) == []


STORY = (
    f"{FIFTY}56 days from 2026-01-05 by ring rmssd 57.36/63.43 sleep 6h30/8h\n"
    "3 days from 2026-02-02 hr 60\n2026-02-05 by ring hr 140\n9 days from 2026-03-02 by ring rmssd 45\n"
    "2026-02-04 18:00 run 8km 48min rpe 7\n2026-02-28 10:00 run 16km 96min rpe 4\n" + HARD.format(10)
)


def one_by_one(history: Iterable[Event]) -> Outcome:
    """As a live service sees a history that comes in order."""
    after = Outcome(begin())
    findings: list[Finding] = []
    for event in sorted(history, key=lambda one: place(one, ALICE.timezone)):
        assert fits(after.state, event, ALICE)
        after = step(after.state, event, ALICE)
        findings += after.findings
    return replace(after, findings=tuple(findings))


def test_step_by_step_is_the_fold() -> None:
    whole, stepped = fold(ALICE, events(STORY)), one_by_one(events(STORY))
    assert (stepped.state, stepped.findings) == (whole.state, whole.findings)
    assert [f.rule for f in whole.findings if f.rule in {"R03", "R04"}] == ["R03", "R04"]
    assert fold(ALICE, events(STORY)[::-1]) == whole


def test_a_morning_that_is_edited_late_counts_as_if_it_had_come_so() -> None:
    """A morning of 60 turns out to have been 50: it fits no more, and the final history tells of no rise."""
    first = one_by_one(events(STORY))
    [old] = [one for one in wake(STORY_MORNINGS) if one.key == "watch:2026-02-03/02"]
    new = replace(old, resting_hr=50, version=2)
    assert not fits(first.state, new, ALICE)
    final = [new if event.key == old.key else event for event in events(STORY)]
    refolded = fold(ALICE, final)
    assert (refolded.state, refolded.findings) == (one_by_one(final).state, one_by_one(final).findings)
    assert ("R03" in {f.rule for f in first.findings}, "R03" in {f.rule for f in refolded.findings}) == (True, False)


STORY_MORNINGS = "\n".join(line for line in STORY.splitlines() if not re.search(r"\d\d:\d\d", line))
