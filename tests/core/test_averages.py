"""L04, L05, L06: averages over days of load, told as training diaries."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from diary import ALICE, read
from twinge.core.bounds import adjust
from twinge.core.fold import fold
from twinge.core.model import Severity, Wellness
from twinge.core.pack import STANDARD
from twinge.core.rolling import Ratio, chart
from twinge.core.rules.averages import Week, is_high, strained
from weeks import MONDAY, NEXT_DAY, doubted, loading, thirds, told

# L05

EVEN = [70.0, 60.0, 70.0, 0.0, 70.0, 60.0, 70.0]
"""A published week, 350 and 300 of effort times minutes, made smaller: 400 points, monotony 2.229."""
MIXED = [100.0, 60.0, 70.0, 30.0, 50.0, 90.0, 0.0]
"""400 points too, monotony 1.64."""


def test_a_heavy_week_of_equal_days_goes_to_the_digest() -> None:
    [found] = told("L05", loading(*[thirds(345)] * 8, EVEN, NEXT_DAY))
    assert (found.severity, found.band) == (Severity.INFO, 1)
    assert found.facts == {"monotony_percent": 223, "load": 40_000, "usual": 34_500, "known_days": 7, "why": "monotony"}


def test_the_deviation_is_the_samples() -> None:
    """1.967 with n - 1, 2.124 with n: not over two, though a strain against weeks that had none."""
    week = [60.0, 40.0, 80.0, 0.0, 60.0, 60.0, 80.0]
    [found] = told("L05", loading(*[thirds(330)] * 8, week, NEXT_DAY))
    assert (found.facts["monotony_percent"], found.facts["why"]) == (197, "strain")


def test_who_trains_alike_every_week_hears_nothing() -> None:
    """Triathletes, and a usual week, or one a fifteenth over it, whose days happen to be even."""
    assert told("L05", loading(*[EVEN] * 10, NEXT_DAY)) == []
    assert told("L05", loading(*[thirds(405)] * 8, EVEN, NEXT_DAY)) == []
    assert told("L05", loading(*[thirds(375)] * 8, EVEN, NEXT_DAY)) == []


def test_gentle_daily_movers_hear_nothing() -> None:
    """Ten minutes more a day is a seventh more, of very little."""
    walks = (
        "every day from 2026-01-04 for 9 weeks 07:00 walk {}min rpe 1\n"
        "every day from 2026-03-08 for 2 weeks 07:00 walk {}min rpe 1\n"
    )
    assert told("L05", walks.format(50, 60)) == []
    assert len(told("L05", walks.format(70, 80))) == 1


def test_strain_that_stands_out_says_the_same() -> None:
    [found] = told("L05", loading(*[thirds(345)] * 8, MIXED, NEXT_DAY))
    assert (found.facts["why"], found.severity) == ("strain", Severity.INFO)
    earlier = [Week(load, same, 7) for load, same in ((34_500, 80), (30_000, 160), (36_000, 150), (33_000, 90)) * 2]
    assert strained(Week(40_000, 164, 7), earlier, STANDARD.l05)
    assert not strained(Week(39_000, 164, 7), earlier, STANDARD.l05)
    assert not strained(Week(90_000, 150, 7), earlier, STANDARD.l05)  # varied enough, whatever the strain


def test_a_single_run_after_quiet_weeks_is_no_strain() -> None:
    assert told("L05", loading(*[thirds(15)] * 8, [0, 0, 0, 0, 0, 150, 0], NEXT_DAY)) == []


def test_hard_after_hard_in_such_a_week_says_slow_down() -> None:
    diary = loading(*[thirds(345)] * 8, EVEN) + "2026-03-09 07:00 ride 60min rpe 8"
    hard = diary.replace("2026-03-08 07:00 ride 98min rpe 3", "2026-03-08 18:00 ride 42min rpe 7")
    assert [f.severity for f in told("L05", diary)] == [Severity.INFO]
    [found] = told("L05", hard)
    assert (found.severity, found.band) == (Severity.SLOW_DOWN, 2)


def mornings(bad_from: str, until: str, *, rest: tuple[int, int] = (50, 60), hrv: int = 60) -> list[Wellness]:
    """Resting heart rate up, and variability down to `hrv` milliseconds, from one day to another; usual before it."""
    found = []
    for number in range((date.fromisoformat(until) - MONDAY).days + 1):
        day = MONDAY + timedelta(number)
        bad, waver = str(day) >= bad_from, number % 3 - 1
        rate, variability = (rest[1], hrv) if bad else (rest[0] + waver, 60 + 2 * waver)
        found.append(Wellness(f"w:{day}", day, resting_hr=rate, hrv_rmssd_ms=variability))
    return found


def test_a_resting_heart_rate_that_is_up_says_slow_down() -> None:
    rides = read(loading(*[thirds(345)] * 8, EVEN, NEXT_DAY))
    found = fold(ALICE, [*rides, *mornings("2026-03-06", "2026-03-09")]).findings
    assert [(f.severity, f.band) for f in found if f.rule == "L05"] == [(Severity.SLOW_DOWN, 2)]


def test_a_day_of_which_nothing_is_known_is_no_day_of_rest() -> None:
    """It is neither in the mean nor in the deviation, and counts in the week as the mean of the others."""
    diary = loading(*[thirds(345)] * 8, EVEN, NEXT_DAY)
    [found] = told("L05", diary + "2026-03-05 18:00 swim\n")
    assert (found.facts["known_days"], found.facts["monotony_percent"]) == (6, 1_000)
    assert found.facts["load"] == round(40_000 * 7 / 6)
    unknown = "".join(f"2026-03-0{day} 20:00 swim\n" for day in (3, 4, 5))
    assert told("L05", diary + unknown) == []
    assert "the load of more than two of the last seven days is not known" in doubted("L05", diary + unknown)


# L06

FIFTY = [50.0] * 7
CAMP = [[50.0, 50, 50, 160, 160, 160, 160], [160.0] * 3]
"""A camp from a Thursday to the next Wednesday: the evenings of Saturday, Sunday and Monday are the first three low."""


def test_the_published_weeks_on_top_of_fifty_a_day() -> None:
    one, other = chart([80] * 7, 50, {0}), chart([110] * 7, 50, {0})
    assert one[0].fitness - 50 == pytest.approx(4.606, abs=5e-4)
    assert one[0].balance == pytest.approx(-14.358, abs=5e-4)
    assert other[0].fitness - 50 == pytest.approx(9.21, abs=5e-3)


@pytest.mark.parametrize("points", [80.0, 110.0])
def test_a_week_of_more_is_no_ramp_yet(points: float) -> None:
    assert told("L06", loading(*[FIFTY] * 8, [points] * 7, NEXT_DAY)) == []


def test_a_second_week_that_steep_goes_to_the_digest() -> None:
    """Every other day, so that a day of rest lifts the balance before it has been low for three."""
    first, second = [185.0, 0, 185, 0, 185, 0, 185], [200.0, 0, 200, 0, 200, 0, 200]
    [found] = told("L06", loading(*[FIFTY] * 8, first, second, NEXT_DAY))
    assert (found.severity, found.band) == (Severity.INFO, 1)
    assert found.facts == {"what": "ramp", "fitness": 6_712, "fatigue": 10_456, "balance": -3_744, "rise_7d": 856}


def test_a_low_balance_for_three_days_goes_to_the_digest_and_no_further() -> None:
    """A training camp, which the athlete may also announce."""
    [found] = told("L06", loading(*[FIFTY] * 8, *CAMP))
    assert (found.severity, found.at.isoformat()[:10]) == (Severity.INFO, "2026-03-10")
    assert found.facts == {"what": "balance", "fitness": 6_235, "fatigue": 10_615, "balance": -4_380, "rise_7d": 1_235}


def test_with_a_resting_heart_rate_that_is_up_it_says_slow_down() -> None:
    rides = read(loading(*[FIFTY] * 8, *CAMP))
    found = fold(ALICE, [*rides, *mornings("2026-03-01", "2026-03-11")]).findings
    assert [(f.severity, f.band) for f in found if f.rule == "L06"] == [(Severity.SLOW_DOWN, 2)]


def test_with_a_variability_that_is_down_it_says_slow_down() -> None:
    """The variability speaks about hard sessions only: about the one of Wednesday, the day after the digest's line."""
    rides = read(
        loading(*[FIFTY] * 8, *CAMP).replace("2026-03-11 07:00 ride 224min rpe 3", "2026-03-11 07:00 ride 60min rpe 8")
    )
    found = fold(ALICE, [*rides, *mornings("2026-03-04", "2026-03-11", rest=(50, 50), hrv=40)]).findings
    assert [(f.severity, f.at.day) for f in found if f.rule == "L06"] == [(Severity.INFO, 10), (Severity.SLOW_DOWN, 11)]


