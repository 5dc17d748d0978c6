"""What is not believed, and what counts as one workout."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gates:
    """What is not believed, and when two records are one workout (rules.md section 1)."""

    run_mm_s: int = 6_500
    """Mean speed of a run, in millimetres a second, above which its distance is not believed."""
    climb_m_km: int = 550
    """Metres of climb, or of descent, a kilometre on foot: a little over the steepest race up a mountain. Ours."""
    climb_m_h: int = 3_000
    """Metres of climb an hour of moving time on foot above which the climb is not believed. Ours."""
    descent_m_h: int = 6_000
    """Metres of descent an hour of moving time on foot above which the descent is not believed. Ours."""
    merge_gap_s: int = 1_800
    """Two records of one sport with a shorter gap between them, in seconds, are one session in pieces."""
    twin_start_s: int = 120
    """Seconds by which the starts of two records of one workout may differ."""
    twin_overlap: int = 80
    """Per cent of the longer record that two with nearly the same start must share in time to be one workout."""
    twin_duration: int = 10
    """Per cent by which the durations of one workout may differ between two sources."""
    twin_distance: int = 5
    """Per cent by which the distances of one workout may differ between two sources."""
    twin_shared: int = 50
    """Per cent of the shorter record that two sources must share in time. Ours."""
    keep_d: int = 91
    """Days of sessions that are remembered for judging, back from the newest."""
    keep_sessions: int = 600
    """Sessions remembered at most: the state stays bounded for somebody who records every walk to the kitchen."""
    threshold_least_s: int = 1_800
    """Shortest run, in seconds, whose speed may stand for a threshold that nobody told."""
    threshold_most_s: int = 3_600
    """Longest run, in seconds, whose speed may stand for a threshold that nobody told."""
    threshold_d: int = 90
    """Days in which the fastest run that may stand for a threshold is looked for."""
    median_d: int = 42
    """Days of runs whose median speed fills in where a workout's own is not known."""
    cold_start_d: int = 30
    """Days of history before L01 judges by it; until then the longest run that the athlete declared counts."""
