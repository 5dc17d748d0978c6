"""The answer to STATUS: one SMS, the weightiest first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from diary import ALICE
from sayings import AT, every
from speech.pains import AMERICA
from speech.test_law import BROKEN, forbidden, segments
from twinge.core.pain.value import RANK
from twinge.core.state import begin
from twinge.core.view import describe
from twinge.speech import LANGUAGES, status
from twinge.speech.standing import STATES

SEEN: dict[str, Any] = {
    "longest_run_30d_m": 12_000,
    "next_run_ceiling_m": 13_200,
    "days_in_a_row": 4,
    "load_7d": 212.4,
    "last_hard": "2026-11-17T18:30:00Z",
}


def test_a_healthy_week() -> None:
    assert status(SEEN, "clear", ALICE) == (
        "Longest run in 30 days: 12.0 km; next up to 13.2 km. 4 training days in a row. Load of 7 days: 212. "
        "Last hard session: Tue, Nov 17."
    )
    assert status(SEEN, "clear", replace(ALICE, language="de", units="mi")) == (
        "Längster Lauf in 30 Tagen: 7,5 mi; nächster bis 8,2 mi. 4 Trainingstage am Stück. Belastung in 7 Tagen: 212. "
        "Letzte harte Einheit (Di., 17. Nov.)."
    )


def test_days_are_the_athletes_own() -> None:
    assert "Nov 18" in status(SEEN, "clear", replace(ALICE, timezone="Asia/Tokyo"))


def test_while_something_hurts_no_next_run_is_offered() -> None:
    for pain in sorted(set(STATES) - {"urgent"}):
        told = status(SEEN, pain, ALICE)
        assert ("next up to" in told) == (pain == "monitor"), told
    assert status(SEEN, "rest24", ALICE).startswith("Resting because of pain: no running yet. Longest run in 30 days:")
    assert status(SEEN, "rest24", ALICE) == status(SEEN, "rest72", ALICE)


def test_in_an_emergency_only_the_number_counts() -> None:
    assert status(SEEN, "urgent", replace(ALICE, timezone=AMERICA)) == (
        "You told us of signs that need emergency care: call 911."
    )


def test_what_is_not_known_is_left_out() -> None:
    unknown = {**SEEN, "days_in_a_row": 0, "load_7d": None, "last_hard": None}
    assert status(unknown, "clear", ALICE) == "Longest run in 30 days: 12.0 km; next up to 13.2 km."
    assert status(describe(begin(), ALICE, AT), "clear", ALICE) == "No run in the last 30 days. Load of 7 days: 0."


def test_every_state_of_the_pain_story_has_its_sentence() -> None:
    assert set(STATES) == set(RANK) - {"sore", "closed"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_segment_whatever_the_numbers(language: str) -> None:
    rows = every(
        longest_run_30d_m=[None, 3_000, 101_300],
        next_run_ceiling_m=[3_300, 111_430],
        days_in_a_row=[0, 1, 60],
        load_7d=[None, 0.0, 1_912.6],
        last_hard=[None, "2026-09-30T23:30:00Z"],
    )
    for row in rows:
        for pain in ("clear", *STATES):
            for units in ("km", "mi"):
                text = status(row, pain, replace(ALICE, language=language, units=units))
                assert segments(text) == 1, text
                assert BROKEN.search(text) is None, text
                assert forbidden(language, text) is None, text
