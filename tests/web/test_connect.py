"""From a link of ours to the vendor's consent page and back, in a browser's shoes; the vendor is on loopback."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestServer

from conftest import Serve, Web
from consent_standin import Acme, Vendor
from twinge.config import Settings
from twinge.registry import Plugins
from twinge.web.connect.words import LANGUAGES, words_of

HOME = "https://twinge.example/connect/acme"


@dataclass
class Browser:
    """One browser: its cookie, and the steps of the way."""

    web: Web
    http: aiohttp.ClientSession
    cookie: str | None = None

    async def press(self, url: str) -> ClientResponse:
        """Open a link, and press its button: our redirect to the vendor."""
        response = await self.web.client.get(_path(url))
        assert response.status == 200, await response.text()
        found = re.search(r'name="ticket" value="([^"]+)"', await response.text())
        assert found is not None
        answer = await self.web.client.post(
            "/connect/acme", data={"ticket": found[1]}, allow_redirects=False, headers={"Origin": "null"}
        )
        if answer.status == 303:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return answer

    async def consent(self, url: str) -> str:
        """Through the vendor's page; the path that it sends the browser back to."""
        async with self.http.get(url, allow_redirects=False) as response:
            assert response.status == 302
            back = response.headers["Location"]
        assert back.startswith(f"{HOME}/callback?")
        return _path(back)

    async def back(self, path: str) -> ClientResponse:
        """Follow the vendor's redirect."""
        return await self.web.client.get(path, headers={"Cookie": self.cookie} if self.cookie else {})

    async def connect(self, url: str) -> ClientResponse:
        """The whole way."""
        return await self.back(await self.consent((await self.press(url)).headers["Location"]))


@dataclass
class Scene:
    """The vendor, the web, and Alice with her browser."""

    vendor: Vendor
    adapter: Acme
    web: Web
    http: aiohttp.ClientSession
    alice: str

    def browser(self) -> Browser:
        return Browser(self.web, self.http)

    async def link(self, athlete: str | None = None, platform: str = "acme") -> str:
        path = f"/api/v1/athletes/{athlete or self.alice}/connections/{platform}/link"
        response = await self.web.call("POST", path)
        assert response.status == 201, await response.text()
        return str((await response.json())["url"])

    async def connections(self, athlete: str | None = None) -> list[dict[str, Any]]:
        found = await self.web.get(f"/api/v1/athletes/{athlete or self.alice}/connections")
        items: list[dict[str, Any]] = found["items"]
        return items


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


@pytest.fixture
async def scene(serve: Serve, plugins: Plugins, settings: Settings) -> AsyncIterator[Scene]:
    vendor = Vendor()
    async with TestServer(vendor.app()) as server, aiohttp.ClientSession() as http:
        adapter = Acme(str(server.make_url("")).rstrip("/"))
        ready = {**plugins.platforms, "acme": adapter}
        hasty = replace(settings, request_deadline_s=4.0)
        web = await serve(platforms=ready, settings=hasty, http=http)
        web.client.session.cookie_jar.clear()
        yield Scene(vendor, adapter, web, http, await web.alice())


async def test_a_link_leads_to_a_connection(scene: Scene) -> None:
    response = await scene.browser().connect(await scene.link())
    text = await response.text()
    assert response.status == 200, text
    assert "Acme Watch is connected" in text
    assert "last four months" in text
    [one] = await scene.connections()
    assert (one["platform"], one["external_id"], one["state"], one["scope"]) == (
        "acme",
        "acme-7",
        "connected",
        "read sleep",
    )
    assert one["backfill"]["state"] == "waiting"
    kept = await scene.web.store.athletes.connection("acme", "acme-7")
    assert kept is not None
    assert kept.access_token in scene.vendor.live
    assert scene.vendor.problems == []
    audit = await scene.web.get("/api/v1/audit")
    assert audit["items"][0]["action"] == "connection.create"
    assert audit["items"][0]["actor"] == f"athlete:{scene.alice}"


async def test_what_goes_to_the_vendor(scene: Scene) -> None:
    going = await scene.browser().press(await scene.link())
    asked = {name: values[0] for name, values in parse_qs(urlsplit(going.headers["Location"]).query).items()}
    assert asked["redirect_uri"] == f"{HOME}/callback"
    assert (asked["scope"], asked["access_type"], asked["code_challenge_method"]) == ("read sleep", "offline", "S256")
    assert len(asked["state"]) == 43
    cookie = going.headers["Set-Cookie"]
    assert cookie.startswith("__Secure-twinge-connect=")
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/connect/acme"} <= set(cookie.split("; "))


async def test_looking_at_a_link_uses_nothing_up_and_keeps_out_everything(scene: Scene) -> None:
    url = await scene.link()
    for _ in range(3):
        response = await scene.web.client.get(_path(url))
        assert response.status == 200
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert f"form-action 'self' {scene.adapter.base}" in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert scene.vendor.calls.total() == 0


