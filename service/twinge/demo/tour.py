"""Plays the story against a running service and shows what comes of each delivery."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from twinge.app import Service, running
from twinge.config import Settings
from twinge.demo.story import CAST, Beat, Person, story
from twinge.registry import load_plugins

SECRET = "demo"  # noqa: S105 - made up, for a service that lives for seconds on loopback
PAUSE_S = 0.03
"""After each delivery, so that an eye can follow."""

WHY = {
    "backfill": "it ended more than 48 hours ago",
    "digest": "not worth an interruption",
    "said_already": "said within the last week",
    "over_budget": "enough said this week",
    "grouped": "the message has two reasons already",
    "stale": "a day old by the morning",
    "no_channel": "nowhere to send it",
    "muted": "muted",
    "paused": "paused",
}
COLOURS = {"slow_down": "yellow", "rest": "bold yellow", "see_doctor": "bold red", "urgent": "bold white on red"}


class SimulatedClock:
    """Time as the story tells it: it moves when it is moved."""

    def __init__(self, start: datetime) -> None:
        self.moment = start

    def __call__(self) -> datetime:
        """The story's now."""
        return self.moment

    def reach(self, moment: datetime) -> None:
        """Forward only, like any clock one would trust."""
        self.moment = max(self.moment, moment)


@dataclass(slots=True)
class Tour:
    """One showing of the demo in a folder of its own."""

    folder: Path
    console: Console
    pause_s: float = PAUSE_S
    ids: dict[str, str] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    due: list[datetime] = field(default_factory=list)
    tally: Counter[str] = field(default_factory=Counter)

    async def play(self, *, keep: bool, port: int) -> None:
        """Start the service, tell the story, say where to look next."""
        beats = story()
        clock = SimulatedClock(beats[0].at - timedelta(hours=1))
        env = {
            "TWINGE_DATA_DIR": str(self.folder),
            "TWINGE_PORT": str(port),
            "TWINGE_DEMO_ENABLED": "1",
            "TWINGE_DEMO_SECRET": SECRET,
        }
        async with running(Settings.from_env(env), load_plugins(env), clock=clock, roles=("web",)) as service:
            key = await service.store.keys.create("admin", "demo", clock())
            async with aiohttp.ClientSession(base_url=service.url, headers={"Authorization": f"Bearer {key}"}) as http:
                self.console.print(f"\n[bold]Twinge[/] is listening on {service.url}, with a clock that runs ahead.\n")
                await self._introduce(http)
                await self._tell(beats, service, http, clock)
                await self._sum_up(http, service.url, key, keep=keep)
            if keep:
                await asyncio.Event().wait()

    async def _introduce(self, http: aiohttp.ClientSession) -> None:
        for person in CAST:
            async with http.post("/api/v1/athletes", json=_application(person)) as answer:
                answer.raise_for_status()
                self.ids[person.who] = (await answer.json())["id"]
            self.console.print(f"  [bold]{person.who:<9}[/]{person.zone:<19}[dim]{person.about}[/]")
        self.console.print()

    async def _tell(
        self, beats: list[Beat], service: Service, http: aiohttp.ClientSession, clock: SimulatedClock
    ) -> None:
        columns = (TextColumn("[dim]{task.description}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=True) as progress:
            task = progress.add_task("", total=len(beats))
            for beat in beats:
                await self._pass_time(beat.at, service, clock)
                progress.update(task, description=f"{beat.at:%a %d %b}")
                await self._deliver(beat, service, http)
                progress.advance(task)
                await asyncio.sleep(self.pause_s)
            await self._pass_time(clock() + timedelta(days=1), service, clock)

    async def _pass_time(self, until: datetime, service: Service, clock: SimulatedClock) -> None:
        """Up to the next delivery, stopping wherever a message comes due."""
        for moment in sorted(self.due):
            if moment <= until:
                clock.reach(moment)
                await service.sender.drain()
                self.due.remove(moment)
        clock.reach(until)

    async def _deliver(self, beat: Beat, service: Service, http: aiohttp.ClientSession) -> None:
        secret = "guessed" if beat.kind == "forged" else SECRET
        async with http.post(
            "/hooks/demo", json={"workouts": [beat.workout]}, headers={"x-demo-secret": secret}
        ) as answer:
            outcome = (await answer.json()).get("status", f"refused, {answer.status}")
        await service.worker.drain()
        self.tally[outcome] += 1
        self._line(beat, outcome)
        if beat.kind != "forged":
            await self._show_nudges(beat.who, http)
            await self._show_held(beat.who, http)

    def _line(self, beat: Beat, outcome: str) -> None:
        zone = next(person.zone for person in CAST if person.who == beat.who)
        word = "three days late" if beat.kind == "late" else outcome
        colour = "dim" if word == "stored" else "magenta"
        self.console.print(f"[dim]{_clock(beat.at, zone)}[/]  {beat.who:<9}{beat.says:<36}[{colour}]{word}[/]")

    async def _show_nudges(self, who: str, http: aiohttp.ClientSession) -> None:
        for nudge in await self._new(http, who, "nudges"):
            due = datetime.fromisoformat(nudge["not_before"]).astimezone(UTC)
            if nudge["state"] == "waiting":
                self.due.append(due)
                word, rules = nudge["severity"].replace("_", " "), ", ".join(nudge["rules"])
                when = _clock(due, next(person.zone for person in CAST if person.who == who))
                colour = COLOURS.get(nudge["severity"], "white")
                self.console.print(f"{'':>18}[{colour}]↳ {word}[/] [dim]({rules})[/] to be said {when}")
            elif nudge["state"] == "void":
                self.console.print(f"{'':>18}[cyan]↳ the waiting message is void: its reason is gone[/]")

    async def _show_held(self, who: str, http: aiohttp.ClientSession) -> None:
        for held in await self._new(http, who, "held"):
            self.tally[held["reason"]] += 1
            rules = ", ".join(held["rules"])
            self.console.print(f"{'':>18}[blue]↳ kept to itself[/] [dim]({rules})[/]: {WHY[held['reason']]}")

    async def _new(self, http: aiohttp.ClientSession, who: str, what: str) -> list[dict[str, Any]]:
        """What this athlete's list holds that was not shown yet; a changed state is news too."""
        async with http.get(f"/api/v1/athletes/{self.ids[who]}/{what}") as answer:
            items = (await answer.json())["items"]
        fresh = []
        for item in reversed(items):
            name = ":".join((what, item.get("id") or f"{item['at']}{item['rules']}", str(item.get("state") == "void")))
            if name not in self.shown:
                self.shown.add(name)
                fresh.append(item)
        return fresh

    async def _sum_up(self, http: aiohttp.ClientSession, url: str, key: str, *, keep: bool) -> None:
        sent = 0
        for who in self.ids:
            async with http.get(f"/api/v1/athletes/{self.ids[who]}/nudges") as answer:
                sent += sum(nudge["state"] in {"sent", "delivered"} for nudge in (await answer.json())["items"])
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        table.add_row("[bold]deliveries[/]", ", ".join(f"{n} {word}" for word, n in self._count(stored=True)))
        table.add_row("[bold]messages[/]", f"{sent} sent, for four athletes and nine weeks")
        table.add_row("[bold]silences[/]", ", ".join(f"{n} {word}" for word, n in self._count(stored=False)) or "none")
        self.console.print()
        self.console.print(table)
        self._where_next(url, key, keep=keep)

    def _count(self, *, stored: bool) -> list[tuple[str, int]]:
        return [(word, n) for word, n in self.tally.most_common() if (word not in WHY) is stored]

    def _where_next(self, url: str, key: str, *, keep: bool) -> None:
        if keep:
            self.console.print(f"\n[bold]Still up[/] on {url} until Ctrl-C. Look around as the operator:\n")
            self.console.print(f'  curl -s {url}/api/v1/athletes -H "Authorization: Bearer {key}"', soft_wrap=True)
            self.console.print(f"  curl -s {url}/metrics\n", soft_wrap=True)
        else:
            self.console.print(f"\nIt was served from {url} and is gone now; [bold]twinge demo --keep[/] stays up.")
        self.console.print(
            "Next: [bold]twinge backtest export.zip[/] on your own past · docs/adapters.md to connect a platform · "
            "docs/rules.md for what is watched and why\n",
            soft_wrap=True,
        )


def _application(person: Person) -> dict[str, Any]:
    return {
        "name": person.who,
        "timezone": person.zone,
        "units": person.units,
        **person.told,
        "channels": [{"channel": "console", "address": person.who}],
        "connections": [{"platform": "demo", "external_id": person.who.lower()}],
    }


def _clock(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}"
