"""The gate before the API: how often a key may call, and how often an address may be wrong about one.

Behind a proxy every call has the proxy's address. So a key that was right here before passes whatever its address has
done: somebody who guesses does not lock out those who work.
"""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import datetime
from typing import Final

from aiohttp import web

from twinge.web.answer import Problem
from twinge.web.quota import Quota, Standing

FAILURES: Final = 30
"""Wrong keys that one address may send in a minute; a key that was right here before gets in all the same."""

REMEMBERED: Final = 1000
"""Keys whose rightness is remembered, as hashes."""


class Gate:
    """How often each key may call, and how often each address may be wrong about one."""

    def __init__(self, rate: int) -> None:
        """`rate` is in calls a minute; 0 means as many as they like."""
        self.calls = Quota("key", rate) if rate else None
        self.failures = Quota("address", FAILURES)
        self._right: dict[bytes, None] = {}

    def check_address(self, address: str, token: str, now: datetime) -> None:
        """Problem 429 for an address that was wrong too often, before anything is looked up."""
        standing = self.failures.look(address, now)
        if token and not standing.allowed and _hash(token) not in self._right:
            message = f"Too many wrong keys came from this address; try again in {standing.reset_s} seconds."
            raise Problem(429, "too_many_requests", message, headers=standing.headers())

    def note_failure(self, address: str, token: str, now: datetime) -> None:
        """This address was wrong about a key; who sends none does not guess."""
        if token:
            self.failures.take(address, now)

    def welcome(self, token: str) -> None:
        """This key was right."""
        self._right.pop(_hash(token), None)
        self._right[_hash(token)] = None
        if len(self._right) > REMEMBERED:
            del self._right[next(iter(self._right))]

    def count_call(self, key_id: str, now: datetime) -> Standing | None:
        """One call by this key; Problem 429 where it was one too many."""
        if self.calls is None:
            return None
        standing = self.calls.take(key_id, now)
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


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
