"""A visitor of the athlete's page for the tests: keeps the cookie, fills in forms as a browser would."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, ClassVar
from urllib.parse import urlsplit

import aiohttp
from aiohttp import ClientResponse
from yarl import URL

from conftest import Web
from twinge.plugin import Delivery, Message, OneWay, Rejected, Sent

SUBSCRIPTION = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/one",
    "expirationTime": None,
    "keys": {"p256dh": "BPoint", "auth": "secret"},
}


class FakePush(OneWay):
    """Stands in for the channel `webpush`: the same face towards the page, and no network."""

    name: ClassVar[str] = "webpush"
    voice: ClassVar[str] = "push"
    public_key = "BKey"

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> FakePush:
        return cls()

    def normalise(self, address: str) -> str:
        try:
            given = json.loads(address)
            kept = {"endpoint": str(given["endpoint"]), "key": given.get("key", self.public_key), "keys": given["keys"]}
        except (ValueError, KeyError, TypeError):
            raise Rejected("This is not a subscription.", field="address") from None
        return json.dumps(kept, separators=(",", ":"), sort_keys=True)

    async def send(self, message: Message, http: aiohttp.ClientSession, now: object) -> Sent:
        return Sent(None)

    async def lookup(self, message: Message, sent_after: object, http: aiohttp.ClientSession) -> Sent | None:
        return None

    def verify(self, delivery: Delivery, now: object) -> None:
        raise Rejected("not here", status=404)


class Forms(HTMLParser):
    """Every form of a page: its address and its hidden fields; and the words of the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "form":
            self.forms.append((given["action"], {}))
        if tag == "input" and given.get("type") == "hidden":
            self.forms[-1][1][given["name"]] = given["value"]

    def of(self, ending: str) -> tuple[str, dict[str, str]]:
        """The first form whose address ends so."""
        return next((action, dict(fields)) for action, fields in self.forms if action.endswith(ending))


@dataclass
class Visitor:
    """One browser."""

    web: Web
    cookie: str = field(default="", repr=False)
    headers: dict[str, str] = field(default_factory=lambda: {"Sec-Fetch-Site": "same-origin", "Origin": "null"})

    async def call(self, method: str, path: str, **more: Any) -> ClientResponse:
        """One request; redirects are not followed, and a cookie that is set is kept."""
        headers = {**self.headers, **more.pop("headers", {})}
        if self.cookie:
            headers["Cookie"] = self.cookie
        url = URL(path, encoded=True)
        answer = await self.web.client.request(method, url, headers=headers, allow_redirects=False, **more)
        for name, value in answer.cookies.items():
            self.cookie = f"{name}={value.value}" if value.value else ""
        return answer

    async def get(self, path: str = "/me") -> str:
        """The text behind a path, which must be there."""
        answer = await self.call("GET", path)
        assert answer.status == 200, await answer.text()
        return await answer.text()

    async def send(self, ending: str, fields: Mapping[str, str | Sequence[str]] | None = None) -> ClientResponse:
        """Fill in the form of the page whose address ends so, and send it."""
        action, hidden = Forms(await self.get()).of(ending)
        return await self.post(action, {**hidden, **(fields or {})})

    async def post(self, path: str, fields: Mapping[str, str | Sequence[str]]) -> ClientResponse:
        """Send a form."""
        pairs = [
            (name, each) for name, value in fields.items() for each in ([value] if isinstance(value, str) else value)
        ]
        return await self.call("POST", path, data=aiohttp.FormData(pairs)())

    async def json(self, method: str, path: str, body: Any) -> ClientResponse:
        """Send what a script sends."""
        return await self.call(method, path, json=body, headers={"Origin": "https://twinge.example"})


async def link(web: Web, athlete: str) -> str:
    """A new link's path."""
    answer = await web.call("POST", f"/api/v1/athletes/{athlete}/links")
    assert answer.status == 201, await answer.text()
    return str(urlsplit((await answer.json())["url"]).path)


async def come_in(web: Web, athlete: str) -> Visitor:
    """A browser with a visit."""
    visitor = Visitor(web)
    answer = await visitor.call("POST", await link(web, athlete))
    assert answer.status == 303, await answer.text()
    return visitor


def words(page: str) -> str:
    """What stands on a page, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
