"""Limits of the terrain rules: T01 to T04."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Climb:
    """T01: more climb than the month has seen."""

    window_d: int = 30
    """Days before the run in which the most climb of any run is looked for; so much history is needed."""
    info: int = 130
    """Per cent of the most climb of the window above which it is a line for the digest."""
    slow: int = 200
    """Per cent of the most climb of the window above which it says slow down."""
    least_m: int = 150
    """Metres of climb under which no run is judged."""
    hilly: int = 10
    """Metres of climb a kilometre under which no run is judged."""
    least_runs: int = 4
    """Runs of the window whose climb must be known. Ours."""
    known: int = 80
    """Per cent of the window's runs whose climb must be known. Ours."""
    sore_d: int = 180
    """Who told of a sore hip or buttock within so many days hears it one step louder."""
    cooldown_d: int = 7
    """Days before this rule is said again unless it got worse, where that is longer than everybody's
    (policy.repeat_d)."""


@dataclass(frozen=True, slots=True)
class Downhill:
    """T02: more steep descent than the month has seen."""

    window_d: int = 30
    """Days before the run in which the most steep descent of any run is looked for; so much history is needed."""
    slow: int = 130
    """Per cent of the most steep descent of the window above which it says slow down."""
    rest: int = 200
    """Per cent of the most steep descent of the window above which it asks for rest from hard running."""
    least_m: int = 100
    """Metres of steep descent under which no run is judged."""
    used_m: int = 100
    """Metres of steep descent in one run of the window that make legs used to it: only then a ratio can ask for
    rest."""
    much_m: int = 500
    """Metres of steep descent that ask for rest where legs are not used to it."""
    level: int = 5
    """Metres of descent a kilometre under which a total holds no steep one, where no stream tells.

    Ours: it is what a recorder makes up on flat ground."""
    hilly: int = 20
    """Metres of descent a kilometre from which a total is taken for steep where no stream tells."""
    least_runs: int = 4
    """Runs of the window whose steep descent must be known. Ours."""
    known: int = 80
    """Per cent of the window's runs whose steep descent must be known. Ours."""
    easy_h: int = 48
    """Hours to go easy after a descent that says slow down."""
    rest_h: int = 72
    """Hours without hard running after a descent that asks for rest."""
    cooldown_d: int = 7
    """Days before this rule is said again unless it got worse, where that is longer than everybody's
    (policy.repeat_d)."""


@dataclass(frozen=True, slots=True)
class Ground:
    """T03: trail after weeks without."""

    window_d: int = 42
    """Days before the run in which trail running is looked for; so much history is needed."""
    few_s: int = 1_800
    """Seconds of trail in the window under which there was none."""
    least_s: int = 2_700
    """Seconds under which no trail run is judged."""
    longer: int = 150
    """Per cent of the longest trail run of the window above which a trail run is news."""
    even: int = 120
    """Per mille of variation of the flat speed by the minute up to which a trail was none that the feet noticed.

    A cycle path, gravel. Ours."""
    known: int = 80
    """Per cent of the window's runs whose ground must be named, where trails were not called so before it. Ours."""
    cooldown_d: int = 14
    """Days before this rule is said again, where that is longer than everybody's (policy.repeat_d)."""


@dataclass(frozen=True, slots=True)
class Variety:
    """T04: always the same ground."""

    window_d: int = 28
    """Days of runs whose ground is compared; so much history is needed."""
    least_runs: int = 6
    """Runs, this one among them, that those days must hold."""
    entropy: int = 150
    """Thousandths of evenness under which the ground is always the same; 1,000 is an even split over four kinds."""
    clear: int = 250
    """Thousandths of evenness over which the ground has become varied again, and sameness may be told anew. Ours."""
    known: int = 80
    """Per cent of the kilometres whose ground must be known. Ours."""
    cooldown_d: int = 28
    """Days before this rule is said again, where that is longer than everybody's (policy.repeat_d)."""
