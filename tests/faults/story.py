"""What happens to the athletes of a round, made of a seed: calls in the order in which they are made.

Deliveries come doubled, in the wrong order, late, edited and malformed, and some athletes write back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

DAYS = 12
"""Runs of each athlete before the story's last one, one a day."""
WORDS = (
    "PAIN 4 left knee",
    "PAIN 2 calf",
    "PAIN 8 shin, I limp",
    "PAIN 0",
    "OK",
    "7",
    "WHY",
    "my knee hurts a little",
    "my leg is numb and weak since the run",
    "pain 9 in my chest, I cannot breathe",
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a vendor: to the generic hook with JSON, or a text message from a phone."""

    kind: str
    """event · bad · text · poison"""
    owner: int
    body: str
    """JSON, or what was written."""


def phone(owner: int) -> str:
    """The athlete's number, of those that nobody has."""
    return f"+1555013{owner:04d}"


def name(owner: int) -> str:
    """A name that stands in no other text."""
    return f"Zebulon Quist{owner:03d}"


def story(seed: int, athletes: int, last: datetime) -> list[Call]:
    """All calls; `last` is when the last runs begin."""
    dice = Random(f"story {seed}")
    lanes = [list(_of_one(dice, owner, last)) for owner in range(athletes)]
    calls = []
    while any(lanes):
        lane = dice.choice([lane for lane in lanes if lane])
        calls.append(lane.pop(0))
        if calls[-1].kind == "event" and dice.random() < 0.15:
            calls.append(calls[dice.randrange(len(calls))])
    return calls


def _of_one(dice: Random, owner: int, last: datetime) -> Iterator[Call]:
    runs = [run(owner, n, last - timedelta(days=DAYS - n), 6_000 + dice.randrange(400)) for n in range(DAYS)]
    for n in range(0, DAYS - 1, 3):
        if dice.random() < 0.3:
            runs[n], runs[n + 1] = runs[n + 1], runs[n]
    yield from runs
    yield run(owner, DAYS, last, 9_300)
    yield _report(owner, 1, dice.randrange(2, 6))
    if dice.random() < 0.3:
        yield run(owner, 3, last - timedelta(days=DAYS - 3), 7_000)  # edited
    for _ in range(dice.randrange(1, 4)):
        yield Call("text", owner, dice.choice(WORDS))
    if dice.random() < 0.3:
        yield Call("bad", owner, dice.choice(('{"type": "activity"', "[" * 5_000, '{"type": "x"}', '{"a": NaN}')))
    if owner % 3 == 2:
        yield Call("text", owner, "STOP")
        yield run(owner, DAYS + 1, last + timedelta(minutes=70), 15_000)
        yield _report(owner, 2, 5)


def run(owner: int, number: int, start: datetime, metres: int) -> Call:
    workout = {"sport": "run", "start": start.isoformat(), "moving_s": metres * 36 // 100, "distance_m": metres}
    event = {"type": "activity", "athlete": f"p{owner}", "id": f"{owner}-{number}", "activity": workout}
    return Call("event", owner, json.dumps(event))


def _report(owner: int, number: int, pain: int) -> Call:
    told = {"pain": pain, "site": "knee", "side": "left"}
    event = {"type": "report", "athlete": f"p{owner}", "id": f"{owner}-r{number}", "report": told}
    return Call("event", owner, json.dumps(event))
