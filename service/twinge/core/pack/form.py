"""Limits of warm-up and form: W01, F01, F02, F03."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ColdStart:
    """W01: hard from the first minutes."""

    hr: int = 80
    """Per cent of the maximal heart rate."""
    brisk: int = 95
    """Per cent of the session's 75th-percentile speed."""
    easy: int = 110
    """Per cent of the athlete's own easy speed of six weeks."""
    easy_d: int = 42
    least_easy: int = 5
    """Easy runs that make an easy speed. Ours."""
    window_d: int = 28
    slow_at: int = 3
    """The so-many-th cold start of the window is worth a message."""
    warm_s: int = 1_800
    """Another activity that ended within so many seconds was the warm-up."""
    cooldown_d: int = 14


@dataclass(frozen=True, slots=True)
class FormDrift:
    """F01: form that goes in the last third."""

    cadence: int = 30
    """Per mille of a fall; the other three are rises."""
    contact: int = 50
    bounce: int = 60
    decoupling: int = 70
    speed: int = 50
    """Per mille by which the speeds of the two thirds may differ; beyond, it is the pace that changed."""
    signs: int = 2
    spread_sd: int = 200
    """Per cent of the athlete's own standard deviation by which each sign must leave their own mean."""
    least_runs: int = 5
    """Runs that make a mean and a deviation. Ours."""
    window_d: int = 28
    alone: int = 50
    """The fall of cadence that counts where neither contact time nor bounce is recorded."""
    slow_at: int = 3
    slow_d: int = 14
    cooldown_d: int = 7


@dataclass(frozen=True, slots=True)
class SideShift:
    """F02: weight that moves to one side."""

    shift: int = 150
    """Hundredths of a per cent from the athlete's own mean."""
    clear: int = 75
    """Under it the weight is back in the middle. Ours."""
    window_d: int = 28
    least_runs: int = 5
    """Runs that make a mean. Ours."""
    within_d: int = 7
    runs: int = 2
    """Runs within those days that must have shifted to the same side."""
    cooldown_d: int = 14


@dataclass(frozen=True, slots=True)
class Cadence:
    """F03: a little more steps, offered and never urged."""

    more: int = 5
    """Per cent."""
