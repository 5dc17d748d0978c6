"""Limits of the rules that look at whole weeks: L03, L04, L05, L06, R07. Most of them only ever speak in the digest.

Loads are in hundredths of a load point.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WeeklyRamp:
    """L03: the running of seven days against the mean of the three blocks of seven before."""

    ramp: int = 130
    """Per cent of the mean of the weeks before above which a week of running is a ramp."""
    clear: int = 120
    """Per cent of that mean at or under which the ramp is over and may be told anew. Ours."""
    most: int = 110
    """Per cent of the greatest week before the ramp that each of its weeks must reach.

    To be back at what was usual before a light week is no ramp. Ours."""
    floor_m: int = 5_000
    """Metres by which a week must be over the mean of those before, whatever the percentage."""
    floor_s: int = 1_800
    """Seconds by which a week without all distances must be over that mean: at six minutes a kilometre. Ours."""
    blocks: int = 3
    """Weeks before, of seven days each, whose mean a week is held against."""
    least_runs: int = 2
    """Runs that each of the compared weeks must hold."""
    weeks: int = 2
    """Weeks in a row that must be a ramp."""
    pain_d: int = 7
    """Days back in which a pain that was told makes the ramp worth a message."""
    cooldown_d: int = 14
    """Days before this rule is said again, where that is longer than everybody's (policy.repeat_d)."""


@dataclass(frozen=True, slots=True)
class AcuteChronic:
    """L04: recent against longer load. Off as shipped: among runners a high ratio went with fewer injuries."""

    on: bool = False
    """Whether the rule speaks at all. Off as shipped: among runners a high ratio went with fewer injuries."""
    ratio: int = 150
    """Per cent of the 28-day average of load above which the 7-day average is high."""
    clear: int = 130
    """Per cent of the 28-day average at or under which it has cleared."""
    days: int = 3
    """Days in a row on which the ratio must be high."""
    least_chronic: int = 1_500
    """28-day average of load a day, in hundredths of a load point, under which no ratio is judged."""
    history_d: int = 28
    """Days of history before the first of the days on which the ratio must be high. Ours."""
    cooldown_d: int = 14
    """Days before this rule is said again, where that is longer than everybody's (policy.repeat_d)."""


@dataclass(frozen=True, slots=True)
class Monotony:
    """L05: seven days that are all alike, and heavy."""

    high: int = 200
    """Monotony in per cent (mean of the daily loads over their deviation) above which days are all alike."""
    watch: int = 150
    """Monotony in per cent up to which the days are varied enough, whatever the strain.

    As with any two days of rest in seven. Ours: after weeks of rest a single run would be a record of strain."""
    load: int = 110
    """Per cent of the mean week that the week's load must reach; for strain too.

    Ours: a usual week that happens to be even is no heavy one."""
    clear: int = 100
    """Per cent of the mean week at or under which it has cleared. Ours."""
    least_load: int = 10_500
    """Load of the week, in hundredths of a load point, under which nothing is said.

    The floor of L04, seven times. Gentle movers are all alike every week. Ours."""
    strain_sd: int = 200
    """Per cent of a standard deviation by which strain over the mean of the weeks before tells the same."""
    weeks: int = 8
    """Weeks before, of seven days each, that the week is held against."""
    least_known_d: int = 5
    """Days of a week whose load must be known."""
    cooldown_d: int = 14
    """Days before this rule is said again, where that is longer than everybody's (policy.repeat_d)."""


@dataclass(frozen=True, slots=True)
class FitnessRamp:
    """L06: fitness (42-day average) that climbs too fast, or a balance that stays low."""

    rise: int = 800
    """Rise of fitness (42-day average of load) in seven days, in hundredths of a point, above which it climbs too
    fast."""
    clear: int = 600
    """Rise in seven days, in hundredths of a point, at or under which it has cleared."""
    weeks: int = 2
    """Weeks in a row in which fitness must rise so fast."""
    deficit: int = 3_000
    """Hundredths of a point by which the balance of fitness and fatigue must be under zero."""
    deficit_clear: int = 2_000
    """Hundredths of a point under zero up to which the balance has cleared."""
    days: int = 3
    """Days in a row on which the balance must be so low."""
    least_load: int = 34_000
    """Load of the last seven days, in hundredths of a point, under which nothing is said.

    With less, fitness cannot rise by 8, and a low balance is on its way up. Ours."""
    history_d: int = 42
    """Days of history that are needed before anything is said."""
    seed_d: int = 14
    """First days of the remembered history whose mean both averages start from."""
    cooldown_d: int = 14
    """Days before this rule is said again, where that is longer than everybody's (policy.repeat_d)."""


@dataclass(frozen=True, slots=True)
class StepBack:
    """R07: load that rose week after week."""

    rise: int = 105
    """Per cent of the week before that a week's load must reach to be a rise."""
    weeks: int = 3
    """Weeks in a row whose load must have risen."""
    high: int = 110
    """Per cent of the mean of the weeks before that the week must reach; none of them may have been greater.

    Building up again is no reason to step back. Ours."""
    clear: int = 100
    """Per cent of that mean at or under which the step back was taken. Ours."""
    least_load: int = 10_500
    """Load of the week, in hundredths of a load point, under which nothing is said.

    The floor of L04, seven times. Ours."""
    mean_weeks: int = 8
    """Weeks before, of seven days each, that make the mean."""
    low: int = 70
    """Per cent of this week's load that the suggested next week begins at."""
    easy: int = 80
    """Per cent of this week's load that the suggested next week goes up to."""
    cooldown_d: int = 21
    """Days before this rule is said again, where that is longer than everybody's (policy.repeat_d)."""
