"""What is not believed, and what counts as one workout."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gates:
    """What is not believed, and when two records are one workout (rules.md section 1)."""

    run_mm_s: int = 6_500
    climb_m_km: int = 550
    """Metres of climb, or of descent, a kilometre on foot: a little over the steepest race up a mountain. Ours."""
    climb_m_h: int = 3_000
    """Metres of climb an hour of moving time. Ours."""
    descent_m_h: int = 6_000
    """Metres of descent. Ours."""
    merge_gap_s: int = 1_800
    twin_start_s: int = 120
    twin_overlap: int = 80
    twin_duration: int = 10
    """Per cent by which the durations of one workout may differ between two sources."""
    twin_distance: int = 5
    """Per cent by which its distances may."""
    twin_shared: int = 50
    """Per cent of the shorter record that two sources must share in time. Ours."""
    keep_d: int = 91
    keep_sessions: int = 600
    """The state stays bounded even for somebody who records every walk to the kitchen."""
    threshold_least_s: int = 1_800
    threshold_most_s: int = 3_600
    threshold_d: int = 90
    median_d: int = 42
    cold_start_d: int = 30
