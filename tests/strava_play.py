"""Plays a history of Strava activities through the real service, as webhooks, and holds it against backtest.

    python tests/strava_play.py HISTORY.jsonl[.gz]

A stand-in serves the activities; the service gets one event for each, fetches it, judges it and writes its messages,
with a clock that stands at the moment of each upload. Findings, messages and silences must be those of `replay`.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer

from strava_standin import Standin, read_rows
from twinge.app import Service, running
from twinge.backtest import Story, arrival, replay
from twinge.config import Settings
from twinge.core.model import Activity, Athlete
from twinge.files import open_history
from twinge.plugin import ReadsRows, Tokens
from twinge.registry import load_plugins
from twinge.store import Consent
from twinge.testing import FixedClock

HOOK_TOKEN = "a-long-secret-path-segment-of-the-tests"
Told = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a history live, beside what backtest says of it."""

    story: Story
    events: int
    seconds: float
    findings: Told
    nudges: Told
    held: Told

    @property
    def expected_findings(self) -> Told:
        """Backtest's findings, as the API tells them."""
        return sorted((f.rule, f.activity, f.band, f.severity.word) for f in self.story.findings)

    @property
    def expected_nudges(self) -> Told:
        """Backtest's messages, the weekly digests among them."""
        said = [*self.story.nudges, *self.story.digests]
        return sorted((n.activity or "", n.rules, n.severity.word, n.text) for n in said)

    @property
    def expected_held(self) -> Told:
        """Backtest's silences."""
        return sorted((h.activity, h.rules, h.reason) for h in self.story.held)


async def play(path: Path, folder: Path) -> Played:
    """Play the file at `path` in a service whose data live in `folder`."""
    standin = Standin(limit=(10**7, 10**8))
    for row in read_rows(path):
        standin.add(row)
    grant = standin.connect(expires_at=4_000_000_000)
    async with TestServer(standin.app()) as vendor:
        env = environment(folder, str(vendor.make_url("")).rstrip("/"))
        plugins = load_plugins(env)
        readers = [adapter for adapter in plugins.platforms.values() if isinstance(adapter, ReadsRows)]
        history = open_history(path, zone=None, readers=readers)
        clock = FixedClock(history.activities[0].start)
        async with running(Settings.from_env(env), plugins, clock=clock, roles=("web",)) as service:
            athlete = await connect(service, standin.owner, history.zone.key, grant, clock())
            began = perf_counter()
            events = await deliver(service, standin, history.activities, history.zone, clock)
            seconds = perf_counter() - began
            key = await service.store.keys.create("read", "play", clock())
            told = [await listed(service.url, key, athlete, what) for what in ("findings", "nudges", "held")]
    story = replay(history, Athlete(athlete))
    findings = sorted((f["rule"], f["activity_id"], f["band"], f["severity"]) for f in told[0])
    nudges = sorted((n["activity_id"] or "", tuple(n["rules"]), n["severity"], n["text"]) for n in told[1])
    held = sorted((h["activity_id"], tuple(h["rules"]), h["reason"]) for h in told[2])
    return Played(story, events, seconds, findings, nudges, held)


def environment(folder: Path, vendor: str) -> dict[str, str]:
    """The service's settings, with the stand-in in Strava's place."""
    return {
        "TWINGE_DATA_DIR": str(folder),
        "TWINGE_PORT": "0",
        "TWINGE_STRAVA_CLIENT_ID": "4711",
        "TWINGE_STRAVA_CLIENT_SECRET": "standin-client-secret",
        "TWINGE_STRAVA_VERIFY_TOKEN": "verify-token-of-the-tests",
        "TWINGE_STRAVA_HOOK_TOKEN": HOOK_TOKEN,
        "TWINGE_STRAVA_API_BASE": vendor,
    }


async def connect(service: Service, owner: int, zone: str, grant: Any, now: datetime) -> str:
    """Alice, with her Strava connection and a console to be told on."""
    store = service.store
    async with store.write() as tx:
        made = await store.athletes.create(tx, Athlete("", name="Alice", timezone=zone), now)
        await store.athletes.connect(tx, made.id, "strava", str(owner), now)
        await store.addresses.add(tx, made.id, "console", "Alice", Consent(now, "test"), verified_at=now)
    tokens = Tokens(grant.access, grant.refresh, grant.expires_at * 1000)
    await store.athletes.save_tokens("strava", str(owner), tokens, expected_refresh=None)
    return made.id


async def deliver(
    service: Service, standin: Standin, activities: Sequence[Activity], zone: Any, clock: FixedClock
) -> int:
    """One event for each activity, at the moment of its upload, worked off before the next."""
    arrivals = {activity.key.partition(":")[2]: arrival(activity, zone) for activity in activities}
    order = sorted(standin.events(), key=lambda event: arrivals[str(event["object_id"])])
    done = 0
    async with aiohttp.ClientSession() as http:
        for event in order:
            await wake(service, clock, arrivals[str(event["object_id"])])
            async with http.post(f"{service.url}/hooks/strava/{HOOK_TOKEN}", json=event) as response:
                response.raise_for_status()
            done += await service.worker.drain()
    return done


async def wake(service: Service, clock: FixedClock, until: datetime) -> None:
    """Let the time pass until then, stopping wherever somebody is to be woken by the clock."""
    for due in await service.store.wakes.due(until):
        clock.now = max(clock.now, due.due)
        await service.worker.drain()
    clock.now = max(clock.now, until)


async def listed(url: str, key: str, athlete: str, what: str) -> list[dict[str, Any]]:
    """Every page of one list of the API."""
    items: list[dict[str, Any]] = []
    params = {"limit": "200"}
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as http:
        while True:
            async with http.get(f"{url}/api/v1/athletes/{athlete}/{what}", params=params) as response:
                page = await response.json()
            items += page["items"]
            if page["next"] is None:
                return items
            params["cursor"] = page["next"]


def main() -> None:
    """Play the file named on the command line and say whether live and backtest agree."""
    with tempfile.TemporaryDirectory() as folder:
        played = asyncio.run(play(Path(sys.argv[1]), Path(folder)))
    print(f"{played.events} events in {played.seconds:.1f} s")
    same = True
    for what in ("findings", "nudges", "held"):
        live, expected = getattr(played, what), getattr(played, f"expected_{what}")
        same = same and live == expected
        print(
            f"{what:<9} live {len(live):>4}  backtest {len(expected):>4}  {'same' if live == expected else 'DIFFERENT'}"
        )
        for row in sorted(set(map(repr, live)) ^ set(map(repr, expected)))[:6]:
            print("   ", row)
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
