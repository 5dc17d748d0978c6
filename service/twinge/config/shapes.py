"""The shapes of settings: each reads one text, and raises ValueError for one that has another shape."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

ROLES = ("web", "worker", "sender", "clock")
"""What one process may do; all of them by default."""

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
"""What a database URL may begin with, and the driver it is opened with."""


def number(low: int, high: int) -> Callable[[str], int]:
    """A whole number, both limits included."""

    def parse(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError
        return value

    return parse


def one_of(*words: str) -> Callable[[str], str]:
    """One of some lower-case words, however it is written."""

    def parse(text: str) -> str:
        if (word := text.lower()) not in words:
            raise ValueError
        return word

    return parse


def roles(text: str) -> tuple[str, ...]:
    """Roles with commas between them, in the order of `ROLES`; at least one."""
    wanted = {word.strip() for word in text.split(",")} - {""}
    if not wanted or not wanted <= set(ROLES):
        raise ValueError
    return tuple(role for role in ROLES if role in wanted)


def hosts(text: str) -> tuple[str, ...]:
    """Host names with commas between them, in lower case, without ports."""
    names = tuple(name.strip().lower().strip("[]") for name in text.split(","))
    if not all(re.fullmatch(r"[a-z0-9.:_-]+", name) and name.count(":") != 1 for name in names):
        raise ValueError
    return names


def public_url(text: str) -> str:
    """An http(s) URL without a query, and without the slash at its end."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError
    return text.rstrip("/")


def database_url(text: str) -> str:
    """A database's URL with the driver that it is opened with; ValueError for one that is none of ours."""
    scheme, found, rest = text.partition("://")
    if not found or scheme not in DRIVERS:
        raise ValueError
    return f"{DRIVERS[scheme]}://{rest}"


def secret(text: str) -> str:
    """At least 32 characters."""
    if len(text) < 32:
        raise ValueError
    return text
