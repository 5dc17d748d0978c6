"""A coach sees their own athletes and nobody else's: every endpoint is tried with the id of another coach's athlete."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse

from conftest import KEY, Serve, Web, run
from fakes import FakeTokens
from twinge.registry import load_plugins
from twinge.testing import MemoryChannel
from twinge.web.api import ROUTES
from twinge.web.rights import CLOSED, COACH
from twinge.worker import Worker

BODIES: dict[str, Any] = {
    "silences": {"kind": "race", "from": "2026-05-04T10:00:00Z", "until": "2026-05-09T10:00:00Z"},
    "reports": {"pain": 3, "site": "calf"},
}
"""What a coach may send, so that a refusal is about whom and not about what."""


@dataclass(frozen=True, slots=True)
class Club:
    """Carol coaches Alice; Bob is Dan's."""

    web: Web
    alice: str
    bob: str
    carol: str
    """Her key."""

    async def ask(self, method: str, path: str, body: Any = None) -> ClientResponse:
        """Carol asks."""
        return await self.web.call(method, path, body, key=self.carol)

    async def see(self, path: str) -> Any:
        """What Carol sees there, and she must see something."""
        response = await self.ask("GET", path)
        assert response.status == 200, await response.text()
        return await response.json()


@pytest.fixture
async def club(serve: Serve) -> Club:
    web = await serve(channels={"memory": MemoryChannel()})
    alice = await web.alice(
        channels=[{"channel": "memory", "address": "+4915112345689"}],
        connections=[{"platform": "generic", "external_id": "alice-at-generic"}],
    )
    bob = await web.alice(name="Bob", connections=[{"platform": "generic", "external_id": "bob-at-generic"}])
    carol = await web.store.keys.create("coach", "Carol", web.clock(), athletes=[alice])
    await web.store.keys.create("coach", "Dan", web.clock(), athletes=[bob])
    return Club(web, alice, bob, carol)


def test_every_route_of_the_api_has_a_decision_for_coaches() -> None:
    here = {f"{route.method} {route.plain_path}" for route in ROUTES}
    assert here == COACH | CLOSED
    assert not COACH & CLOSED


def address(path: str, athlete: str) -> str:
    """The path with this athlete, and something in the place of what else it names."""
    return re.sub(r"{\w+}", "1", path.replace("{athlete}", athlete).replace("{rule}", "L01"))


MISSING = {"activity", "date", "episode", "episode}/page", "finding", "held", "nudge", "report", "silence"}
"""There is none yet: the thing is missing, not the athlete."""
OF_ATHLETES = [route for route in ROUTES if "{athlete}" in route.path]


@pytest.mark.parametrize("route", OF_ATHLETES, ids=lambda route: f"{route.method} {route.path}")
async def test_the_other_coachs_athlete_is_answered_like_one_who_does_not_exist(club: Club, route: Any) -> None:
    body = BODIES.get(route.path.rpartition("/")[2], {})
    answers = [await club.ask(route.method, address(route.path, one), body) for one in (club.bob, "nobody0")]
    assert [one.status for one in answers] == [404, 404]
    assert await answers[0].text() == await answers[1].text()


async def test_walked_by_the_application_itself_nothing_of_bob_is_told(club: Club) -> None:
    """The router knows routes that the table may not: HEAD, and whatever is added elsewhere."""
    app = club.web.client.app
    for route in app.router.routes():
        resource = route.resource
        if resource is None or not resource.canonical.startswith("/api/"):
            continue
        response = await club.ask(route.method, address(resource.canonical, club.bob), {})
        if response.content_type == "text/event-stream":
            response.close()  # it has no end; what it tells is tried in test_events
            continue
        text = await response.text()
        assert response.status in {404, 403, 200, 400}, (route.method, resource.canonical, text)
        assert "{athlete}" not in resource.canonical or response.status == 404
        assert club.bob not in text
        assert "Bob" not in text


@pytest.mark.parametrize("route", sorted(CLOSED))
async def test_what_is_not_for_coaches_is_refused_also_for_their_own(club: Club, route: str) -> None:
    method, path = route.split(" ")
    response = await club.ask(method, address(path, club.alice), {})
    assert (response.status, (await response.json())["error"]["code"]) == (403, "scope")


