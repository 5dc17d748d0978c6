"""Around every page: its headers, its templates, and a refusal that a person can read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Final

from aiohttp import hdrs, web
from jinja2 import Environment, PackageLoader, StrictUndefined

from twinge.plugin import Rejected, TryLater
from twinge.web.answer import Problem
from twinge.web.pages.shelf import version
from twinge.web.pages.words import Words, words_for
from twinge.web.site import SEALED, base, seal

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

WORDS: web.RequestKey[Words] = web.RequestKey("words", Words)
"""The visitor's language, once the visitor is known."""

CLOSED: Final = "no_visit"
"""The code of a page that wants a link first."""


def sealed(handler: Handler) -> Handler:
    """`handler` with the headers on every answer, nothing personal kept, and refusals as pages."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except (Problem, Rejected, TryLater) as error:
            response = refusal(request, error)
        return seal(response)

    return answer


def spoken(handler: Handler) -> Handler:
    """As `sealed`, for what scripts call: refusals stay JSON, as everywhere else."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except Problem as error:
            error.headers = {**(error.headers or {}), **SEALED, hdrs.CACHE_CONTROL: "no-store"}
            raise
        return seal(response)

    return answer


def refusal(request: web.Request, error: Problem | Rejected | TryLater) -> web.Response:
    """What could not be done, in the reader's language."""
    if isinstance(error, Problem) and error.code == CLOSED:
        return show(request, "closed.html", status=403, title="closed.visit")
    status = 503 if isinstance(error, TryLater) else error.status
    words = words_in(request)
    known = status if words.knows(f"trouble.{status}") else 400
    return show(request, "trouble.html", status=status, text=words.say(f"trouble.{known}"))


def show(request: web.Request, template: str, status: int = 200, **values: object) -> web.Response:
    """A page in the visitor's language."""
    words = words_in(request)
    text = _templates().get_template(template).render(w=words, base=base(request), version=version, **values)
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def words_in(request: web.Request) -> Words:
    """The language of this visitor; a stranger's browser says it."""
    return request.get(WORDS) or words_for(request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))


def home(request: web.Request, done: str = "") -> web.Response:
    """Back to the page, after something was done: a reload repeats nothing."""
    where = f"{base(request)}/me" + (f"?done={done}" if done else "")
    return web.Response(status=303, headers={hdrs.LOCATION: where})


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("twinge.web.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
