"""How often: each key its calls, each address its failures, and the fields that tell of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from conftest import NOW, TOKEN, Serve, Web, run
from twinge.config import Settings
from twinge.web.quota import MOST, Quota


async def test_every_answer_says_how_the_key_stands(web: Web) -> None:
    response = await web.call("GET", "/api/v1/rules")
    assert response.headers["RateLimit-Policy"] == '"key";q=600;w=60'
    assert response.headers["RateLimit"] == '"key";r=599;t=60'
    web.clock.advance(timedelta(seconds=20))
    refused = await web.call("GET", "/api/v1/athletes/nobody")
    assert (refused.status, refused.headers["RateLimit"]) == (404, '"key";r=598;t=40')
    assert (await web.call("GET", "/api/v1/rules", key=web.reader)).headers["RateLimit"] == '"key";r=599;t=60'


async def test_one_call_too_many_is_refused_until_the_minute_is_over(serve: Serve, settings: Settings) -> None:
    web = await serve(settings=replace(settings, api_rate=3))
    assert [(await web.call("GET", "/api/v1/keys")).status for _ in range(3)] == [200, 200, 200]
    web.clock.advance(timedelta(seconds=45))
    refused = await web.call("GET", "/api/v1/keys")
    assert (refused.status, (await refused.json())["error"]["code"]) == (429, "too_many_requests")
    assert (refused.headers["Retry-After"], refused.headers["RateLimit"]) == ("15", '"key";r=0;t=15')
    assert (await web.call("GET", "/api/v1/keys", key=web.reader)).status == 200
    web.clock.advance(timedelta(seconds=15))
    assert (await web.call("GET", "/api/v1/keys")).status == 200


async def test_no_rate_means_no_limit_and_no_fields(serve: Serve, settings: Settings) -> None:
    web = await serve(settings=replace(settings, api_rate=0))
    response = await web.call("GET", "/api/v1/keys")
    assert response.status == 200
    assert not {"RateLimit", "RateLimit-Policy"} & set(response.headers)


async def test_who_guesses_is_shut_out_and_who_works_is_not(serve: Serve, settings: Settings) -> None:
    web = await serve(settings=replace(settings, api_failures=7))
    assert (await web.call("GET", "/api/v1/keys")).status == 200
    wrong = [(await web.call("GET", "/api/v1/keys", key=f"twk_0_{n}")).status for n in range(12)]
    assert wrong == [401] * 7 + [429] * 5
    refused = await web.call("GET", "/api/v1/keys", key=web.reader)  # not seen here before
    assert (refused.status, refused.headers["Retry-After"]) == (429, "60")
    assert (await web.call("GET", "/api/v1/keys")).status == 200
    assert (await web.client.get("/api/v1/keys")).status == 401  # no key is no guess
    web.clock.advance(timedelta(minutes=1))
    assert (await web.call("GET", "/api/v1/keys", key=web.reader)).status == 200


async def test_a_key_that_was_right_and_is_revoked_is_shut_out(web: Web) -> None:
    assert (await web.call("GET", "/api/v1/keys", key=web.reader)).status == 200
    await web.store.keys.revoke(web.reader.split("_")[1], web.clock())
    assert (await web.call("GET", "/api/v1/keys", key=web.reader)).status == 401


async def test_deliveries_are_not_counted(serve: Serve, settings: Settings) -> None:
    web = await serve(settings=replace(settings, api_rate=1))
    for n in range(5):
        response = await web.client.post(f"/hooks/generic/{TOKEN}", json=run(f"run-{n}"))
        assert response.status == 200
        assert "RateLimit" not in response.headers


def test_a_window_begins_with_its_first_call_and_strangers_do_not_fill_the_memory() -> None:
    quota = Quota("key", 2)
    assert [quota.take("a", NOW).left, quota.take("a", NOW + timedelta(seconds=59)).left] == [1, 0]
    assert not quota.look("a", NOW + timedelta(seconds=59)).allowed
    assert quota.take("a", NOW + timedelta(seconds=60)).left == 1
    for n in range(MOST + 10):
        quota.take(f"stranger-{n}", NOW)
    assert len(quota._used) <= MOST


def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    quota = Quota("key", 1)
    quota.take("a", NOW)
    assert quota.take("a", NOW - timedelta(hours=1)).allowed
