"""The senders that are measured, each a process: `python -m bench.sending <kind> <folder> <provider> <words>`.

- queue: the real sender on the real store empties an outbox that was filled before. Words: how many, calls at once.
- paced: the same while nudges come in at an even pace, whether or not the last ones went out. Words: how many, and how
  many a second. Nobody rings the sender but the store itself, as in the service.
- bare: aiohttp's client alone, from a list in memory. Words: how many, calls at once.
- served: the whole service with every role, its channel the bench's provider. Words: calls at once. It prints its URL,
  and at a line on standard input, once nothing waits in it any more, `done <state=count …>`.

Each prints `ready -`, begins at a line on standard input, prints `done <began> <ended> <state=count …>` in monotonic
seconds, and waits to be read: a second line ends it.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, TextIO

import aiohttp
import uvloop

from bench.post import CHANNEL, TEXT, letter, opened, places, words_of
from bench.servers import plugins, say, settings, told, waits
from twinge.app import VENDOR_TIMEOUT, running
from twinge.plugin import Delivery, GiveUp, Message, OneWay, Pace, Rejected, Sent, TryLater, Unknown
from twinge.process import calm_collector
from twinge.registry import Plugins
from twinge.sender import Sender
from twinge.store import Store
from twinge.store.addresses import Address

PUTS = "puts.log"
"""Lines of id, and monotonic seconds before its transaction and after its commit."""
LEAP = timedelta(seconds=95)
"""Past the look-up of messages whose answer was lost."""
MOST_LEAPS = 200
CALM_S = 0.25
WARM_UP = 50


class Clock:
    """The real time, and some more."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Carrier(OneWay):
    """A channel that hands messages to the bench's provider."""

    name: ClassVar[str] = CHANNEL
    voice: ClassVar[str] = "sms"

    def __init__(self, url: str, at_once: int) -> None:
        self._url = f"{url}/messages"
        self.pace = Pace(at_once=at_once)
        self.ended = self.under_way = 0

    @classmethod
    def from_env(cls, env: Any) -> Carrier:
        """From `URL` and `AT_ONCE`."""
        return cls(env["URL"], int(env["AT_ONCE"]))

    def normalise(self, address: str) -> str:
        """As it is."""
        return address

    async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
        """One POST."""
        self.under_way += 1
        try:
            return await self._send(message, http)
        finally:
            self.under_way -= 1
            self.ended += 1

    async def _send(self, message: Message, http: aiohttp.ClientSession) -> Sent:
        body = {"id": message.id, "to": message.address, "text": message.text}
        try:
            async with http.post(self._url, json=body) as answer:
                status, given = answer.status, await answer.json()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise TryLater(f"not reached: {type(error).__name__}") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Unknown(f"the answer was lost: {type(error).__name__}") from None
        if status != 201:
            raise GiveUp(f"the provider answered {status}")
        return Sent(given["sid"])

    async def lookup(self, message: Message, sent_after: datetime, http: aiohttp.ClientSession) -> Sent | None:
        """One GET."""
        self.under_way += 1
        try:
            async with http.get(f"{self._url}/{message.id}") as answer:
                given = await answer.json()
                return Sent(given["sid"]) if answer.status == 200 else None
        finally:
            self.under_way -= 1

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Nobody calls back."""
        raise Rejected("The bench's channel has no callbacks.", status=404)


class Post:
    """A sender at work, with what it works on."""

    def __init__(self, store: Store, http: aiohttp.ClientSession, url: str, at_once: int) -> None:
        self.store, self.clock, self.channel = store, Clock(), Carrier(url, at_once)
        self.sender = Sender(store, {CHANNEL: self.channel}, http, self.clock)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send while the block runs."""
        stop = asyncio.Event()
        task = asyncio.create_task(self.sender.run(stop))
        try:
            yield
        finally:
            stop.set()
            self.sender.ring()
            await task

    async def settle(self, sends: int) -> float:
        """Until so many calls have ended and nothing is open, time leaping where all wait for it.

        When nothing waited any more, answers that were lost aside.
        """
        while self.channel.ended < sends:
            await asyncio.sleep(0.005)
        settled, leaps = 0.0, 0
        while still := await self._open():
            if not settled and not still.keys() & {"waiting", "taken"}:
                settled = time.perf_counter()
            if settled and await self._is_calm(still):
                leaps += 1
                self.clock.ahead += LEAP
                self.sender.ring()
            if leaps > MOST_LEAPS:
                raise SystemExit(f"sender: stuck with {still}")
            await asyncio.sleep(0.02)
        return settled or time.perf_counter()

    async def _open(self) -> dict[str, int]:
        counts = await self.store.outbox.counts()
        return {state: counts[state] for state in ("waiting", "taken", "unknown") if counts.get(state)}

    async def _is_calm(self, before: dict[str, int]) -> bool:
        await asyncio.sleep(CALM_S)
        return not self.channel.under_way and await self._open() == before


