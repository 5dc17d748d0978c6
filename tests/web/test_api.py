"""The operator's API: athletes, their history, deliveries and the catalogue; limits, pages and the audit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from conftest import NOW, Serve, Web, run
from twinge.core.judge import begin, judge
from twinge.core.model import Activity, Athlete, Finding, Held, Nudge, Severity, Voice
from twinge.core.policy import Ear
from twinge.store.history import Kept
from twinge.testing import MemoryChannel


async def refused(web: Web, method: str, path: str, body: Any, status: int = 400) -> str | None:
    """The field that an error names."""
    response = await web.call(method, path, body)
    assert response.status == status, await response.text()
    field: str | None = (await response.json())["error"].get("field")
    return field


async def test_alice_is_created_with_everything_and_read_back(serve: Serve) -> None:
    web = await serve(channels={"memory": MemoryChannel()})
    body = {
        "name": "Alice",
        "timezone": "Europe/Berlin",
        "units": "mi",
        "birth_year": 1988,
        "preferences": {"quiet_from": "21:30", "quiet_to": "07:00", "delay_min": 30, "mute": ["L01"]},
        "channels": [{"channel": "sms", "address": " +4915112345689 "}],
        "connections": [{"platform": "generic", "external_id": "a-1"}],
    }
    response = await web.call("POST", "/api/v1/athletes", body)
    made = await response.json()
    assert response.status == 201
    assert await web.get(f"/api/v1/athletes/{made['id']}") == made
    assert (made["name"], made["units"], made["language"], made["hr_max"]) == ("Alice", "mi", "en", None)
    assert made["preferences"]["quiet_from"] == "21:30"
    assert made["preferences"]["daily_cap"] is None
    assert made["channels"][0]["channel"] == "memory"  # `sms` is whichever channel has that voice
    assert made["channels"][0]["address"] == "+4915112345689"
    assert made["channels"][0]["usable"] is True
    assert made["connections"][0]["external_id"] == "a-1"


async def test_a_reader_sees_only_the_ends_of_an_address(serve: Serve) -> None:
    web = await serve(channels={"memory": MemoryChannel()})
    alice = await web.alice(channels=[{"channel": "memory", "address": "+4915112345689"}])
    response = await web.call("GET", f"/api/v1/athletes/{alice}/channels", key=web.reader)
    assert (await response.json())["items"][0]["address"] == "+4…89"


async def test_consent_is_in_the_audit_without_the_address(web: Web) -> None:
    alice = await web.alice(channels=[{"channel": "console", "address": "Alice's screen"}])
    lines = (await web.get("/api/v1/audit"))["items"]
    assert [line["action"] for line in lines] == ["consent.stated", "athlete.create"]
    assert {line["object"] for line in lines} == {f"athlete:{alice}"}
    assert lines[0]["actor"].startswith("key:")
    assert "screen" not in str(lines)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "A" * 201}, "name"),
        ({"name": "Ali\nce"}, "name"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"units": "furlong"}, "units"),
        ({"language": "klingon"}, "language"),
        ({"birth_year": 1492}, "birth_year"),
        ({"hr_max": 10**30}, "hr_max"),
        ({"hr_max": 150, "hr_rest": 60.5}, "hr_rest"),
        ({"hr_max": 110, "hr_rest": 115}, "hr_rest"),
        ({"preferences": {"quiet_from": "25:00"}}, "preferences.quiet_from"),
        ({"preferences": {"quiet_from": None}}, "preferences"),
        ({"preferences": {"delay_min": 5}}, "preferences.delay_min"),
        ({"preferences": {"mute": ["L01", "L99"]}}, "preferences.mute[1]"),
        ({"preferences": {"paused_until": "2026-05-04T10:00:00"}}, "preferences.paused_until"),
        ({"channels": [{"channel": "pigeon", "address": "x"}]}, "channels[0].channel"),
        ({"channels": [{"channel": "console", "address": "\t"}]}, "channels[0].address"),
        ({"channels": [{"channel": "sms", "address": "+4915112345689"}]}, "channels[0].channel"),
        ({"connections": [{"platform": "strava", "external_id": "1"}]}, "connections[0].platform"),
        ({"connections": [{"platform": "generic"}]}, "connections[0].external_id"),
        ({"shoe_size": 44}, "shoe_size"),
    ],
)
async def test_a_wrong_value_is_refused_by_the_name_of_its_field(web: Web, change: dict[str, Any], field: str) -> None:
    body = {"name": "Alice", "timezone": "Europe/Berlin", **change}
    assert await refused(web, "POST", "/api/v1/athletes", body) == field
    assert (await web.get("/api/v1/athletes"))["items"] == []


async def test_what_is_required_is_asked_for(web: Web) -> None:
    assert await refused(web, "POST", "/api/v1/athletes", {"timezone": "UTC"}) == "name"
    assert await refused(web, "POST", "/api/v1/athletes", []) is None


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b'{"name": "\\u0000"}', b'{"name": "\xff"}', b"\0"])
async def test_bodies_that_are_no_json_are_400(web: Web, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {web.admin}"}
    response = await web.client.post("/api/v1/athletes", data=body, headers=headers)
    assert response.status == 400
    assert set(await response.json()) == {"error"}


async def test_one_account_belongs_to_one_athlete(web: Web) -> None:
    link = {"platform": "generic", "external_id": "a-1"}
    await web.alice(connections=[link])
    bob = {"name": "Bob", "timezone": "UTC", "connections": [link]}
    assert await refused(web, "POST", "/api/v1/athletes", bob, 409) == "connections[0].external_id"
    assert len((await web.get("/api/v1/athletes"))["items"]) == 1  # nothing of Bob was kept


async def test_an_edit_keeps_what_it_leaves_out(web: Web) -> None:
    alice = await web.alice(hr_max=190, preferences={"delay_min": 40})
    change = {"hr_max": None, "preferences": {"weekly_cap": 3}}
    response = await web.call("PATCH", f"/api/v1/athletes/{alice}", change)
    edited = await response.json()
    assert response.status == 200
    assert (edited["name"], edited["hr_max"]) == ("Alice", None)
    assert (edited["preferences"]["delay_min"], edited["preferences"]["weekly_cap"]) == (40, 3)
    assert await refused(web, "PATCH", f"/api/v1/athletes/{alice}", {"name": None}) == "name"


async def test_connections_and_channels_can_be_added_later(web: Web) -> None:
    alice = await web.alice()
    link = await web.call(
        "POST", f"/api/v1/athletes/{alice}/connections", {"platform": "generic", "external_id": "a-1"}
    )
    place = await web.call("POST", f"/api/v1/athletes/{alice}/channels", {"channel": "console", "address": "A"})
    assert (link.status, place.status) == (201, 201)
    (one,) = (await web.get(f"/api/v1/athletes/{alice}/connections"))["items"]
    assert (one["platform"], one["external_id"], one["state"]) == ("generic", "a-1", "connected")
    assert len((await web.get(f"/api/v1/athletes/{alice}/channels"))["items"]) == 1


LISTS = ("activities", "findings", "nudges", "held", "state", "connections", "channels")


@pytest.mark.parametrize("path", ["", *(f"/{name}" for name in LISTS)])
async def test_nobody_is_404_in_the_one_shape(web: Web, path: str) -> None:
    for athlete in ("nobody", "%00", "a%2Fb", "x" * 5000):
        response = await web.call("GET", f"/api/v1/athletes/{athlete}{path}")
        assert response.status == 404
        assert (await response.json())["error"]["code"] == "not_found"


async def test_lists_come_in_pages_that_miss_and_repeat_nobody(web: Web) -> None:
    ids = []
    for n in range(5):
        web.clock.advance(timedelta(seconds=1))
        ids.append(await web.alice(name=f"Alice {n}"))
    seen, cursor, pages = [], "", 0
    while pages < 10:
        page = await web.get(f"/api/v1/athletes?limit=2{cursor}")
        seen += [one["id"] for one in page["items"]]
        pages += 1
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == ids[::-1]
    assert pages == 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("limit=١", "limit"),
        ("cursor=nonsense", "cursor"),
        ("cursor=é", "cursor"),
        ("sate=dead", "sate"),
        ("state=sleepy", "state"),
    ],
)
async def test_a_wrong_query_is_refused_by_name(web: Web, query: str, field: str) -> None:
    assert await refused(web, "GET", f"/api/v1/deliveries?{query}", None) == field


async def test_deliveries_are_listed_without_their_bodies(web: Web) -> None:
    await web.send(run(title="My secret training"))
    (one,) = (await web.get("/api/v1/deliveries?state=waiting&platform=generic"))["items"]
    assert (one["key"], one["state"], one["received_at"]) == ("msg_1", "waiting", "2026-05-04T10:00:00Z")
    assert one["bytes"] > 100
    assert await web.get(f"/api/v1/deliveries/{one['id']}") == one
    assert "secret" not in str(one)
    assert (await web.get("/api/v1/deliveries?platform=strava"))["items"] == []


async def test_a_dead_delivery_can_be_replayed_once(web: Web) -> None:
    await web.send(run())
    (one,) = (await web.get("/api/v1/deliveries"))["items"]
    async with web.store.write() as tx:
        await web.store.inbox.settle(tx, [(one["id"], "dead", "crashed three times")], web.clock())
    assert (await web.get("/api/v1/deliveries?state=dead"))["items"][0]["note"] == "crashed three times"
    path = f"/api/v1/deliveries/{one['id']}/replay"
    first, again = await web.call("POST", path), await web.call("POST", path)
    assert (first.status, (await first.json())["state"]) == (202, "waiting")
    assert (again.status, (await again.json())["error"]["code"]) == (409, "waiting")
    line = (await web.get("/api/v1/audit"))["items"][0]
    assert (line["action"], line["object"], line["detail"]) == (
        "delivery.replay",
        f"delivery:{one['id']}",
        "was dead",
    )


@pytest.mark.parametrize("name", ["0", "-1", "1e3", "9" * 30, "x"])
async def test_no_such_delivery(web: Web, name: str) -> None:
    assert (await web.call("GET", f"/api/v1/deliveries/{name}")).status == 404
    assert (await web.call("POST", f"/api/v1/deliveries/{name}/replay")).status == 404


async def tell(web: Web, alice: str) -> None:
    """A run, its finding, a nudge and a held one, straight into the store."""
    activity = Activity("generic:run-1", "run", NOW - timedelta(hours=2), moving_s=3600, distance_m=10_000)
    finding = Finding("L01", Severity.SLOW_DOWN, 1, NOW - timedelta(hours=1), activity.key, {"today_m": 10_000})
    spoken = Nudge(
        "n1", alice, Severity.SLOW_DOWN, ("L01",), "Slow down.", {"today_m": 10_000}, NOW, NOW, NOW, activity.key, (1,)
    )
    silent = Held(alice, ("R02",), Severity.REST, "quiet", NOW, activity.key)
    verdict = judge(Athlete(alice), begin(), activity, Ear(Voice.NONE, ()), NOW)
    (place,) = await web.store.addresses.of(alice)
    async with web.store.write() as tx:
        await web.store.history.put_activity(tx, alice, activity)
        await web.store.history.add_findings(tx, [(alice, finding)])
        await web.store.history.save_states(tx, [(alice, Kept("stamp", verdict.state))], NOW)
        await web.store.outbox.put(tx, [(spoken, place, Voice.PRINT)])
        await web.store.outbox.hold(tx, [silent])


async def test_a_history_is_shown_with_its_evidence(web: Web) -> None:
    alice = await web.alice(channels=[{"channel": "console", "address": "Alice"}])
    await tell(web, alice)
    (activity,) = (await web.get(f"/api/v1/athletes/{alice}/activities"))["items"]
    (finding,) = (await web.get(f"/api/v1/athletes/{alice}/findings"))["items"]
    (nudge,) = (await web.get(f"/api/v1/athletes/{alice}/nudges"))["items"]
    (held,) = (await web.get(f"/api/v1/athletes/{alice}/held"))["items"]
    assert (activity["id"], activity["start"], activity["distance_m"]) == (
        "generic:run-1",
        "2026-05-04T08:00:00Z",
        10_000,
    )
    assert (finding["rule"], finding["severity"], finding["facts"]) == ("L01", "slow_down", {"today_m": 10_000})
    assert (nudge["text"], nudge["state"], nudge["channel"]) == ("Slow down.", "waiting", "console")
    assert (nudge["rules"], nudge["activity_id"], nudge["sent_at"]) == (["L01"], "generic:run-1", None)
    assert (held["rules"], held["reason"]) == (["R02"], "quiet")


async def test_the_state_is_plain_numbers_also_before_the_first_run(web: Web) -> None:
    alice = await web.alice(channels=[{"channel": "console", "address": "Alice"}])
    empty = await web.get(f"/api/v1/athletes/{alice}/state")
    assert (empty["longest_run_30d_m"], empty["days_in_a_row"]) == (None, 0)
    await tell(web, alice)
    state = await web.get(f"/api/v1/athletes/{alice}/state")
    assert (state["longest_run_30d_m"], state["next_run_ceiling_m"]) == (10_000, 11_000)


async def test_every_rule_says_what_it_rests_on(web: Web) -> None:
    rules = {rule["id"]: rule for rule in (await web.get("/api/v1/rules"))["items"]}
    assert {"L01", "L02", "L07", "R01", "R02", "R06", "X01"} <= set(rules)
    assert rules["L01"]["limits"]["small"] == 110
    assert all(rule["name"] and rule["evidence"] and rule["strength"] for rule in rules.values())


async def test_plugins_and_keys_are_listed_without_secrets(web: Web) -> None:
    plugins = {one["name"]: one for one in (await web.get("/api/v1/plugins"))["items"]}
    assert plugins["generic"]["state"] == "ready"
    assert plugins["generic"]["capabilities"]["signed"] is True
    assert (plugins["strava"]["state"], "TWINGE_STRAVA" in plugins["strava"]["reason"]) == ("not configured", True)
    keys = (await web.get("/api/v1/keys"))["items"]
    assert {key["scope"] for key in keys} == {"admin", "read"}
    assert web.admin.split("_", 2)[2] not in str(keys)