def test_it_is_told_again_only_after_the_balance_came_back() -> None:
    """Two days of rest lift it from -49 to -24: not to where it has cleared. Three weeks of the usual do."""
    rested, more = [160.0, 160, 0, 0, 160, 160, 160], [160.0, 160, 160, 60, 60, 60, 60]
    assert len(told("L06", loading(*[FIFTY] * 8, CAMP[0], rested, [160.0]))) == 1
    assert len(told("L06", loading(*[FIFTY] * 8, CAMP[0], more, *[[60.0] * 7] * 3, CAMP[0], more))) == 2


def test_fitness_does_not_climb_by_itself_in_the_first_weeks() -> None:
    """From zero, 140 a day would still rise by more than 8 in the sixth and the seventh week."""
    assert told("L06", loading(*[[140.0] * 7] * 9, NEXT_DAY)) == []
    climbing = chart([140] * 42, 0, {0, 7, 14})
    assert climbing[0].fitness - climbing[7].fitness > 8 < climbing[7].fitness - climbing[14].fitness


def test_six_weeks_are_six_whole_weeks() -> None:
    assert told("L06", loading(*[FIFTY] * 4, *CAMP)) == []
    assert len(told("L06", loading(*[FIFTY] * 5, *CAMP))) == 1


# L04

