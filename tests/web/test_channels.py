"""The ways to an athlete over the API: consent by purpose, order, codes, tests, removal, and the ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conftest import Serve, Web
from twinge.config import Settings
from twinge.core.model import Purpose
from twinge.store import Address, Consent
from twinge.testing import MemoryChannel

PHONE = {"channel": "memory", "address": "+4915112345689"}


@pytest.fixture
async def web(serve: Serve) -> Web:
    return await serve(channels={"memory": MemoryChannel()})


async def add(web: Web, athlete: str, **more: Any) -> dict[str, Any]:
    response = await web.call("POST", f"/api/v1/athletes/{athlete}/channels", {**PHONE, **more})
    assert response.status == 201, await response.text()
    made: dict[str, Any] = (await response.json())["channels"][-1]
    return made


async def place(web: Web, athlete: str, address_id: int) -> Address:
    found = await web.store.addresses.get(athlete, address_id)
    assert found is not None
    return found


async def code_of(web: Web, athlete: str) -> str:
    """The code as it waits in the outbox."""
    [spoken, *_] = (await web.store.outbox.find_nudges(athlete)).items
    return "".join(sign for sign in spoken.nudge.text.split(".")[0] if sign.isdigit())


async def test_an_operator_states_what_was_agreed_to_and_what_was_shown(web: Web) -> None:
    alice = await web.alice()
    made = await add(web, alice, purposes=["load", "digest"], words="May we text you about your training?")
    assert (made["purposes"], made["usable"], made["shut"], made["rank"]) == (["load", "digest"], True, None, 0)
    [line] = (await web.get(f"/api/v1/athletes/{alice}/consents"))["items"]
    assert line == {
        "channel_id": made["id"],
        "at": "2026-05-04T10:00:00Z",
        "what": "given",
        "purposes": ["load", "digest"],
        "by": "operator",
        "how": "stated by the operator",
        "words": "May we text you about your training?",
    }


async def test_consent_and_order_can_be_changed_but_not_over_the_athletes_head(web: Web) -> None:
    alice = await web.alice()
    first, second = await add(web, alice), await add(web, alice, address="+4915112345680")
    path = f"/api/v1/athletes/{alice}/channels/{second['id']}"
    response = await web.call("PATCH", path, {"purposes": ["pain"], "rank": -1})
    assert (response.status, (await response.json())["purposes"]) == (200, ["pain"])
    listed = (await web.get(f"/api/v1/athletes/{alice}/channels"))["items"]
    assert [one["id"] for one in listed] == [second["id"], first["id"]]
    ledger = (await web.get(f"/api/v1/athletes/{alice}/consents"))["items"]
    assert [(line["what"], line["purposes"]) for line in ledger[2:]] == [("withdrawn", ["load", "digest"])]

    async with web.store.write() as tx:
        mine = await place(web, alice, second["id"])
        taken_back = Consent(web.clock(), "on their page", "", (Purpose.PAIN,), by="athlete")
        await web.store.addresses.withdraw(tx, mine, taken_back)
    response = await web.call("PATCH", path, {"purposes": ["pain"]})
    error = (await response.json())["error"]
    assert (response.status, error["code"], error["field"]) == (409, "conflict", "purposes")
    assert "only they can give it again" in error["message"]


async def test_consent_that_is_swapped_for_another_is_neither_lost(web: Web) -> None:
    alice = await web.alice()
    made = await add(web, alice, purposes=["load"])
    path = f"/api/v1/athletes/{alice}/channels/{made['id']}"
    response = await web.call("PATCH", path, {"purposes": ["pain"]})
    assert (response.status, (await response.json())["purposes"]) == (200, ["pain"])


async def test_an_operator_cannot_undo_a_stop(web: Web) -> None:
    alice = await web.alice()
    made = await add(web, alice)
    async with web.store.write() as tx:
        await web.store.addresses.stop(tx, await place(web, alice, made["id"]), web.clock())
    for method, path, body in (
        ("POST", f"/api/v1/athletes/{alice}/channels", PHONE),
        ("PATCH", f"/api/v1/athletes/{alice}/channels/{made['id']}", {"purposes": ["load", "pain", "digest"]}),
        ("DELETE", f"/api/v1/athletes/{alice}/channels/{made['id']}", None),
        ("POST", f"/api/v1/athletes/{alice}/channels", PHONE),
    ):
        assert (await web.call(method, path, body)).status in {200, 201, 204}
    assert (await place(web, alice, made["id"])).shut == "stopped"
    response = await web.call("POST", f"/api/v1/athletes/{alice}/channels/{made['id']}/test")
    assert response.status == 409


async def test_an_address_that_must_be_confirmed(web: Web) -> None:
    alice = await web.alice()
    made = await add(web, alice, verify=True)
    assert (made["shut"], made["verified_at"]) == ("not_verified", None)
    [nudge] = (await web.get(f"/api/v1/athletes/{alice}/nudges"))["items"]
    code = await code_of(web, alice)
    assert code not in str(nudge)
    path = f"/api/v1/athletes/{alice}/channels/{made['id']}"
    wrong = await web.call("POST", f"{path}/confirm", {"code": f"{int(code) ^ 1:06d}"})
    assert (wrong.status, (await wrong.json())["error"]["code"]) == (400, "wrong_code")
    right = await web.call("POST", f"{path}/confirm", {"code": code})
    assert (right.status, (await right.json())["usable"]) == (200, True)
    assert (await web.call("POST", f"{path}/code")).status == 409


async def test_codes_are_not_for_flooding_a_number(web: Web) -> None:
    alice, bob = await web.alice(), await web.alice(name="Bob")
    made = await add(web, alice, verify=True)
    await add(web, bob, verify=True)
    path = f"/api/v1/athletes/{alice}/channels/{made['id']}/code"
    assert (await web.call("POST", path)).status == 202
    refused = await web.call("POST", path)
    assert (refused.status, (await refused.json())["error"]["code"]) == (429, "too_often")


async def test_a_house_may_ask_for_a_code_always(serve: Serve, settings: Settings) -> None:
    web = await serve(channels={"memory": MemoryChannel()}, settings=replace(settings, verify_addresses=True))
    alice = await web.alice(channels=[PHONE])
    [made] = (await web.get(f"/api/v1/athletes/{alice}/channels"))["items"]
    assert made["shut"] == "not_verified"


async def test_a_test_message_takes_the_way_of_every_message(web: Web) -> None:
    alice = await web.alice(preferences={"quiet_from": "11:00", "quiet_to": "15:00"})
    made = await add(web, alice)
    response = await web.call("POST", f"/api/v1/athletes/{alice}/channels/{made['id']}/test")
    assert response.status == 202
    [nudge] = (await web.get(f"/api/v1/athletes/{alice}/nudges"))["items"]
    assert (nudge["state"], nudge["severity"], nudge["not_before"]) == ("waiting", "info", "2026-05-04T13:00:00Z")
    line, *_ = (await web.get("/api/v1/audit"))["items"]
    assert line["action"] == "channel.test"


async def test_another_athletes_channel_is_not_there(web: Web) -> None:
    alice, bob = await web.alice(), await web.alice(name="Bob")
    made = await add(web, alice)
    for one in (f"{made['id']}", "0", "9" * 18, "9" * 40, "x", "-1", "%00"):
        path = f"/api/v1/athletes/{bob}/channels/{one}"
        assert (await web.call("PATCH", path, {"rank": 1})).status == 404
        for word in ("test", "code"):
            assert (await web.call("POST", f"{path}/{word}")).status == 404
        assert (await web.call("DELETE", path)).status == 404


@pytest.mark.parametrize("body", [{"purposes": ["ads"]}, {"rank": 10**9}, {"stopped_at": None}, {"purposes": "load"}])
async def test_what_cannot_be_said_of_a_channel(web: Web, body: dict[str, Any]) -> None:
    alice = await web.alice()
    made = await add(web, alice)
    assert (await web.call("PATCH", f"/api/v1/athletes/{alice}/channels/{made['id']}", body)).status == 400
    assert (await web.call("POST", f"/api/v1/athletes/{alice}/channels", {**PHONE, "purposes": ["ads"]})).status == 400
