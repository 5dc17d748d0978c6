"""What axe-core (https://github.com/dequelabs/axe-core) finds on a page, and whether it scrolls sideways."""

from __future__ import annotations

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


async def check(page: Page, where: str) -> None:
    """No violation of WCAG 2.2 AA that axe-core knows, every fold open, and no scrolling in two directions."""
    for fold in await page.locator("summary").all():
        await fold.click()
    found = await Axe().run(page, options={"runOnly": {"type": "tag", "values": [*RULES]}})
    told = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found.response["violations"]]
    assert told == [], where
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, where
