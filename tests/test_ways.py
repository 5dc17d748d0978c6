"""Which way a message takes: the first agreed to, the next where that one fails, every one where it is grave."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import msgspec
import pytest

from fakes import NOON, FakeChannel, GiveUp, Sent, TryLater, Unknown, run, said
from house import House, house
from outbox import outcomes, queue
from twinge.core.insist import FALL_BACK, REPEAT
from twinge.core.judge import begin
from twinge.core.model import Purpose, Report, Severity, Voice
from twinge.notices import send_code, send_test
from twinge.plugin import Rejected
from twinge.store import Address, Consent
from twinge.store.addresses import REMOVED

LOAD, PAIN, DIGEST = Purpose.LOAD, Purpose.PAIN, Purpose.DIGEST
DOCTOR, URGENT = Severity.SEE_DOCTOR, Severity.URGENT
PAINFUL = {"P05": {"kind": "refer", "episode": 7, "answers": False}}


class Telling(FakeChannel):
    """A channel that tells of arrivals."""

    confirms = True


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        made.channels |= {"sms": Telling(), "push": Telling(), "mail": FakeChannel()}
        made.worker, made.sender = made.new_worker(), made.new_sender()
        await made.move_in("Alice", channel="push")
        yield made


def channel(home: House, name: str) -> FakeChannel:
    found = home.channels[name]
    assert isinstance(found, FakeChannel)
    return found


async def add(
    home: House, name: str, value: str, purposes: Sequence[Purpose] = (LOAD, PAIN, DIGEST), *, verified: bool = True
) -> Address:
    async with home.store.write() as tx:
        given = Consent(NOON, "test", "", tuple(purposes))
        at = NOON if verified else None
        return await home.store.addresses.add(tx, home.people["Alice"], name, value, given, verified_at=at)


async def receipt(home: House, nudge: str, state: str, **more: str | bool | int) -> None:
    await home.deliver(msgspec.json.encode({"nudge": nudge, "state": state, **more}), platform="channel:push")
    await home.worker.drain()


async def write(home: House, name: str, address: str, text: str) -> None:
    body = msgspec.json.encode({"from": address, "text": text})
    await home.deliver(body, platform=f"channel:{name}", lane=address)
    await home.worker.drain()


async def went(home: House) -> list[tuple[str, str]]:
    """(channel, state) of everything for Alice, in the order it was made and by id."""
    return [(one.channel, one.state) for one in sorted(await outcomes(home), key=lambda one: one.nudge.id)]


async def after(home: House, wait: timedelta) -> None:
    home.clock.now += wait
    await home.sender.drain()


# ---- the next way ----------------------------------------------------------------------------------------------------


async def test_without_word_of_its_arrival_the_next_channel_is_tried_once(home: House) -> None:
    await add(home, "sms", "+1555")
    await add(home, "mail", "alice@example.org")
    await queue(home)
    await home.sender.drain()
    await after(home, FALL_BACK - timedelta(seconds=1))
    assert await went(home) == [("push", "sent")]
    await after(home, timedelta(seconds=1))
    assert await went(home) == [("push", "sent"), ("sms", "sent")]
    await after(home, FALL_BACK)
    assert await went(home) == [("push", "sent"), ("sms", "sent"), ("mail", "sent")]
    await after(home, 4 * FALL_BACK)
    assert len(await outcomes(home)) == 3


async def test_with_word_of_its_arrival_or_an_answer_it_is_not(home: House) -> None:
    await add(home, "sms", "+1555")
    nudge = await queue(home)
    await home.sender.drain()
    await receipt(home, nudge.id, "delivered")
    await after(home, FALL_BACK)
    assert await went(home) == [("push", "delivered")]

    await queue(home, n=2)
    await home.sender.drain()
    await write(home, "push", "+15550100000", "ok")
    await after(home, FALL_BACK)
    assert len(await outcomes(home)) == 2


async def test_a_channel_that_tells_nothing_is_believed(home: House) -> None:
    await home.move_in("Bob", channel="mail")
    async with home.store.write() as tx:
        await home.store.addresses.add(tx, home.people["Bob"], "sms", "+1556", Consent(NOON, "t"), verified_at=NOON)
    await queue(home, "Bob")
    await home.sender.drain()
    await after(home, 2 * FALL_BACK)
    assert [one.channel for one in await outcomes(home, "Bob")] == ["mail"]


async def test_information_is_not_worth_a_second_way(home: House) -> None:
    await add(home, "sms", "+1555")
    await queue(home, severity=Severity.INFO)
    channel(home, "push").plays = [GiveUp("gone")]
    await home.sender.drain()
    await after(home, FALL_BACK)
    assert await went(home) == [("push", "failed")]


async def test_what_failed_goes_by_the_next_channel_at_once(home: House) -> None:
    await add(home, "sms", "+1555")
    await queue(home)
    channel(home, "push").plays = [GiveUp("410 gone", disable=True)]
    await home.sender.drain()
    assert await went(home) == [("push", "failed"), ("sms", "sent")]
    nudge = await queue(home, n=2)
    await home.sender.drain()
    assert (await outcomes(home))[-1].nudge.copy_of == nudge.id


async def test_a_receipt_that_it_failed_sends_it_on_too(home: House) -> None:
    await add(home, "sms", "+1555")
    nudge = await queue(home)
    await home.sender.drain()
    await receipt(home, nudge.id, "failed", reason="30003 unreachable")
    await home.sender.drain()
    assert await went(home) == [("push", "failed"), ("sms", "sent")]


async def test_a_trouble_that_passes_is_tried_again_where_there_is_no_other_way(home: House) -> None:
    nudge = await queue(home)
    for n in range(3):
        await home.sender.drain()
        await receipt(home, nudge.id, "failed", reason="30003 unreachable", again=10, sid=f"SM{n + 1}")
        await home.sender.drain()
        home.clock.forward(minutes=11)
    await home.sender.drain()
    assert await went(home) == [("push", "failed")]
    assert len(channel(home, "push").sent) == 3


async def test_a_trouble_that_passes_does_not_hold_up_another_way(home: House) -> None:
    await add(home, "sms", "+1555")
    nudge = await queue(home)
    await home.sender.drain()
    await receipt(home, nudge.id, "failed", reason="30003 unreachable", again=10)
    await home.sender.drain()
    assert await went(home) == [("push", "void"), ("sms", "sent")]


async def test_that_an_earlier_try_failed_is_no_news_of_the_later_one(home: House) -> None:
    nudge = await queue(home, severity=DOCTOR, facts=PAINFUL)
    channel(home, "push").plays = [Unknown("reset"), Sent("SM2")]
    await home.sender.drain()
    await after(home, timedelta(seconds=91))
    await receipt(home, nudge.id, "failed", sid="SM1")
    assert await went(home) == [("push", "sent")]
    await receipt(home, nudge.id, "delivered", sid="SM1")
    assert await went(home) == [("push", "delivered")]


async def test_a_lost_answer_goes_on_only_when_it_is_known_not_to_have_arrived(home: House) -> None:
    await add(home, "sms", "+1555")
    await queue(home)
    channel(home, "push").plays = [Unknown("reset")]
    await home.sender.drain()
    assert await went(home) == [("push", "unknown")]
    await after(home, timedelta(seconds=91))
    assert await went(home) == [("push", "failed"), ("sms", "sent")]


async def test_a_channel_that_stays_down_gives_way_and_does_not_say_it_again(home: House) -> None:
    await add(home, "sms", "+1555")
    await queue(home)
    channel(home, "push").plays = [TryLater("down", after=timedelta(hours=1))]
    await home.sender.drain()
    await after(home, FALL_BACK)
    assert await went(home) == [("push", "void"), ("sms", "sent")]
    await after(home, timedelta(hours=1))
    assert len(channel(home, "push").sent) == 1


async def test_an_address_that_is_gone_is_no_silence_where_there_is_another(home: House) -> None:
    await queue(home)
    [push] = await home.store.addresses.of(home.people["Alice"])
    async with home.store.write() as tx:
        await home.store.addresses.disable(tx, push.id, "removed")
    await add(home, "sms", "+1555")
    await home.sender.drain()
    assert await went(home) == [("push", "void"), ("sms", "sent")]
    assert (await home.store.outbox.find_held(home.people["Alice"])).items == []


async def test_what_went_two_ways_was_said_once(home: House) -> None:
    await add(home, "sms", "+1555")
    await queue(home)
    channel(home, "push").plays = [GiveUp("gone")]
    await home.sender.drain()
    alice = home.people["Alice"]
    async with home.store.read() as tx:
        told = await home.store.outbox.said(tx, [alice], NOON - timedelta(days=1))
    assert [one.rules for one in told[alice]] == [("L01",)]


# ---- every way -------------------------------------------------------------------------------------------------------


async def grave(home: House) -> list[tuple[str, str, datetime | None]]:
    found = [one for one in await outcomes(home) if one.nudge.severity >= DOCTOR]
    return sorted((one.channel, one.state, one.sent_at) for one in found)


async def test_what_is_urgent_goes_to_every_address_that_is_theirs_at_once(home: House) -> None:
    await add(home, "sms", "+1555")
    await add(home, "mail", "alice@example.org", [LOAD])
    await add(home, "sms", "+1666", verified=False)
    report = Report("fake:r1", home.clock(), pain=8, site="back", saddle_numb=True)
    await home.deliver(said("alice", report))
    await home.worker.drain()
    await home.sender.drain()
    assert await grave(home) == [("push", "sent", NOON), ("sms", "sent", NOON)]


async def test_it_is_said_once_more_where_nobody_acknowledges_it(home: House) -> None:
    await add(home, "sms", "+1555")
    await queue(home, severity=URGENT, facts=PAINFUL)
    await home.sender.drain()
    await after(home, REPEAT[URGENT])
    assert await grave(home) == [("push", "sent", NOON), *two(home, "push", "sms")]
    await after(home, 4 * REPEAT[URGENT])
    assert len(await grave(home)) == 3


def two(home: House, *names: str) -> list[tuple[str, str, datetime]]:
    return [(name, "sent", home.clock()) for name in names]


@pytest.mark.parametrize("by", ["a word", "a newer message"])
async def test_a_word_from_them_or_a_newer_one_of_ours_ends_it(home: House, by: str) -> None:
    await queue(home, severity=DOCTOR, facts=PAINFUL)
    await home.sender.drain()
    home.clock.forward(minutes=5)
    if by == "a word":
        await write(home, "push", "+15550100000", "ok")
    else:
        await queue(home, severity=Severity.QUESTION, rules=("P07",), facts={"P07": {"kind": "ask", "episode": 7}}, n=2)
    await after(home, REPEAT[DOCTOR])
    assert len([one for one in await outcomes(home) if one.nudge.severity is DOCTOR]) == 1


async def test_a_receipt_that_is_faster_than_the_answer_forgets_no_repeat(home: House) -> None:
    nudge = await queue(home, severity=URGENT, facts=PAINFUL)
    channel(home, "push").plays = [Unknown("reset")]
    await home.sender.drain()
    await receipt(home, nudge.id, "delivered")
    await after(home, REPEAT[URGENT])
    assert await went(home) == [("push", "delivered"), ("push", "sent")]


async def test_a_repeat_waits_for_the_end_of_quiet_hours_unless_it_is_urgent(home: House) -> None:
    await home.wish("Alice", quiet_from=time(20), quiet_to=time(9))
    await queue(home, severity=DOCTOR, facts=PAINFUL)
    await home.sender.drain()
    await after(home, REPEAT[DOCTOR])
    assert len(await outcomes(home)) == 1  # it would have been over by then


# ---- consent and STOP ------------------------------------------------------------------------------------------------


async def test_each_kind_of_message_goes_where_it_was_agreed_to(home: House) -> None:
    [push] = await home.store.addresses.of(home.people["Alice"])
    async with home.store.write() as tx:
        await home.store.addresses.withdraw(tx, push, Consent(NOON, "page", "", (LOAD,), by="athlete"))
    for n in range(12):
        await home.deliver(said("alice", run(f"r{n}", NOON - timedelta(days=30 - 2 * n, hours=3))))
    await home.deliver(said("alice", run("big", NOON - timedelta(hours=2), 11)))
    await home.worker.drain()
    reasons = {one.reason for one in (await home.store.outbox.find_held(home.people["Alice"])).items}
    assert "no_consent" in reasons
    assert await outcomes(home) == []
    await add(home, "sms", "+1555", [LOAD])
    home.clock.forward(days=1)
    await home.deliver(said("alice", run("bigger", home.clock() - timedelta(hours=2), 16)))
    await home.worker.drain()
    assert await went(home) == [("sms", "waiting")]


async def test_stop_on_one_channel_ends_all_and_takes_every_other_way_with_it(home: House) -> None:
    await add(home, "sms", "+1555")
    await queue(home)
    await home.sender.drain()
    await write(home, "sms", "+1555", "stop")
    await after(home, FALL_BACK)
    assert await went(home) == [("push", "sent")]
    await queue(home, n=2)
    await home.sender.drain()
    assert (await outcomes(home))[-1].reason == "stopped"
    await write(home, "sms", "+1555", "start")
    await queue(home, n=3)
    await home.sender.drain()
    assert (await outcomes(home))[-1].state == "sent"


async def test_an_opt_out_on_the_way_counts_as_stop(home: House) -> None:
    await add(home, "sms", "+1555")
    await queue(home)
    channel(home, "push").plays = [GiveUp("21610 opted out", opt_out=True)]
    await home.sender.drain()
    assert await went(home) == [("push", "failed")]
    assert {one.shut for one in await home.store.addresses.of(home.people["Alice"])} == {"stopped"}


# ---- codes, tests ----------------------------------------------------------------------------------------------------


async def test_nothing_but_its_code_goes_to_an_address_until_the_code_came_back(home: House) -> None:
    await home.wish("Alice", quiet_from=None, quiet_to=None)
    bob = await home.move_in("Bob", channel="mail")
    async with home.store.write() as tx:
        [mail] = await home.store.addresses.of(bob)
        await home.store.addresses.disable(tx, mail.id, "removed")
        given = Consent(NOON, "test")
        phone = await home.store.addresses.add(tx, bob, "sms", "+1777", given, verified_at=None)
        athlete = await home.store.athletes.get(bob)
        assert athlete is not None
        await send_code(home.store, tx, athlete, phone, Voice.SMS, NOON, asked=False)
    await queue(home, "Bob")
    await home.sender.drain()
    [code] = [one.text for one in channel(home, "sms").sent]
    digits = "".join(sign for sign in code.split(".")[0] if sign.isdigit())
    states = {one.nudge.facts.get("notice", "nudge"): (one.state, one.reason) for one in await outcomes(home, "Bob")}
    assert states == {"code": ("sent", None), "nudge": ("void", "not_verified")}

    await write(home, "sms", "+1777", f"{int(digits) ^ 1:06d}")
    assert (await home.store.addresses.of(bob))[0].shut == "not_verified"
    assert len(await outcomes(home, "Bob")) == 2
    await write(home, "sms", "+1777", f"{digits[:3]} {digits[3:]}")
    assert (await home.store.addresses.of(bob))[0].shut is None
    await home.sender.drain()
    assert "Twinge writes to you about your training" in channel(home, "sms").sent[-1].text
    await queue(home, "Bob", n=2)
    await home.sender.drain()
    assert (await outcomes(home, "Bob"))[-1].state == "sent"


async def test_a_code_that_an_operator_asks_for_at_night_is_refused_with_the_hour(home: House) -> None:
    alice = home.people["Alice"]
    await home.wish("Alice", quiet_from=time(11), quiet_to=time(15))
    phone = await add(home, "sms", "+1777", verified=False)
    athlete = await home.store.athletes.get(alice)
    assert athlete is not None
    with pytest.raises(Rejected, match="until 15:00 UTC"):
        async with home.store.write() as tx:
            await send_code(home.store, tx, athlete, phone, Voice.SMS, NOON, asked=False)
    async with home.store.write() as tx:
        await send_code(home.store, tx, athlete, phone, Voice.SMS, NOON, asked=True)
        [push, _] = await home.store.addresses.of(alice)
        await send_test(home.store, tx, athlete, push, Voice.PUSH, NOON, asked=False)
    await home.sender.drain()
    assert (len(channel(home, "sms").sent), len(channel(home, "push").sent)) == (1, 0)


async def test_an_answer_on_the_page_is_to_what_went_anywhere(home: House) -> None:
    page = await add(home, "me", home.people["Alice"], [])
    nudge = await queue(home)
    await home.sender.drain()
    async with home.store.write() as tx:
        last = await home.store.outbox.answered(tx, page, home.clock())
    assert last is not None
    assert last.id == nudge.id
    assert (await outcomes(home))[0].answered_at == home.clock()


# ---- what is easily lost or doubled ----------------------------------------------------------------------------------


async def test_what_waits_behind_a_dead_address_goes_the_other_way_too(home: House) -> None:
    await add(home, "sms", "+1555")
    await queue(home)
    await queue(home, n=2)
    channel(home, "push").plays = [GiveUp("410 gone", disable=True)]
    await home.sender.drain()
    assert await went(home) == [("push", "failed"), ("sms", "sent"), ("push", "void"), ("sms", "sent")]


async def test_a_call_under_way_is_not_overtaken_by_another_way(home: House) -> None:
    await add(home, "sms", "+1555")
    await queue(home)
    push = channel(home, "push")
    push.plays = [TryLater("down", after=FALL_BACK)]
    await home.sender.drain()
    push.hangs = True
    await after(home, 2 * FALL_BACK)  # as after a pause of ours: the next try and the other way are due at once
    assert await went(home) == [("push", "unknown")]
    await after(home, timedelta(seconds=91))
    assert await went(home) == [("push", "failed"), ("sms", "sent")]


@pytest.mark.parametrize(
    "end",
    [GiveUp("gone"), GiveUp("410 gone", disable=True), TryLater("down", after=timedelta(hours=5))],
)
async def test_it_is_said_once_more_also_where_the_first_address_failed(home: House, end: GiveUp | TryLater) -> None:
    [push, sms] = [*await home.store.addresses.of(home.people["Alice"]), await add(home, "sms", "+1555")]
    nudge = await queue(home, severity=URGENT, facts=PAINFUL)
    async with home.store.write() as tx:
        copied = replace(nudge, id=f"{nudge.id}-{sms.id}", copy_of=nudge.id)
        await home.store.outbox.put(tx, [(copied, sms, Voice.SMS)])
    channel(home, "push").plays = [end, end]
    await home.sender.drain()
    assert len(channel(home, "sms").sent) == 1
    await after(home, REPEAT[URGENT] - timedelta(seconds=1))
    assert len(await went(home)) == 2
    await after(home, timedelta(seconds=1))
    assert [one for one in await went(home) if one[0] == "sms"] == [("sms", "sent")] * 2
    said_so_far = len(await went(home))
    await after(home, 4 * REPEAT[URGENT])
    assert len(await went(home)) == said_so_far
    assert push.id != sms.id


async def test_a_removed_address_speaks_for_nobody_but_may_still_say_stop(home: House) -> None:
    await add(home, "sms", "+1555")
    await home.move_in("Bob", channel="sms")
    async with home.store.write() as tx:
        [push, _] = await home.store.addresses.of(home.people["Alice"])
        await home.store.addresses.disable(tx, push.id, REMOVED)
        await home.store.addresses.add(
            tx, home.people["Bob"], "push", push.address, Consent(NOON, "t"), verified_at=NOON
        )
    await queue(home)
    await home.sender.drain()
    await write(home, "push", push.address, "knee hurts 6")
    assert {one.answered_at for one in await outcomes(home)} == {None}
    kept = await home.store.history.state(home.people["Alice"])
    assert kept is None or kept.state.pain == begin().pain
    theirs = await home.store.history.state(home.people["Bob"])
    assert theirs is not None
    assert theirs.state.pain != begin().pain
    await write(home, "push", push.address, "stop")
    assert {one.shut for one in await home.store.addresses.of(home.people["Alice"])} == {"stopped"}
