"""`GET /admin/held`: what was not said in the last days, by its reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from aiohttp import web

from twinge.web.answer import Problem
from twinge.web.office.frame import address, show
from twinge.web.office.words import REASONS, SEVERITIES
from twinge.web.parts import CLOCK, STORE

ROWS: Final = 50
DAYS: Final = ("1", "7", "30")


async def page(request: web.Request) -> web.Response:
    """Reasons with their counts; with `reason`, what it kept silent."""
    store, query, now = request.app[STORE], request.query, request.app[CLOCK]()
    days, reason = query.get("days", "7"), query.get("reason", "")
    if days not in DAYS:
        raise Problem(400, "invalid", f"days must be one of {', '.join(DAYS)}.", field="days")
    since = now - timedelta(days=int(days))
    counts = await store.survey.held(since)
    found = None
    if reason:
        found = await store.survey.held_for(reason.replace("\0", ""), since, query.get("cursor") or None, ROWS)
    after = None if found is None else found.next
    return show(
        request,
        "held.html",
        counts=[(word, REASONS.get(word, ""), count) for word, count in counts],
        total=sum(count for _, count in counts),
        rows=() if found is None else found.items,
        severities=SEVERITIES,
        reason=reason,
        meaning=REASONS.get(reason, ""),
        days=days,
        choices=DAYS,
        next=address("/admin/held", days=days, reason=reason, cursor=after) if after else None,
    )
