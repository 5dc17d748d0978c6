"""The test kit itself: each promise that a plugin breaks is found, and named."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from twinge.core.model import Activity, Severity
from twinge.plugin import Delivery, GiveUp, Inline, Message, Receipt, Rejected, Reply, Sent, TryLater, Unknown
from twinge.testing import (
    CASES,
    OURS,
    ContractError,
    Fault,
    FixedClock,
    MemoryChannel,
    Sample,
    Stage,
    Swallowed,
    check_adapter,
    check_callbacks,
    check_channel,
    check_stage,
)
from twinge_demo import Demo

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
MESSAGE = Message("n-1", "alice", "Easy today.", Severity.REST, NOW + timedelta(hours=4))
WORKOUT = {"user": "alice", "id": 1, "kind": "run", "began": "2026-05-01T07:30:00Z", "km": 5}
BODY = json.dumps({"workouts": [WORKOUT]}).encode()
RUN = Delivery("demo", "POST", "", {}, {"x-demo-secret": "a-demo-secret"}, BODY, NOW)


class TooTrusting(Demo):
    def verify(self, delivery: Delivery, now: datetime) -> None:
        return None


class OpenDoor(Demo):
    def admit(self, call: Delivery) -> None:
        return None

    def verify(self, delivery: Delivery, now: datetime) -> None:
        super().admit(delivery)


class WantsTheBody(Demo):
    def admit(self, call: Delivery) -> None:
        super().admit(call)
        if not call.body:
            raise Rejected("no body")


class BrokenDoor(Demo):
    def admit(self, call: Delivery) -> None:
        if not call.headers["x-demo-secret"]:
            raise Rejected("no secret")


class Crashing(Demo):
    def read(self, delivery: Delivery) -> list[Inline]:
        workouts = json.loads(delivery.body)["workouts"]
        return [Inline(one["user"], Activity(f"demo:{one['id']}", "run", NOW)) for one in workouts]


class Forgetful(Demo):
    def key(self, delivery: Delivery) -> str:
        return delivery.received_at.isoformat()


class Nameless(Demo):
    def read(self, delivery: Delivery) -> list[Inline]:
        return [Inline(item.owner, Activity("17", "run", NOW)) for item in super().read(delivery)]


class Fickle(Demo):
    def __init__(self, secret: str) -> None:
        super().__init__(secret)
        self.asked = 0

    def read(self, delivery: Delivery) -> list[Inline]:
        self.asked += 1
        return [Inline(item.owner, Activity(f"demo:{self.asked}", "run", NOW)) for item in super().read(delivery)]


class CallsHome(Demo):
    def read(self, delivery: Delivery) -> list[Inline]:
        socket.getaddrinfo("localhost", 80)
        return super().read(delivery)


class Squinting(Demo):
    def glance(self, delivery: Delivery) -> str | None:
        return "somebody else"


class LetsAnythingIn(Demo):
    def glance(self, delivery: Delivery) -> str | None:
        return "alice"


class WantsALoop(Demo):
    def read(self, delivery: Delivery) -> list[Inline]:
        asyncio.get_running_loop()
        return super().read(delivery)


@pytest.mark.parametrize(
    ("plugin", "complaint"),
    [
        (TooTrusting, "without any credentials: verify let it pass"),
        (OpenDoor, "without any credentials: admit let it pass"),
        (WantsTheBody, "a genuine call was refused: no body"),
        (BrokenDoor, "verify raised KeyError|admit raised KeyError"),
        (Crashing, "instead of Rejected"),
        (Forgetful, "another key"),
        (Nameless, "17 must begin with demo:"),
        (Fickle, "two different answers"),
        (Squinting, "another owner than read"),
        (LetsAnythingIn, "do not refuse the same bodies"),
        (CallsHome, "socket.getaddrinfo was called"),
    ],
)
def test_each_broken_promise_of_an_adapter_is_named(plugin: type[Demo], complaint: str) -> None:
    with pytest.raises(ContractError, match=complaint):
        check_adapter(plugin("a-demo-secret"), [Sample("a run", RUN)], NOW)


async def test_an_adapter_that_wants_an_event_loop_finds_none_even_in_an_async_test() -> None:
    with pytest.raises(RuntimeError, match="no running event loop"):
        check_adapter(WantsALoop("a-demo-secret"), [Sample("a run", RUN)], NOW)


def test_samples_must_be_what_they_are_said_to_be() -> None:
    adapter = Demo("a-demo-secret")
    for samples, complaint in (
        ([], "at least one"),
        ([Sample("a run", RUN, items=2)], "read 1 items instead of 2"),
        ([Sample("a run", RUN), Sample("again", RUN)], "share a key"),
    ):
        with pytest.raises(ContractError, match=complaint):
            check_adapter(adapter, samples, NOW)
    with pytest.raises(ContractError, match="a genuine call was refused"):
        check_adapter(Demo("another"), [Sample("a run", RUN)], NOW)


def test_after_the_check_the_network_is_free_again() -> None:
    check_adapter(Demo("a-demo-secret"), [Sample("a run", RUN)], NOW)
    assert socket.getaddrinfo("127.0.0.1", 80)


async def checked(channel: MemoryChannel, faults: Sequence[Fault], bad: Sequence[str] = ()) -> None:
    async with aiohttp.ClientSession() as http:
        await check_channel(channel, MESSAGE, faults, http, NOW, bad_addresses=bad, limit_s=0.2)


def planning(channel: MemoryChannel, trouble: Any) -> Callable[[], object]:
    return lambda: channel.plan.append(trouble)


async def test_a_channel_may_end_in_four_ways() -> None:
    channel = MemoryChannel()
    faults = [
        Fault("taken", Sent, planning(channel, None)),
        Fault("busy", TryLater, planning(channel, TryLater("busy"))),
        Fault("dead", GiveUp, planning(channel, GiveUp("dead", disable=True))),
        Fault("lost", Unknown, planning(channel, Unknown("lost"))),
    ]
    await checked(channel, faults, bad=[" "])
    assert [message.id for message in channel.sent] == ["n-1", "n-1"]


async def test_each_broken_promise_of_a_channel_is_named() -> None:
    channel = MemoryChannel()
    with pytest.raises(ContractError, match="busy: TryLater instead of Sent"):
        await checked(channel, [Fault("busy", Sent, planning(channel, TryLater("busy")))])
    with pytest.raises(ContractError, match="send raised Rejected"):
        await checked(channel, [Fault("odd", GiveUp, planning(channel, Rejected("odd")))])
    with pytest.raises(ContractError, match="'bob' was accepted"):
        await checked(channel, [], bad=["bob"])
    with pytest.raises(ContractError, match="voice"):
        await checked(MemoryChannel("smoke signals"), [])


async def test_a_lost_answer_may_have_arrived_or_not() -> None:
    channel = MemoryChannel(plan=[Unknown("lost"), Swallowed("lost")])
    async with aiohttp.ClientSession() as http:
        for message_id, found in (("n-1", Sent("memory-1")), ("n-2", None)):
            message = Message(message_id, "alice", "Easy.", Severity.REST, NOW)
            with pytest.raises(Unknown):
                await channel.send(message, http, NOW)
            assert await channel.lookup(message, NOW, http) == found
    assert channel.looked_up == ["n-1", "n-2"]


def test_the_memory_channel_reads_replies_and_receipts() -> None:
    def call(path: str, **given: Any) -> Delivery:
        return Delivery("memory", "POST", path, {}, {"x-memory": "genuine"}, json.dumps(given).encode(), NOW)

    reply, receipt = call("inbound", **{"from": "alice", "text": "4"}), call("status/n-1", state="delivered")
    channel = MemoryChannel()
    assert channel.read(reply) == [Reply("alice", "4")]
    assert channel.read(receipt) == [Receipt("n-1", "delivered")]
    with pytest.raises(ContractError, match="flipped bit"):  # its header signs nothing, and the kit notices
        check_callbacks(channel, [Sample("a reply", reply)], NOW)
    with pytest.raises(ContractError, match="flipped bit"):  # a sealed body is tried with forgeries of itself alone
        check_callbacks(channel, [Sample("a reply", reply, sealed=True)], NOW)


def test_the_clock_stands_until_it_is_moved() -> None:
    clock = FixedClock(NOW)
    assert clock() == clock() == NOW
    assert clock.advance(timedelta(hours=1)) == clock() == NOW + timedelta(hours=1)


# One stage for every channel


def scenes(channel: MemoryChannel, **other: Any) -> dict[str, Callable[[], object]]:
    """Every case as it should end, but for `other`."""
    lost = dict.fromkeys(("hangs", "reset", "cut", "garbage"), Unknown("lost"))
    later = dict.fromkeys(("not reached", "ill", "login"), TryLater("not now"))
    asked = {"busy": TryLater("busy", after=timedelta(seconds=90))}
    final = {"no": GiveUp("no"), "dead": GiveUp("gone", disable=True)}
    ends: dict[str, Any] = {"accepted": None, **lost, **later, **asked, **final, **other}
    return {case: planning(channel, end) for case, end in ends.items()}


async def staged(channel: MemoryChannel, plays: Any, **more: Any) -> Mapping[str, str]:
    given: dict[str, Any] = {"bends": {"expired": "it keeps whatever it is given"}, **more}
    stage = Stage(channel, MESSAGE, plays, lambda: len(channel.sent), [" "], **given)
    async with aiohttp.ClientSession() as http:
        return await check_stage(stage, http, NOW, limit_s=0.2)


async def test_a_stage_gives_one_word_for_each_case() -> None:
    channel = MemoryChannel()
    row = await staged(channel, scenes(channel))
    assert list(row) == [case.name for case in (*CASES, *OURS)]
    assert [row[case] for case in ("accepted", "not reached", "busy", "hangs", "no", "dead", "looked up")] == [
        "sent", "later", "as asked", "unknown", "failed", "off", "yes",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "end", "complaint"),
    [
        ("accepted", TryLater("busy"), r"accepted \(.*\) ends in 'later', not in sent"),
        ("not reached", Unknown("lost"), "'unknown', not in later"),
        ("busy", GiveUp("busy"), "'failed', not in as asked or later"),
        ("hangs", TryLater("lost"), "'later', not in unknown"),
        ("reset", TryLater("lost"), "'later', not in unknown"),
        ("cut", GiveUp("lost"), "'failed', not in sent or unknown"),
        ("login", GiveUp("no login", disable=True), "'off', not in"),
        ("no", None, "'sent', not in failed"),
        ("dead", GiveUp("gone"), "'failed', not in off"),
        ("no", GiveUp("alice is gone"), "tells the address or the text"),
        ("no", Rejected("odd"), "send raised Rejected"),
    ],
)
async def test_each_unsound_end_is_named(case: str, end: Any, complaint: str) -> None:
    channel = MemoryChannel()
    with pytest.raises(ContractError, match=complaint):
        await staged(channel, scenes(channel, **{case: end}))


async def test_a_stage_is_complete_and_names_its_bends() -> None:
    channel = MemoryChannel()
    with pytest.raises(ContractError, match="no scene for 'dead'"):
        await staged(channel, {case: play for case, play in scenes(channel).items() if case != "dead"})
    with pytest.raises(ContractError, match="'on fire' is none of the cases"):
        await staged(channel, scenes(channel, **{"on fire": None}))
    with pytest.raises(ContractError, match=r"expired .* ends in 'sent'"):
        await staged(channel, scenes(channel), bends={})
    bent = await staged(
        channel, scenes(channel, reset=TryLater("lost")), bends=dict.fromkeys(("reset", "expired"), "so")
    )
    assert bent["reset"] == "later"


async def test_a_channel_that_asks_twice_or_never_ends_is_named() -> None:
    class Eager(MemoryChannel):
        async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
            await super().send(message, http, now)
            return await super().send(message, http, now)

    class Endless(MemoryChannel):
        async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
            await asyncio.Event().wait()
            raise AssertionError

    for channel, complaint in ((Eager(), "asked 2 times"), (Endless(), "accepted: no end after 0.2 s")):
        with pytest.raises(ContractError, match=complaint):
            await staged(channel, scenes(channel))


async def test_a_scene_may_set_another_channel_or_another_message() -> None:
    other = MemoryChannel(plan=[TryLater("elsewhere")])
    nobody = replace(MESSAGE, address="nobody")
    told: list[str] = []

    class Listening(MemoryChannel):
        async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
            told.append(message.address)
            return await super().send(message, http, now)

    channel = Listening()

    async def turn() -> Message:
        channel.plan.append(GiveUp("no"))
        return nobody

    await staged(channel, {**scenes(channel), "not reached": lambda: other, "no": turn})
    assert other.plan == []
    assert told.count("nobody") == 1
