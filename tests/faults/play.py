"""One round: the real program, a provider in another process, athletes with a story, and a journal of every call.

    async with staged(zygote, folder, seed=7, athletes=8) as stage:
        async with stage.alive():
            await stage.feed(stage.calls)
            await stage.settle()
    problems(await stage.evidence())

What is journalled is on the disk before the call is made, and again when it was answered: whoever reads it later need
not trust this process either.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp.test_utils import unused_port

from fake_twilio import AUTH_TOKEN, SID, sign
from fake_twilio.calls import inbound_form
from faults.clock import Clock
from faults.evidence import Evidence, ask, gather
from faults.logbook import Logbook
from faults.story import Call, name, phone, story
from faults.zygote import Life, Zygote
from twinge.core.model import Athlete, Preferences
from twinge.store import Consent, Store, schema

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
"""When a round begins, by the program's clock."""
TOKEN, SECRET = "generic-token-of-the-faults", "a secret of the faults, long enough to be one"
PATIENCE_S = 60.0
AT_ONCE = 6
BARREN = 3
"""So often it is struck without an answer in between; then it is let be until there is one."""
JUMP_S = 300.0
"""How far the clock is turned while nothing but time is missing: the program looks again after a second."""
OPEN = (
    "SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting') + (SELECT count(*) FROM nudge"
    " WHERE state IN ('taken', 'unknown') OR (state = 'waiting' AND not_before_ms <= {now}))"
    " + (SELECT count(*) FROM wake WHERE due_ms <= {now}) AS n"
)


