"""The stream of events: live, from where a reader was, narrowed, and ended in every way that it may end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from conftest import NOW, Serve, Web, run
from fakes import FakeTokens
from twinge.config import Settings
from twinge.core.model import Held, Nudge, Severity, Voice
from twinge.registry import Plugins
from twinge.store import Store
from twinge.store.feed import KEPT_FOR, PATIENCE, TYPES, Happened, happened, tell, whole
from twinge.store.post import End
from twinge.testing import FixedClock
from twinge.web import make_web
from twinge.web.api.wire import AT_HAND, WIRE, Pace
from twinge.web.guard import DOOR
from twinge.worker import Worker

EVENTS = "/api/v1/events"


class Told(NamedTuple):
    """One event as a reader gets it; a beat has no data."""

    id: int | None
    name: str
    data: dict[str, Any]


class Reader:
    """What an EventSource does with the bytes."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    async def __aiter__(self) -> AsyncIterator[Told]:
        block: dict[str, str] = {}
        async for raw in self.response.content:
            line = raw.decode().rstrip("\n")
            if line:
                name, _, value = line.partition(": ")
                block[name] = value
                continue
            if "id" in block or "data" in block:
                number = int(block["id"]) if "id" in block else None
                yield Told(number, block.get("event", ""), json.loads(block.get("data", "{}")))
            block = {}

    async def take(self, count: int) -> list[Told]:
        """The next events, beats left out."""
        found: list[Told] = []
        async for one in self:
            if one.data:
                found.append(one)
            if len(found) == count:
                break
        return found


@asynccontextmanager
async def reading(web: Web, query: str = "", *, key: str | None = None, **headers: str) -> AsyncIterator[Reader]:
    """A stream, open from the beginning of the block."""
    sent = {"Authorization": f"Bearer {key or web.admin}", **headers}
    async with web.client.get(f"{EVENTS}{query}", headers=sent) as response:
        assert response.status == 200, await response.text()
        assert response.content_type == "text/event-stream"
        yield Reader(response)


async def happen(store: Store, *what: str, athlete: str | None = None, kind: str = "activity") -> None:
    """Rows of the feed, in one transaction."""
    async with store.write() as tx:
        await tell(tx, [happened(athlete, NOW, kind, word, {"n": n}) for n, word in enumerate(what)])


async def work(web: Web, plugins: Plugins) -> None:
    """The worker does what there is."""
    await Worker(web.store, plugins.platforms, plugins.channels, FakeTokens(), web.clock).drain()


async def test_a_workout_is_told_from_its_arrival_to_its_message(web: Web, plugins: Plugins) -> None:
    alice = await web.alice(
        channels=[{"channel": "console", "address": "Alice's own screen"}],
        connections=[{"platform": "generic", "external_id": "a-1"}],
    )
    for n in range(14):
        await web.send(
            run(f"old-{n}", start=f"{date(2026, 3, 23) + timedelta(days=3 * n)}T08:00:00+02:00"), call_id=f"old-{n}"
        )
    await work(web, plugins)
    async with reading(web) as reader:
        await web.send(run("big", distance_m=21_000, moving_s=7_000, title="My secret hill"), call_id="big")
        await work(web, plugins)
        told = await reader.take(3)
    assert [(one.name, one.data["what"]) for one in told[:2]] == [("activity", "added"), ("finding", "found")]
    assert {one.data["athlete"] for one in told} == {alice}
    assert told[0].data["facts"] == {
        "activity": "generic:big",
        "sport": "run",
        "start": "2026-05-04T08:00:00+02:00",
    }
    assert told[1].data["facts"]["activity_id"] == "generic:big"
    assert told[0].data["at"] == "2026-05-04T10:00:00Z"
    async with reading(web, "?after=0&types=nudge") as reader:
        [made] = await reader.take(1)
    assert (made.data["what"], made.data["facts"]["channel"]) == ("made", "console")
    assert made.data["facts"]["activity_id"] == "generic:big"
    assert "secret" not in str([told, made])
    assert "screen" not in str([told, made])


async def test_a_reader_goes_on_where_it_was(web: Web) -> None:
    await happen(web.store, "one", "two", "three")
    async with reading(web, "?after=1") as reader:
        first = await reader.take(1)
    async with reading(web, "?after=1", **{"Last-Event-ID": str(first[0].id)}) as reader:
        rest = await reader.take(1)
        await happen(web.store, "four")
        rest += await reader.take(1)
    assert [one.data["what"] for one in first + rest] == ["two", "three", "four"]
    assert [one.id for one in first + rest] == [2, 3, 4]


