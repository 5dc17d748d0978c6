"""Answers: JSON bodies, and the one shape of every error: `{"error": {"code", "message", "field"?}}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from aiohttp import web

from twinge.plugin import TwingeError

JSON = "application/json"

encode = msgspec.json.Encoder().encode


class Problem(TwingeError):
    """A request that we refuse, in the words the caller will read. Raised anywhere below the guard."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.field = status, code, message, field
        self.headers = headers


def answer(value: Any, status: int = 200) -> web.Response:
    """`value` as JSON; instants become RFC 3339 in UTC."""
    return web.Response(body=encode(value), status=status, content_type=JSON)


def refusal(problem: Problem) -> web.Response:
    """A problem as the one JSON error shape."""
    error = {"code": problem.code, "message": problem.message}
    if problem.field is not None:
        error["field"] = problem.field
    return web.Response(
        body=encode({"error": error}), status=problem.status, content_type=JSON, headers=problem.headers
    )


def not_found(what: str) -> Problem:
    """There is no such `what` (a noun with its article)."""
    return Problem(404, "not_found", f"There is no such {what}.")
