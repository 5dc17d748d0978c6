"""Limits of the rules that look at mornings: R03, R04, R05, and what is not believed of a morning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mornings:
    """What is kept and what is believed of mornings. All ours."""

    keep_d: int = 91
    """Days of mornings that are remembered for judging, the newest among them."""
    hr_low: int = 25
    """Lowest resting heart rate that is believed, in beats a minute."""
    hr_high: int = 120
    """Highest resting heart rate that is believed, in beats a minute."""
    hrv_low: int = 400
    """Lowest heart-rate variability that is believed, in hundredths of a millisecond."""
    hrv_high: int = 25_000
    """Highest heart-rate variability that is believed, in hundredths of a millisecond."""
    sleep_low: int = 60
    """Shortest night that is believed, in minutes: under an hour the watch was not worn, or only for a nap."""
    sleep_high: int = 960
    """Longest night that is believed, in minutes."""
    jump: int = 20
    """Beats a minute away from the median of four weeks that a single morning may be; more is a glitch."""
    stays: int = 3
    """Mornings in a row on one side of it that are no glitch any more: as many as R03 asks for."""


@dataclass(frozen=True, slots=True)
class RestingHeart:
    """R03: resting heart rate over its own median."""

    window_d: int = 28
    """Days before the last few mornings whose median is usual for the athlete."""
    least: int = 14
    """Mornings with a value that the window must hold for a usual resting heart rate."""
    rise: int = 5
    """Beats a minute over the median from which a morning is up: slow down."""
    rise_sd: int = 200
    """Per cent of the standard deviation that a morning must be over the median too: 200 is two of them."""
    rest: int = 10
    """Beats a minute over the median from which mornings ask for rest."""
    mornings: int = 3
    """Mornings, of the last few (r03.of), that must be up."""
    of: int = 4
    """Last mornings that are looked at, today's among them."""
    clear: int = 3
    """Beats a minute over the median at or under which it has cleared. Ours."""
    cooldown_d: int = 7
    """Days before this rule is said again unless it got worse, where that is longer than everybody's
    (policy.repeat_d)."""


@dataclass(frozen=True, slots=True)
class Variability:
    """R04: the week's heart-rate variability under its own band, when a hard session was done."""

    week_d: int = 7
    """Days up to today whose mean is held against the days before them."""
    least_week: int = 3
    """Values of heart-rate variability that the week must hold."""
    base_d: int = 60
    """Days before the week that may hold the baseline; it needs `r04.base_least_d` of them to be covered."""
    base_least_d: int = 28
    """Days before the week that the values of the baseline must reach back."""
    least: int = 14
    """Values that the baseline must hold."""
    band: int = 50
    """Per cent of the standard deviation under the baseline's mean below which a week is low."""
    rest: int = 150
    """Per cent of the standard deviation under the mean below which a week asks for rest."""
    days: int = 2
    """Days in a row on which the week must be low."""
    rest_days: int = 4
    """Days in a row on which it must be under the lower line to ask for rest."""
    clear: int = 25
    """Per cent of the standard deviation under the mean at which it has cleared. Ours."""
    cooldown_d: int = 7
    """Days before this rule is said again unless it got worse, where that is longer than everybody's
    (policy.repeat_d)."""


@dataclass(frozen=True, slots=True)
class ShortSleep:
    """R05: short nights, when a hard or long session was done."""

    window_d: int = 7
    """Days of nights, up to this morning, that make the mean."""
    least: int = 4
    """Nights of the week that must be known. Ours."""
    mean_min: int = 420
    """Mean night, in minutes, under which sleep is short for an adult."""
    young_min: int = 480
    """Mean night, in minutes, under which sleep is short for somebody under age."""
    adult: int = 18
    """Years of age from which the adult's mean holds."""
    short_min: int = 360
    """Minutes under which one night is short."""
    short: int = 3
    """Short nights, of the last few, that are enough by themselves; for adults."""
    of: int = 5
    """Last nights among which short ones are counted."""
    clear_min: int = 30
    """Minutes that the mean must be over its limit to have cleared.

    Ours: with half of it somebody who sleeps seven hours and a bit, as nights are, would be told twice as often."""
    cooldown_d: int = 7
    """Days before this rule is said again, where that is longer than everybody's (policy.repeat_d)."""
