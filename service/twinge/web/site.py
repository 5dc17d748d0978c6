"""What every page rests on, whoever it is for: strict headers, forms of our own only, files named by their content."""

from __future__ import annotations

import hashlib
import hmac
from functools import cache
from importlib.resources import files
from typing import Final
from urllib.parse import parse_qs, urlsplit

from aiohttp import hdrs, web

from twinge.web.answer import Problem, not_found
from twinge.web.body import read_body
from twinge.web.parts import SETTINGS

SEALED: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Headers of a page: it loads from here only, nobody frames it, and nobody learns of it by a referrer."""

KINDS: Final = {"css": "text/css", "js": "text/javascript", "png": "image/png", "svg": "image/svg+xml"}
FOR_EVER: Final = "public, max-age=31536000, immutable"
"""An address carries the content's hash, so what it leads to never changes."""
MOST_FIELDS: Final = 20

Form = dict[str, list[str]]


def base(request: web.Request) -> str:
    """The path of the public URL, which a proxy takes off; mostly empty."""
    return urlsplit(request.app[SETTINGS].public_url).path.rstrip("/")


def seal(response: web.StreamResponse) -> web.StreamResponse:
    """The response with those headers, and kept by nobody unless it says otherwise."""
    response.headers.update(SEALED)
    response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
    return response


# ---- forms -----------------------------------------------------------------------------------------------------------


def proof_of(token: str) -> str:
    """What every form of a visit carries. The cookie's token is its key, so it needs no place of its own."""
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()


async def read_form(request: web.Request, most: int = MOST_FIELDS) -> Form:
    """A form field by field, or 400."""
    body = await read_body(request)
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=most, errors="strict")
    except (ValueError, UnicodeError):
        raise Problem(400, "invalid", "The form could not be read.") from None


async def proven_form(request: web.Request, proof: str, most: int = MOST_FIELDS) -> Form:
    """A form of the visit whose proof that is, `most` fields at most; 403 for anybody else's."""
    fields = await read_form(request, most)
    [given] = fields.pop("proof", [""])[:1]
    check_given(given, proof)
    return fields


def check_given(given: str, proof: str) -> None:
    """403 for a form that does not carry the proof of its visit."""
    if not hmac.compare_digest(given.encode(errors="replace"), proof.encode()):
        raise Problem(403, "forbidden", "The form is not one of this visit.")


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


# ---- files -----------------------------------------------------------------------------------------------------------


def give_file(request: web.Request, package: str, name: str) -> web.Response:
    """A file of a package's folder `static`: kept for ever where its address names its content."""
    body = shelf(package).get(name)
    if body is None:
        raise not_found("file")
    lasting = request.query.get("v") == version(package, name)
    headers = {hdrs.CACHE_CONTROL: FOR_EVER if lasting else "no-cache"}
    return web.Response(body=body, content_type=KINDS[name.rpartition(".")[2]], headers=headers)


@cache
def shelf(package: str) -> dict[str, bytes]:
    """Every file of the package's folder `static` by its name."""
    return {file.name: file.read_bytes() for file in files(package).joinpath("static").iterdir()}


@cache
def version(package: str, name: str) -> str:
    """A short hash of a file's content."""
    return hashlib.sha256(shelf(package)[name]).hexdigest()[:12]
