"""Limits of gradual progression: L01, L02, L07."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionSpike:
    """L01: today's run against the longest of the window before it."""

    window_d: int = 30
    """Days before the run in which the longest run is looked for; the run itself is not among them."""
    small: int = 110
    """Per cent of the longest run of the window above which a run is a small spike: slow down."""
    moderate: int = 130
    """Per cent of the longest run of the window above which the spike is moderate."""
    large: int = 200
    """Per cent of the longest run of the window above which the spike is large and may ask for rest."""
    floor_m: int = 1_000
    """Metres by which a run must be longer than the longest, whatever the percentage."""
    least_m: int = 3_000
    """Metres under which no run is a spike."""
    floor_s: int = 360
    """Seconds by which a run without a distance must be longer: a kilometre at six minutes. Ours."""
    least_s: int = 1_080
    """Seconds under which no run without a distance is a spike: three kilometres at six minutes each. Ours."""
    rest_m: int = 5_000
    """Metres under which even a large spike says slow down: four kilometres after two are no reason to stay in bed.
    Ours."""
    rest_s: int = 1_800
    """Seconds under which even a large spike of a run without a distance says slow down. Ours."""


@dataclass(frozen=True, slots=True)
class LoadSpike:
    """L02: load of one session against the greatest of its sport family in the window."""

    window_d: int = 30
    """Days before the session in which the greatest of its sport family is looked for."""
    least_sessions: int = 4
    """Sessions of the same sport family that the window must hold."""
    least_load: int = 6_000
    """Load under which no session is a spike, in hundredths of a load point."""
    least_s: int = 3_600
    """The same floor in moving seconds, where a load is not known or hardly trusted.

    Never for walks and hikes: a long easy one is the commonest false alarm."""
    rest_s: int = 5_400
    """Moving seconds from which a session judged by time alone may ask for rest. Ours: an hour and a half."""
    info: int = 130
    """Per cent of the greatest session of the window above which it is a line for the digest."""
    slow: int = 160
    """Per cent of the greatest session of the window above which it says slow down."""
    rest: int = 200
    """Per cent of the greatest session of the window above which it asks for rest."""


@dataclass(frozen=True, slots=True)
class NoviceStart:
    """L07: the first week of somebody new to running."""

    novice_runs: int = 8
    """Runs under which somebody counts as new to running, where they have not said it themselves."""
    window_d: int = 7
    """Days from the first run on that are the first week."""
    week_m: int = 6_000
    """Metres of running in the first week above which it says slow down."""
    week_m_heavy: int = 3_000
    """Metres of running in the first week above which it says slow down, for a body-mass index above
    `l07.heavy_bmi`."""
    heavy_bmi: int = 30
    """Body-mass index above which the lower number of metres holds; only where height and weight are known."""
