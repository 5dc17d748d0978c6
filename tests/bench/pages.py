"""`pages`: the desk, the athlete's page and the API over many athletes with long histories: first byte and size.

The rows are made by SQL: five years of ten thousand people would take the worker days. One history is folded for real,
and everybody has its state.
"""

from __future__ import annotations

import http.client
import json
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import uvloop

from bench.athletes import train
from bench.quiet import wait_until_calm, watched
from bench.servers import settings
from bench.started import started
from bench.table import Goal, Results, Row
from twinge.core.fold import fold
from twinge.core.model import Activity, Athlete
from twinge.core.pack import STANDARD
from twinge.core.state import begin
from twinge.database import prepare
from twinge.store import Store, codec
from twinge.store.seal import Seal
from twinge.store.visits import LINK_LASTS

SECRET = b"the bench keeps no secrets at all"
SHARES = ((2, 7, 0, 0), (5, 0, 1, 0), (8, 0, 0, 1))
"""(percent of athletes, rank of the pain story, a finding of rest, of slowing down)."""


FACTS = {
    "measure": "distance_m",
    "today": 17_000,
    "longest_30d": 12_000,
    "over_percent": 42,
    "ceiling": 13_200,
    "limit_percent": 10,
    "source": "stated",
    "race": False,
}
"""Of every L01."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is."""

    athletes: int
    weeks: int
    rounds: int


class Doors(NamedTuple):
    """How the bench gets in."""

    key: str
    """Of the desk and the API."""
    link: str
    """Into one athlete's page."""
    athlete: str


def pages(results: Results, folder: Path, *, quick: bool) -> None:
    """Seed, serve, ask for each page in turn."""
    size = Size(500, 52, 30) if quick else Size(10_000, 260, 200)
    results.say(f"pages: {size.athletes:,} athletes move in with {size.weeks} weeks each")
    doors = move_in(folder / "pages", size)
    results.say(f"pages: the file has {(folder / 'pages' / 'twinge.sqlite3').stat().st_size / 1e9:.1f} GB")
    with started("web", folder / "pages") as server, watched([server.pid]) as noise:
        wait_until_calm(1 if quick else 10)
        cells = measure(server.url, size, doors)
    for name, (waits, length) in cells.items():
        results.add(_row(name, size, waits, length, noise.loud))


def move_in(place: Path, size: Size) -> Doors:
    """A data folder full of athletes, and how one gets in."""
    place.mkdir(parents=True)
    prepare(settings(str(place)))
    return uvloop.run(_prepare(place, size, datetime.now(UTC)))


async def _prepare(place: Path, size: Size, now: datetime) -> Doors:
    _seed(place / "twinge.sqlite3", size, now)
    store = await Store.open(settings(str(place)).database_url, secret=SECRET)
    try:
        athlete = _id(size.athletes // 2)
        async with store.write() as tx:
            link = await store.visits.invite(tx, athlete, now, lasts=LINK_LASTS)
        return Doors(await store.keys.create("admin", "bench", now), link, athlete)
    finally:
        await store.close()


def _id(number: int) -> str:
    return f"a{number:020d}"


def _seed(path: Path, size: Size, now: datetime) -> None:
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA synchronous = OFF")
    raw.execute("PRAGMA cache_size = -200000")
    ms, week = codec.to_ms(now), 7 * 86_400_000
    workout, state = _one_history(now, size.weeks)
    given = {
        "n": size.athletes,
        "weeks": size.weeks,
        "first": ms - size.weeks * week,
        "now": ms,
        "week": week,
        "workout": codec.pack_activity(workout),
        "state": state,
        "profile": codec.to_profile(Athlete("@", name="@", timezone="Europe/Berlin", birth_year=1985)),
        "facts": json.dumps({"L01": FACTS}),
        "envelope": codec.pack_envelope("POST", "", {}, {}, ""),
        "stamp": f"{STANDARD.version}/0",
    }
    seal = Seal(settings(str(path.parent)).secret_key.encode())
    given["blind"] = seal.blind("address", "console", "bench")
    raw.create_function("seal_text", -1, seal.write)
    raw.create_function("seal_bytes", -1, seal.wrap)
    raw.execute("BEGIN")
    for statement in _SEED:
        raw.execute(statement, given)
    first = 0
    for percent, rank, rest, slow in SHARES:
        last = first + size.athletes * percent // 100
        raw.execute(
            "UPDATE glance SET rank = ?, stage = CASE WHEN ? THEN 'rest24' ELSE '' END, rest_ms = ?, slow_ms = ? "
            "WHERE athlete_id >= ? AND athlete_id < ?",
            (rank, rank, ms * rest, ms * slow, _id(first), _id(last)),
        )
        first = last
    raw.execute("COMMIT")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()


def _one_history(now: datetime, weeks: int) -> tuple[Activity, bytes]:
    """A workout and the state of somebody who trained until yesterday."""
    history = [one.activity() for one in train(1, now - timedelta(weeks=weeks, days=1), 5 * weeks)]
    profile = Athlete("@", name="@", timezone="Europe/Berlin", birth_year=1985)
    return history[-1], codec.pack_state(fold(profile, history[-450:], start=begin()).state)


_SEED = Path(__file__).with_suffix(".sql").read_text().split(";\n")


# ---- asking ----------------------------------------------------------------------------------------------------------


def measure(url: str, size: Size, doors: Doors) -> Mapping[str, tuple[list[float], int]]:
    """Seconds to the first byte, and bytes, of each page, asked for in turn."""
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)) as line:
        return _turns(line, size, doors)


