"""The numbers that made a rule speak, as levels of one measure: this time, before, usual, and the limit.

They come from the facts that the message was made with, never from what is known now, so they are exactly those that
fired; a limit that the facts do not hold is the pack's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from twinge.core.model import Facts
from twinge.core.pack import Pack


class Level(NamedTuple):
    """One number. `kind`: this · before · usual · limit · least · lighter, or a sign of F01."""

    kind: str
    value: float


LINES: Final = frozenset({"limit", "least"})
"""Levels that others are held against: `limit` from above, `least` from below."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Some numbers of one measure (see `twinge.why.amounts`)."""

    measure: str
    found: tuple[Level, ...]
    drawable: bool = True
    """Whether bars from nought would show anything: 51 of 100 beside 49 do not."""


def levels(rule: str, facts: Facts, pack: Pack) -> Levels | None:
    """The levels of one rule's facts; None where it has none, or the facts are not those that we know."""
    known = FORMS.get(rule)
    try:
        return None if known is None else known(facts, pack)
    except (KeyError, TypeError):  # an older version's facts
        return None


def _of(measure: str, *pairs: tuple[str, float | None], drawable: bool = True) -> Levels:
    return Levels(measure, tuple(Level(kind, value) for kind, value in pairs if value is not None), drawable)


def _l01(facts: Facts, _pack: Pack) -> Levels:
    return _of(
        facts["measure"], ("this", facts["today"]), ("before", facts["longest_30d"]), ("limit", facts["ceiling"])
    )


def _l02(facts: Facts, _pack: Pack) -> Levels:
    most = facts["most_30d"]
    limit = most * (100 + facts["limit_percent"]) / 100
    return _of(facts["measure"], ("this", facts["today"]), ("before", most), ("limit", limit))


def _l03(facts: Facts, pack: Pack) -> Levels:
    usual, by_distance = facts["usual"], facts["measure"] == "distance_m"
    floor = pack.l03.floor_m if by_distance else pack.l03.floor_s
    limit = max(usual * pack.l03.ramp / 100, usual + floor)
    return _of(facts["measure"], ("this", facts["now"]), ("usual", usual), ("limit", limit))


def _l04(facts: Facts, pack: Pack) -> Levels:
    limit = facts["chronic"] * pack.l04.ratio / 100
    return _of("load_day", ("this", facts["acute"]), ("usual", facts["chronic"]), ("limit", limit))


def _l05(facts: Facts, pack: Pack) -> Levels:
    limit = facts["usual"] * pack.l05.load / 100
    return _of("load", ("this", facts["load"]), ("usual", facts["usual"]), ("limit", limit))


def _l06(facts: Facts, _pack: Pack) -> Levels:
    return _of("load_day", ("this", facts["fatigue"]), ("usual", facts["fitness"]))


def _l07(facts: Facts, _pack: Pack) -> Levels:
    return _of("distance_m", ("this", facts["week_m"]), ("limit", facts["limit_m"]))


def _r01(facts: Facts, _pack: Pack) -> Levels:
    return _of("hours", ("this", facts["gap_h"]), ("least", facts["wanted_h"]))


def _r02(facts: Facts, pack: Pack) -> Levels:
    if facts["days"] < facts["limit_days"]:
        return _of("rests", ("this", facts["rest_days_14d"]), ("least", pack.r02.least_rest))
    return _of("days", ("this", facts["days"]), ("limit", facts["limit_days"]))


def _r03(facts: Facts, _pack: Pack) -> Levels:
    return _of("bpm", ("this", facts["resting_hr"]), ("usual", facts["usual"]), drawable=False)


def _r04(facts: Facts, _pack: Pack) -> Levels:
    return _of(
        "ms", ("this", facts["week_ms"]), ("usual", facts["usual_ms"]), ("least", facts["low_ms"]), drawable=False
    )


def _r05(facts: Facts, _pack: Pack) -> Levels:
    return _of("minutes", ("this", facts["mean_min"]), ("least", facts["limit_min"]))


def _r06(facts: Facts, _pack: Pack) -> Levels:
    return _of(facts["measure"], ("this", facts["now"]), ("limit", facts["ceiling"]))


def _r07(facts: Facts, _pack: Pack) -> Levels:
    return _of("load", ("this", facts["load"]), ("usual", facts["usual"]), ("lighter", facts["suggest_easy"]))


def _t01(facts: Facts, pack: Pack) -> Levels:
    most = facts["most_30d"]
    limit = max(most * pack.t01.info / 100, pack.t01.least_m)
    return _of("climb_m", ("this", facts["climb_m"]), ("before", most), ("limit", limit))


def _t02(facts: Facts, pack: Pack) -> Levels:
    most = facts["most_30d"]
    limit = max(most * pack.t02.slow / 100, pack.t02.least_m)
    return _of("climb_m", ("this", facts["steep_m"]), ("before", most), ("limit", limit))


def _t03(facts: Facts, pack: Pack) -> Levels:
    l03, most = pack.t03, facts["longest_42d_min"]
    few = 60 * facts["total_42d_min"] < l03.few_s
    limit = l03.least_s / 60 if few else max(l03.least_s / 60, most * l03.longer / 100)
    return _of("minutes", ("this", facts["minutes"]), ("before", most), ("limit", limit))


def _t04(facts: Facts, _pack: Pack) -> Levels:
    return _of("percent", ("this", facts["share_percent"]), drawable=False)


def _w01(facts: Facts, _pack: Pack) -> Levels | None:
    if facts["limit_hr"] is None:
        return None
    return _of("bpm", ("this", facts["hr"]), ("limit", facts["limit_hr"]), drawable=False)


def _f01(facts: Facts, _pack: Pack) -> Levels:
    return _of("permille", *_signs(facts))


def _signs(facts: Facts) -> Iterator[tuple[str, float | None]]:
    for sign in ("cadence", "contact", "bounce", "decoupling"):
        yield sign, None if facts[sign] is None else abs(facts[sign])


def _f02(facts: Facts, _pack: Pack) -> Levels:
    return _of("hundredths", ("this", facts["left"]), ("usual", facts["usual"]), drawable=False)


FORMS: Final[Mapping[str, Callable[[Facts, Pack], Levels | None]]] = {
    "L01": _l01,
    "L02": _l02,
    "L03": _l03,
    "L04": _l04,
    "L05": _l05,
    "L06": _l06,
    "L07": _l07,
    "R01": _r01,
    "R02": _r02,
    "R03": _r03,
    "R04": _r04,
    "R05": _r05,
    "R06": _r06,
    "R07": _r07,
    "T01": _t01,
    "T02": _t02,
    "T03": _t03,
    "T04": _t04,
    "W01": _w01,
    "F01": _f01,
    "F02": _f02,
}
"""Rule → its levels; the pain story's have a picture of their own."""
