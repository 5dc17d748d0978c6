"""The athlete's page in a real browser: in, answered, told; with and without JavaScript; nothing the policy minds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from browser.conftest import IN_TIME_MS, Scene, scene


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
async def at_home(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    async with scene(tmp_path, {}, javascript=request.param) as made:
        await made.enter()
        yield made


async def test_an_answer_is_answered_on_the_page(at_home: Scene) -> None:
    page = at_home.page
    await expect(page.get_by_role("heading", name="Hello, Alice")).to_be_visible()
    await page.get_by_label("Your words").fill("pain 4 left knee")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_role("status").first).not_to_be_empty()
    await shown(at_home, "Left knee, 4 of 10.")
    await shown(at_home, "A question is open.")
    assert at_home.errors == []


async def test_a_number_answers_the_open_question(at_home: Scene) -> None:
    page = at_home.page
    await page.get_by_role("button", name="It hurts").click()
    await shown(at_home, "0 is no pain, 10 the worst.")
    at_home.clock.now += timedelta(minutes=1)
    await page.get_by_role("button", name="7", exact=True).click()
    await shown(at_home, "7 of 10.")
    assert at_home.errors == []


async def test_a_visit_survives_the_browser_and_ends_with_leave(at_home: Scene) -> None:
    page = at_home.page
    [cookie] = await at_home.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/me")
    assert cookie["expires"] > 0
    await page.get_by_role("button", name="Leave").click()
    await expect(page.get_by_role("heading", name="You are not signed in here")).to_be_visible()
    assert await at_home.context.cookies() == []
    answer = await page.goto(f"{at_home.service.url}/me")
    assert answer is not None
    assert answer.status == 403


async def test_everything_can_be_reached_by_the_keyboard_and_has_a_name(at_home: Scene) -> None:
    controls = await at_home.page.locator("a, button, input:not([type=hidden]), textarea").all()
    for control in controls:
        if await control.is_visible():
            box = await control.bounding_box()
            assert box is not None
            assert box["height"] >= 24
            assert box["width"] >= 24
            assert await control.evaluate("it => (it.labels?.[0] ?? it).textContent.trim()")
            await control.focus()
            assert await control.evaluate("it => document.activeElement === it")


async def shown(at_home: Scene, words: str) -> None:
    """The words come onto the page: by themselves, or without scripts by its link."""
    page = at_home.page
    if at_home.scripts:
        await expect(page.locator("main")).to_contain_text(words)
        return
    async with asyncio.timeout(IN_TIME_MS / 1000):
        while words not in await page.locator("main").inner_text():
            await page.get_by_role("link", name="Look again").click()
