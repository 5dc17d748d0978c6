"""What lies in the database's file: of a whole run, and of one that an older version wrote plain."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

import pytest
from alembic import command
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text

from fakes import NOON, said
from house import SECRET, House, house
from twinge.config import Settings
from twinge.core.model import Report, Wellness
from twinge.database import opened
from twinge.plugin import Delivery, Tokens
from twinge.store import Consent, Store, codec, schema
from twinge.store.seal import derive, id_of

TOLD = "a sharp pull behind the left knee, since the hill"
ANSWER = "6 and it got worse on the stairs"
MAIL = "alice.example@mail.example"


@pytest.mark.only("sqlite")
async def test_nothing_that_must_not_be_read_is_in_the_file(tmp_path: Path) -> None:
    """Numbers, addresses, tokens, free text, what vendors posted, and the words of messages, after a whole run."""
    async with house(tmp_path) as home:
        secrets = await live(home)
        found = await asyncio.to_thread(everything_in, tmp_path)  # with the log beside it
        assert [word for word in secrets if word.encode() in found] == []
        assert b"Alice" in found  # what is plain on purpose is found this way
    found = await asyncio.to_thread(everything_in, tmp_path)
    assert [word for word in secrets if word.encode() in found] == []


async def live(home: House) -> list[str]:
    """Days of Alice's; what nobody may find."""
    alice, store = await home.move_in("Alice"), home.store
    async with store.write() as tx:
        await store.athletes.connect(
            tx, alice, "strava", "77", NOON, tokens=Tokens("access-token-77", "refresh-token-77")
        )
        await store.addresses.add(tx, alice, "mail", MAIL, Consent(NOON, "test"), verified_at=NOON)
        place = next(one for one in await store.addresses.of(alice, tx) if one.channel == "sms")
        code = await store.verifications.begin(tx, place, NOON)
        await store.connecting.begin(tx, alice, "strava", "link-token", "pkce-verifier-77", NOON)
    await home.deliver(said("alice", Report("fake:r1", NOON, pain=6, site="knee", text=TOLD)))
    await home.deliver(said("alice", Wellness("fake:w1", NOON.date(), resting_hr=47)))
    await home.deliver(b'{"owner": "nobody", "secret": "a stranger wrote this"}')
    wrote = json.dumps({"from": place.address, "text": ANSWER}).encode()
    reply = Delivery("channel:sms", "POST", "", {"From": place.address}, {"id": "s1"}, wrote, NOON)
    await store.inbox.put(reply, "s1")
    await home.worker.drain()
    home.clock.forward(minutes=30)
    await home.sender.round()
    words = [one.nudge.text for one in (await store.outbox.find_nudges(alice)).items]
    assert words
    tokens = ["access-token-77", "refresh-token-77", "pkce-verifier-77", "link-token"]
    return [*words, *tokens, place.address, MAIL, TOLD, ANSWER, "a stranger wrote this", f"{code} is"]


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("twinge*")))


# ---- from an older version -------------------------------------------------------------------------------------------


@pytest.fixture
async def of_old(tmp_path: Path) -> Settings:
    """A file as the version before wrote it: tokens sealed its way, everything else plain."""
    settings = Settings.from_env({"TWINGE_DATA_DIR": str(tmp_path), "TWINGE_SECRET_KEY": SECRET.decode()})
    await asyncio.to_thread(write_old, settings.database_url, tmp_path)
    return settings


def write_old(url: str, folder: Path) -> None:
    command.upgrade(schema.config(url), "0011")
    fernet = Fernet(base64.urlsafe_b64encode(derive(SECRET, b"tokens")))
    report = codec.pack(Report("fake:r1", NOON, pain=6, text=TOLD))
    engine = create_engine(f"sqlite:///{folder / 'twinge.sqlite3'}")
    with engine.begin() as tx:
        tx.execute(text("PRAGMA secure_delete = ON"))
        for n in range(450):  # more than a batch
            values = {"id": n + 1, "key": f"k{n}", "body": f"{ANSWER} {n}".encode(), "envelope": envelope()}
            tx.execute(text(_INBOX), values)
        tx.execute(text(_ATHLETE))
        tx.execute(text(_ADDRESS), {"address": "+15550100000"})
        tx.execute(text(_REPORT), {"blob": report})
        tx.execute(text(_NUDGE), {"text": "Your knee again: rest."})
        tx.execute(text(_CONNECTION), {"access": fernet.encrypt(b"access-1"), "refresh": fernet.encrypt(b"refresh-1")})
    engine.dispose()


