"""Reading a listing's query, and the shape of every list: `{"items": […], "next": cursor | null}`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar, overload

from aiohttp import web

from twinge.store import Page
from twinge.web.answer import Problem, answer
from twinge.web.api.answers import Listing

T = TypeVar("T")

MOST = 200
"""Longest page."""


class Cut(NamedTuple):
    """Which page is wanted."""

    cursor: str | None
    limit: int


def wanted(request: web.Request, *filters: str) -> Cut:
    """The page asked for; a parameter that the listing does not know is refused rather than ignored."""
    for name in request.query:
        if name not in {"cursor", "limit", *filters}:
            raise Problem(400, "invalid", "There is no such parameter here.", field=name[:50])
    text = request.query.get("limit", "50")
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST):
        raise Problem(400, "invalid", f"limit must be a number from 1 to {MOST}.", field="limit")
    return Cut(request.query.get("cursor"), int(text))


def listed(page: Page[T], view: Callable[[T], Any]) -> web.Response:
    """A page as the answer, each item in its view."""
    return answer(Listing([view(item) for item in page.items], page.next))


def whole(items: Sequence[T], view: Callable[[T], Any]) -> web.Response:
    """A short list that needs no pages, in the same shape."""
    return answer(Listing([view(item) for item in items], None))


@overload
def instant(at: datetime) -> datetime: ...
@overload
def instant(at: None) -> None: ...
@overload
def instant(at: datetime | None) -> datetime | None: ...
def instant(at: datetime | None) -> datetime | None:
    """An instant in UTC, as every one on the wire."""
    return None if at is None else at.astimezone(UTC)
