"""Addresses: which may be used, what STOP and START do, and the ledger of consent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from fakes import NOON
from house import House, house
from twinge.core.model import Purpose
from twinge.plugin import Rejected
from twinge.store import Address, Consent

LOAD, PAIN, DIGEST = Purpose.LOAD, Purpose.PAIN, Purpose.DIGEST
SOON = NOON + timedelta(minutes=5)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        await made.move_in("Alice")
        yield made


async def add(home: House, channel: str, value: str, given: Consent | None, *, verified: bool = True) -> Address:
    async with home.store.write() as tx:
        at = NOON if verified else None
        return await home.store.addresses.add(tx, home.people["Alice"], channel, value, given, verified_at=at)


async def usable(home: House) -> list[str]:
    return [one.address for one in await home.store.addresses.of(home.people["Alice"]) if one.usable]


async def shut(home: House) -> dict[str, str | None]:
    return {one.address: one.shut for one in await home.store.addresses.of(home.people["Alice"])}


async def test_an_address_is_used_once_it_is_agreed_to_and_theirs(home: House) -> None:
    await add(home, "sms", "+15550100008", None)
    await add(home, "sms", "+15550100009", Consent(NOON, "test"), verified=False)
    assert await shut(home) == {"+15550100000": None, "+15550100008": "no_consent", "+15550100009": "not_verified"}
    assert await usable(home) == ["+15550100000"]


async def test_they_are_tried_by_rank_and_then_by_age(home: House) -> None:
    mail = await add(home, "mail", "alice@example.org", Consent(NOON, "test"))
    assert await usable(home) == ["+15550100000", "alice@example.org"]
    async with home.store.write() as tx:
        await home.store.addresses.put_in_order(tx, mail, -1)
    assert await usable(home) == ["alice@example.org", "+15550100000"]


async def test_stop_from_one_address_silences_all_and_only_start_from_there_opens_them(home: House) -> None:
    mail = await add(home, "mail", "alice@example.org", Consent(NOON, "test"))
    [sms, _] = await home.store.addresses.of(home.people["Alice"])
    async with home.store.write() as tx:
        await home.store.addresses.stop(tx, sms, SOON)
    assert await usable(home) == []
    async with home.store.write() as tx:
        await home.store.addresses.start(tx, mail, SOON)
    assert await usable(home) == ["alice@example.org"]
    async with home.store.write() as tx:
        await home.store.addresses.start(tx, sms, SOON)
    assert await usable(home) == ["+15550100000", "alice@example.org"]


async def test_unsubscribing_concerns_one_address_alone(home: House) -> None:
    mail = await add(home, "mail", "alice@example.org", Consent(NOON, "test"))
    async with home.store.write() as tx:
        await home.store.addresses.stop(tx, mail, SOON, alone=True)
    assert await usable(home) == ["+15550100000"]


async def test_start_elsewhere_opens_nothing_that_they_closed_from_there_themselves(home: House) -> None:
    mail = await add(home, "mail", "alice@example.org", Consent(NOON, "test"))
    [sms, _] = await home.store.addresses.of(home.people["Alice"])
    for alone in (True, False):
        async with home.store.write() as tx:
            await home.store.addresses.stop(tx, sms, NOON)
            await home.store.addresses.stop(tx, mail, SOON, alone=alone)
            await home.store.addresses.start(tx, sms, SOON)
        assert await usable(home) == ["+15550100000"]
        async with home.store.write() as tx:
            await home.store.addresses.start(tx, mail, SOON)
        assert await usable(home) == ["+15550100000", "alice@example.org"]


async def test_a_stop_holds_for_addresses_that_an_operator_adds_after_it(home: House) -> None:
    [sms] = await home.store.addresses.of(home.people["Alice"])
    async with home.store.write() as tx:
        await home.store.addresses.stop(tx, sms, SOON)
    await add(home, "mail", "alice@example.org", Consent(SOON, "stated by the operator"))
    assert await usable(home) == []
    await add(home, "push", "her browser", Consent(SOON, "subscribed on their page", by="athlete"))
    assert await usable(home) == ["her browser"]
    async with home.store.write() as tx:
        await home.store.addresses.start(tx, sms, SOON)
    assert await usable(home) == ["+15550100000", "alice@example.org", "her browser"]
    async with home.store.write() as tx:
        await home.store.addresses.stop(tx, sms, SOON, alone=True)
    await add(home, "mail", "alice@home.example", Consent(SOON, "stated by the operator"))
    assert "alice@home.example" in await usable(home)


async def test_adding_an_address_again_undoes_no_stop_but_a_removal(home: House) -> None:
    [sms] = await home.store.addresses.of(home.people["Alice"])
    async with home.store.write() as tx:
        await home.store.addresses.stop(tx, sms, SOON)
        await home.store.addresses.disable(tx, sms.id, "removed")
    assert await shut(home) == {}
    await add(home, "sms", "+15550100000", Consent(SOON, "again"))
    assert await shut(home) == {"+15550100000": "stopped"}


async def test_what_the_athlete_withdrew_no_operator_can_give(home: House) -> None:
    [sms] = await home.store.addresses.of(home.people["Alice"])
    async with home.store.write() as tx:
        await home.store.addresses.withdraw(tx, sms, Consent(SOON, "on their page", "", (LOAD,), by="athlete"))
    with pytest.raises(Rejected, match="withdrawn consent for load"):
        await add(home, "sms", "+15550100000", Consent(SOON, "stated by the operator"))
    [sms] = await home.store.addresses.of(home.people["Alice"])
    assert sms.purposes == {PAIN, DIGEST}
    async with home.store.write() as tx:
        await home.store.addresses.agree(tx, sms, Consent(SOON, "on their page", "Slow down?", (LOAD,), by="athlete"))
    await add(home, "sms", "+15550100000", Consent(SOON, "stated by the operator"))
    [sms] = await home.store.addresses.of(home.people["Alice"])
    assert sms.purposes == {LOAD, PAIN, DIGEST}


async def test_the_ledger_keeps_when_how_and_the_words(home: House) -> None:
    [sms] = await home.store.addresses.of(home.people["Alice"])
    async with home.store.write() as tx:
        await home.store.addresses.withdraw(
            tx, sms, Consent(SOON, "on their page", "No more digests", (DIGEST,), "athlete")
        )
        await home.store.addresses.stop(tx, sms, SOON)
        await home.store.addresses.start(tx, sms, SOON)
    ledger = await home.store.addresses.ledger(home.people["Alice"])
    assert [(one.what, one.by, one.how, one.words, one.at) for one in ledger] == [
        ("given", "operator", "test", "", NOON),
        ("withdrawn", "athlete", "on their page", "No more digests", SOON),
        ("stop", "athlete", "wrote STOP", "", SOON),
        ("start", "athlete", "wrote START", "", SOON),
    ]
    assert ledger[1].purposes == ("digest",)


# ---- codes ----------------------------------------------------------------------------------------------------------


async def begin(home: House, place: Address) -> str:
    async with home.store.write() as tx:
        return await home.store.verifications.begin(tx, place, home.clock())


async def confirm(home: House, place: Address, code: str) -> bool:
    async with home.store.write() as tx:
        return await home.store.verifications.confirm(tx, place, code, home.clock())


@pytest.fixture
async def unknown(home: House) -> Address:
    return await add(home, "sms", "+15550100009", Consent(NOON, "test"), verified=False)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


async def test_the_right_code_makes_the_address_theirs(home: House, unknown: Address) -> None:
    code = await begin(home, unknown)
    assert len(code) == 6
    assert code.isdecimal()
    assert not await confirm(home, unknown, wrong(code))
    assert await confirm(home, unknown, f" {code}")
    assert not await confirm(home, unknown, code)
    assert (await shut(home))["+15550100009"] is None


async def test_a_code_ends_after_ten_minutes_five_tries_or_when_another_comes(home: House, unknown: Address) -> None:
    code = await begin(home, unknown)
    home.clock.forward(minutes=10)
    assert not await confirm(home, unknown, code)
    code = await begin(home, unknown)
    for _ in range(5):
        assert not await confirm(home, unknown, wrong(code))
    assert not await confirm(home, unknown, code)
    third = await begin(home, unknown)
    assert third == code or not await confirm(home, unknown, code)
    assert await confirm(home, unknown, third)


async def test_three_codes_a_day_whoever_asks(home: House, unknown: Address) -> None:
    bob = await home.move_in("Bob")
    async with home.store.write() as tx:
        his = await home.store.addresses.add(tx, bob, "sms", unknown.address, Consent(NOON, "test"), verified_at=None)
    for place in (unknown, his, unknown):
        await begin(home, place)
    for place in (unknown, his):
        with pytest.raises(Rejected, match="three codes today") as refused:
            await begin(home, place)
        assert refused.value.status == 429
    home.clock.forward(days=1, seconds=1)
    assert not await confirm(home, his, await begin(home, unknown))
