"""Every finding that may be put into words, with a spread of facts: small, huge, unknown, races, either measure.

`SPREAD` has the facts of each rule as the rule writes them; `findings` makes a finding of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import product
from typing import Any

from twinge.core.model import Finding, Severity

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def every(**values: Sequence[Any]) -> list[dict[str, Any]]:
    """Every combination of the values given for each fact."""
    return [dict(zip(values, chosen, strict=True)) for chosen in product(*values.values())]


def measured(rows: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    """Each row by distance, and the same by moving time."""
    by_time = [{**row, "measure": "moving_s", **{name: row[name] * 36 // 100 for name in names}} for row in rows]
    return [*({**row, "measure": "distance_m"} for row in rows), *by_time]


SPREAD: Mapping[str, list[dict[str, Any]]] = {
    "L01": measured(
        [
            {**row, "today": today, "longest_30d": most, "ceiling": ceiling}
            for row in every(over_percent=[11, 1_050], source=["observed", "declared"], race=[False, True])
            for today, most, ceiling in ((3_100, 2_000, 3_000), (13_100, 10_000, 11_000), (212_450, 101_300, 111_430))
        ],
        "today",
        "longest_30d",
        "ceiling",
    ),
    "L02": [
        {**row, "measure": measure, "today": today, "most_30d": most}
        for row in every(over_percent=[31, 115, 900], sport=["ride", "swim", "strength", "row", "walk", "hike", "ski"])
        for measure, today, most in (
            ("load", 13_200, 9_900),
            ("load", 104_000, 20_000),
            ("moving_s", 5_400, 2_700),
            ("moving_s", 45_000, 14_000),
        )
    ],
    "L03": measured(
        every(now=[14_000, 41_300, 240_000], usual=[8_700, 30_000, 181_000], over_percent=[31, 240], weeks=[2]),
        "now",
        "usual",
    ),
    "L04": every(acute=[3_000, 21_000], chronic=[1_500, 9_000], ratio_percent=[151, 233], days=[3, 11]),
    "L05": every(
        monotony_percent=[201, 1_000],
        load=[21_000, 70_000, 100_000],
        usual=[None, 0, 19_000, 69_900, 70_000],
        known_days=[5, 7],
        why=["monotony", "strain"],
    ),
    "L06": every(
        what=["ramp", "balance"],
        fitness=[0, 2_000, 11_000],
        fatigue=[2_100, 9_000, 23_000],
        balance=[-3_100],
        rise_7d=[810, 2_400],
    ),
    "L07": every(week_m=[6_100, 32_500], limit_m=[3_000, 6_000], days=[1, 2, 7]),
    "R01": [
        {"gap_h": gap, "wanted_h": wanted, "earlier": earlier, "day_only": gap is None, "breaches_7d": 1}
        for earlier in ("moderate", "long", "hard", "maximal")
        for wanted, gaps in ((24, (2.3, None)), (48, (23.0, None)), (168, (5.5, 25.0, 120.0)), (336, (300.0, None)))
        for gap in gaps
    ],
    "R02": every(days=[7, 10, 45], rest_days_14d=[0], limit_days=[7])
    + every(days=[1, 6], rest_days_14d=[0, 1], limit_days=[7]),
    "R03": every(resting_hr=[48, 102], usual=[41, 90], over=[5, 12], mornings=[3, 4], of=[4], source=["x"], days=[28]),
    "R04": every(
        kind=["rmssd", "sdnn"], week_ms=[9, 42, 148], usual_ms=[14, 155], low_ms=[12], days=[2, 9], source=["x"]
    ),
    "R05": every(mean_min=[215, 400, 430], limit_min=[420, 480], short_nights=[1, 3], nights=[4, 7], source=["x"]),
    "R06": measured(
        every(gap_days=[7, 21, 380], what=["week", "first_run"], now=[4_200, 14_000, 102_300], ceiling=[3_000, 30_400]),
        "now",
        "ceiling",
    )
    + every(gap_days=[57, 380], what=["restart"], measure=["moving_s"], now=[2_700, 14_400], ceiling=[1_800]),
    "R07": every(load=[24_000, 90_100], usual=[20_000], weeks=[3], suggest_low=[16_800], suggest_easy=[19_200]),
    "T01": every(climb_m=[150, 2_450], most_30d=[70, 1_890], over_percent=[31, 680], h=[12])
    + every(climb_m=[150, 2_450], most_30d=[0], over_percent=[None], h=[55]),
    "T02": every(
        steep_m=[100, 2_450],
        most_30d=[70, 1_890],
        over_percent=[31, 680],
        first=[False],
        estimated=[False, True],
        rest_h=[24, 48, 72],
    )
    + every(steep_m=[120, 2_450], most_30d=[0], over_percent=[None], first=[True], estimated=[True], rest_h=[48, 72]),
    "T03": every(minutes=[45, 360], longest_42d_min=[0, 25, 190], total_42d_min=[0, 25], ground=["trail", "mixed"]),
    "T04": every(
        ground=["flat", "hilly", "track", "trail", "road", "treadmill", "mixed", "sand"],
        share_percent=[94, 100],
        runs=[6, 41],
        entropy=[0],
    ),
    "W01": every(
        by=["heart", "pace"],
        hr=[None, 171],
        limit_hr=[152],
        early_mm_s=[3_450],
        brisk_mm_s=[3_550],
        easy_mm_s=[None, 2_900],
        times_28d=[1, 3, 11],
    ),
    "F01": every(
        cadence=[-31, -88, None],
        contact=[51, 140, None],
        bounce=[None, 61],
        decoupling=[None, 71, 190],
        minutes=[40, 280],
        times_14d=[1, 3],
    ),
    "F02": every(left=[4_870, 5_190], usual=[5_020], shift=[-150, 170, 1_240], runs=[2]),
}

SEVERITIES: Mapping[str, tuple[Severity, ...]] = {
    "F02": (Severity.QUESTION,),
    "R02": (Severity.INFO, Severity.SLOW_DOWN, Severity.REST),
}
"""How a rule may speak, where it is not as information, slow down or rest."""


def findings(rule: str) -> Iterator[Finding]:
    """A finding of `rule` for each of its facts, in its highest band and lowest."""
    for facts in SPREAD[rule]:
        for band in (1, 2, 3) if rule == "L01" else (1,):
            yield Finding(rule, severities(rule)[0], band, AT, "w:1", facts)


def severities(rule: str) -> tuple[Severity, ...]:
    """All that a message about `rule` may be: X01 makes any of them a rest."""
    return SEVERITIES.get(rule, (Severity.INFO, Severity.SLOW_DOWN, Severity.REST))


PHRASES: Mapping[str, list[dict[str, Any]]] = {
    "standing": [{}],
    "standing.call": [{"number": "1122"}],
    "standing.short": [{}],
    "standing.number": [{"number": "112"}],
    "welcome": [{}],
    "help": [{}],
    "unclear": [{}],
    "muted": [{"rules": rules} for rules in (["L01"], ["X01", "L01", "R01"], ["R04", "T03"], ["P01"])],
    "muted.none": [{}],
    "snoozed": [{"days": 1, "until": AT.date()}, {"days": 28, "until": AT.replace(month=9, day=30).date()}],
    "started": [{}],
    "noted": [{}],
    "unmuted": [{"rules": rules} for rules in (["L01"], ["X01", "L01", "R01"], ["R04", "T03"])],
    "unmuted.all": [{}],
    "notice.code": [{"code": "038104"}],
    "notice.test": [{}],
    "notice.reconnect": [{"platform": "intervals.icu"}],
    "effort_ask": every(
        sport=["run", "trail_run", "ride", "swim", "walk", "hike", "row", "strength", "yoga", "nordic_ski", "skate"],
        minutes=[None, 40, 605],
    )
    + every(sport=["climb", "team_sport", "other", "parkour"], minutes=[None, 61]),
}
"""Messages that are no findings."""
