"""The weekly digest: up to three things in one message."""

from __future__ import annotations

from dataclasses import replace

from diary import ALICE
from sayings import AT
from twinge.core.model import Finding, Severity
from twinge.speech import digest, say

RAMP = Finding(
    "L03",
    Severity.INFO,
    1,
    AT,
    "w:1",
    {"measure": "distance_m", "now": 40_200, "usual": 30_100, "over_percent": 34, "weeks": 2},
)
CLIMB = Finding("T01", Severity.INFO, 1, AT, "w:2", {"climb_m": 310, "most_30d": 200, "over_percent": 55, "h": 24})
COLD = Finding("W01", Severity.INFO, 1, AT, "w:3", {"by": "heart", "times_28d": 2})
SPIKE = Finding(
    "L01",
    Severity.SLOW_DOWN,
    2,
    AT,
    "w:4",
    {
        "measure": "distance_m",
        "today": 13_100,
        "longest_30d": 10_000,
        "over_percent": 31,
        "ceiling": 11_000,
        "source": "observed",
        "race": False,
    },
)


def test_one_thing_has_room_for_a_hint() -> None:
    assert digest([RAMP], ALICE) == (
        "Your week: you ran 40 km in 7 days, 34% more than usual (30 km). Hold it there for a week. Reply OK or STOP."
    )


def test_what_the_budget_held_back_is_told_first_and_hints_give_way_to_numbers() -> None:
    assert digest([SPIKE, CLIMB], ALICE) == (
        "Your week: your 13.1 km run was 31% over your 30-day longest (10.0 km); "
        "310 m of climb, 55% over your most in 30 days (200 m). Reply OK or STOP."
    )


def test_three_things_get_brief() -> None:
    text = digest([RAMP, CLIMB, COLD], ALICE)
    assert text == (
        "Your week: you ran 40 km in 7 days, 34% more than usual (30 km); 310 m of climb; "
        "a fast start without easy minutes. Hold it there for a week. Reply OK or STOP."
    )
    assert len(text) <= 160


def test_in_the_athletes_language() -> None:
    assert digest([RAMP, COLD], replace(ALICE, language="fr")) == (
        "Ta semaine : tu as couru 40 km en 7 jours, 34 % de plus que d'habitude (30 km) ; "
        "un départ rapide sans minutes faciles. Réponds OK ou STOP."
    )


def test_information_is_always_a_digest() -> None:
    assert say([RAMP, COLD], Severity.INFO, ALICE) == digest([RAMP, COLD], ALICE)
