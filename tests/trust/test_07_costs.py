"""7. What messages may cost, whoever makes us send them: countries; caps by number, hour and day; codes."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from conftest import Serve
from house import House, house
from outbox import outcomes, queue
from trust.everything import ENV
from twinge.core.model import Severity
from twinge.plugin import Channel, Pace, Rejected
from twinge.registry import load_plugins
from twinge.testing import MemoryChannel
from twinge_twilio import Twilio


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


class Costly(MemoryChannel):
    """A channel whose messages cost money."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self.pace = pace


def use(home: House, pace: Pace) -> Costly:
    channel = Costly(pace)
    carried: Channel = channel
    home.channels["sms"] = carried
    home.sender = home.new_sender()
    return channel


def twilio(**more: str) -> Twilio:
    own = {name.removeprefix("TWINGE_TWILIO_"): value for name, value in ENV.items() if "_TWILIO_" in name}
    return Twilio.from_env({**own, **more})


def test_numbers_of_other_countries_and_of_premium_rate_are_not_written_to() -> None:
    channel = twilio(COUNTRIES="DE,AT")
    assert channel.normalise("+49 151 12345678") == "+4915112345678"
    for number in ("+221770000000", "+15005550006", "+499001234567"):
        with pytest.raises(Rejected):
            channel.normalise(number)


def test_there_are_caps_where_nobody_set_any() -> None:
    assert (twilio().pace.per_address_day, twilio().pace.per_day) == (20, 1_000)
    assert twilio(HOURLY="50").pace.per_hour == 50


async def test_a_number_and_a_day_have_their_caps_and_the_operator_is_called(
    home: House, everything_logged: pytest.LogCaptureFixture
) -> None:
    channel = use(home, Pace(per_address_day=2, per_day=3))
    for n in range(4):
        await queue(home, n=n)
        await queue(home, "Bob", n=n)
    await home.sender.drain()
    assert len(channel.sent) == 3
    assert [one.reason for one in await outcomes(home)].count("over_cap") >= 2
    assert "operator_needed reason=over_cap" in everything_logged.text
    await queue(home, "Carol", severity=Severity.URGENT)
    await home.sender.drain()
    assert len(channel.sent) == 4  # what is grave may go twice as far


async def test_an_hour_has_its_cap_and_what_is_over_it_waits(
    home: House, everything_logged: pytest.LogCaptureFixture
) -> None:
    home.clock.forward(minutes=40)
    channel = use(home, Pace(per_hour=2))
    for n in range(5):
        await queue(home, f"Runner{n}")
    await home.sender.drain()
    assert len(channel.sent) == 2
    calls = [one for one in everything_logged.records if "over_hour" in one.getMessage()]
    assert [one.levelno for one in calls] == [logging.ERROR]
    home.clock.forward(minutes=19, seconds=59)
    await home.sender.drain()
    assert len(channel.sent) == 2
    await queue(home, "Grave", severity=Severity.URGENT)
    await home.sender.drain()
    assert len(channel.sent) == 3  # twice as far
    home.clock.forward(seconds=1)
    await home.sender.drain()
    assert len(channel.sent) == 5
    home.clock.forward(hours=1)
    await home.sender.drain()
    assert {f"runner{n}-1" for n in range(5)} <= {one.id for one in channel.sent}


async def test_codes_to_one_number_are_three_a_day_whoever_asks_and_five_tries(serve: Serve) -> None:
    web = await serve(channels={"memory": MemoryChannel()})
    people = [await web.alice(name=f"Runner{n}") for n in range(4)]
    there = {"channel": "memory", "address": "+4915112345689", "verify": True}
    asked = [(await web.call("POST", f"/api/v1/athletes/{one}/channels", there)).status for one in people]
    assert asked.count(201) >= 3
    [first] = await web.store.addresses.of(people[0])
    path = f"/api/v1/athletes/{people[0]}/channels/{first.id}"
    assert (await web.call("POST", f"{path}/code")).status == 429
    [spoken, *_] = (await web.store.outbox.find_nudges(people[2])).items
    code = "".join(sign for sign in spoken.nudge.text.split(".")[0] if sign.isdigit())
    [place] = await web.store.addresses.of(people[2])
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    answers = [
        (await web.call("POST", f"/api/v1/athletes/{people[2]}/channels/{place.id}/confirm", {"code": each})).status
        for each in (wrong, wrong, wrong, wrong, wrong, code)
    ]
    assert answers == [400] * 6
    async with web.store.write() as tx:
        late = await web.store.verifications.confirm(tx, place, code, web.clock() + timedelta(minutes=11))
    assert not late


def test_every_channel_that_costs_money_is_capped() -> None:
    for name, channel in load_plugins(ENV).channels.items():
        if channel.voice == "sms":
            pace = getattr(channel, "pace", Pace())
            assert pace.per_day, name
            assert pace.per_address_day, name
