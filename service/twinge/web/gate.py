"""The gate before the API: how often a key may call, and how often an address may be wrong about one.

Behind a proxy every call has the proxy's address. So a key that was right here before passes whatever its address has
done: somebody who guesses does not lock out those who work.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime
from typing import Final

from aiohttp import web

from twinge.store.hashes import hash_of
from twinge.web.answer import Problem
from twinge.web.quota import Quota, Standing

REMEMBERED: Final = 1000
"""Keys whose rightness is remembered, as hashes."""


class Gate:
    """How often each key may call, and how often each address may be wrong about one."""

    def __init__(self, calls: int, failures: int) -> None:
        """Both in a minute; 0 means as many as they like."""
        self._calls = Quota("key", calls) if calls else None
        self._failures = Quota("address", failures) if failures else None
        self._right: dict[bytes, None] = {}

    def check_address(self, address: str, token: str, now: datetime) -> None:
        """Problem 429 for an address that was wrong too often, before anything is looked up."""
        if self._failures is None or not token or hash_of(token) in self._right:
            return
        standing = self._failures.look(address, now)
        if not standing.allowed:
            message = f"Too many wrong keys came from this address; try again in {standing.reset_s} seconds."
            raise Problem(429, "too_many_requests", message, headers=standing.headers())

    def note_failure(self, address: str, token: str, now: datetime) -> None:
        """This address was wrong about a key; who sends none does not guess."""
        if token and self._failures is not None:
            self._failures.take(address, now)

    def welcome(self, token: str) -> None:
        """This key was right."""
        self._right.pop(hash_of(token), None)
        self._right[hash_of(token)] = None
        if len(self._right) > REMEMBERED:
            del self._right[next(iter(self._right))]

    def count_call(self, key_id: str, now: datetime) -> Standing | None:
        """One call by this key; Problem 429 where it was one too many."""
        if self._calls is None:
            return None
        standing = self._calls.take(key_id, now)
        if not standing.allowed:
            message = f"This key may make {standing.quota} calls a minute; try again in {standing.reset_s} seconds."
            raise Problem(429, "too_many_requests", message, headers=standing.headers())
        return standing


GATE = web.AppKey("gate", Gate)


def address_of(request: web.Request) -> str:
    """Where a call comes from, as one name: an IPv6 address stands for its /64, which is one household's."""
    try:
        found = ipaddress.ip_address(request.remote or "")
    except ValueError:
        return "?"
    return str(found if found.version == 4 else ipaddress.ip_network((found, 64), strict=False))
