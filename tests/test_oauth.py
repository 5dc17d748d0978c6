"""Tokens: consent, refresh ahead of time, and no rotated token lost however many ask at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from strava_standin import STANDIN_NOW, Standin
from twinge.core.model import Athlete
from twinge.oauth import TokenKeeper, authorize_link, code_challenge, exchange, unticked
from twinge.plugin import Access, GiveUp, OAuth, Rejected, TokenRefused, Tokens, TryLater
from twinge.store import Store
from twinge.store.schema import upgrade
from twinge_strava import Strava

ALICE = "7001"
GRACE_S = 5.0
"""Where another process renews at the same moment: longer than a busy machine stands still."""


@dataclass(frozen=True)
class Kept:
    """One connection in the book."""

    state: str = "connected"
    access_token: str | None = None
    refresh_token: str | None = None
    expires_ms: int | None = None


@dataclass
class Book:
    """The store's port for connections, in memory; every call yields to the loop, as a database would."""

    kept: dict[tuple[str, str], Kept] = field(default_factory=dict)

    @property
    def athletes(self) -> Book:
        return self

    async def connection(self, platform: str, owner: str) -> Kept | None:
        await asyncio.sleep(0)
        return self.kept.get((platform, owner))

    async def save_tokens(self, platform: str, owner: str, tokens: Tokens, *, expected_refresh: str | None) -> bool:
        await asyncio.sleep(0)
        if self.kept[platform, owner].refresh_token != expected_refresh:
            return False
        fresh = Kept("connected", tokens.access_token, tokens.refresh_token, tokens.expires_ms)
        self.kept[platform, owner] = fresh
        return True

    async def mark_connection(self, platform: str, owner: str, state: str, now: datetime) -> None:
        await asyncio.sleep(0)
        self.kept[platform, owner] = replace(self.kept[platform, owner], state=state)


@dataclass
class Scene:
    """A Strava, a book and a session to call with."""

    strava: Standin
    adapter: Strava
    http: aiohttp.ClientSession
    book: Book = field(default_factory=Book)

    @property
    def oauth(self) -> OAuth:
        assert self.adapter.oauth is not None
        return self.adapter.oauth

    @property
    def alice(self) -> Kept:
        return self.book.kept["strava", ALICE]

    def connect_alice(self, *, minutes_left: int) -> Kept:
        """Alice has connected; her access token has so many minutes left."""
        end = int((STANDIN_NOW + timedelta(minutes=minutes_left)).timestamp())
        grant = self.strava.connect(expires_at=end)
        self.book.kept["strava", ALICE] = Kept("connected", grant.access, grant.refresh, end * 1000)
        return self.alice

    def keeper(self, grace_s: float = 0.3) -> TokenKeeper:
        """One process's keeper."""
        return TokenKeeper(self.book, self.http, lambda: STANDIN_NOW, grace_s=grace_s)

    async def works(self, token: str | None) -> bool:
        """Whether Strava takes this access token."""
        try:
            await self.adapter.recent(Access(self.http, token, ALICE), STANDIN_NOW)
        except TokenRefused:
            return False
        return True


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    strava = Standin()
    async with TestServer(strava.app()) as server, aiohttp.ClientSession() as http:
        env = {"CLIENT_ID": "4711", "CLIENT_SECRET": "standin-client-secret", "VERIFY_TOKEN": "v"}
        base = str(server.make_url("")).rstrip("/")
        yield Scene(strava, Strava.from_env(env | {"HOOK_TOKEN": "h" * 16, "API_BASE": base}), http)


def test_the_link_asks_for_what_we_need_and_holds_no_secret() -> None:
    oauth = OAuth("https://v/authorize", "https://v/token", "4711", "hush", ("read", "activity:read"), ",")
    asked = parse_qs(urlsplit(authorize_link(oauth, "https://us/connect/strava", "st4te")).query)
    assert asked["scope"] == ["read,activity:read"]
    assert asked["state"] == ["st4te"]
    assert asked["redirect_uri"] == ["https://us/connect/strava"]
    assert "hush" not in str(asked)
    assert "code_challenge" not in asked


def test_pkce_uses_the_published_vector() -> None:
    # RFC 7636 appendix B
    challenge = code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    oauth = OAuth("https://v/authorize", "https://v/token", "4711", "hush", pkce=True)
    assert f"code_challenge={challenge}&code_challenge_method=S256" in authorize_link(
        oauth, "https://us", "s", challenge
    )