def envelope() -> bytes:
    return codec.pack_envelope("POST", "", {"From": "+15550100000"}, {}, "")


_INBOX = """INSERT INTO inbox (id, platform, key, lane, envelope, body, received_ms, state, attempts, delays,
not_before_ms, note) VALUES (:id, 'fake', :key, '', :envelope, :body, 1, 'done', 0, 0, 0, '')"""
_ATHLETE = """INSERT INTO athlete (id, name, revision, created_ms, profile, sought)
VALUES ('alice', 'Alice', 0, 0, '{"id": "alice", "name": "Alice"}', 'alice')"""
_ADDRESS = """INSERT INTO address (athlete_id, channel, address, consent_how, purposes, rank, consent_ms, verified_ms)
VALUES ('alice', 'sms', :address, 'test', '["load"]', 0, 1, 1)"""
_REPORT = "INSERT INTO report (athlete_id, key, at_ms, version, blob) VALUES ('alice', 'fake:r1', 1, 1, :blob)"
_NUDGE = """INSERT INTO nudge (athlete_id, id, severity, rules, bands, text, facts, channel, voice, made_ms,
not_before_ms, expires_ms, state, attempts) VALUES ('alice', 'n1', 1, '[]', '[]', :text, '{}', 'sms', 'sms', 1, 1, 1,
'sent', 1)"""
_CONNECTION = """INSERT INTO connection (athlete_id, platform, external_id, state, scope, access_token, refresh_token,
created_ms) VALUES ('alice', 'strava', '77', 'connected', '', :access, :refresh, 1)"""


async def test_what_an_older_version_left_plain_is_sealed_at_the_first_start(of_old: Settings, tmp_path: Path) -> None:
    words = ["+15550100000", TOLD, ANSWER, "Your knee again"]
    assert all(word.encode() in everything_in(tmp_path) for word in words)
    async with opened(of_old) as store:
        await reads_well(store)
        assert await store.rotation.left() == {}
        found = await asyncio.to_thread(everything_in, tmp_path)
        assert [word for word in words if word.encode() in found] == []
    async with opened(of_old) as store:
        await reads_well(store)


async def reads_well(store: Store) -> None:
    [place] = await store.addresses.of("alice")
    assert (place.address, place.usable) == ("+15550100000", True)
    async with store.read() as tx:
        assert [one.id for one in await store.addresses.at(tx, "sms", "+15550100000")] == [place.id]
    assert [one.text for one in (await store.reports.find("alice")).items] == [TOLD]
    assert [one.nudge.text for one in (await store.outbox.find_nudges("alice")).items] == ["Your knee again: rest."]
    link = await store.athletes.connection("strava", "77")
    assert link is not None
    assert (link.access_token, link.refresh_token) == ("access-1", "refresh-1")
    last = await store.inbox.get(450)
    assert last is not None
    assert (last.delivery.body, last.delivery.query["From"]) == (f"{ANSWER} 449".encode(), "+15550100000")


async def test_a_start_that_was_cut_off_goes_on(of_old: Settings, tmp_path: Path) -> None:
    async def cut_off() -> None:
        raise TimeoutError

    await asyncio.to_thread(schema.upgrade, of_old.database_url)
    store = await Store.open(of_old.database_url, secret=SECRET)
    assert await store.rotation.begin() is False
    with pytest.raises(TimeoutError):
        await store.rotation.run(lambda table, rows: None, cut_off)
    await store.close()
    async with opened(of_old) as again:
        await reads_well(again)
        assert await again.rotation.left() == {}


async def test_only_the_first_key_is_noted(of_old: Settings) -> None:
    async with opened(of_old) as store:
        assert store.seal.ids == [id_of(SECRET)]