async def test_a_link_is_used_up_by_a_connection_and_not_before(scene: Scene) -> None:
    url = await scene.link()
    scene.vendor.says_no = True
    response = await scene.browser().connect(url)
    assert response.status == 403
    assert "Not connected" in await response.text()
    scene.vendor.says_no = False
    assert (await scene.browser().connect(url)).status == 200
    assert (await scene.web.client.get(_path(url))).status == 410


async def test_a_link_ends_after_half_an_hour_and_a_consent_after_ten_minutes(scene: Scene) -> None:
    url, browser = await scene.link(), scene.browser()
    back = await browser.consent((await browser.press(url)).headers["Location"])
    scene.web.clock.now += timedelta(minutes=10)
    assert (await browser.back(back)).status == 410
    scene.web.clock.now += timedelta(minutes=20)
    response = await scene.web.client.get(_path(url))
    assert response.status == 410
    assert "Ask whoever gave it to you" in await response.text()
    assert await scene.connections() == []


@pytest.mark.parametrize("query", ["", "?ticket=short", "?ticket=" + "a" * 43])
async def test_a_wrong_link(scene: Scene, query: str) -> None:
    assert (await scene.web.client.get(f"/connect/acme{query}")).status == 410
    response = await scene.web.client.post("/connect/acme", data={"ticket": query[8:]})
    assert response.status == 410
    assert (await scene.web.client.get(f"/connect/nothing{query}")).status == 410


async def test_a_link_is_for_its_platform_alone(scene: Scene, plugins: Plugins) -> None:
    token = parse_qs(urlsplit(await scene.link()).query)["ticket"][0]
    assert (await scene.web.client.get(f"/connect/generic?ticket={token}")).status == 410


async def test_another_browser_connects_nothing(scene: Scene) -> None:
    url, victim = await scene.link(), scene.browser()
    back = await victim.consent((await victim.press(url)).headers["Location"])
    other = Browser(scene.web, scene.http, "__Secure-twinge-connect=" + "x" * 43)
    response = await other.back(back)
    assert response.status == 403
    assert "first browser" in await response.text()
    assert (await victim.back(back)).status == 410  # the state is burnt
    assert scene.vendor.calls["/token"] == 0


@pytest.mark.parametrize("state", ["", "?state=x&code=y", "?code=y&state=" + "b" * 43])
async def test_an_unknown_state(scene: Scene, state: str) -> None:
    response = await scene.web.client.get(f"/connect/acme/callback{state}")
    assert response.status == 410
    assert scene.vendor.calls.total() == 0


async def test_a_state_works_once(scene: Scene) -> None:
    browser = scene.browser()
    back = await browser.consent((await browser.press(await scene.link())).headers["Location"])
    answers = await asyncio.gather(browser.back(back), browser.back(back))
    assert sorted(answer.status for answer in answers) == [200, 410]
    assert scene.vendor.calls["/token"] == 1
    assert len(await scene.connections()) == 1


async def test_two_browsers_with_one_link_make_one_connection(scene: Scene) -> None:
    url, first, second = await scene.link(), scene.browser(), scene.browser()
    backs = [await each.consent((await each.press(url)).headers["Location"]) for each in (first, second)]
    answers = await asyncio.gather(first.back(backs[0]), second.back(backs[1]))
    assert sorted(answer.status for answer in answers) == [200, 410]
    assert len(await scene.connections()) == 1


async def test_a_used_code(scene: Scene) -> None:
    browser = scene.browser()
    back = await browser.consent((await browser.press(await scene.link())).headers["Location"])
    scene.vendor.asked.clear()
    response = await browser.back(back)
    assert response.status == 400
    assert "start over" in await response.text()


@pytest.mark.parametrize("fault", ["500", "hang"])
async def test_a_vendor_that_does_not_answer(scene: Scene, fault: str) -> None:
    url = await scene.link()
    scene.vendor.faults.append(fault)
    response = await scene.browser().connect(url)
    assert response.status == 503
    assert "open the link again" in await response.text()
    assert (await scene.browser().connect(url)).status == 200


async def test_unticked_scopes_are_named(scene: Scene) -> None:
    scene.vendor.scope = "read"
    text = await (await scene.browser().connect(await scene.link())).text()
    assert "<li>sleep</li>" in text
    assert "<li>read</li>" not in text
    assert (await scene.connections())[0]["scope"] == "read"


async def test_scopes_that_only_the_redirect_names(scene: Scene) -> None:
    scene.vendor.scope = None
    browser = scene.browser()
    back = await browser.consent((await browser.press(await scene.link())).headers["Location"])
    assert "<li>read</li>" in await (await browser.back(f"{back}&scope=sleep")).text()


