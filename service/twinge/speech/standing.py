"""The answer to STATUS: where somebody stands, in one SMS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from twinge.core.model import Athlete
from twinge.speech.gsm7 import plain, segments
from twinge.speech.place import place
from twinge.speech.rescue import emergency
from twinge.speech.tongue import Tongue, capital, tongue_of

STATES: Final = {
    **{state: state for state in ("triage", "refer", "urgent", "settling", "return", "monitor")},
    "rest24": "rest",
    "rest72": "rest",
}
"""Word of `core.pain.standing` → the sentence for it; `clear` has none."""
RUNNING_ON: Final = frozenset({"clear", "monitor"})
"""States in which the next run's ceiling is worth telling: any other has a plan of its own."""


def status(seen: Mapping[str, Any], pain: str, athlete: Athlete, country: str | None = None) -> str:
    """What `core.view.describe` saw and `core.pain.standing` said: the weightiest first, as much as one SMS holds."""
    told = ""
    for sentence in _sentences(seen, pain, athlete, country):
        longer = plain(f"{told} {sentence}".strip())
        if not told or segments(longer) == 1:
            told = longer
    return told


def standing(state: str, site: str, side: str, athlete: Athlete, country: str | None = None) -> str:
    """Where one pain story stands: its place and a sentence; only the place where its state has none."""
    speaker = tongue_of(athlete)
    where = place(site, side, speaker)
    sentence = ""
    if state in STATES:
        number = emergency(athlete, country) if state == "urgent" else ""
        sentence = speaker.render(f"status.{STATES[state]}", {"number": number})
    return " ".join(filter(None, (f"{capital(where)}." if where else "", sentence)))


def _sentences(seen: Mapping[str, Any], pain: str, athlete: Athlete, country: str | None) -> Iterator[str]:
    """The pain story's word, then the training; an emergency leaves no room for it."""
    speaker = tongue_of(athlete)
    if pain in STATES:
        number = emergency(athlete, country) if pain == "urgent" else ""
        yield speaker.render(f"status.{STATES[pain]}", {"number": number})
    if pain == "urgent":
        return
    yield _runs(seen, pain, speaker)
    if (seen["days_in_a_row"] or 0) > 1:
        yield speaker.render("status.row", {"days": seen["days_in_a_row"]})
    if seen["load_7d"] is not None:
        yield speaker.render("status.load", {"load": seen["load_7d"]})
    if seen["last_hard"] is not None:
        hard = datetime.fromisoformat(seen["last_hard"]).astimezone(ZoneInfo(athlete.timezone))
        yield speaker.render("status.hard", {"day": hard.date()})


def _runs(seen: Mapping[str, Any], pain: str, speaker: Tongue) -> str:
    """The month's longest run, and how far the next may comfortably go."""
    longest, ceiling = seen["longest_run_30d_m"], seen["next_run_ceiling_m"]
    if longest is None:
        return speaker.render("status.none", {})
    known = ceiling is not None and pain in RUNNING_ON
    return speaker.render(f"status.{'ceiling' if known else 'longest'}", {"longest_m": longest, "ceiling_m": ceiling})
