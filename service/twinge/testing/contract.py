"""What every adapter and channel must hold to, as checks that say in a sentence what does not hold."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

import aiohttp

from twinge.core.model import Activity, Report
from twinge.plugin import (
    Admits,
    Capabilities,
    Channel,
    Delivery,
    GiveUp,
    Glances,
    Inline,
    Item,
    Message,
    OAuth,
    PlatformAdapter,
    Pointer,
    Receipt,
    Recorded,
    Rejected,
    Reply,
    Revoked,
    Sent,
    TryLater,
    TwingeError,
    Unknown,
)
from twinge.testing.hostile import ContractError, hostile_bodies, indoors

T = TypeVar("T")
Outcome = Sent | TryLater | GiveUp | Unknown


@dataclass(frozen=True, slots=True)
class Sample:
    """One genuine call of a vendor, credentials included, and how many items it holds."""

    name: str
    delivery: Delivery
    items: int = 1
    sealed: bool = False
    """The body itself proves where it comes from; nothing beside it does."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing a provider may do, played by the author's stand-in, and what `send` must make of it."""

    name: str
    expect: type[Sent] | type[TryLater] | type[GiveUp] | type[Unknown]
    play: Callable[[], object]
    """Puts the stand-in into this mode; a coroutine is awaited."""


def check_adapter(adapter: PlatformAdapter, samples: Sequence[Sample], now: datetime) -> None:
    """Raise `ContractError` unless the adapter keeps its contract on `samples` at `now`; no network, no loop."""
    _expect(bool(samples), "give at least one genuine sample")
    _expect(bool(adapter.name) and adapter.name == adapter.name.lower(), "its name must be a lower-case word")
    _expect(isinstance(adapter.capabilities, Capabilities), "capabilities must be a Capabilities")
    _expect(adapter.oauth is None or isinstance(adapter.oauth, OAuth), "oauth must be an OAuth or None")
    indoors(lambda: _check_calls(adapter, samples, now))


def check_callbacks(channel: Channel, samples: Sequence[Sample], now: datetime) -> None:
    """As `check_adapter`, for what a channel's provider calls back with."""
    indoors(lambda: _check_calls(channel, samples, now))


def _check_calls(plugin: PlatformAdapter | Channel, samples: Sequence[Sample], now: datetime) -> None:
    for sample in samples:
        _check_genuine(plugin, sample, now)
        _check_forgeries(plugin, sample, now)
        for body in hostile_bodies(sample.delivery.body):
            _check_survives(plugin, replace(sample.delivery, body=body), now, sample.name)
    keys = [plugin.key(sample.delivery) for sample in samples]
    _expect(len(set(keys)) == len(keys), "two different samples share a key: one would be dropped as a repetition")


def _check_genuine(plugin: PlatformAdapter | Channel, sample: Sample, now: datetime) -> None:
    delivery, name = sample.delivery, sample.name
    try:
        if isinstance(plugin, Admits):
            plugin.admit(replace(delivery, body=b""))
        plugin.verify(delivery, now)
        items = list(plugin.read(delivery))
    except TwingeError as error:
        raise ContractError(f"{name}: a genuine call was refused: {error}") from error
    key = plugin.key(delivery)
    later = replace(delivery, received_at=delivery.received_at + timedelta(minutes=1))
    _expect(isinstance(key, str) and 0 < len(key) <= 300, f"{name}: a key is 1 to 300 characters")
    _expect(plugin.key(later) == key, f"{name}: the same call a minute later has another key")
    _expect(len(items) == sample.items, f"{name}: read {len(items)} items instead of {sample.items}")
    _expect(list(plugin.read(delivery)) == items, f"{name}: reading twice gave two different answers")
    for item in items:
        _check_item(plugin.name, item, name)
    if isinstance(plugin, Glances):
        _check_glance(plugin, delivery, items, name)


def _check_glance(plugin: Glances, delivery: Delivery, items: Sequence[Item], name: str) -> None:
    first = items[0] if items else None
    owner = first.owner if isinstance(first, Inline | Pointer | Recorded | Revoked) else None
    _expect(plugin.glance(delivery) == owner, f"{name}: a glance names another owner than read does")


def _check_item(plugin: str, item: Item, name: str) -> None:
    match item:
        case Inline(owner, event):
            _expect(bool(owner), f"{name}: an item without an owner")
            _expect(event.key.startswith(f"{plugin}:"), f"{name}: {event.key} must begin with {plugin}:")
            at = event.start if isinstance(event, Activity) else event.at if isinstance(event, Report) else None
            _expect(at is None or at.utcoffset() is not None, f"{name}: an instant without an offset")
            _expect(at is None or 1970 < at.year < 2200, f"{name}: the year {at and at.year}")
        case Pointer(owner, object_id):
            _expect(bool(owner and object_id), f"{name}: a pointer without an owner or an object")
        case Recorded(owner, recording):
            _expect(bool(owner), f"{name}: a recording without an owner")
            _expect(recording.key.startswith(f"{plugin}:"), f"{name}: {recording.key} must begin with {plugin}:")
        case Receipt(nudge, state):
            _expect(bool(nudge) and state in {"sent", "delivered", "failed"}, f"{name}: an odd receipt")
        case Reply(address) | Revoked(address):
            _expect(bool(address), f"{name}: nobody's {type(item).__name__.lower()}")


