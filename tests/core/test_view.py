"""What Twinge sees now, told as training diaries."""

from __future__ import annotations

from datetime import datetime

import pytest

from diary import ALICE, judged
from twinge.core.view import describe

SIX_WEEKS = "every mon from 2026-01-05 for 7 weeks 07:00 run 9km 60min rpe 3\n"
"""A habit that ends on Monday 16 February."""


def seen(diary: str, day: str) -> tuple[int | None, int | None]:
    """The longest run and the ceiling of the next one, at noon of a day."""
    told = describe(judged(diary).state, ALICE, datetime.fromisoformat(f"{day}T12:00:00+01:00"))
    return told["longest_run_30d_m"], told["next_run_ceiling_m"]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-02-19", (9_000, 9_900)),
        ("2026-02-20", (13_100, 9_900)),  # what the message of that morning says
        ("2026-02-26", (13_100, 9_900)),
        ("2026-02-27", (13_100, 14_410)),  # a week later it is part of what they are used to
        ("2026-03-25", (None, None)),
    ],
)
def test_a_run_over_its_ceiling_does_not_raise_the_next_ones_for_a_week(day: str, expected: tuple[int, int]) -> None:
    assert seen(SIX_WEEKS + "2026-02-20 07:00 run 13.1km 80min rpe 3", day) == expected


@pytest.mark.parametrize("kilometres", [9.9, 9.95])
def test_what_no_rule_had_a_word_for_counts_at_once(kilometres: float) -> None:
    metres = round(kilometres * 1000)
    assert seen(f"{SIX_WEEKS}2026-02-20 07:00 run {kilometres}km 60min", "2026-02-20") == (metres, metres * 110 // 100)


def test_the_first_run_of_all_is_the_only_measure_there_is() -> None:
    assert seen("2026-02-20 07:00 run 13km 80min", "2026-02-20") == (13_000, 14_300)
