"""COROS's recordings: where one may be fetched from, and one guarded call for it.

The address comes out of a body that only a shared secret vouches for. So it must be COROS's own file store, the call
goes to the public internet only, follows nothing, carries no token, and what comes must be a FIT file of sane size.
"""

from __future__ import annotations

import re

import aiohttp
from yarl import URL

from twinge.plugin import TryLater
from twinge.plugin.vendor import LARGEST, Refused, call, pause_of, trusted
from twinge.reach import Barred, Lost, Reach, Unreached

HOST = "oss.coros.com"
MIRRORS = ".cloudfront.net"
"""Seen beside it in production by quantified-self; anybody may have a name there, hence also the path."""
PATH = re.compile(r"^/fit/[A-Za-z0-9_-]{1,128}/[A-Za-z0-9_-]{1,256}\.fit$", re.IGNORECASE | re.ASCII)
WITHIN_S = 20.0


def is_store(url: str) -> bool:
    """Whether this leads to COROS's file store and nowhere else."""
    try:
        given = URL(url, encoded=True)
        host, port, path = given.host or "", given.port, given.path
        plain = given.user is None and given.password is None and not given.fragment and given.scheme == "https"
    except ValueError:
        return False
    known = host == HOST or (host.endswith(MIRRORS) and len(host) > len(MIRRORS))
    return known and plain and port == 443 and PATH.fullmatch(path) is not None and url.isascii() and url.isprintable()


async def bring(
    url: str, base: str, reach: Reach, http: aiohttp.ClientSession, deadline: aiohttp.ClientTimeout
) -> bytes | None:
    """The file behind `url`; None where it cannot be had there. `TryLater` where the store is ill.

    What lies at `base`, which the operator has set, is called as the rest of the API is.
    """
    if trusted(url, base):
        try:
            body = (await call(http, "GET", url, vendor="COROS", deadline=deadline)).body
        except Refused:
            return None
    elif is_store(url):
        body = await _guarded(url, reach)
    else:
        return None
    return body if body[8:12] == b".FIT" else None


async def _guarded(url: str, reach: Reach) -> bytes:
    try:
        found = await reach.get(URL(url, encoded=True), most=LARGEST + 1, within_s=WITHIN_S)
    except Barred:
        return b""
    except (Unreached, Lost) as lost:
        raise TryLater("COROS's file store did not answer") from lost
    if found.status in {408, 425, 429} or found.status >= 500:
        raise TryLater(f"COROS's file store answered {found.status}", after=pause_of(found.headers))
    if found.status != 200 or len(found.body) > LARGEST:
        return b""
    if not found.whole:
        raise TryLater("COROS's file store broke off in the middle of a file")
    return found.body
