"""What lies ready: the style sheet, scripts, icons and the service worker, read once, named by their content."""

from __future__ import annotations

from typing import Final

from aiohttp import hdrs, web

from twinge.web import site
from twinge.web.answer import not_found
from twinge.web.site import KINDS, base

HERE: Final = "twinge.web.pages"
WORKER: Final = "sw.js"


async def static(request: web.Request) -> web.Response:
    """`GET /me/static/{name}`."""
    name = request.match_info["name"]
    if name == WORKER:
        raise not_found("file")
    return site.give_file(request, HERE, name)


async def worker(request: web.Request) -> web.Response:
    """`GET /me/sw.js`: the service worker; its scope reaches one level up, to `/me` itself."""
    headers = {hdrs.CACHE_CONTROL: "no-cache", "Service-Worker-Allowed": f"{base(request)}/me"}
    return web.Response(body=site.shelf(HERE)[WORKER], content_type=KINDS["js"], headers=headers)


def version(name: str) -> str:
    """A short hash of a file's content."""
    return site.version(HERE, name)