async def test_the_owner_is_asked_for_where_the_token_answer_is_silent(scene: Scene) -> None:
    scene.vendor.names_owner = False
    assert (await scene.browser().connect(await scene.link())).status == 200
    assert scene.vendor.calls["/me"] == 1
    assert (await scene.connections())[0]["external_id"] == "acme-7"


async def test_somebody_elses_account(scene: Scene) -> None:
    assert (await scene.browser().connect(await scene.link())).status == 200
    bob = await scene.web.alice(name="Bob", language="de")
    response = await scene.browser().connect(await scene.link(bob))
    assert response.status == 409
    assert "schon jemand anderes" in await response.text()
    assert await scene.connections(bob) == []


async def test_connecting_again_renews_the_tokens_and_brings_the_past_anew(scene: Scene) -> None:
    for _ in range(2):
        assert (await scene.browser().connect(await scene.link())).status == 200
        scene.web.clock.now += timedelta(days=1)
    [one] = await scene.connections()
    assert one["backfill"]["fetched"] == 0
    kept = await scene.web.store.athletes.connection("acme", "acme-7")
    assert kept is not None
    assert kept.access_token in scene.vendor.live


async def test_a_form_from_elsewhere_begins_nothing(scene: Scene) -> None:
    ticket = parse_qs(urlsplit(await scene.link()).query)["ticket"][0]
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        response = await scene.web.client.post("/connect/acme", data={"ticket": ticket}, headers=headers)
        assert response.status == 400
        assert "Set-Cookie" not in response.headers


async def test_who_may_make_a_link_and_for_what(scene: Scene) -> None:
    path = f"/api/v1/athletes/{scene.alice}/connections"
    assert (await scene.web.call("POST", f"{path}/acme/link", key=scene.web.reader)).status == 403
    assert (await scene.web.call("POST", f"{path}/nothing/link")).status == 404
    assert (await scene.web.call("POST", f"{path}/generic/link")).status == 409
    assert (await scene.web.call("POST", "/api/v1/athletes/nobody/connections/acme/link")).status == 404
    made = await (await scene.web.call("POST", f"{path}/acme/link")).json()
    assert made["expires_at"] == (scene.web.clock() + timedelta(minutes=30)).isoformat().replace("+00:00", "Z")


async def test_the_log_knows_neither_link_nor_state_nor_token(
    scene: Scene, everything_logged: pytest.LogCaptureFixture
) -> None:
    url, browser = await scene.link(), scene.browser()
    back = await browser.consent((await browser.press(url)).headers["Location"])
    assert (await browser.back(back)).status == 200
    kept = await scene.web.store.athletes.connection("acme", "acme-7")
    assert kept is not None
    secrets = [value[0] for part in (url, back) for value in parse_qs(urlsplit(part).query).values()]
    for secret in [*secrets, str(kept.access_token), str(browser.cookie)]:
        assert secret not in everything_logged.text


# ---- the end ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["platform", "id"])
async def test_a_connection_is_ended_at_once(scene: Scene, by: str) -> None:
    await scene.browser().connect(await scene.link())
    [one] = await scene.connections()
    path = f"/api/v1/athletes/{scene.alice}/connections/{one[by]}"
    assert (await scene.web.call("DELETE", path, key=scene.web.reader)).status == 403
    assert (await scene.web.call("DELETE", path)).status == 204
    [one] = await scene.connections()
    assert (one["state"], one["backfill"]) == ("revoked", None)
    kept = await scene.web.store.athletes.connection("acme", "acme-7")
    assert kept is not None
    assert (kept.access_token, kept.refresh_token) == (None, None)
    assert (await scene.web.call("DELETE", f"/api/v1/athletes/{scene.alice}/connections/nothing")).status == 404


async def test_quiet_connections_are_asked_for_by_name(scene: Scene) -> None:
    assert (await scene.web.call("GET", "/api/v1/connections?quiet=0")).status == 400
    assert (await scene.web.get("/api/v1/connections?quiet=1"))["items"] == []


# ---- words -----------------------------------------------------------------------------------------------------------


def test_every_language_says_everything() -> None:
    english = words_of("en")
    for language in LANGUAGES:
        words = words_of(language)
        assert set(words.texts) == set(english.texts)
        for kind in words.texts:
            assert ("Acme" in words.say(kind, "Acme")) == ("Acme" in english.say(kind, "Acme")), (language, kind)


async def test_the_page_speaks_the_athletes_language(scene: Scene) -> None:
    bob = await scene.web.alice(name="Bob", language="fr-CA")
    text = await (await scene.web.client.get(_path(await scene.link(bob)))).text()
    assert '<html lang="fr">' in text
    stranger = await scene.web.client.get("/connect/acme", headers={"Accept-Language": "es-MX,es;q=0.9"})
    assert "Este enlace ya no vale" in await stranger.text()
