"""What a source's terms keep from a coach: workouts, mornings, and every number that may rest on them."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from conftest import NOW, Serve, Web
from fakes import FakePlatform, FakeTokens, run, said
from twinge.core.model import Report, Wellness
from twinge.plugin import OWN, Capabilities, Delivery
from twinge.store.codec import pack
from twinge.store.feed import happened, tell
from twinge.testing import MemoryChannel
from twinge.worker import Worker

HIDDEN = "Hidden by the terms of closed: what came from there may be shown to its owner only."


class Closed(FakePlatform):
    """A vendor whose terms allow its data to be shown to their owner only."""

    name = "closed"
    capabilities = Capabilities(signed=True, coach_may_see=False)


@dataclass(slots=True)
class Stage:
    """Alice trains, Carol coaches her."""

    web: Web
    platforms: dict[str, Any]
    alice: str
    carol: str
    count: int = 0

    async def bring(self, platform: str, days: float, kilometres: float, name: str = "") -> None:
        """A run so many days ago, by that platform; judged at the time."""
        self.count += 1
        key = f"{platform}:{name or self.count}"
        await self.tell(platform, replace(run("x", NOW - timedelta(days=days), kilometres), key=key))

    async def tell(self, platform: str, event: Any) -> None:
        """Any event by that platform."""
        self.count += 1
        delivery = Delivery(platform, "POST", "", {}, {}, said("alice", event), self.web.clock())
        await self.web.store.inbox.put(delivery, f"d{self.count}", "")
        channels = {"memory": MemoryChannel()}
        await Worker(self.web.store, self.platforms, channels, FakeTokens(), self.web.clock).drain()

    async def weeks(self, platform: str) -> None:
        """Five weeks of ten kilometres, every third day."""
        for days in range(36, 2, -3):
            await self.bring(platform, days, 9)

    async def see(self, what: str, *, key: str | None = None) -> Any:
        """What Carol is shown of Alice."""
        path = f"/api/v1/athletes/{self.alice}/{what}"
        response = await self.web.call("GET", path, key=self.carol if key is None else key)
        assert response.status == 200, await response.text()
        return await response.json()


@pytest.fixture
async def stage(serve: Serve) -> Stage:
    platforms = {"open": FakePlatform(), "closed": Closed()}
    web = await serve(platforms=platforms, channels={"memory": MemoryChannel()})
    alice = await web.alice(channels=[{"channel": "memory", "address": "+4915112345689"}])
    async with web.store.write() as tx:
        await web.store.athletes.connect(tx, alice, "open", "alice", NOW - timedelta(days=200))
    carol = await web.store.keys.create("coach", "Carol", NOW, athletes=[alice])
    return Stage(web, platforms, alice, carol)


async def connect(stage: Stage, days: float) -> None:
    """Alice connected the closed source so many days ago."""
    async with stage.web.store.write() as tx:
        await stage.web.store.athletes.connect(tx, stage.alice, "closed", "alice", NOW - timedelta(days=days))


async def test_without_such_a_source_a_coach_sees_what_an_operator_sees(stage: Stage) -> None:
    await stage.weeks("open")
    await stage.bring("open", 0.2, 14, "big")
    for what in ("activities", "findings", "nudges", "held", "state", "reports", "wellness", "episodes"):
        assert await stage.see(what) == await stage.see(what, key=stage.web.admin)
    assert (await stage.see("nudges"))["items"][0]["text"].startswith("Your 14.0 km run")


async def test_how_many_workouts_such_a_source_brought_is_not_told(stage: Stage) -> None:
    await connect(stage, 100)
    async with stage.web.store.write() as tx:
        for platform in ("open", "closed"):
            await stage.web.store.backfills.begin(tx, stage.alice, platform, "alice", NOW, NOW)
    links = {one["platform"]: one for one in (await stage.see("connections"))["items"]}
    assert (links["closed"]["backfill"], links["closed"]["quiet"]) == (None, None)
    assert (links["open"]["backfill"]["fetched"], links["open"]["quiet"]) == (0, False)


async def test_workouts_of_such_a_source_are_left_out_and_the_list_says_so(stage: Stage) -> None:
    await connect(stage, 100)
    await stage.bring("open", 9, 8)
    await stage.bring("closed", 8, 7.77, "secret")
    seen = await stage.see("activities")
    assert [one["id"] for one in seen["items"]] == ["open:1"]
    assert seen["hidden"] == [{"source": "closed", "reason": "terms", "message": HIDDEN}]
    assert len((await stage.see("activities", key=stage.web.admin))["items"]) == 2


async def test_a_workout_does_not_name_the_hidden_record_it_is_counted_in(stage: Stage) -> None:
    await connect(stage, 100)
    rich = replace(run("x", NOW - timedelta(days=2), 10), key="closed:rich", avg_hr=150, max_hr=170, climb_m=90)
    await stage.tell("closed", rich)
    await stage.tell("open", replace(run("x", NOW - timedelta(days=2), 10), key="open:thin"))
    [whole] = [one for one in (await stage.see("activities", key=stage.web.admin))["items"] if one["counted_in"]]
    assert (whole["id"], whole["counted_in"]) == ("open:thin", "closed:rich")
    [seen] = (await stage.see("activities"))["items"]
    assert (seen["id"], seen["counted_in"]) == ("open:thin", None)


async def test_mornings_of_such_a_source_are_left_out(stage: Stage) -> None:
    await connect(stage, 100)
    await stage.tell("closed", Wellness("closed:m1", date(2026, 5, 3), resting_hr=48))
    await stage.tell("open", Wellness("open:m1", date(2026, 5, 3), resting_hr=50))
    seen = await stage.see("wellness")
    assert [one["id"] for one in seen["items"]] == ["open:m1"]
    assert [one["source"] for one in seen["hidden"]] == ["closed"]


async def test_of_what_was_found_and_said_stay_rule_and_severity(stage: Stage) -> None:
    await connect(stage, 100)
    await stage.weeks("closed")
    await stage.bring("closed", 0.2, 14, "big")
    [nudge] = (await stage.see("nudges"))["items"]
    assert (nudge["severity"], nudge["rules"], nudge["state"]) == ("slow_down", ["L01"], "waiting")
    assert (nudge["text"], nudge["facts"], nudge["activity_id"]) == (None, {}, None)
    found = next(one for one in (await stage.see("findings"))["items"] if one["rule"] == "L01")
    hidden = {"source": "closed", "reason": "terms", "message": HIDDEN}
    blank: dict[str, Any] = {"id": None, "band": None, "at": None, "activity_id": None, "facts": {}}
    assert found == {"rule": "L01", "severity": "slow_down", **blank, "hidden": [hidden]}
    for one in (await stage.see("held"))["items"]:
        assert (one["facts"], one["activity_id"]) == ({}, None)
    state = await stage.see("state")
    assert state["conditions"] == (await stage.see("state", key=stage.web.admin))["conditions"]
    assert {value for name, value in state.items() if name not in {"pain", "conditions", "hidden"}} == {None}


async def test_a_message_about_an_open_workout_held_against_hidden_ones_has_no_numbers_either(stage: Stage) -> None:
    await connect(stage, 100)
    await stage.weeks("closed")
    await stage.bring("open", 0.2, 14, "big")
    [nudge] = (await stage.see("nudges"))["items"]
    assert (nudge["rules"], nudge["text"], nudge["activity_id"]) == (["L01"], None, None)
    assert [one["source"] for one in nudge["hidden"]] == ["closed"]


async def test_what_was_said_before_the_source_came_stays_readable(stage: Stage) -> None:
    await stage.weeks("open")
    await stage.bring("open", 0.2, 14, "big")
    stage.web.clock.advance(timedelta(hours=1))
    await connect(stage, -1 / 48)
    [nudge] = (await stage.see("nudges"))["items"]
    assert nudge["text"].startswith("Your 14.0 km run")
    assert "hidden" not in nudge


async def test_a_cursor_does_not_tell_when_and_which(stage: Stage) -> None:
    await connect(stage, 100)
    await stage.weeks("closed")
    await stage.bring("closed", 0.2, 14, "big")
    await stage.bring("closed", 0.1, 20, "bigger")
    whole = (await stage.see("findings", key=stage.web.admin))["items"]
    assert len(whole) == 2
    first = await stage.see("findings?limit=1")
    plain = base64.urlsafe_b64decode(first["next"] + "=" * (-len(first["next"]) % 4))
    assert b"closed" not in plain
    second = await stage.see(f"findings?limit=1&cursor={first['next']}")
    assert [len(page["items"]) for page in (first, second)] == [1, 1]
    assert second["next"] is None
    wrong = await stage.web.call("GET", f"/api/v1/athletes/{stage.alice}/findings?cursor=abc", key=stage.carol)
    assert wrong.status == 400


async def test_pain_is_what_the_athlete_told_and_stays_but_the_runs_in_it_go(stage: Stage) -> None:
    await connect(stage, 100)
    report = Report(f"{OWN}:r1", NOW - timedelta(hours=30), pain=4, site="calf", side="left")
    delivery = Delivery(OWN, "POST", stage.alice, {}, {}, pack(report), NOW - timedelta(hours=30))
    await stage.web.store.inbox.put(delivery, report.key, f"{OWN}:{stage.alice}")
    await stage.bring("closed", 1, 6, "despite")
    [whole] = (await stage.see("episodes", key=stage.web.admin))["items"]
    [seen] = (await stage.see("episodes"))["items"]
    assert "run" in {line["what"] for line in whole["timeline"]}
    assert "run" not in {line["what"] for line in seen["timeline"]}
    assert (seen["score"], seen["site"], [one["source"] for one in seen["hidden"]]) == (4, "calf", ["closed"])
    assert await stage.see(f"episodes/{seen['id']}") == seen
    page = await stage.web.call("GET", f"/api/v1/athletes/{stage.alice}/episodes/{seen['id']}/page", key=stage.carol)
    assert (page.status, (await page.json())["error"]["code"]) == (403, "terms")


async def test_once_everything_from_there_is_deleted_the_state_is_shown_when_it_is_folded_anew(stage: Stage) -> None:
    await connect(stage, 100)
    await stage.weeks("closed")
    async with stage.web.store.write() as tx:
        await stage.web.store.athletes.revoke(tx, "closed", "alice", NOW)
    [gone] = await stage.web.store.keeping.gone("closed", NOW)
    async with stage.web.store.write() as tx:
        await stage.web.store.keeping.forget(tx, gone, NOW)
    assert "hidden" not in await stage.see("activities")
    assert "hidden" in await stage.see("state")
    stage.web.clock.advance(timedelta(hours=3))
    await stage.bring("open", -0.1, 6)
    assert (await stage.see("state"))["sessions_7d"] == 1


async def test_of_a_source_that_is_not_installed_nothing_is_shown(stage: Stage) -> None:
    await stage.bring("open", 3, 8)
    del stage.platforms["open"]
    seen = await stage.see("activities")
    assert (seen["items"], [one["source"] for one in seen["hidden"]]) == ([], ["open"])


async def test_a_source_that_lost_its_settings_keeps_its_terms(serve: Serve) -> None:
    web = await serve(platforms={})
    alice = await web.alice()
    carol = await web.store.keys.create("coach", "Carol", NOW, athletes=[alice])
    for name, hidden in (("strava", ["strava"]), ("polar", ["strava"])):
        async with web.store.write() as tx:
            await web.store.athletes.connect(tx, alice, name, "1", NOW)
        response = await web.call("GET", f"/api/v1/athletes/{alice}/activities", key=carol)
        assert [one["source"] for one in (await response.json())["hidden"]] == hidden


async def stream(stage: Stage, query: str = "") -> list[dict[str, Any]]:
    """What Carol's stream tells her of all that is kept, up to a mark that is told last."""
    async with stage.web.store.write() as tx:
        await tell(tx, [happened(stage.alice, stage.web.clock(), "episode", "mark", {})])
    headers = {"Authorization": f"Bearer {stage.carol}"}
    found: list[dict[str, Any]] = []
    async with stage.web.client.get(f"/api/v1/events?after=0{query}", headers=headers) as response:
        assert response.status == 200, await response.text()
        async for line in response.content:
            if line.startswith(b"data: "):
                found.append(json.loads(line[6:]))
                if found[-1]["what"] == "mark":
                    break
    return found[:-1]


