"""What becomes of a connection by the clock: its past, its vendor's limits, its end, and what is kept of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import msgspec
import pytest
from aiohttp.test_utils import TestServer

from consent_standin import Acme, Vendor, Watched
from fakes import NOON, run
from house import House, house
from strava_play import environment
from strava_samples import sample
from strava_standin import Standin
from twinge.app import Service, running
from twinge.config import Settings
from twinge.connections import Rounds, join, past
from twinge.connections.leave import leave
from twinge.connections.reconcile import slot
from twinge.core.fold import fold
from twinge.core.model import Activity, Athlete, Removed, Report, Wellness
from twinge.fetch import Brought, brought_body
from twinge.limits import Limits
from twinge.oauth import TokenKeeper
from twinge.plugin import (
    Access,
    Delivery,
    Inline,
    Item,
    Pointer,
    RateLimited,
    Recorded,
    Recording,
    TokenRefused,
    Tokens,
    TryLater,
)
from twinge.registry import load_plugins
from twinge.store import Connection, codec
from twinge.store.connecting import Handshake
from twinge.worker import Worker

OWNER = "acme-7"


@dataclass
class Home:
    """A house with Acme's adapter, and Alice who has connected it."""

    house: House
    vendor: Vendor
    adapter: Watched
    http: aiohttp.ClientSession
    alice: str = ""

    def rounds(self, **more: Any) -> Rounds:
        """The rounds as after a restart."""
        return Rounds(
            self.house.store,
            {"acme": self.adapter},
            self.house.channels,
            self.keeper(),
            self.house.clock,
            self.http,
            **more,
        )

    def keeper(self) -> TokenKeeper:
        return TokenKeeper(self.house.store, self.http, self.house.clock, grace_s=0)

    def worker(self) -> Worker:
        """A worker as after a restart."""
        return Worker(self.house.store, {"acme": self.adapter}, self.house.channels, self.keeper(), self.house.clock)

    async def connect(self) -> Connection:
        """Alice connects."""
        store, now = self.house.store, self.house.clock()
        self.alice = self.alice or await self.house.move_in("Alice")
        self.vendor.live = {"access-1": "refresh-1"}
        async with store.write() as tx:
            token = await store.connecting.invite(tx, self.alice, "acme", now)
            made = await store.connecting.begin(tx, self.alice, "acme", token, None, now)
            by = await store.connecting.take(tx, made.state, "acme", made.browser, now)
        assert isinstance(by, Handshake)
        tokens = Tokens("access-1", "refresh-1", int((now + timedelta(hours=6)).timestamp() * 1000))
        await join(store, self.adapter, "acme", by, OWNER, tokens, now)
        return await self.connection()

    async def connection(self) -> Connection:
        found = await self.house.store.athletes.connection("acme", OWNER)
        assert found is not None
        return found

    async def past(self) -> Any:
        """Alice's backfill."""
        return (await self.house.store.backfills.of(self.alice)).get(("acme", OWNER))

    async def lay(self, *pages: Sequence[Activity], points: bool = False) -> None:
        """The vendor's past, page by page."""
        for page in pages:
            items = [Inline(OWNER, one) if not points else Pointer(OWNER, one.key.partition(":")[2], 1) for one in page]
            self.adapter.past.append(items)
            self.adapter.there |= {one.key.partition(":")[2]: one for one in page}

    async def history(self) -> list[str]:
        found = await self.house.store.history.find_activities(self.alice, limit=200)
        return sorted(one.activity.key for one in found.items)

    async def spoken(self) -> list[str]:
        return [one.nudge.text for one in (await self.house.store.outbox.find_nudges(self.alice)).items]


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    vendor = Vendor()
    async with house(tmp_path) as made, TestServer(vendor.app()) as server, aiohttp.ClientSession() as http:
        yield Home(made, vendor, Watched(str(server.make_url("")).rstrip("/")), http)


