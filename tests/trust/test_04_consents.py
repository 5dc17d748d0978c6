"""4. OAuth: a consent belongs to one browser, once, with PKCE; nobody begins one by a callback."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from conftest import Serve
from consent_standin import Acme, Vendor
from twinge.config import Settings
from twinge.registry import Plugins
from web.test_connect import Browser, Scene


@pytest.fixture
async def scene(serve: Serve, plugins: Plugins, settings: Settings) -> AsyncIterator[Scene]:
    vendor = Vendor()
    async with TestServer(vendor.app()) as server, aiohttp.ClientSession() as http:
        adapter = Acme(str(server.make_url("")).rstrip("/"))
        web = await serve(platforms={**plugins.platforms, "acme": adapter}, settings=settings, http=http)
        web.client.session.cookie_jar.clear()
        yield Scene(vendor, adapter, web, http, await web.alice())


async def test_a_consent_is_of_one_browser_and_burnt_by_another(scene: Scene) -> None:
    victim = scene.browser()
    back = await victim.consent((await victim.press(await scene.link())).headers["Location"])
    for stranger in (
        Browser(scene.web, scene.http),
        Browser(scene.web, scene.http, "__Secure-twinge-connect=" + "x" * 43),
    ):
        assert (await stranger.back(back)).status in {403, 410}
    assert (await victim.back(back)).status == 410
    assert (scene.vendor.calls["/token"], await scene.connections()) == (0, [])


async def test_it_works_once_and_the_vendor_was_asked_to_prove_it(scene: Scene) -> None:
    browser = scene.browser()
    going = await browser.press(await scene.link())
    asked = {name: values[0] for name, values in parse_qs(urlsplit(going.headers["Location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert len(base64.urlsafe_b64decode(asked["code_challenge"] + "=")) == hashlib.sha256().digest_size
    assert asked["redirect_uri"] == "https://twinge.example/connect/acme/callback"
    back = await browser.consent(going.headers["Location"])
    answers = await asyncio.gather(browser.back(back), browser.back(back))
    assert sorted(one.status for one in answers) == [200, 410]
    assert scene.vendor.problems == []  # it checks the verifier against the challenge
    assert asked["state"] not in str(await scene.connections())


@pytest.mark.parametrize(
    "query", ["", "?code=y", "?state=x&code=y", "?code=y&state=" + "b" * 43, "?error=%00&state=%FF"]
)
async def test_a_callback_that_nobody_began_is_refused(scene: Scene, query: str) -> None:
    assert (await scene.web.client.get(f"/connect/acme/callback{query}")).status in {400, 410}
    assert scene.vendor.calls.total() == 0
