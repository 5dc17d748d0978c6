"""What is known of the athlete beside the workouts: mornings, the feet, and what they told us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from twinge.core.model.symptoms import Symptoms
from twinge.core.model.workout import Drift


class Form(NamedTuple):
    """How one run felt to the feet, for the athlete's own norm (F01, F02)."""

    start: int
    drift: Drift | None
    left: int | None
    """Hundredths of a per cent."""


@dataclass(frozen=True, slots=True)
class Wellness:
    """One morning. HRV is kept with its kind: RMSSD and SDNN are never mixed."""

    key: str
    day: date
    resting_hr: int | None = None
    hrv_rmssd_ms: float | None = None
    hrv_sdnn_ms: float | None = None
    sleep_h: float | None = None
    readiness: int | None = None
    version: int = 0


class Morning(NamedTuple):
    """One morning as the state remembers it, of one source: what is impossible is None, as is what was not worn.

    A resting heart rate that jumped is kept, and passed over by `rules/baseline.settled` until it has stayed.
    """

    day: int
    """The athlete's local day, as a proleptic ordinal."""
    source: str
    """The platform it came from: baselines are never mixed."""
    resting_hr: int | None = None
    rmssd: int | None = None
    """Hundredths of a millisecond."""
    sdnn: int | None = None
    """Hundredths of a millisecond."""
    sleep_min: int | None = None
    readiness: int | None = None


@dataclass(frozen=True, slots=True)
class Report(Symptoms):
    """What the athlete told us: pain and its signs, how hard a workout was, answers to our questions.

    None is *not known*, False is a no. Free text is data: never echoed, never logged.
    """

    key: str
    at: datetime
    text: str | None = None
    """Read for what it says of pain, in the athlete's language."""
    version: int = 0
    effort: int | None = None
    """0 to 10: how hard the workout `about` was."""
    about: str | None = None
    """Key of a workout."""