def test_what_the_athlete_unticked_is_named() -> None:
    oauth = OAuth("https://v/a", "https://v/t", "1", "s", ("read", "activity:read", "activity:read_all"), ",")
    assert unticked(oauth, "read,activity:read") == ("activity:read_all",)


async def test_a_code_becomes_tokens_once(scene: Scene) -> None:
    tokens = await exchange(scene.oauth, "good-code", "https://us/connect/strava", scene.http, STANDIN_NOW)
    assert tokens.owner == ALICE
    assert tokens.expires_ms == int((STANDIN_NOW + timedelta(hours=6)).timestamp() * 1000)
    assert await scene.works(tokens.access_token)
    assert tokens.access_token not in repr(tokens)
    with pytest.raises(Rejected, match="start the connection again"):
        await exchange(scene.oauth, "good-code", "https://us/connect/strava", scene.http, STANDIN_NOW)


async def test_a_token_with_time_left_is_used_as_it_is(scene: Scene) -> None:
    kept = scene.connect_alice(minutes_left=11)
    assert await scene.keeper().token(scene.adapter, "strava", ALICE) == kept.access_token
    assert scene.strava.calls["token"] == 0


async def test_a_token_is_renewed_ten_minutes_before_its_end(scene: Scene) -> None:
    kept = scene.connect_alice(minutes_left=10)
    token = await scene.keeper().token(scene.adapter, "strava", ALICE)
    assert token != kept.access_token
    assert await scene.works(token)
    assert scene.alice.access_token == token
    assert scene.alice.refresh_token != kept.refresh_token


async def test_who_never_connected_has_no_token(scene: Scene) -> None:
    assert await scene.keeper().token(scene.adapter, "strava", "nobody") is None
    scene.book.kept["strava", ALICE] = Kept()
    assert await scene.keeper().token(scene.adapter, "strava", ALICE) is None


async def test_twenty_who_ask_at_once_make_one_call(scene: Scene) -> None:
    scene.connect_alice(minutes_left=0)
    keeper = scene.keeper()
    tokens = await asyncio.gather(*(keeper.token(scene.adapter, "strava", ALICE) for _ in range(20)))
    assert scene.strava.calls["token"] == 1
    assert set(tokens) == {scene.alice.access_token}


@pytest.mark.parametrize("first", ["slow", ""])
async def test_two_processes_race_and_no_token_is_lost(scene: Scene, first: str) -> None:
    """The vendor kills the old refresh token with its first use; the slow one is answered after the other's refusal."""
    scene.connect_alice(minutes_left=0)
    scene.strava.token_faults.append(first)
    keepers = scene.keeper(GRACE_S), scene.keeper(GRACE_S)
    tokens = await asyncio.gather(*(keeper.token(scene.adapter, "strava", ALICE) for keeper in keepers))
    assert scene.strava.calls["token"] == 2
    assert set(tokens) == {scene.alice.access_token}
    assert scene.alice.state == "connected"
    assert await scene.works(tokens[0])
    assert scene.alice.refresh_token in scene.strava.grants


async def test_a_cancelled_caller_loses_no_token(scene: Scene) -> None:
    scene.connect_alice(minutes_left=0)
    scene.strava.token_faults.append("slow")
    keeper = scene.keeper()
    asking = asyncio.create_task(keeper.token(scene.adapter, "strava", ALICE))
    await scene.strava.rotated.wait()
    asking.cancel()
    await keeper.close()
    assert asking.cancelled()
    assert scene.alice.refresh_token in scene.strava.grants


async def test_a_dead_refresh_token_ends_the_connection(scene: Scene) -> None:
    kept = scene.connect_alice(minutes_left=0)
    del scene.strava.grants[str(kept.refresh_token)]
    with pytest.raises(GiveUp, match="must reconnect"):
        await scene.keeper().token(scene.adapter, "strava", ALICE)
    assert scene.alice.state == "expired"
    with pytest.raises(GiveUp, match="is expired"):
        await scene.keeper().token(scene.adapter, "strava", ALICE)
    assert scene.strava.calls["token"] == 1


@pytest.mark.parametrize("trouble", ["500", "client"])
async def test_trouble_that_is_not_the_athletes_leaves_the_connection_alone(scene: Scene, trouble: str) -> None:
    kept = scene.connect_alice(minutes_left=0)
    scene.strava.token_faults.append(trouble)
    with pytest.raises(TryLater):
        await scene.keeper().token(scene.adapter, "strava", ALICE)
    assert scene.alice == kept
    assert await scene.works(await scene.keeper().token(scene.adapter, "strava", ALICE))


