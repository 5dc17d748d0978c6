"""From a delivery to its items: read it, and bring what its pointers name. No transaction is open meanwhile."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from twinge.core.model import Activity, Removed, Report, Wellness
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
    RateLimited,
    Recorded,
    Recording,
    Rejected,
    TryLater,
)
from twinge.store import Store, Waiting
from twinge.store.codec import unpack_report

log = logging.getLogger("twinge.worker")

AHEAD = timedelta(days=1)
"""How far before us a device's clock and zone may be."""
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


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: the vendor's or the network's fault."""

    reason: str
    after: timedelta | None
    counts: bool = True
    """False: its vendor was not even asked about it, because the limit for everybody was spent."""


@dataclass(frozen=True, slots=True)
class Never:
    """Given up, with the reason to show."""

    reason: str


@dataclass(frozen=True, slots=True)
class Fault:
    """An exception of our own or of a plugin's: what and where, without its text, which may quote a body."""

    place: str

    @classmethod
    def of(cls, error: BaseException) -> Fault:
        """The class of `error` and the function that raised it."""
        frames = traceback.extract_tb(error.__traceback__)
        return cls(f"{type(error).__name__} in {frames[-1].name}" if frames else type(error).__name__)


@dataclass(slots=True)
class Job:
    """One claimed delivery on its way. `failed` says why it cannot be used (yet)."""

    row: Waiting
    items: list[Item] = field(default_factory=list)
    failed: Later | Never | Fault | None = None
    note: str = ""
    """What was left aside of a delivery that was used."""

    @property
    def platform(self) -> str:
        """The platform's name, or `channel:<name>`."""
        return self.row.delivery.platform

    @property
    def points(self) -> bool:
        """Whether something must be fetched, or a file read."""
        return self.failed is None and any(isinstance(item, Pointer | Recorded) for item in self.items)

    def doubt(self) -> None:
        """Set aside what is of next year: it would be the newest for ever, and make everything real late."""
        latest = self.row.delivery.received_at + AHEAD
        for item in self.items:
            if isinstance(item, Inline) and (what := _ahead(item.event, latest)):
                self.failed = Never(f"{what} in the future: set the device's clock right and send it again")


def _ahead(event: object, latest: datetime) -> str:
    """What of an event lies too far ahead; nothing for most."""
    if isinstance(event, Activity) and event.start > latest:
        return "a workout starts"
    if isinstance(event, Wellness) and event.day > latest.date():
        return "a morning is"
    return "a report is" if isinstance(event, Report) and event.at > latest else ""


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
    ) -> None:
        self._open = open_recording
        self._store, self._platforms, self._channels, self._limits = store, platforms, channels, limits
        self._deadline_s = deadline_s
        self._gate = asyncio.Semaphore(AT_ONCE)

    def read(self, row: Waiting) -> Job:
        """What a delivery says."""
        job = Job(row)
        try:
            job.items = list(self._items(row.delivery))
        except Rejected as error:
            job.failed = Never(f"rejected: {error.reason}")
        except GiveUp as error:
            job.failed = Never(error.reason)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the job is set aside
            job.failed = Fault.of(error)
        job.doubt()
        return job

    def _items(self, delivery: Delivery) -> Sequence[Item]:
        if delivery.platform == OWN:
            return [Inline(delivery.path, unpack_report(delivery.body))]
        if delivery.path == RECONCILE and delivery.method == "":
            return _read_pointers(delivery.body)
        if delivery.path == BACKFILL and delivery.method == "":
            return _read_brought(delivery.body).items()
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
        try:
            brought = await asyncio.gather(*(self._turned(job, item, known) for item in job.items))
            items = [item for each in brought for item in each]
        except TryLater as error:
            job.failed = Later(error.reason, error.after, counts=not isinstance(error, RateLimited))
        except GiveUp as error:
            job.failed = Never(error.reason)
        except Rejected as error:
            job.failed = Never(f"rejected: {error.reason}")
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the job is set aside
            job.failed = Fault.of(error)
        else:
            job.items = items
            job.doubt()

    async def _turned(self, job: Job, item: Item, known: Mapping[tuple[str, str], str]) -> Sequence[Item]:
        """What an item leads to."""
        if not isinstance(item, Pointer | Recorded) or (job.platform, item.owner) not in known:
            return [item]
        found = [item.recording] if isinstance(item, Recorded) else await self._fetch(job.platform, item)
        return [Inline(item.owner, event) for one in found for event in await self._opened(job, one)]

    async def _fetch(self, platform: str, pointer: Pointer) -> Sequence[Fetched]:
        adapter = self._platform(platform)

        async def call(access: Access) -> Fetched | Sequence[Fetched] | None:
            return await adapter.fetch(pointer, access)

        async with self._gate:
            try:
                async with asyncio.timeout(self._deadline_s):
                    found = await self._limits.using(adapter, platform, pointer.owner, call)
            except TimeoutError:
                raise TryLater(f"{platform} did not answer within {self._deadline_s:.0f} s") from None
        return found if isinstance(found, Sequence) else () if found is None else (found,)

    async def _opened(self, job: Job, found: Fetched) -> Sequence[Activity | Wellness | Removed]:
        """What was brought, a recording read."""
        if not isinstance(found, Recording):
            return (found,)
        if self._open is None:
            raise GiveUp("recordings cannot be read here")
        opened = await self._open(found)
        if isinstance(opened, Activity):
            return (opened,)
        job.note = opened.note
        return opened.activities