@dataclass
class Stage:
    """Where one round is played."""

    zygote: Zygote
    folder: Path
    database: str
    clock: Clock
    journal: Logbook
    calls: list[Call]
    env: dict[str, str]
    port: int
    extra: dict[str, Any] = field(default_factory=dict)
    """More for every order of a life."""
    lives: list[Life] = field(default_factory=list)
    turns: int = 0
    answers: int = 0
    """Calls that were answered for good,"""
    refusals: int = 0
    """and with 503."""
    barren: int = 0
    """How often in a row it was struck before anything was answered."""
    provider: Life | None = None
    settled_ms: int = 0
    """When it was last looked whether everything had come to its end, by the program's clock."""

    @property
    def url(self) -> str:
        """Where the program listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def life(self) -> Life:
        """The newest life."""
        return self.lives[-1]

    def start(self, env: Mapping[str, str] | None = None, **extra: Any) -> Life:
        """A life of the program."""
        order = {
            "env": {**self.env, **(env or {})},
            "clock": str(self.folder / "clock"),
            "log": str(self.folder / "program.log"),
            "folder": str(self.folder),
            **self.extra,
            **extra,
        }
        self.note("start")
        self.lives.append(self.zygote.start(order))
        return self.life

    @asynccontextmanager
    async def alive(self, **extra: Any) -> AsyncIterator[Life]:
        """A life that is asked to stop at the end."""
        life = self.start(**extra)
        try:
            yield life
        finally:
            await life.stop()

    def note(self, what: str, **more: object) -> None:
        """A line of the journal."""
        self.journal.note(what, self.clock(), **more)

    def turn(self, seconds: float, *, fault: bool = False) -> None:
        """Turn the clock, and say so; as a fault, or because nothing but time is missing."""
        self.clock.forward(seconds)
        self.note("clock", by_ms=round(seconds * 1000), fault=fault)

    async def feed(self, calls: Iterable[Call], at_once: int = AT_ONCE) -> None:
        """Make the calls, some at once; as a vendor does, again until it is taken or refused for good."""
        left = iter(list(calls))
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:

            async def caller() -> None:
                for call in left:
                    await self.deliver(http, call)

            await asyncio.gather(*(caller() for _ in range(at_once)))

    async def deliver(self, http: aiohttp.ClientSession, call: Call) -> int:
        """One call until it is answered with something else than 503; that answer."""
        self.turns += 1
        path, body, headers = self._request(call)
        async with self._patient():
            while True:
                number = self.turns = self.turns + 1
                self.note("call", n=number, kind=call.kind, path=path, body=body)
                try:
                    async with http.post(self.url + path, data=body.encode(), headers=headers) as answer:
                        await answer.read()
                except (aiohttp.ClientError, TimeoutError, OSError):
                    self.note("lost", n=number)
                    await asyncio.sleep(0.02)
                    continue
                self.note("answer", n=number, status=answer.status)
                if answer.status != 503:
                    self.answers += 1
                    return answer.status
                self.refusals += 1
                await asyncio.sleep(0.05)

    @asynccontextmanager
    async def _patient(self) -> AsyncIterator[None]:
        """For as long as any machine may take; then it says whether there is still a program, and its last words."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                yield
        except TimeoutError:
            raise TimeoutError(f"nothing for {PATIENCE_S:.0f} s; {self.last_words()}") from None

    def last_words(self) -> str:
        """Of the newest life: whether it is over, and the end of the log."""
        log = self.folder / "program.log"
        said = log.read_text(errors="replace").splitlines()[-3:] if log.exists() else []
        return f"the newest life {'is over' if self.life.over.is_set() else 'goes on'}: {said}"

    async def meanwhile(self, feeding: asyncio.Task[None], seconds: float) -> None:
        """Let it work for so long, or until it is fed.

        Where that was too short for any answer, and again, until there is one: on a slow machine a life may take longer
        to begin than it is given, and would be struck for ever.
        """
        before = self.answers
        await asyncio.wait([feeding], timeout=seconds)
        self.barren = 0 if self.answers > before else self.barren + 1
        if self.barren >= BARREN:
            await self.passed(feeding, lambda: self.answers > before)
            self.barren = 0

    async def passed(self, feeding: asyncio.Task[None], holds: Callable[[], bool]) -> None:
        """Wait for it, or until it is fed: what must not depend on how quick the machine is."""
        while not feeding.done() and not holds():
            await asyncio.wait([feeding], timeout=0.005)

    def _request(self, call: Call) -> tuple[str, str, dict[str, str]]:
        if call.kind != "text":
            hook = "poison" if call.kind == "poison" else "generic"
            return f"/hooks/{hook}", call.body, {"Authorization": f"Bearer {TOKEN}"}
        body = urlencode(inbound_form(self.turns, phone(call.owner), "+15005550006", call.body))
        signature = sign(f"{self.url}/channels/twilio/inbound", body.encode(), AUTH_TOKEN)
        form = "application/x-www-form-urlencoded; charset=utf-8"
        return "/channels/twilio/inbound", body, {"X-Twilio-Signature": signature, "Content-Type": form}

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for it."""
        async with self._patient():
            while not await asyncio.to_thread(holds):
                await asyncio.sleep(0.05)

    def open_work(self) -> int:
        """Deliveries and messages that are not at their end, though their time has come."""
        self.settled_ms = round(self.clock().timestamp() * 1000)
        return int(ask(self.database, OPEN.format(now=self.settled_ms))[0]["n"])

    async def settle(self, most: int = 40, looks: int = 12) -> None:
        """Let everything come to its end; where only time is missing (it was looked so often), turn the clock."""
        for _ in range(most):
            for _ in range(looks):
                if not await asyncio.to_thread(self.open_work):
                    return
                await asyncio.sleep(0.1)
            self.turn(JUMP_S)

    def _came_late(self) -> int:
        """Receipts that were taken in when all else was over, just before the program was stopped."""
        since = f"received_ms >= {self.settled_ms} AND not_before_ms = 0 AND attempts = 0"
        late = f"SELECT count(*) AS n FROM inbox WHERE state = 'waiting' AND {since}"
        return int(ask(self.database, late)[0]["n"])

    def gauge(self) -> None:
        """Note the newest life's memory and open files."""
        status = Path(f"/proc/{self.life.pid}/status").read_text()
        rss = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        self.note("gauge", pid=self.life.pid, rss_kb=rss, fds=len(list(Path(f"/proc/{self.life.pid}/fd").iterdir())))

    async def evidence(self) -> Evidence:
        """Everything that the checker may look at, once nobody changes it any more."""
        if self.provider is not None:
            await self.provider.kill()
        for life in self.lives:
            await life.stop()
        if await asyncio.to_thread(self._came_late):
            async with self.alive():
                await self.until(lambda: not self._came_late())
        self.note("end", settled=self.settled_ms)
        return await asyncio.to_thread(gather, self.folder, self.database)


