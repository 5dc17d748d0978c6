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
    """After so long without an answer the part that is known decides."""
    reminder_h: int = 12
    """An open question of the triage, and the first repeat of any other, is said once more."""
    assume_h: int = 24
    """A pain without a number is taken for `assumed` after so long."""
    assumed: int = 3
    high: int = 5
    """P02 speaks above it."""
    severe: int = 7
    """After a fall or crash, from here on it is an emergency. Ours."""
    bone_signs: int = 2
    numb_h: int = 24
    """Numbness told twice so far apart has lasted. Ours."""
    missed: int = 3
    """Planned sessions in a row left out for pain (Yamato 2015)."""
    sore_most: int = 3
    sore_from_h: int = 12
    """The evening's hard session makes the morning's sore legs: a little sooner than the usual 24 h. Ours."""
    sore_to_h: int = 72
    sore_check_h: int = 48

    # Holds
    first_h: int = 24
    second_h: int = 72
    every_h: int = 48
    week_d: int = 7
    prompt_d: int = 14
    later_d: int = 28
    refer_every_d: int = 14
    review_d: int = 42
    low: int = 2
    easing: int = 2
    """A difference that means something on the 0-10 scale."""
    fresh_h: int = 6
    """A number so young answers a check that would otherwise ask. Ours."""
    seeing_d: int = 28
    urgent_h: int = 24
    ran_again_h: int = 48
    """P09 says nothing for so long after it spoke."""
    ran_window_d: int = 14

    # Settling
    short_d: int = 3
    long_d: int = 28
    painless_short_d: int = 2
    painless_d: int = 5
    painless_long_d: int = 7
    buttock_d: int = 14
    """Least rest from onset for a buttock that reached REFER; a clinician's clearance overrides it."""
    pain_back_h: int = 72
    walk_min: int = 30
    unclear_d: int = 7
    """Until the clearance is asked for again, or a lesser episode looks up again at a more serious one. Ours."""

    # Return
    apart_h: int = 48
    clean: int = 2
    held_most: int = 2
    over: int = 125
    """Per cent of a stage's running; more is a breach."""
    enough: int = 80
    """Per cent of a stage's running that count as having done it. Ours."""
    climb_m_km: int = 10
    breach_d: int = 7
    breach_rest_h: int = 48
    run_check_h: int = 16
    """Asked so long after a run's end: the next morning, whichever hour it was (quiet hours move it there). Ours."""
    idle_d: int = 14
    """Without a run for so long, ask how it goes. Ours."""
    monitor_d: int = 42
    again_d: int = 42
    again_count_d: int = 90

    # Silence
    third_h: int = 72
    weekly_d: int = 7
    most_asked: int = 5
    """Once, after 12 h, after 72 h, and twice a week apart; then the episode sleeps."""
    lapse_h: int = 72
    """A question asked only once may be answered by a bare digit for so long. Ours."""
    asleep_d: int = 60
    daily: int = 2
    """Messages in any 24 hours. URGENT has no cap; what the catalogue marks as not waiting takes room, needs none."""

    # Weekly check
    week_hour: int = 18
    week_missed: int = 4
    """Weekly checks in a row without an answer, until they stop. Ours."""
    week_part: int = 17
    week_full: int = 25
    week_doctor: int = 50
    week_rises: int = 3

    # Memory
    history: int = 60
    """Entries of one episode's timeline."""
    closed: int = 8
    """Closed episodes kept."""


LIMITS = Limits()
"""What we ship."""
