"""In by an API key, out by a button; between the two, who is there, what they may do, and whether a form is theirs."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar

import msgspec
from aiohttp import web

from twinge.store.sittings import SITTING_LASTS
from twinge.web.answer import Problem
from twinge.web.body import wrong_shape
from twinge.web.caller import CALLER, Caller, seen
from twinge.web.guard import ACTOR
from twinge.web.office.frame import PROOF, TRIES, Handler, back, host_of, is_loopback, sealed, show
from twinge.web.parts import CLOCK, STORE
from twinge.web.site import MOST_FIELDS, Form, base, check_origin, proof_of, proven_form, read_form

T = TypeVar("T")

log = logging.getLogger("twinge.web")

TOKEN: Final = re.compile(r"[-_A-Za-z0-9]{43}")
KEY: Final = re.compile(r"twk_([0-9a-z]{1,32})_[-_A-Za-z0-9]{20,100}")
CARING: Final = frozenset({"admin", "coach"})

VISIT: web.RequestKey[str] = web.RequestKey("desk_visit", str)
"""The cookie's token."""


# ---- in and out ------------------------------------------------------------------------------------------------------


async def knock(request: web.Request) -> web.Response:
    """`GET /admin/enter`: the form that asks for a key."""
    if await caller(request) is not None:
        return back(request)
    return show(request, "enter.html", wrong=False)


async def enter(request: web.Request) -> web.Response:
    """`POST /admin/enter`: a living key begins a visit, bound to that key."""
    check_origin(request)
    store, now, tries, who = request.app[STORE], request.app[CLOCK](), request.app[TRIES], request.remote or ""
    given = (await read_form(request)).get("key", [""])[-1].strip()
    tries.check(who, now)
    shape = KEY.fullmatch(given)
    if shape is None or await store.keys.check(given, now) is None:
        tries.miss(who, now)
        log.warning("hop=desk outcome=wrong_key")
        return show(request, "enter.html", 403, wrong=True)
    async with store.write() as tx:
        await store.sittings.end(tx, request.cookies.get(_cookie(request), ""))
        token = await store.sittings.begin(tx, shape[1], now)
        await store.audit(tx, now, f"key:{shape[1]}", "desk.enter", f"key:{shape[1]}")
    response = back(request)
    _give(request, response, token)
    return response


async def leave(request: web.Request) -> web.Response:
    """`POST /admin/leave`: the visit is over."""
    await _proven(request)
    async with request.app[STORE].write() as tx:
        await request.app[STORE].sittings.end(tx, request[VISIT])
    response = back(request, "/enter")
    _give(request, response, "", timedelta())
    return response


# ---- who is there ----------------------------------------------------------------------------------------------------


def desk(handler: Handler, *, coach: bool = False) -> Handler:
    """`handler` for whoever has a visit; others are asked for their key. Without `coach`, operators only.

    Where the path names an athlete, a coach who does not have them is told that there is none.
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        one = await caller(request)
        if one is None:
            return back(request, "/enter")
        if one.athletes is not None and not coach:
            raise Problem(403, "forbidden", "This is for operators: it needs a key with the scope `read` or `admin`.")
        if "athlete" in request.match_info:
            seen(request, request.match_info["athlete"])
        return await handler(request)

    return sealed(answer)


async def caller(request: web.Request) -> Caller | None:
    """Who the cookie's visit is of, noted for everything behind this door; None without a living one."""
    store, token = request.app[STORE], request.cookies.get(_cookie(request), "")
    found = await store.sittings.find(token, request.app[CLOCK]()) if TOKEN.fullmatch(token) else None
    if found is None:
        return None
    one = Caller(found.key, found.scope, found.athletes)
    request[CALLER], request[ACTOR] = one, f"key:{one.key}"
    request[VISIT], request[PROOF] = token, proof_of(token)
    return one


async def form(request: web.Request, *, coach: bool = False, most: int = MOST_FIELDS) -> Form:
    """A form of this visit from somebody who may change things (`coach`: who may care for an athlete), or 403."""
    fields = await _proven(request, most)
    scope = request[CALLER].scope
    if scope != "admin" and not (coach and scope in CARING):
        raise Problem(403, "scope", "This key may only look; changing something needs one with the scope `admin`.")
    return fields


async def _proven(request: web.Request, most: int = MOST_FIELDS) -> Form:
    check_origin(request)
    return await proven_form(request, request[PROOF], most)


def only(given: Form, name: str) -> str:
    """A field's last value, without the spaces around it."""
    return given.get(name, [""])[-1].strip()


def shaped(decode: Callable[[bytes], T], body: Mapping[str, Any]) -> T:
    """A form's values as the API's own body, or a 400 that names the field."""
    try:
        return decode(msgspec.json.encode(body))
    except msgspec.ValidationError as error:
        raise wrong_shape(error) from None


# ---- the cookie ------------------------------------------------------------------------------------------------------


def _give(request: web.Request, response: web.StreamResponse, token: str, lasts: timedelta = SITTING_LASTS) -> None:
    secure = _is_secure(request)
    response.set_cookie(
        _cookie(request),
        token,
        path="/" if secure else f"{base(request)}/admin",
        max_age=int(lasts.total_seconds()),
        secure=secure,
        httponly=True,
        samesite="Strict",
    )


def _is_secure(request: web.Request) -> bool:
    """Off this machine only with TLS; on loopback there is none, and nobody in between."""
    return not is_loopback(host_of(request))


def _cookie(request: web.Request) -> str:
    """Browsers take `__Host-` only with `Secure` and `Path=/`, and from no other host of the same domain."""
    return "__Host-twinge-desk" if _is_secure(request) else "twinge-desk"
