"""`GET /admin/audit`: who did what, newest first."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from twinge.web.office.frame import address, show
from twinge.web.parts import STORE

ROWS: Final = 100
FILTERS: Final = ("actor", "action", "object")


async def page(request: web.Request) -> web.Response:
    """By actor, by the beginning of the action, and by what it was about."""
    asked = {name: request.query.get(name, "").strip()[:200].replace("\0", "") for name in FILTERS}
    cursor = request.query.get("cursor") or None
    found = await request.app[STORE].survey.audit(asked["actor"], asked["action"], asked["object"], cursor, ROWS)
    after = found.next
    return show(
        request,
        "audit.html",
        rows=found.items,
        asked=asked,
        next=address("/admin/audit", **asked, cursor=after) if after else None,
    )
