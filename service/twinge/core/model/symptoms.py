"""What an athlete can say of pain: one list, for the report that comes in and for the machine that hears it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptoms:
    """Pain, its signs, and the answers to our questions. None is *not known*, False is a no."""

    episode: int | None = None
    """The id of the episode it is about, where that is known; else it is found by site and side."""
    pain: int | None = None
    """0 to 10."""
    site: str | None = None
    """A word of `pain.signs.SITES`, or of `HARMLESS` there; any other word is `other`."""
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