async def test_ids_survive_a_restart(web: Web, settings: Settings) -> None:
    await happen(web.store, "one")
    other = await Store.open(settings.database_url, secret=settings.secret_key.encode())
    await happen(other, "two")  # as another replica, whose bell nobody hears
    await other.close()
    async with reading(web, "?after=0") as reader:
        assert [(one.id, one.data["what"]) for one in await reader.take(2)] == [(1, "one"), (2, "two")]


async def test_what_another_replica_wrote_is_found_by_polling(serve: Serve, settings: Settings) -> None:
    web = await serve()
    other = await Store.open(settings.database_url, secret=settings.secret_key.encode())
    async with reading(web) as reader:
        await happen(other, "elsewhere")
        assert [one.data["what"] for one in await reader.take(1)] == ["elsewhere"]
    await other.close()


async def test_a_stream_is_narrowed_by_type_and_athlete(web: Web) -> None:
    alice, bob = await web.alice(), await web.alice(name="Bob")
    async with reading(web, f"?types=nudge,episode&athlete={alice}") as reader:
        await happen(web.store, "activity", athlete=alice)
        await happen(web.store, "bob's", athlete=bob, kind="nudge")
        await happen(web.store, "nobody's", kind="nudge")
        await happen(web.store, "hers", athlete=alice, kind="nudge")
        await happen(web.store, "story", athlete=alice, kind="episode")
        live = await reader.take(2)
    async with reading(web, f"?types=nudge,episode&athlete={alice}&after=0") as reader:
        again = await reader.take(2)
    assert [one.data["what"] for one in live] == ["hers", "story"]
    assert live == again


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?types=nudge,weather", "types"),
        ("?types=", "types"),
        ("?athlete=nobody", "athlete"),
        ("?athlete=a%00", "athlete"),
        ("?after=-1", "after"),
        ("?after=x", "after"),
        ("?after=" + "9" * 30, "after"),
        ("?sort=up", "sort"),
    ],
)
async def test_a_wrong_wish_is_refused_by_name(web: Web, query: str, field: str) -> None:
    response = await web.call("GET", f"{EVENTS}{query}")
    assert (response.status, (await response.json())["error"]["field"]) == (400, field)


async def test_a_wrong_last_id_is_refused(web: Web) -> None:
    headers = {"Authorization": f"Bearer {web.admin}", "Last-Event-ID": "yesterday"}
    response = await web.client.get(EVENTS, headers=headers)
    assert (response.status, (await response.json())["error"]["field"]) == (400, "Last-Event-ID")


async def test_without_a_key_nothing_is_told(web: Web) -> None:
    assert (await web.client.get(EVENTS)).status == 401
    assert (await web.call("HEAD", EVENTS)).status == 405


async def test_what_is_gone_for_good_is_said(web: Web) -> None:
    await happen(web.store, "one", "two")
    web.clock.advance(KEPT_FOR + timedelta(days=1))
    async with web.store.write() as tx:
        await tell(tx, [happened(None, web.clock(), "activity", "three", {})])
    assert await web.store.feed.purge(web.clock() - KEPT_FOR) == 2
    async with reading(web, "?after=0") as reader:
        lost, three = await reader.take(2)
    assert (lost.name, lost.data, three.data["what"]) == ("lost", {"after": 0, "next": 3}, "three")
    async with reading(web, "?after=2") as reader:  # nothing between was missed
        assert [one.data["what"] for one in await reader.take(1)] == ["three"]
    async with reading(web, "?after=77") as reader:  # of a database that is a restored backup now
        [ahead] = await reader.take(1)
        await happen(web.store, "four")
        [four] = await reader.take(1)
    assert (ahead.name, ahead.data) == ("lost", {"after": 77, "next": 4})
    assert (four.id, four.data["what"]) == (4, "four")


async def test_the_newest_row_stays_so_that_no_id_comes_twice(web: Web) -> None:
    await happen(web.store, "one", "two")
    await web.store.feed.purge(NOW + timedelta(days=99))
    assert await web.store.feed.oldest() == 2
    await happen(web.store, "three")
    assert [row.id for row in await web.store.feed.read(0, 10)] == [2, 3]


# --- how it ends ------------------------------------------------------------------------------------------------------

QUICK = Pace(poll_s=0.05, rest_s=0.0, beat_s=0.05, write_s=0.2, most=2)


@asynccontextmanager
async def quick(store: Store, settings: Settings, plugins: Plugins, clock: FixedClock) -> AsyncIterator[Web]:
    """The web with streams that are quicker at everything."""
    app = make_web(store, plugins.platforms, plugins.channels, settings, clock, pace=QUICK)
    server = TestServer(app)
    await server.start_server(access_log=None)
    keys = [await store.keys.create(scope, "tests", clock()) for scope in ("admin", "read")]
    async with TestClient(server) as client:
        yield Web(client, store, clock, *keys)


