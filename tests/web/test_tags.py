"""ETags: what has not changed is not sent again, and an edit that meets another is refused."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse

from conftest import NOW, Serve, Web
from twinge.testing import MemoryChannel


async def call(web: Web, method: str, path: str, body: Any = None, **headers: str) -> ClientResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await web.client.request(method, path, json=body, headers={"Authorization": f"Bearer {web.admin}", **named})


async def silence(web: Web, alice: str) -> str:
    body = {"kind": "race", "from": NOW.isoformat(), "until": (NOW + timedelta(days=2)).isoformat()}
    made = await web.call("POST", f"/api/v1/athletes/{alice}/silences", body)
    return f"/api/v1/athletes/{alice}/silences/{(await made.json())['id']}"


async def channel(web: Web, alice: str) -> str:
    (one,) = (await web.get(f"/api/v1/athletes/{alice}/channels"))["items"]
    return f"/api/v1/athletes/{alice}/channels/{one['id']}"


@pytest.fixture
async def alice(web: Web) -> str:
    return await web.alice(channels=[{"channel": "console", "address": "A"}])


@pytest.mark.parametrize("kind", ["athlete", "channel", "silence"])
async def test_what_you_have_already_is_not_sent_again(web: Web, alice: str, kind: str) -> None:
    path = {"athlete": f"/api/v1/athletes/{alice}", "channel": await channel(web, alice)}.get(kind)
    path = path or await silence(web, alice)
    first = await call(web, "GET", path)
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await call(web, "GET", path, If_None_Match=given)
        assert (again.status, await again.read(), again.headers["ETag"]) == (304, b"", tag)
    for given in ('"other"', "nonsense"):
        assert (await call(web, "GET", path, If_None_Match=given)).status == 200


async def test_an_edit_of_what_has_changed_is_refused_and_changes_nothing(web: Web, alice: str) -> None:
    path = f"/api/v1/athletes/{alice}"
    old = (await call(web, "GET", path)).headers["ETag"]
    new = await call(web, "PATCH", path, {"hr_max": 188}, If_Match=old)
    assert new.status == 200
    assert new.headers["ETag"] == (await call(web, "GET", path)).headers["ETag"] != old
    for given in (old, f"W/{new.headers['ETag']}", "nonsense"):
        late = await call(web, "PATCH", path, {"hr_max": 190}, If_Match=given)
        assert (late.status, (await late.json())["error"]["code"]) == (412, "changed")
        assert late.headers["ETag"] == new.headers["ETag"]
    assert (await web.get(path))["hr_max"] == 188
    assert (await call(web, "PATCH", path, {"hr_max": 191}, If_Match="*")).status == 200
    assert (await call(web, "PATCH", path, {"hr_max": 192})).status == 200


async def test_an_edit_answers_with_what_it_made_whatever_the_caller_has(web: Web, alice: str) -> None:
    edited = await call(web, "PATCH", f"/api/v1/athletes/{alice}", {"hr_max": 188}, If_None_Match="*")
    assert (edited.status, (await edited.json())["hr_max"]) == (200, 188)


async def test_of_two_edits_at_once_with_one_tag_one_is_made(web: Web, alice: str) -> None:
    path = f"/api/v1/athletes/{alice}"
    tag = (await call(web, "GET", path)).headers["ETag"]
    both = await asyncio.gather(*(call(web, "PATCH", path, {"hr_max": 180 + n}, If_Match=tag) for n in range(5)))
    assert sorted(one.status for one in both) == [200, 412, 412, 412, 412]


async def test_a_channel_and_a_silence_are_guarded_too(web: Web, alice: str) -> None:
    place, planned = await channel(web, alice), await silence(web, alice)
    tag = (await call(web, "GET", place)).headers["ETag"]
    edited = await call(web, "PATCH", place, {"rank": 3}, If_Match=tag)
    assert (edited.status, (await edited.json())["rank"]) == (200, 3)
    assert (await call(web, "PATCH", place, {"rank": 4}, If_Match=tag)).status == 412
    assert (await call(web, "DELETE", place, If_Match=tag)).status == 412
    assert (await web.get(place))["rank"] == 3
    assert (await call(web, "DELETE", place, If_Match=edited.headers["ETag"])).status == 204
    assert (await call(web, "GET", place)).status == 404
    assert (await call(web, "DELETE", planned, If_Match='"other"')).status == 412
    tag = (await call(web, "GET", planned)).headers["ETag"]
    assert (await call(web, "DELETE", planned, If_Match=tag)).status == 204
    assert (await call(web, "GET", planned)).status == 404


async def test_a_masked_address_has_a_tag_of_its_own(serve: Serve) -> None:
    web = await serve(channels={"memory": MemoryChannel()})
    alice = await web.alice(channels=[{"channel": "memory", "address": "+4915112345689"}])
    path = await channel(web, alice)
    seen = await web.call("GET", path, key=web.reader)
    assert (await seen.json())["address"] == "+4…89"
    assert seen.headers["ETag"] != (await web.call("GET", path)).headers["ETag"]
