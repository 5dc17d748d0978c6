"""What lies ready: the style sheet, scripts, icons and the service worker, read once, named by their content."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Final
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from twinge.web.answer import not_found
from twinge.web.parts import SETTINGS

KINDS: Final = {"css": "text/css", "js": "text/javascript", "png": "image/png", "svg": "image/svg+xml"}
FOR_EVER: Final = "public, max-age=31536000, immutable"
"""An address carries the content's hash, so what it leads to never changes."""
WORKER: Final = "sw.js"


async def static(request: web.Request) -> web.Response:
    """`GET /me/static/{name}`."""
    name = request.match_info["name"]
    body = shelf().get(name)
    if body is None or name == WORKER:
        raise not_found("file")
    lasting = request.query.get("v") == version(name)
    headers = {hdrs.CACHE_CONTROL: FOR_EVER if lasting else "no-cache"}
    return web.Response(body=body, content_type=KINDS[name.rpartition(".")[2]], headers=headers)


async def worker(request: web.Request) -> web.Response:
    """`GET /me/sw.js`: the service worker; its scope reaches one level up, to `/me` itself."""
    headers = {hdrs.CACHE_CONTROL: "no-cache", "Service-Worker-Allowed": f"{base(request)}/me"}
    return web.Response(body=shelf()[WORKER], content_type=KINDS["js"], headers=headers)


def base(request: web.Request) -> str:
    """The path of the public URL, which a proxy takes off; mostly empty."""
    return urlsplit(request.app[SETTINGS].public_url).path.rstrip("/")


@cache
def shelf() -> dict[str, bytes]:
    """Every file by its name."""
    return {file.name: file.read_bytes() for file in files("twinge.web.pages").joinpath("static").iterdir()}


@cache
def version(name: str) -> str:
    """A short hash of a file's content."""
    return hashlib.sha256(shelf()[name]).hexdigest()[:12]
