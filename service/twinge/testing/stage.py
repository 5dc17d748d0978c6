"""One stage for every channel: the same faults for all of them, and one word for what each makes of a fault."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import cast

import aiohttp

from twinge.plugin import Channel, GiveUp, Message, Sent, TryLater, Unknown
from twinge.testing.contract import Outcome, check_addresses, send_once
from twinge.testing.hostile import ContractError

Scene = Callable[[], object]
"""Puts the stand-in into a mode. It may give back another `Message`, or another channel, for this case alone; a
coroutine is awaited."""

NEVER = "–"
"""In a row: this cannot happen there."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that may go well or wrong, and the ends that are sound for it."""

    name: str
    says: str
    ends: frozenset[str]


def _case(name: str, says: str, *ends: str) -> Case:
    return Case(name, says, frozenset(ends))


CASES: tuple[Case, ...] = (
    _case("accepted", "the provider takes the message", "sent"),
    _case("not reached", "nobody listens at its address", "later"),
    _case("busy", "too many messages: come back in so many seconds", "later", "as asked"),
    _case("ill", "the provider fails (5xx)", "later", "as asked", "unknown"),
    _case("hangs", "the message is on its way, and no answer comes", "unknown"),
    _case("reset", "the connection breaks after the message", "unknown"),
    _case("cut", "the answer breaks off", "unknown", "sent"),
    _case("garbage", "the answer cannot be read", "unknown", "sent"),
    _case("login", "our own login is refused", "later", "as asked", "failed"),
    _case("no", "a clear no to this message", "failed"),
    _case("dead", "the address is nobody's any more", "off"),
)
"""Played by the stage. *Unknown* wherever the message may have been taken: to try again then sends it twice."""

OURS: tuple[Case, ...] = (
    _case("expired", "its time is over: the provider is not even asked", "failed"),
    _case("bad address", "whatever is no address is refused when it is given", "refused"),
    _case("looked up", "after *hangs*: whether the provider can be asked what became of it", "yes", NEVER),
)
"""Tried on every stage without any scene."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A channel in front of a stand-in of its provider."""

    channel: Channel
    message: Message
    plays: Mapping[str, Scene]
    """A scene for each case that can happen."""
    calls: Callable[[], int]
    """How many messages the stand-in was asked to take so far."""
    bad_addresses: Sequence[str]
    pause: timedelta = timedelta(seconds=90)
    """What the stand-in asks for when it is busy."""
    never: Mapping[str, str] = field(default_factory=dict)
    """Cases that cannot happen there, with the reason."""
    bends: Mapping[str, str] = field(default_factory=dict)
    """Cases that end otherwise than is sound, with the reason why the provider leaves no better end."""


async def check_stage(
    stage: Stage, http: aiohttp.ClientSession, now: datetime, *, limit_s: float = 30
) -> Mapping[str, str]:
    """Play every case, and give the end of each by its name.

    Ends: sent · later · as asked (later, after the pause that was asked for) · unknown · failed · off (failed, and the
    address switched off). Raises `ContractError` where one is not sound, comes late, asks the provider twice, or
    tells the address or the text.
    """
    _check_complete(stage)
    check_addresses(stage.channel, stage.message.address, stage.bad_addresses)
    row = {}
    for case in CASES:
        if case.name in stage.never:
            row[case.name] = NEVER
        else:
            row[case.name] = await _play(stage, case, stage.plays[case.name], http, now, limit_s)
    late = replace(stage.message, expires_at=now)
    row["expired"] = await _play(stage, OURS[0], lambda: late, http, now, limit_s)
    row["bad address"] = "refused"
    row["looked up"] = await _look_up(stage, http, now, limit_s)
    return row


def _check_complete(stage: Stage) -> None:
    names = {case.name for case in CASES}
    for name in sorted(names - set(stage.plays) - set(stage.never)):
        raise ContractError(f"no scene for {name!r}: give one in `plays`, or a reason in `never`")
    for name in sorted({*stage.plays, *stage.never, *stage.bends} - names - {"expired"}):
        raise ContractError(f"{name!r} is none of the cases")


async def _play(
    stage: Stage, case: Case, scene: Scene, http: aiohttp.ClientSession, now: datetime, limit_s: float
) -> str:
    channel, message = await _set(stage, scene)
    before = stage.calls()
    try:
        outcome = await asyncio.wait_for(send_once(channel, message, http, now), limit_s)
    except TimeoutError:
        raise ContractError(f"{case.name}: no end after {limit_s:g} s") from None
    asked, end = stage.calls() - before, _word(outcome, stage.pause)
    if case.name not in stage.bends:
        _expect(end in case.ends, f"{case.name} ({case.says}) ends in {end!r}, not in {' or '.join(sorted(case.ends))}")
        _expect(case.name != "expired" or not asked, "expired: the provider was asked all the same")
    _expect(asked <= 1, f"{case.name}: the provider was asked {asked} times; the loop tries again, not the channel")
    if not isinstance(outcome, Sent):
        for secret in (message.address, message.text):
            _expect(secret not in str(outcome), f"{case.name}: the reason tells the address or the text")
    return end


async def _look_up(stage: Stage, http: aiohttp.ClientSession, now: datetime, limit_s: float) -> str:
    """What `lookup` finds of a message whose answer was lost, once the provider is well again."""
    if "hangs" in stage.plays:
        await _set(stage, stage.plays["hangs"])
        await asyncio.wait_for(send_once(stage.channel, stage.message, http, now), limit_s)
    await _set(stage, stage.plays["accepted"])
    try:
        found = await asyncio.wait_for(stage.channel.lookup(stage.message, now, http), limit_s)
    except (TryLater, GiveUp):
        return "yes"
    except Exception as error:
        raise ContractError(f"lookup raised {type(error).__name__}") from error
    return NEVER if found is None else "yes"


async def _set(stage: Stage, scene: Scene) -> tuple[Channel, Message]:
    given = scene()
    if isinstance(given, Awaitable):
        given = await given
    if isinstance(given, Message):
        return stage.channel, given
    return (cast(Channel, given) if hasattr(given, "send") else stage.channel), stage.message


def _word(outcome: Outcome, pause: timedelta) -> str:
    match outcome:
        case TryLater(after=after):
            return "as asked" if after == pause else "later"
        case GiveUp(disable=disable):
            return "off" if disable else "failed"
        case Unknown():
            return "unknown"
    return "sent"


def _expect(holds: bool, sentence: str) -> None:
    if not holds:
        raise ContractError(sentence)
