"""For schemathesis: what a schema cannot say of a request that is valid by it, docs/api.md does, and this adds.

Loaded by the command line of schemathesis, in a process of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from typing import Any

import schemathesis

ACCOUNTS = (f"account-{n}" for n in count())
PLATFORMS = cycle(["generic", "files", "strava", ""])
CHANNELS = cycle(["console", "twilio", ""])
TOKENS = cycle(["a-long-enough-token-for-the-url", ""])
"""Names that are there, now and then; the empty ones leave what was made up."""
OWN = os.environ.get("TWINGE_OWN_KEY", "")
"""Id of the key that all this is done with."""
BOUND = cycle([True, False])
"""Whether a call keeps the made-up tags and keys that bind it."""


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Only requests that are meant to be accepted are made meaningful; the others stay as broken as they are."""
    if case.path_parameters and case.path_parameters.get("key") == OWN:
        case.path_parameters["key"] = "0"  # or the rest of the run would have none
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.query:
        case.query = asked(case.query, days=case.operation.path.endswith("/wellness"))
    if not next(BOUND):
        for name in ("If-Match", "If-None-Match", "Idempotency-Key"):
            case.headers.pop(name, None)
    case.path_parameters |= {name: value for name, value in named(case) if value and name in case.path_parameters}
    if isinstance(case.body, dict):
        case.body = mended(whole(case.body))
        if case.operation.path.endswith("/reports") and says_nothing(case.body):
            case.body["pain"] = 3
        for name, measure in (("/activities", "moving_s"), ("/wellness", "resting_hr")):
            if case.operation.path.endswith(name):
                case.body[measure] = 60  # or it may say nothing


def asked(query: dict[str, Any], *, days: bool) -> dict[str, Any]:
    """A query that means something: what only a list can make, and what names somebody, is left out."""
    for name in ("cursor", "athlete", *(["external_id"] if "platform" not in query else [])):
        query.pop(name, None)
    if "quiet" in query:
        query = {name: one for name, one in query.items() if name in {"quiet", "limit"}}
    spans = {"from": "2026-05-01", "to": "2026-05-04"}
    query |= {name: one if days else f"{one}T00:00:00Z" for name, one in spans.items() if name in query}
    lines = {name for name in ("name", "platform", "external_id", "actor", "what") if not printable(query.get(name))}
    return query | dict.fromkeys(lines & set(query), "a")


def named(case: Any) -> Iterator[tuple[str, str]]:
    """Parts of a path that are names of something."""
    yield "platform", next(PLATFORMS)
    yield "token", next(TOKENS)
    if case.operation.path.startswith("/channels/"):
        yield "channel", next(CHANNELS)


def says_nothing(report: dict[str, Any]) -> bool:
    """A report wants at least one thing that is told; an effort of 0 is not known."""
    return all(value in (None, []) for name, value in report.items() if name != "at" and (name, value) != ("effort", 0))


def whole(value: Any) -> Any:
    """To JSON Schema 80.0 is an integer; here whole numbers are written without a fraction."""
    if isinstance(value, dict):
        return {name: whole(one) for name, one in value.items()}
    if isinstance(value, list):
        return [whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def mended(body: dict[str, Any]) -> dict[str, Any]:
    """A body of any of our calls, with a meaning."""
    for name, value in meanings(body):
        if name in body:
            body[name] = value
    for name, one in (("channels", {"channel": "console"}), ("connections", {"platform": "generic"})):
        if isinstance(body.get(name), list):
            body[name] = [mended({**each, **one}) for each in body[name]]
    if isinstance(body.get("preferences"), dict):
        body["preferences"] = wished(body["preferences"])
    if {"from", "until"} <= set(body):
        now = datetime.now(UTC)  # noqa: TID251 - the served process has the real clock too
        body |= {"from": now.isoformat(), "until": (now + timedelta(days=2)).isoformat()}
        body["rules"] = ["L01"] if body["kind"] == "rules" else []
    return body


def meanings(body: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What the fields must mean, beside their types."""
    yield "timezone", "Europe/Berlin"
    yield "hr_rest", 50
    yield "sport", "treadmill"
    yield "limits", {}
    yield "channel", "console"
    yield "platform", "generic"
    yield "external_id", next(ACCOUNTS)
    now = datetime.now(UTC)  # noqa: TID251 - the served process has the real clock too
    yield "start", now.isoformat()
    yield "date", now.date().isoformat()
    yield "expires_at", None
    yield "athletes", [] if "scope" in body else None
    for name in ("name", "address"):
        yield name, body[name] if printable(body.get(name)) else "Alice"


def printable(text: Any) -> bool:
    """On one line, with something to read in it, and not too long for the console."""
    return isinstance(text, str) and text.isprintable() and 0 < len(text.strip()) <= 200


def wished(preferences: dict[str, Any]) -> dict[str, Any]:
    """Quiet hours have two ends, and rules have the names of rules."""
    if {"quiet_from", "quiet_to"} & set(preferences):
        preferences |= {"quiet_from": "20:00", "quiet_to": "09:00"}
    if "mute" in preferences:
        preferences["mute"] = ["L01"]
    return preferences
