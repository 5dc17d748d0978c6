"""Out to the vendor: a link of ours shows one button, and the button leads to the vendor's consent page."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from aiohttp import hdrs, web

from twinge.connections import begin, title_of
from twinge.plugin import OAuth, PlatformAdapter
from twinge.store.connecting import HANDSHAKE_LASTS, TICKET_LASTS
from twinge.web.answer import Problem
from twinge.web.body import read_body
from twinge.web.connect.sheet import WORDS, policy, show, trouble
from twinge.web.connect.words import words_of
from twinge.web.parts import CLOCK, PLATFORMS, SETTINGS, STORE, Tx

TOKEN: Final = re.compile(r"[-_A-Za-z0-9]{43}")


class Invitation(NamedTuple):
    """A link that was just made."""

    url: str
    expires_at: datetime


class Opened(NamedTuple):
    """A link that still works: whose it is, and which platform it is for."""

    athlete_id: str
    adapter: PlatformAdapter
    oauth: OAuth
    ticket: str


async def invite(app: web.Application, tx: Tx, athlete_id: str, platform: str) -> Invitation:
    """A link by which this athlete can connect `platform`; whoever has it can, so it is shown to them alone.

    Problem 404 where the platform is not ready here, 409 where it has no consent page or no public URL is set.
    """
    connectable(app, platform)
    if not app[SETTINGS].public_url:
        raise Problem(409, "no_public_url", "Set TWINGE_PUBLIC_URL first: the vendor sends the athlete back there.")
    now = app[CLOCK]()
    token = await app[STORE].connecting.invite(tx, athlete_id, platform, now)
    return Invitation(link_of(app[SETTINGS].public_url, platform, token), now + TICKET_LASTS)


def connectable(app: web.Application, platform: str) -> OAuth:
    """The platform's OAuth, or 404 and 409."""
    adapter = app[PLATFORMS].get(platform)
    if adapter is None:
        raise Problem(404, "unknown_platform", "No such platform is ready here; GET /api/v1/plugins says what is.")
    if adapter.oauth is None:
        raise Problem(409, "no_consent_page", "This platform is not connected by a consent page: add the connection.")
    return adapter.oauth


def link_of(public_url: str, platform: str, token: str) -> str:
    """The URL of a link's token."""
    return f"{public_url}/connect/{platform}?ticket={token}"


def redirect_uri(app: web.Application, platform: str) -> str:
    """Where the vendor sends the browser back, exactly as registered there."""
    return f"{app[SETTINGS].public_url}/connect/{platform}/callback"


async def knock(request: web.Request) -> web.Response:
    """`GET /connect/{platform}`: a page with one button. Previews and scanners fetch links, so this begins nothing."""
    one = await _opened(request, request.query.get("ticket", ""))
    if one is None:
        return trouble(request, "gone")
    title = title_of(one.adapter, request.match_info["platform"])
    page = show(
        request, "door.title", ["door.text", "door.after"], button="door.button", ticket=one.ticket, platform=title
    )
    # Chromium holds the redirects after a form against its policy too.
    parts = urlsplit(one.oauth.authorize_url)
    page.headers["Content-Security-Policy"] = policy(f"'self' {parts.scheme}://{parts.netloc}")
    return page


async def leave(request: web.Request) -> web.Response:
    """`POST /connect/{platform}`: the consent begins, bound to this browser, and the browser goes to the vendor."""
    _check_origin(request)
    one = await _opened(request, _ticket(await read_body(request)))
    if one is None:
        return trouble(request, "gone")
    app, platform = request.app, request.match_info["platform"]
    back = redirect_uri(app, platform)
    begun = await begin(app[STORE], one.oauth, one.athlete_id, platform, one.ticket, back, app[CLOCK]())
    response = web.Response(status=303, headers={hdrs.LOCATION: begun.url})
    give_cookie(request, response, begun.browser, HANDSHAKE_LASTS)
    return response


def _ticket(body: bytes) -> str:
    try:
        fields = parse_qs(body.decode(errors="replace"), max_num_fields=5)
    except ValueError:
        raise Problem(400, "invalid", "The form could not be read.") from None
    return fields.get("ticket", [""])[0]


async def _opened(request: web.Request, token: str) -> Opened | None:
    """The link that a request comes with, if it still works; from then on the page speaks the athlete's language."""
    app, platform = request.app, request.match_info["platform"]
    adapter = app[PLATFORMS].get(platform)
    if adapter is None or adapter.oauth is None or not TOKEN.fullmatch(token):
        return None
    athlete_id = await app[STORE].connecting.invited(token, platform, app[CLOCK]())
    athlete = None if athlete_id is None else await app[STORE].athletes.get(athlete_id)
    if athlete is None:
        return None
    request[WORDS] = words_of(athlete.language)
    return Opened(athlete.id, adapter, adapter.oauth, token)


def _check_origin(request: web.Request) -> None:
    """A form of ours comes from our own page; `null` is what a browser says under Referrer-Policy no-referrer."""
    origin, public = request.headers.get(hdrs.ORIGIN), urlsplit(request.app[SETTINGS].public_url)
    ours = {f"{public.scheme}://{public.netloc}", "null", None}
    if origin not in ours or request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        raise Problem(403, "forbidden", "This form was not sent from our own page.")


# ---- the cookie that binds a consent to its browser ------------------------------------------------------------------


def cookie(request: web.Request) -> str:
    """Its name: with the prefix that browsers keep from plain HTTP, where there is TLS."""
    return "__Secure-twinge-connect" if _secure(request) else "twinge-connect"


def give_cookie(request: web.Request, response: web.Response, value: str, lasts: timedelta) -> None:
    """Lax, because the vendor's redirect comes from another site."""
    response.set_cookie(
        cookie(request),
        value,
        max_age=int(lasts.total_seconds()),
        path=_path(request),
        secure=_secure(request),
        httponly=True,
        samesite="Lax",
    )


def take_cookie(request: web.Request, response: web.StreamResponse) -> None:
    """It has done its work."""
    response.del_cookie(cookie(request), path=_path(request), secure=_secure(request), httponly=True, samesite="Lax")


def _path(request: web.Request) -> str:
    base = urlsplit(request.app[SETTINGS].public_url).path.rstrip("/")
    return f"{base}/connect/{request.match_info['platform']}"


def _secure(request: web.Request) -> bool:
    return request.app[SETTINGS].public_url.startswith("https://")
