"""Limits of warm-up and form: W01, F01, F02, F03."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ColdStart:
    """W01: hard from the first minutes."""

    hr: int = 80
    """Per cent of the maximal heart rate that a minute within the first five must reach to count as hard from the
    start."""
    brisk: int = 95
    """Per cent of the session's 75th-percentile speed that its first five minutes must reach."""
    easy: int = 110
    """Per cent of the athlete's own easy speed that the first five minutes must reach too."""
    easy_d: int = 42
    """Days before the run whose easy runs make the athlete's own easy speed (their median)."""
    least_easy: int = 5
    """Easy runs that are needed to know the athlete's own easy speed. Ours."""
    window_d: int = 28
    """Days in which cold starts are counted."""
    slow_at: int = 3
    """The so-many-th cold start of the window is worth a message."""
    warm_s: int = 1_800
    """Another activity that ended within so many seconds was the warm-up."""
    cooldown_d: int = 14
    """Days before this rule is said again, where that is longer than everybody's (policy.repeat_d)."""


@dataclass(frozen=True, slots=True)
class FormDrift:
    """F01: form that goes in the last third."""

    cadence: int = 30
    """Per mille by which the cadence of the last third must fall below the first third's to be a sign."""
    contact: int = 50
    """Per mille by which ground-contact time must rise in the last third to be a sign."""
    bounce: int = 60
    """Per mille by which vertical movement must rise in the last third to be a sign."""
    decoupling: int = 70
    """Per mille by which speed per heartbeat must get worse in the last third to be a sign."""
    speed: int = 50
    """Per mille by which the speeds of the two thirds may differ; beyond, it is the pace that changed."""
    signs: int = 2
    """Signs that must be found in one run."""
    spread_sd: int = 200
    """Per cent of the athlete's own standard deviation by which each sign must leave their own mean."""
    least_runs: int = 5
    """Runs that are needed to know the athlete's own mean and deviation. Ours."""
    window_d: int = 28
    """Days of runs before this one that tell what is usual for the athlete."""
    alone: int = 50
    """The fall of cadence that counts where neither contact time nor bounce is recorded."""
    slow_at: int = 3
    """The so-many-th run with late drift within `f01.slow_d` days is worth a message; others go to the digest."""
    slow_d: int = 14
    """Days in which runs with late drift are counted for a message."""
    cooldown_d: int = 7
    """Days before this rule is said again, where that is longer than everybody's (policy.repeat_d)."""


@dataclass(frozen=True, slots=True)
class SideShift:
    """F02: weight that moves to one side."""

    shift: int = 150
    """Hundredths of a percentage point by which the left foot's share must be off the athlete's own mean."""
    clear: int = 75
    """Hundredths of a percentage point off the mean under which the weight is back in the middle. Ours."""
    window_d: int = 28
    """Days before the run that are looked at; the mean is that of their runs before the last `f02.within_d` days."""
    least_runs: int = 5
    """Runs that are needed to know the athlete's own mean. Ours."""
    within_d: int = 7
    """Days, up to this run, in which the shifted runs must lie."""
    runs: int = 2
    """Runs within those days that must have shifted to the same side."""
    cooldown_d: int = 14
    """Days before this rule is said again, where that is longer than everybody's (policy.repeat_d)."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """F03: a little more steps, offered and never urged."""

    more: int = 5
    """Per cent more steps a minute that are offered to try, over the athlete's own."""
