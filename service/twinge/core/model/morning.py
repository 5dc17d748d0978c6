"""What is known of the athlete beside the workouts: mornings, the feet, and what they told us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

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
class Report:
    """What the athlete told us: pain and its signs, how hard a workout was, answers to our questions.

    None is *not known*, False is a no. Free text is data: never echoed, never logged.
    """

    key: str
    at: datetime
    pain: int | None = None
    """0 to 10."""
    site: str | None = None
    side: str | None = None
    """left · right · both."""
    radiating: bool | None = None
    """Travels down a leg."""
    numb: bool | None = None
    weak: bool | None = None
    limp: bool | None = None
    text: str | None = None
    """Read for what it says of pain, in the athlete's language."""
    version: int = 0
    hurts: bool | None = None
    """It hurts, and no more was said."""
    onset: str | None = None
    """during · after · next_morning, of the session."""
    live: bool | None = None
    """Written while the session was still going."""
    tingling: bool | None = None
    daily_life: bool | None = None
    """Hurts walking, sitting or on stairs."""
    walking: bool | None = None
    night: bool | None = None
    """Hurts at night or at rest."""
    spot: bool | None = None
    """One spot the size of a fingertip."""
    worse_longer: bool | None = None
    """The longer the run, the worse."""
    previous_bone: bool | None = None
    """A bone stress injury before."""
    bowel_bladder: bool | None = None
    """New trouble controlling either."""
    saddle_numb: bool | None = None
    """Numb between the legs."""
    both_legs: bool | None = None
    """Weak, numb or newly painful in both legs."""
    weak_worse: bool | None = None
    """Weakness that quickly gets worse, or a foot that drops."""
    cannot_bear_weight: bool | None = None
    fall: bool | None = None
    """Since a fall or a crash."""
    fever: bool | None = None
    """Fever, or feeling very unwell."""
    unwell_chest: bool | None = None
    """Pain in the chest, fainting, or a swollen calf with breathlessness."""
    night_uneased: bool | None = None
    """Night pain that no position eases."""
    weight_loss: bool | None = None
    cancer_history: bool | None = None
    alarm: bool | None = None
    """One of the emergency signs of the menu, not said which."""
    soreness: bool | None = None
    """Called ordinary soreness by the athlete."""
    missed: int | None = None
    """Planned sessions in a row left out for pain."""
    seeing_someone: bool | None = None
    """Already under somebody's care."""
    cleared_by: str | None = None
    """doctor · physio · clinician · coach: who says that running may begin again."""
    walked_30min_ok: bool | None = None
    """Thirty brisk minutes on foot without pain."""
    unconfirmed: tuple[str, ...] = ()
    """Emergency signs found in free text, to be confirmed by one tap."""
    answers: tuple[tuple[int, str], ...] = ()
    """(id of the question, digits). Id 0: bare digits, matched to the one open question that they fit."""
    episode: int | None = None
    """The pain story it is about, by its id."""
    effort: int | None = None
    """0 to 10: how hard the workout `about` was."""
    about: str | None = None
    """Key of a workout."""
