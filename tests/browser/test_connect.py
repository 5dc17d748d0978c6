"""Connecting a platform in a real browser: its content policy lets the button through to the vendor, and the cookie
finds its way back."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import expect

from browser.axe import check
from browser.conftest import scene
from strava_play import environment
from strava_standin import Standin
from twinge.web.connect import link_of


async def test_a_link_leads_to_a_connection(tmp_path: Path) -> None:
    strava = Standin()
    async with TestServer(strava.app()) as vendor:
        env = environment(tmp_path, str(vendor.make_url("")).rstrip("/"))
        async with scene(tmp_path, env, viewport={"width": 390, "height": 844}, color_scheme="dark") as made:
            page, store = made.page, made.service.store
            async with store.write() as tx:
                token = await store.connecting.invite(tx, made.athlete, "strava", made.clock())
            await page.goto(link_of(made.service.url, "strava", token))
            await expect(page.get_by_role("heading", name="Connect Strava")).to_be_visible()
            paper = await page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert paper == "rgb(20, 23, 27)"  # the policy knows the style
            await page.get_by_role("button", name="Go to Strava").click()
            await expect(page.get_by_role("heading", name="Strava is connected")).to_be_visible()
            await expect(page.get_by_text("activity:read_all")).to_be_visible()
            assert made.errors == []
            [one] = await store.athletes.connections(made.athlete)
            assert (one.external_id, one.scope) == (str(strava.owner), "read,activity:read")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_the_way(tmp_path: Path, scheme: str) -> None:
    strava = Standin()
    async with TestServer(strava.app()) as vendor:
        env = environment(tmp_path, str(vendor.make_url("")).rstrip("/"))
        async with scene(tmp_path, env, viewport={"width": 320, "height": 640}, color_scheme=scheme) as made:
            page, store = made.page, made.service.store
            async with store.write() as tx:
                token = await store.connecting.invite(tx, made.athlete, "strava", made.clock())
            await page.goto(link_of(made.service.url, "strava", token))
            await check(page, "the offer")
            await page.get_by_role("button", name="Go to Strava").click()
            await expect(page.get_by_role("heading", name="Strava is connected")).to_be_visible()
            await check(page, "connected")
            await page.goto(link_of(made.service.url, "strava", token))
            await expect(page.get_by_role("heading")).to_be_visible()
            await check(page, "a link that was used")