def workout(number: int, days_ago: float, km: float = 5.0) -> Activity:
    """One of Acme's."""
    return replace(run(str(number), NOON - timedelta(days=days_ago), km), key=f"acme:{number}")


# ---- the past --------------------------------------------------------------------------------------------------------


async def test_the_past_comes_page_by_page_and_says_nothing(home: Home) -> None:
    await home.lay([workout(n, 119 - n) for n in range(50)], [workout(n, 119 - n, 30) for n in range(50, 70)])
    await home.connect()
    rounds, worker = home.rounds(), home.worker()
    assert await rounds.bring_pasts() == 50
    assert await rounds.bring_pasts() == 0  # not due yet
    await worker.drain()
    one = await home.past()
    assert (one.state, one.fetched, one.since) == ("waiting", 50, NOON - timedelta(days=120))
    home.house.clock.forward(seconds=11)
    assert await rounds.bring_pasts() == 20
    await worker.drain()
    assert (await home.past()).state == "done"
    assert len(await home.history()) == 70
    assert await home.spoken() == []
    home.house.clock.forward(days=1)
    assert await rounds.bring_pasts() == 0


async def test_a_restart_in_the_middle_goes_on_where_it_was(home: Home) -> None:
    await home.lay(*[[workout(n, 100 - n)] for n in range(4)])
    await home.connect()
    for _ in range(6):
        await home.rounds().bring_pasts()
        await home.worker().drain()
        home.house.clock.forward(seconds=11)
    assert home.adapter.pages == [None, "1", "2", "3"]
    assert len(await home.history()) == 4


async def test_a_crash_between_page_and_row_doubles_nothing(home: Home) -> None:
    await home.lay([workout(1, 30), workout(2, 29)])
    await home.connect()
    [held] = await home.house.store.backfills.take(home.house.clock())
    limits = Limits(home.house.store, home.keeper(), home.house.clock)
    await past._put(home.house.store, held, home.adapter.past[0], home.house.clock())
    await home.worker().drain()
    home.house.clock.forward(minutes=6)
    assert await past.bring(home.house.store, limits, {"acme": home.adapter}, held, home.house.clock()) == 2
    assert await home.worker().drain() == 0
    assert (await home.past()).state == "done"


async def test_the_next_page_waits_for_the_work_on_the_last(home: Home) -> None:
    await home.lay([workout(n, 60 - n) for n in range(12)], [workout(20, 3)], points=True)
    await home.connect()
    rounds = home.rounds()
    assert await rounds.bring_pasts() == 12
    home.house.clock.forward(seconds=11)
    assert await rounds.bring_pasts() == 0
    assert home.adapter.pages == [None]
    await home.worker().drain()
    home.house.clock.forward(seconds=31)
    assert await rounds.bring_pasts() == 1
    await home.worker().drain()
    assert len(await home.history()) == 13


async def test_what_is_here_is_not_fetched_again(home: Home) -> None:
    await home.lay([workout(1, 30), workout(2, 29)], points=True)
    await home.connect()
    await home.rounds().bring_pasts()
    await home.worker().drain()
    await home.connect()
    await home.rounds().bring_pasts()
    await home.worker().drain()
    assert sorted(home.adapter.fetched) == ["1", "2"]


async def test_a_limit_is_waited_out_and_holds_for_every_worker(home: Home) -> None:
    await home.lay([workout(1, 30)], points=True)
    await home.connect()
    home.adapter.trouble = [RateLimited("spent", after=timedelta(minutes=8))]
    assert await home.rounds().bring_pasts() == 0
    one = await home.past()
    assert (one.note, one.next_at) == ("spent", NOON + timedelta(minutes=8))
    await home.house.store.inbox.put(_own(brought_body([Pointer(OWNER, "1", 1)])), "k", "")
    await home.worker().drain()
    assert home.adapter.fetched == []
    home.house.clock.forward(minutes=8)
    assert await home.rounds().bring_pasts() == 1
    await home.worker().drain()
    assert home.adapter.fetched == ["1", "1"]


