"""Words that every report shares: reasons for silence as sentences, severities, days, counts, long ways."""

from __future__ import annotations

from datetime import date, datetime

from twinge.core.model import Severity
from twinge.speech.measure import FOOT_M, MILE_M

MINUS = "\N{MINUS SIGN}"

REASONS = {
    "backfill": "the workout ended more than two days before it would have arrived",
    "same_workout": "another recording of the same workout had been spoken about",
    "digest": "it was no reason to interrupt anybody, and waited for the weekly digest",
    "muted": "this rule is muted",
    "paused": "all messages were paused",
    "silenced": "it fell into planned life that the athlete or coach had set",
    "inhibited": "something hurt, and advice about load would have contradicted the rest that was asked for",
    "said_already": "the same rule had spoken lately, and it had not got worse",
    "grouped": "that workout's message already carried two weightier reasons",
    "no_channel": "no channel with consent",
    "over_budget": "the messages for that day or week were used up",
    "stale": "by the end of the quiet hours it would have been more than a day old",
}
"""Why something was kept quiet; the words of docs/messages.md as sentences."""

SAID = {
    Severity.INFO: "Good to know",
    Severity.QUESTION: "Question",
    Severity.SLOW_DOWN: "Slow down",
    Severity.REST: "Rest",
    Severity.SEE_DOCTOR: "See a doctor",
    Severity.URGENT: "Urgent",
}
"""What each severity says, as a heading."""


def reason(word: str) -> str:
    """Why something was kept quiet, in words; a word nobody wrote a sentence for is shown as it is."""
    return REASONS.get(word, word.replace("_", " "))


def day(at: date | datetime) -> str:
    """`7 Jan 2024`."""
    return f"{at:%d %b %Y}".lstrip("0")


def times(count: int) -> str:
    """`once`, `twice`, `5 times`."""
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count:,} times")


def many(count: int, noun: str) -> str:
    """`1 run`, `1,200 runs`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def long_way(metres: float, units: str) -> str:
    """A distance of weeks and years, without decimals."""
    return f"{metres / MILE_M:,.0f} mi" if units == "mi" else f"{metres / 1000:,.0f} km"


def height(metres: float, units: str) -> str:
    """A climb or a descent."""
    return f"{metres / FOOT_M:,.0f} ft" if units == "mi" else f"{metres:,.0f} m"


def span(minutes: float) -> str:
    """`45 min`, `6 h 42`."""
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest:02d}" if hours else f"{rest} min"


NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def number_of(count: int) -> str:
    """A small number as a word."""
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else str(count)
