"""Limits of the rules that look at whole weeks: L03, L04, L05, L06, R07. Most of them only ever speak in the digest.

Loads are in hundredths of a load point.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WeeklyRamp:
    """L03: the running of seven days against the mean of the three blocks of seven before."""

    ramp: int = 130
    """Per cent of the mean block."""
    clear: int = 120
    """At or under it the ramp is over and may be told anew. Ours."""
    most: int = 110
    """Per cent of the greatest block before the ramp that each of its weeks must reach: to be back at what was usual
    before a light week is no ramp. Ours."""
    floor_m: int = 5_000
    floor_s: int = 1_800
    """The same floor in time, at six minutes a kilometre. Ours."""
    blocks: int = 3
    least_runs: int = 2
    """Runs in each block."""
    weeks: int = 2
    """Weeks in a row that must be over it."""
    pain_d: int = 7
    """A pain told within so many days makes it worth a message."""
    cooldown_d: int = 14


@dataclass(frozen=True, slots=True)
class AcuteChronic:
    """L04: recent against longer load. Off as shipped: among runners a high ratio went with fewer injuries."""

    on: bool = False
    ratio: int = 150
    """Per cent."""
    clear: int = 130
    days: int = 3
    """Days in a row."""
    least_chronic: int = 1_500
    """A day."""
    history_d: int = 28
    """Days of history before the first of those days. Ours."""
    cooldown_d: int = 14


@dataclass(frozen=True, slots=True)
class Monotony:
    """L05: seven days that are all alike, and heavy."""

    high: int = 200
    """Monotony in per cent (mean over the sample's standard deviation)."""
    watch: int = 150
    """Up to this the days are varied enough, whatever the strain, as with any two days of rest in seven. Ours: after
    weeks of rest a single run would be a record of strain."""
    load: int = 110
    """Per cent of the mean week; for strain too. Ours: a usual week that happens to be even is no heavy one."""
    clear: int = 100
    """Per cent of the mean week at or under which it has cleared. Ours."""
    least_load: int = 10_500
    """Of the week; the floor of L04, seven times. Gentle movers are all alike every week. Ours."""
    strain_sd: int = 200
    """Strain over the mean of the weeks by so many per cent of their standard deviation tells the same."""
    weeks: int = 8
    least_known_d: int = 5
    """Days of a week whose load must be known."""
    cooldown_d: int = 14


@dataclass(frozen=True, slots=True)
class FitnessRamp:
    """L06: fitness (42-day average) that climbs too fast, or a balance that stays low."""

    rise: int = 800
    """Rise of the fitness in seven days."""
    clear: int = 600
    weeks: int = 2
    """Weeks in a row with such a rise."""
    deficit: int = 3_000
    """Balance under zero by more than this."""
    deficit_clear: int = 2_000
    days: int = 3
    """Days in a row with such a balance."""
    least_load: int = 34_000
    """Of the last seven days: with less, fitness cannot rise by 8, and a low balance is on its way up. Ours."""
    history_d: int = 42
    seed_d: int = 14
    """First days of the remembered history whose mean both averages start from."""
    cooldown_d: int = 14


@dataclass(frozen=True, slots=True)
class StepBack:
    """R07: load that rose week after week."""

    rise: int = 105
    """Per cent of the week before."""
    weeks: int = 3
    """Rises in a row."""
    high: int = 110
    """Per cent of the mean of the last eight weeks; none of them may have been greater (building up again is no reason
    to step back. Ours)."""
    clear: int = 100
    """Per cent of that mean at or under which the step back was taken. Ours."""
    least_load: int = 10_500
    """Of the week; the floor of L04, seven times. Ours."""
    mean_weeks: int = 8
    low: int = 70
    """Suggested next week, per cent of this one: from `low` to `easy`."""
    easy: int = 80
    cooldown_d: int = 21