async def test_days_of_a_spent_limit_make_nothing_a_dead_letter(home: Home) -> None:
    await home.lay([workout(1, 0.1)], points=True)
    await home.connect()
    home.adapter.errors["1"] = [RateLimited("spent", after=timedelta(hours=8)) for _ in range(15)]
    await home.house.store.inbox.put(_own(brought_body([Pointer(OWNER, "1", 1)])), "k", "")
    for _ in range(16):
        await home.worker().drain()
        home.house.clock.forward(hours=8)
    assert await home.history() == ["acme:1"]
    assert len(home.adapter.fetched) == 16


def _own(body: bytes) -> Any:
    return Delivery("acme", "", "backfill", {}, {}, body, NOON)


async def test_a_past_that_never_comes_is_given_up_with_the_reason(home: Home) -> None:
    await home.lay([workout(1, 30)])
    await home.connect()
    home.adapter.trouble = [TryLater("asleep")] * 20
    for _ in range(14):
        await home.rounds().bring_pasts()
        home.house.clock.forward(hours=7)
    one = await home.past()
    assert (one.state, one.note, one.tries) == ("failed", "asleep", 12)


async def test_an_adapter_that_breaks_stops_nobody_and_is_not_quoted(home: Home) -> None:
    await home.lay([workout(1, 30)])
    await home.connect()
    home.adapter.trouble = [KeyError("alice@example.org")]
    assert await home.rounds().bring_pasts() == 0
    one = await home.past()
    assert (one.state, one.note) == ("waiting", "KeyError")
    home.house.clock.forward(minutes=2)
    assert await home.rounds().bring_pasts() == 1


async def test_every_kind_of_event_survives_the_inbox() -> None:
    start = datetime.fromisoformat("2026-05-04T08:00:00+02:00")
    events: list[Activity | Removed | Wellness | Report] = [
        replace(workout(1, 1), start=start),
        Removed("acme:2", 3),
        Wellness("acme:m", start.date(), resting_hr=50, version=1),
        Report("acme:r", start, pain=3, site="knee", version=1),
    ]
    recorded = Recorded(OWNER, Recording("acme:f", b"\x00FIT", "fit", known=workout(3, 2)))
    items: list[Item] = [*(Inline(OWNER, event) for event in events), recorded, Pointer(OWNER, "9", 2, {"a": "b"})]
    read = msgspec.json.decode(brought_body(items), type=Brought).items()
    assert read == items


# ---- the daily round -------------------------------------------------------------------------------------------------


async def test_a_reconcile_asks_since_the_last_answer(home: Home) -> None:
    await home.connect()
    asked: list[datetime] = []

    async def recent(access: Access, since: datetime) -> list[Pointer]:
        asked.append(since)
        if len(asked) == 2:
            raise TryLater("down")
        return []

    home.adapter.recent = recent  # type: ignore[method-assign]
    for _ in range(3):
        await home.rounds().reconcile()
        home.house.clock.forward(days=1)
    assert asked == [NOON - timedelta(days=2)] * 2 + [NOON - timedelta(days=2)]
    await home.rounds().reconcile()
    assert asked[-1] == NOON


async def test_a_platform_that_sends_nothing_is_asked_every_hour(home: Home) -> None:
    await home.connect()
    asked: list[datetime] = []

    async def recent(access: Access, since: datetime) -> list[Pointer]:
        asked.append(since)
        return [Pointer(OWNER, "unknown")]

    home.adapter.recent = recent  # type: ignore[method-assign]
    home.adapter.capabilities = replace(home.adapter.capabilities, poll_min=60)  # type: ignore[misc]
    for _ in range(3):
        assert await home.rounds().reconcile() == 1
        assert await home.rounds().reconcile() == 0
        home.house.clock.forward(hours=1)
    assert len(asked) == 3
    assert len((await home.house.store.inbox.find(platform="acme")).items) == 3


