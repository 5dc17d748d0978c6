"""A real Chromium in front of the whole service, with a stand-in where Google's push servers would be."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, Worker, async_playwright, expect

from browser.fcm_standin import FcmStandin, fcm_standin
from conftest import NOW
from twinge.app import Service, running
from twinge.config import Settings
from twinge.core.model import Athlete, Nudge, Preferences, Severity, Voice
from twinge.registry import load_plugins
from twinge.store import Address
from twinge.store.visits import ENTRANCE, LINK_LASTS
from twinge.testing import FixedClock

NAMES = ("chromium", "chromium-browser", "google-chrome")
IN_TIME_MS = 15_000
expect.set_options(timeout=IN_TIME_MS)


def chromium() -> str:
    """The browser of this machine. Without one these tests fail: what was skipped was not tested."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail("There is no Chromium: install it (apt-get install chromium), or name it in CHROMIUM.")
    return found


@dataclass
class Scene:
    """The service, Alice, and a browser of hers."""

    service: Service
    clock: FixedClock
    athlete: str
    context: BrowserContext
    page: Page
    fcm: FcmStandin
    scripts: bool
    errors: list[str]
    """What a page or the content policy complained about."""

    async def enter(self) -> None:
        """In by a link, as an athlete does it."""
        store = self.service.store
        async with store.write() as tx:
            token = await store.visits.invite(tx, self.athlete, self.clock(), lasts=LINK_LASTS)
        await self.page.goto(f"{self.service.url}{ENTRANCE}{token}")
        await self.page.get_by_role("button", name="Open my page").click()
        await self.page.wait_for_url(f"{self.service.url}/me")

    async def places(self, channel: str) -> list[Address]:
        """Alice's addresses of one channel."""
        return [one for one in await self.service.store.addresses.of(self.athlete) if one.channel == channel]

    async def say(self, place: Address, text: str, severity: Severity = Severity.REST, name: str = "n1") -> None:
        """A message goes to an address now."""
        now = self.clock()
        nudge = Nudge(name, self.athlete, severity, ("L01",), text, {"L01": {}}, now, now, now + timedelta(hours=4))
        async with self.service.store.write() as tx:
            await self.service.store.outbox.put(tx, [(nudge, place, Voice.PUSH)])

    async def worker(self) -> Worker:
        """The page's service worker."""
        return next(iter(self.context.service_workers), None) or await self.context.wait_for_event("serviceworker")


@asynccontextmanager
async def scene(
    folder: Path,
    env: Mapping[str, str],
    *,
    flags: Sequence[str] = (),
    javascript: bool = True,
    **look: Any,
) -> AsyncIterator[Scene]:
    """Everything started, Alice moved in, the browser on a blank page. In `env`, `{fcm}` is where the stand-in listens;
    `look` are Playwright's words for a device."""
    async with AsyncExitStack() as stack:
        fcm = await stack.enter_async_context(fcm_standin())
        settings = {name: value.format(fcm=fcm.http) for name, value in env.items()}
        settings |= {"TWINGE_DATA_DIR": str(folder / "data"), "TWINGE_PORT": "0"}
        plugins, clock = load_plugins(settings), FixedClock(NOW)
        roles = ("web", "worker", "sender")
        service = await stack.enter_async_context(
            running(Settings.from_env(settings), plugins, clock=clock, roles=roles)
        )
        async with service.store.write() as tx:
            wishes = Preferences(quiet_from=None, quiet_to=None)
            alice = Athlete("", name="Alice", timezone="Europe/Berlin", preferences=wishes)
            made = await service.store.athletes.create(tx, alice, NOW)
        player = await stack.enter_async_context(async_playwright())
        context = await player.chromium.launch_persistent_context(
            folder / "profile",
            executable_path=chromium(),
            headless=True,
            args=[*fcm.flags, *flags, *(["--no-sandbox"] if os.geteuid() == 0 else [])],
            ignore_default_args=["--disable-background-networking"],  # it would keep Chromium from its push servers
            permissions=["notifications"],
            java_script_enabled=javascript,
            locale="en-GB",
            **look,
        )
        stack.push_async_callback(context.close)
        context.set_default_timeout(IN_TIME_MS)
        page, errors = context.pages[0], list[str]()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        yield Scene(service, clock, made.id, context, page, fcm, javascript, errors)
