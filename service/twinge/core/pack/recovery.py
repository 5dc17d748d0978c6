"""Limits of recovery: how hard a session was, R01, R02, R06."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """How a session is classed (R01), and the hours wanted after it before the next hard one."""

    hard_rpe: int = 7
    maximal_rpe: int = 9
    moderate_rpe: int = 5
    hr_percent: int = 88
    hr_minutes: int = 20
    hr_high_percent: int = 92
    hr_high_minutes: int = 10
    hard_intensity: int = 95
    moderate_intensity: int = 85
    intensity_minutes: int = 20
    window_d: int = 42
    least_sessions: int = 8
    percentile: int = 85
    over_median: int = 120
    """A load counts as hard by percentile only when it also stands this far over the median: equal days have an
    85th percentile too. Ours."""
    long_s: int = 5_400
    long_share: int = 90
    after_moderate_h: int = 24
    after_hard_h: int = 48
    after_maximal_h: int = 72
    after_long_h: int = 72
    half_race_m: int = 18_000
    after_half_race_h: int = 168
    long_race_m: int = 35_000
    after_long_race_h: int = 336


@dataclass(frozen=True, slots=True)
class HardGap:
    """R01: a hard session too soon after one that wanted rest."""

    repeat_d: int = 7
    race_rest_h: int = 168
    """From this many wanted hours on, one breach is enough for REST."""
    tolerance: int = 90
    """Per cent of the wanted hours that will do: two days later at a slightly earlier hour is two days later. Ours."""
    outing_h: int = 2
    """Sessions closer than this are one outing: a brick, a ride to the track. Ours."""
    window_d: int = 14


@dataclass(frozen=True, slots=True)
class RestDays:
    """R02: days in a row with load."""

    slow: int = 7
    rest: int = 10
    rest_load: int = 1_000
    """A day up to this load (hundredths of a point) is a rest day."""
    gentle_s: int = 2_700
    span_d: int = 14
    least_rest: int = 2
    horizon_d: int = 60
    again_d: int = 8
    """Days between two words about one streak after `rest`: one more than the cooldown of M03."""


@dataclass(frozen=True, slots=True)
class Layoff:
    """R06: coming back after days without a run."""

    gap_d: int = 7
    middle_d: int = 14
    long_d: int = 29
    restart_d: int = 57
    first_share: int = 60
    rest_share: int = 150
    floor_m: int = 1_000
    floor_s: int = 360
    rest_m: int = 5_000
    rest_s: int = 1_800
    """Below them one and a half times the ceiling is still slow down. Ours."""
    base_d: int = 28
    longest_d: int = 30
    least_runs: int = 4
    spacings: int = 4
    """A gap is a break when it is four times the athlete's usual spacing of runs in the four weeks before, which is
    three runs missed in a row (the count of the injury consensus, Yamato et al. 2015, JOSPT 45:375). For somebody who
    runs every fourth day a week without is rhythm. Ours."""
    restart_run_s: int = 1_800
    """Length of the whole walk-run session a restart begins with (stage 1 of rules.md section 9)."""
    forget_d: int = 365
