"""In by a link that works once, out by a button; between the two, who is there and whether a form is theirs."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, urlsplit

from aiohttp import hdrs, web

from twinge.core.model import Athlete
from twinge.store import Consent
from twinge.store.visits import VISIT_LASTS
from twinge.web.answer import Problem
from twinge.web.body import read_body
from twinge.web.pages.frame import CLOSED, WORDS, home, show
from twinge.web.pages.shelf import base
from twinge.web.pages.words import words_of
from twinge.web.parts import CLOCK, SETTINGS, STORE, Tx

TOKEN: Final = re.compile(r"[-_A-Za-z0-9]{43}")
ME: Final = "me"
"""The channel of the page itself."""
MOST_FIELDS: Final = 20

Form = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Guest:
    """Whoever came in: an athlete in one browser."""

    athlete: Athlete
    token: str = field(repr=False)

    @property
    def proof(self) -> str:
        """What every form of this visit carries. The cookie's token is its key, so it needs no place of its own."""
        return hmac.new(self.token.encode(), b"form", hashlib.sha256).hexdigest()


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


async def form(request: web.Request) -> tuple[Guest, Form]:
    """A form of this visit's own, field by field; 403 for anybody else's."""
    check_origin(request)
    one, body = await admitted(request), await read_body(request)
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except (ValueError, UnicodeError):
        raise Problem(400, "invalid", "The form could not be read.") from None
    [given] = fields.pop("proof", [""])[:1]
    if not hmac.compare_digest(given.encode(errors="replace"), one.proof.encode()):
        raise Problem(403, "forbidden", "The form is not one of this visit.")
    return one, fields


def check_origin(request: web.Request) -> None:
    """403 for what another site sent.

    Pages with `Referrer-Policy: no-referrer` post forms with `Origin: null` (Fetch, "append a request Origin header"),
    so the word of Sec-Fetch-Site comes first; browsers leave it out over plain http, where only the other two
    defences stand: the form's proof, and SameSite.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get(hdrs.ORIGIN, "null")
    if site is None and origin != "null":
        ours = {urlsplit(request.app[SETTINGS].public_url).netloc, request.host}
        site = "same-origin" if urlsplit(origin).netloc in ours else "cross-site"
    if site not in {None, "same-origin"}:
        raise Problem(403, "forbidden", "Only the page itself may send this.")


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
