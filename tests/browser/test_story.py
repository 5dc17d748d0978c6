"""One story through every face: an operator, an athlete with a phone, a coach. Its pictures stand in the docs.

`TWINGE_PICTURES=docs/pictures` (`make pictures`) keeps what the faces look like on the way.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import aiohttp
import pytest
from playwright.async_api import ViewportSize, expect

from browser.axe import check
from browser.conftest import IN_TIME_MS, Scene, scene
from browser.test_desk import dead_letter, sign_in
from browser.test_push import PUSH, SHOWN, nudges, turn_on, until
from conftest import NOW, run

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
TOKEN = "a-long-word-for-the-tests"
ENV = {**PUSH, "TWINGE_GENERIC_TOKEN": TOKEN}
DISTANCES = (8_000, 8_300, 8_600, 8_900) * 3 + (8_000, 9_500, 8_600, 8_900)
"""Metres of the runs before; the longest is a little over what was usual."""
LOOKS: tuple[tuple[ViewportSize, Literal["light", "dark"]], ...] = (
    (DESK, "light"),
    (DESK, "dark"),
    (PHONE, "light"),
    (PHONE, "dark"),
)


async def picture(made: Scene, name: str, look: Literal["light", "dark"] = "light") -> None:
    """What is seen now, for the docs, where somebody asked for pictures."""
    folder = os.environ.get("TWINGE_PICTURES")
    if folder is None:
        return
    await made.page.emulate_media(color_scheme=look)
    await made.page.wait_for_load_state("networkidle")
    client = await made.context.new_cdp_session(made.page)
    shot = await client.send("Page.captureScreenshot", {"format": "webp", "quality": 70})
    Path(folder, f"{name}.webp").write_bytes(base64.b64decode(shot["data"]))
    await made.page.emulate_media(color_scheme="light")


async def call(made: Scene, path: str, body: Any, token: str) -> Any:
    """A call of the API or of a webhook."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(f"{made.service.url}{path}", json=body) as answer,
    ):
        assert answer.status < 300, await answer.text()
        return await answer.json()


async def move_in(made: Scene) -> None:
    """An athlete is made by the API, seven weeks of runs come, and a far one of this morning."""
    key = await made.service.store.keys.create("admin", "tests", NOW)
    wishes = {"quiet_from": None, "quiet_to": None}
    links = [{"platform": "generic", "external_id": "bob"}]
    body = {"name": "Bob", "timezone": "Europe/Berlin", "preferences": wishes, "connections": links}
    made.athlete = (await call(made, "/api/v1/athletes", body, key))["id"]
    starts = [NOW - timedelta(days=days, hours=2) for days in range(49, 1, -3)]
    runs = [
        run(f"r{number}", athlete="bob", start=at.isoformat(), distance_m=metres, moving_s=3_100)
        for number, (at, metres) in enumerate(zip(starts, DISTANCES, strict=True))
    ]
    await call(made, "/hooks/generic", runs, TOKEN)


async def settled(made: Scene) -> None:
    """Nothing waits to be judged."""

    async def done() -> bool:
        return not (await made.service.store.survey.deliveries("waiting")).items

    await until(done)


async def to_the_desk(made: Scene) -> None:
    await made.page.set_viewport_size(DESK)
    await made.page.goto(f"{made.service.url}/admin")