async def test_a_beat_tells_where_the_stream_is_though_nothing_was_for_it(
    store: Store, settings: Settings, plugins: Plugins, clock: FixedClock
) -> None:
    async with quick(store, settings, plugins, clock) as web, reading(web, "?types=episode") as reader:
        await happen(store, "one", "two")
        async for one in reader:
            assert one.data == {}
            if one.id == 2:
                break


async def test_a_stream_outlives_the_deadline_of_requests_and_ends_with_its_key(
    store: Store, settings: Settings, plugins: Plugins, clock: FixedClock
) -> None:
    short = replace(settings, request_deadline_s=0.3)
    async with quick(store, short, plugins, clock) as web, reading(web, key=web.reader) as reader:
        beats = 0
        async for _ in reader:
            beats += 1
            if beats == 12:  # of 50 ms each
                await store.keys.revoke(web.reader.split("_")[1], clock())
    assert beats >= 12


async def test_there_are_only_so_many_streams(
    store: Store, settings: Settings, plugins: Plugins, clock: FixedClock
) -> None:
    async with quick(store, settings, plugins, clock) as web, reading(web), reading(web):
        response = await web.call("GET", EVENTS)
        assert (response.status, response.headers["Retry-After"]) == (503, "5")
        assert (await response.json())["error"]["code"] == "too_many_streams"


async def test_the_end_of_the_service_ends_the_streams(web: Web) -> None:
    app = web.client.app
    assert app is not None
    async with reading(web) as reader:
        await app[DOOR].close(30)
        assert [one async for one in reader if one.data] == []
    assert app[DOOR].busy == 0
    assert app[WIRE].listening == 0
    assert (await web.call("GET", EVENTS)).status == 503


async def test_a_reader_that_takes_nothing_is_cut_off_and_goes_on_later(
    store: Store, settings: Settings, plugins: Plugins, clock: FixedClock
) -> None:
    count = 20_000
    async with quick(store, settings, plugins, clock) as web:
        app, port = web.client.app, web.client.port
        assert app is not None
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        lines = f"GET {EVENTS}?after=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {web.admin}\r\n\r\n"
        writer.write(lines.encode())
        await reader.readuntil(b"retry")
        async with store.write() as tx:
            await tell(tx, [happened(None, NOW, "activity", "added", {"pad": "x" * 200}) for _ in range(count)])
        while app[WIRE].listening:
            await asyncio.sleep(0.01)
        assert len(app[WIRE]._rows) <= AT_HAND
        writer.close()
        async with reading(web, "?after=0") as again:
            assert [one.id for one in await again.take(count)] == [*range(1, count + 1)]


async def test_one_that_left_is_noticed(store: Store, settings: Settings, plugins: Plugins, clock: FixedClock) -> None:
    async with quick(store, settings, plugins, clock) as web:
        app = web.client.app
        assert app is not None
        async with reading(web):
            assert app[WIRE].listening == 1
        while app[WIRE].listening:
            await asyncio.sleep(0.01)
        assert not [task for task in asyncio.all_tasks() if task.get_name() == "wire"]


# --- what is told -----------------------------------------------------------------------------------------------------


async def told(store: Store) -> list[tuple[str, str]]:
    return [(row.type, row.what) for row in await store.feed.read(0, 100)]


def nudge(alice: str, name: str = "n1", **more: Any) -> Nudge:
    return Nudge(
        name, alice, Severity.REST, ("L01",), "Rest.", {}, NOW, NOW, NOW + timedelta(days=1), None, (1,), **more
    )


@pytest.fixture
async def alice(web: Web) -> str:
    return await web.alice(channels=[{"channel": "console", "address": "A"}])


async def test_a_message_is_told_of_once_a_step(web: Web, alice: str) -> None:
    [place] = await web.store.addresses.of(alice)
    one = nudge(alice)
    async with web.store.write() as tx:
        await web.store.outbox.put(tx, [(one, place, Voice.PRINT)])
    await web.store.post.claim(NOW, {"console": 5})
    async with web.store.write() as tx:
        await web.store.outbox.put(tx, [(one, place, Voice.PRINT)])  # worked out once more, and on its way already
        await web.store.post.settle(tx, [(one, End("delivered"))], NOW)
        await web.store.post.settle(tx, [(one, End("sent"))], NOW)  # slower than the receipt
    assert await told(web.store) == [("nudge", "made"), ("nudge", "delivered")]


