"""The door for vendors: what is stored, what is refused and in which words, and that nothing gets a 500."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from aiohttp import ClientResponse

import healthautoexport_samples
from conftest import KEY, TOKEN, Serve, Web, run, signed
from twinge.config import Settings
from twinge.plugin import Admits, Capabilities, Delivery, Item, Rejected, TryLater
from twinge.registry import Plugins, load_plugins
from twinge.store.inbox import Kept
from twinge.testing import MemoryChannel
from twinge.web.hooks import keep


async def error(response: ClientResponse) -> dict[str, Any]:
    """The one shape of every error."""
    body = await response.json()
    assert set(body) == {"error"}
    assert {"code", "message"} <= set(body["error"]) <= {"code", "message", "field"}
    return dict(body["error"])


async def kept(web: Web) -> Sequence[Kept]:
    return (await web.store.inbox.find()).items


async def test_a_signed_delivery_is_stored_once(web: Web) -> None:
    first = await web.send(run())
    again = await web.send(run())
    assert (first.status, await first.json()) == (200, {"status": "stored"})
    assert (again.status, await again.json()) == (200, {"status": "duplicate"})
    (one,) = await kept(web)
    assert (one.state, one.key, one.delivery.platform) == ("waiting", "msg_1", "generic")
    assert json.loads(one.delivery.body) == run()


async def test_what_proved_the_caller_is_not_kept(web: Web) -> None:
    body = json.dumps(run()).encode()
    headers = {**signed(body, "msg_1", web.clock()), "Cookie": "session=1", "X-Api-Key": "k", "X-Colour": "blue"}
    await web.client.post("/hooks/generic?token=hush&page=2", data=body, headers=headers)
    (one,) = await kept(web)
    names = {"webhook-id", "webhook-timestamp", "content-type", "x-colour"}
    assert set(one.delivery.headers) == names
    assert (one.delivery.query, one.delivery.url, one.delivery.token) == ({"page": "2"}, "", None)


async def test_the_url_token_lets_in_and_is_kept_nowhere(web: Web) -> None:
    right = await web.client.post(f"/hooks/generic/{TOKEN}", json=run())
    wrong = await web.client.post("/hooks/generic/guessed", json=run("run-2"))
    assert (right.status, wrong.status) == (200, 401)
    (one,) = await kept(web)
    assert TOKEN not in repr(one)


async def test_a_wrong_signature_is_401_and_changes_nothing(web: Web) -> None:
    response = await web.send(run(), key="b" + KEY[1:])
    assert response.status == 401
    assert (await error(response))["code"] == "not_authentic"
    assert await kept(web) == []


async def test_a_signature_that_is_not_text_is_401(web: Web) -> None:
    headers = {**signed(b"{}", "msg_1", web.clock()), "webhook-signature": "v1,é\udcff"}
    response = await web.client.post("/hooks/generic", data=b"{}", headers=headers)
    assert response.status == 401


async def test_unknown_and_unconfigured_platforms_say_which_they_are(web: Web) -> None:
    unknown = await web.client.post("/hooks/nonsense", json={})
    off = await web.client.post("/hooks/strava", json={})
    assert (unknown.status, (await error(unknown))["code"]) == (404, "unknown_platform")
    assert (off.status, (await error(off))["code"]) == (404, "not_configured")
    assert (await web.client.get("/hooks/strava")).status == 404
    assert (await web.client.post("/channels/nobody/inbound")).status == 404


async def test_a_platform_without_a_handshake_takes_no_get(web: Web) -> None:
    response = await web.client.get("/hooks/generic")
    assert (response.status, response.headers["Allow"]) == (405, "POST")
    await error(response)


@pytest.mark.parametrize("chunked", [False, True])
async def test_too_large_is_413(web: Web, chunked: bool) -> None:
    body = b"x" * (256 * 1024 + 1)

    async def drops() -> Any:
        for place in range(0, len(body), 8192):
            yield body[place : place + 8192]

    response = await web.client.post(f"/hooks/generic/{TOKEN}", data=drops() if chunked else body)
    assert (response.status, (await error(response))["code"]) == (413, "too_large")
    assert await kept(web) == []


async def test_a_body_that_is_here_at_once_has_the_same_cap(serve: Serve, settings: Settings) -> None:
    web = await serve(settings=replace(settings, body_cap_kb=1))
    for size, said in ((1024, b" 400 "), (1025, b" 413 ")):  # 400: it is read, and is no event
        reader, writer = await asyncio.open_connection(web.client.host, web.client.port)
        head = f"POST /hooks/generic/{TOKEN} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
        writer.write(f"{head}\r\n{size:x}\r\n{'x' * size}\r\n0\r\n\r\n".encode())
        answered = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        assert said in answered.partition(b"\r\n")[0]
    assert await kept(web) == []


async def test_compressed_bodies_are_refused_unread(web: Web) -> None:
    body = gzip.compress(json.dumps(run()).encode())
    headers = {**signed(body, "msg_1", web.clock()), "Content-Encoding": "gzip"}
    response = await web.client.post("/hooks/generic", data=body, headers=headers)
    assert (response.status, (await error(response))["code"]) == (415, "unsupported_encoding")


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({**run(), "type": "nap"}, "type"),
        ({key: value for key, value in run().items() if key != "athlete"}, "athlete"),
        (run(distance_m="far"), "activity.distance_m"),
        (run(start="yesterday"), "activity.start"),
    ],
)
async def test_a_wrong_shape_is_400_and_names_the_field(web: Web, event: Any, field: str) -> None:
    response = await web.send(event)
    assert response.status == 400
    assert field in (await error(response)).get("field", "")
    assert await kept(web) == []


DEEP = b"[" * 100_000 + b"]" * 100_000
HOSTILE = {
    "empty": b"",
    "no JSON": b"hello",
    "half": b'{"type": "activity"',
    "deep list": DEEP,
    "deep object": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "deep inside": b'{"type":"activity","athlete":"a","id":"1","activity":' + DEEP + b"}",
    "huge integer": json.dumps(run()).encode().replace(b"10000", b"9" * 5000),
    "NaN": json.dumps(run(distance_m=float("nan"))).encode(),
    "infinity": json.dumps(run(distance_m=float("inf"))).encode(),
    "1e999": json.dumps(run()).encode().replace(b"10000", b"1e999"),
    "lone surrogate": json.dumps(run(athlete="\ud800")).encode(),
    "NUL in an id": json.dumps(run(athlete="a\0b")).encode(),
    "Latin-1": json.dumps(run(title="Fünf"), ensure_ascii=False).encode("latin-1"),
    "UTF-16": json.dumps(run()).encode("utf-16"),
    "a number": b"7",
    "null": b"null",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_bodies_are_4xx_and_never_500(web: Web, name: str) -> None:
    response = await web.client.post(f"/hooks/generic/{TOKEN}", data=HOSTILE[name])
    assert 400 <= response.status < 500
    await error(response)
    assert await kept(web) == []


async def test_an_unknown_athlete_is_2xx_and_recorded(web: Web) -> None:
    response = await web.send(run(athlete="nobody-we-know"))
    assert response.status == 200
    assert len(await kept(web)) == 1


async def test_a_body_that_drips_is_cut_at_the_deadline(serve: Serve, settings: Settings) -> None:
    web = await serve(settings=replace(settings, request_deadline_s=0.2))
    reader, writer = await asyncio.open_connection(web.client.host, web.client.port)
    writer.write(f"POST /hooks/generic/{TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{".encode())
    answer = await asyncio.wait_for(reader.read(), 5)  # reads to the end: the server closes
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"code":"too_slow"' in answer


async def test_a_large_delivery_has_longer_than_the_deadline(
    serve: Serve, settings: Settings, plugins: Plugins
) -> None:
    """A phone on a train posts megabytes; where the platform may send such, ten seconds would lose them for ever."""
    both = {**plugins.platforms, "healthautoexport": healthautoexport_samples.healthautoexport()}
    web = await serve(platforms=both, settings=replace(settings, request_deadline_s=0.2, body_cap_kb=1))
    genuine = healthautoexport_samples.posted(healthautoexport_samples.sample("workouts")).body
    body = genuine + b" " * 1024  # over the house's cap, under the platform's
    reader, writer = await asyncio.open_connection(web.client.host, web.client.port)
    head = f"POST /hooks/healthautoexport/{healthautoexport_samples.TOKEN}?athlete=alice HTTP/1.1\r\nHost: x\r\n"
    writer.write(f"{head}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[:100])
    await test_a_body_that_drips_is_cut_at_the_deadline(serve, settings)  # as long as that takes
    writer.write(body[100:])
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 200"), answer


async def test_a_body_that_breaks_off_stores_nothing(web: Web) -> None:
    _, writer = await asyncio.open_connection(web.client.host, web.client.port)
    writer.write(f"POST /hooks/generic/{TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{".encode())
    await writer.drain()
    writer.close()
    assert (await web.client.get("/health/live")).status == 200
    assert await kept(web) == []


class Vendor:
    """A platform that does as it is told by the body."""

    name: ClassVar[str] = "vendor"
    capabilities: ClassVar[Capabilities] = Capabilities(signed=True)
    oauth = None

    def __init__(self, items: Sequence[Item] = (), trouble: Exception | None = None, *, at: str = "read") -> None:
        self.items, self.trouble, self.at = items, trouble, at

    def _perhaps(self, at: str) -> None:
        if self.trouble is not None and self.at == at:
            raise self.trouble

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Vendor:
        return cls()

    def verify(self, delivery: Delivery, now: datetime) -> None:
        self._perhaps("verify")

    def key(self, delivery: Delivery) -> str:
        return delivery.headers.get("x-id", "1")

    def read(self, delivery: Delivery) -> Sequence[Item]:
        self._perhaps("read")
        return self.items

    def handshake(self, delivery: Delivery) -> Mapping[str, Any] | None:
        return {"hub.challenge": delivery.query["hub.challenge"]}

    async def fetch(self, pointer: Any, access: Any) -> None: ...

    async def recent(self, access: Any, since: datetime) -> Sequence[Any]:
        return ()


async def test_a_handshake_is_answered(serve: Serve) -> None:
    web = await serve(platforms={"vendor": Vendor()})
    response = await web.client.get("/hooks/vendor/token?hub.challenge=abc")
    assert await response.json() == {"hub.challenge": "abc"}
    response = await web.client.head("/hooks/vendor/token?hub.challenge=abc")
    assert (response.status, await response.read()) == (200, b"")
    for path in ("/hooks/vendor?hub.challenge=abc", "/hooks/generic/token"):
        assert (await web.client.head(path)).status in {404, 405}


class Exacting(Vendor):
    """A vendor that wants its own word back, and sends much at a time."""

    capabilities: ClassVar[Capabilities] = Capabilities(signed=True, body_cap_kb=600)

    def answer(self, delivery: Delivery) -> tuple[int, str, bytes]:
        return 202, "text/plain", b'{"result":"0000"}'


async def test_a_vendor_that_wants_its_own_word_back_gets_it_the_second_time_too(serve: Serve) -> None:
    web = await serve(platforms={"vendor": Exacting()})
    for _ in range(2):
        response = await web.client.post("/hooks/vendor", data=b"{}")
        said = (response.status, response.content_type, await response.text())
        assert said == (202, "text/plain", '{"result":"0000"}')
    assert len(await kept(web)) == 1


async def test_a_vendor_may_need_a_higher_cap_than_everybody(serve: Serve) -> None:
    web = await serve(platforms={"vendor": Exacting(), "other": Vendor()})
    much = b" " * 500 * 1024
    assert (await web.client.post("/hooks/vendor", data=much)).status == 202
    assert (await web.client.post("/hooks/vendor", data=much + much)).status == 413
    assert (await web.client.post("/hooks/other", data=much)).status == 413


async def test_a_fault_in_verify_lets_nobody_in(serve: Serve) -> None:
    web = await serve(platforms={"vendor": Vendor(trouble=KeyError("x"), at="verify")})
    response = await web.client.post("/hooks/vendor", data=b"{}")
    assert response.status == 401
    assert await kept(web) == []


async def test_a_fault_in_read_loses_nothing(serve: Serve) -> None:
    web = await serve(platforms={"vendor": Vendor(trouble=KeyError("x"))})
    response = await web.client.post("/hooks/vendor", data=b"{}")
    assert response.status == 200
    assert len(await kept(web)) == 1


@pytest.mark.parametrize("trouble", [ValueError("x"), RecursionError(), OverflowError(), UnicodeError()])
async def test_an_adapter_that_chokes_on_the_body_is_400(serve: Serve, trouble: Exception) -> None:
    web = await serve(platforms={"vendor": Vendor(trouble=trouble)})
    response = await web.client.post("/hooks/vendor", data=b"{}")
    assert (response.status, (await error(response))["code"]) == (400, "bad_request")


@pytest.mark.parametrize("key", ["a" * 301, "a\tb"])
async def test_a_key_no_database_can_hold_is_400(serve: Serve, key: str) -> None:
    web = await serve(platforms={"vendor": Vendor()})
    response = await web.client.post("/hooks/vendor", data=b"{}", headers={"x-id": key})
    assert (response.status, (await error(response)).get("field")) == (400, "id")


async def test_a_full_database_asks_to_come_back(serve: Serve) -> None:
    web = await serve(platforms={"vendor": Vendor(trouble=TryLater("full", after=timedelta(seconds=7)), at="verify")})
    response = await web.client.post("/hooks/vendor", data=b"{}")
    assert (response.status, response.headers["Retry-After"]) == (503, "7")
    assert (await error(response))["code"] == "try_later"


async def head_only(web: Web, path: str, *headers: str, announced: int = 90 * 1024 * 1024) -> bytes:
    """The first line of the answer to a call whose head announces so many bytes, of which not one comes."""
    reader, writer = await asyncio.open_connection(web.client.host, web.client.port)
    lines = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {announced}", *headers]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    try:
        return await asyncio.wait_for(reader.readline(), 5)
    finally:
        writer.close()


SECRET = "a-secret-of-the-tests"
UNSIGNED = {
    "TWINGE_GARMIN_CLIENT_ID": "c",
    "TWINGE_GARMIN_CLIENT_SECRET": "s",
    "TWINGE_GARMIN_HOOK_TOKEN": SECRET,
    "TWINGE_WAHOO_CLIENT_ID": "c",
    "TWINGE_WAHOO_CLIENT_SECRET": "s",
    "TWINGE_WAHOO_WEBHOOK_TOKEN": "w",
    "TWINGE_WAHOO_HOOK_TOKEN": SECRET,
    "TWINGE_STRAVA_CLIENT_ID": "1",
    "TWINGE_STRAVA_CLIENT_SECRET": "s",
    "TWINGE_STRAVA_VERIFY_TOKEN": "v",
    "TWINGE_STRAVA_HOOK_TOKEN": SECRET,
    "TWINGE_HEALTHAUTOEXPORT_TOKENS": f"alice:{SECRET}",
    "TWINGE_HEALTHCONNECT_TOKENS": f"alice:{SECRET}",
    "TWINGE_FILES_TOKEN": SECRET,
    "TWINGE_GENERIC_TOKEN": SECRET,
    "TWINGE_DEMO_ENABLED": "1",
    "TWINGE_DEMO_SECRET": SECRET,
}
NAMES = ["demo", "files", "garmin", "generic", "healthautoexport", "healthconnect", "strava", "wahoo"]


@pytest.mark.parametrize("name", NAMES)
async def test_a_stranger_is_turned_away_before_the_body(serve: Serve, name: str) -> None:
    web = await serve(platforms=load_plugins(UNSIGNED).platforms)
    for token in ("", "/guessed", "/%FF"):
        assert b" 401 " in await head_only(web, f"/hooks/{name}{token}?athlete=alice")
    assert await kept(web) == []


@pytest.mark.parametrize("name", NAMES)
async def test_who_shows_the_secret_is_read(serve: Serve, name: str) -> None:
    """They hear of the cap, or that the body is awaited: the deadline is the answer to one who sends none.

    Of Garmin 90 MB would be awaited for two minutes, so less is announced there.
    """
    slow = replace(Settings.from_env({}), request_deadline_s=0.2, public_url="https://twinge.example")
    web = await serve(platforms=load_plugins(UNSIGNED).platforms, settings=slow)
    size = 200 * 1024 if name == "garmin" else 90 * 1024 * 1024
    path = f"/hooks/{name}/{SECRET}?athlete=alice"
    answered = await head_only(web, path, f"x-demo-secret: {SECRET}", announced=size)
    assert (b" 408 " if name == "garmin" else b" 413 ") in answered


async def test_an_unsigned_platform_has_a_door(serve: Serve) -> None:
    """A new adapter that takes secrets beside the body must not read strangers."""
    found = load_plugins(UNSIGNED).platforms.values()
    assert {one.name for one in found if isinstance(one, Admits)} >= {
        one.name for one in found if not one.capabilities.signed
    }


class Guarded(Vendor):
    """A vendor with a door that fails as it is told to."""

    def admit(self, call: Delivery) -> None:
        assert call.body == b""
        self._perhaps("admit")


@pytest.mark.parametrize(
    ("trouble", "status"),
    [(KeyError("x"), b" 401 "), (Rejected("no", status=403), b" 403 "), (TryLater("full"), b" 503 ")],
)
async def test_a_door_that_fails_lets_nobody_in(serve: Serve, trouble: Exception, status: bytes) -> None:
    web = await serve(platforms={"vendor": Guarded(trouble=trouble, at="admit")})
    assert status in await head_only(web, "/hooks/vendor")


async def test_what_the_door_lets_in_is_verified_all_the_same(serve: Serve) -> None:
    web = await serve(platforms={"vendor": Guarded(trouble=Rejected("forged", status=401), at="verify")})
    assert (await web.client.post("/hooks/vendor", data=b"x" * 100_000)).status == 401


async def test_receipts_and_replies_come_by_the_channel_route(serve: Serve) -> None:
    web = await serve(channels={"memory": MemoryChannel()})
    headers = {"x-memory": "genuine"}
    receipt = await web.client.post("/channels/memory/status/n1", json={"state": "delivered"}, headers=headers)
    reply = await web.client.post("/channels/memory/inbound", json={"from": "+4915", "text": "STOP"}, headers=headers)
    forged = await web.client.post("/channels/memory/inbound", json={"from": "+4915", "text": "STOP"})
    assert (receipt.status, reply.status, forged.status) == (200, 200, 401)
    assert receipt.content_type == "text/plain"
    assert [(one.delivery.platform, one.delivery.path) for one in await kept(web)] == [
        ("channel:memory", "inbound"),
        ("channel:memory", "status/n1"),
    ]


def test_keeping_a_delivery_refuses_a_path_no_database_can_hold(clock: Any) -> None:
    delivery = Delivery("channel:memory", "POST", "status/\0", {}, {}, b"", clock())
    with pytest.raises(Rejected):
        keep(delivery)
