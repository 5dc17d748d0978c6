"""Reading a request's body: under the cap, in one piece, and as a typed value whose errors name the field."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import msgspec
from aiohttp import web

from twinge.web.answer import Problem

T = TypeVar("T")

_AT = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_FIELD = re.compile(r"(?:(?:required|unknown) f|^F)ield `(?P<name>[^`]+)`")


async def read_body(request: web.Request, most: int | None = None) -> bytes:
    """The raw body, or a problem: 415 for a compressed one, 413 over the cap, 400 where it breaks off.

    `most` is a cap in bytes that stands above the house's own.
    """
    if most is not None and most > request.client_max_size:
        request = request.clone(client_max_size=most)
    _check_head(request, request.client_max_size)
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise too_large(request.client_max_size) from None
    except (web.RequestPayloadError, ConnectionError):
        raise _broken() from None


def take_body(request: web.Request, most: int | None = None) -> bytes:
    """`read_body` of one that is here to its end (`request.content.is_eof()`); nobody can read it a second time.

    Reading in pieces until there is none costs more than checking a signature.
    """
    cap = max(most or 0, request.client_max_size)
    _check_head(request, cap)
    try:
        body = request.content.read_nowait()
    except (web.RequestPayloadError, ConnectionError):
        raise _broken() from None
    if len(body) > cap:
        raise too_large(cap)
    return body


def _check_head(request: web.Request, cap: int) -> None:
    if "Content-Encoding" in request.headers:
        raise Problem(415, "unsupported_encoding", "Send the body without Content-Encoding.")
    length = request.content_length
    if length is not None and length > cap:
        raise too_large(cap)


def _broken() -> Problem:
    return Problem(400, "broken_body", "The body broke off or was not what its headers said.")


def too_large(cap: int) -> Problem:
    """The body is over the cap (in bytes)."""
    return Problem(413, "too_large", f"The body is larger than the limit of {cap} bytes.")


async def read_as(request: web.Request, decode: Callable[[bytes], T]) -> T:
    """The body as a typed value by a msgspec decoder, or a 400 that names the field."""
    body = await read_body(request)
    if b"\\u0000" in body:
        raise Problem(400, "invalid", "Text must not contain NUL characters.")
    try:
        return decode(body)
    except msgspec.ValidationError as error:
        raise wrong_shape(error) from None
    except (msgspec.DecodeError, UnicodeError):
        raise Problem(400, "not_json", "The body must be JSON in UTF-8.") from None
    except RecursionError:
        raise Problem(400, "too_deep", "The JSON is nested too deeply.") from None


def wrong_shape(error: msgspec.ValidationError) -> Problem:
    """msgspec's own words, with the field taken out of them."""
    text = str(error)
    at = _AT.search(text)
    path = at["path"] if at else ""
    if named := _FIELD.search(text):
        path = f"{path}.{named['name']}" if path else named["name"]
    return Problem(400, "invalid", _AT.sub("", text) + ".", field=path or None)
