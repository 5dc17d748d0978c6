"""1. Whatever comes in proves itself on its raw bytes or leaves nothing; secrets end; the URL is the configured one."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest

from conftest import NOW, Serve, Web, run, signed
from fake_twilio import sign
from trust.everything import ENV, OLD, WHSEC, WORD
from twinge.plugin import Delivery, Rejected
from twinge.registry import load_plugins

FOUND = load_plugins(ENV)
DOORS = [
    *(f"/hooks/{name}" for name in sorted(FOUND.platforms)),
    *(f"/hooks/{name}/a-guess-of-sixteen" for name in sorted(FOUND.platforms)),
    *(f"/channels/{name}/{tail}" for name in sorted(FOUND.channels) for tail in ("inbound", "status/n1")),
]


@pytest.fixture
async def house(serve: Serve) -> Web:
    return await serve(platforms=FOUND.platforms, channels=FOUND.channels)


FORGED: Mapping[str, str] = {
    "authorization": "Bearer guess",
    "x-twilio-signature": "guess",
    "webhook-id": "1",
    "webhook-timestamp": str(int(NOW.timestamp())),
    "webhook-signature": "v1,guess",
    "polar-webhook-signature": "0" * 64,
    "x-hmac-sha256-signature": "0" * 64,
    "x-oura-signature": "0" * 64,
    "x-oura-timestamp": str(int(NOW.timestamp())),
    "x-whoop-signature": "guess",
    "terra-signature": "t=1,v1=guess",
}


async def test_who_proves_nothing_is_refused_and_leaves_nothing(house: Web) -> None:
    """At every door, with no proof, and with a forged one of every kind at once."""
    assert len(DOORS) > 45
    for door, headers in product(DOORS, ({}, FORGED)):
        answer = await house.client.post(door, data=json.dumps(run()).encode(), headers=headers)
        assert answer.status in {400, 401, 403, 404}, (door, await answer.text())
        refused_for = (await answer.json())["error"]["code"]
        assert answer.status != 400 or refused_for == "bad_request"
    assert (await house.store.inbox.find()).items == []


async def test_one_byte_of_the_body_decides(web: Web) -> None:
    body = json.dumps(run()).encode()
    headers = signed(body, "msg_1", web.clock())
    assert (await web.client.post("/hooks/generic", data=body + b" ", headers=headers)).status == 401
    assert (await web.client.post("/hooks/generic", data=body, headers=headers)).status == 200


@pytest.mark.parametrize(("minutes", "status"), [(-4, 200), (4, 200), (-6, 401), (6, 401)])
async def test_a_signature_is_good_for_five_minutes(web: Web, minutes: int, status: int) -> None:
    body = json.dumps(run()).encode()
    headers = signed(body, "msg_1", web.clock() + timedelta(minutes=minutes))
    assert (await web.client.post("/hooks/generic", data=body, headers=headers)).status == status


async def test_a_check_that_fails_lets_nobody_in(serve: Serve) -> None:
    class Broken(type(FOUND.platforms["generic"])):  # type: ignore[misc]
        def verify(self, delivery: Delivery, now: datetime) -> None:
            raise TypeError("comparing strings with non-ASCII characters is not supported")

    web = await serve(platforms={"generic": Broken(tokens=[WORD])})
    assert (await web.client.post(f"/hooks/generic/{WORD}", json=run())).status == 401


async def test_the_url_that_is_signed_is_the_configured_one(house: Web) -> None:
    """Neither Host nor a proxy's headers can make a signature for another place count."""
    body = urlencode({"From": "+4915112345678", "Body": "STOP", "MessageSid": "SM1"}).encode()
    kind = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Host": "evil.example",
        "X-Forwarded-Host": "e.example",
    }
    for base, status in (("https://evil.example", 403), ("https://e.example", 403), ("https://twinge.example", 200)):
        signature = sign(f"{base}/channels/twilio/inbound", body, WORD)
        headers = {**kind, "X-Twilio-Signature": signature}
        assert (await house.client.post("/channels/twilio/inbound", data=body, headers=headers)).status == status


# ---- several secrets at once, each with its end ----------------------------------------------------------------------

NEXT = "the-next-secret-of-the-tests"
LAST = NOW.date()
"""The last day of the old ones."""


def by_path(token: str, body: bytes, at: datetime) -> Mapping[str, Any]:
    return {"token": token, "query": {"athlete": "alice"}}


def by_header(name: str, text: str = "{}") -> Callable[..., Mapping[str, Any]]:
    return lambda secret, body, at: {"headers": {name: text.format(secret), "x-athlete": "alice"}}


