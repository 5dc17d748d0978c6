"""2. URLs that somebody else has chosen lead to the public internet over https, once, briefly, and nowhere else."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from conftest import NOW
from names import PRIVATE, Names
from pages import ROOT
from trust.everything import WHSEC
from twinge.core.model import Severity
from twinge.plugin import GiveUp, Message, Rejected
from twinge.plugin.vendor import trusted
from twinge.reach import Barred, Lost, Reach
from twinge_webhook import Webhook

MESSAGE = Message("n1", "", "Rest.", Severity.REST, NOW + timedelta(hours=4))


class Inner:
    """A server inside our network, which nobody outside may make us call."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self.hear)
        return app

    async def hear(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(request.path)
        if request.path == "/away":
            return web.Response(status=307, headers={"Location": "/secret"})
        if request.path == "/slow":
            await asyncio.sleep(30)
        return web.Response(body=b"x" * 100_000)


@pytest.fixture
async def inner() -> AsyncIterator[tuple[Inner, TestServer]]:
    made = Inner()
    server = TestServer(made.app())
    async with server:
        yield made, server


async def test_a_name_that_leads_inside_is_not_called(inner: tuple[Inner, TestServer]) -> None:
    """The name was public when it was saved; at the send it resolves to us."""
    there, server = inner
    channel = Webhook([WHSEC], http_allowed=True, reach=Reach(resolver=Names(["127.0.0.1"])))
    address = channel.normalise(f"http://hooks.example:{server.port}/in")
    async with aiohttp.ClientSession() as http:
        with pytest.raises(GiveUp):
            await channel.send(Message("n1", address, "Rest.", Severity.REST, MESSAGE.expires_at), http, NOW)
    assert there.calls == []


@pytest.mark.parametrize("address", PRIVATE)
async def test_no_address_of_ours_is_called(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    with pytest.raises((Barred, ValueError)):
        await Reach(deadline_s=2).get(f"http://{host}:1/", most=1)


async def test_no_redirect_is_followed_no_answer_is_read_to_the_end_and_no_call_lasts(
    inner: tuple[Inner, TestServer],
) -> None:
    there, server = inner
    home = Reach(private=True, deadline_s=0.3)
    away = await home.get(str(server.make_url("/away")), most=10)
    assert (away.status, there.calls) == (307, ["/away"])
    long = await home.get(str(server.make_url("/long")), most=10)
    assert (long.body, long.whole) == (b"x" * 10, False)
    async with asyncio.timeout(5):
        with pytest.raises(Lost):
            await home.get(str(server.make_url("/slow")), most=10)


BAD = [
    "http://hooks.example/",
    "https://127.0.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://[::ffff:10.0.0.1]/",
    "https://2130706433/",
    "https://user:word@hooks.example/",
    "file:///etc/passwd",
    "https://localhost/",
]


@pytest.mark.parametrize("url", BAD)
def test_such_a_url_is_not_even_kept(url: str) -> None:
    with pytest.raises(Rejected):
        Webhook([WHSEC]).normalise(url)


ELSEWHERE = [
    "https://evil.example/f",
    "http://vendor.example/f",
    "https://vendor.example:8/f",
    "https://vendor.example@evil.example/f",
    "https://vendor.example/../x",
    "https://u:p@vendor.example/f",
]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_a_link_in_a_vendors_body_leads_to_that_vendor_only(url: str) -> None:
    assert trusted("https://vendor.example/f", "https://vendor.example")
    assert not trusted(url, "https://vendor.example")


GUARDED = {"twinge_webhook.py", "twinge_webpush/__init__.py", "twinge_coros/__init__.py"}
"""Who calls places that users or vendors name; each does it through a Reach."""


def test_who_calls_such_urls_has_no_other_way() -> None:
    """In their sources nobody calls by the shared session: it follows whatever it is given."""
    for name in sorted(GUARDED):
        tree = ast.parse((ROOT / "plugins" / name).read_text())
        calls: list[Any] = [one.func for one in ast.walk(tree) if isinstance(one, ast.Call)]
        names = {
            f"{one.value.id}.{one.attr}"
            for one in calls
            if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name)
        }
        assert not {one for one in names if one in {"http.get", "http.post", "http.request"}}, name
        assert any(isinstance(one, ast.Attribute) and one.attr in {"post", "get"} for one in calls), name
