"""What a server on the internet may do instead of answering well, for the stand-ins of HTTP providers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from aiohttp import web

Mode = str | int
"""A status; or hang (never answers), drip (a byte now and then), reset, half (ends within the header), cut (within the
body)."""
PATIENCE_S = 2.0
"""The deadline of a channel's call in tests: longer than a busy machine stands still, so only who hangs is late."""


async def misbehave(
    request: web.Request, mode: Mode, headers: Mapping[str, str], text: str = "<html>"
) -> web.StreamResponse:
    """The answer in `mode`; `text` is the body that goes with a status or is cut off."""
    if isinstance(mode, int):
        return web.Response(status=mode, text=text, headers=headers)
    if mode == "cut":
        return await _cut(request, text)
    transport = request.transport
    assert transport is not None
    match mode:
        case "hang":
            await asyncio.sleep(30)
        case "drip":
            for letter in b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}":
                transport.write(bytes([letter]))
                await asyncio.sleep(0.2)
        case "half":
            transport.write(b"HTTP/1.1 200 OK\r\nContent-Le")
            transport.close()
        case "nonsense":
            transport.write(b"220 mail.example ESMTP\r\n")
            transport.close()
        case "reset":
            transport.abort()
    return web.Response(status=500)


async def _cut(request: web.Request, text: str) -> web.StreamResponse:
    answer = web.StreamResponse(status=200, headers={"Content-Type": "application/json", "Content-Length": "4000"})
    await answer.prepare(request)
    await answer.write(text.encode()[: max(1, len(text) // 2)])
    assert request.transport is not None
    request.transport.close()
    return answer
