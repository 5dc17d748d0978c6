"""The operator's desk in a browser without a line of script: in, to whom it hurts, a dead letter set back, out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from browser.conftest import IN_TIME_MS, Scene, scene
from conftest import NOW
from twinge.plugin import Delivery

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
PAGES = ("", "/deliveries", "/held", "/health", "/keys", "/audit")


@pytest.fixture(params=[(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
async def office(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    size, scheme = request.param
    async with scene(tmp_path, {}, javascript=False, viewport=size, color_scheme=scheme) as made:
        yield made


async def sign_in(office: Scene, scope: str = "admin") -> None:
    key = await office.service.store.keys.create(scope, "tests", NOW)
    await office.page.goto(f"{office.service.url}/admin")
    await office.page.get_by_label("API key").fill(key)
    await office.page.get_by_role("button", name="Sign in").click()
    await expect(office.page.get_by_role("heading", name="Athletes")).to_be_visible()


async def dead_letter(office: Scene, platform: str = "generic") -> int:
    """A delivery that the worker could not use: its platform is not set up."""
    store = office.service.store
    await store.inbox.put(Delivery(platform, "POST", "", {}, {}, b"[]", NOW), "d1", "")
    async with asyncio.timeout(IN_TIME_MS / 1000):
        while not (found := (await store.survey.deliveries("dead")).items):
            await asyncio.sleep(0.01)
    return found[0].id


async def test_an_operator_sees_who_hurts_and_what_is_dead(office: Scene) -> None:
    page, number = office.page, await dead_letter(office)
    await sign_in(office)
    await page.get_by_role("link", name="Alice").click()
    await page.get_by_text("Report pain on their behalf").click()
    await page.get_by_label("Pain, 0 to 10").fill("7")
    await page.get_by_label("Where").select_option("knee")
    await page.get_by_label("Side").select_option("left")
    await page.get_by_role("button", name="Report", exact=True).click()
    await expect(page.get_by_role("status")).to_contain_text("The report is taken in")
    async with asyncio.timeout(IN_TIME_MS / 1000):
        while "Open episode" not in await page.locator("h1").inner_text():
            await page.reload()
    await expect(page.locator(".lines")).to_contain_text("Pain 7 of 10, left knee")
    await page.get_by_role("link", name="All athletes").click()
    await expect(page.locator("tbody .light")).to_have_text("Open episode")
    await page.get_by_role("link", name="Deliveries").click()
    await page.get_by_role("button", name=f"Replay {number}").click()
    await expect(page.get_by_role("status")).to_contain_text("waits again")
    [line] = (await office.service.store.survey.audit(action="delivery.replay")).items
    assert line.object == f"delivery:{number}"
    assert office.errors == []


async def test_a_key_that_may_only_read_finds_no_button(office: Scene) -> None:
    await dead_letter(office)
    await sign_in(office, "read")
    for where in (*PAGES, f"/athletes/{office.athlete}"):
        await office.page.goto(f"{office.service.url}/admin{where}")
        buttons = await office.page.locator("form[method=post] button").all_inner_texts()
        assert buttons == ["Sign out"]


async def test_the_cookie_is_strict_and_goes_with_signing_out(office: Scene) -> None:
    await sign_in(office)
    [cookie] = await office.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/admin")
    await office.page.get_by_role("button", name="Sign out").click()
    await expect(office.page.get_by_role("heading", name="Sign in to the desk")).to_be_visible()
    assert await office.context.cookies() == []


async def test_every_page_fits_its_screen_and_every_control_can_be_reached_and_has_a_name(office: Scene) -> None:
    await dead_letter(office)
    await sign_in(office)
    page = office.page
    for where in (*PAGES, f"/athletes/{office.athlete}"):
        await page.goto(f"{office.service.url}/admin{where}")
        assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        for control in await page.locator("a, button, summary, input:not([type=hidden]), select, textarea").all():
            if not await control.is_visible():
                continue
            assert await control.evaluate(
                "it => (it.labels?.[0]?.textContent || it.ariaLabel || it.textContent).trim()"
            )
            await control.focus()
            assert await control.evaluate("it => document.activeElement === it")
    assert office.errors == []
