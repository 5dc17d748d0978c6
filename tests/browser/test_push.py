"""Push, from the click that subscribes to the answer that comes back, through a real Chromium and the real channel.

Nothing but the far end is played: `fcm_standin` hands on what the channel has encrypted, and Chromium opens it.
Headless Chromium has no screen to click a notification on, so the event is sent to the service worker by hand.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest
from playwright.async_api import expect
from pywebpush import WebPusher

from browser.conftest import IN_TIME_MS, Scene, scene
from twinge.core.model import EVERYTHING, Severity

T = TypeVar("T")

PUSH = {
    "TWINGE_WEBPUSH_PRIVATE_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY",
    "TWINGE_WEBPUSH_SUBJECT": "mailto:runner@example.org",
    "TWINGE_WEBPUSH_API_BASE": "{fcm}",
    "TWINGE_WEBPUSH_ALLOW_HTTP": "1",
    "TWINGE_WEBPUSH_ALLOW_PRIVATE": "1",
}

SHOWN = """async () => (await self.registration.getNotifications()).map(({title, body, tag, lang, actions, data}) =>
    ({title, body, tag, lang, actions: actions.map(({action}) => action), data}))"""

CLICK = """async ([tag, action]) => {
    const [notification] = await self.registration.getNotifications({tag});
    self.dispatchEvent(new NotificationEvent("notificationclick", {notification, action}));
}"""

LISTEN = """() => {
    document.body.dataset.pushed = 0;
    navigator.serviceWorker.addEventListener("message", () => { document.body.dataset.pushed++; });
}"""

SUBSCRIBE = """async () => {
    const {publicKey} = await crypto.subtle.generateKey({name: "ECDH", namedCurve: "P-256"}, true, ["deriveKey"]);
    const applicationServerKey = await crypto.subtle.exportKey("raw", publicKey);
    return (await self.registration.pushManager.subscribe({userVisibleOnly: true, applicationServerKey})).endpoint;
}"""


@pytest.fixture
async def at_home(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene(tmp_path, PUSH) as made:
        await made.enter()
        yield made


async def turn_on(at_home: Scene) -> None:
    """A click on the button, until the page says that it is on."""
    await at_home.page.get_by_role("button", name="Turn on").click()
    await expect(at_home.page.get_by_text("On: messages come to this browser.")).to_be_visible()
    async with asyncio.timeout(IN_TIME_MS / 1000):
        await at_home.fcm.listening.wait()
    await at_home.page.evaluate(LISTEN)


async def until(ask: Callable[[], Awaitable[T]]) -> T:
    """The first answer that is something."""
    async with asyncio.timeout(IN_TIME_MS / 1000):
        while not (found := await ask()):
            await asyncio.sleep(0.02)
    return found


async def shown(at_home: Scene, number: int = 1) -> list[dict[str, Any]]:
    """What the browser shows, once so many pushes were shown in all.

    Asking again and again would do harm: Chromium takes a notification that is stored and not yet displayed for one
    that somebody has closed, and forgets it when it is asked what there is.
    """
    await at_home.page.wait_for_selector(f"body[data-pushed='{number}']")
    found: list[dict[str, Any]] = await (await at_home.worker()).evaluate(SHOWN)
    return found


async def nudges(at_home: Scene) -> dict[str, str]:
    """Messages and their states."""
    page = await at_home.service.store.outbox.find_nudges(at_home.athlete)
    return {one.nudge.id: one.state for one in page.items}


async def test_a_push_is_shown_answered_and_answered_back(at_home: Scene) -> None:
    await turn_on(at_home)
    [place] = await at_home.places("webpush")
    assert place.purposes == frozenset(EVERYTHING)
    await at_home.say(place, "Rest a day or two.")
    [one] = await shown(at_home)
    assert (one["title"], one["body"], one["tag"]) == ("Twinge", "Rest a day or two.", "n1")
    assert one["actions"] == ["OK", "PAIN"]  # Chromium keeps two of three
    [(headers, body)] = at_home.fcm.pushes
    assert headers["content-encoding"] == "aes128gcm"
    assert b"Rest" not in body

    async def confirmed() -> bool:
        return (await nudges(at_home))["n1"] == "delivered"

    await until(confirmed)
    await (await at_home.worker()).evaluate(CLICK, ["n1", "WHY"])

    async def answered() -> list[Any]:
        kept = (await at_home.service.store.inbox.find(None, "channel:webpush")).items
        return [one for one in kept if one.delivery.path == "inbound" and one.state == "done"]

    [reply] = await until(answered)
    assert json.loads(reply.delivery.body)["answer"] == "WHY"
    [why] = await shown(at_home, 2)
    assert why["tag"] != "n1"
    await at_home.page.goto(f"{at_home.service.url}/me")
    await expect(at_home.page.locator("#said")).to_contain_text(why["body"])
    assert at_home.errors == []


async def test_a_question_comes_without_buttons(at_home: Scene) -> None:
    await turn_on(at_home)
    [place] = await at_home.places("webpush")
    await at_home.say(place, "How bad is it, 0 to 10?", Severity.QUESTION)
    [one] = await shown(at_home)
    assert one["actions"] == []
    await expect(at_home.page.locator("#said")).to_contain_text("How bad is it, 0 to 10?")  # by itself


async def test_push_stays_on_over_a_reload_and_is_turned_off(at_home: Scene) -> None:
    await turn_on(at_home)
    page = at_home.page
    await page.reload()
    await expect(page.get_by_text("On: messages come to this browser.")).to_be_visible()
    assert len(await at_home.places("webpush")) == 1
    await page.get_by_role("button", name="Turn off").click()
    await expect(page.get_by_role("button", name="Turn on")).to_be_visible()
    assert await at_home.places("webpush") == []
    kept = "async () => (await self.registration.pushManager.getSubscription())?.endpoint ?? null"
    assert await (await at_home.worker()).evaluate(kept) is None
    await turn_on(at_home)
    assert len(await at_home.places("webpush")) == 1
    assert at_home.errors == []


async def test_a_subscription_for_a_key_that_is_gone_is_made_anew(at_home: Scene) -> None:
    await expect(at_home.page.get_by_role("button", name="Turn on")).to_be_visible()
    worker = await at_home.worker()
    await until(lambda: worker.evaluate("self.registration.active?.state === 'activated'"))
    first = await worker.evaluate(SUBSCRIBE)
    await at_home.page.reload()
    await turn_on(at_home)
    [place] = await at_home.places("webpush")
    assert json.loads(place.address)["endpoint"] != first
    await at_home.say(place, "Rest.")
    assert len(await shown(at_home)) == 1


async def test_a_dead_subscription_is_switched_off_and_said_so(at_home: Scene) -> None:
    await turn_on(at_home)
    [place] = await at_home.places("webpush")
    at_home.fcm.gone.add(json.loads(place.address)["endpoint"].rpartition("/")[2])
    await at_home.say(place, "Rest.")

    async def dead() -> bool:
        return (await at_home.places("webpush"))[0].disabled_reason is not None

    await until(dead)
    await at_home.page.reload()
    await expect(at_home.page.get_by_text("Switched off:")).to_be_visible()
    await expect(at_home.page.get_by_role("button", name="Turn on")).to_be_visible()


@pytest.mark.parametrize("data", ["no json", "[]", '{"notification": {}}', '{"web_push": 8030}'])
async def test_what_cannot_be_read_is_still_told_of(at_home: Scene, data: str) -> None:
    await turn_on(at_home)
    [place] = await at_home.places("webpush")
    subscription = json.loads(place.address)
    endpoint = f"{at_home.fcm.http}/fcm/send/{subscription['endpoint'].rpartition('/')[2]}"
    body = WebPusher(subscription).encode(data.encode(), "aes128gcm")["body"]
    headers = {"Content-Encoding": "aes128gcm", "TTL": "60"}
    async with aiohttp.ClientSession() as http, http.post(endpoint, data=body, headers=headers) as answer:
        assert answer.status == 201
    [one] = await shown(at_home)
    assert (one["title"], one["body"]) == ("Twinge", "There is a message for you.")


async def test_the_worker_calls_nobody_else(at_home: Scene) -> None:
    tried = "post('https://elsewhere.example/', {}).then(() => 'sent', (error) => error.message)"
    assert await (await at_home.worker()).evaluate(tried) == "another site"
