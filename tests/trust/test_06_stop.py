"""6. Consent and STOP are looked at last, right before the call, and no operator can take a STOP back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conftest import Serve
from fakes import NOON
from house import House, house
from outbox import outcome, outcomes, queue
from twinge.core.model import Purpose, Severity
from twinge.store import Consent
from twinge.testing import MemoryChannel

GRAVEST = [Severity.SLOW_DOWN, Severity.REST, Severity.SEE_DOCTOR, Severity.URGENT]


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


async def test_a_stop_that_comes_while_messages_wait_counts(home: House) -> None:
    """However grave they are."""
    for n, severity in enumerate(GRAVEST):
        await queue(home, severity=severity, n=n)
    body = json.dumps({"from": "+15550100000", "text": "STOP"}).encode()
    await home.deliver(body, platform="channel:sms", lane="channel:sms:1")
    await home.worker.drain()
    await home.sender.drain()
    assert home.channel.sent == []
    assert {one.state for one in await outcomes(home)} == {"void"}


async def test_a_stop_by_the_last_moment_counts(home: House) -> None:
    """The message is due and nothing withdrew it: the look before the call alone is left."""
    await queue(home)
    [place] = await home.store.addresses.of(home.people["Alice"])
    async with home.store.write() as tx:
        await home.store.addresses.stop(tx, place, NOON)
    await home.sender.drain()
    assert home.channel.sent == []
    assert (await outcome(home)).reason == "stopped"


async def test_without_consent_for_it_nothing_goes(home: House) -> None:
    await queue(home)
    [place] = await home.store.addresses.of(home.people["Alice"])
    async with home.store.write() as tx:
        await home.store.addresses.withdraw(tx, place, Consent(NOON, "said so", purposes=(Purpose.LOAD,), by="athlete"))
    await home.sender.drain()
    assert home.channel.sent == []
    assert (await outcome(home)).reason == "no_consent"


async def test_an_operator_cannot_take_a_stop_back(serve: Serve) -> None:
    web = await serve(channels={"memory": MemoryChannel()})
    there = {"channel": "memory", "address": "+4915112345689"}
    alice = await web.alice(channels=[there])
    [place] = await web.store.addresses.of(alice)
    async with web.store.write() as tx:
        await web.store.addresses.stop(tx, place, web.clock())
    path = f"/api/v1/athletes/{alice}/channels"
    await web.call("DELETE", f"{path}/{place.id}")
    await web.call("POST", path, there)
    await web.call("PATCH", f"{path}/{place.id}", {"purposes": ["load", "pain", "digest"]})
    assert {one.shut for one in await web.store.addresses.of(alice)} <= {"stopped"}
    other = await web.alice(name="Bob", channels=[there])
    assert {one.shut for one in await web.store.addresses.of(other)} == {"stopped"}
