"""From outside: does a process answer, is the public address ours, do the vendors still send us events.

Who holds our secret can answer a word that nobody has said before (`Seal.prove`): so an address is known to lead to us,
and not to whoever answers with 200.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from twinge.doctor.database import skew
from twinge.doctor.scene import Scene, State, Verdict, fail, ok, warn
from twinge.plugin import ChecksSubscription
from twinge.store.seal import Seal

PATIENCE = aiohttp.ClientTimeout(total=10)
SKEW_S = 30.0
"""A Date header counts whole seconds, and may come from a cache."""


async def service(scene: Scene) -> list[Verdict]:
    """A process of ours listens here, and is ready."""
    if scene.http is None:
        return []
    here = _here(scene)
    said = await _asked(scene, here)
    if said is not None:
        return warn("service", f"{here}: {said}", "Start it: `twinge serve`. Roles without `web` do not listen.")
    async with scene.http.get(f"{here}/health/ready", timeout=PATIENCE) as response:
        if response.status == 200:
            return ok("service", f"{here} is ready")
        return fail("service", f"{here} runs and is not ready ({response.status})", f"{here}/health/ready says why.")


async def public_url(scene: Scene) -> list[Verdict]:
    """The public address leads to us."""
    url = scene.settings.public_url
    if scene.http is None or not url:
        return []
    said = await _asked(scene, url)
    if said is None:
        return ok("reached_by", f"{url} leads to us")
    if await _asked(scene, _here(scene)) is not None:
        return warn("reached_by", f"{url}: {said}", "Start the service, and ask again.")
    advice = (
        "See the proxy and DNS; it must pass /health/live on (docs/operations.md). Same TWINGE_SECRET_KEY everywhere?"
    )
    return fail("reached_by", f"{url}: {said}", advice)


def _here(scene: Scene) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(scene.settings.host, scene.settings.host)  # noqa: S104
    return f"http://[{host}]:{scene.settings.port}" if ":" in host else f"http://{host}:{scene.settings.port}"


async def _asked(scene: Scene, url: str) -> str | None:
    """What is wrong with whoever answers at `url`; None: it is one of ours."""
    word = secrets.token_hex(16)
    if scene.http is None:
        return "nobody was asked"
    try:
        async with scene.http.get(f"{url}/health/live", params={"word": word}, timeout=PATIENCE) as response:
            if response.status != 200:
                return f"/health/live answers {response.status}"
            return _proven(scene, word, await response.json(content_type=None))
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return f"nobody answers ({type(error).__name__})"
    except ValueError:
        return "somebody else answers"


def _proven(scene: Scene, word: str, told: Any) -> str | None:
    proof = told.get("proof") if isinstance(told, dict) else None
    if scene.secret is None or not isinstance(proof, str):
        return "somebody else answers, or an older version of ours"
    if not hmac.compare_digest(proof, Seal(scene.secret).prove(word)):
        return "a Twinge answers that has another secret"
    return None


async def subscriptions(scene: Scene) -> list[Verdict]:
    """Each vendor that can be asked still sends us events."""
    if scene.http is None:
        return []
    found: list[Verdict] = []
    for name, adapter in scene.plugins.platforms.items():
        if isinstance(adapter, ChecksSubscription):
            found += await _subscribed(scene, name, adapter)
    return found or ok("subscriptions", "no platform that is set up can be asked")


async def _subscribed(scene: Scene, name: str, adapter: ChecksSubscription) -> list[Verdict]:
    if scene.http is None:
        return []
    try:
        trouble = await adapter.subscription(scene.http, scene.settings.public_url, scene.now)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        return warn("subscriptions", f"{name} did not answer ({type(error).__name__})", "Ask again later.")
    if trouble is None:
        return ok("subscriptions", f"{name} sends us events")
    return [Verdict("subscriptions", State.FAIL, f"{name} sends us nothing", trouble)]


async def clock(scene: Scene) -> list[Verdict]:
    """The first vendor that answers tells the same time as this machine."""
    if scene.http is None:
        return []
    for name, adapter in scene.plugins.platforms.items():
        if adapter.oauth is not None:
            told = await _date(scene.http, adapter.oauth.token_url)
            if told is not None:
                return skew("clock", name, (told - scene.now).total_seconds(), SKEW_S)
    return []


async def _date(http: aiohttp.ClientSession, url: str) -> datetime | None:
    """The Date header (RFC 9110 section 6.6.1) of whoever answers there."""
    parts = urlsplit(url)
    try:
        async with http.head(f"{parts.scheme}://{parts.netloc}/", timeout=PATIENCE, allow_redirects=False) as response:
            return parsedate_to_datetime(response.headers["Date"])
    except (aiohttp.ClientError, OSError, TimeoutError, KeyError, ValueError):
        return None
