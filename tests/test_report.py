"""The words of the reports: every fact of every rule with its unit and limit, every reason, every lack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from test_backtest import MONDAY, hilly, loud, woken
from twinge.backtest import Story
from twinge.core.model import Unjudged
from twinge.core.pack import Monotony, Pack
from twinge.core.policy import GATES
from twinge.core.rules import DAWN, WATCHES
from twinge.report.evidence import FACTS, numbers
from twinge.report.unknown import gaps
from twinge.report.words import REASONS


def test_the_same_lack_is_one_entry_however_its_numbers_differ() -> None:
    said = ("a night of 0.5 hours is not believed", "a night of 17 hours is not believed", "the distance is unknown")
    found = gaps(Unjudged("data", MONDAY + timedelta(days=n), "", reason) for n, reason in enumerate(said))
    assert [(gap.reason, gap.times) for gap in found] == [
        ("a night of … hours is not believed", 2),
        ("the distance is unknown", 1),
    ]
    assert (found[0].first, found[0].last) == (MONDAY, MONDAY + timedelta(days=1))


def test_every_reason_for_silence_has_a_sentence() -> None:
    assert {*GATES, "grouped", "no_channel", "over_budget", "stale"} <= set(REASONS)


EVIDENCE: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "L01": (
        {
            "measure": "distance_m",
            "today": 15_000,
            "longest_30d": 12_000,
            "over_percent": 25,
            "ceiling": 13_200,
            "limit_percent": 10,
            "source": "declared",
            "race": True,
        },
        (
            "this session 15.0 km · longest in the 30 days before 12.0 km · over that by 25% · limit 13.2 km · "
            "limit: over by 10% · race yes · compared with the longest run you told us of"
        ),
    ),
    "L02": (
        {
            "measure": "load",
            "today": 16_500,
            "most_30d": 8_000,
            "over_percent": 106,
            "limit_percent": 60,
            "sport": "ride",
        },
        (
            "this session load 165 · most in the 30 days before load 80 · over that by 106% · limit: over by 60% · "
            "sport ride"
        ),
    ),
    "L03": (
        {"measure": "distance_m", "now": 40_000, "usual": 30_000, "over_percent": 33, "weeks": 2},
        (
            "run in seven days 40.0 km · mean of the three weeks before 30.0 km · over that by 33% · "
            "weeks in a row 2 · limit 30% and 5.0 km over, 2 weeks in a row"
        ),
    ),
    "L04": (
        {"acute": 6_212, "chronic": 4_006, "ratio_percent": 155, "days": 3},
        (
            "load, average of 7 days 62.1 points a day · load, average of 28 days 40.1 points a day · "
            "the one over the other 1.55 · days in a row 3 · limit 1.50 on 3 days, from 15 points a day on"
        ),
    ),
    "L05": (
        {"monotony_percent": 223, "load": 42_000, "usual": 35_000, "known_days": 6, "why": "monotony"},
        (
            "sameness of the days 2.23 · load of the seven days 420 points · "
            "mean of the eight weeks before 350 points · days with a known load 6 of 7 · "
            "what stood out days much the same · limit: sameness 2.00 · limit: over the mean by 10%"
        ),
    ),
    "L06": (
        {"what": "balance", "fitness": 5_461, "fatigue": 8_896, "balance": -3_120, "rise_7d": 921},
        (
            "what stood out the balance stayed low · fitness, load of 42 days 54.6 points a day · "
            "fatigue, load of 7 days 89.0 points a day · balance of the two −31.2 · "
            "fitness rose in seven days by +9.2 · limit: balance −30 on 3 days"
        ),
    ),
    "L07": (
        {"week_m": 6_500, "limit_m": 6_000, "days": 7},
        "run so far 6.5 km · limit 6.0 km · in the first 7 days of running",
    ),
    "R01": (
        {
            "gap_h": 143.6,
            "wanted_h": 168,
            "earlier": "maximal",
            "earlier_sport": "ride",
            "breaches_7d": 2,
            "day_only": False,
        },
        (
            "after only 6 days · limit: at least 7 days · the session before was all-out · its sport ride · "
            "times within a week 2"
        ),
    ),
    "R02": (
        {"days": 8, "rest_days_14d": 1, "limit_days": 7},
        "days in a row 8 · rest days in 14 1 · limit: days in a row 7, 10 for a rest",
    ),
    "R03": (
        {"resting_hr": 58, "usual": 50, "over": 8, "mornings": 3, "of": 4, "source": "watch", "days": 27},
        (
            "resting heart rate 58 a minute · median of four weeks 50 a minute · over that by 8 beats · "
            "mornings so high 3 of 4 · mornings behind the median 27 · measured by watch · "
            "limit: over by 5 beats, 10 for a rest · limit: and by 2 standard deviations · limit: mornings 3 of 4"
        ),
    ),
    "R04": (
        {"kind": "rmssd", "week_ms": 52, "usual_ms": 60, "low_ms": 57, "days": 45, "source": "ring"},
        (
            "kind of variability RMSSD · mean of the week 52 ms · usual 60 ms · limit: at least 57 ms · "
            "mornings behind the usual 45 · measured by ring"
        ),
    ),
    "R05": (
        {"mean_min": 390, "limit_min": 420, "short_nights": 2, "nights": 6, "source": "watch"},
        (
            "mean of the week's nights 6 h 30 · limit: at least 7 h 00 · short nights of the last five 2 · "
            "nights known 6 of 7 · measured by watch · limit: short nights 3 of 5 under 6 h 00"
        ),
    ),
    "R06": (
        {"what": "week", "measure": "distance_m", "now": 31_000, "ceiling": 24_000, "gap_days": 9},
        "what was measured the week so far · run so far 31.0 km · limit 24.0 km · days without a run 9",
    ),
    "R07": (
        {"load": 31_100, "usual": 25_700, "weeks": 3, "suggest_low": 21_770, "suggest_easy": 24_880},
        (
            "load of the week 311 points · mean of the eight weeks before 257 points · rises in a row 3 · "
            "a lighter week: from 218 points · to 249 points · "
            "limit 5% more in 3 weeks running, and 10% over the mean"
        ),
    ),
    "T01": (
        {"climb_m": 1_320, "most_30d": 640, "over_percent": 106, "h": 44},
        (
            "climb of this run 1,320 m · most in the 30 days before 640 m · over that by 106% · "
            "climb along the way 44 m a kilometre · limit: over by 30%, from 150 m on"
        ),
    ),
    "T02": (
        {
            "steep_m": 682,
            "most_30d": 0,
            "over_percent": None,
            "first": True,
            "estimated": True,
            "rest_h": 72,
        },
        (
            "steep descent of this run 682 m · most in the 30 days before 0 m · first in 30 days yes · "
            "no hard running for 72 h · limit: over by 30%, from 100 m on · "
            "steepness not recorded by the second; the whole descent of a hilly run was used"
        ),
    ),
    "T03": (
        {"minutes": 72, "longest_42d_min": 20, "total_42d_min": 20, "ground": "trail"},
        (
            "this run 1 h 12 · longest trail in the 42 days before 20 min · all trail in those days 20 min · "
            "ground trail · limit 45 min, after less than 30 min in 42 days"
        ),
    ),
    "T04": (
        {"ground": "flat", "share_percent": 97, "runs": 14, "entropy": 90},
        (
            "ground flat road or treadmill · its share 97% · runs in 28 days 14 · "
            "variety, 1.00 being an even split 0.09 · limit: variety 0.15"
        ),
    ),
    "W01": (
        {
            "by": "both",
            "hr": 168,
            "limit_hr": 152,
            "early_mm_s": 3_700,
            "brisk_mm_s": 3_760,
            "easy_mm_s": 2_900,
            "times_28d": 2,
        },
        (
            "seen by heart rate and pace · heart rate in minutes 2 to 5 168 a minute · "
            "limit: heart rate 152 a minute · "
            "pace of the first five minutes 4:30 a km · brisk pace of this run 4:26 a km · "
            "easy pace of six weeks 5:45 a km · times in 28 days 2 · "
            "limit: of the brisk speed 95% · limit: of the easy speed 110%"
        ),
    ),
    "F01": (
        {"cadence": -41, "contact": 67, "bounce": None, "decoupling": 20, "minutes": 70, "times_14d": 2},
        (
            "steps a minute −4.1% · time on the ground +6.7% · heartbeats for the same speed +2.0% · this run 1 h 10 · "
            "times in 14 days 2 · limit: steps a minute −3% · limit: time on the ground +5% · limit: heartbeats +7% · "
            "limit: signs two, beyond what is usual"
        ),
    ),
    "F02": (
        {"left": 5_200, "usual": 5_020, "shift": 180, "runs": 2},
        (
            "left foot's share of the time on the ground 52.0% · usual share 50.2% · shift +1.8 points · "
            "runs within a week 2 · limit 1.5 points in 2 runs within 7 days"
        ),
    ),
    "X01": ({"rules": ["L01", "R01"]}, "signs L01, R01"),
}
"""Rule → the facts it gives, and what people read of them."""


def test_every_rule_that_is_asked_has_words_for_each_of_its_facts() -> None:
    assert set(EVIDENCE) == {"L01", "X01", *(watch.rule for watch in WATCHES), *(watch.rule for watch in DAWN)}
    assert {rule: set(facts) for rule, (facts, _) in EVIDENCE.items()} == {
        rule: set(known) for rule, known in FACTS.items()
    }


@pytest.mark.parametrize("rule", EVIDENCE)
def test_the_facts_of_a_rule_are_told_in_plain_words_with_units_and_limit(rule: str) -> None:
    facts, words = EVIDENCE[rule]
    assert " · ".join(f"{number.label} {number.value}" for number in numbers(rule, facts, "km")) == words
    assert "_" not in words
    assert rule == "X01" or any(number.limit for number in numbers(rule, facts, "km"))


def test_miles_climb_in_feet_and_the_limits_follow_the_pack() -> None:
    climb = {"climb_m": 305, "most_30d": 61, "over_percent": 400, "h": 19}
    told = {number.label: number.value for number in numbers("T01", climb, "mi")}
    assert told["climb of this run"] == "1,001 ft"
    assert told["climb along the way"] == "100 ft a mile"
    wary = Pack(version="wary", l05=Monotony(high=180, load=120))
    alike = {"monotony_percent": 190, "load": 30_000, "usual": 20_000, "known_days": 7, "why": "monotony"}
    limits = [number.value for number in numbers("L05", alike, "km", wary) if number.limit]
    assert limits == ["1.80", "20%"]


def test_a_fact_nobody_thought_of_is_told_by_the_end_of_its_name() -> None:
    told = numbers("Z9", {"descent_m": 12_345, "drift_percent": 9, "slow_s": 3_660, "gap_h": None, "odd": [1, 2]}, "km")
    assert [(number.label, number.value) for number in told] == [
        ("descent m", "12.3 km"),
        ("drift percent", "9%"),
        ("slow s", "1h01"),
        ("odd", "1, 2"),
    ]


@pytest.mark.parametrize("story", [loud, hilly, woken])
def test_what_the_rules_really_give_is_in_the_vocabulary(story: Callable[[], Story]) -> None:
    for finding in story().findings:
        assert set(finding.facts) <= set(FACTS[finding.rule])
