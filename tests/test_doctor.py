"""`twinge doctor`: what each check says of a sound installation and of one where that very thing is wrong."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import asyncpg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from click.testing import CliRunner

from conftest import NOW, Serve, Web, run
from fakes import FakePlatform
from postgres import Server, serving
from twinge.cli import twinge
from twinge.config import Settings
from twinge.core.model import Athlete
from twinge.doctor import CHECKS, Scene, State, Verdict, database, examine, house, machine, outside, worst
from twinge.plugin import OAuth, Tokens
from twinge.registry import load_plugins
from twinge.store import Store
from twinge.store.outages import Outage

Make = Callable[..., Scene]


@pytest.fixture
async def scene(store: Store, settings: Settings, tmp_path: Path) -> AsyncIterator[Make]:
    """A sound installation, with whatever a test asks for put in its place."""
    async with aiohttp.ClientSession() as http:

        def make(**other: Any) -> Scene:
            env = other.pop("env", {})
            own = Settings.from_env({"TWINGE_DATA_DIR": str(tmp_path), **env})
            sound = Scene(env, own, load_plugins(env), (), NOW, settings.secret_key.encode(), store, None, http)
            return replace(sound, **other)

        yield make


def states(found: Sequence[Verdict]) -> list[State]:
    return [one.state for one in found]


async def test_a_sound_house_has_nothing_that_fails(scene: Make, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    found = [one async for one in examine(scene(http=None))]
    assert worst(states(found)) is State.WARN
    assert {one.name for one in found if one.state is State.WARN} <= {"sqlite", "public_url", "channels", "space"}
    assert all(one.advice for one in found if one.state is not State.OK)


async def test_a_check_that_breaks_is_a_verdict_and_the_others_go_on(scene: Make) -> None:
    broken: Any = SimpleNamespace(status=None, platforms={}, channels={})
    found = {one.name: one for one in [one async for one in examine(scene(plugins=broken, http=None))]}
    assert found["plugins"].what == "could not be looked at: TypeError"
    assert "vendors" in found


# --- the machine ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "state"), [((3, 51, 2), State.WARN), ((3, 51, 3), State.OK), ((3, 60, 0), State.OK)]
)
def test_the_fault_of_older_sqlite_is_told(scene: Make, version: tuple[int, ...], state: State) -> None:
    assert states(machine.sqlite(scene(), version)) == [state]


def test_on_a_server_the_version_of_sqlite_does_not_matter(scene: Make) -> None:
    far = scene(env={"TWINGE_DATABASE_URL": "postgresql://twinge@db/twinge"})
    assert states(machine.sqlite(far, (3, 40, 1))) == [State.OK]


def test_a_secret_that_others_may_read_is_told(scene: Make, tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("x" * 40)
    (tmp_path / "secret.key").chmod(0o644)
    tmp_path.chmod(0o755)
    [told] = machine.folder(scene())
    assert (told.state, "secret.key" in told.what) == (State.WARN, True)
    tmp_path.chmod(0o700)
    assert states(machine.folder(scene())) == [State.OK]


def test_a_folder_that_is_a_file_is_told(scene: Make, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert states(machine.folder(scene(env={"TWINGE_DATA_DIR": str(tmp_path / "file")}))) == [State.FAIL]
    assert states(machine.folder(scene(env={"TWINGE_DATA_DIR": str(tmp_path / "new")}))) == [State.WARN]


# --- the settings -----------------------------------------------------------------------------------------------------


def test_short_secrets_are_named_and_never_shown(scene: Make) -> None:
    [told] = house.secrets(scene(env={"TWINGE_FILES_TOKEN": "shibboleth", "TWINGE_WAHOO_HOOK_TOKEN": f"{'x' * 24} ab"}))
    assert (told.state, "shibboleth" in told.what) == (State.WARN, False)
    assert told.what.endswith("TWINGE_FILES_TOKEN, TWINGE_WAHOO_HOOK_TOKEN")


@pytest.mark.parametrize(
    ("url", "state"),
    [
        ("", State.WARN),
        ("http://twinge.example.org", State.WARN),
        ("https://twinge.example.org", State.OK),
        ("http://127.0.0.1:8700", State.OK),
        ("http://pi.local:8700", State.OK),
    ],
)
def test_the_public_address_is_there_and_https(scene: Make, url: str, state: State) -> None:
    assert states(house.public_url(scene(env={"TWINGE_PUBLIC_URL": url}))) == [state]


def test_a_plugin_that_was_begun_must_be_ready(scene: Make) -> None:
    [told] = house.plugins(scene(env={"TWINGE_STRAVA_CLIENT_ID": "3"}))
    assert (told.state, told.what) == (State.FAIL, "strava is not configured")
    assert "TWINGE_STRAVA_CLIENT_SECRET" in told.advice
    assert states(house.plugins(scene())) == [State.OK]


# --- the database -----------------------------------------------------------------------------------------------------


SOUND = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@pytest.mark.parametrize("name", SOUND)
def test_a_server_that_does_not_wait_for_its_disk_is_told_with_what_it_may_lose(name: str) -> None:
    assert states(database.kept(SOUND)) == [State.OK]
    [told] = database.kept({**SOUND, name: "off"})
    assert (told.state, told.what.split(" is off: ")[0]) == (State.WARN, name)
    assert "answered 2xx" in told.what
    assert f"SET {name} = on" in told.advice


@pytest.mark.parametrize("value", ["local", "remote_write", "remote_apply"])
def test_a_server_that_waits_for_its_own_disk_alone_is_sound(value: str) -> None:
    assert states(database.kept({**SOUND, "synchronous_commit": value})) == [State.OK]


async def test_sqlite_promises_by_itself(scene: Make) -> None:
    assert await database.durability(scene()) == []


@pytest.fixture(scope="module")
def sound_url() -> Iterator[str]:
    """A database of ours on a server that waits for its disk; that of the other tests does not."""
    with serving(fsync="on") as server:
        yield server.fresh()


async def doubted(scene: Make, url: str, *, claims: bool = False) -> list[str]:
    """The settings that are warned of at this server; `claims`: after a claim on the same connection."""
    store = await Store.open(url, secret=b"s" * 40, pool=1)
    try:
        if claims:
            await store.inbox.claim(NOW)
        found = await database.durability(scene(store=store))
    finally:
        await store.close()
    return [one.what.split(" is off: ")[0] for one in found if one.state is State.WARN]


async def test_a_server_is_asked_as_a_session_of_ours_has_it(scene: Make, sound_url: str) -> None:
    owner = await asyncpg.connect(sound_url.replace("+asyncpg", ""))
    assert await doubted(scene, sound_url) == []
    for value, warned in (("off", ["synchronous_commit"]), ("local", [])):
        await owner.execute(f"ALTER ROLE postgres SET synchronous_commit = {value}")
        assert await doubted(scene, sound_url) == warned
    await owner.execute("ALTER ROLE postgres RESET synchronous_commit")
    await owner.close()


async def test_a_claim_that_does_not_wait_for_the_disk_is_not_the_server_s_doing(scene: Make, sound_url: str) -> None:
    assert await doubted(scene, sound_url, claims=True) == []


async def test_the_server_of_the_other_tests_is_told(scene: Make, postgres: Server) -> None:
    assert await doubted(scene, postgres.url("postgres")) == ["fsync"]


async def test_tokens_of_another_secret_are_told(scene: Make, store: Store, tmp_path: Path) -> None:
    async with store.write() as tx:
        alice = await store.athletes.create(tx, Athlete("", name="Alice"), NOW)
        await store.athletes.connect(tx, alice.id, "fake", "a-1", NOW, tokens=Tokens("one", "two"))
    assert states(await database.tokens(scene())) == [State.OK]
    other = await Store.open(Settings.from_env({"TWINGE_DATA_DIR": str(tmp_path)}).database_url, secret=b"y" * 32)
    try:
        [told] = await database.tokens(scene(store=other))
    finally:
        await other.close()
    assert (told.state, told.what) == (State.FAIL, "1 of 1 connections have tokens that do not open")


async def test_a_key_that_is_not_here_is_told_and_one_too_many(scene: Make, store: Store) -> None:
    await store.rotation.begin()
    assert states(await database.keys(scene())) == [State.OK]
    url = scene().settings.database_url
    for secret, state in ((b"y" * 40, State.FAIL), (b"y" * 40 + b" " + b"s" * 40, State.WARN)):
        other = await Store.open(url, secret=secret)
        [told] = await database.keys(scene(store=other, secret=secret))
        await other.close()
        assert (told.state, store.seal.ids[0] in told.what) == (state, True)


async def test_queues_that_stand_still_are_told(scene: Make, web: Web) -> None:
    await web.send(run())
    assert states(await database.queues(scene(store=web.store))) == [State.OK]
    later, much_later = NOW + timedelta(minutes=6), NOW + timedelta(hours=3)
    assert states(await database.queues(scene(store=web.store, now=later))) == [State.WARN]
    [told] = await database.queues(scene(store=web.store, now=much_later))
    assert (told.state, told.what) == (State.FAIL, "1 deliveries, the oldest since 2026-05-04 10:00Z")


async def test_a_channel_that_is_down_and_a_vendor_that_keeps_us_waiting_are_told(scene: Make, store: Store) -> None:
    async with store.write() as tx:
        await store.outages.begin(tx, Outage("console", NOW, NOW + timedelta(minutes=1), "not reached"))
    [told] = await database.outages(scene())
    assert (told.state, told.what) == (State.WARN, "console is down since 2026-05-04 10:00Z: not reached")
    await store.vendors.pause("generic", NOW + timedelta(minutes=9), "the hour is spent")
    there = scene(env={"TWINGE_GENERIC_TOKEN": "x" * 24})
    assert states(await database.vendors(there)) == [State.WARN]
    assert states(await database.vendors(replace(there, now=NOW + timedelta(minutes=10)))) == [State.OK]


async def test_an_old_schema_is_told_and_nothing_else_is_asked_of_it(scene: Make) -> None:
    old = scene(store=None, schema="the database is at revision 0001, this version needs 0011")
    assert states(database.schema(replace(old, settings=Settings(database_url="postgresql://x/y")))) == [State.FAIL]
    assert [await check(old) for check in (database.keys, database.tokens, database.queues, database.clock)] == [
        [],
        [],
        [],
        [],
    ]


@pytest.mark.parametrize(("seconds", "state"), [(0, State.OK), (1.9, State.OK), (-40, State.FAIL), (40, State.FAIL)])
def test_clocks_that_differ_are_told(seconds: float, state: State) -> None:
    assert states(database.skew("clock", "the database server", seconds, 2)) == [state]


# --- from outside -----------------------------------------------------------------------------------------------------


@pytest.fixture
async def stranger() -> AsyncIterator[str]:
    """A server that is not ours and answers everything with 200 and the time of 2001."""

    async def greet(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"}, headers={"Date": "Mon, 01 Jan 2001 00:00:00 GMT"})

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", greet)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


def at(url: str, **more: str) -> dict[str, str]:
    return {"TWINGE_PORT": url.rpartition(":")[2], "TWINGE_PUBLIC_URL": url, **more}


async def test_the_public_address_leads_to_us_and_nobody_else(scene: Make, serve: Serve, stranger: str) -> None:
    ours = str((await serve()).client.make_url("")).rstrip("/")
    good = scene(env=at(ours))
    assert states(await outside.service(good)) == [State.OK]
    assert states(await outside.public_url(good)) == [State.OK]
    assert states(await outside.public_url(replace(good, secret=b"z" * 32))) == [State.WARN]  # nobody here is ours
    [told] = await outside.public_url(scene(env={**at(ours), "TWINGE_PUBLIC_URL": stranger}))
    assert (told.state, "somebody else answers" in told.what) == (State.FAIL, True)


async def test_a_service_that_does_not_run_is_no_failure(scene: Make, unused_tcp_port: int) -> None:
    gone = scene(env=at(f"http://127.0.0.1:{unused_tcp_port}"))
    assert states(await outside.service(gone)) == states(await outside.public_url(gone)) == [State.WARN]


async def test_a_word_that_is_none_gets_no_proof(web: Web) -> None:
    for word in ("", "x", "a" * 33, "A" * 32):
        async with web.client.get("/health/live", params={"word": word}) as response:
            assert await response.json() == {"status": "ok"}


class Asked(FakePlatform):
    """A platform whose webhook is as a test says."""

    says: str | Exception | None = None

    async def subscription(self, http: Any, public_url: str, now: Any) -> str | None:
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.mark.parametrize(
    ("says", "state"), [(None, State.OK), ("subscribe again", State.FAIL), (ValueError("token"), State.WARN)]
)
async def test_vendors_are_asked_whether_they_send(scene: Make, says: str | Exception | None, state: State) -> None:
    asked = Asked()
    asked.says = says
    plugins = replace(load_plugins({}), platforms={"fake": asked})
    [told] = await outside.subscriptions(scene(plugins=plugins))
    assert (told.state, "token" in told.what) == (state, False)


async def test_a_vendor_that_tells_another_time_is_told(scene: Make, stranger: str) -> None:
    far = FakePlatform()
    far.oauth = OAuth(f"{stranger}/authorize", f"{stranger}/token", "id", "secret")
    [told] = await outside.clock(scene(plugins=replace(load_plugins({}), platforms={"fake": far})))
    assert (told.state, told.what.split(" s ")[1]) == (State.FAIL, "behind this machine")


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_looks_and_makes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("TWINGE_")]:
        monkeypatch.delenv(name)
    env = {"TWINGE_DATA_DIR": str(tmp_path / "data")}
    done = CliRunner().invoke(twinge, ["doctor", "--offline", "--format", "json"], env=env)
    told = json.loads(done.stdout)
    assert (done.exit_code, told["state"]) == (0, "warn")
    assert {"name", "state", "what", "advice"} == set(told["checks"][0])
    assert list(tmp_path.iterdir()) == []
    broken = CliRunner().invoke(twinge, ["doctor", "--offline"], env={**env, "TWINGE_ROLES": "cook"})
    assert (broken.exit_code, "TWINGE_ROLES" in broken.stdout) == (1, True)


def test_every_check_says_what_it_looks_at() -> None:
    assert all(check.__doc__ for check in CHECKS)
