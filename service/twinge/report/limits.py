"""The limits that a rule's evidence does not carry itself, out of the pack, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from twinge.core.model import Facts
from twinge.core.pack import STANDARD, Pack
from twinge.report.words import MINUS, height, number_of, span
from twinge.speech import amount

Limit = tuple[str, str]
"""Label and value."""


def limits(rule: str, facts: Facts, units: str, pack: Pack = STANDARD) -> list[Limit]:
    """What `facts` were held against, as far as the pack knows it."""
    find = LIMITS.get(rule)
    return list(find(facts, units, pack)) if find is not None else []


def _weekly_ramp(facts: Facts, units: str, pack: Pack) -> Iterator[Limit]:
    l03 = pack.l03
    by_distance = facts.get("measure", "distance_m") == "distance_m"
    floor = amount(l03.floor_m if by_distance else l03.floor_s, "distance_m" if by_distance else "moving_s", units)
    yield "limit", f"{l03.ramp - 100}% and {floor} over, {l03.weeks} weeks in a row"


def _acute_chronic(_facts: Facts, _units: str, pack: Pack) -> Iterator[Limit]:
    l04 = pack.l04
    yield "limit", f"{l04.ratio / 100:.2f} on {l04.days} days, from {l04.least_chronic // 100} points a day on"


def _monotony(facts: Facts, _units: str, pack: Pack) -> Iterator[Limit]:
    l05 = pack.l05
    same = l05.watch if facts.get("why") == "strain" else l05.high
    yield "limit: sameness", f"{same / 100:.2f}"
    yield "limit: over the mean by", f"{l05.load - 100}%"


def _fitness(facts: Facts, _units: str, pack: Pack) -> Iterator[Limit]:
    l06 = pack.l06
    if facts.get("what") == "balance":
        yield "limit: balance", f"{MINUS}{l06.deficit / 100:g} on {l06.days} days"
    else:
        yield "limit: rise", f"{l06.rise / 100:g} in each of {l06.weeks} weeks"


def _rest_days(facts: Facts, _units: str, pack: Pack) -> Iterator[Limit]:
    r02 = pack.r02
    if facts.get("days", 0) >= r02.slow:
        yield "limit: days in a row", f"{r02.slow}, {r02.rest} for a rest"
    elif facts.get("rest_days_14d", r02.span_d) < r02.least_rest:
        yield f"limit: rest days in {r02.span_d}", f"at least {r02.least_rest}"


def _resting_heart(_facts: Facts, _units: str, pack: Pack) -> Iterator[Limit]:
    r03 = pack.r03
    yield "limit: over by", f"{r03.rise} beats, {r03.rest} for a rest"
    yield "limit: and by", f"{r03.rise_sd / 100:g} standard deviations"
    yield "limit: mornings", f"{r03.mornings} of {r03.of}"


def _short_sleep(_facts: Facts, _units: str, pack: Pack) -> Iterator[Limit]:
    r05 = pack.r05
    yield "limit: short nights", f"{r05.short} of {r05.of} under {span(r05.short_min)}"


def _step_back(_facts: Facts, _units: str, pack: Pack) -> Iterator[Limit]:
    r07 = pack.r07
    yield "limit", f"{r07.rise - 100}% more in {r07.weeks} weeks running, and {r07.high - 100}% over the mean"


def _climb(_facts: Facts, units: str, pack: Pack) -> Iterator[Limit]:
    t01 = pack.t01
    yield "limit: over by", f"{t01.info - 100}%, from {height(t01.least_m, units)} on"


def _descent(_facts: Facts, units: str, pack: Pack) -> Iterator[Limit]:
    t02 = pack.t02
    yield "limit: over by", f"{t02.slow - 100}%, from {height(t02.least_m, units)} on"


def _ground(facts: Facts, _units: str, pack: Pack) -> Iterator[Limit]:
    t03 = pack.t03
    if facts.get("total_42d_min", 0) * 60 < t03.few_s:
        yield "limit", f"{span(t03.least_s / 60)}, after less than {span(t03.few_s / 60)} in {t03.window_d} days"
    else:
        yield "limit", f"{span(t03.least_s / 60)}, and {t03.longer - 100}% over the longest"


def _variety(_facts: Facts, _units: str, pack: Pack) -> Iterator[Limit]:
    yield "limit: variety", f"{pack.t04.entropy / 1000:.2f}"


def _cold_start(facts: Facts, _units: str, pack: Pack) -> Iterator[Limit]:
    w01 = pack.w01
    if facts.get("by") != "heart":
        yield "limit: of the brisk speed", f"{w01.brisk}%"
        yield "limit: of the easy speed", f"{w01.easy}%"


def _drift(facts: Facts, _units: str, pack: Pack) -> Iterator[Limit]:
    f01 = pack.f01
    alone = facts.get("contact") is None and facts.get("bounce") is None
    yield "limit: steps a minute", f"{MINUS}{(f01.alone if alone else f01.cadence) / 10:g}%"
    for name, label in (("contact", "time on the ground"), ("bounce", "bounce"), ("decoupling", "heartbeats")):
        if facts.get(name) is not None:
            yield f"limit: {label}", f"+{getattr(f01, name) / 10:g}%"
    yield "limit: signs", f"{number_of(f01.signs)}, beyond what is usual"


def _side(_facts: Facts, _units: str, pack: Pack) -> Iterator[Limit]:
    f02 = pack.f02
    yield "limit", f"{f02.shift / 100:g} points in {f02.runs} runs within {f02.within_d} days"


LIMITS: Mapping[str, Callable[[Facts, str, Pack], Iterator[Limit]]] = {
    "L03": _weekly_ramp,
    "L04": _acute_chronic,
    "L05": _monotony,
    "L06": _fitness,
    "R02": _rest_days,
    "R03": _resting_heart,
    "R05": _short_sleep,
    "R07": _step_back,
    "T01": _climb,
    "T02": _descent,
    "T03": _ground,
    "T04": _variety,
    "W01": _cold_start,
    "F01": _drift,
    "F02": _side,
}
"""Rules whose facts do not hold all of their limits (L01, L02, L07, R01, R04 and R06 do)."""
