"""Around every page of the desk: from where it may be asked at all, its headers, its templates, its refusals."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from aiohttp import hdrs, web
from babel.dates import format_datetime, format_timedelta
from jinja2 import Environment, PackageLoader, StrictUndefined

from twinge.plugin import Rejected, TryLater
from twinge.web import site
from twinge.web.answer import Problem
from twinge.web.caller import CALLER
from twinge.web.parts import CLOCK, SETTINGS
from twinge.web.site import base, seal

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HERE: Final = "twinge.web.office"
PROOF: web.RequestKey[str] = web.RequestKey("desk_proof", str)
"""What the forms of this visit carry, once it is known."""

FORWARDED: Final = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip")
"""Headers that proxies add. None is believed; each says that the call began on another machine."""

PAGES: Final = (
    ("", "Athletes"),
    ("/deliveries", "Deliveries"),
    ("/held", "Held"),
    ("/health", "Health"),
    ("/rules", "Rules"),
    ("/keys", "Keys"),
    ("/audit", "Audit"),
)

DONE: Final = {
    "report": "The report is taken in; the worker does the rest.",
    "silence": "The silence is set.",
    "silence_ended": "The silence has ended.",
    "paused": "All messages are paused.",
    "resumed": "Messages go out again.",
    "disconnected": "The connection has ended. Its vendor is told in the next minutes.",
    "replayed": "What could be replayed waits again.",
    "limits": "The limits are set: they count from each athlete's next event on.",
    "granted": "The coach may see this athlete from now on.",
    "withdrawn": "The coach does not see this athlete any more.",
    "revoked": "The key is revoked, and every visit that began with it is over.",
}

MOST_TRIES: Final = 10
TRIES_IN: Final = timedelta(minutes=10)
MOST_CALLERS: Final = 1_000


class Tries:
    """Wrong keys, by the address they came from, in this process."""

    def __init__(self) -> None:
        self._misses: dict[str, list[datetime]] = {}

    def check(self, who: str, now: datetime) -> None:
        """429 for who has shown too many wrong keys lately, whatever they show now."""
        lately = [at for at in self._misses.get(who, ()) if now - at < TRIES_IN]
        if len(lately) >= MOST_TRIES:
            wait = TRIES_IN - (now - lately[0])
            message = f"Too many wrong keys; try again in {max(1, round(wait.total_seconds() / 60))} minutes."
            raise Problem(429, "too_often", message, headers={"Retry-After": str(max(1, int(wait.total_seconds())))})

    def miss(self, who: str, now: datetime) -> None:
        """One more wrong key. Who missed longest ago is forgotten before there are too many."""
        before = self._misses.pop(who, [])
        self._misses[who] = [*before[1 - MOST_TRIES :], now]
        if len(self._misses) > MOST_CALLERS:
            self._misses.pop(next(iter(self._misses)))


TRIES = web.AppKey("desk_tries", Tries)


def sealed(handler: Handler) -> Handler:
    """`handler` for calls from an allowed place, with the headers on every answer and refusals as pages."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            check_place(request)
            response = await handler(request)
        except (Problem, Rejected, TryLater) as error:
            response = refusal(request, error)
        return seal(response)

    return answer


def check_place(request: web.Request) -> None:
    """403 for a call that came neither to a name that the operator allowed nor from this machine to itself."""
    host = host_of(request)
    if host in request.app[SETTINGS].admin_hosts:
        return
    own = None if request.transport is None else request.transport.get_extra_info("sockname")
    ends = [host, request.remote or "", own[0] if own else ""]
    if not all(map(is_loopback, ends)) or any(name in request.headers for name in FORWARDED):
        message = (
            "The desk is answered on this machine's loopback only. To open it elsewhere, name the host in "
            "TWINGE_ADMIN_HOSTS (docs/desk.md)."
        )
        raise Problem(403, "forbidden", message)


def host_of(request: web.Request) -> str:
    """The name that was asked for, without its port."""
    try:
        return urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own, by how it is written: no name is looked up."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


async def static(request: web.Request) -> web.Response:
    """`GET /admin/static/{name}`."""
    return site.give_file(request, HERE, request.match_info["name"])


# ---- pages -----------------------------------------------------------------------------------------------------------


def show(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    """A page of the desk."""
    now, caller = request.app[CLOCK](), request.get(CALLER)
    text = (
        _templates()
        .get_template(template)
        .render(
            base=base(request),
            path=request.path,
            version=lambda name: site.version(HERE, name),
            caller=caller,
            proof=request.get(PROOF, ""),
            pages=PAGES if caller is not None and caller.athletes is None else PAGES[:1],
            may_write=caller is not None and caller.scope == "admin",
            may_care=caller is not None and caller.scope in {"admin", "coach"},
            done=DONE.get(request.query.get("done", ""), ""),
            ago=lambda at: ago(at, now),
            when=when,
            **values,
        )
    )
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def refusal(request: web.Request, error: Problem | Rejected | TryLater) -> web.Response:
    """What could not be done, in words."""
    match error:
        case TryLater():
            return show(request, "trouble.html", 503, text="The database takes nothing at the moment; try again later.")
        case Rejected():
            return show(request, "trouble.html", error.status, text=error.reason, field=error.field)
    response = show(request, "trouble.html", error.status, text=error.message, field=error.field)
    response.headers.update(error.headers or {})
    return response


def back(request: web.Request, where: str = "", done: str = "") -> web.Response:
    """To a page of the desk, after something was done: a reload repeats nothing."""
    words = f"?done={done}" if done else ""
    return web.Response(status=303, headers={hdrs.LOCATION: f"{base(request)}/admin{where}{words}"})


def address(path: str, **query: str | None) -> str:
    """A path with what of the query is given."""
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


def ago(at: datetime, now: datetime) -> str:
    """`3 hours ago`."""
    if abs(at - now) < timedelta(seconds=1):
        return "just now"
    return format_timedelta(at - now, add_direction=True, locale="en")


def when(at: datetime) -> str:
    """`4 May 2026, 10:05 UTC`."""
    return f"{format_datetime(at, 'd MMM y, HH:mm', locale='en')} UTC"


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