@pytest.mark.parametrize("route", sorted(COACH))
async def test_what_is_for_coaches_works_for_their_own(club: Club, route: str) -> None:
    method, path = route.split(" ")
    query = "?quiet=1" if path.endswith("v1/connections") else ""
    response = await club.ask(method, address(path, club.alice) + query, BODIES.get(path.rpartition("/")[2], {}))
    missing = path.rpartition("{")[2].rstrip("}") in MISSING
    done = {"GET": {200}, "POST": {201, 202}, "DELETE": {204}}[method]
    assert response.status in ({404} if missing else done)


async def test_lists_hold_their_own_only_page_by_page(club: Club) -> None:
    club.web.clock.advance(timedelta(seconds=1))
    eve = await club.web.alice(name="Eve")
    async with club.web.store.write() as tx:
        await club.web.store.keys.grant(tx, club.carol.split("_")[1], eve)
    first = await club.see("/api/v1/athletes?limit=1")
    assert [one["name"] for one in first["items"]] == ["Eve"]
    second = await club.see(f"/api/v1/athletes?limit=1&cursor={first['next']}")
    assert ([one["name"] for one in second["items"]], second["next"]) == (["Alice"], None)


async def test_fallen_silent_are_told_of_their_own_only(club: Club) -> None:
    for days in range(30, 12, -3):
        for who in ("alice-at-generic", "bob-at-generic"):
            start = (club.web.clock() - timedelta(days=days)).isoformat()
            await club.web.send(run(f"{who}-{days}", who, start), call_id=f"{who}-{days}")
    await settle(club.web)
    assert len((await club.web.get("/api/v1/connections?quiet=1"))["items"]) == 2
    told = (await club.see("/api/v1/connections?quiet=1"))["items"]
    assert [one["athlete"] for one in told] == [club.alice]


async def test_addresses_and_names_elsewhere_are_not_for_coaches(club: Club) -> None:
    shown = await club.see(f"/api/v1/athletes/{club.alice}")
    assert shown["channels"] == [{"channel": "memory", "usable": True, "shut": None}]
    links = await club.see(f"/api/v1/athletes/{club.alice}/connections")
    assert [one["external_id"] for one in (*shown["connections"], *links["items"])] == [None, None]


async def test_a_coach_reports_and_plans_for_their_own_and_it_is_noted_by_key(club: Club) -> None:
    made = await club.ask("POST", f"/api/v1/athletes/{club.alice}/reports", {"pain": 3, "site": "calf"})
    assert made.status == 202
    made = await club.ask("POST", f"/api/v1/athletes/{club.alice}/silences", BODIES["silences"])
    silence = await made.json()
    assert silence["by"] == f"key:{club.carol.split('_')[1]}"
    ended = await club.ask("DELETE", f"/api/v1/athletes/{club.alice}/silences/{silence['id']}")
    assert ended.status == 204
    lines = (await club.web.get("/api/v1/audit"))["items"]
    told = {line["action"] for line in lines if line["actor"] == silence["by"]}
    assert told == {"report.told", "silence.create", "silence.end"}


async def test_a_withdrawn_athlete_is_gone_with_the_next_request(club: Club) -> None:
    key = club.carol.split("_")[1]
    path = f"/api/v1/keys/{key}/athletes/{club.bob}"
    assert (await club.web.call("PUT", path)).status == 204
    assert (await club.web.call("PUT", path)).status == 204
    assert {one["name"] for one in (await club.see("/api/v1/athletes"))["items"]} == {"Alice", "Bob"}
    assert (await club.web.call("DELETE", path)).status == 204
    assert (await club.web.call("DELETE", path)).status == 404
    assert (await club.ask("GET", f"/api/v1/athletes/{club.bob}")).status == 404


async def test_a_coach_without_athletes_sees_an_empty_list(web: Web) -> None:
    await web.alice()
    key = await web.store.keys.create("coach", "new", web.clock())
    response = await web.call("GET", "/api/v1/athletes", key=key)
    assert await response.json() == {"items": [], "next": None}


