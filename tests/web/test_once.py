"""Idempotency-Key: one effect and one answer, whatever the network, the disk or a second process does."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse
from sqlalchemy import select

from conftest import NOW, Web
from twinge.store import Store, tables
from twinge.store.seal import WrongSecret

ALL = "/api/v1/athletes"
BODY = {"name": "Alice", "timezone": "Europe/Berlin"}
LATE = timedelta(minutes=1)


async def post(web: Web, body: Any = BODY, key: str = "k-1", path: str = ALL, by: str | None = None) -> ClientResponse:
    headers = {"Authorization": f"Bearer {by or web.admin}", "Idempotency-Key": key}
    return await web.client.post(path, json=body, headers=headers)


async def athletes(web: Web) -> int:
    return len((await web.get(ALL))["items"])


async def test_the_second_call_gets_the_first_answer(web: Web) -> None:
    first, again = await post(web), await post(web, key='"k-1"')
    assert (first.status, again.status) == (201, 201)
    assert await first.read() == await again.read()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    for name in ("ETag", "Location", "Content-Type"):
        assert first.headers[name] == again.headers[name]
    assert await athletes(web) == 1


async def test_another_body_or_path_is_refused(web: Web) -> None:
    await post(web)
    other = await post(web, {**BODY, "name": "Bob"})
    assert (other.status, (await other.json())["error"]["code"]) == (422, "key_reused")
    assert (await post(web, path=f"{ALL}?x=1")).status == 422
    assert await athletes(web) == 1


async def test_of_many_at_once_one_has_an_effect(web: Web) -> None:
    answers = await asyncio.gather(*(post(web) for _ in range(12)))
    fresh = [one for one in answers if one.status == 201 and "Idempotent-Replayed" not in one.headers]
    assert len(fresh) == 1
    assert {one.status for one in answers} <= {201, 409}
    assert await athletes(web) == 1


async def test_what_was_refused_had_no_effect_and_its_key_is_free(web: Web) -> None:
    bad = {**BODY, "timezone": "Mars/Olympus"}
    assert [(await post(web, bad)).status for _ in range(2)] == [400, 400]
    assert (await post(web)).status == 201


@pytest.mark.parametrize("key", ["", " ", "é", "a b", '"a', 'a"', "x" * 201, '""'])
async def test_a_key_that_is_none_is_refused_by_name(web: Web, key: str) -> None:
    response = await post(web, key=key)
    assert (response.status, (await response.json())["error"]["field"]) == (400, "Idempotency-Key")


async def test_two_keys_in_one_call_are_none(web: Web) -> None:
    headers = [("Authorization", f"Bearer {web.admin}"), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    assert (await web.client.post(ALL, json=BODY, headers=headers)).status == 400


async def test_a_key_belongs_to_who_sent_it_and_lasts_a_day(web: Web) -> None:
    other = await web.store.keys.create("admin", "other", NOW)
    assert [(await post(web)).status, (await post(web, by=other)).status] == [201, 201]
    assert await athletes(web) == 2
    web.clock.advance(timedelta(hours=24))
    assert "Idempotent-Replayed" not in (await post(web)).headers
    assert await athletes(web) == 3


async def test_every_post_of_the_api_can_be_sent_twice(web: Web) -> None:
    alice = await web.alice(channels=[{"channel": "console", "address": "A"}])
    one = f"{ALL}/{alice}"
    (place,) = (await web.get(f"{one}/channels"))["items"]
    span = {"from": NOW.isoformat(), "until": (NOW + timedelta(days=1)).isoformat()}
    calls = [
        (f"{one}/channels", {"channel": "console", "address": "B"}),
        (f"{one}/channels/{place['id']}/test", None),
        (f"{one}/connections", {"platform": "generic", "external_id": "a-1"}),
        (f"{one}/links", None),
        (f"{one}/silences", {"kind": "race", **span}),
        (f"{one}/reports", {"pain": 3, "site": "knee"}),
    ]
    for n, (path, body) in enumerate(calls):
        first, again = await post(web, body, f"k-{n}", path), await post(web, body, f"k-{n}", path)
        assert first.status in {201, 202}, await first.text()
        assert (again.status, await again.read()) == (first.status, await first.read())
        assert again.headers["Idempotent-Replayed"] == "true"
    lines = [line["action"] for line in (await web.get("/api/v1/audit"))["items"]]
    assert {action: lines.count(action) for action in lines if not action.startswith("consent")} == {
        "athlete.create": 1,
        "channel.test": 1,
        "connection.create": 1,
        "link.create": 1,
        "silence.create": 1,
        "report.told": 1,
    }


async def test_nothing_of_the_answer_or_the_key_is_in_the_row(web: Web) -> None:
    body = {**BODY, "name": "A private name"}
    await post(web, body, "a-private-key")
    async with web.store.read() as tx:
        (row,) = (await tx.execute(select(tables.repeat))).all()
    assert row.answer is not None
    assert row.athlete_id == (await web.get(ALL))["items"][0]["id"]
    for value in row:
        assert b"private" not in (value if isinstance(value, bytes) else str(value).encode())


# ---- the claims themselves -------------------------------------------------------------------------------------------


async def test_a_crash_before_the_effect_frees_the_key(store: Store) -> None:
    first = await store.repeats.claim("key:a", "k", b"call", NOW, dead_after=LATE)
    assert first.state == "mine"
    assert (await store.repeats.claim("key:a", "k", b"call", NOW, dead_after=LATE)).state == "busy"
    later = NOW + LATE
    second = await store.repeats.claim("key:a", "k", b"call", later, dead_after=LATE)
    assert second.state == "mine"
    async with store.write() as tx:
        assert not await store.repeats.mark(tx, first)  # whoever comes back too late must not have an effect
        assert await store.repeats.mark(tx, second)


async def test_a_crash_after_the_effect_never_repeats_it(store: Store) -> None:
    first = await store.repeats.claim("key:a", "k", b"call", NOW, dead_after=LATE)
    async with store.write() as tx:
        assert await store.repeats.mark(tx, first)
    await store.repeats.release(first)  # as the failing request does: what had an effect stays
    assert (await store.repeats.claim("key:a", "k", b"call", NOW + LATE, dead_after=LATE)).state == "lost"
    assert (await store.repeats.claim("key:a", "k", b"other", NOW + LATE, dead_after=LATE)).state == "other"


async def test_an_effect_that_was_rolled_back_is_none(store: Store) -> None:
    first = await store.repeats.claim("key:a", "k", b"call", NOW, dead_after=LATE)

    async def fails() -> None:
        async with store.write() as tx:
            await store.repeats.mark(tx, first)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    await store.repeats.release(first)
    assert (await store.repeats.claim("key:a", "k", b"call", NOW, dead_after=LATE)).state == "mine"


async def test_an_answer_opens_with_its_key_alone(store: Store) -> None:
    for key in ("k", "other"):
        claim = await store.repeats.claim("key:a", key, b"call", NOW, dead_after=LATE)
        await store.repeats.settle(claim, json.dumps({"key": key}), None)
    async with store.write() as tx:
        rows = (await tx.execute(select(tables.repeat.c.key, tables.repeat.c.answer))).all()
        for row, other in zip(rows, rows[::-1], strict=True):  # somebody swaps the answers
            await tx.execute(tables.repeat.update().where(tables.repeat.c.key == row.key).values(answer=other.answer))
    with pytest.raises(WrongSecret):
        await store.repeats.claim("key:a", "k", b"call", NOW, dead_after=LATE)


async def test_what_is_over_is_purged(store: Store) -> None:
    for n in range(3):
        await store.repeats.claim("key:a", f"k-{n}", b"call", NOW + timedelta(hours=n), dead_after=LATE)
    assert await store.repeats.purge(NOW + timedelta(hours=25)) == 2
