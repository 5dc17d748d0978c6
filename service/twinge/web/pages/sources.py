"""Where workouts come from: each platform that can be connected, how it stands, and the way to connect it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import hdrs, web

from twinge.connections import title_of
from twinge.plugin import PlatformAdapter
from twinge.store import Connection
from twinge.web.connect.door import invite
from twinge.web.pages.door import form
from twinge.web.parts import STORE


@dataclass(frozen=True, slots=True)
class Source:
    """One platform that this house can connect."""

    name: str
    title: str
    state: str
    """connected · expired · revoked · none."""


def sources(platforms: Mapping[str, PlatformAdapter], held: Sequence[Connection]) -> list[Source]:
    """The platforms with a consent page, by their names."""
    states = {one.platform: one.state for one in held}
    able = [(name, adapter) for name, adapter in platforms.items() if adapter.oauth is not None]
    found = [Source(name, title_of(adapter, name), states.get(name, "none")) for name, adapter in able]
    return sorted(found, key=lambda one: one.title.lower())


async def connect(request: web.Request) -> web.Response:
    """`POST /me/connect/{platform}`: on to the page that asks for the athlete's consent at the vendor."""
    one, _ = await form(request)
    async with request.app[STORE].write() as tx:
        invitation = await invite(request.app, tx, one.athlete.id, request.match_info["platform"])
    return web.Response(status=303, headers={hdrs.LOCATION: invitation.url})
