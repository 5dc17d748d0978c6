"""`streams`: what it costs to make a shape of one activity's samples, one a second."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from math import sin
from pathlib import Path
from random import Random

from bench.quiet import wait_until_calm, watched
from bench.table import Goal, Results, Row
from twinge.core.stream import Streams, shape

HOUR = 3600
FORM = ("contact_ms", "bounce_mm", "left_pct")
LIGHTS_S = 1500
"""Seconds from one red light to the next; each takes 25."""


def streams(results: Results, folder: Path, *, quick: bool) -> None:
    """Four activities, in turn: what the machine does to one it does to all."""
    everything = recorded(3 * HOUR)
    classic = replace(everything, **dict.fromkeys(FORM))
    cells = {
        "3 h: time, distance, altitude, heart rate, cadence, power": classic,
        "3 h: those, contact, oscillation and balance": everything,
        "3 h: all of them, with pauses cut out and samples missing": worn(everything),
        "1 h: the first six": replace(recorded(HOUR), **dict.fromkeys(FORM)),
    }
    wait_until_calm(0.5 if quick else 8)
    spent: dict[str, list[float]] = {name: [] for name in cells}
    with watched() as noise:
        for _ in range(10 if quick else 60):
            for name, one in cells.items():
                spent[name].append(_cost(one))
    for name, costs in spent.items():
        goals = (Goal("ms", statistics.median(costs), 15, least=False),) if cells[name] is classic else ()
        results.add(Row("streams", name, _figures(costs), goals, noise.loud))


def _cost(one: Streams) -> float:
    """Milliseconds of CPU time for a shape."""
    gc.collect()
    began = time.process_time()
    found = shape(one)
    spent = time.process_time() - began
    assert found.gated == (), f"not believed: {found.gated}"
    return 1000 * spent


def _figures(costs: Sequence[float]) -> str:
    return f"{statistics.median(costs):.2f} ms [{min(costs):.2f}-{max(costs):.2f}] of CPU time"


def recorded(seconds: int) -> Streams:
    """A hilly run with red lights, noise in every sensor, and the drift of somebody who tires."""
    random, path, heights, metres = Random(1), list[float](), list[float](), 0.0
    stands = [t % LIGHTS_S >= LIGHTS_S - 25 for t in range(seconds)]
    for stand in stands:
        metres += 0 if stand else max(0.0, random.gauss(2.9, 0.2))
        path.append(round(metres, 1))
        heights.append(round(200 + 40 * sin(metres / 2000) ** 3 + random.gauss(0, 0.1), 1))

    def sensor(mean: float, spread: float, drift: float, digits: int, standing: float) -> list[float]:
        wave = [mean + drift * t / seconds + spread * sin(t / 40) + random.gauss(0, spread / 4) for t in range(seconds)]
        exact = [round(value, digits) for value in wave]
        whole = [int(value) for value in wave]
        return [standing if stand else x for x, stand in zip(exact if digits else whole, stands, strict=True)]

    return Streams(
        time_s=list(range(seconds)),
        distance_m=path,
        altitude_m=heights,
        hr=sensor(148, 6, 6, 0, 131),
        cadence_spm=sensor(172, 3, -4, 0, 0),
        power_w=sensor(250, 20, -5, 0, 0),
        contact_ms=sensor(240, 6, 9, 1, 240),
        bounce_mm=sensor(84, 4, 3, 1, 84),
        left_pct=sensor(50.2, 0.4, 0.2, 2, 50),
        barometric=True,
    )


def worn(whole: Streams) -> Streams:
    """The same from a recorder that sleeps at red lights and loses one sample in fifty of each sensor."""
    random, time_s = Random(2), whole.time_s or ()
    awake = [i for i in range(len(time_s)) if i % LIGHTS_S < LIGHTS_S - 25]
    kept = {name: [(getattr(whole, name) or ())[i] for i in awake] for name in ("time_s", "distance_m", "altitude_m")}
    sensed = {
        name: [None if random.random() < 0.02 else getattr(whole, name)[i] for i in awake]
        for name in ("hr", "cadence_spm", "power_w", *FORM)
    }
    return Streams(**kept, **sensed, barometric=True)