async def test_a_vendor_that_is_not_there_is_tried_later(scene: Scene, unused_tcp_port: int) -> None:
    scene.connect_alice(minutes_left=0)
    gone = replace(scene.oauth, token_url=f"http://127.0.0.1:{unused_tcp_port}/oauth/token")
    scene.adapter.oauth = gone
    with pytest.raises(TryLater, match="did not answer"):
        await scene.keeper().token(scene.adapter, "strava", ALICE)
    assert scene.alice.state == "connected"


async def test_a_token_refused_before_its_time_is_renewed_and_the_call_made_again(scene: Scene) -> None:
    scene.connect_alice(minutes_left=300)
    scene.strava.faults.append("401")

    async def work(access: Access) -> int:
        return len(await scene.adapter.recent(access, STANDIN_NOW))

    assert await scene.keeper().using(scene.adapter, "strava", ALICE, work) == 0
    assert scene.strava.calls["token"] == 1


async def test_a_token_refused_twice_is_given_up(scene: Scene) -> None:
    scene.connect_alice(minutes_left=300)
    scene.strava.faults.extend(["401", "401"])

    async def work(access: Access) -> None:
        await scene.adapter.recent(access, STANDIN_NOW)

    with pytest.raises(GiveUp, match="must reconnect"):
        await scene.keeper().using(scene.adapter, "strava", ALICE, work)
    assert scene.strava.calls["token"] == 1


async def test_credentials_travel_in_the_body(scene: Scene) -> None:
    seen: list[str] = []

    async def note(_: object, __: object, about: aiohttp.TraceRequestStartParams) -> None:
        seen.append(str(about.url))

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(note)
    scene.connect_alice(minutes_left=0)
    async with aiohttp.ClientSession(trace_configs=[trace]) as http:
        await TokenKeeper(scene.book, http, lambda: STANDIN_NOW).token(scene.adapter, "strava", ALICE)
    assert seen == [scene.oauth.token_url]


async def test_two_processes_race_on_a_real_database(scene: Scene, tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'twinge.db'}"
    await asyncio.to_thread(upgrade, url)
    grant = scene.strava.connect(expires_at=int(STANDIN_NOW.timestamp()))
    stores = [await Store.open(url, secret=b"k" * 32) for _ in range(2)]
    async with stores[0].write() as tx:
        alice = await stores[0].athletes.create(tx, Athlete(id="", name="Alice"), STANDIN_NOW)
        tokens = Tokens(grant.access, grant.refresh, grant.expires_at * 1000)
        await stores[0].athletes.connect(tx, alice.id, "strava", ALICE, STANDIN_NOW, tokens=tokens)
    keepers = [TokenKeeper(store, scene.http, lambda: STANDIN_NOW, grace_s=GRACE_S) for store in stores]
    fresh = await asyncio.gather(*(keeper.token(scene.adapter, "strava", ALICE) for keeper in keepers))
    kept = await stores[1].athletes.connection("strava", ALICE)
    for store in stores:
        await store.close()
    assert kept is not None
    assert kept.state == "connected"
    assert kept.refresh_token in scene.strava.grants
    assert set(fresh) == {kept.access_token}
    assert await scene.works(fresh[0])


class OwnWay(Strava):
    """A vendor that prolongs tokens in a way of its own."""

    dead = False

    async def renew(self, access: Access, refresh_token: str, now: datetime) -> Tokens:
        if self.dead:
            raise GiveUp("the grant is dead")
        return Tokens(access.token or "", refresh_token, int((now + timedelta(days=30)).timestamp() * 1000))


@pytest.mark.parametrize("dead", [False, True])
async def test_a_vendor_may_renew_in_a_way_of_its_own(scene: Scene, dead: bool) -> None:
    adapter = OwnWay.__new__(OwnWay)
    adapter.oauth, adapter.dead = scene.oauth, dead
    soon = int((STANDIN_NOW + timedelta(minutes=1)).timestamp() * 1000)
    scene.book.kept["strava", ALICE] = Kept("connected", "same", "refresh", soon)
    if dead:
        with pytest.raises(GiveUp, match="must reconnect"):
            await scene.keeper().token(adapter, "strava", ALICE)
        assert scene.alice.state == "expired"
    else:
        assert await scene.keeper().token(adapter, "strava", ALICE) == "same"
        assert scene.alice.expires_ms == soon + int(timedelta(days=30, minutes=-1).total_seconds() * 1000)