def _turns(line: http.client.HTTPConnection, size: Size, doors: Doors) -> Mapping[str, tuple[list[float], int]]:
    key, link, athlete = doors
    desk = {"Cookie": _cookie(line, "/admin/enter", {"key": key})}
    me = {"Cookie": _cookie(line, f"/me/enter/{link}", {})}
    api, one = {"Authorization": f"Bearer {key}"}, f"/api/v1/athletes/{athlete}"
    asked = {
        "the desk, /admin": ("/admin", desk),
        "the desk, by a name": ("/admin?name=runner+77", desk),
        "the desk, by light and platform": ("/admin?light=slow_down&platform=generic", desk),
        "one athlete": (f"/admin/athletes/{athlete}", desk),
        "dead letters": ("/admin/deliveries", desk),
        "held, 30 days": ("/admin/held?days=30&reason=digest", desk),
        "health": ("/admin/health", desk),
        "the athlete's page, /me": ("/me", me),
        "why a message, with its chart": (f"/me/why/{_last(athlete, size)}", me),
        "api: athletes": ("/api/v1/athletes?limit=50", api),
        "api: workouts of one": (f"{one}/activities?limit=50", api),
        "api: messages of one": (f"{one}/nudges?limit=50", api),
        "api: findings of one": (f"{one}/findings?limit=50", api),
        "api: held of one": (f"{one}/held?limit=50", api),
        "api: state of one": (f"{one}/state", api),
        "api: dead deliveries": ("/api/v1/deliveries?state=dead&limit=50", api),
        "api: sources that fell silent": ("/api/v1/connections?quiet=1", api),
    }
    found: dict[str, tuple[list[float], int]] = {name: ([], 0) for name in asked}
    for turn in range(size.rounds + 3):
        for name, (path, headers) in asked.items():
            wait, length = _ask(line, path, headers)
            if turn >= 3:
                found[name] = ([*found[name][0], wait], length)
    return found


def _last(athlete: str, size: Size) -> str:
    """Its newest message, as `pages.sql` names it."""
    return f"n-{int(athlete[1:]):06d}-{size.weeks - 1:05d}"


def _cookie(line: http.client.HTTPConnection, path: str, fields: Mapping[str, str]) -> str:
    line.request("POST", path, urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"})
    answer = line.getresponse()
    answer.read()
    if answer.status != 303:
        raise SystemExit(f"pages: {path.rpartition('/')[0]} answered {answer.status}")
    return str(answer.headers["Set-Cookie"]).partition(";")[0]


def _ask(line: http.client.HTTPConnection, path: str, headers: Mapping[str, str]) -> tuple[float, int]:
    began = time.perf_counter()
    line.request("GET", path, headers=dict(headers))
    answer = line.getresponse()
    waited = time.perf_counter() - began
    length = len(answer.read())
    if answer.status != 200:
        raise SystemExit(f"pages: {path} answered {answer.status}")
    return waited, length


def _row(name: str, size: Size, waits: list[float], length: int, loud: bool) -> Row:
    ranked = sorted(1000 * wait for wait in waits)
    middle, late = ranked[len(ranked) // 2], ranked[int(0.95 * (len(ranked) - 1))]
    figures = f"first byte p50 {middle:.1f} ms, p95 {late:.1f} ms, slowest {ranked[-1]:.1f} ms; {length / 1000:.0f} kB"
    goals = (Goal("p95 ms", late, 100, least=False), Goal("kB", length / 1000, 150, least=False))
    return Row("pages", f"{name}; {size.athletes:,} athletes, {size.weeks} weeks", figures, goals, loud)