@asynccontextmanager
async def at_work(folder: str, url: str, at_once: str) -> AsyncIterator[Post]:
    """Everything built as the service builds it, and the starting shot heard."""
    async with opened(Path(folder)) as store, aiohttp.ClientSession(timeout=VENDOR_TIMEOUT) as http:
        post = Post(store, http, url, int(at_once))
        await ready()
        yield post


async def ready() -> None:
    """As `twinge serve` begins, then wait for the word."""
    gc.collect()
    gc.freeze()
    say("ready", "-")
    await told()


async def empty_queue(folder: str, url: str, count: str, at_once: str) -> None:
    """Empty the outbox."""
    async with at_work(folder, url, at_once) as post:
        began = time.perf_counter()
        async with post.running():
            ended = await post.settle(int(count))
        say("done", began, ended, *words_of(await post.store.outbox.counts()))
        await told()


async def keep_pace(folder: str, url: str, count: str, per_s: str) -> None:
    """Hand over while a producer puts."""
    async with at_work(folder, url, "20") as post:
        everybody = await places(post.store)
        with (Path(folder) / PUTS).open("w") as log:
            async with post.running():
                await _produce(post, everybody, range(WARM_UP), 50, None)
                await post.settle(WARM_UP)
                began = time.perf_counter()
                numbers = range(WARM_UP, WARM_UP + int(count))
                await _produce(post, everybody, numbers, float(per_s), log)
                ended = await post.settle(WARM_UP + int(count))
        say("done", began, ended, *words_of(await post.store.outbox.counts()))
        await told()


async def _produce(post: Post, everybody: Sequence[Address], numbers: range, per_s: float, log: TextIO | None) -> None:
    """One transaction a nudge, begun when its time has come, whatever became of the one before."""
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for place, number in enumerate(numbers):
            await asyncio.sleep(max(0.0, began + place / per_s - time.perf_counter()))
            group.create_task(_put(post, everybody, number, log))


async def _put(post: Post, everybody: Sequence[Address], number: int, log: TextIO | None) -> None:
    one = letter(number, everybody, post.clock())
    asked = time.perf_counter()
    async with post.store.write() as tx:
        await post.store.outbox.put(tx, [one])
    committed = time.perf_counter()
    if log is not None:
        log.write(f"{one[0].id} {asked} {committed}\n")


async def call_barely(folder: str, url: str, count: str, at_once: str) -> None:
    """What the calls alone cost."""
    numbers = iter(range(int(count)))

    async def work(http: aiohttp.ClientSession) -> None:
        for number in numbers:
            body = {"id": f"b_{number:024}", "to": f"+1555{number:07}", "text": TEXT}
            async with http.post(f"{url}/messages", json=body) as answer:
                await answer.json()

    async with aiohttp.ClientSession(timeout=VENDOR_TIMEOUT) as http:
        await ready()
        began = time.perf_counter()
        await asyncio.gather(*(work(http) for _ in range(int(at_once))))
        say("done", began, time.perf_counter(), f"sent={count}")
        await told()


async def serve(folder: str, url: str, at_once: str) -> None:
    """`twinge serve`, in its own time."""
    given = Plugins(plugins().platforms, {CHANNEL: Carrier(url, int(at_once))}, ())
    async with running(settings(folder), given) as service:
        calm_collector()
        say("ready", service.url)
        await told()
        store = service.store
        while await waits(store) or {"waiting", "taken", "unknown"} & (await store.outbox.counts()).keys():
            await asyncio.sleep(0.05)
        say("done", *words_of(await store.outbox.counts()))
        await told()


KINDS: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {
    "queue": empty_queue,
    "paced": keep_pace,
    "bare": call_barely,
    "served": serve,
}

if __name__ == "__main__":
    uvloop.run(KINDS[sys.argv[1]](*sys.argv[2:]))
