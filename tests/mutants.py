"""Bodies that were genuine once: bytes flipped, pieces lost or doubled, values swapped for odd ones. Seeded.

A vendor's samples lie in tests/plugins/samples/<vendor>/; how a body of it is posted, and the adapter that reads it,
come from `<vendor>_samples.py`: a function of the vendor's name, `posted(body)` and NOW.
"""

from __future__ import annotations

import importlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from time import thread_time
from typing import Any, NamedTuple

from twinge.plugin import Delivery, Glances, PlatformAdapter, Rejected

SAMPLES = Path(__file__).parent / "plugins" / "samples"
ODD: tuple[Any, ...] = (
    None, True, False, -1, 0, 1, 0.5, 2**31, 2**63, 10**40, -1e308, [], {}, [[]], [{}], {"": {}}, [None] * 50,
    "", " ", "0", "-0.0", "1e5", "nan", "inf", "٣", "🏃", "x" * 5_000, "\x7f", "\u202e", "PT99999999H", "PT",
    "2026-13-45", "2026-05-03", "2026-05-03T06:30:00Z", "9999-12-31T23:59:59+14:00",
    "https://example.org/", "file:///etc/passwd",
)  # fmt: skip
TOKENS = (b"null", b"1e999", b"-", b'"\\ud800"', b"\x00", b"\xff", b"{", b"]", b",", b'"', b"[" * 2_000, b"\\u0000")


class Vendor(NamedTuple):
    """An adapter, how a body reaches it, and its genuine bodies."""

    name: str
    adapter: PlatformAdapter
    posted: Callable[[bytes], Delivery]
    now: datetime
    genuine: list[bytes]


def vendors() -> list[str]:
    """Those who have samples."""
    return sorted(path.name for path in SAMPLES.iterdir() if any(path.glob("*.json")))


def vendor(name: str) -> Vendor:
    """One of them, ready to read."""
    made = importlib.import_module(f"{name}_samples")
    bodies = [path.read_bytes() for path in sorted((SAMPLES / name).glob("*.json"))]
    return Vendor(name, getattr(made, name)(), made.posted, made.NOW, bodies)


def mutants(genuine: list[bytes], count: int, seed: int) -> Iterator[bytes]:
    """`count` bodies, the same for the same seed: half changed in their values, half in their bytes."""
    dice = random.Random(seed)
    for number in range(count):
        body = dice.choice(genuine)
        for _ in range(dice.choice((1, 1, 2, 5))):
            body = _swapped(body, dice) if number % 2 else _bitten(body, dice)
        yield body


def _bitten(body: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(body) + 1)
    until = min(len(body), at + dice.choice((1, 2, 7, 60)))
    match dice.randrange(5):
        case 0:
            return body[:at] + bytes([dice.randrange(256)]) + body[at + 1 :]
        case 1:
            return body[:at] + body[until:]
        case 2:
            return body[:until] + body[at:]
        case 3:
            return body[:at] + dice.choice(TOKENS) + body[at:]
    return body[:at]


def _swapped(body: bytes, dice: random.Random) -> bytes:
    """One value somewhere in the JSON for an odd one, or its key left out or given another's value."""
    try:
        whole = json.loads(body)
    except ValueError:
        return _bitten(body, dice)
    holders = list(_holders(whole))
    if not holders:
        return json.dumps(dice.choice(ODD)).encode()
    holder = dice.choice(holders)
    place = dice.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    if dice.random() < 0.15:
        del holder[place]
    elif dice.random() < 0.15:
        holder[place] = dice.choice(holders)
        return json.dumps(whole, check_circular=False).encode() if not _round(holder, holder[place]) else body
    else:
        holder[place] = dice.choice(ODD)
    return json.dumps(whole).encode()


def _round(holder: Any, value: Any) -> bool:
    """Whether `value` holds the very object it was put into: no JSON can be made of that."""
    return value is holder or any(one is holder for one in _holders(value))


def _holders(value: Any, seen: int = 0) -> Iterator[Any]:
    if isinstance(value, dict | list) and value and seen < 50:
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _holders(inner, seen + 1)


def outcome(one: Vendor, body: bytes) -> str:
    """What becomes of a body: `items`, `nothing`, or the status it is refused with. All else is raised."""
    delivery = one.posted(body)
    try:
        one.adapter.verify(delivery, one.now)
        assert 0 < len(one.adapter.key(delivery)) <= 300
        items = list(one.adapter.read(delivery))
    except Rejected as refused:
        return str(refused.status) if 400 <= refused.status < 500 else "fault"
    if isinstance(one.adapter, Glances):
        owner = one.adapter.glance(delivery)
        assert owner == (getattr(items[0], "owner", None) if items else None)
    return "items" if items else "nothing"


def try_out(name: str, count: int, seed: int) -> tuple[Counter[str], float]:
    """The outcomes of `count` mutants of a vendor, and the longest that one took, in seconds of its own work."""
    one, ends, longest = vendor(name), Counter[str](), 0.0
    for body in mutants(one.genuine, count, seed):
        began = thread_time()
        ends[outcome(one, body)] += 1
        longest = max(longest, thread_time() - began)
    return ends, longest