async def test_a_message_that_was_lost_withdrawn_or_held_is_told_of(web: Web, alice: str) -> None:
    [place] = await web.store.addresses.of(alice)
    lost, gone = nudge(alice), nudge(alice, "n2")
    silent = Held(alice, ("R02",), Severity.REST, "quiet", NOW)
    async with web.store.write() as tx:
        await web.store.outbox.put(tx, [(lost, place, Voice.PRINT)])
    await web.store.post.claim(NOW, {"console": 5})
    async with web.store.write() as tx:
        await web.store.post.doubt(tx, lost, NOW, "the answer was lost", NOW)
        await web.store.post.settle(tx, [(lost, End("failed", "never"))], NOW)
        await web.store.outbox.put(tx, [(gone, place, Voice.PRINT)])
        await web.store.outbox.hold(tx, [silent])
        await web.store.outbox.hold(tx, [silent])  # the same, worked out again
    response = await web.call("POST", f"/api/v1/athletes/{alice}/nudges/n2/void")
    assert response.status == 200
    steps = ["made", "unknown", "failed", "made", "held", "void"]
    assert await told(web.store) == [("nudge", step) for step in steps]


async def test_connections_and_dead_deliveries_are_told_of(web: Web, alice: str) -> None:
    await web.call("POST", f"/api/v1/athletes/{alice}/connections", {"platform": "generic", "external_id": "a-1"})
    athletes = web.store.athletes
    await athletes.mark_connection("generic", "a-1", "expired", NOW)
    await athletes.mark_connection("generic", "a-1", "expired", NOW)  # no news
    async with web.store.write() as tx:
        await athletes.revoke(tx, "generic", "a-1", NOW)
        await athletes.revoke(tx, "generic", "a-1", NOW)
    await web.send(run())
    async with web.store.write() as tx:
        await web.store.inbox.settle(tx, [(1, "dead", "it said: a secret")], NOW)
    rows = await web.store.feed.read(0, 10)
    assert [(row.type, row.what) for row in rows] == [
        ("connection", "connected"),
        ("connection", "expired"),
        ("connection", "revoked"),
        ("delivery.dead", "dead"),
    ]
    assert rows[-1].facts == '{"delivery":1,"platform":"generic"}'
    assert {row.type for row in rows} <= set(TYPES)


async def test_a_pain_story_is_told_from_end_to_end(web: Web, plugins: Plugins, alice: str) -> None:
    path = f"/api/v1/athletes/{alice}/reports"
    await web.call("POST", path, {"pain": 6, "site": "calf", "side": "left", "limp": True, "text": "ouch, my secret"})
    await work(web, plugins)
    web.clock.advance(timedelta(hours=1))
    await web.call("POST", path, {"pain": 8, "site": "calf", "side": "left", "numb": True, "weak": True})
    await work(web, plugins)
    rows = [row for row in await web.store.feed.read(0, 100) if row.type == "episode"]
    assert rows[0].what == "opened"
    assert {row.athlete_id for row in rows} == {alice}
    [story] = (await web.get(f"/api/v1/athletes/{alice}/episodes"))["items"]
    assert json.loads(rows[-1].facts) == {"episode": story["id"], "state": story["state"]}
    assert len(rows) == len({row.facts for row in rows}) >= 2
    assert "secret" not in str(rows)


async def test_a_workout_told_again_changed_and_removed(web: Web, plugins: Plugins) -> None:
    await web.alice(connections=[{"platform": "generic", "external_id": "a-1"}])
    await web.send(run(), call_id="1")
    await web.send(run(), call_id="2")  # the same
    await web.send(run(distance_m=11_000), call_id="3")
    await web.send({"type": "activity.deleted", "athlete": "a-1", "id": "run-1"}, call_id="4")
    await web.send({"type": "activity.deleted", "athlete": "a-1", "id": "run-1"}, call_id="5")
    await work(web, plugins)
    seen = [row.what for row in await web.store.feed.read(0, 100, types=["activity"])]
    assert seen == ["added", "changed", "removed"]


# --- order of several writers -----------------------------------------------------------------------------------------


def row(number: int, age: timedelta = timedelta()) -> Happened:
    return Happened(number, NOW - age, "activity", "added", None, "{}")


def test_a_young_hole_is_waited_for_and_an_old_one_is_not() -> None:
    assert [one.id for one in whole([row(5), row(6), row(8)], 4, NOW)] == [5, 6]
    assert [one.id for one in whole([row(6)], 4, NOW)] == []
    assert [one.id for one in whole([row(6, PATIENCE), row(9, PATIENCE), row(10)], 4, NOW)] == [6, 9, 10]
    assert whole([], 4, NOW) == []


async def test_a_reader_begins_where_nothing_can_come_any_more(web: Web) -> None:
    assert await web.store.feed.settled(NOW) == 0
    await happen(web.store, "one", "two")
    assert await web.store.feed.settled(NOW) == 0
    assert await web.store.feed.settled(NOW + PATIENCE * 2) == 2
