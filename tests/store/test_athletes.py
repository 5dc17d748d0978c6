"""Athletes, connections and addresses; tokens lie sealed."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from fakes import NOON
from house import House, url_of
from twinge.core.model import Athlete, Preferences
from twinge.plugin import Rejected, Tokens
from twinge.store import Store
from twinge.store.keys import Holder
from twinge.store.seal import WrongSecret

FRESH = Tokens("access-1", "refresh-1", 1_800_000_000_000, "read")


async def test_a_profile_comes_back_whole(home: House) -> None:
    given = Athlete(
        "", "Europe/Berlin", "de", "mi", "Alice", 1990, hr_max=188, bmi=22.5, preferences=Preferences(mute=("R02",))
    )
    async with home.store.write() as tx:
        made = await home.store.athletes.create(tx, given, NOON)
    assert await home.store.athletes.get(made.id) == replace(given, id=made.id)
    assert await home.store.athletes.get("nobody") is None


async def test_the_version_before_finds_no_null_where_it_reads_a_number(home: House) -> None:
    """It took nothing there for one message a day, and failed over a null: whatever came for them was set aside."""
    for cap in (None, 2):
        given = Athlete("", name="Alice", preferences=Preferences(daily_cap=cap))
        async with home.store.write() as tx:
            made = await home.store.athletes.create(tx, given, NOON)
            asked = text("SELECT profile FROM athlete WHERE id = :id")
            profile = json.loads((await tx.execute(asked, {"id": made.id})).scalar_one())
        assert profile["preferences"].get("daily_cap", "nothing") == (cap or "nothing")
        assert await home.store.athletes.get(made.id) == replace(given, id=made.id)


async def test_the_revision_grows_only_when_a_load_may_change(home: House) -> None:
    alice = await home.move_in("Alice")
    await home.wish("Alice", delay_min=60)
    found = await home.store.athletes.get(alice)
    assert found is not None
    assert (found.revision, found.preferences.delay_min) == (0, 60)
    async with home.store.write() as tx:
        edited = await home.store.athletes.update(tx, replace(found, hr_max=190))
    assert edited is not None
    assert edited.revision == 1


async def test_athletes_are_listed_newest_first(home: House) -> None:
    ids = []
    for name in ("Alice", "Bob", "Charlie"):
        async with home.store.write() as tx:
            made = await home.store.athletes.create(tx, Athlete("", name=name), home.clock())
        ids.append(made.id)
        home.clock.forward(seconds=1)
    first = await home.store.athletes.find(limit=2)
    rest = await home.store.athletes.find(first.next, 2)
    assert [one.name for one in (*first.items, *rest.items)] == ["Charlie", "Bob", "Alice"]
    assert rest.next is None
    with pytest.raises(Rejected, match="cursor"):
        await home.store.athletes.find("not-a-cursor")


@pytest.mark.only("sqlite")
async def test_tokens_are_sealed_in_the_file(home: House, tmp_path: Path) -> None:
    alice = await home.move_in("Alice")
    async with home.store.write() as tx:
        await home.store.athletes.connect(tx, alice, "strava", "77", NOON, tokens=FRESH)
    kept = await home.store.athletes.connection("strava", "77")
    assert kept is not None
    assert (kept.access_token, kept.refresh_token, kept.state) == ("access-1", "refresh-1", "connected")
    assert "refresh-1" not in repr(kept)
    assert b"refresh-1" not in await asyncio.to_thread(_everything_in, tmp_path)

    stranger = await Store.open(url_of(tmp_path), secret=b"another secret")
    with pytest.raises(WrongSecret, match="TWINGE_SECRET_KEY"):
        await stranger.athletes.connection("strava", "77")
    await stranger.close()


async def test_of_two_refreshes_the_first_to_save_wins(home: House) -> None:
    alice = await home.move_in("Alice")
    async with home.store.write() as tx:
        await home.store.athletes.connect(tx, alice, "strava", "77", NOON, tokens=FRESH)
    second, third = Tokens("access-2", "refresh-2"), Tokens("access-3", "refresh-3")
    save = home.store.athletes.save_tokens
    assert await save("strava", "77", second, expected_refresh="refresh-1") is True
    assert await save("strava", "77", third, expected_refresh="refresh-1") is False
    kept = await home.store.athletes.connection("strava", "77")
    assert kept is not None
    assert (kept.access_token, kept.scope) == ("access-2", "")


async def test_a_revoked_connection_has_no_tokens_and_no_owner(home: House) -> None:
    alice = await home.move_in("Alice")
    athletes = home.store.athletes
    async with home.store.write() as tx:
        await athletes.connect(tx, alice, "strava", "77", NOON, tokens=FRESH)
        assert await athletes.by_external(tx, [("strava", "77"), ("strava", "78")]) == {("strava", "77"): alice}
        assert await athletes.revoke(tx, "strava", "77", NOON) == alice
        assert await athletes.by_external(tx, [("strava", "77")]) == {}
    kept = await athletes.connection("strava", "77")
    assert kept is not None
    assert (kept.state, kept.access_token, kept.refresh_token) == ("revoked", None, None)
    assert await athletes.save_tokens("strava", "77", FRESH, expected_refresh=None) is False
    assert await athletes.connected("strava") == []


async def test_an_account_belongs_to_one_athlete(home: House) -> None:
    alice, bob = await home.move_in("Alice"), await home.move_in("Bob")
    async with home.store.write() as tx:
        await home.store.athletes.connect(tx, alice, "strava", "77", NOON)
        await home.store.athletes.connect(tx, alice, "strava", "77", NOON, tokens=FRESH)
    with pytest.raises(Rejected) as refused:
        async with home.store.write() as tx:
            await home.store.athletes.connect(tx, bob, "strava", "77", NOON)
    assert refused.value.status == 409


async def test_a_key_opens_until_it_is_revoked_and_is_kept_as_a_hash(home: House, tmp_path: Path) -> None:
    keys = home.store.keys
    token = await keys.create("admin", "laptop", NOON)
    assert token.startswith("twk_")
    assert await keys.check(token, NOON) == Holder(token.split("_")[1], "admin", None)
    for wrong in ("", "twk_", token[:-1], "x" + token, token.replace("twk_", "twk_0"), "twk_deadbeef_" + token[13:]):
        assert await keys.check(wrong, NOON) is None
    [key] = await keys.list()
    assert (key.name, key.used_at) == ("laptop", NOON)
    async with home.store.read() as tx:
        [row] = (await tx.execute(text("SELECT * FROM api_key"))).all()
    assert token.split("_", 2)[2] not in str(row)
    assert await keys.revoke(key.id, NOON) is True
    assert await keys.revoke(key.id, NOON) is False
    assert await keys.check(token, NOON) is None


async def test_the_audit_is_read_newest_first(home: House) -> None:
    async with home.store.write() as tx:
        await home.store.audit(tx, NOON, "key:1", "athlete.create", "athlete:1")
        await home.store.audit(tx, NOON, "key:1", "athlete.delete", "athlete:1", "asked for")
    lines = (await home.store.keys.find_audit()).items
    assert [(one.action, one.detail) for one in lines] == [("athlete.delete", "asked for"), ("athlete.create", "")]


async def test_one_run_of_a_tick_is_given_once(home: House) -> None:
    assert await home.store.occurrence("purge", NOON) is True
    assert await home.store.occurrence("purge", NOON) is False
    home.clock.forward(days=1)
    assert await home.store.occurrence("purge", home.clock()) is True


def _everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())
