"""Which refusals each route may answer with, and what each status means: one shape, one sentence."""

from __future__ import annotations

from typing import Any, Final

from twinge.web.answer import JSON
from twinge.web.route import HTML, Route

SAID: Final = {
    304: "You have it already.",
    400: "A field or parameter is unknown, missing or out of range; `field` names it.",
    401: "No key, a wrong one, or a revoked one; or a delivery that does not prove itself.",
    403: "This key does not allow that, or the caller is refused.",
    404: "There is no such thing here.",
    405: "This method is not possible here; `Allow` says which are.",
    408: "The request took longer than the deadline.",
    409: "It does not go with what is there; the message says why. Also: the first request with this Idempotency-Key "
    "is under way.",
    410: "The link is used, wrong or too old.",
    412: "It has changed since the state that If-Match names.",
    413: "The body is over the limit.",
    415: "The body is compressed, or of a kind that is not taken here.",
    422: "This Idempotency-Key stands for another request.",
    429: "Too often; `Retry-After` says when again.",
    500: "Our mistake; the log has it under the id in the message.",
    503: "Not possible at the moment; try again later.",
}


def statuses(route: Route) -> list[int]:
    """What a route may answer with when not all is well, in order."""
    found = {408, 500, 503, *route.errors}
    if route.wants_key:
        found |= {400, 401, 429} | ({403} if set(route.scopes) != {"read", "coach"} else set())
        found |= {404} if route.parameters else set()
    if route.body is not None or (route.takes and route.wants_key):
        found |= {413, 415}
    if route.once:
        found |= {409, 413, 415, 422}
    if route.sends.media == HTML and route.path.startswith("/connect/"):
        found |= {400, 403, 404, 409, 410, 413, 415}
    return sorted(found | ({412} if route.guarded else set()) | ({304} if _may_have_it(route) else set()))


def refusals() -> dict[str, Any]:
    """The answers by their status, for the document's components."""
    problem = {JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        str(status): {"description": said} | ({} if status == 304 else {"content": problem})
        for status, said in SAID.items()
    }


def refusal(route: Route, status: int) -> dict[str, Any]:
    """One of them, as a response of the route: pages refuse by pages, but for what the door itself refuses."""
    if not route.path.startswith("/connect/"):
        return {"$ref": f"#/components/responses/{status}"}
    problem = {JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}, HTML: {"schema": {"type": "string"}}}
    return {"description": SAID[status], "content": problem}


def _may_have_it(route: Route) -> bool:
    return route.tagged and route.method == "GET"
