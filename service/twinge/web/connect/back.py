"""Back from the vendor: the state is checked and used up, the code becomes a connection, and a page says so."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import aiohttp
from aiohttp import web

from twinge.connections import join, title_of
from twinge.connections.join import claim
from twinge.plugin import GiveUp, OAuth, PlatformAdapter, Rejected, Tokens, TryLater
from twinge.store.connecting import Handshake
from twinge.web.answer import Problem
from twinge.web.connect.door import TOKEN, cookie, redirect_uri, take_cookie
from twinge.web.connect.sheet import WORDS, show, trouble
from twinge.web.connect.words import words_of
from twinge.web.parts import CLOCK, HTTP, PLATFORMS, SETTINGS, STORE

log = logging.getLogger("twinge.web")

LONGEST_CODE: Final = 4096
SHARE: Final = 0.8
"""Of a request's deadline for the vendor's answers: saving comes after them, and must not be cut off."""


async def come_back(request: web.Request) -> web.StreamResponse:
    """`GET /connect/{platform}/callback`."""
    platform = request.match_info["platform"]
    adapter, http = request.app[PLATFORMS].get(platform), request.app.get(HTTP)
    if adapter is None or adapter.oauth is None or http is None:
        raise Problem(404, "unknown_platform", "No such platform is ready here.")
    by = await _take(request, platform)
    if by is None:
        return trouble(request, "gone")
    response = await _settled(request, adapter, adapter.oauth, by, http)
    take_cookie(request, response)
    return response


async def _take(request: web.Request, platform: str) -> Handshake | None:
    """The consent that this state belongs to; it is used up, whatever comes of it."""
    state, store = request.query.get("state", ""), request.app[STORE]
    if not TOKEN.fullmatch(state):
        return None
    async with store.write() as tx:
        by = await store.connecting.take(
            tx, state, platform, request.cookies.get(cookie(request), ""), request.app[CLOCK]()
        )
    athlete = None if by is None or not by.same_browser else await store.athletes.get(by.athlete_id)
    if athlete is not None:
        request[WORDS] = words_of(athlete.language)
    return by


async def _settled(
    request: web.Request, adapter: PlatformAdapter, oauth: OAuth, by: Handshake, http: aiohttp.ClientSession
) -> web.Response:
    """The page that the consent ends with."""
    platform, code = request.match_info["platform"], request.query.get("code", "")
    title = title_of(adapter, platform)
    if (wrong := _denied(request, by)) is not None:
        return trouble(request, wrong, platform=title)
    try:
        tokens, owner = await _claimed(request, adapter, oauth, by, http, code)
        joined = await join(
            request.app[STORE], adapter, platform, by, owner, _scoped(request, tokens), request.app[CLOCK]()
        )
    except (Rejected, TryLater, GiveUp) as error:
        log.warning("hop=connect platform=%s outcome=%s", platform, type(error).__name__)
        return trouble(request, _word(error), platform=title)
    log.info("hop=connect platform=%s outcome=connected missing=%d", platform, len(joined.missing))
    texts = ["done.text", "done.past"] if joined.past else ["done.text"]
    texts += ["done.missing"] if joined.missing else []
    return show(request, "done.title", texts, items=joined.missing, platform=title)


def _denied(request: web.Request, by: Handshake) -> str | None:
    """Why no code may be traded, in the word of a page."""
    if not by.same_browser:
        return "browser"
    if request.query.get("error") == "access_denied":
        return "declined"
    return "refused" if "error" in request.query or not 0 < len(request.query.get("code", "")) <= LONGEST_CODE else None


def _word(error: Rejected | TryLater | GiveUp) -> str:
    """The page for what went wrong."""
    if isinstance(error, TryLater):
        return "later"
    return {409: "taken", 410: "gone"}.get(error.status, "refused") if isinstance(error, Rejected) else "refused"


async def _claimed(
    request: web.Request,
    adapter: PlatformAdapter,
    oauth: OAuth,
    by: Handshake,
    http: aiohttp.ClientSession,
    code: str,
) -> tuple[Tokens, str]:
    back, now = redirect_uri(request.app, request.match_info["platform"]), request.app[CLOCK]()
    try:
        async with asyncio.timeout(request.app[SETTINGS].request_deadline_s * SHARE):
            return await claim(oauth, adapter, code, back, by.verifier, http, now)
    except TimeoutError:
        raise TryLater("the platform did not answer in time") from None


def _scoped(request: web.Request, tokens: Tokens) -> Tokens:
    """Where the token answer names no scopes, the redirect may (Strava's does): what was unticked is missing there."""
    scope = request.query.get("scope", "")
    if tokens.scope is not None or not 0 < len(scope) <= 500 or not scope.isprintable():
        return tokens
    return Tokens(tokens.access_token, tokens.refresh_token, tokens.expires_ms, scope, tokens.owner)