def test_connections_are_asked_all_over_the_day() -> None:
    made = [Connection("a", "acme", str(n), "connected", "", None, None, None, NOON) for n in range(400)]
    slots = [slot(one, NOON) for one in made]
    assert all(NOON - timedelta(days=1) < each <= NOON for each in slots)
    hours = {each.hour for each in slots}
    assert len(hours) == 24


async def test_a_subscription_that_broke_is_noted_once_a_day(home: Home) -> None:
    home.adapter.says = "Nobody subscribes."
    rounds = home.rounds()
    assert await rounds.inspect() == 1
    assert await rounds.inspect() == 0
    assert (await home.house.store.vendors.all())["acme"].trouble == "Nobody subscribes."
    home.adapter.says = None
    home.house.clock.forward(days=1)
    assert await rounds.inspect() == 0
    assert (await home.house.store.vendors.all())["acme"].trouble is None


@pytest.mark.parametrize(("last", "every", "quiet"), [(9, 2, False), (11, 2, True), (11, 6, False), (13, 6, True)])
async def test_who_used_to_deliver_and_fell_silent(home: Home, last: int, every: int, quiet: bool) -> None:
    await home.lay([workout(n, last + n * every) for n in range(6)])
    await home.connect()
    await home.rounds().bring_pasts()
    await home.worker().drain()
    found = await home.house.store.keeping.quiet(NOON)
    assert [one.athlete_id for one in found] == ([home.alice] if quiet else [])
    await home.rounds().inspect()
    assert (await home.house.store.vendors.all())["acme"].quiet == int(quiet)
    links = await home.house.store.glances.links([home.alice])
    assert [one.quiet for one in links[home.alice] if one.platform == "acme"] == [quiet]


# ---- the end ---------------------------------------------------------------------------------------------------------


async def test_the_vendor_is_told_and_the_tokens_are_gone(home: Home) -> None:
    store = home.house.store
    await leave(store, home.adapter, await home.connect(), "key:1", NOON)
    assert (await home.connection()).access_token is None
    assert home.vendor.calls["/revoke"] == 0
    assert await home.rounds().say_goodbyes() == 1
    assert home.vendor.live == {}
    assert await home.rounds().say_goodbyes() == 0


async def test_a_vendor_that_does_not_answer_is_told_later(home: Home) -> None:
    await leave(home.house.store, home.adapter, await home.connect(), "key:1", NOON)
    home.vendor.faults.extend(["500", "500"])
    for _ in range(3):
        await home.rounds().say_goodbyes()
        home.house.clock.forward(minutes=5)
    assert home.vendor.calls["/revoke"] == 3
    assert home.vendor.live == {}


async def test_a_vendor_that_never_answers_is_given_up_and_no_token_stays(home: Home) -> None:
    store = home.house.store
    await leave(store, home.adapter, await home.connect(), "key:1", NOON)
    home.vendor.faults.extend(["500"] * 20)
    for _ in range(20):
        await home.rounds().say_goodbyes()
        home.house.clock.forward(days=4)
    assert home.vendor.calls["/revoke"] == 8
    async with store.read() as tx:
        assert (await tx.exec_driver_sql("SELECT count(*) FROM farewell")).scalar() == 0


async def test_who_connects_again_is_not_disconnected_behind_their_back(home: Home) -> None:
    await leave(home.house.store, home.adapter, await home.connect(), "key:1", NOON)
    await home.connect()
    assert await home.rounds().say_goodbyes() == 0
    assert home.vendor.calls["/revoke"] == 0


