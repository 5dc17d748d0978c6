"""The athlete's page as a channel: nothing can go wrong, and nobody outside is let in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from twinge.core.model import Report, Severity
from twinge.plugin import Channel, Delivery, Message, Rejected, Reply, Sent
from twinge.testing import Fault, check_channel, hostile_bodies
from twinge_me import Me

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
ALICE = "018f0c2a3b4c5d6e7f809"
MESSAGE = Message("n-1", ALICE, "Rest a day.", Severity.REST, NOW + timedelta(hours=4))
WRITTEN = b'{"athlete":"018f0c2a3b4c5d6e7f809","text":"pain 4"}'
TOLD = b'{"athlete":"018f0c2a3b4c5d6e7f809","id":"n-1","told":{"pain":4,"site":"knee","side":"left","limp":true}}'


def delivery(body: bytes) -> Delivery:
    return Delivery("channel:me", "POST", "inbound", {}, {}, body, NOW)


async def test_it_keeps_the_contract() -> None:
    channel: Channel = Me.from_env({})
    async with aiohttp.ClientSession() as http:
        faults = [Fault("all is well", Sent, lambda: None)]
        await check_channel(channel, MESSAGE, faults, http, NOW, bad_addresses=["", " ", "a b", "ä", "x" * 65])
        assert await channel.send(MESSAGE, http, NOW) == Sent(None, "delivered")
        assert await channel.lookup(MESSAGE, NOW, http) == Sent(None, "delivered")


def test_what_was_written_is_a_reply() -> None:
    assert list(Me().read(delivery(WRITTEN))) == [Reply(ALICE, "pain 4")]


def test_what_was_chosen_in_a_form_is_a_report() -> None:
    [reply] = Me().read(delivery(TOLD))
    assert isinstance(reply, Reply)
    told = Report("me:n-1", NOW, pain=4, site="knee", side="left", limp=True)
    assert (reply.address, reply.text, reply.told) == (ALICE, "", told)


@pytest.mark.parametrize("body", [WRITTEN, TOLD], ids=["words", "a form"])
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    wrong = [b'{"athlete":"","text":"x"}', b'{"athlete":"a","text":""}', b'{"athlete":"a","told":{"pain":3}}']
    for each in [*hostile_bodies(body), *wrong, TOLD.replace(b"4", b"11")]:
        try:
            items = list(Me().read(delivery(each)))
        except Rejected:
            continue
        assert all(isinstance(item, Reply) and item.address and (item.text or item.told) for item in items)


def test_nobody_calls_from_outside() -> None:
    with pytest.raises(Rejected) as caught:
        Me().verify(delivery(WRITTEN), NOW)
    assert caught.value.status == 404
