"""What Twinge sees and why it spoke, in a real browser: axe-core finds nothing, light or dark; a keyboard is enough."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import expect

from browser.axe import check
from browser.conftest import Scene, scene
from core.pain.diary import Book
from diary import judged
from twinge.core.model import EVERYTHING, Held, Nudge, Severity, Voice
from twinge.store import Consent
from twinge.store.history import Kept

SPIKE = """
    every tue thu sat from 2026-03-17 for 7 weeks 07:00 run 8km 48min
    every sun from 2026-03-17 for 6 weeks 09:00 run 12km 72min
    2026-05-03 09:00 run 16km 100min
"""


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
async def at_home(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    async with scene(tmp_path, {}, javascript=request.param) as made:
        await told(made)
        await made.enter()
        yield made


async def told(made: Scene) -> None:
    """Alice ran far, has a sore buttock, and was told of both."""
    outcome, now = judged(SPIKE), made.clock()
    spike = next(one for one in reversed(outcome.findings) if one.rule == "L01")
    pain = Book().write("0h pain 4 left buttock during\n0h10 reply 2\n24h reply 4").pain
    story = {"kind": "rest_72", "episode": pain.episodes[0].id, "site": "buttock", "side": "left", "score": 4}
    facts: dict[str, dict[str, Any]] = {"L01": dict(spike.facts), "P03": story}
    store, end = made.service.store, now + timedelta(hours=12)
    async with store.write() as tx:
        consent = Consent(now, "test", purposes=EVERYTHING)
        place = await store.addresses.add(tx, made.athlete, "console", "Alice", consent, verified_at=now)
        await store.history.save_states(tx, [(made.athlete, Kept("s", replace(outcome.state, pain=pain)))], now)
        for rule, severity in (("L01", Severity.SLOW_DOWN), ("P03", Severity.REST)):
            nudge = Nudge(
                rule, made.athlete, severity, (rule,), "Easy.", {rule: facts[rule]}, now, now, end, spike.activity
            )
            await store.outbox.put(tx, [(nudge, place, Voice.PRINT)])
        held = Held(made.athlete, ("R02",), Severity.SLOW_DOWN, "muted", now, "a", {})
        await store.outbox.hold(tx, [held])


LOOKS: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("path", ["/me", "/me/why/L01", "/me/why/P03"])
async def test_axe_finds_nothing(tmp_path: Path, look: Literal["light", "dark"], path: str) -> None:
    # It runs as a script, which the page's own policy would not let in.
    async with scene(tmp_path, {}, color_scheme=look, bypass_csp=True, viewport={"width": 390, "height": 844}) as made:
        await told(made)
        await made.enter()
        await made.page.goto(f"{made.service.url}{path}")
        await check(made.page, path)


DRAWN = "(it, dark) => it.complete && it.naturalWidth > 0 && it.currentSrc.endsWith('dark') === dark"
"""A picture is there, in the colours asked for; while another one is fetched the old one counts as complete."""


async def test_a_chart_of_the_readers_colours_is_shown(at_home: Scene) -> None:
    page = at_home.page
    await page.get_by_role("link", name="Why?").last.click()
    picture = page.get_by_role("img", name="Picture for")
    await expect(picture).to_be_visible()
    for look, dark in (("light", False), ("dark", True)):
        await page.emulate_media(color_scheme=look)  # type: ignore[arg-type]
        async with asyncio.timeout(15):  # Timers of the page's own stand still without scripts.
            while not await picture.evaluate(DRAWN, dark):
                await asyncio.sleep(0.05)
    assert at_home.errors == []


async def test_an_answer_from_there_is_taken(at_home: Scene) -> None:
    page = at_home.page
    await page.goto(f"{at_home.service.url}/me/why/L01")
    button = page.get_by_role("button", name="No more of this kind (MUTE L01)")
    await button.focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/me?done=answer**")
    await expect(page.get_by_role("status").first).not_to_be_empty()
    assert at_home.errors == []


async def test_nothing_is_wider_than_a_phone(at_home: Scene) -> None:
    await at_home.page.set_viewport_size({"width": 320, "height": 640})
    for path in ("/me", "/me/why/L01", "/me/why/P03"):
        await at_home.page.goto(f"{at_home.service.url}{path}")
        wide = await at_home.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, path
