"""The API's page of reference in a real browser: its policy lets its own style in, and axe-core finds nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import ViewportSize, expect

from browser.axe import check
from browser.conftest import scene


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
async def test_the_reference_can_be_read_and_walked(tmp_path: Path, width: int, scheme: str) -> None:
    size = ViewportSize(width=width, height=800)
    async with scene(tmp_path, {}, viewport=size, color_scheme=scheme) as made:
        page = made.page
        await page.goto(f"{made.service.url}/api/docs")
        await expect(page.get_by_role("heading", level=1)).to_contain_text("API")
        await page.locator("nav summary").first.press("Enter")
        await page.locator("nav a").first.press("Enter")
        anchor = (await page.evaluate("location.hash")).removeprefix("#")
        await expect(page.locator(f"[id='{anchor}']")).to_be_in_viewport()
        assert made.errors == []
        if scheme == "dark":  # axe takes half a minute for so long a page
            for fold in await page.locator("details[open] > summary").all():
                await fold.click()
            await check(page, "/api/docs")
