"""Limits of recovery: how hard a session was, R01, R02, R06."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """How a session is classed (R01), and the hours wanted after it before the next hard one."""

    hard_rpe: int = 7
    """Told effort, 0 to 10, from which a session is hard."""
    maximal_rpe: int = 9
    """Told effort, 0 to 10, from which a session is maximal."""
    moderate_rpe: int = 5
    """Told effort, 0 to 10, from which a session is moderate."""
    hr_percent: int = 88
    """Per cent of the maximal heart rate whose minutes are counted for a hard session."""
    hr_minutes: int = 20
    """Minutes at or above `effort.hr_percent` that make a session hard."""
    hr_high_percent: int = 92
    """The higher per cent of the maximal heart rate, of which fewer minutes are enough."""
    hr_high_minutes: int = 10
    """Minutes at or above `effort.hr_high_percent` that make a session hard."""
    hard_intensity: int = 95
    """Per cent of the athlete's told threshold (power or pace) from which a session is hard."""
    moderate_intensity: int = 85
    """Per cent of the athlete's told threshold (power or pace) from which a session is moderate."""
    intensity_minutes: int = 20
    """Minutes that a session must last to be hard by its intensity."""
    window_d: int = 42
    """Days of sessions that a session's load is held against."""
    least_sessions: int = 8
    """Sessions with a load that the window must hold for a load to tell a hard one."""
    percentile: int = 85
    """Percentile of the loads in the window from which a session is hard."""
    over_median: int = 120
    """Per cent of the window's median load that such a session must reach too.

    Equal days have an 85th percentile too. Ours."""
    long_s: int = 5_400
    """Seconds from which an endurance session may be long."""
    long_share: int = 90
    """Per cent of the longest session of its sport family in 30 days that a long one must reach."""
    after_moderate_h: int = 24
    """Hours wanted after a moderate session before the next hard one."""
    after_hard_h: int = 48
    """Hours wanted after a hard session before the next hard one."""
    after_maximal_h: int = 72
    """Hours wanted after a maximal session or a race before the next hard one."""
    after_long_h: int = 72
    """Hours wanted after a long session before the next hard one."""
    half_race_m: int = 18_000
    """Metres from which a running race wants the hours of a half marathon."""
    after_half_race_h: int = 168
    """Hours wanted after a race of effort.half_race_m or more before the next hard session."""
    long_race_m: int = 35_000
    """Metres from which a running race wants the hours of a marathon."""
    after_long_race_h: int = 336
    """Hours wanted after a race of effort.long_race_m or more before the next hard session."""


@dataclass(frozen=True, slots=True)
class HardGap:
    """R01: a hard session too soon after one that wanted rest."""

    repeat_d: int = 7
    """Days in which an earlier breach makes this one a reason for rest."""
    race_rest_h: int = 168
    """Wanted hours from which one breach is enough to ask for rest."""
    tolerance: int = 90
    """Per cent of the wanted hours that will do: two days later at a slightly earlier hour is two days later. Ours."""
    outing_h: int = 2
    """Sessions with fewer hours between them are one outing: a brick, a ride to the track. Ours."""
    window_d: int = 14
    """Days back in which sessions that wanted hours are looked for."""


@dataclass(frozen=True, slots=True)
class RestDays:
    """R02: days in a row with load."""

    slow: int = 7
    """Days in a row with load at which it says slow down."""
    rest: int = 10
    """Days in a row with load from which it asks for rest."""
    rest_load: int = 1_000
    """A day up to this load (hundredths of a point) is a rest day."""
    gentle_s: int = 2_700
    """Seconds of walking or mobility up to which a day is still a rest day."""
    span_d: int = 14
    """Days, today among them, in which rest days are counted for the mildest word."""
    least_rest: int = 2
    """Rest days that this span must hold; with fewer there is a line in the digest."""
    horizon_d: int = 60
    """Days in a row that are counted at most."""
    again_d: int = 8
    """Days between two words about one streak after `rest`: one more than the cooldown of M03."""


@dataclass(frozen=True, slots=True)
class Layoff:
    """R06: coming back after days without a run."""

    gap_d: int = 7
    """Days without a run from which the next run comes after a break; a day of other sport counts half."""
    middle_d: int = 14
    """Days away from which the return begins at half, and the first run has a ceiling of its own."""
    long_d: int = 29
    """Days away from which the return begins at a third."""
    restart_d: int = 57
    """Days away from which running starts anew, with a walk-run session."""
    first_share: int = 60
    """Per cent of the longest run before the break that is the ceiling of the first run back."""
    rest_share: int = 150
    """Per cent of a ceiling above which it asks for rest instead of slow down."""
    floor_m: int = 1_000
    """Metres by which a ceiling must be passed before anything is said."""
    floor_s: int = 360
    """Seconds by which a ceiling must be passed before anything is said, where a distance is not known."""
    rest_m: int = 5_000
    """Metres under which even the higher share says slow down. Ours."""
    rest_s: int = 1_800
    """Seconds under which even the higher share says slow down, where a distance is not known. Ours."""
    base_d: int = 28
    """Days before the last run that tell what was usual before the break."""
    longest_d: int = 30
    """Days before the last run in which the longest run is looked for."""
    least_runs: int = 4
    """Runs in those `r06.base_d` days that must have been; with fewer there was no habit to come back to."""
    spacings: int = 4
    """A gap is a break when it is so many times the athlete's usual spacing of runs in the four weeks before.

    That is three runs missed in a row (the count of the injury consensus, Yamato et al. 2015, JOSPT 45:375). For
    somebody who runs every fourth day a week without is rhythm. Ours."""
    restart_run_s: int = 1_800
    """Seconds of the whole walk-run session that a restart begins with (stage 1 of rules.md section 9)."""
    forget_d: int = 365
    """Days away after which what was before the break is no longer a measure."""