# --- keys -------------------------------------------------------------------------------------------------------------


async def test_a_key_is_made_over_the_api_shown_once_and_ends_by_itself(web: Web) -> None:
    alice = await web.alice()
    ends = (web.clock() + timedelta(days=90)).isoformat()
    body = {"scope": "coach", "name": "Carol", "athletes": [alice], "expires_at": ends}
    response = await web.call("POST", "/api/v1/keys", body)
    made = await response.json()
    assert response.status == 201
    assert made["key"].startswith(made["prefix"])
    [kept] = [one for one in (await web.get("/api/v1/keys"))["items"] if one["name"] == "Carol"]
    assert kept == {name: value for name, value in made.items() if name != "key"}
    assert (await web.call("GET", f"/api/v1/athletes/{alice}", key=made["key"])).status == 200
    web.clock.advance(timedelta(days=90))
    assert (await web.call("GET", f"/api/v1/athletes/{alice}", key=made["key"])).status == 401


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scope": "root"}, "scope"),
        ({"scope": "admin", "athletes": ["x"]}, "athletes"),
        ({"athletes": ["nobody"]}, "athletes[0]"),
        ({"expires_at": "2026-05-04T10:00:00Z"}, "expires_at"),
        ({"expires_at": "tomorrow"}, "expires_at"),
        ({"name": "a\nb"}, "name"),
        ({"hash": "x"}, "hash"),
    ],
)
async def test_a_wrong_key_is_not_made(web: Web, change: dict[str, Any], field: str) -> None:
    before = await web.get("/api/v1/keys")
    response = await web.call("POST", "/api/v1/keys", {"scope": "coach", **change})
    assert (response.status, (await response.json())["error"]["field"]) == (400, field)
    assert (await web.get("/api/v1/keys"))["items"] == before["items"]


async def test_only_a_coachs_key_takes_athletes_and_only_a_living_one(web: Web) -> None:
    alice, admin, reader = await web.alice(), web.admin.split("_")[1], web.reader.split("_")[1]
    response = await web.call("PUT", f"/api/v1/keys/{admin}/athletes/{alice}")
    assert (response.status, (await response.json())["error"]["code"]) == (409, "not_a_coach")
    assert (await web.call("PUT", f"/api/v1/keys/nokey/athletes/{alice}")).status == 404
    assert (await web.call("DELETE", f"/api/v1/keys/{reader}")).status == 204
    assert (await web.call("DELETE", f"/api/v1/keys/{reader}")).status == 404
    assert (await web.call("GET", "/api/v1/rules", key=web.reader)).status == 401


async def test_what_is_done_with_keys_is_in_the_audit_without_the_key(web: Web) -> None:
    alice = await web.alice()
    made = await (await web.call("POST", "/api/v1/keys", {"scope": "coach", "athletes": [alice]})).json()
    await web.call("DELETE", f"/api/v1/keys/{made['id']}/athletes/{alice}")
    await web.call("DELETE", f"/api/v1/keys/{made['id']}")
    lines = [line for line in (await web.get("/api/v1/audit"))["items"] if line["object"] == f"key:{made['id']}"]
    assert [line["action"] for line in lines] == ["key.revoke", "key.withdraw", "key.create"]
    assert made["key"].split("_", 2)[2] not in str(lines)


async def test_when_a_key_was_last_used_is_written_once_a_minute(web: Web) -> None:
    first = web.clock()

    async def used() -> Any:
        await web.call("GET", "/api/v1/rules", key=web.reader)
        return next(one.used_at for one in await web.store.keys.list() if one.scope == "read")

    assert await used() == first
    web.clock.advance(timedelta(seconds=59))
    assert await used() == first
    web.clock.advance(timedelta(seconds=1))
    assert await used() == first + timedelta(minutes=1)


async def settle(web: Web) -> None:
    """Everything that came in is judged."""

    ready = load_plugins({"TWINGE_GENERIC_SECRET": f"whsec_{KEY}"})
    await Worker(web.store, ready.platforms, {}, FakeTokens(), web.clock).drain()
