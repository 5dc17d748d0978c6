"""At the door of every request: a deadline for the whole of it, keys and quotas for the API, one shape for errors."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable
from typing import Any

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from twinge.plugin import Rejected, TryLater
from twinge.web.answer import Problem, refusal
from twinge.web.caller import CALLER, Caller
from twinge.web.gate import GATE, address_of
from twinge.web.parts import CLOCK, SETTINGS, STORE
from twinge.web.quota import Standing
from twinge.web.rights import check_right

log = logging.getLogger("twinge.web")

ACTOR: web.RequestKey[str] = web.RequestKey("actor", str)
"""Who asks: the id of the API key, for the audit."""

UPLOAD_S = 120
"""For a device's file, which may be large and come from a phone: after its key was checked. And for a delivery whose
headers say that it is larger than the house's cap: where its platform does not allow that, it is refused at once. A
file that comes by the athlete's page is such a one: its visit is checked before the file is read."""

LONGER = ("/files", "/rules/preview")
"""Ends of the API's paths that have so long; a preview has a bound of its own within it."""
EXPORT_S = 300
"""For an export, which is sent while it is written: to somebody who has shown who they are."""

OPEN_TO_KEYS = "/api/v1/"
"""Where only keys are let in."""

STREAM = "/api/v1/events"
"""Has no end of its own, once its key was checked."""

_CODES = {
    400: "bad_request",
    401: "not_authentic",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "too_slow",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    417: "expectation_failed",
    429: "too_often",
}


class Door:
    """Who is inside, so that the end can wait for them: once aiohttp itself shuts down it reads no more of a body."""

    def __init__(self) -> None:
        self.busy = 0
        self.closing = False
        self.at_close: list[Callable[[], None]] = []
        """What ends those answers that have no end of their own."""
        self._empty = asyncio.Event()

    def leave(self) -> None:
        """One request is answered."""
        self.busy -= 1
        if self.closing and not self.busy:
            self._empty.set()

    async def close(self, within_s: float) -> None:
        """Wait until every request is answered, `within_s` seconds at most; answers close their connections now."""
        self.closing = True
        for end in self.at_close:
            end()
        if self.busy:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), within_s)


DOOR = web.AppKey("door", Door)


STANDING: web.RequestKey[Standing] = web.RequestKey("standing", Standing)
"""How many calls the key has left."""


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every request in time and in shape; whatever a handler raises becomes a JSON error."""
    door = request.app[DOOR]
    door.busy += 1
    try:
        if request.content.is_eof() and request.path.startswith("/hooks/"):
            # Nothing to wait for but the disk, which has a limit of its own: a timer would cost as much as the checks.
            response = await handler(request)
        else:
            response = await _told(request, handler)
    except Exception as error:  # noqa: BLE001 - the last line before the caller
        response = _refused(error)
    finally:
        door.leave()
    if door.closing:
        response.force_close()
    return response


async def _told(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The answer, with how many calls its key has left."""
    try:
        response = await _in_time(request, handler)
    except Exception as error:  # noqa: BLE001 - the last line before the caller
        response = _refused(error)
    if (standing := request.get(STANDING)) is not None and not response.prepared:
        response.headers.update(standing.headers())
    return response


async def _in_time(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The answer, or 408 at the deadline: aiohttp itself waits for a slow body for ever."""
    try:
        async with asyncio.timeout(_seconds(request)) as deadline:
            if request.path.startswith(OPEN_TO_KEYS):
                await admit(request)
                if request.path.endswith(LONGER):
                    deadline.reschedule(asyncio.get_running_loop().time() + UPLOAD_S)
                if request.path.endswith("/export"):
                    deadline.reschedule(asyncio.get_running_loop().time() + EXPORT_S)
                elif request.path == STREAM:
                    deadline.reschedule(None)
            return await handler(request)
    except TimeoutError:
        if not deadline.expired():
            raise
    response = refusal(Problem(408, "too_slow", "The request took longer than the deadline."))
    response.force_close()  # what is still to come of the body is of no use
    return response


def _seconds(request: web.Request) -> float:
    """How long the request may take, its body included."""
    most = request.app[SETTINGS].request_deadline_s
    if request.path.endswith("/me/data/export"):
        return EXPORT_S
    if request.path.endswith("/admin/rules/preview"):
        return UPLOAD_S
    large = (
        request.path.startswith(("/hooks/", "/me/files")) and (request.content_length or 0) > request.client_max_size
    )
    return max(most, UPLOAD_S) if large else most


def _refused(error: Exception) -> web.Response:
    match error:
        case Problem():
            return refusal(error)
        case web.HTTPException():
            return refusal(_from_aiohttp(error))
        case Rejected() | TryLater():
            return refusal(_from_plugin(error))
        case _:
            return _crashed(error)


async def admit(request: web.Request) -> None:
    """Let a request for the API pass if its key is right, has calls left, and allows it (`web/rights.py`)."""
    token, gate, now = _token(request), request.app[GATE], request.app[CLOCK]()
    address = address_of(request)
    gate.check_address(address, token, now)
    try:
        caller = await _caller(request)
    except Problem:
        gate.note_failure(address, token, now)
        raise
    gate.welcome(token)
    if (standing := gate.count_call(caller.key, now)) is not None:
        request[STANDING] = standing
    request[ACTOR] = f"key:{caller.key}"
    check_right(request)


async def admit_again(request: web.Request) -> None:
    """Look at the key of an answer that has no end once more: its end, its scope, its athletes. No call is counted."""
    await _caller(request)
    check_right(request)


async def _caller(request: web.Request) -> Caller:
    """Whose key this is now, noted in the request; Problem 401 where it is nobody's."""
    word, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")[0], _token(request)
    found = None
    if word.lower() == "bearer" and token.isascii():
        found = await request.app[STORE].keys.check(token, request.app[CLOCK]())
    if found is None:
        message = "Send an API key as `Authorization: Bearer …`; `twinge keys create` makes one."
        raise Problem(401, "no_key", message, headers={"WWW-Authenticate": 'Bearer realm="twinge"'})
    request[CALLER] = Caller(found.key, found.scope, found.athletes)
    return request[CALLER]


def _token(request: web.Request) -> str:
    return request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")[2].strip()


def _from_aiohttp(error: web.HTTPException) -> Problem:
    """aiohttp's own refusals (no route, wrong method, bad expectation) in our shape."""
    code = _CODES.get(error.status, "error")
    allowed = error.headers.get(hdrs.ALLOW)
    message = f"Only {allowed} is possible here." if allowed else f"{error.reason}."
    return Problem(error.status, code, message, headers={hdrs.ALLOW: allowed} if allowed else None)


def _from_plugin(error: Rejected | TryLater) -> Problem:
    if isinstance(error, Rejected):
        return Problem(error.status, _CODES.get(error.status, "rejected"), error.reason, field=error.field)
    after = error.after.total_seconds() if error.after else 30
    headers = {"Retry-After": str(max(1, round(after)))}
    return Problem(503, "try_later", "Not possible at the moment; try again later.", headers=headers)


def _crashed(error: BaseException) -> web.Response:
    """A fault of ours. The class, the place and an id are enough to find it; the content may be private."""
    mark = secrets.token_hex(4)
    log.error("request failed error=%s where=%s id=%s", type(error).__name__, _where(error), mark)
    return refusal(Problem(500, "fault", f"Something broke on our side; the log has it under {mark}."))


def _where(error: BaseException) -> str:
    """Function and line that raised, without any value."""
    frame: Any = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return f"{frame.tb_frame.f_code.co_qualname}:{frame.tb_lineno}" if frame else "?"
