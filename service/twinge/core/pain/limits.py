"""Every number of the pain rules, in whole minutes, hours, days and points of the 0-10 scale.

The hours and days are those of the pain-monitoring literature and of practice where the field's comment names nothing;
what no source sets is marked "Ours". The seven days come from the injury consensus (Yamato et al. 2015, JOSPT 45:375),
the five painless days from the care of bone, the stages from published walk-run programmes (Warden et al. 2021,
doi 10.1007/s11914-021-00666-y; the trial protocol doi 10.1186/s13063-023-07502-x). Strength: consensus, weak.
"""

from __future__ import annotations

from dataclasses import dataclass

MINUTE = 60
HOUR = 3_600
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Limits:
    """P01 to P10, RR01 and RR02."""

    # Triage
    answers_min: int = 30
    """Minutes without an answer after which the part that is known decides."""
    reminder_h: int = 12
    """Hours until an open question of the triage, and the first repeat of any other, is said once more."""
    assume_h: int = 24
    """Hours until a pain without a number is taken for `pain.assumed` points."""
    assumed: int = 3
    """Points (0-10) that a pain without a number is taken for."""
    high: int = 5
    """Points (0-10) above which pain is high: three days of rest (P02), and out of a way back."""
    severe: int = 7
    """Points (0-10) from which pain after a fall or crash is an emergency. Ours."""
    bone_signs: int = 2
    """Signs of the bone pattern that lead to a doctor (P07); one is enough after a run that was a large spike."""
    numb_h: int = 24
    """Hours between two reports of numbness after which it has lasted. Ours."""
    missed: int = 3
    """Planned sessions in a row left out for pain that lead to a doctor (Yamato 2015)."""
    sore_most: int = 3
    """Points (0-10) up to which muscles may be merely sore."""
    sore_from_h: int = 12
    """Hours after a hard session from which legs are merely sore: a little sooner than the usual 24. Ours."""
    sore_to_h: int = 72
    """Hours after a hard session up to which legs are merely sore."""
    sore_check_h: int = 48
    """Hours until soreness is asked about once."""

    # Holds
    first_h: int = 24
    """Hours from the onset to the first look at a hold; after a doctor was called for soon, from then."""
    second_h: int = 72
    """Hours from the onset to the second look, from which pain that has not eased is one for a doctor."""
    every_h: int = 48
    """Hours between the looks after the second one, within the first `pain.week_d` days."""
    week_d: int = 7
    """Days from the onset from which pain in daily life is one for a doctor."""
    prompt_d: int = 14
    """Days from the onset from which any pain is one for a doctor, promptly."""
    later_d: int = 28
    """Days from the onset to the third look while a doctor is wanted."""
    refer_every_d: int = 14
    """Days between the later looks while a doctor is wanted."""
    review_d: int = 42
    """Days from the onset from which pain wants to be looked at again by a doctor."""
    low: int = 2
    """Points (0-10) up to which pain is low: it has eased, and may be there in a run of the way back."""
    easing: int = 2
    """Points (0-10) by which pain must have come down to have eased: a difference that means something."""
    fresh_h: int = 6
    """Hours for which a number answers a look that would otherwise ask. Ours."""
    seeing_d: int = 28
    """Days for which the word of a doctor is not repeated to somebody who is being seen."""
    urgent_h: int = 24
    """Hours until an emergency is asked about again; it is not left before."""
    ran_again_h: int = 48
    """Hours for which a run in a hold (P09) is not spoken of again."""
    ran_window_d: int = 14
    """Days in which two words about runs in a hold are the most."""

    # Settling
    short_d: int = 3
    """Days from the onset up to which a pain was short and wants the fewest painless days."""
    long_d: int = 28
    """Days from the onset from which a pain was long and wants the most painless days."""
    painless_short_d: int = 2
    """Days without pain before a way back, after a short pain."""
    painless_d: int = 5
    """Days without pain before a way back, after one in between or with a nerve sign."""
    painless_long_d: int = 7
    """Days without pain before a way back, after a long pain."""
    buttock_d: int = 14
    """Days of rest from the onset, at least, for a buttock that reached a doctor; a clinician's clearance overrides
    it."""
    pain_back_h: int = 72
    """Hours of hold when pain comes back while settling or on the way back."""
    walk_min: int = 30
    """Minutes of brisk walking that are asked for before the way back begins."""
    unclear_d: int = 7
    """Days until a clearance is asked for again, or a lesser episode looks up again at a more serious one. Ours."""

    # Return
    apart_h: int = 48
    """Hours between the starts of two sessions of the way back for both to count."""
    clean: int = 2
    """Sessions without more than is acceptable that complete a stage."""
    held_most: int = 2
    """The so-many-th time that a stage is held it goes one stage back."""
    over: int = 125
    """Per cent of a stage's running above which a run goes beyond it."""
    enough: int = 80
    """Per cent of a stage's running that count as having done it. Ours."""
    climb_m_km: int = 10
    """Metres of climb a kilometre from which a run is hilly: beyond a stage, and a hard day for sore legs."""
    breach_d: int = 7
    """Days in which a second run beyond the stage asks for rest."""
    breach_rest_h: int = 48
    """Hours of rest after a second run beyond the stage; for so long it is not said twice."""
    run_check_h: int = 16
    """Hours after a run's end until it is asked about: the next morning (quiet hours move it there). Ours."""
    idle_d: int = 14
    """Days without a run on the way back until it is asked how it goes. Ours."""
    monitor_d: int = 42
    """Days after the way back in which the same pain counts as come back."""
    again_d: int = 42
    """Days for which a closed episode is remembered, so that the same pain counts as come back."""
    again_count_d: int = 90
    """Days in which returns of the same pain are counted; the second is one for a doctor."""

    # Silence
    third_h: int = 72
    """Hours from a question to its second repeat."""
    weekly_d: int = 7
    """Days between the later repeats of a question."""
    most_asked: int = 5
    """Times a question is said at most; then the episode sleeps.

    Once, after 12 h, after 72 h, and twice a week apart."""
    lapse_h: int = 72
    """Hours for which a question asked only once may be answered by a bare digit. Ours."""
    asleep_d: int = 60
    """Days after which a sleeping episode is closed, or asked about once where a doctor was wanted."""
    daily: int = 2
    """Messages about pain in any 24 hours; an emergency has no cap.

    What the catalogue marks as not waiting takes room, needs none."""

    # Weekly check
    week_hour: int = 18
    """Hour of Sunday, on the athlete's clock, at which the weekly check is asked."""
    week_missed: int = 4
    """Weekly checks in a row without an answer, until they stop. Ours."""
    week_part: int = 17
    """Points of one answer (0-25) about training or form from which the week suffered a good deal."""
    week_full: int = 25
    """Points of one answer (0-25) from which the week asks for rest: taking part, training or form."""
    week_doctor: int = 50
    """Points of the week (0-100) from which it is one for a doctor."""
    week_rises: int = 3
    """Weeks in a row with a rising score that are one for a doctor."""

    # Memory
    history: int = 60
    """Entries of one episode's timeline that are kept."""
    closed: int = 8
    """Closed episodes that are kept."""


LIMITS = Limits()
"""What we ship."""
