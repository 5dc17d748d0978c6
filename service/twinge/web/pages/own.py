"""What the pages in the athlete's own hands share: how each is shown, and the way back after something was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import hdrs, web

from twinge.web.pages.door import Guest, renew
from twinge.web.pages.frame import show
from twinge.web.site import base

DONE: Final = frozenset(
    {"saved", "planned", "ended", "paused", "code", "removed", "moved", "disconnected", "file_new", "file_known"}
)


def show_own(
    request: web.Request, one: Guest, page: str, wrong: Mapping[str, str] | None = None, **values: object
) -> web.Response:
    """A page of theirs; 400 with what is `wrong`, field by field, and the focus on the first of it."""
    done = request.query.get("done", "")
    wrong = wrong or {}
    response = show(
        request,
        f"{page}.html",
        status=400 if wrong else 200,
        page=page,
        proof=one.proof,
        done=done if done in DONE and not wrong else "",
        wrong=wrong,
        first=next(iter(wrong), ""),
        **values,
    )
    renew(request, response, one)
    return response


def back(request: web.Request, page: str, done: str) -> web.Response:
    """Back to a page after something was done there: a reload repeats nothing."""
    return web.Response(status=303, headers={hdrs.LOCATION: f"{base(request)}/me/{page}?done={done}"})