def _check_forgeries(plugin: PlatformAdapter | Channel, sample: Sample, now: datetime) -> None:
    delivery = sample.delivery
    if not sample.sealed:
        stranger = replace(delivery, headers={}, token=None, query={})
        _expect_refused(plugin, stranger, now, f"{sample.name}: without any credentials")
        if isinstance(plugin, Admits):
            _check_admission(plugin, replace(stranger, body=b""), f"{sample.name}: without any credentials")
    signed = not hasattr(plugin, "capabilities") or plugin.capabilities.signed
    if signed and delivery.body:
        for place in {0, len(delivery.body) // 2, len(delivery.body) - 1}:
            forged = bytearray(delivery.body)
            forged[place] ^= 1
            _expect_refused(plugin, replace(delivery, body=bytes(forged)), now, f"{sample.name}: with a flipped bit")


def _check_admission(plugin: Admits, stranger: Delivery, name: str) -> None:
    """Who shows nothing is turned away before the body, in a way that a caller hears of."""
    try:
        plugin.admit(stranger)
    except Rejected as error:
        _expect(400 <= error.status < 500, f"{name}: refused with {error.status}, which is no refusal")
    except Exception as error:
        raise ContractError(f"{name}: admit raised {type(error).__name__} instead of Rejected") from error
    else:
        raise ContractError(f"{name}: admit let it pass")


def _expect_refused(plugin: PlatformAdapter | Channel, delivery: Delivery, now: datetime, name: str) -> None:
    try:
        plugin.verify(delivery, now)
    except Rejected as error:
        _expect(400 <= error.status < 500, f"{name}: refused with {error.status}, which is no refusal")
    except Exception as error:
        raise ContractError(f"{name}: verify raised {type(error).__name__} instead of Rejected") from error
    else:
        raise ContractError(f"{name}: verify let it pass")


def _check_glances_alike(plugin: PlatformAdapter | Channel, delivery: Delivery, name: str) -> None:
    """What a glance lets in, `read` can use: else a sender is told 200 for what only fails later."""
    if isinstance(plugin, Glances):
        read = _only_rejected(lambda: list(plugin.read(delivery)), f"{name}: read") is None
        glanced = _only_rejected(lambda: [plugin.glance(delivery)], f"{name}: glance") is None
        _expect(read == glanced, f"{name}: read and glance do not refuse the same bodies")


def _check_survives(plugin: PlatformAdapter | Channel, delivery: Delivery, now: datetime, name: str) -> None:
    """Whatever the bytes are, each question is answered or refused, and nothing else happens."""
    what = f"{name}, with a body like {delivery.body[:60]!r}"
    for ask in (lambda: plugin.verify(delivery, now), lambda: plugin.key(delivery)):
        _only_rejected(ask, what)
    for item in _only_rejected(lambda: plugin.read(delivery), what) or ():
        _check_item(plugin.name, item, what)
    _check_glances_alike(plugin, delivery, what)


def _only_rejected(ask: Callable[[], T], what: str) -> T | None:
    try:
        return ask()
    except Rejected:
        return None
    except Exception as error:
        raise ContractError(f"{what}: {type(error).__name__} instead of Rejected") from error


async def check_channel(
    channel: Channel,
    message: Message,
    faults: Sequence[Fault],
    http: aiohttp.ClientSession,
    now: datetime,
    *,
    bad_addresses: Sequence[str] = (),
    limit_s: float = 30,
) -> None:
    """Raise `ContractError` unless a normalised address stays so, and each fault ends as it should and in time."""
    check_addresses(channel, message.address, bad_addresses)
    for fault in faults:
        await _settle(fault.play())
        outcome = await asyncio.wait_for(send_once(channel, message, http, now), limit_s)
        wanted = fault.expect.__name__
        _expect(type(outcome) is fault.expect, f"{fault.name}: {type(outcome).__name__} instead of {wanted}: {outcome}")


def check_addresses(channel: Channel, good: str, bad: Sequence[str]) -> None:
    """Raise `ContractError` unless a normalised address stays so, and each bad one is `Rejected`."""
    _expect(channel.voice in {"sms", "push", "print"}, "its voice must be sms, push or print")
    address = channel.normalise(good)
    _expect(channel.normalise(address) == address, "a normalised address changes when it is normalised again")
    for each in bad:
        try:
            channel.normalise(each)
        except Rejected:
            continue
        raise ContractError(f"the address {each!r} was accepted")


async def send_once(channel: Channel, message: Message, http: aiohttp.ClientSession, now: datetime) -> Outcome:
    """What became of one send: the receipt, or the exception that says what to do."""
    try:
        return await channel.send(message, http, now)
    except (TryLater, GiveUp, Unknown) as outcome:
        return outcome
    except Exception as error:
        raise ContractError(f"send raised {type(error).__name__}: {error}") from error


async def _settle(played: object) -> None:
    if isinstance(played, Awaitable):
        await played


def _expect(holds: bool, sentence: str) -> None:
    if not holds:
        raise ContractError(sentence)
