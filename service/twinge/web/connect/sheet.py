"""Around these pages: one template, its style, strict headers, and a refusal that a person can read."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from aiohttp import hdrs, web
from jinja2 import Environment, StrictUndefined, Template

from twinge.plugin import Rejected, TryLater
from twinge.web.answer import Problem
from twinge.web.connect.words import Words, words_for

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

WORDS: web.RequestKey[Words] = web.RequestKey("connect_words", Words)
"""The athlete's language, once it is known whose link it is."""

STATUS: Final = {"gone": 410, "taken": 409, "later": 503, "browser": 403, "declined": 403}
"""The pages' statuses; 400 for the rest."""


def sealed(handler: Handler) -> Handler:
    """`handler` with the headers on every answer, and refusals as pages."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except (Problem, Rejected):
            response = trouble(request, "unusable")
        except TryLater:
            response = trouble(request, "later")
        response.headers.setdefault("Content-Security-Policy", policy("'none'"))
        response.headers.update(
            {
                hdrs.CACHE_CONTROL: "no-store",
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
                "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
                "Cross-Origin-Resource-Policy": "same-origin",
            }
        )
        return response

    return answer


def policy(forms: str) -> str:
    """The content policy: nothing but our own style; `forms` is where a form may lead, redirects included."""
    return (
        f"default-src 'none'; style-src 'sha256-{_style_hash()}'; form-action {forms}; frame-ancestors 'none'; "
        "base-uri 'none'"
    )


def trouble(request: web.Request, kind: str, platform: str = "") -> web.Response:
    """A page that says what went wrong and what to do."""
    return show(request, f"{kind}.title", [f"{kind}.text"], status=STATUS.get(kind, 400), platform=platform)


def show(
    request: web.Request,
    title: str,
    texts: Sequence[str],
    *,
    status: int = 200,
    items: Sequence[str] = (),
    button: str | None = None,
    ticket: str = "",
    platform: str = "",
) -> web.Response:
    """A page in the athlete's language: title and texts by their ids, a list, and at most one button."""
    words = words_of_request(request)
    text = _template().render(
        language=words.language,
        title=words.say(title, platform),
        texts=[words.say(each, platform) for each in texts],
        items=items,
        button=None if button is None else words.say(button, platform),
        ticket=ticket,
        style=_style(),
    )
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def words_of_request(request: web.Request) -> Words:
    """The athlete's language, or their browser's while nobody knows who they are."""
    return request.get(WORDS) or words_for(request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))


@cache
def _template() -> Template:
    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return made.from_string(files(__package__).joinpath("page.html").read_text("utf-8"))


@cache
def _style() -> str:
    return files(__package__).joinpath("page.css").read_text("utf-8")


@cache
def _style_hash() -> str:
    return base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