async def test_a_disconnection_of_the_vendors_own_gets_a_fresh_token(home: Home) -> None:
    class Own(Watched):
        told: tuple[str, ...] = ()

        async def disconnect(self, access: Access) -> None:
            if access.token == "access-1":
                raise TokenRefused("old")
            self.told = (*self.told, access.owner)

    home.adapter = Own(home.adapter.base)
    await leave(home.house.store, home.adapter, await home.connect(), "key:1", NOON)
    assert await home.rounds().say_goodbyes() == 1
    assert home.adapter.told == (OWNER,)
    assert home.vendor.calls["/token"] == 1


async def test_a_lost_connection_is_told_once(home: Home) -> None:
    await home.connect()
    home.vendor.live = {}
    home.house.clock.forward(hours=7)
    limits = Limits(home.house.store, home.keeper(), home.house.clock)

    async def call(access: Access) -> None:
        raise AssertionError("there is no token to call with")

    for _ in range(2):
        with pytest.raises(Exception, match="reconnect"):
            await limits.using(home.adapter, "acme", OWNER, call)
    assert (await home.connection()).state == "expired"
    assert home.vendor.calls["/token"] == 1
    assert await home.rounds().ask() == 1
    assert await home.rounds().ask() == 0
    [text] = await home.spoken()
    assert text.startswith("Twinge: Acme Watch no longer sends your workouts here.")
    await home.connect()
    await home.house.store.athletes.mark_connection("acme", OWNER, "expired", NOON)
    assert await home.rounds().ask() == 1  # another end, another word


async def test_who_left_here_is_not_asked_back(home: Home) -> None:
    await leave(home.house.store, home.adapter, await home.connect(), "key:1", NOON)
    assert await home.rounds().ask() == 0


# ---- what is kept ----------------------------------------------------------------------------------------------------


async def _trained(home: Home) -> None:
    """Alice with two months of Acme's runs, one of them much too long and told to her, and two of another source."""
    await home.lay([workout(n, 60 - n * 2) for n in range(28)])
    await home.connect()
    await home.rounds().bring_pasts()
    await home.worker().drain()
    store = home.house.store
    async with store.write() as tx:
        await store.athletes.connect(tx, home.alice, "fake", "alice", NOON)
    home.adapter.there["99"] = workout(99, 0.1, 25)
    await store.inbox.put(_own(brought_body([Pointer(OWNER, "99", 1)])), "now", f"acme:{OWNER}")
    await home.worker().drain()
    assert any("25.0 km" in text for text in await home.spoken())


async def test_what_came_from_an_ended_connection_is_forgotten(home: Home) -> None:
    await _trained(home)
    store = home.house.store
    other = replace(run("other", NOON - timedelta(days=3), 7.0), key="fake:other")
    async with store.write() as tx:
        await store.history.put_activity(tx, home.alice, other)
    assert await home.rounds().forget() == 0
    await leave(store, home.adapter, await home.connection(), "key:1", NOON)
    assert await home.rounds().forget() > 29
    assert await home.rounds().forget() == 0
    home.house.clock.forward(seconds=10)
    await home.worker().drain()
    assert await home.history() == ["fake:other"]
    assert (await store.history.find_findings(home.alice)).items == []
    assert await home.spoken() == [""]
    athlete, kept = await store.athletes.get(home.alice), await store.history.state(home.alice)
    assert athlete is not None
    assert kept is not None
    wanted = fold(athlete, [other], until=home.house.clock())
    assert codec.pack_state(kept.state) == codec.pack_state(wanted.state)
    assert home.adapter.name in (await store.keys.find_audit()).items[0].detail
    async with store.read() as tx:
        raw = await tx.exec_driver_sql("SELECT count(*) FROM inbox WHERE lane LIKE 'acme:%'")
        assert raw.scalar() == 0


async def test_who_connects_again_gets_the_past_back(home: Home) -> None:
    await _trained(home)
    await leave(home.house.store, home.adapter, await home.connection(), "key:1", NOON)
    await home.rounds().forget()
    home.house.clock.forward(seconds=10)
    await home.connect()
    await home.rounds().bring_pasts()
    await home.worker().drain()
    assert len(await home.history()) == 28
    assert await home.rounds().forget() == 0


