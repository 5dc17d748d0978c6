"""A small push service for tests, and the devices that it serves: it checks what a real one checks, and plays faults.

RFC 8030 for the calls, RFC 8291 for what is in them (opened by http_ece, with the device's own keys), RFC 8292 for who
calls. Refusals have the statuses that Mozilla's autopush gives.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import http_ece
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid.jwt import decode
from py_vapid.utils import b64urlencode

from faulty import Mode, misbehave

OVERHEAD = 103
"""Bytes that encryption adds: salt, record size, the sender's key, padding and tag."""


@dataclass
class Device:
    """A browser with one subscription, made with the VAPID key `key` where that is given."""

    endpoint: str
    key: str = ""
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def given(self) -> dict[str, Any]:
        """What `PushSubscription.toJSON()` gives."""
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": b64urlencode(point), "auth": b64urlencode(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    @property
    def address(self) -> str:
        """The canonical form of it."""
        kept = {"endpoint": self.endpoint, "key": self.key, "keys": self.given["keys"]}
        return json.dumps(kept, sort_keys=True, separators=(",", ":"))

    def open(self, body: bytes) -> bytes:
        """What only this device can read."""
        return bytes(http_ece.decrypt(body, private_key=self.private, auth_secret=self.auth, version="aes128gcm"))


@dataclass(frozen=True)
class Push:
    """One call that was genuine."""

    headers: dict[str, str]
    claims: dict[str, Any]
    raw: bytes
    """As the device reads it."""

    @property
    def said(self) -> dict[str, Any]:
        """The same as JSON."""
        found: dict[str, Any] = json.loads(self.raw)
        return found


@dataclass
class PushStandin:
    """`mode` says what genuine calls meet: 201, another status, or a fault of `faulty`."""

    clock: datetime
    mode: Mode = 201
    headers: dict[str, str] = field(default_factory=dict)
    most: int = 4_096
    """Bytes of a body; 413 for more."""
    body: str = ""
    devices: dict[str, Device] = field(default_factory=dict)
    """By the path of the endpoint."""
    calls: int = 0
    pushes: list[Push] = field(default_factory=list)

    def app(self) -> web.Application:
        """Serve it with aiohttp's TestServer."""
        app = web.Application()
        app.router.add_post("/push/{name}", self._push)
        app.router.add_route("*", "/secret", self._push)
        return app

    def device(self, base: str, key: str, name: str = "one") -> Device:
        """A device at `base` whose subscription was made with `key`."""
        made = self.devices[f"/push/{name}"] = Device(f"{base}/push/{name}", key)
        return made

    def shown(self) -> list[str]:
        """What a device that was offline shows in the end: of two messages with one topic the second."""
        last = {push.headers["topic"]: push.said["notification"]["body"] for push in self.pushes}
        return list(last.values())

    async def _push(self, request: web.Request) -> web.StreamResponse:
        self.calls += 1
        headers = {name.lower(): value for name, value in request.headers.items()}
        device = self.devices.get(request.path)
        if device is None:
            return web.Response(status=410)
        if (claims := self._claims(headers, device, f"{request.scheme}://{request.host}")) is None:
            return web.json_response({"code": 401, "errno": 109}, status=401)
        if _malformed(headers):
            return web.json_response({"code": 400, "errno": 111}, status=400)
        body = await request.read()
        if len(body) > self.most:
            return web.json_response({"code": 413, "errno": 104}, status=413)
        self.pushes.append(Push(headers, claims, device.open(body)))
        if self.mode == 201:
            return web.Response(status=201, headers={"Location": f"/m/{len(self.pushes)}", "TTL": headers["ttl"]})
        return await misbehave(request, self.mode, self.headers, self.body or "<html>")

    def _claims(self, headers: dict[str, str], device: Device, origin: str) -> dict[str, Any] | None:
        """Who calls, if it is who the device subscribed to, for us, and not for longer than a day."""
        found = re.fullmatch(r"vapid t=([\w.-]+),k=([\w-]+)", headers.get("authorization", ""))
        if found is None or found[2] != device.key:
            return None
        try:
            claims: dict[str, Any] = decode(found[1], found[2])
        except InvalidSignature:
            return None
        end = datetime.fromtimestamp(claims["exp"], UTC)
        timely = self.clock < end <= self.clock + timedelta(hours=24)
        known = claims["aud"] == origin and re.match(r"mailto:[^<> ]+@[\w.-]+$|https://", claims["sub"])
        return claims if timely and known else None


def _malformed(headers: dict[str, str]) -> bool:
    return (
        headers.get("content-encoding") != "aes128gcm"
        or re.fullmatch(r"[1-9]\d*", headers.get("ttl", "")) is None
        or re.fullmatch(r"[\w-]{1,32}", headers.get("topic", "x")) is None
        or headers.get("urgency", "normal") not in {"very-low", "low", "normal", "high"}
    )
