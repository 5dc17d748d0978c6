"""A small FCM for tests: gives access tokens for signed assertions, takes messages, and plays faults.

It answers in the shapes of https://firebase.google.com/docs/cloud-messaging/error-codes and of the send method
(https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from faulty import Mode, misbehave

PROJECT = "club-app-1a2b3"
SENDER = f"twinge@{PROJECT}.iam.gserviceaccount.com"
AUDIENCE = "https://oauth2.googleapis.com/token"
"""What google-auth signs for, wherever its calls go."""
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"

STATUSES = {
    "UNREGISTERED": (404, "NOT_FOUND"),
    "INVALID_ARGUMENT": (400, "INVALID_ARGUMENT"),
    "SENDER_ID_MISMATCH": (403, "PERMISSION_DENIED"),
    "THIRD_PARTY_AUTH_ERROR": (401, "UNAUTHENTICATED"),
    "QUOTA_EXCEEDED": (429, "RESOURCE_EXHAUSTED"),
    "UNAVAILABLE": (503, "UNAVAILABLE"),
    "INTERNAL": (500, "INTERNAL"),
}
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"


@cache
def private_key() -> rsa.RSAPrivateKey:
    """The service account's; one for all tests."""
    return rsa.generate_private_key(65_537, 2_048)


def account(base: str) -> dict[str, str]:
    """A service account's file, whose tokens come from the stand-in at `base`."""
    pem = private_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "1f2e3d",
        "private_key": pem.decode(),
        "client_email": SENDER,
        "token_uri": f"{base.rstrip('/')}/token",
    }


@dataclass
class FcmStandin:
    """`mode` is 200, a status, one of FCM's codes, `bad token in words`, `bad token by field`,
    `bad field`, `old login`, or a fault of `faulty`;
    `token_mode` the same for the token endpoint."""

    mode: Mode = 200
    token_mode: Mode = 200
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    assertions: list[dict[str, Any]] = field(default_factory=list)

    def app(self) -> web.Application:
        """Serve it with aiohttp's TestServer."""
        app = web.Application()
        app.router.add_post("/token", self._token)
        app.router.add_post(f"/v1/projects/{PROJECT}/messages:send", self._send)
        return app

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        claims = jwt.decode(str(form["assertion"]), private_key().public_key(), algorithms=["RS256"], audience=AUDIENCE)
        assert (claims["iss"], claims["scope"]) == (SENDER, SCOPE)
        self.assertions.append(claims)
        if self.token_mode == "refused":
            return web.json_response({"error": "invalid_grant", "error_description": "Invalid JWT."}, status=400)
        made = {"access_token": f"ya29.{len(self.assertions)}", "expires_in": 3599, "token_type": "Bearer"}
        if self.token_mode == 200:
            return web.json_response(made)
        return await misbehave(request, self.token_mode, self.headers, json.dumps(made))

    async def _send(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        self.sizes.append(len(raw))
        self.logins.append(request.headers.get("Authorization", ""))
        self.asked.append(json.loads(raw)["message"])
        made = {"name": f"projects/{PROJECT}/messages/0:{len(self.asked)}%31bd1c96"}
        match self.mode:
            case 200:
                return web.json_response(made)
            case "garbage" | "list":
                return web.Response(text="<html>" if self.mode == "garbage" else "[1]")
            case str(code) if code in STATUSES:
                return self._error(*STATUSES[code], [{"@type": FCM_ERROR, "errorCode": code}])
            case "bad token in words" | "bad token by field" | "bad field":
                return self._bad_request(self.mode)
            case "old login":
                return self._error(401, "UNAUTHENTICATED", [])
        return await misbehave(request, self.mode, self.headers, json.dumps(made))

    def _bad_request(self, mode: str) -> web.Response:
        own = {"@type": FCM_ERROR, "errorCode": "INVALID_ARGUMENT"}
        if mode == "bad token in words":
            words = "The registration token is not a valid FCM registration token"
            return self._error(400, "INVALID_ARGUMENT", [own], words)
        at = "message.token" if "token" in mode else "message.data[0].value"
        bad = {"@type": BAD_REQUEST, "fieldViolations": [{"field": at, "description": "Invalid"}]}
        return self._error(400, "INVALID_ARGUMENT", [own, bad])

    def _error(self, status: int, name: str, details: list[Any], words: str = "about the token dK8x") -> web.Response:
        error = {"code": status, "message": words, "status": name, "details": details}
        return web.json_response({"error": error}, status=status, headers=self.headers)
