"""What is in the athlete's own hands, in a real browser: three taps, the keyboard alone, and what axe finds."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, expect

from browser.axe import check
from browser.conftest import IN_TIME_MS, Scene, scene
from recordings.maker import a_run
from twinge.store import Consent

NTFY = {"TWINGE_NTFY_SECRET": "n" * 40, "TWINGE_NTFY_API_BASE": "https://127.0.0.1:9"}
WAHOO = {
    "TWINGE_WAHOO_CLIENT_ID": "id",
    "TWINGE_WAHOO_CLIENT_SECRET": "secret",
    "TWINGE_WAHOO_WEBHOOK_TOKEN": "t" * 20,
    "TWINGE_WAHOO_HOOK_TOKEN": "h" * 20,
}
PHONE = {"width": 390, "height": 844}
SMALL = {"width": 320, "height": 640}
"""A reflow test's size: 1,280 pixels at 400 % (WCAG 2.2, 1.4.10)."""
PAGES = ("", "/pain", "/pain?site=knee&side=left", "/pain/urgent", "/plan", "/wishes", "/about", "/limits")
MORE = ("/reach", "/workouts")


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
async def at_home(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    async with scene(tmp_path, {}, javascript=request.param, viewport=PHONE) as made:
        await made.enter()
        yield made


async def shown(at_home: Scene, text: str) -> None:
    """The words come onto the page: by themselves, or without scripts by its link."""
    page = at_home.page
    if at_home.scripts:
        await expect(page.locator("main")).to_contain_text(text)
        return
    async with asyncio.timeout(IN_TIME_MS / 1000):
        while text not in await page.locator("main").inner_text():
            await page.get_by_role("link", name="Look again").click()


async def test_pain_is_told_in_three_taps_and_the_talk_goes_on(at_home: Scene) -> None:
    page = at_home.page
    await page.get_by_role("link", name="It hurts").click()
    await page.get_by_role("link", name="Left knee").click()
    await page.get_by_role("radio", name="4", exact=True).check()
    await page.get_by_role("button", name="Send").first.click()
    await shown(at_home, "Left knee, 4 of 10.")
    await shown(at_home, "A question is open.")
    at_home.clock.now += timedelta(minutes=1)
    await page.get_by_role("checkbox", name="5 limping").check()
    await page.get_by_role("button", name="Send what is ticked").click()
    await expect(page.get_by_role("status").first).to_contain_text("Taken.")
    await shown(at_home, "Lately")
    assert at_home.errors == []


async def test_the_body_is_tapped_too(at_home: Scene) -> None:
    page = at_home.page
    await page.goto(f"{at_home.service.url}/me/pain")
    await page.locator('svg a[href$="site=buttock&side=left"]').click()
    await expect(page.get_by_role("heading", name="Left buttock: how bad is it?")).to_be_visible()
    await page.goto(f"{at_home.service.url}/me/pain")
    sizes = await page.locator("svg a").evaluate_all("all => all.map(it => it.getBoundingClientRect().height)")
    assert min(sizes) >= 24
    assert at_home.errors == []


async def test_an_emergency_shows_at_once_what_to_do(at_home: Scene) -> None:
    page = at_home.page
    await page.goto(f"{at_home.service.url}/me/pain?site=back&side=")
    await page.get_by_text("More about it").click()
    await page.get_by_role("checkbox", name="Numbness between the legs").check()
    await page.get_by_role("button", name="Send").last.click()
    await expect(page.get_by_role("alert")).to_contain_text("needs emergency care now")
    assert await page.get_by_role("link", name="Call 112").get_attribute("href") == "tel:112"
    await page.get_by_role("link", name="Back").click()
    await expect(page.get_by_role("status").first).to_contain_text("Taken.")  # and the page looks for the answer often
    await shown(at_home, "Stop. You told us: numbness between the legs.")
    assert at_home.errors == []


async def test_the_keyboard_alone_tells_of_pain(at_home: Scene) -> None:
    page = at_home.page
    await page.goto(f"{at_home.service.url}/me/pain")
    await tab_to(page, "Right calf")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/me/pain?site=calf&side=right")
    await tab_to(page, "0")
    for _ in range(3):
        await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("radio", name="3", exact=True)).to_be_checked()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/me?done=answer")
    await shown(at_home, "Right calf, 3 of 10.")


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until the control of that name has the focus."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        label = "it => (it.labels?.[0] ?? it).textContent.trim()"
        if await page.locator(":focus").evaluate(label) == name:
            return
    pytest.fail(f"Tab does not lead to {name}.")


