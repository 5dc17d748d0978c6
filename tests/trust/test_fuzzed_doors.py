"""Doors of the running program, tried with what nobody sends: each answers below 500, and nothing comes of it.

Bodies of the API by its own document: `tests/contract`. Bodies of vendors: `tests/plugins/test_mutants.py`. Parsers by
themselves: `tests/fuzz`.
"""

from __future__ import annotations

import asyncio
import base64
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_from_bytes

import msgspec
import pytest
from yarl import URL

from conftest import Serve, Web
from operator_visit import sign_in
from trust.everything import ENV
from twinge.registry import load_plugins
from twinge.web import office, pages
from visitor import SUBSCRIPTION, FakePush, Forms, come_in

ODD: tuple[Any, ...] = (
    *("", " ", "0", "-1", "1e9", "9" * 30, "\x00", "\x1b[2J", "\u202e", "🏃", "'; drop table nudge; --", "{{7*7}}"),
    *("../../x", "%00", "a" * 5_000, "null", "true", "NaN", "٣", "2026-13-45", "2026-05-04T10:00:00Z", "<script>"),
    *("\ud800", "x\r\ny: z"),
)
WORDS = [
    "cursor",
    "limit",
    "from",
    "to",
    "state",
    "sport",
    "rule",
    "severity",
    "name",
    "platform",
    "reason",
    "actor",
    "what",
]


@pytest.fixture
async def house(serve: Serve) -> Web:
    found = load_plugins(ENV)
    return await serve(platforms=found.platforms, channels={**found.channels, "webpush": FakePush()})


def odd(dice: random.Random) -> str:
    """A value for a query or a path, percent-encoded."""
    if dice.random() < 0.3:
        return quote_from_bytes(dice.randbytes(dice.randrange(12)))
    return quote(str(dice.choice(ODD)), safe="", errors="surrogatepass")


def cursor(dice: random.Random) -> str:
    """One that could be ours: values of every kind and size, wrapped as ours are."""
    values: list[Any] = [
        dice.choice((0, 1, -1, 2**31, 2**63, 2**64 - 1, -(2**63), "", "x", "\0", None, [], 1.5))
        for _ in range(dice.randrange(4))
    ]
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(values)).decode().rstrip("=")


async def test_cursors_and_filters_of_every_list(house: Web) -> None:
    alice, dice, ends = await house.alice(), random.Random(9), Counter[int]()
    lists = [
        one.resource.canonical.replace("{athlete}", alice)
        for one in house.client.app.router.routes()
        if one.method == "GET" and one.resource is not None and one.resource.canonical.startswith("/api/v1/")
    ]
    lists = [path for path in lists if "{" not in path and not path.endswith(("/events", "/export"))]
    headers = {"Authorization": f"Bearer {house.admin}"}
    for path in lists:
        for _ in range(25):
            asked = [f"{dice.choice(WORDS)}={odd(dice)}" for _ in range(dice.randrange(3))]
            asked += [f"cursor={cursor(dice)}"] if dice.random() < 0.6 else []
            url = URL(f"{path}?{'&'.join(asked)}", encoded=True)
            answer = await house.client.get(url, headers=headers)
            assert answer.status < 500, url
            ends[answer.status] += 1
    assert ends[400] > 100
    assert ends[200] > 20


async def test_callbacks_of_consents(house: Web) -> None:
    """What a vendor's redirect may bring, and what anybody may: no consent was begun, so nothing may come of it."""
    dice, ends = random.Random(4), Counter[int]()
    names = ("code", "state", "error", "error_description", "scope", "userid", "oauth_token")
    for name in sorted(load_plugins(ENV).platforms):
        for _ in range(20):
            asked = "&".join(f"{dice.choice(names)}={odd(dice)}" for _ in range(dice.randrange(6)))
            url = URL(f"/connect/{name}/callback?{asked}", encoded=True)
            answer = await house.client.get(
                url, headers={"Cookie": f"__Secure-twinge-connect={'c' * dice.randrange(60)}"}
            )
            assert 400 <= answer.status < 500, url
            ends[answer.status] += 1
    assert ends.total() > 300


