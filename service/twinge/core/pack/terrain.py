"""Limits of the terrain rules: T01 to T04."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Climb:
    """T01: more climb than the month has seen."""

    window_d: int = 30
    info: int = 130
    slow: int = 200
    least_m: int = 150
    hilly: int = 10
    """Metres of climb a kilometre."""
    least_runs: int = 4
    """Runs of the window whose climb must be known. Ours."""
    known: int = 80
    """Per cent of the window's runs whose climb must be known. Ours."""
    sore_d: int = 180
    """Who told of a sore hip or buttock within so many days hears it one step louder."""
    cooldown_d: int = 7


@dataclass(frozen=True, slots=True)
class Downhill:
    """T02: more steep descent than the month has seen."""

    window_d: int = 30
    slow: int = 130
    rest: int = 200
    least_m: int = 100
    used_m: int = 100
    """Who went down so much in the window knows descents: only then can a ratio ask for rest."""
    much_m: int = 500
    """For who does not, so much does."""
    level: int = 5
    """Metres of descent a kilometre under which a total holds no steep one, where no stream tells. Ours: it is what a
    recorder makes up on flat ground."""
    hilly: int = 20
    """Metres of descent a kilometre from which a total is taken for steep where no stream tells."""
    least_runs: int = 4
    """Runs of the window whose steep descent must be known. Ours."""
    known: int = 80
    """Per cent of the window's runs whose steep descent must be known. Ours."""
    easy_h: int = 48
    """Hours to go easy after the milder band."""
    rest_h: int = 72
    """Hours without hard running after the higher one."""
    cooldown_d: int = 7


@dataclass(frozen=True, slots=True)
class Ground:
    """T03: trail after weeks without."""

    window_d: int = 42
    few_s: int = 1_800
    """Less trail than this in the window is none."""
    least_s: int = 2_700
    longer: int = 150
    """Per cent of the longest trail run of the window."""
    even: int = 120
    """Per mille of variation of the flat speed by the minute up to which a trail was none that the feet noticed: a
    cycle path, gravel. Ours."""
    known: int = 80
    """Per cent of the window's runs whose ground must be named, where trails were not called so before it. Ours."""
    cooldown_d: int = 14


@dataclass(frozen=True, slots=True)
class Variety:
    """T04: always the same ground."""

    window_d: int = 28
    least_runs: int = 6
    entropy: int = 150
    """Thousandths; 1,000 is an even split over four kinds of ground."""
    clear: int = 250
    """Over it the ground has become varied again, and sameness may be told anew. Ours."""
    known: int = 80
    """Per cent of the kilometres whose ground must be known. Ours."""
    cooldown_d: int = 28
