"""What comes into the pain machine: what the athlete told, what they did, and how things stand around it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from twinge.core.model import RUNNING, Report
from twinge.core.pain.limits import LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Told:
    """One thing the athlete told. None is *not known*; False is a no."""

    key: str = ""
    """Names it for ever; the same key twice has one effect."""
    at: int = 0
    """Epoch seconds."""
    episode: int | None = None
    """The id of the episode it is about, where that is known; else it is found by site and side."""
    pain: int | None = None
    """0 to 10."""
    site: str | None = None
    """A word of `signs.SITES`, or of `signs.HARMLESS`; any other word is `other`."""
    side: str | None = None
    """left · right · both."""
    hurts: bool | None = None
    """It hurts, and no more was said."""
    onset: str | None = None
    """during · after · next_morning, of the session."""
    live: bool | None = None
    """Written while the session was still going."""
    radiating: bool | None = None
    """Travels down a leg."""
    tingling: bool | None = None
    numb: bool | None = None
    weak: bool | None = None
    limp: bool | None = None
    daily_life: bool | None = None
    """Hurts walking, sitting or on stairs."""
    walking: bool | None = None
    """Hurts to walk."""
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


def told_of(report: Report) -> Told:
    """A report as the machine hears it: every field of the same name, the instant in whole seconds."""
    named: dict[str, Any] = {f.name: getattr(report, f.name, f.default) for f in fields(Told) if f.name != "at"}
    return Told(at=int(report.at.timestamp()), **named)


@dataclass(frozen=True, slots=True)
class Run:
    """One activity, running or not, as far as the pain rules care. It is known at its end."""

    key: str
    sport: str
    start: int
    """Epoch seconds."""
    end: int
    """Epoch seconds."""
    run_s: int | None = None
    """Seconds of running, not walking; None where the recording cannot tell."""
    hard: bool = False
    climb_m: int | None = None
    metres: int | None = None

    @property
    def running(self) -> bool:
        """Whether it belongs to the running family."""
        return self.sport in RUNNING

    def hilly(self, climb_m_km: int) -> bool:
        """Whether it climbed `climb_m_km` or more; not known is no."""
        return bool(self.climb_m and self.metres and 1000 * self.climb_m >= climb_m_km * self.metres)


@dataclass(frozen=True, slots=True)
class Setting:
    """How things stand around the machine: the athlete's wishes, and what the load rules saw."""

    zone: str = "UTC"
    """For the hour of the weekly check."""
    weekly_since: int | None = None
    """When the athlete opted in to the weekly check, epoch seconds; None: not."""
    l01_large: bool = False
    """A run of more than double the 30-day longest in the last 14 days (P07)."""
    own_plan: bool = False
    """A clinician has the athlete on a plan of their own: RR01 and RR02 say nothing."""
    limits: Limits = LIMITS
