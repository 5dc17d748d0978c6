"""What this installation has: rules, plugins, and the audit of what was done."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from twinge.core.rules import CATALOGUE
from twinge.web.answer import not_found
from twinge.web.api import views
from twinge.web.api.filters import SPAN, Readers, asked, line
from twinge.web.api.listing import listed, whole
from twinge.web.parts import RULEBOOK, STATUS, STORE
from twinge.web.tags import tagged

AUDIT: Final[Readers] = {**SPAN, "actor": line, "what": line}


async def rules(request: web.Request) -> web.Response:
    """`GET /rules`: every rule with the limits in force here, and how far each may be moved."""
    pack = await request.app[RULEBOOK].current()
    return whole(CATALOGUE, lambda one: views.rule(one, pack))


async def rule(request: web.Request) -> web.Response:
    """`GET /rules/{id}`."""
    found = next((one for one in CATALOGUE if one.id == request.match_info["rule"]), None)
    if found is None:
        raise not_found("rule")
    return tagged(request, views.rule(found, await request.app[RULEBOOK].current()))


async def plugins(request: web.Request) -> web.Response:
    """`GET /plugins`: every platform and channel, and what those lack that are not ready."""
    return whole(request.app[STATUS], views.plugin)


async def plugin(request: web.Request) -> web.Response:
    """`GET /plugins/{name}`: a platform or a channel; a platform where both are called so."""
    name = request.match_info["plugin"]
    found = sorted((one for one in request.app[STATUS] if one.name == name), key=lambda one: one.kind != "platform")
    if not found:
        raise not_found("plugin")
    return tagged(request, views.plugin(found[0]))


async def audit(request: web.Request) -> web.Response:
    """`GET /audit?actor=&what=&from=&to=`: who did what, newest first."""
    cut, only = asked(request, AUDIT)
    return listed(await request.app[STORE].keys.find_audit(*cut, only=only), views.audited)
