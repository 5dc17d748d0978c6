"""Limits of the rules that look at mornings: R03, R04, R05, and what is not believed of a morning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mornings:
    """What is kept and what is believed of mornings. All ours."""

    keep_d: int = 91
    hr_low: int = 25
    hr_high: int = 120
    hrv_low: int = 400
    """Hundredths of a millisecond."""
    hrv_high: int = 25_000
    sleep_low: int = 60
    """Minutes: under an hour the watch was not worn, or only for a nap."""
    sleep_high: int = 960
    jump: int = 20
    """Beats a minute away from the median of four weeks that a single morning may be; more is a glitch."""
    stays: int = 3
    """Mornings in a row on one side of it that are no glitch any more: as many as R03 asks for."""


@dataclass(frozen=True, slots=True)
class RestingHeart:
    """R03: resting heart rate over its own median."""

    window_d: int = 28
    least: int = 14
    rise: int = 5
    rise_sd: int = 200
    """Per cent of the standard deviation: two of them."""
    rest: int = 10
    mornings: int = 3
    of: int = 4
    clear: int = 3
    """Beats over the median at or under which it has cleared. Ours."""
    cooldown_d: int = 7


@dataclass(frozen=True, slots=True)
class Variability:
    """R04: the week's heart-rate variability under its own band, when a hard session was done."""

    week_d: int = 7
    least_week: int = 3
    base_d: int = 60
    """Days before the week that may hold the baseline; it needs `base_least_d` of them to be covered."""
    base_least_d: int = 28
    least: int = 14
    band: int = 50
    """Per cent of the standard deviation under the mean."""
    rest: int = 150
    days: int = 2
    rest_days: int = 4
    clear: int = 25
    """Per cent of the standard deviation under the mean at which it has cleared. Ours."""
    cooldown_d: int = 7


@dataclass(frozen=True, slots=True)
class ShortSleep:
    """R05: short nights, when a hard or long session was done."""

    window_d: int = 7
    least: int = 4
    """Nights of the week that must be known. Ours."""
    mean_min: int = 420
    young_min: int = 480
    adult: int = 18
    """Years."""
    short_min: int = 360
    short: int = 3
    of: int = 5
    clear_min: int = 30
    """Minutes over the limit at which it has cleared. Ours: with half of it somebody who sleeps seven hours and a bit,
    as nights are, would be told twice as often."""
    cooldown_d: int = 7
