"""The sender takes each nudge to its end: sent, failed, expired, void, or unknown and then looked up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from fakes import NOON, GiveUp, Sent, TryLater, Unknown
from house import House, house
from outbox import outcome, outcomes, queue
from twinge.core.model import Athlete, Nudge, Severity
from twinge.plugin import Message
from twinge.store.lanes import reply_lane


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


async def test_a_nudge_is_sent_once_with_our_id_in_the_callback(home: House) -> None:
    await queue(home)
    assert await home.sender.drain() == 1
    assert await home.sender.drain() == 0
    assert home.channel.sent == [
        Message(
            "alice-1",
            "+15550100000",
            "Take it easy, Alice.",
            Severity.REST,
            NOON + timedelta(hours=6),
            "https://t.example/channels/sms/status/alice-1",
        )
    ]
    spoken = await outcome(home)
    assert (spoken.state, spoken.provider_id, spoken.sent_at, spoken.attempts) == ("sent", "SM1", NOON, 1)


async def test_a_channel_may_know_at_once_that_it_arrived(home: House) -> None:
    await queue(home)
    home.channel.plays = [Sent(None, "delivered")]
    await home.sender.drain()
    assert (await outcome(home)).state == "delivered"


async def test_it_is_not_sent_before_its_time(home: House) -> None:
    home.clock.forward(hours=1)
    await queue(home)
    home.clock.forward(hours=-1)
    assert await home.sender.drain() == 0


async def test_what_comes_too_late_expires(home: House) -> None:
    await queue(home)
    home.clock.forward(hours=6)
    await home.sender.drain()
    assert (await outcome(home)).state == "expired"
    assert home.channel.sent == []


@pytest.mark.parametrize("word", ["stopped", "disabled", "muted", "paused"])
async def test_the_last_check_holds_what_must_not_go_out(home: House, word: str) -> None:
    await queue(home)
    alice = home.people["Alice"]
    [place] = await home.store.addresses.of(alice)
    async with home.store.write() as tx:
        if word == "stopped":
            await home.store.addresses.stop(tx, place, NOON)
        if word == "disabled":
            await home.store.addresses.disable(tx, place.id, "landline")
    if word == "muted":
        await home.wish("Alice", mute=("L01", "R02"))
    if word == "paused":
        await home.wish("Alice", paused_until=NOON + timedelta(days=3))
    await home.sender.drain()
    reason = {"disabled": "no_channel"}.get(word, word)
    spoken = await outcome(home)
    assert (spoken.state, spoken.reason) == ("void", reason)
    [held] = (await home.store.outbox.find_held(alice)).items
    assert (held.reason, held.rules, held.activity) == (reason, ("L01",), "fake:1")
    assert home.channel.sent == []


async def test_a_stop_counts_from_when_it_was_taken_in_and_not_from_when_it_is_read(home: House) -> None:
    await queue(home)
    await queue(home, "Bob")
    number = "+15550100000"
    stop = b'{"from": "+15550100000", "text": "STOP"}'
    await home.deliver(stop, platform="channel:sms", lane=reply_lane(home.store.seal, "channel:sms", number))
    await queue(home, severity=Severity.URGENT, n=2)
    await home.sender.drain()
    assert [message.id for message in home.channel.sent] == ["alice-2", "bob-1"]
    assert [one.state for one in await outcomes(home)] == ["waiting", "sent"]
    await home.worker.drain()
    await home.sender.drain()
    assert [one.state for one in await outcomes(home)] == ["void", "sent"]


async def test_what_was_written_and_read_holds_nothing_up(home: House) -> None:
    await queue(home)
    lane = reply_lane(home.store.seal, "channel:sms", "+15550100000")
    await home.deliver(b'{"from": "+15550100000", "text": "OK"}', platform="channel:sms", lane=lane)
    assert await home.sender.drain() == 0
    await home.worker.drain()
    await home.sender.drain()
    assert "alice-1" in [message.id for message in home.channel.sent]


async def test_a_pause_does_not_hold_what_sends_to_a_doctor_but_stop_does(home: House) -> None:
    await queue(home, severity=Severity.SEE_DOCTOR)
    await home.wish("Alice", paused_until=NOON + timedelta(days=3))
    await home.sender.drain()
    assert (await outcome(home)).state == "sent"
    await queue(home, "Bob", severity=Severity.URGENT)
    [place] = await home.store.addresses.of(home.people["Bob"])
    async with home.store.write() as tx:
        await home.store.addresses.stop(tx, place, NOON)
    await home.sender.drain()
    assert (await outcome(home, "Bob")).state == "void"


async def test_quiet_hours_wait_for_the_window(home: House) -> None:
    await queue(home)
    await home.wish("Alice", quiet_from=time(11), quiet_to=time(15))
    await home.sender.drain()
    assert (await outcome(home)).nudge.not_before == NOON + timedelta(hours=3)
    assert home.channel.sent == []
    home.clock.forward(hours=3)
    await home.sender.drain()
    assert (await outcome(home)).state == "sent"


async def test_quiet_hours_that_outlast_it_let_it_expire_and_urgent_ones_go(home: House) -> None:
    await queue(home)
    await queue(home, "Bob", severity=Severity.URGENT)
    for name in ("Alice", "Bob"):
        await home.wish(name, quiet_from=time(11), quiet_to=time(22))
    await home.sender.drain()
    assert (await outcome(home)).state == "expired"
    assert (await outcome(home, "Bob")).state == "sent"


async def test_try_later_waits_as_told_then_longer_each_time(home: House) -> None:
    await queue(home)
    home.channel.plays = [TryLater("429", after=timedelta(minutes=7)), TryLater("busy")]
    await home.sender.drain()
    spoken = await outcome(home)
    assert (spoken.state, spoken.reason) == ("waiting", "429")
    assert spoken.nudge.not_before == NOON + timedelta(minutes=7)
    home.clock.forward(minutes=7)
    await home.sender.drain()
    assert (await outcome(home)).nudge.not_before == home.clock() + timedelta(minutes=2)
    home.clock.forward(minutes=2)
    await home.sender.drain()
    spoken = await outcome(home)
    assert (spoken.state, spoken.attempts) == ("sent", 3)


async def test_later_than_it_is_worth_is_failed(home: House) -> None:
    await queue(home)
    home.channel.plays = [TryLater("daily cap", after=timedelta(hours=8))]
    await home.sender.drain()
    spoken = await outcome(home)
    assert (spoken.state, spoken.reason) == ("failed", "daily cap, and its time is over before the next try")


async def test_give_up_fails_and_may_disable_the_address(home: House) -> None:
    await queue(home)
    await queue(home, "Bob")
    home.channel.plays = [GiveUp("21610 opted out", disable=True), GiveUp("30007 filtered")]
    await home.sender.drain()
    reasons = {(await outcome(home, name)).reason: name for name in ("Alice", "Bob")}
    assert set(reasons) == {"21610 opted out", "30007 filtered"}
    [dead] = await home.store.addresses.of(home.people[reasons["21610 opted out"]])
    [alive] = await home.store.addresses.of(home.people[reasons["30007 filtered"]])
    assert (dead.disabled_reason, alive.disabled_reason) == ("21610 opted out", None)


@pytest.mark.parametrize("lost", ["unknown", "deadline", "bug"])
async def test_a_lost_answer_is_looked_up_and_found(home: House, lost: str) -> None:
    await queue(home)
    home.channel.hangs = lost == "deadline"
    plays: dict[str, list[Exception | Sent]] = {"unknown": [Unknown("reset")], "bug": [ZeroDivisionError()]}
    home.channel.plays = plays.get(lost, [])
    await home.sender.drain()
    assert (await outcome(home)).state == "unknown"
    home.clock.forward(seconds=60)
    assert await home.sender.drain() == 0
    home.clock.forward(seconds=31)
    home.channel.found = Sent("SM9", "delivered")
    await home.sender.drain()
    spoken = await outcome(home)
    assert (spoken.state, spoken.provider_id) == ("delivered", "SM9")
    assert len(home.channel.sent) == 1


async def test_a_lost_message_is_repeated_only_where_a_miss_is_worse(home: House) -> None:
    await queue(home)
    await queue(home, "Bob", severity=Severity.SEE_DOCTOR)
    home.channel.plays = [Unknown("reset"), Unknown("reset")]
    await home.sender.drain()
    home.clock.forward(seconds=91)
    await home.sender.drain()
    assert ((await outcome(home)).state, (await outcome(home)).reason) == ("failed", "answer lost")
    spoken = await outcome(home, "Bob")
    assert (spoken.state, spoken.attempts) == ("sent", 2)
    assert [message.id for message in home.channel.sent].count("bob-1") == 2


async def test_an_answer_that_is_lost_each_time_ends(home: House) -> None:
    await queue(home, severity=Severity.URGENT)
    home.channel.plays = [Unknown("reset") for _ in range(9)]
    for _ in range(9):
        await home.sender.drain()
        home.clock.forward(seconds=91)
    assert (await outcome(home)).state == "failed"
    assert len(home.channel.sent) == 3


async def test_a_channel_that_cannot_be_asked_is_asked_again_for_an_hour(home: House) -> None:
    await queue(home, severity=Severity.URGENT)
    home.channel.plays = [Unknown("reset")]
    home.channel.found = TryLater("down")
    await home.sender.drain()
    for _ in range(50):
        home.clock.forward(seconds=91)
        await home.sender.drain()
    spoken = await outcome(home)
    assert (spoken.state, spoken.reason) == ("failed", "answer lost, and the channel could not be asked")
    assert len(home.channel.sent) == 1


async def test_what_a_dead_process_had_taken_is_unknown_and_not_sent_again_blindly(home: House) -> None:
    await queue(home)
    [taken] = await home.store.post.claim(NOON, {"sms": 9})
    assert taken.attempts == 1
    home.clock.forward(seconds=59)
    await home.sender.drain()
    assert (await outcome(home)).state == "taken"
    home.clock.forward(seconds=2)
    await home.sender.drain()
    assert (await outcome(home)).state == "unknown"
    home.clock.forward(seconds=91)
    await home.sender.drain()
    assert (await outcome(home)).state == "failed"
    assert home.channel.sent == []


async def test_one_athlete_hears_one_message_at_a_time_and_in_order(home: House) -> None:
    for n in range(3):
        await queue(home, n=n)
        home.clock.forward(seconds=1)
    for n in range(30):
        await queue(home, f"Runner{n}")
    await home.sender.drain()
    assert [one.id for one in home.channel.sent if one.id.startswith("alice")] == ["alice-0", "alice-1", "alice-2"]
    assert len(home.channel.sent) == 33
    assert 5 < home.channel.most_at_once <= 20


async def test_the_sender_stops_when_told_and_a_send_under_way_is_settled(home: House) -> None:
    await queue(home)
    stop = asyncio.Event()
    running = asyncio.ensure_future(home.sender.run(stop))
    await home.channel.called.wait()
    stop.set()
    await asyncio.wait_for(running, 3)
    assert (await outcome(home)).state == "sent"


async def test_a_picture_goes_along_with_the_first_try_to_a_channel_that_can_carry_one(home: House) -> None:
    def picture(nudge: Nudge, athlete: Athlete, now: datetime) -> str:
        return f"https://t.example/i/{nudge.id}-{athlete.name}.png"

    home.sender = home.new_sender(picture=picture)
    await queue(home)
    await home.sender.drain()
    assert home.channel.sent[0].picture_url is None
    home.channel.pictures = True  # type: ignore[attr-defined]
    home.sender = home.new_sender(picture=picture)
    await queue(home, "Bob")
    home.channel.plays = [TryLater("not now"), Sent("SM2")]
    await home.sender.drain()
    home.clock.forward(minutes=10)
    await home.sender.drain()
    assert [one.picture_url for one in home.channel.sent[1:]] == ["https://t.example/i/bob-1-Bob.png", None]
