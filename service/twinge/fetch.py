"""From a delivery to its items: read it, and bring what its pointers name. No transaction is open meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from twinge.core.model import Activity, Removed, Report, Wellness
from twinge.job import Job, Left, Turned, failure
from twinge.limits import Limits
from twinge.plugin import (
    OWN,
    Access,
    Channel,
    Delivery,
    Fetched,
    GiveUp,
    Inline,
    Item,
    Opened,
    PlatformAdapter,
    Pointer,
    Recorded,
    Recording,
    Rejected,
    TryLater,
)
from twinge.store import Store, Waiting
from twinge.store.codec import unpack_own
from twinge.trail import Trail

AT_ONCE = 8
DEADLINE_S = 30.0
RECONCILE = "reconcile"
"""Path of a delivery that we wrote ourselves: its body is a list of pointers (`pointers_body`)."""
BACKFILL = "backfill"
"""The same for a page of an athlete's past: pointers, and what came with its data (`Brought`)."""

OpenRecording = Callable[[Recording], Awaitable[Activity | Opened]]
"""Reads a device's file, or raises `Rejected` with what is wrong with it; `Opened` where `several` is asked for."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A page of an athlete's past, as (owner, event); a type would not tell the events apart in JSON."""

    pointers: Sequence[Pointer] = ()
    activities: Sequence[tuple[str, Activity]] = ()
    removed: Sequence[tuple[str, Removed]] = ()
    mornings: Sequence[tuple[str, Wellness]] = ()
    reports: Sequence[tuple[str, Report]] = ()
    recordings: Sequence[Recorded] = ()

    def items(self) -> list[Item]:
        """The same as items."""
        told: list[tuple[str, Activity | Removed | Wellness | Report]]
        told = [*self.activities, *self.removed, *self.mornings, *self.reports]
        return [*(Inline(owner, event) for owner, event in told), *self.recordings, *self.pointers]


_read_pointers = msgspec.json.Decoder(list[Pointer]).decode
_read_brought = msgspec.json.Decoder(Brought).decode


def pointers_body(pointers: Sequence[Pointer]) -> bytes:
    """The body of a delivery on the path RECONCILE."""
    return msgspec.json.encode(pointers)


def brought_body(items: Sequence[Item]) -> bytes:
    """The body of a delivery on the path BACKFILL; a page of an athlete's past tells nothing but events."""
    told = [(item.owner, item.event) for item in items if isinstance(item, Inline)]
    page = Brought(
        [item for item in items if isinstance(item, Pointer)],
        [(owner, event) for owner, event in told if isinstance(event, Activity)],
        [(owner, event) for owner, event in told if isinstance(event, Removed)],
        [(owner, event) for owner, event in told if isinstance(event, Wellness)],
        [(owner, event) for owner, event in told if isinstance(event, Report)],
        [item for item in items if isinstance(item, Recorded)],
    )
    return msgspec.json.encode(page)