async def test_a_coachs_stream_tells_what_the_lists_show(stage: Stage) -> None:
    await connect(stage, 100)
    await stage.weeks("closed")
    await stage.bring("open", 1.1, 5, "seen")
    await stage.bring("closed", 0.2, 14, "big")
    told = await stream(stage)
    assert [one["facts"]["activity"] for one in told if one["type"] == "activity"] == ["open:seen"]
    assert not [one for one in told if one["type"] == "finding"]
    assert {one["facts"]["activity_id"] for one in told if one["type"] == "nudge"} == {None}
    assert "closed:" not in str(told)
    [made] = [one for one in told if (one["type"], one["what"]) == ("nudge", "made")]
    assert (made["facts"]["severity"], made["facts"]["rules"]) == ("slow_down", ["L01"])


async def test_a_coachs_stream_is_of_their_own_athletes_and_nobody_else(stage: Stage) -> None:
    bob = await stage.web.alice(name="Bob")
    async with stage.web.store.write() as tx:
        rows = [(bob, "activity"), (stage.alice, "activity"), (None, "delivery.dead"), (stage.alice, "connection")]
        await tell(tx, [happened(one, NOW, kind, "x", {"activity": "open:1"}) for one, kind in rows])
    assert [(one["athlete"], one["type"]) for one in (await stream(stage))[1:]] == [
        (stage.alice, "activity"),
        (stage.alice, "connection"),
    ]
    refused = await stage.web.call("GET", f"/api/v1/events?athlete={bob}", key=stage.carol)
    assert (refused.status, (await refused.json())["error"]["field"]) == (400, "athlete")


async def test_what_is_hidden_cannot_be_asked_for_one_by_one_or_by_a_span(stage: Stage) -> None:
    await connect(stage, 100)
    await stage.weeks("closed")
    await stage.bring("closed", 0.2, 14, "big")
    path = f"/api/v1/athletes/{stage.alice}"
    whole = {name: (await stage.see(name, key=stage.web.admin))["items"] for name in ("activities", "findings")}
    for name, items in whole.items():
        assert items
        for one in items:
            assert (await stage.web.call("GET", f"{path}/{name}/{one['id']}", key=stage.carol)).status == 404
    span = await stage.web.call("GET", f"{path}/findings?from=2026-05-01T00:00:00Z", key=stage.carol)
    assert (span.status, (await span.json())["error"]["code"]) == (403, "terms")
    for one in ("athletes?platform=open&external_id=alice", "connections?external_id=alice"):
        refused = await stage.web.call("GET", f"/api/v1/{one}", key=stage.carol)
        assert (refused.status, (await refused.json())["error"]["code"]) == (403, "scope")
    links = await stage.web.call("GET", "/api/v1/connections", key=stage.carol)
    assert {(one["athlete"], one["external_id"]) for one in (await links.json())["items"]} == {(stage.alice, None)}
