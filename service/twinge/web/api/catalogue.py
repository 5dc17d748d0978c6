"""What this installation has: rules, plugins, and the audit of what was done."""

from __future__ import annotations

from aiohttp import web

from twinge.core.rules import CATALOGUE
from twinge.web.api import views
from twinge.web.api.listing import listed, wanted, whole
from twinge.web.parts import RULEBOOK, STATUS, STORE


async def rules(request: web.Request) -> web.Response:
    """`GET /rules`: every rule with the limits in force here, and how far each may be moved."""
    pack = await request.app[RULEBOOK].current()
    return whole(CATALOGUE, lambda one: views.rule(one, pack))


async def plugins(request: web.Request) -> web.Response:
    """`GET /plugins`: every platform and channel, and what those lack that are not ready."""
    return whole(request.app[STATUS], views.plugin)


async def audit(request: web.Request) -> web.Response:
    """`GET /audit`: who did what, newest first."""
    return listed(await request.app[STORE].keys.find_audit(*wanted(request)), views.audited)
