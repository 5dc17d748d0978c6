"""The door: the socket that requests come in by, its address, and how it is opened and shut."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from twinge.config import Settings
from twinge.plugin import TwingeError

if TYPE_CHECKING:
    from aiohttp import web

IDLE_S = 30
"""How long a connection may stay without a whole request: also the bound for headers that come in drops."""


def listen(settings: Settings) -> tuple[socket.socket, Settings]:
    """A listening socket, and the settings with the public URL that follows from it where none is given."""
    try:
        family, _, _, _, place = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        door = socket.create_server(place, family=family, backlog=512)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise TwingeError(f"{where} cannot be listened on ({error.strerror}): choose another --port.") from None
    door.setblocking(False)
    return door, replace(settings, public_url=settings.public_url or address(door))


def address(door: socket.socket) -> str:
    """The URL of a listening socket, as this machine reaches it."""
    host, port = door.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - a comparison, not a binding
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@asynccontextmanager
async def serving(app: web.Application, door: socket.socket, grace_s: float) -> AsyncIterator[None]:
    """Answer requests; at the end take no new ones and let those in flight finish."""
    from aiohttp import web  # noqa: PLC0415 - for the role web alone

    from twinge.web.guard import DOOR  # noqa: PLC0415

    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=grace_s,
        keepalive_timeout=IDLE_S,
        lingering_time=1,
        auto_decompress=False,
    )
    await runner.setup()
    site = web.SockSite(runner, door)
    try:
        await site.start()
        yield
        await site.stop()
        await app[DOOR].close(grace_s)
    finally:
        await runner.cleanup()