def by_mac(name: str) -> Callable[..., Mapping[str, Any]]:
    return lambda secret, body, at: {"headers": {name: hmac.new(secret.encode(), body, "sha256").hexdigest()}}


def by_oura(secret: str, body: bytes, at: datetime) -> Mapping[str, Any]:
    stamp = str(int(at.timestamp()))
    mac = hmac.new(secret.encode(), stamp.encode() + body, "sha256").hexdigest()
    return {"headers": {"x-oura-timestamp": stamp, "x-oura-signature": mac}}


def by_terra(secret: str, body: bytes, at: datetime) -> Mapping[str, Any]:
    stamp = str(int(at.timestamp()))
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, "sha256").hexdigest()
    return {"headers": {"terra-signature": f"t={stamp},v1={mac}"}}


def by_coros(secret: str, body: bytes, at: datetime) -> Mapping[str, Any]:
    return {"headers": {"client": "c", "secret": secret}}


def by_twilio(secret: str, body: bytes, at: datetime) -> Mapping[str, Any]:
    url = "https://twinge.example/channels/twilio/inbound"
    return {"headers": {"x-twilio-signature": sign(url, body, secret)}, "url": url, "path": "inbound"}


def by_standard(secret: str, body: bytes, at: datetime) -> Mapping[str, Any]:
    return {"headers": signed(body, "msg_1", at, {NEXT: WHSEC, WORD: OLD}[secret].removeprefix("whsec_"))}


PROOFS: Mapping[str, tuple[str, Callable[..., Mapping[str, Any]]]] = {
    "concept2": ("HOOK_TOKEN", by_path),
    "coros": ("CLIENT_SECRET", by_coros),
    "files": ("TOKEN", by_path),
    "garmin": ("HOOK_TOKEN", by_path),
    "generic": ("TOKEN", by_header("authorization", "Bearer {}")),
    "google": ("WEBHOOK_SECRET", by_header("authorization", "Bearer {}")),
    "healthautoexport": ("TOKENS", by_header("x-api-key")),
    "healthconnect": ("TOKENS", by_header("x-api-key")),
    "openwearables": ("SECRET", by_standard),
    "oura": ("CLIENT_SECRET", by_oura),
    "polar": ("WEBHOOK_SECRET", by_mac("polar-webhook-signature")),
    "strava": ("HOOK_TOKEN", by_path),
    "suunto": ("NOTIFICATION_SECRET", by_mac("x-hmac-sha256-signature")),
    "terra": ("SECRET", by_terra),
    "twilio": ("AUTH_TOKEN", by_twilio),
    "withings": ("HOOK_TOKEN", by_path),
}
"""Who → the setting of its secret, and how a call shows it."""


def both(name: str, until: object) -> str:
    """The value of the setting: the next one, and the old one with its last day."""
    new, old = (WHSEC, OLD) if name == "openwearables" else (NEXT, WORD)
    owner = "alice:" if name.startswith("health") else ""
    return f"{owner}{new} {owner}{old},until={until}"


def lets_in(adapter: Any, call: Delivery, at: datetime) -> bool:
    """Whether the proof was taken; that this body is no event of theirs is another matter."""
    try:
        adapter.verify(call, at)
    except Rejected as error:
        return error.status not in {401, 403}
    return True


@pytest.mark.parametrize("name", sorted(PROOFS))
def test_an_old_secret_opens_beside_the_next_until_its_last_day(name: str) -> None:
    setting, show = PROOFS[name]
    env = {**ENV, f"TWINGE_{name.upper()}_{setting}": both(name, LAST)}
    if name == "generic":
        del env["TWINGE_GENERIC_SECRET"]
    found = load_plugins(env)
    adapter = found.platforms.get(name) or found.channels[name]
    [line] = [one for one in found.status if one.name == name]
    assert line.reason == f"TWINGE_{name.upper()}_{setting}: secret 2 until {LAST}"
    body = b"{}"
    tomorrow = NOW + timedelta(days=1)
    for at, opens in ((NOW, {NEXT, WORD}), (tomorrow, {NEXT})):
        for secret in (NEXT, WORD):
            call = replace(Delivery(name, "POST", "", {}, {}, body, at), **show(secret, body, at))
            assert lets_in(adapter, call, at) is (secret in opens), (secret, at)


@pytest.mark.parametrize("name", sorted(PROOFS))
def test_a_last_day_that_is_no_day_is_refused_without_the_secret(name: str) -> None:
    setting, _ = PROOFS[name]
    found = load_plugins({**ENV, f"TWINGE_{name.upper()}_{setting}": both(name, "tomorrow")})
    [line] = [one for one in found.status if one.name == name]
    assert line.state == "not configured"
    assert "2026-06-30" in line.reason
    assert WORD not in line.reason
