"""The web app manifest: what a home screen needs to open the page as an app."""

from __future__ import annotations

from typing import Any

from aiohttp import hdrs, web

from twinge.store.visits import APP_LINK_LASTS, ENTRANCE
from twinge.web.answer import encode
from twinge.web.pages.door import guest
from twinge.web.pages.frame import words_in
from twinge.web.pages.shelf import version
from twinge.web.parts import CLOCK, STORE
from twinge.web.site import base

PAPER, INK = "#ffffff", "#0f5f58"


async def manifest(request: web.Request) -> web.Response:
    """`GET /me/manifest.webmanifest`: for a visitor it begins with a link of its own.

    An app on an iOS home screen has a cookie jar of its own, so it must be able to begin a visit
    (https://webkit.org/blog/14112/, "Web Push for Web Apps"). Chromium's apps share the browser's cookies, and Chrome
    on Android has its manifests read by a server of Google's, so there it gets none.
    """
    start = f"{base(request)}/me"
    one = None if "Chrome/" in request.headers.get(hdrs.USER_AGENT, "") else await guest(request)
    if one is not None:
        store = request.app[STORE]
        async with store.write() as tx:
            token = await store.visits.invite(tx, one.athlete.id, request.app[CLOCK](), lasts=APP_LINK_LASTS)
        start = f"{base(request)}{ENTRANCE}{token}?installed=1"
    return web.Response(body=encode(_manifest(request, start)), content_type="application/manifest+json")


def _manifest(request: web.Request, start: str) -> dict[str, Any]:
    root = f"{base(request)}/me"
    icons = [
        ("icon-192.png", "192x192", "any"),
        ("icon-512.png", "512x512", "any"),
        ("mask-512.png", "512x512", "maskable"),
    ]
    return {
        "id": root,
        "name": "Twinge",
        "short_name": "Twinge",
        "lang": words_in(request).language,
        "start_url": start,
        "scope": root,
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": INK,
        "icons": [
            {"src": f"{root}/static/{name}?v={version(name)}", "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in icons
        ],
    }