async def test_what_is_wrong_is_beside_its_field_and_has_the_focus(at_home: Scene) -> None:
    page = at_home.page
    await page.goto(f"{at_home.service.url}/me/about")
    await page.get_by_label("Highest pulse").fill("400")
    await page.get_by_role("button", name="Save").click()
    field = page.get_by_label("Highest pulse")
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_have_accessible_description(re.compile("Write a whole number from 100 to 240."))
    await expect(page.get_by_role("alert")).to_contain_text("Nothing was saved yet")
    await field.fill("187")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_have_text("Saved.")
    await expect(page.get_by_label("Highest pulse")).to_have_value("187")


async def test_a_plan_is_made_and_ended(at_home: Scene) -> None:
    page = at_home.page
    await page.get_by_role("link", name="Planned life").click()
    await page.get_by_role("radio", name="A holiday or journey").check()
    await page.get_by_label("Last day").fill("2026-05-20")
    await page.get_by_role("button", name="Plan it").click()
    await expect(page.get_by_role("heading", name="A holiday or journey")).to_contain_text("Mon, May 4 to Wed, May 20")
    await page.get_by_role("button", name="End it now").click()
    await expect(page.get_by_text("Nothing is planned.")).to_be_visible()


async def test_a_file_is_uploaded_and_read(at_home: Scene) -> None:
    page = at_home.page
    await page.goto(f"{at_home.service.url}/me/workouts")
    run = FilePayload(name="run.fit", mimeType="application/octet-stream", buffer=a_run())
    await page.get_by_label("File of a workout").set_input_files(run)
    await page.get_by_role("button", name="Upload").click()
    await expect(page.get_by_role("status")).to_contain_text("The file is here")
    async with asyncio.timeout(IN_TIME_MS / 1000):
        while "read, it counts" not in await page.locator("main").inner_text():
            await page.get_by_role("link", name="Look again").click()


@pytest.mark.parametrize(("language", "scheme"), [("en", "dark"), ("de", "light"), ("es", "dark"), ("fr", "light")])
async def test_axe_finds_nothing_and_nothing_scrolls_sideways(tmp_path: Path, language: str, scheme: str) -> None:
    async with scene(tmp_path, {**NTFY, **WAHOO}, viewport=SMALL, color_scheme=scheme) as made:
        await made.enter()
        await furnish(made, language)
        for path in (*PAGES, *MORE):
            await made.page.goto(f"{made.service.url}/me{path}")
            await check(made.page, path)
        for path, button in (("/wishes", "button.main"), ("/plan", "form[action$=plan] button.main")):
            await made.page.goto(f"{made.service.url}/me{path}")
            await made.page.locator("input[type=date], #delay_min").first.fill("")
            await made.page.locator(button).click()
            await expect(made.page.locator(".wrong").first).to_be_visible()
            await check(made.page, f"{path} with a mistake")
        assert [one for one in made.errors if "400" not in one] == []


async def furnish(made: Scene, language: str) -> None:
    """Something of everything is on the pages."""
    store, now = made.service.store, made.clock()
    async with store.write() as tx:
        [alice] = (await store.athletes.load(tx, [made.athlete])).values()
        await store.athletes.update(tx, replace(alice, language=language))
        for n in (1, 2):
            given = Consent(now, "test", by="athlete")
            await store.addresses.add(tx, made.athlete, "ntfy", f"a-topic-nobody-guesses-{n}", given, verified_at=None)
        await store.athletes.connect(tx, made.athlete, "wahoo", "77", now)
        await store.backfills.begin(tx, made.athlete, "wahoo", "77", now - timedelta(days=120), now)
    await made.page.goto(f"{made.service.url}/me/pain?site=knee&side=left")
    await made.page.locator("input[name=pain]").nth(4).check(force=True)
    await made.page.locator("button.main").first.click()
    await made.page.goto(f"{made.service.url}/me/plan")
    await made.page.locator("input[name=kind]").first.check()
    await made.page.locator("#until").fill("2026-05-20")
    await made.page.locator("form[action$=plan] button.main").click()
    async with asyncio.timeout(IN_TIME_MS / 1000):
        while await made.page.goto(f"{made.service.url}/me/pain") and not await made.page.locator("article").count():
            await asyncio.sleep(0.05)