async def test_forms_of_the_page_and_the_desk(house: Web) -> None:
    """Each form with its visit's proof and fields of any kind."""
    alice, dice, ends = await house.alice(), random.Random(6), Counter[int]()
    fields = [
        "text",
        "nonce",
        "on",
        "purpose",
        "channel",
        "address",
        "site",
        "side",
        "pain",
        "from",
        "until",
        "kind",
        "key",
        "name",
        "timezone",
        "language",
        "units",
        "quiet_from",
        "quiet_to",
        "code",
        "rank",
        "scope",
        "id",
    ]
    for who, home, routes in (
        (await come_in(house, alice), "/me", pages.ROUTES),
        (await sign_in(house), "/admin", office.ROUTES),
    ):
        proof = Forms(await who.get(home)).of("/leave")[1]
        for route in routes:
            if (
                route.method != "POST"
                or route.path.endswith(("/leave", "/erase", "/export", "/push"))
                or "/enter" in route.path
            ):
                continue
            for _ in range(8):
                places = {"athlete": alice, "silence": odd(dice) or "x", "platform": odd(dice) or "x", "key": "0" * 8}
                path = route.path.format(**places, channel=odd(dice) or "1", connection=odd(dice) or "1")
                body = "&".join(f"{dice.choice(fields)}={odd(dice)}" for _ in range(dice.randrange(6)))
                body += f"&proof={proof['proof']}"
                kind = {"Content-Type": "application/x-www-form-urlencoded"}
                answer = await who.call("POST", path, data=body.encode(), headers=kind)
                assert answer.status < 500, (path, body)
                ends[answer.status] += 1
    assert ends[400] + ends[404] > 100


async def test_subscriptions_of_push(house: Web) -> None:
    visitor, dice, ends = await come_in(house, await house.alice()), random.Random(2), Counter[int]()
    for _ in range(150):
        body = msgspec.json.decode(msgspec.json.encode(SUBSCRIPTION))
        for _ in range(dice.randrange(1, 3)):
            name = dice.choice(("endpoint", "keys", "expirationTime", "words", "purposes"))
            body[name] = dice.choice(
                (None, [], {}, 1, "x", "http://127.0.0.1/", {"p256dh": 1}, ["load"], "https://x" * 900)
            )
        answer = await visitor.json(dice.choice(("POST", "PUT", "DELETE")), "/me/push", body)
        assert answer.status < 500, body
        ends[answer.status] += 1
    assert ends[400] > 30


def heads(dice: random.Random) -> Iterator[bytes]:
    """Requests that a client library would not write."""
    lines = (
        *(b"GET / HTTP/1.1", b"POST /hooks/generic HTTP/1.1", b"GET http://x/ HTTP/1.1", b"PRI * HTTP/2.0"),
        *(
            b"GET /%zz HTTP/1.1",
            b"\x16\x03\x01\x02\x00",
            b"TRACE / HTTP/1.1",
            b"GET /me HTTP/1.0",
            b"OPTIONS * HTTP/1.1",
        ),
    )
    fields = (
        *(
            b"Host: x",
            b"Content-Length: -1",
            b"Content-Length: 5",
            b"Transfer-Encoding: chunked",
            b"X: " + b"y" * 9_000,
        ),
        *(b"Cookie: a=\xff", b": empty", b"Connection: upgrade", b"Expect: 100-continue", b"\x00: x"),
    )
    while True:
        yield b"\r\n".join([dice.choice(lines), *dice.choices(fields, k=dice.randrange(5)), b"", dice.randbytes(9)])


async def test_raw_heads_are_answered_or_closed_and_the_next_caller_is_served(house: Web) -> None:
    ends = Counter[bytes]()
    for head, _ in zip(heads(random.Random(1)), range(120), strict=False):
        reader, writer = await asyncio.open_connection(house.client.host, house.client.port)
        writer.write(head)
        try:
            answer = await asyncio.wait_for(reader.readline(), 1)
        except TimeoutError:  # it waits for the rest of it
            answer = b""
        ends[answer[9:12]] += 1
        assert b" 500 " not in answer, head
        writer.close()
    assert ends[b"400"] > 20
    assert (await house.client.get("/health/live")).status == 200