async def test_an_operator_may_keep_what_vendors_want_deleted(home: Home) -> None:
    await _trained(home)
    await leave(home.house.store, home.adapter, await home.connection(), "key:1", NOON)
    assert await home.rounds(enforce=False).forget() == 0
    assert len(await home.history()) == 29


@pytest.mark.parametrize(("enforce", "gone"), [(True, True), (False, False)])
async def test_raw_deliveries_are_kept_as_long_as_the_terms_allow(home: Home, enforce: bool, gone: bool) -> None:
    class Brief(Watched):
        capabilities = replace(Acme.capabilities, retention_days=7)

    await _trained(home)
    home.adapter = Brief(home.adapter.base)
    store = home.house.store
    ancient = workout(400, 395)
    async with store.write() as tx:
        await store.history.put_activity(tx, home.alice, ancient)
    before = await store.history.state(home.alice)
    home.house.clock.forward(days=8)
    assert (await home.rounds(enforce=enforce).purge() > 0) is gone
    assert (await store.history.state(home.alice)) == before
    assert (ancient.key in await home.history()) is not gone
    assert len(await home.history()) == (29 if gone else 30)


# ---- all of it, with Strava ------------------------------------------------------------------------------------------


async def test_strava_from_the_link_to_the_history(tmp_path: Path) -> None:
    """The running service: link, consent, callback, past; then the end, and nothing is left here or there."""
    strava = Standin(now=NOON)
    for days in (1, 20, 50, 90):
        start = f"{NOON - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
        strava.add(sample("api/run") | {"id": 9000 + days, "start_date": start, "start_date_local": start})
    async with TestServer(strava.app()) as server, aiohttp.ClientSession() as http:
        env = environment(tmp_path, str(server.make_url("")).rstrip("/"))
        async with running(Settings.from_env(env), load_plugins(env), clock=lambda: NOON, roles=("web",)) as service:
            alice = await _athlete(service)
            admin = {"Authorization": f"Bearer {await service.store.keys.create('admin', 'test', NOON)}"}
            theirs = f"{service.url}/api/v1/athletes/{alice}/connections"
            async with http.post(f"{theirs}/strava/link", headers=admin) as made:
                link = (await made.json())["url"]
            page = await _consent(http, link)
            assert "Strava is connected" in page
            assert "<li>activity:read_all</li>" in page
            assert await service.rounds.bring_pasts() == 4
            await service.worker.drain()
            found = (await service.store.history.find_activities(alice)).items
            assert sorted(one.activity.key for one in found) == [f"strava:{9000 + days}" for days in (1, 20, 50, 90)]
            assert strava.calls["activity"] == 2
            async with http.delete(f"{theirs}/strava", headers=admin) as gone:
                assert gone.status == 204
            assert (await service.rounds.say_goodbyes(), strava.grants) == (1, {})
            await service.rounds.forget()
            assert (await service.store.history.find_activities(alice)).items == []


async def _athlete(service: Service) -> str:
    async with service.store.write() as tx:
        return (await service.store.athletes.create(tx, Athlete("", name="Alice"), NOON)).id


async def _consent(http: aiohttp.ClientSession, link: str) -> str:
    """Press the button, and come back as Strava would send the browser, one box unticked."""
    where, _, ticket = link.partition("?ticket=")
    async with http.post(where, data={"ticket": ticket}, allow_redirects=False) as going:
        cookie = going.headers["Set-Cookie"].partition(";")[0]
        state = parse_qs(urlsplit(going.headers["Location"]).query)["state"][0]
    query = {"state": state, "code": "good-code", "scope": "read,activity:read"}
    async with http.get(f"{where}/callback", params=query, headers={"Cookie": cookie}) as back:
        return await back.text()
