"""The rule pack: every limit the rules use, typed, in one place, under one version.

Percentages are whole numbers so that ratios are compared by cross-multiplication: `11.0 / 10.0 - 1 > 0.10` is true
in binary floating point, `100 * 11000 > 110 * 10000` is not.
"""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86_400
"""Seconds of a 24-hour day; windows are instants, not calendar days."""


@dataclass(frozen=True, slots=True)
class SessionSpike:
    """L01: today's run against the longest of the window before it."""

    window_d: int = 30
    small: int = 110
    moderate: int = 130
    large: int = 200
    floor_m: int = 1_000
    least_m: int = 3_000
    floor_s: int = 360
    """The floors in time, for runs without a distance: a kilometre and three at six minutes each. Ours."""
    least_s: int = 1_080
    rest_m: int = 5_000
    rest_s: int = 1_800
    """Below them even a large spike says slow down: four kilometres after two are no reason to stay in bed. Ours."""


@dataclass(frozen=True, slots=True)
class LoadSpike:
    """L02: load of one session against the greatest of its sport family in the window."""

    window_d: int = 30
    least_sessions: int = 4
    least_load: int = 6_000
    """Hundredths of a load point."""
    least_s: int = 3_600
    """The same floor in time, where a load is not known or hardly trusted (never for walks and hikes: a long easy
    one is the commonest false alarm)."""
    rest_s: int = 5_400
    """By time alone, REST only from an hour and a half on. Ours."""
    info: int = 130
    slow: int = 160
    rest: int = 200


@dataclass(frozen=True, slots=True)
class NoviceStart:
    """L07: the first week of somebody new to running."""

    novice_runs: int = 8
    window_d: int = 7
    week_m: int = 6_000
    week_m_heavy: int = 3_000
    heavy_bmi: int = 30


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


@dataclass(frozen=True, slots=True)
class Policy:
    """M01 to M04 and the freshness rule."""

    fresh_h: int = 48
    daily: int = 1
    weekly_sms: int = 2
    weekly_push: int = 3
    repeat_d: int = 7
    ignored_double: int = 2
    ignored_digest: int = 4
    stale_h: int = 24
    expire_h: int = 12
    """How long a message may still go out after its time came: then the day it speaks of is over. Ours."""


@dataclass(frozen=True, slots=True)
class Gates:
    """What is not believed, and when two records are one workout (rules.md section 1)."""

    run_mm_s: int = 6_500
    merge_gap_s: int = 1_800
    twin_start_s: int = 120
    twin_overlap: int = 80
    keep_d: int = 91
    keep_sessions: int = 600
    """The state stays bounded even for somebody who records every walk to the kitchen."""
    threshold_least_s: int = 1_800
    threshold_most_s: int = 3_600
    threshold_d: int = 90
    median_d: int = 42
    cold_start_d: int = 30


@dataclass(frozen=True, slots=True)
class Pack:
    """All limits. Another version means another state: history is folded anew, silently."""

    version: str = "1"
    l01: SessionSpike = SessionSpike()
    l02: LoadSpike = LoadSpike()
    l07: NoviceStart = NoviceStart()
    effort: Effort = Effort()
    r01: HardGap = HardGap()
    r02: RestDays = RestDays()
    r06: Layoff = Layoff()
    policy: Policy = Policy()
    gates: Gates = Gates()


STANDARD = Pack()
"""The pack we ship."""
