"""What lists are narrowed to, single things by their ids, what is told by hand, and keys by the API."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from conftest import NOW, Serve, Web, run
from fakes import FakeTokens
from twinge.core.model import Activity, Finding, Held, Nudge, Report, Severity, Voice, Wellness
from twinge.plugin import Delivery
from twinge.registry import Plugins
from twinge.store import Filter, Store
from twinge.store.page import write_cursor
from twinge.testing import MemoryChannel
from twinge.worker import Worker

DAY = timedelta(days=1)
LISTS = ("activities", "wellness", "reports", "findings", "nudges", "held")


@pytest.fixture
async def alice(web: Web) -> str:
    """Alice with four days of everything, the newest today; every second thing is of another kind."""
    alice = await web.alice(channels=[{"channel": "console", "address": "A"}])
    [place] = await web.store.addresses.of(alice)
    async with web.store.write() as tx:
        for n in range(4):
            at, odd = NOW - n * DAY, n % 2
            key, rule = f"generic:run/{n}", ("L01", "R02")[odd]
            loud = (Severity.SLOW_DOWN, Severity.REST)[odd]
            run = Activity(key, ("run", "ride")[odd], at, moving_s=3600, distance_m=10_000)
            await web.store.history.put_activity(tx, alice, run)
            await web.store.mornings.put(tx, [(alice, Wellness(f"generic:m{n}", at.date(), resting_hr=50 + n))])
            await web.store.reports.put(tx, [(alice, Report(f"generic:r{n}", at, pain=n))])
            await web.store.history.add_findings(tx, [(alice, Finding(rule, loud, 1, at, key, {"n": n}))])
            spoken = Nudge(f"n{n}", alice, loud, (rule,), "Rest.", {}, at, at, at + 9 * DAY, key, (1,))
            await web.store.outbox.put(tx, [(spoken, place, Voice.PRINT)])
            silent = Held(alice, (rule, "X01"), loud, ("quiet", "muted")[odd], at, key)
            await web.store.outbox.hold(tx, [silent])
        await web.store.outbox.withdraw(tx, alice, ["n1"], "changed", NOW)
    return alice


def when(one: dict[str, Any]) -> str:
    """The day of a thing, whatever it calls it."""
    stamp = next(one[name] for name in ("start", "date", "made_at", "at") if name in one)
    return str(stamp)[:10]


@pytest.mark.parametrize("name", LISTS)
async def test_a_span_has_its_beginning_and_not_its_end(web: Web, alice: str, name: str) -> None:
    path = f"/api/v1/athletes/{alice}/{name}"
    first, last = ("2026-05-02", "2026-05-04")
    if name != "wellness":
        first, last = f"{first}T12:00:00%2B02:00", f"{last}T10:00:00Z"
    found = (await web.get(f"{path}?from={first}&to={last}"))["items"]
    assert [when(one) for one in found] == ["2026-05-03", "2026-05-02"]
    assert len((await web.get(f"{path}?from={first}"))["items"]) == 3
    assert len((await web.get(f"{path}?to={last}"))["items"]) == 3


@pytest.mark.parametrize("name", LISTS)
async def test_a_cursor_stays_right_with_the_filter_while_things_come(web: Web, alice: str, name: str) -> None:
    first = "2026-05-02" if name == "wellness" else "2026-05-02T10:00:00Z"
    path = f"/api/v1/athletes/{alice}/{name}?from={first}&limit=1"
    seen, cursor = [], ""
    for _ in range(9):
        page = await web.get(path + cursor)
        seen += [when(one) for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
        async with web.store.write() as tx:  # newer than all: it must shift nothing
            fresh = Activity("generic:new", "run", NOW + DAY, moving_s=60)
            await web.store.history.put_activity(tx, alice, fresh)
            await web.store.mornings.put(tx, [(alice, Wellness("generic:new", date(2026, 5, 5), resting_hr=60))])
    assert seen == ["2026-05-04", "2026-05-03", "2026-05-02"]


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("activities?sport=ride", [3, 1]),
        ("activities?sport=ski", []),
        ("findings?rule=L01", [4, 2]),
        ("nudges?rule=R02", [3, 1]),
        ("nudges?severity=rest", [3, 1]),
        ("nudges?state=void", [3]),
        ("nudges?state=waiting&severity=rest", [1]),
        ("held?reason=quiet", [4, 2]),
        ("held?severity=rest&rule=X01", [3, 1]),
        ("held?rule=L02", []),
    ],
)
async def test_a_list_is_narrowed_by_what_its_rows_are(web: Web, alice: str, query: str, days: list[int]) -> None:
    found = (await web.get(f"/api/v1/athletes/{alice}/{query}"))["items"]
    assert [int(when(one)[-2:]) for one in found] == days


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("activities?from=2026-05-04", "from"),
        ("activities?from=2026-05-04T10:00:00", "from"),
        ("activities?to=yesterday", "to"),
        ("activities?from=0001-01-01T00:00:00Z", "from"),
        ("activities?from=2026-05-04T10:00:00Z&to=2026-05-03T10:00:00Z", "to"),
        ("activities?sport=quidditch", "sport"),
        ("activities?rule=L01", "rule"),
        ("wellness?from=2026-05-04T10:00:00Z", "from"),
        ("wellness?to=2026-02-30", "to"),
        ("findings?rule=L99", "rule"),
        ("nudges?severity=loud", "severity"),
        ("nudges?state=dead", "state"),
        ("held?reason=%27;", "reason"),
        ("reports?pain=3", "pain"),
    ],
)
async def test_a_wrong_wish_is_refused_by_name(web: Web, alice: str, query: str, field: str) -> None:
    response = await web.call("GET", f"/api/v1/athletes/{alice}/{query}")
    assert (response.status, (await response.json())["error"]["field"]) == (400, field)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("athletes?status=happy", "status"),
        ("athletes?external_id=a-1", "platform"),
        ("athletes?name=", "name"),
        ("connections?state=up", "state"),
        ("connections?quiet=yes", "quiet"),
        ("deliveries?athlete=nobody", "athlete"),
        ("deliveries?from=now", "from"),
        ("keys?scope=all", "scope"),
        ("keys?state=lost", "state"),
        ("audit?to=now", "to"),
        ("audit?actor=%00", "actor"),
    ],
)
async def test_the_lists_of_the_house_refuse_by_name_too(web: Web, path: str, field: str) -> None:
    response = await web.call("GET", f"/api/v1/{path}")
    assert (response.status, (await response.json())["error"]["field"]) == (400, field)


async def test_an_unescaped_plus_is_understood(web: Web, alice: str) -> None:
    path = f"/api/v1/athletes/{alice}/activities?from=2026-05-04T12:00:00+02:00"
    assert len((await web.get(path))["items"]) == 1


@pytest.mark.parametrize("name", [name for name in LISTS if name != "wellness"])
async def test_each_thing_is_there_by_its_id(web: Web, alice: str, name: str) -> None:
    path = f"/api/v1/athletes/{alice}/{name}"
    for one in (await web.get(path))["items"]:
        quoted = one["id"].replace("/", "%2F")
        assert await web.get(f"{path}/{quoted}") == one
    bob = await web.alice(name="Bob")
    first = (await web.get(path))["items"][0]["id"].replace("/", "%2F")
    for other in (f"/api/v1/athletes/{bob}/{name}/{first}", f"{path}/nothing", f"{path}/L01.x.y", f"{path}/L01.1.y"):
        response = await web.call("GET", other)
        assert (response.status, (await response.json())["error"]["code"]) == (404, "not_found")


async def test_a_morning_is_what_each_source_told(web: Web, alice: str) -> None:
    async with web.store.write() as tx:
        await web.store.mornings.put(tx, [(alice, Wellness("oura:1", NOW.date(), sleep_h=7.0))])
    items = (await web.get(f"/api/v1/athletes/{alice}/wellness/2026-05-04"))["items"]
    assert {one["id"] for one in items} == {"generic:m0", "oura:1"}
    for day in ("2026-06-04", "2026-05", "x"):
        assert (await web.call("GET", f"/api/v1/athletes/{alice}/wellness/{day}")).status == 404


async def test_a_removed_workout_is_not_there(web: Web, alice: str) -> None:
    async with web.store.write() as tx:
        await web.store.history.remove(tx, alice, "generic:run/0", 5)
    assert (await web.call("GET", f"/api/v1/athletes/{alice}/activities/generic:run%2F0")).status == 404


async def test_a_waiting_message_is_withdrawn_once(web: Web, alice: str) -> None:
    path = f"/api/v1/athletes/{alice}/nudges"
    response = await web.call("POST", f"{path}/n0/void")
    gone = await response.json()
    assert (response.status, gone["state"], gone["reason"]) == (200, "void", "withdrawn by the operator")
    again = await web.call("POST", f"{path}/n0/void")
    assert (again.status, (await again.json())["error"]["code"]) == (409, "too_late")
    assert (await web.call("POST", f"{path}/n9/void")).status == 404
    assert (await web.call("POST", f"{path}/n2/void", key=web.reader)).status == 403
    [line] = (await web.get("/api/v1/audit?what=nudge.void"))["items"]
    assert (line["object"], line["detail"]) == (f"athlete:{alice}", "nudge=n0")


# --- the house --------------------------------------------------------------------------------------------------------


async def test_athletes_are_found_by_name_connection_and_standing(web: Web) -> None:
    ids = {}
    for n, name in enumerate(["Änne", "ANNA Müller", "anna%", "Bob"]):
        web.clock.advance(timedelta(seconds=1))
        links = [{"platform": "generic", "external_id": f"a-{n}"}] if n < 2 else []
        ids[name] = await web.alice(name=name, connections=links)

    async def found(query: str) -> list[str]:
        return [one["name"] for one in (await web.get(f"/api/v1/athletes?{query}"))["items"]]

    assert await found("name=anna") == ["anna%", "ANNA Müller"]
    assert await found("name=ANNA%20M%C3%9C") == ["ANNA Müller"]
    assert await found("name=%C3%A4") == ["Änne"]
    assert await found("name=%25") == []
    assert await found("platform=generic&external_id=a-1") == ["ANNA Müller"]
    assert await found("platform=generic") == ["ANNA Müller", "Änne"]
    assert await found("status=disconnected") == ["Bob", "anna%"]
    await web.call("DELETE", f"/api/v1/athletes/{ids['Änne']}/connections/generic")
    assert await found("status=connected") == ["ANNA Müller"]
    await web.call("PATCH", f"/api/v1/athletes/{ids['Bob']}", {"name": "Annabel"})
    assert await found("name=Anna&limit=2") == ["Annabel", "anna%"]


async def test_connections_of_everybody_and_one_by_its_number(web: Web) -> None:
    for n in range(3):
        await web.alice(name=f"A{n}", connections=[{"platform": "generic", "external_id": f"a-{n}"}])
    page = await web.get("/api/v1/connections?platform=generic&limit=2")
    rest = await web.get(f"/api/v1/connections?platform=generic&limit=2&cursor={page['next']}")
    assert [one["external_id"] for one in page["items"] + rest["items"]] == ["a-2", "a-1", "a-0"]
    [one] = (await web.get("/api/v1/connections?platform=generic&external_id=a-1"))["items"]
    assert (await web.get("/api/v1/connections?state=expired"))["items"] == []
    assert {**one, "backfill": None}.items() <= (await web.get(f"/api/v1/connections/{one['id']}")).items()
    assert "token" not in str(one)
    for name in ("999", "x", "9" * 30):
        assert (await web.call("GET", f"/api/v1/connections/{name}")).status == 404


async def test_deliveries_of_one_athlete(serve: Serve) -> None:
    web = await serve(channels={"memory": MemoryChannel()})
    alice = await web.alice(
        connections=[{"platform": "generic", "external_id": "a-1"}],
        channels=[{"channel": "memory", "address": "+4915112345689"}],
    )
    bob = await web.alice(name="Bob", connections=[{"platform": "generic", "external_id": "b-1"}])
    await web.send(run(), call_id="hers")
    await web.send(run(athlete="b-1"), call_id="his")
    await web.call("POST", f"/api/v1/athletes/{alice}/reports", {"pain": 2})
    lane = (await web.store.inbox.find()).items[0]
    assert lane.delivery.platform == "twinge"
    found = (await web.get(f"/api/v1/deliveries?athlete={alice}"))["items"]
    assert [one["platform"] for one in found] == ["twinge", "generic"]
    assert [one["key"] for one in (await web.get(f"/api/v1/deliveries?athlete={bob}"))["items"]] == ["his"]


async def test_deliveries_by_when_they_came_in_pages(web: Web) -> None:
    for n in range(5):
        delivery = Delivery("generic", "POST", "", {}, {}, b"{}", NOW + n * DAY)
        await web.store.inbox.put(delivery, f"d{n}")
    seen, cursor = [], ""
    for _ in range(9):
        page = await web.get(f"/api/v1/deliveries?from=2026-05-05T00:00:00Z&to=2026-05-08T10:00:00Z&limit=2{cursor}")
        seen += [one["key"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == ["d3", "d2", "d1"]


async def test_many_dead_ones_are_replayed_at_once_the_oldest_first(web: Web) -> None:
    for n in range(5):
        await web.store.inbox.put(Delivery("generic", "POST", "", {}, {}, b"{}", NOW + n * DAY), f"d{n}")
    await web.store.inbox.put(Delivery("strava", "POST", "", {}, {}, b"{}", NOW), "s")
    async with web.store.write() as tx:
        await web.store.inbox.settle(tx, [(n, "dead", "crashed") for n in range(1, 7)], NOW)
    body = {"state": "dead", "platform": "generic", "limit": 3}
    response = await web.call("POST", "/api/v1/deliveries/replay", body)
    assert (response.status, await response.json()) == (202, {"replayed": 3, "left": 2})
    waiting = (await web.get("/api/v1/deliveries?state=waiting"))["items"]
    assert [(one["key"], one["note"], one["settled_at"]) for one in waiting] == [
        ("d2", "replayed", None),
        ("d1", "replayed", None),
        ("d0", "replayed", None),
    ]
    [line] = (await web.get("/api/v1/audit?what=delivery.replay_all"))["items"]
    assert line["detail"] == "state=dead platform=generic count=3"
    for wrong, field in (({"state": "done"}, "state"), ({"state": "dead", "limit": 1001}, "limit")):
        refused = await web.call("POST", "/api/v1/deliveries/replay", wrong)
        assert (refused.status, (await refused.json())["error"]["field"]) == (400, field)


async def test_a_file_whose_body_was_deleted_is_not_replayed_with_the_rest(web: Web) -> None:
    await web.store.inbox.put(Delivery("files", "POST", "", {}, {}, b"", NOW), "f")
    async with web.store.write() as tx:
        await web.store.inbox.settle(tx, [(1, "dead", "")], NOW)
    response = await web.call("POST", "/api/v1/deliveries/replay", {"state": "dead"})
    assert await response.json() == {"replayed": 0, "left": 0}


async def test_the_audit_by_actor_deed_and_span(web: Web) -> None:
    alice = await web.alice()
    web.clock.advance(DAY)
    await web.call("PATCH", f"/api/v1/athletes/{alice}", {"name": "Alicia"})
    me = web.admin.split("_")[1]
    for query, count in {
        f"actor=key:{me}": 2,
        "actor=key:none": 0,
        "what=athlete.edit": 1,
        "from=2026-05-05T00:00:00Z": 1,
        f"to=2026-05-05T00:00:00Z&actor=key:{me}": 1,
    }.items():
        assert len((await web.get(f"/api/v1/audit?{query}"))["items"]) == count, query


async def test_one_rule_and_one_plugin(web: Web) -> None:
    assert (await web.get("/api/v1/rules/L01"))["id"] == "L01"
    assert (await web.get("/api/v1/plugins/generic"))["state"] == "ready"
    for path in ("rules/L99", "plugins/pigeon"):
        assert (await web.call("GET", f"/api/v1/{path}")).status == 404


# --- keys -------------------------------------------------------------------------------------------------------------


async def test_a_key_is_made_shown_once_used_and_ended(web: Web) -> None:
    response = await web.call("POST", "/api/v1/keys", {"scope": "read", "name": "a board"})
    made = await response.json()
    assert response.status == 201
    assert (await web.call("GET", "/api/v1/rules", key=made["key"])).status == 200
    shown = await web.get(f"/api/v1/keys/{made['id']}")
    assert made["key"].split("_", 2)[2] not in str(shown)
    assert (shown["name"], shown["scope"], shown["expires_at"]) == ("a board", "read", None)
    assert (await web.call("DELETE", f"/api/v1/keys/{made['id']}")).status == 204
    assert (await web.call("DELETE", f"/api/v1/keys/{made['id']}")).status == 404
    assert (await web.call("GET", "/api/v1/rules", key=made["key"])).status == 401
    assert [one["id"] for one in (await web.get("/api/v1/keys?state=ended"))["items"]] == [made["id"]]
    assert len((await web.get("/api/v1/keys?state=alive&scope=read"))["items"]) == 1
    deeds = [(one["action"], one["object"]) for one in (await web.get("/api/v1/audit"))["items"]]
    assert deeds == [("key.revoke", f"key:{made['id']}"), ("key.create", f"key:{made['id']}")]


async def test_a_key_ends_by_itself(web: Web) -> None:
    ends = (NOW + timedelta(hours=1)).isoformat()
    made = await (await web.call("POST", "/api/v1/keys", {"scope": "read", "expires_at": ends})).json()
    assert made["expires_at"] == "2026-05-04T11:00:00Z"
    web.clock.advance(timedelta(minutes=59))
    assert (await web.call("GET", "/api/v1/rules", key=made["key"])).status == 200
    web.clock.advance(timedelta(minutes=1))
    assert (await web.call("GET", "/api/v1/rules", key=made["key"])).status == 401
    assert [one["id"] for one in (await web.get("/api/v1/keys?state=ended"))["items"]] == [made["id"]]


async def test_the_last_key_that_may_do_all_stays(web: Web) -> None:
    me, reader = web.admin.split("_")[1], web.reader.split("_")[1]
    ends = (NOW + DAY).isoformat()
    await web.call("POST", "/api/v1/keys", {"scope": "admin", "expires_at": ends})  # no way back in
    refused = await web.call("DELETE", f"/api/v1/keys/{me}")
    assert (refused.status, (await refused.json())["error"]["code"]) == (409, "last_key")
    assert (await web.call("DELETE", f"/api/v1/keys/{reader}")).status == 204
    other = await (await web.call("POST", "/api/v1/keys", {"scope": "admin"})).json()
    assert (await web.call("DELETE", f"/api/v1/keys/{me}")).status == 204
    assert (await web.call("GET", "/api/v1/rules")).status == 401
    assert (await web.call("GET", "/api/v1/rules", key=other["key"])).status == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "scope"),
        ({"scope": "root"}, "scope"),
        ({"scope": "read", "name": "a\nb"}, "name"),
        ({"scope": "read", "expires_at": "2026-05-04T10:00:00Z"}, "expires_at"),
        ({"scope": "read", "expires_at": "2026-05-05T10:00:00"}, "expires_at"),
        ({"scope": "read", "colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_key_is_refused_by_name(web: Web, body: dict[str, Any], field: str) -> None:
    response = await web.call("POST", "/api/v1/keys", body)
    assert (response.status, (await response.json())["error"]["field"]) == (400, field)
    assert (await web.call("POST", "/api/v1/keys", {"scope": "read"}, key=web.reader)).status == 403
    assert len((await web.get("/api/v1/keys"))["items"]) == 2


# --- told by hand -----------------------------------------------------------------------------------------------------


async def work(web: Web, plugins: Plugins) -> None:
    await Worker(web.store, plugins.platforms, plugins.channels, FakeTokens(), web.clock).drain()


RUN = {"sport": "trail running", "start": "2026-05-04T08:00:00+02:00", "moving_s": 3300, "distance_m": 10_000}


async def test_a_workout_is_told_edited_removed_and_told_again(web: Web, plugins: Plugins) -> None:
    alice = await web.alice()
    path = f"/api/v1/athletes/{alice}/activities"
    for metres, method, body in (
        (10_000, "POST", {**RUN, "id": "x/1"}),
        (12_000, "POST", {**RUN, "id": "x/1", "distance_m": 12_000}),
        (None, "DELETE", None),
        (9_000, "POST", {**RUN, "id": "x/1", "distance_m": 9_000}),
    ):
        web.clock.advance(timedelta(seconds=1))
        response = await web.call(method, path if method == "POST" else f"{path}/twinge:x%2F1", body)
        assert (response.status, await response.json()) == (202, {"id": "twinge:x/1", "status": "stored"})
        await work(web, plugins)
        items = (await web.get(path))["items"]
        assert [(one["id"], one["distance_m"]) for one in items] == ([("twinge:x/1", metres)] if metres else [])
    assert items[0]["sport"] == "trail_run"
    deeds = [one["action"] for one in (await web.get("/api/v1/audit"))["items"]]
    assert deeds[:4] == ["activity.told", "activity.removed", "activity.told", "activity.told"]


async def test_without_an_id_each_call_is_a_workout(web: Web, plugins: Plugins) -> None:
    alice = await web.alice()
    path = f"/api/v1/athletes/{alice}/activities"
    for _ in range(2):
        assert (await web.call("POST", path, RUN)).status == 202
    await work(web, plugins)
    assert len((await web.get(path))["items"]) == 2


async def test_what_a_platform_brought_is_removed_until_it_tells_something_newer(web: Web, plugins: Plugins) -> None:
    alice = await web.alice(connections=[{"platform": "generic", "external_id": "a-1"}])
    path = f"/api/v1/athletes/{alice}/activities"
    await web.send(run(), call_id="1")
    await work(web, plugins)
    assert (await web.call("DELETE", f"{path}/generic:run-1")).status == 202
    await work(web, plugins)
    assert (await web.get(path))["items"] == []
    assert (await web.call("DELETE", f"{path}/generic:run-1")).status == 404
    await web.send(run(), call_id="2")  # the same old text
    await work(web, plugins)
    assert (await web.get(path))["items"] == []
    await web.send({**run(), "updated_at": "2026-05-04T11:00:00Z"}, call_id="3")
    await work(web, plugins)
    assert len((await web.get(path))["items"]) == 1


async def test_a_morning_is_told_and_edited(web: Web, plugins: Plugins) -> None:
    alice = await web.alice()
    path = f"/api/v1/athletes/{alice}/wellness"
    for pulse in (48, 51):
        web.clock.advance(timedelta(seconds=1))
        response = await web.call("POST", path, {"date": "2026-05-04", "resting_hr": pulse})
        assert (response.status, (await response.json())["id"]) == (202, "twinge:2026-05-04")
        await work(web, plugins)
    assert [one["resting_hr"] for one in (await web.get(path))["items"]] == [51]


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("activities", {**RUN, "start": "2026-05-06T08:00:00Z"}, "start"),
        ("activities", {**RUN, "start": "2026-05-04T08:00:00"}, "start"),
        ("activities", {"sport": "run", "start": "2026-05-04T08:00:00Z"}, "moving_s"),
        ("activities", {**RUN, "shoes": "red"}, "shoes"),
        ("activities", {**RUN, "id": ""}, "id"),
        ("wellness", {"date": "2026-05-06", "resting_hr": 48}, "date"),
        ("wellness", {"date": "2026-05-04"}, "resting_hr"),
        ("wellness", {"resting_hr": 48}, "date"),
        ("wellness", {"date": "2026-05-04", "resting_hr": 48, "mood": 3}, "mood"),
    ],
)
async def test_what_is_told_wrongly_is_refused_by_name(web: Web, name: str, body: dict[str, Any], field: str) -> None:
    alice = await web.alice()
    response = await web.call("POST", f"/api/v1/athletes/{alice}/{name}", body)
    assert (response.status, (await response.json())["error"].get("field")) == (400, field), await response.text()
    assert (await web.get("/api/v1/deliveries"))["items"] == []


# --- how the database finds it ----------------------------------------------------------------------------------------

SPAN = Filter(since=NOW - DAY, until=NOW)


async def plan(store: Store, work: Any) -> list[str]:
    """What SQLite says of how it goes about the statements of `work`."""
    asked: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    reader = store._engines.reader.sync_engine
    event.listen(reader, "before_cursor_execute", note)
    await work
    event.remove(reader, "before_cursor_execute", note)
    async with store.read() as tx:
        found = [(await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)).all() for text, values in asked]
    return [row.detail for rows in found for row in rows]


def listings(store: Store) -> dict[str, tuple[Any, str]]:
    """Each listing with each of its filters, and the index that must serve it."""
    history, outbox, keys, people = store.history, store.outbox, store.keys, store.athletes
    span, only = SPAN, Filter
    made = "ix_nudge_athlete_id_made_ms (athlete_id=? AND made_ms>? AND made_ms<?)"
    began, place = "ix_activity_athlete_id_start_ms (athlete_id=?", write_cursor([5, "generic:1"])
    lanes = ["generic:a-1", "twinge:a"]
    return {
        "activities": (history.find_activities("a", only=span), f"{began} AND start_ms>? AND start_ms<?)"),
        "the next page": (history.find_activities("a", place), f"{began} AND start_ms<?)"),
        "wellness": (store.mornings.find("a", only=span), "ix_wellness_athlete_id_day (athlete_id=? AND day>?"),
        "reports": (store.reports.find("a", only=span), "ix_report_athlete_id_at_ms (athlete_id=? AND at_ms>?"),
        "findings": (history.find_findings("a", only=span), "ix_finding_athlete_id_at_ms (athlete_id=? AND at_ms>?"),
        "nudges": (outbox.find_nudges("a", only=span), made),
        "nudges by state": (outbox.find_nudges("a", only=only(state="sent")), "ix_nudge_athlete_id_made_ms"),
        "held": (outbox.find_held("a", only=span), "sqlite_autoindex_held_1 (athlete_id=? AND id>? AND id<?)"),
        "deliveries": (store.inbox.find(only=span), "ix_inbox_received_ms (received_ms>? AND received_ms<?)"),
        "dead": (store.inbox.find("dead", "generic"), "ix_inbox_aside"),
        "one athlete's": (store.inbox.find(lanes=lanes, only=span), "ix_inbox_lane_received_ms (lane=? AND received"),
        "by name": (people.find(only=only(name="Al")), "ix_athlete_sought (sought>? AND sought<?)"),
        "by account": (people.find(only=only(platform="x", external_id="1")), "(platform=? AND external_id=?)"),
        "by standing": (people.find(only=only(status="connected")), "ix_connection_athlete_id (athlete_id=?)"),
        "connections": (people.find_connections(only=only(platform="x")), "ix_connection_platform_id (platform=?)"),
        "by state": (people.find_connections(only=only(state="expired")), "ix_connection_lost (state=?)"),
        "audit": (keys.find_audit(only=span), "ix_audit_at_ms (at_ms>? AND at_ms<?)"),
        "by actor": (keys.find_audit(only=replace(SPAN, actor="key:1")), "ix_audit_actor (actor=? AND at_ms>?"),
        "by deed": (keys.find_audit(only=only(what="x")), "ix_audit_action (action=?)"),
    }


NAMES = (
    *(
        "activities",
        "the next page",
        "wellness",
        "reports",
        "findings",
        "nudges",
        "nudges by state",
        "held",
        "deliveries",
        "dead",
    ),
    *(
        "one athlete's",
        "by name",
        "by account",
        "by standing",
        "connections",
        "by state",
        "audit",
        "by actor",
        "by deed",
    ),
)


@pytest.mark.parametrize("name", NAMES)
async def test_a_listing_is_served_by_its_index(store: Store, name: str) -> None:
    found = listings(store)
    for other, (unused, _) in found.items():
        if other != name:
            unused.close()
    work, index = found[name]
    steps = await plan(store, work)
    assert set(found) == set(NAMES)
    assert any(index in step for step in steps), steps
    assert not [step for step in steps if "SCAN" in step and "INDEX" not in step and "SCAN athlete" not in step], steps


async def test_an_order_by_arrival_needs_no_sorting(store: Store) -> None:
    steps = await plan(store, store.inbox.find(only=SPAN))
    inner = [step for step in steps if "ix_inbox_received_ms" in step]
    assert inner
    assert len([step for step in steps if "TEMP B-TREE" in step]) <= 1, steps  # of one page at the most