class Reader:
    """Makes jobs of deliveries."""

    def __init__(
        self,
        store: Store,
        platforms: Mapping[str, PlatformAdapter],
        channels: Mapping[str, Channel],
        limits: Limits,
        *,
        deadline_s: float = DEADLINE_S,
        open_recording: OpenRecording | None = None,
        trail: Trail | None = None,
    ) -> None:
        self._open, self._trail = open_recording, trail or Trail(store)
        self._store, self._platforms, self._channels, self._limits = store, platforms, channels, limits
        self._deadline_s = deadline_s
        self._gate = asyncio.Semaphore(AT_ONCE)

    def read(self, row: Waiting) -> Job:
        """What a delivery says."""
        job = Job(row)
        try:
            job.read(self._items(row.delivery))
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the job is set aside
            job.failed = failure(error)
        return job

    def _items(self, delivery: Delivery) -> Sequence[Item]:
        own = read_own(delivery)
        if own is not None:
            return own
        if delivery.platform.startswith("channel:"):
            return self._channel(delivery.platform.removeprefix("channel:")).read(delivery)
        return self._platform(delivery.platform).read(delivery)

    def _platform(self, name: str) -> PlatformAdapter:
        if name not in self._platforms:
            raise GiveUp(f"the platform {name} is not configured: see `twinge plugins`, then replay")
        return self._platforms[name]

    def _channel(self, name: str) -> Channel:
        if name not in self._channels:
            raise GiveUp(f"the channel {name} is not configured: see `twinge plugins`, then replay")
        return self._channels[name]

    async def bring(self, jobs: Sequence[Job]) -> None:
        """Replace pointers by what they name, and files by what they hold; those of people we do not know stay."""
        told = [(job.platform, item) for job in jobs for item in job.items]
        owners = {(platform, item.owner) for platform, item in told if isinstance(item, Pointer | Recorded)}
        async with self._store.read() as tx:
            known = await self._store.athletes.by_external(tx, owners)
        await asyncio.gather(*(self._bring(job, known) for job in jobs if job.points))

    async def _bring(self, job: Job, known: Mapping[tuple[str, str], str]) -> None:
        turned = await asyncio.gather(*(self._turned(job, item, known) for item in job.items))
        job.part([one for each in turned for one in each])

    async def _turned(self, job: Job, item: Item, known: Mapping[tuple[str, str], str]) -> Sequence[Turned]:
        """What an item leads to. It fails alone; what may work later is the item itself, not what it has brought."""
        if not isinstance(item, Pointer | Recorded) or (job.platform, item.owner) not in known:
            return [Turned(item)]
        try:
            if isinstance(item, Recorded):
                return await self._opened(job, item.owner, item.recording)
            async with self._gate:  # also while files are read: so many of them are held, and no more
                found = await self._fetch(job, item)
                return [one for each in found for one in await self._opened(job, item.owner, each)]
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the item is set aside
            return [Turned(item, failure(error))]

    async def _fetch(self, job: Job, pointer: Pointer) -> Sequence[Fetched]:
        """Ask the vendor, and tell the trace how it went."""
        began = self._trail.now()
        error = ""
        try:
            return await self._ask(job.platform, pointer)
        except Exception as failed:
            error = type(failed).__name__
            raise
        finally:
            if self._trail.on:
                self._trail.fetched(job.row, began, error)

    async def _ask(self, platform: str, pointer: Pointer) -> Sequence[Fetched]:
        adapter = self._platform(platform)

        async def call(access: Access) -> Fetched | Sequence[Fetched] | None:
            return await adapter.fetch(pointer, access)

        try:
            async with asyncio.timeout(self._deadline_s):
                found = await self._limits.using(adapter, platform, pointer.owner, call)
        except TimeoutError:
            raise TryLater(f"{platform} did not answer within {self._deadline_s:.0f} s") from None
        return found if isinstance(found, Sequence) else () if found is None else (found,)

    async def _opened(self, job: Job, owner: str, found: Fetched) -> Sequence[Turned]:
        """What was brought, a recording read. Of one that cannot be read, what its platform tells beside it counts."""
        if not isinstance(found, Recording):
            return [Turned(Inline(owner, found))]
        try:
            opened = await self._read_file(found)
        except (Rejected, GiveUp) as error:
            never = failure(error)
            if found.known is None:
                return [Turned(Recorded(owner, found), never)]
            job.notes.append(f"the file could not be read, what the vendor told stands: {error.reason}")
            return [Turned(Inline(owner, found.known))]
        if isinstance(opened, Activity):
            return [Turned(Inline(owner, opened))]
        job.notes += [opened.note] if opened.note else []
        return [Turned(Inline(owner, one)) for one in opened.activities]

    async def _read_file(self, recording: Recording) -> Activity | Opened:
        if self._open is None:
            raise GiveUp("recordings cannot be read here")
        return await self._open(recording)


def read_own(delivery: Delivery) -> Sequence[Item] | None:
    """The items of a delivery that we wrote ourselves; None for one that came from outside."""
    if delivery.platform == OWN:
        return [Inline(delivery.path, unpack_own(delivery.query.get("kind", ""), delivery.body))]
    if delivery.method:
        return None
    if delivery.path == RECONCILE:
        return _read_pointers(delivery.body)
    return _read_brought(delivery.body).items() if delivery.path == BACKFILL else None


def again(delivery: Delivery, item: Inline | Pointer | Recorded) -> Delivery:
    """An item of `delivery` as a delivery of ours; it came when that came."""
    if isinstance(item, Pointer):
        path, body = RECONCILE, pointers_body([item])
    else:
        path, body = BACKFILL, brought_body([item])
    return Delivery(delivery.platform, "", path, {}, {}, body, delivery.received_at)


def take_apart(job: Job) -> bool:
    """Leave each item of a job that fails as a whole to come again alone; whether that is possible."""
    alone = [item for item in job.items if isinstance(item, Inline | Pointer | Recorded)]
    if len(alone) < 2 or len(alone) < len(job.items):
        return False
    job.items = []
    for item in alone:
        try:
            again(job.row.delivery, item)
        except (ValueError, TypeError, OverflowError):  # msgspec's own are ValueErrors
            job.dropped.append("it holds a value that cannot be kept")
        else:
            job.left.append(Left(item, None))
    return bool(job.left)
