"""Headers that every answer leaves with, whoever wrote it: a page's own, stricter or looser, stay.

What they are against stands in docs/security.md; the names are those of the OWASP Secure Headers Project
(https://owasp.org/www-project-secure-headers/).
"""

from __future__ import annotations

from typing import Final

from aiohttp import hdrs, web

from twinge.web.parts import SETTINGS

BARE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
}
"""An answer that is no page loads nothing, runs nothing and is framed by nobody, should a browser take it for one."""
LASTING: Final = {"Strict-Transport-Security": "max-age=31536000"}
"""RFC 6797: a browser that was here by https comes by https for a year. Of this host alone: what else runs below its
name is not ours to decide. Browsers do not heed it over plain http, which loopback is."""
_SECURE: Final = BARE | LASTING
PERSONAL: Final = ("/api/v1/", "/hooks/", "/channels/", "/connect/")
"""Below these, an answer is kept by no cache unless it says how."""


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """A signal of aiohttp: called for every answer before its first byte."""
    headers = response.headers
    headers[hdrs.SERVER] = "twinge"  # aiohttp's own names it, Python, and the versions of both
    secure = request.app[SETTINGS].public_url.startswith("https://")
    for name, value in (_SECURE if secure else BARE).items():
        headers.setdefault(name, value)
    if request.path.startswith(PERSONAL):
        headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
