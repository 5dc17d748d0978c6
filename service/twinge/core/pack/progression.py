"""Limits of gradual progression: L01, L02, L07."""

from __future__ import annotations

from dataclasses import dataclass


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
