"""Entity tags (RFC 9110, sections 8.8.3 and 13): an answer names its state, an edit may say which state it is of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from aiohttp import ETag, hdrs, web

from twinge.web.answer import JSON, Problem, encode
from twinge.web.rights import READING

ETAG: Final = "ETag"
"""As RFC 9110 writes it; aiohttp has another case, which `grep` would miss."""
OWN: Final[dict[str, str]] = {hdrs.CACHE_CONTROL: "private, no-cache"}
"""Whoever asked may keep the answer, and asks each time whether it still holds."""


def tagged(
    request: web.Request, value: Any, status: int = 200, *, headers: Mapping[str, str] | None = None
) -> web.Response:
    """`value` as JSON with its entity tag, or 304 where the caller has it already."""
    return tagged_bytes(request, encode(value), JSON, status, headers={**OWN, **(headers or {})})


def tagged_bytes(
    request: web.Request, body: bytes, media: str, status: int = 200, *, headers: Mapping[str, str] | None = None
) -> web.Response:
    """The same for a body that is written already."""
    tag = _tag(body)
    headers = {ETAG: f'"{tag}"', **(headers or {})}
    if request.method in READING and _names(request.if_none_match, tag, weakly=True):
        return web.Response(status=304, headers=headers)
    charset = None if media == JSON else "utf-8"
    return web.Response(body=body, status=status, content_type=media, charset=charset, headers=headers)


def check_match(request: web.Request, value: Any) -> None:
    """Problem 412 where the caller's If-Match does not name `value`, the state that is about to be changed.

    To be asked inside the transaction that changes it. Without the header nothing is asked.
    """
    if not wants_match(request):
        return
    tag = _tag(encode(value))
    if not _names(request.if_match, tag, weakly=False):
        message = "It has changed since you read it: read it again, then send your change with the new ETag."
        raise Problem(412, "changed", message, headers={ETAG: f'"{tag}"'})


def wants_match(request: web.Request) -> bool:
    """Whether the caller named the state that the edit is of: else there is nothing to compare."""
    return hdrs.IF_MATCH in request.headers


def _tag(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


def _names(given: Iterable[ETag] | None, tag: str, *, weakly: bool) -> bool:
    return any(one.value in {tag, "*"} and (weakly or not one.is_weak) for one in given or ())
