"""In by a link that works once, out by a button; between the two, who is there and whether a form is theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from twinge.core.model import Athlete
from twinge.store import Consent
from twinge.store.visits import VISIT_LASTS
from twinge.web.answer import Problem
from twinge.web.guard import ACTOR
from twinge.web.pages.frame import CLOSED, WORDS, home, show
from twinge.web.pages.words import words_of
from twinge.web.parts import CLOCK, SETTINGS, STORE, Tx
from twinge.web.site import MOST_FIELDS, Form, base, check_given, check_origin, proof_of, proven_form

TOKEN: Final = re.compile(r"[-_A-Za-z0-9]{43}")
ME: Final = "me"
"""The channel of the page itself."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Whoever came in: an athlete in one browser."""

    athlete: Athlete
    token: str = field(repr=False)

    @property
    def proof(self) -> str:
        """What every form of this visit carries."""
        return proof_of(self.token)


# ---- in and out ------------------------------------------------------------------------------------------------------


async def knock(request: web.Request) -> web.Response:
    """`GET /me/enter/{token}`: a page with one button. Previews and scanners fetch links, so this uses nothing up."""
    if "installed" in request.query and await guest(request) is not None:
        return home(request)
    token = _token(request)
    if token is None or not await request.app[STORE].visits.opens(token, request.app[CLOCK]()):
        return show(request, "closed.html", status=410, title="closed.title")
    return show(request, "door.html", token=token)


async def enter(request: web.Request) -> web.Response:
    """`POST /me/enter/{token}`: the link is used up, and the browser has a visit."""
    check_origin(request)
    store, token, now = request.app[STORE], _token(request), request.app[CLOCK]()
    async with store.write() as tx:
        came = None if token is None else await store.visits.enter(tx, token, now)
        if came is not None:
            await store.visits.leave(tx, request.cookies.get(_cookie(request), ""))
            await _open_page(request, tx, came[0])
            await store.audit(tx, now, f"athlete:{came[0]}", "visit.begin", f"athlete:{came[0]}")
    if came is None:
        return show(request, "closed.html", status=410, title="closed.title")
    response = home(request)
    _give(request, response, came[1])
    return response


async def leave(request: web.Request) -> web.Response:
    """`POST /me/leave`: the visit is over."""
    store, (one, _) = request.app[STORE], await form(request)
    async with store.write() as tx:
        await store.visits.leave(tx, one.token)
    response = show(request, "closed.html", title="closed.visit")
    forget_cookie(request, response)
    return response


async def _open_page(request: web.Request, tx: Tx, athlete_id: str) -> None:
    """The page becomes an address of the athlete's at the first visit. It is agreed to for nothing: only what answers
    what was written there is sent there."""
    addresses, now = request.app[STORE].addresses, request.app[CLOCK]()
    if not any(one.athlete_id == athlete_id for one in await addresses.at(tx, ME, athlete_id)):
        given = Consent(now, "opened their page", purposes=(), by="athlete")
        await addresses.add(tx, athlete_id, ME, athlete_id, given, verified_at=now)


def _token(request: web.Request) -> str | None:
    token = request.match_info["token"]
    return token if TOKEN.fullmatch(token) else None


# ---- who is there ----------------------------------------------------------------------------------------------------


async def guest(request: web.Request) -> Guest | None:
    """Whose visit the cookie is, or None."""
    store, token = request.app[STORE], request.cookies.get(_cookie(request), "")
    visit = await store.visits.find(token, request.app[CLOCK]()) if TOKEN.fullmatch(token) else None
    athlete = None if visit is None else await store.athletes.get(visit.athlete_id)
    if athlete is None:
        return None
    request[WORDS] = words_of(athlete.language)
    return Guest(athlete, token)


async def admitted(request: web.Request) -> Guest:
    """Whose visit it is, or 403."""
    one = await guest(request)
    if one is None:
        raise Problem(403, CLOSED, "There is no visit: open a link to the page first.")
    return one


async def form(request: web.Request, most: int = MOST_FIELDS) -> tuple[Guest, Form]:
    """A form of this visit's own, field by field, `most` at most; 403 for anybody else's."""
    check_origin(request)
    one = await admitted(request)
    fields = await proven_form(request, one.proof, most)
    request[ACTOR] = f"athlete:{one.athlete.id}"
    return one, fields


def check_proof(request: web.Request, one: Guest, given: str) -> None:
    """403 for a form that is not of this visit; else the athlete is who acts from here on."""
    check_given(given, one.proof)
    request[ACTOR] = f"athlete:{one.athlete.id}"


# ---- the cookie ------------------------------------------------------------------------------------------------------


def renew(request: web.Request, response: web.StreamResponse, one: Guest) -> None:
    """The browser keeps the cookie as long from now on as the store keeps the visit."""
    _give(request, response, one.token)


def _give(request: web.Request, response: web.StreamResponse, token: str) -> None:
    response.set_cookie(
        _cookie(request),
        token,
        path=_path(request),
        max_age=int(VISIT_LASTS.total_seconds()),
        secure=_secure(request),
        httponly=True,
        samesite="Lax",
    )


def forget_cookie(request: web.Request, response: web.StreamResponse) -> None:
    """The browser lets go of its visit."""
    response.del_cookie(_cookie(request), path=_path(request), secure=_secure(request), httponly=True, samesite="Lax")


def _secure(request: web.Request) -> bool:
    return request.app[SETTINGS].public_url.startswith("https:")


def _cookie(request: web.Request) -> str:
    """Browsers take `__Secure-` from https only, so nobody in between can plant one over http."""
    return "__Secure-twinge-visit" if _secure(request) else "twinge-visit"


def _path(request: web.Request) -> str:
    return f"{base(request)}/me"