SWITCHED_ON = adjust({"version": "coach", "l04": {"on": True}})
SPIKE = "2026-02-24 07:00 run 5km 30min rpe 3\n2026-03-09 18:00 run 9km 60min rpe 3\n"
"""Something else to say on the last day: a run nearly twice as long as any of the month."""
SUDDEN = [thirds(150)] * 7
LOADED = [100.0, 100, 100, 100, 100, 100, 100]


def test_the_ratio_is_silent_as_shipped() -> None:
    assert told("L04", loading(*SUDDEN, [20.0] * 7, LOADED, NEXT_DAY) + SPIKE) == []


def test_where_it_is_switched_on_it_adds_a_line_to_what_another_rule_says() -> None:
    diary = loading(*SUDDEN, [20.0] * 7, LOADED, NEXT_DAY)
    assert told("L04", diary, SWITCHED_ON) == []
    [found] = told("L04", diary + SPIKE, SWITCHED_ON)
    assert found.severity is Severity.INFO
    assert found.facts == {"acute": 8_945, "chronic": 5_261, "ratio_percent": 170, "days": 3}


HARD_TWICE = "2026-0{0} 18:00 ride 30min rpe 8\n2026-0{1} 18:00 ride 30min rpe 8\n"
"""Another way to be asked to slow down, without a month of runs."""


def test_it_is_told_once_while_the_ratio_stays_high_and_again_when_it_was_low() -> None:
    once = loading(*SUDDEN, [20.0] * 7, LOADED, [100.0] * 2) + SPIKE + HARD_TWICE.format("3-09", "3-10")
    assert len(told("L04", once, SWITCHED_ON)) == 1
    calm = loading(*SUDDEN, [20.0] * 7, LOADED, *SUDDEN[:2], [20.0] * 7, LOADED, NEXT_DAY) + SPIKE
    assert len(told("L04", calm + HARD_TWICE.format("4-05", "4-06"), SWITCHED_ON)) == 2


def test_a_long_average_needs_its_four_weeks() -> None:
    young = loading(*SUDDEN[:1], [20.0] * 7, LOADED, NEXT_DAY) + HARD_TWICE.format("1-25", "1-26")
    older = loading(*SUDDEN[:3], [20.0] * 7, LOADED, NEXT_DAY) + HARD_TWICE.format("2-08", "2-09")
    assert told("L04", young, SWITCHED_ON) == []
    assert len(told("L04", older, SWITCHED_ON)) == 1


def test_nobody_is_judged_by_a_ratio_of_little() -> None:
    little = loading(*[thirds(45)] * 7, [5.0] * 7, [30.0] * 7, NEXT_DAY)
    assert told("L04", little + SPIKE, SWITCHED_ON) == []


def test_the_ratio_needs_a_long_average_of_fifteen_points() -> None:
    assert is_high(Ratio(2_400, 1_500), STANDARD.l04)
    assert not is_high(Ratio(2_250, 1_500), STANDARD.l04)  # one and a half is not over one and a half
    assert not is_high(Ratio(2_600, 1_499), STANDARD.l04)
    assert not is_high(None, STANDARD.l04)  # nothing over nothing