@asynccontextmanager
async def staged(
    zygote: Zygote,
    folder: Path,
    *,
    seed: int,
    athletes: int = 8,
    share: float = 0.2,
    database: str = "",
    quiet: bool = False,
    begin: datetime = NOON,
    delay_min: int = 0,
) -> AsyncIterator[Stage]:
    """A stage with its athletes moved in and its provider running. `share` of the provider's calls goes wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = Clock(folder / "clock")
    clock.put(begin)
    port = unused_port()
    url = database or f"sqlite+aiosqlite:///{folder / 'twinge.sqlite3'}"
    if not database:
        (folder / "twinge.sqlite3").write_bytes(await asyncio.to_thread(_blank))
    journal = Logbook(folder / "journal")
    secrets = [TOKEN, AUTH_TOKEN, SECRET, *(phone(n) for n in range(athletes)), *(name(n) for n in range(athletes))]
    journal.note("secrets", clock(), words=secrets)
    journal.note("key", clock(), secret=SECRET)
    hours = (time(21), time(8)) if quiet else (None, None)
    wishes = Preferences(quiet_from=hours[0], quiet_to=hours[1], delay_min=delay_min)
    await _move_in(url, athletes, clock, wishes)
    async with _provider(zygote, folder, seed, share) as (base, provider):
        env = _env(folder, url, port, base)
        calls = story(seed, athletes, begin - timedelta(hours=2))
        stage = Stage(zygote, folder, url, clock, journal, calls, env, port, provider=provider)
        try:
            yield stage
        finally:
            for life in stage.lives:
                await life.kill()
            journal.close()


async def _move_in(url: str, athletes: int, clock: Clock, wishes: Preferences) -> None:
    store = await Store.open(url, secret=SECRET.encode())
    for n in range(athletes):
        async with store.write() as tx:
            one = Athlete("", name=name(n), preferences=wishes, timezone="Europe/Berlin")
            one = await store.athletes.create(tx, one, clock())
            await store.athletes.connect(tx, one.id, "generic", f"p{n}", clock())
            agreed = Consent(clock(), "test")
            await store.addresses.add(tx, one.id, "twilio", phone(n), agreed, verified_at=clock())
    await store.close()


@asynccontextmanager
async def _provider(zygote: Zygote, folder: Path, seed: int, share: float) -> AsyncIterator[tuple[str, Life]]:
    order = {"provider": {"seed": seed, "share": share}, "folder": str(folder), "log": str(folder / "provider.err")}
    life, place = zygote.start(order), folder / "provider"
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not place.exists():
                assert not life.over.is_set(), (folder / "provider.err").read_text()
                await asyncio.sleep(0.01)
        yield place.read_text(), life
    finally:
        await life.kill()


@cache
def _blank() -> bytes:
    """A database with every table and nothing in it."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "blank"
        schema.upgrade(f"sqlite+aiosqlite:///{place}")
        return place.read_bytes()


def _env(folder: Path, database: str, port: int, twilio: str) -> dict[str, str]:
    return {
        "TWINGE_DATA_DIR": str(folder),
        "TWINGE_DATABASE_URL": database,
        "TWINGE_SECRET_KEY": SECRET,
        "TWINGE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TWINGE_PORT": str(port),
        "TWINGE_STOP_GRACE_S": "5",
        "TWINGE_GENERIC_TOKEN": TOKEN,
        "TWINGE_TWILIO_ACCOUNT_SID": SID,
        "TWINGE_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWINGE_TWILIO_FROM": "+15005550006",
        "TWINGE_TWILIO_API_BASE": twilio,
        "TWINGE_TWILIO_PER_SECOND": "1000",
        "TWINGE_TWILIO_DAILY_PER_NUMBER": "1000",
        "TWINGE_TWILIO_DAILY": "100000",
    }
