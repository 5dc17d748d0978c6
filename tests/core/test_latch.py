"""Hysteresis: told once, silent while it lasts, told again after it cleared by its margin, or when it got worse."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from twinge.core.latch import band_of, latch
from twinge.core.model import Answer, Finding, Severity, Standing, Unjudged
from twinge.core.state import Lit

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LIT = (Lit("L05", 1), Lit("R03", 2))


def high(band: int) -> Finding:
    return Finding("R03", Severity.SLOW_DOWN, band, NOW, "garmin:1")


UNKNOWN = Unjudged("R03", NOW, "garmin:1", "only two values")


@pytest.mark.parametrize(
    ("before", "answer", "news", "after"),
    [
        (0, high(1), True, 1),
        (1, high(1), False, 1),
        (1, high(2), True, 2),
        (2, high(1), False, 2),  # a little better is not over
        (2, Standing.UNCHANGED, False, 2),  # under the limit, not yet under the margin
        (2, UNKNOWN, True, 2),  # not known is no reason to think that it is over
        (2, None, False, 0),
        (0, None, False, 0),
        (0, Standing.UNCHANGED, False, 0),
    ],
)
def test_a_condition_is_told_when_it_is_news(before: int, answer: Answer, news: bool, after: int) -> None:
    lit = (Lit("L05", 1), Lit("R03", before)) if before else (Lit("L05", 1),)
    told, left = latch(lit, "R03", answer)
    assert (told is not None, band_of(left, "R03")) == (news, after)
    assert band_of(left, "L05") == 1


def test_the_lit_ones_stand_in_order_so_that_equal_states_are_equal() -> None:
    assert latch((Lit("R03", 1),), "L05", Finding("L05", Severity.INFO, 1, NOW, "garmin:1"))[1] == (
        Lit("L05", 1),
        Lit("R03", 1),
    )
