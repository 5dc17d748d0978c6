"""What each scope may do with each route of the API, and the check of it at the door.

`admin` may do all, `read` may GET all. For a coach every route has a decision, here or below: one that has none is
closed, and a test asks for it.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from twinge.web.answer import Problem
from twinge.web.caller import CALLER, Caller, seen

READING: Final = frozenset({"GET", "HEAD"})

_ATHLETE: Final = "/api/v1/athletes/{athlete}"

COACH: Final = frozenset(
    {
        "GET /api/v1/athletes",
        f"GET {_ATHLETE}",
        f"GET {_ATHLETE}/connections",
        f"GET {_ATHLETE}/silences",
        f"GET {_ATHLETE}/silences/{{silence}}",
        f"POST {_ATHLETE}/silences",
        f"DELETE {_ATHLETE}/silences/{{silence}}",
        f"GET {_ATHLETE}/activities",
        f"GET {_ATHLETE}/activities/{{activity}}",
        f"GET {_ATHLETE}/wellness",
        f"GET {_ATHLETE}/wellness/{{date}}",
        f"GET {_ATHLETE}/reports",
        f"GET {_ATHLETE}/reports/{{report}}",
        f"POST {_ATHLETE}/reports",
        f"GET {_ATHLETE}/episodes",
        f"GET {_ATHLETE}/episodes/{{episode}}",
        f"GET {_ATHLETE}/episodes/{{episode}}/page",
        f"GET {_ATHLETE}/findings",
        f"GET {_ATHLETE}/findings/{{finding}}",
        f"GET {_ATHLETE}/nudges",
        f"GET {_ATHLETE}/nudges/{{nudge}}",
        f"GET {_ATHLETE}/held",
        f"GET {_ATHLETE}/held/{{held}}",
        f"GET {_ATHLETE}/state",
        "GET /api/v1/connections",
        "GET /api/v1/connections/{connection}",
        "GET /api/v1/events",
        "GET /api/v1/rules",
        "GET /api/v1/rules/{rule}",
    }
)
"""What a coach may do: see how their own athletes fare, report for them, plan their silences."""

CLOSED: Final = frozenset(
    {
        "POST /api/v1/athletes",
        f"PATCH {_ATHLETE}",
        f"DELETE {_ATHLETE}",
        f"GET {_ATHLETE}/export",
        f"GET {_ATHLETE}/channels",
        f"POST {_ATHLETE}/channels",
        f"GET {_ATHLETE}/channels/{{channel}}",
        f"PATCH {_ATHLETE}/channels/{{channel}}",
        f"DELETE {_ATHLETE}/channels/{{channel}}",
        f"POST {_ATHLETE}/channels/{{channel}}/test",
        f"POST {_ATHLETE}/channels/{{channel}}/code",
        f"POST {_ATHLETE}/channels/{{channel}}/confirm",
        f"GET {_ATHLETE}/consents",
        f"POST {_ATHLETE}/connections",
        f"POST {_ATHLETE}/connections/{{platform}}/link",
        f"DELETE {_ATHLETE}/connections/{{connection}}",
        f"POST {_ATHLETE}/links",
        f"POST {_ATHLETE}/files",
        f"POST {_ATHLETE}/activities",
        f"DELETE {_ATHLETE}/activities/{{activity}}",
        f"POST {_ATHLETE}/wellness",
        f"POST {_ATHLETE}/nudges/{{nudge}}/void",
        "GET /api/v1/deliveries",
        "GET /api/v1/deliveries/{delivery}",
        "POST /api/v1/deliveries/{delivery}/replay",
        "POST /api/v1/deliveries/replay",
        "GET /api/v1/rules/limits",
        "PUT /api/v1/rules/limits",
        "POST /api/v1/rules/preview",
        "GET /api/v1/plugins",
        "GET /api/v1/plugins/{plugin}",
        "GET /api/v1/keys",
        "GET /api/v1/keys/{key}",
        "POST /api/v1/keys",
        "DELETE /api/v1/keys/{key}",
        "PUT /api/v1/keys/{key}/athletes/{athlete}",
        "DELETE /api/v1/keys/{key}/athletes/{athlete}",
        "GET /api/v1/audit",
        "GET /api/v1/erasures",
        "GET /api/v1/erasures/{erasure}",
    }
)
"""What is not for coaches: everybody else's, keys, the audit, addresses, connections, ways into an athlete's page."""


def callers(method: str, path: str) -> tuple[str, ...]:
    """The scopes that suffice for a route: `admin` may do whatever another may, and is named where it is alone."""
    least = ("read",) if method in READING else ()
    coach = ("coach",) if f"{method} {path}" in COACH else ()
    return (*least, *coach) if least else ("admin", *coach)


def check_right(request: web.Request) -> None:
    """Raise 403 where the caller's scope does not go so far, and 404 for an athlete who is not theirs."""
    caller = request[CALLER]
    if caller.scope == "read" and request.method not in READING:
        raise Problem(403, "scope", "This key may only read; this needs one with the scope `admin`.")
    if caller.scope == "coach":
        _check_coach(request, caller)
    elif caller.scope not in {"admin", "read"}:
        raise Problem(403, "scope", "This key's scope is not known to this version; make a new key.")


def _check_coach(request: web.Request, caller: Caller) -> None:
    """First whose athlete it is, then whether a coach may: so that 403 does not tell who else there is."""
    athlete, resource = request.match_info.get("athlete"), request.match_info.route.resource
    if athlete is not None:
        seen(request, athlete)
    if resource is None:
        return  # no such route, or not by this method: the router says so
    method = "GET" if request.method == "HEAD" else request.method
    if f"{method} {resource.canonical}" not in COACH:
        raise Problem(403, "scope", "This key is a coach's, and this is not for coaches; ask your operator.")
