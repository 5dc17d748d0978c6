"""From one key to the next, with the service at work: all of it, by halves, and what may be forgotten then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from fakes import NOON, said
from house import SECRET, House, house, url_of
from twinge.config import Settings
from twinge.core.model import Report
from twinge.database import no_pause, opened
from twinge.plugin import Tokens, TwingeError
from twinge.store import Consent, Store, codec
from twinge.store.engine import Unusable
from twinge.store.seal import WrongSecret, id_of
from twinge.store.tables import address, inbox, sealing

OLD = b"the-old-secret-of-32-characters-ok"
NEW = b"the-new-secret-of-32-characters-ok"
BOTH = NEW + b"\n" + OLD
NUMBER = "+15550100000"


@asynccontextmanager
async def under(folder: Path, secret: bytes) -> AsyncIterator[House]:
    """The same database, opened with these keys, as after a restart."""
    async with house_under(folder, secret) as home:
        await home.store.rotation.begin()
        yield home


@asynccontextmanager
async def house_under(folder: Path, secret: bytes) -> AsyncIterator[House]:
    """As `under`, without the look at the keys that a start begins with."""
    store = await Store.open(url_of(folder), secret=secret)
    try:
        yield House(store)
    finally:
        await store.close()


@pytest.fixture
async def lived_in(tmp_path: Path) -> Path:
    """A database under the old key with something in every sealed column."""
    async with house(tmp_path):
        pass
    async with under(tmp_path, OLD) as home:
        await live(home)
    return tmp_path


async def live(home: House) -> None:
    alice = await home.move_in("Alice")
    store, tokens = home.store, Tokens("access-1", "refresh-1")
    async with store.write() as tx:
        await store.athletes.connect(tx, alice, "strava", "77", NOON, tokens=tokens)
        await store.athletes.connect(tx, alice, "wahoo", "88", NOON, tokens=tokens)
        [wahoo] = [one for one in await store.athletes.connections_in(tx, alice) if one.platform == "wahoo"]
        await store.endings.end(tx, wahoo, NOON, tell=True)
        await store.connecting.begin(tx, alice, "strava", "token", "verifier", NOON)
        await store.marks.bury(tx, [("sms", "+15550109999")])
    await home.deliver(said("alice", Report("fake:r1", NOON, pain=4, text="it pulls behind the knee")))
    await home.worker.drain()


async def turn(store: Store) -> dict[str, int]:
    found = await store.rotation.run(lambda table, rows: None, no_pause)
    assert found.shut == {}
    return found.sealed


async def everything(home: House) -> list[Any]:
    """What is sealed, as it reads."""
    store = home.store
    athlete = (await store.athletes.find()).items[0].id
    handled = await store.inbox.get(1)
    return [
        [(one.address, one.usable) for one in await store.addresses.of(athlete)],
        [(one.access_token, one.refresh_token) for one in await store.athletes.connections(athlete)],
        [one.text for one in (await store.reports.find(athlete)).items],
        [one.nudge.text for one in (await store.outbox.find_nudges(athlete)).items],
        None if handled is None else handled.delivery.body,
    ]


async def test_everything_is_the_same_under_the_new_key_and_the_old_may_go(lived_in: Path) -> None:
    async with under(lived_in, OLD) as home:
        before = await everything(home)
    assert before[2] == ["it pulls behind the knee"]
    assert before[3]
    async with under(lived_in, BOTH) as home:
        assert await everything(home) == before
        left = await home.store.rotation.left()
        assert {"inbox", "address", "connection", "farewell", "handshake", "report", "nudge"} <= set(left)
        assert await turn(home.store) == left
        assert await home.store.rotation.left() == {}
        assert await turn(home.store) == {}
        assert await home.store.rotation.retire() == [id_of(OLD)]
    async with under(lived_in, NEW) as home:
        assert await everything(home) == before
        [farewell] = await home.store.endings.take(NOON)
        assert farewell.tokens.refresh_token == "refresh-1"


async def test_the_old_key_may_not_go_before(lived_in: Path) -> None:
    async with under(lived_in, BOTH) as home:
        with pytest.raises(Unusable, match="twinge keys rotate"):
            await home.store.rotation.retire()
    with pytest.raises(WrongSecret, match=id_of(OLD)):
        async with under(lived_in, NEW):
            pass
    async with under(lived_in, BOTH) as home:
        assert (await everything(home))[0] == [(NUMBER, True)]


async def test_what_stopped_in_the_middle_goes_on(lived_in: Path) -> None:
    class Stopped(Exception):
        pass

    async def stop() -> None:
        raise Stopped

    async with under(lived_in, BOTH) as home:
        whole = await home.store.rotation.left()
        with pytest.raises(Stopped):
            await home.store.rotation.run(lambda table, rows: None, stop)
        half = await home.store.rotation.left()
        assert 0 < sum(half.values()) < sum(whole.values())
        assert await turn(home.store) == half


async def test_what_a_process_with_the_old_key_in_front_writes_meanwhile_is_found(lived_in: Path) -> None:
    async with under(lived_in, BOTH) as home:
        await turn(home.store)
        async with under(lived_in, OLD + b" " + NEW) as late:
            await late.deliver(b'{"owner": "alice"}', key="late")
        with pytest.raises(Unusable, match="1 of inbox"):
            await home.store.rotation.retire()
        assert await turn(home.store) == {"inbox": 1}


async def test_an_address_is_found_added_and_stopped_while_keys_change(lived_in: Path) -> None:
    async with under(lived_in, BOTH) as home:
        store = home.store
        for done in (False, True):
            async with store.write() as tx:
                [found] = await store.addresses.at(tx, "sms", NUMBER)
                again = await store.addresses.add(
                    tx, found.athlete_id, "sms", NUMBER, Consent(NOON, "test"), verified_at=NOON
                )
                assert again.id == found.id
                rows = (await tx.execute(select(func.count()).select_from(address))).scalar_one()
                assert rows == 1
            if not done:
                await turn(store)


async def test_a_stop_outlives_its_key(lived_in: Path) -> None:
    async with under(lived_in, BOTH) as home:
        await turn(home.store)
        await home.store.rotation.retire()
    async with under(lived_in, NEW) as home, home.store.write() as tx:
        assert await home.store.marks.is_buried(tx, "sms", "+15550109999")
        await home.store.marks.raise_up(tx, "sms", "+15550109999")
        assert not await home.store.marks.is_buried(tx, "sms", "+15550109999")
    third = b"the-third-secret-of-32-characters!"
    async with under(lived_in, third + b" " + NEW) as home:
        await turn(home.store)
        await home.store.rotation.retire()
        async with home.store.read() as tx:
            kept = set((await tx.execute(select(sealing.c.name))).scalars())
        assert kept == {"whole", f"key:{id_of(third)}", f"marks:{id_of(OLD)}", f"marks:{id_of(NEW)}"}
    async with under(lived_in, third):
        pass


async def test_a_code_and_a_repeated_call_are_known_while_keys_change(lived_in: Path) -> None:
    dead = timedelta(minutes=1)
    async with under(lived_in, OLD) as home, home.store.write() as tx:
        [place] = await home.store.addresses.at(tx, "sms", NUMBER)
        code = await home.store.verifications.begin(tx, place, NOON)
    async with under(lived_in, OLD) as home:
        claim = await home.store.repeats.claim("key:1", "k", b"request", NOON, dead_after=dead)
        await home.store.repeats.settle(claim, "the answer", None)
    async with under(lived_in, BOTH) as home:
        again = await home.store.repeats.claim("key:1", "k", b"request", NOON, dead_after=dead)
        assert (again.state, again.answer) == ("done", "the answer")
        other = await home.store.repeats.claim("key:1", "k", b"another", NOON, dead_after=dead)
        assert other.state == "other"
        assert await home.store.rotation.last_repeat(NOON) == NOON + timedelta(hours=24)
        assert await home.store.rotation.last_repeat(NOON + timedelta(hours=25)) is None
        async with home.store.write() as tx:
            assert await home.store.verifications.confirm(tx, place, code, NOON)


async def test_a_row_that_does_not_open_holds_nobody_up(lived_in: Path) -> None:
    """It is counted, its delivery is dead with what to do, its address is shut; everybody else goes on."""
    async with under(lived_in, OLD) as home:
        await home.deliver(b'{"owner": "alice"}', key="broken")
        await home.deliver(said("alice", Report("fake:r2", NOON, pain=2)), key="whole")
        async with home.store.write() as tx:
            broken = select(inbox.c.body).where(inbox.c.key == "whole").scalar_subquery()
            await tx.execute(update(inbox).where(inbox.c.key == "broken").values(body=broken))
        await home.worker.drain()
        async with home.store.read() as tx:
            rows = {row.key: (row.state, row.note) for row in await tx.execute(select(inbox))}
        assert rows["whole"][0] == "done"
        assert rows["broken"][0] == "dead"
        assert "TWINGE_SECRET_KEY" in rows["broken"][1]
        async with home.store.write() as tx:
            await tx.execute(update(address).values(address="v1.00000000.nothing"))
        [shut] = await home.store.addresses.of((await home.store.athletes.find()).items[0].id)
        assert (shut.usable, shut.address) == (False, "")
    async with under(lived_in, BOTH) as home:
        found = await home.store.rotation.run(lambda table, rows: None, no_pause)
        assert found.shut == {"inbox": 1, "address": 1}
        with pytest.raises(Unusable, match="1 of address"):
            await home.store.rotation.retire()


async def test_a_key_that_is_lost_is_given_up_and_the_rest_goes_on(lived_in: Path) -> None:
    async with house_under(lived_in, NEW) as home:
        assert await home.store.rotation.missing() == [id_of(OLD)]
        gone = await home.store.losses.give_up(id_of(OLD))
        assert {"address", "connection", "farewell", "handshake", "inbox", "nudge", "report"} == set(gone)
    async with under(lived_in, NEW) as home:
        assert await home.store.rotation.begin() is True
        athlete = (await home.store.athletes.find()).items[0].id
        addresses, tokens, reports, words, delivery = await everything(home)
        assert (addresses, set(tokens), reports, set(words), delivery) == ([], {(None, None)}, [], {""}, None)
        states = {one.platform: one.state for one in await home.store.athletes.connections(athlete)}
        assert states == {"fake": "connected", "strava": "expired", "wahoo": "revoked"}
        async with home.store.write() as tx:
            made = await home.store.addresses.add(tx, athlete, "sms", NUMBER, Consent(NOON, "test"), verified_at=NOON)
        assert made.usable
        assert await home.store.rotation.left() == {}


async def test_a_rotation_waits_for_a_service_with_the_new_key(lived_in: Path) -> None:
    async with under(lived_in, BOTH) as home:
        assert not await home.store.rotation.is_served()
        await home.store.rotation.serve()
        assert await home.store.rotation.is_served()


async def test_what_is_plain_is_sealed_and_is_not_served_before(lived_in: Path) -> None:
    """On PostgreSQL, where others may be at work, a start leaves it alone; `twinge db upgrade` does it."""
    async with under(lived_in, OLD) as home:
        before = await everything(home)
        async with home.store.write() as tx:
            await tx.execute(update(address).values(address=NUMBER, blind=None))
            body, envelope = before[4], codec.pack_envelope("POST", "", {}, {}, "")
            await tx.execute(update(inbox).values(body=body, envelope=envelope))
            await tx.execute(sealing.delete())
    fresh = Settings.from_env({"TWINGE_DATA_DIR": str(lived_in), "TWINGE_SECRET_KEY": OLD.decode()})
    settings = replace(fresh, database_url=url_of(lived_in))
    if not settings.database_url.startswith("sqlite"):
        with pytest.raises(TwingeError, match="twinge db upgrade"):
            async with opened(settings):
                pass
    async with opened(settings, upgrading=True) as store:
        assert await everything(House(store)) == before
        assert await store.rotation.left() == {}
    async with opened(settings) as store:
        assert await everything(House(store)) == before


async def test_a_wrong_key_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await home.store.rotation.begin()
    with pytest.raises(WrongSecret, match="line of secret"):
        async with under(tmp_path, NEW):
            pass
    async with under(tmp_path, SECRET):
        pass