async def test_one_story_through_all_faces(tmp_path: Path) -> None:
    async with scene(tmp_path, ENV, viewport=DESK) as made:
        page, store = made.page, made.service.store
        await move_in(made)
        await settled(made)

        # The operator signs in with a fresh key and makes a link.
        await sign_in(made)
        await page.get_by_role("link", name="Bob").click()
        await page.get_by_role("button", name="Make a link to their page").click()
        link = await page.get_by_role("textbox").input_value()

        # The athlete opens it on a phone, and turns push on.
        await page.set_viewport_size(PHONE)
        await page.goto(f"{made.service.url}{urlsplit(link).path}")
        await page.get_by_role("button", name="Open my page").click()
        await expect(page.get_by_role("heading", name="Hello, Bob")).to_be_visible()
        await turn_on(made)

        # A far run comes: push, and the page says why.
        today = run(
            "far", athlete="bob", start=(NOW - timedelta(hours=2)).isoformat(), distance_m=14_000, moving_s=5_100
        )
        await call(made, "/hooks/generic", [today], TOKEN)

        async def told() -> bool:
            return "delivered" in (await nudges(made)).values()

        made.clock.now += timedelta(minutes=30)
        await until(told)
        [notice] = await (await made.worker()).evaluate(SHOWN)
        assert "14.0 km" in notice["body"]
        await page.goto(f"{made.service.url}/me")
        await expect(page.locator("#said")).to_contain_text(notice["body"])
        await picture(made, "me", "dark")
        await page.get_by_role("link", name="Why?").first.click()
        chart = page.get_by_role("img", name="Picture for")
        await expect(chart).to_be_visible()
        await until(lambda: chart.evaluate("it => it.complete && it.naturalWidth > 0"))
        await picture(made, "why")

        # It hurts: three taps, and the reply appears.
        await page.goto(f"{made.service.url}/me")
        await page.get_by_role("link", name="It hurts").click()
        await picture(made, "pain")
        await page.get_by_role("link", name="Left knee").click()
        await page.get_by_role("radio", name="6", exact=True).check()
        await page.get_by_role("button", name="Send").first.click()
        await expect(page.locator("main")).to_contain_text("Left knee, 6 of 10.")

        # A race is coming: a silence.
        await page.goto(f"{made.service.url}/me/plan")
        await page.get_by_role("radio", name=re.compile("race", re.IGNORECASE)).first.check()
        await page.get_by_label("First day").fill("2026-05-09")
        await page.get_by_label("Last day").fill("2026-05-10")
        await page.locator("#add ~ form button").click()
        await until(lambda: silences(made))
        await page.goto(f"{made.service.url}/me/plan")
        await expect(page.locator("article")).to_have_count(1)

        # The desk sees whom it hurts, and sets a dead letter back.
        number = await dead_letter(made, "wahoo")
        await to_the_desk(made)
        await expect(page.locator("tbody .light").first).to_have_text("Open episode")
        await picture(made, "desk")
        await page.get_by_role("link", name="Bob").click()
        await expect(page.locator("#timeline ~ .lines").first).to_contain_text("Pain 6 of 10, left knee")
        await picture(made, "desk-athlete", "dark")
        await page.get_by_role("link", name="Deliveries").click()
        await picture(made, "desk-deliveries")
        await page.get_by_role("button", name=f"Replay {number}").click()
        await expect(page.get_by_role("status")).to_contain_text("waits again")

        # Other limits are tried, and not saved.
        await page.goto(f"{made.service.url}/admin/rules/l01")
        await page.get_by_label("Small").fill("105")
        await page.locator("[name='l01.floor_m']").fill("500")
        await page.get_by_role("button", name="See what would have been said").click(timeout=60_000)
        await expect(page.get_by_role("heading", name="What would have been said")).to_be_visible(timeout=60_000)
        await expect(page.locator("main")).to_contain_text("Your 9.5 km run")
        await picture(made, "desk-preview")

        # A coach sees their own athletes only, and not what a source's terms forbid.
        async with store.write() as tx:
            await store.athletes.connect(tx, made.athlete, "strava", "1", NOW - timedelta(days=90))
        await page.goto(f"{made.service.url}/admin/keys")
        await page.get_by_text("Make a key").click()
        await page.get_by_label("What it may").select_option("coach")
        await page.get_by_label("Whose it is").fill("Carol")
        await page.get_by_role("button", name="Make the key").click()
        key = await page.get_by_role("textbox").input_value()
        await page.get_by_role("link", name="Choose its athletes").click()
        await page.get_by_label("Name").fill("bo")
        await page.get_by_role("button", name="Search").click()
        await page.get_by_role("button", name="Give Bob").click()
        await picture(made, "desk-coach")
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_label("API key").fill(key)
        await page.keyboard.press("Enter")
        await expect(page.locator("tbody tr")).to_have_count(1)
        await expect(page.locator("nav[aria-label=Desk] a")).to_have_count(1)
        await page.get_by_role("link", name="Bob").click()
        await expect(page.get_by_text("From strava: hidden by the source's terms.")).to_be_visible()
        await expect(page.locator("main")).not_to_contain_text("14.0 km run")
        gone = await page.goto(f"{made.service.url}/admin/athletes/{await other(made)}")
        assert gone is not None
        assert gone.status == 404


async def silences(made: Scene) -> bool:
    one = await made.service.store.athletes.get(made.athlete)
    return one is not None and len(one.silences) == 1


async def other(made: Scene) -> str:
    """The athlete who is nobody's."""
    found = (await made.service.store.athletes.find()).items
    return next(one.id for one in found if one.id != made.athlete)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Scene]:
    """The desk with somebody in it; axe runs as a script, which the page's own policy would not let in."""
    async with scene(tmp_path, ENV, bypass_csp=True, viewport=DESK) as made:
        await move_in(made)
        await dead_letter(made, "wahoo")
        await settled(made)
        await sign_in(made)
        yield made


async def test_axe_finds_nothing_at_the_desk(house: Scene) -> None:
    page, store = house.page, house.service.store
    carol = (await store.keys.create("coach", "Carol", NOW, athletes=[house.athlete])).split("_")[1]
    pages = ["", "/deliveries", "/held", "/health", "/rules", "/rules/l01", "/rules/l04", "/keys", "/audit"]
    pages += [f"/athletes/{house.athlete}", f"/keys/{carol}?name=a"]
    for size, scheme in LOOKS:
        await page.set_viewport_size(size)
        await page.emulate_media(color_scheme=scheme)
        for where in pages:
            await page.goto(f"{house.service.url}/admin{where}")
            await check(page, f"{where} {scheme} {size}")


async def test_limits_are_tried_and_saved_by_the_keyboard_alone(tmp_path: Path) -> None:
    async with scene(tmp_path, {}, javascript=False, viewport=PHONE, color_scheme="dark") as made:
        page = made.page
        await sign_in(made)
        await page.goto(f"{made.service.url}/admin/rules/l01")
        await page.get_by_label("Small").focus()
        await page.keyboard.press("Control+A")
        await page.keyboard.type("105")
        await page.keyboard.press("Enter")
        save = page.get_by_role("button", name="Save these limits for everybody")
        await expect(save).to_be_visible(timeout=60_000)
        await save.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("The limits are set")
        async with asyncio.timeout(IN_TIME_MS / 1000), made.service.store.read() as tx:
            kept = await made.service.store.house.limits(tx)
        assert kept is not None
        assert kept.limits == {"l01.small": 105}
