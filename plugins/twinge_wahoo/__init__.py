"""Wahoo Cloud API: workouts by webhook, with the head unit's FIT file. See docs/platforms/wahoo.md.

Wahoo signs nothing: its token stands in the body, and the body is what is kept. So the route has a secret last segment
too, which is not kept, and both must fit.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

import aiohttp
import msgspec

from twinge.core.model import Activity
from twinge.event import parse
from twinge.plugin import (
    Access,
    Capabilities,
    Delivery,
    Fetched,
    GiveUp,
    Inline,
    Item,
    OAuth,
    Pointer,
    Recording,
    Rejected,
    TryLater,
)
from twinge.plugin.loose import inside
from twinge.plugin.settings import require, require_hook_token
from twinge.plugin.signing import among, keys_of
from twinge.plugin.vendor import DEADLINE, LONGEST_PAUSE, Refused, Response, call, decoded, pause_of, trusted
from twinge_wahoo.mapping import Push, Summary, Workout, to_activity

__all__ = ["Wahoo"]

log = logging.getLogger("twinge.wahoo")

HOME = "https://api.wahooligan.com"
FILES = "cdn.wahooligan.com"
REQUIRED = ("CLIENT_ID", "CLIENT_SECRET", "WEBHOOK_TOKEN", "HOOK_TOKEN")
PAGE = 50
PAGES = 10
"""A reconcile looks back days, not years."""


class Wahoo:
    """The Wahoo adapter."""

    name: ClassVar[str] = "wahoo"
    capabilities: ClassVar[Capabilities] = Capabilities(signed=False, points=True, polls=True)
    oauth: OAuth | None

    def __init__(self, settings: Mapping[str, str], deadline: aiohttp.ClientTimeout = DEADLINE) -> None:
        self.base = base = settings.get("API_BASE", HOME).rstrip("/")
        self._deadline = deadline
        self._body, self._path = keys_of(settings["WEBHOOK_TOKEN"]), keys_of(settings["HOOK_TOKEN"])
        hosts = settings.get("FILE_HOSTS", FILES if base == HOME else "").split()
        self._files = (*(f"https://{host}" for host in hosts), *((base,) if base != HOME else ()))
        self.oauth = OAuth(
            authorize_url=f"{base}/oauth/authorize",
            token_url=f"{base}/oauth/token",
            client_id=settings["CLIENT_ID"],
            client_secret=settings["CLIENT_SECRET"],
            scopes=("user_read", "workouts_read", "offline_data"),
        )

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Wahoo:
        """Settings are those of docs/platforms/wahoo.md, without their TWINGE_WAHOO_."""
        require(cls.name, env, REQUIRED, "docs/platforms/wahoo.md")
        require_hook_token(cls.name, env)
        return cls({name: value for name, value in env.items() if value})

    def admit(self, call: Delivery) -> None:
        """The secret path segment."""
        if not among(call.token, self._path, call.received_at):
            raise Rejected("The secret part of the webhook's path is missing or wrong", status=401)

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """The secret path segment, and the token in the body."""
        self.admit(delivery)
        if not among(parse(Push, delivery.body).webhook_token, self._body, now):
            raise Rejected("webhook_token is missing or is none of ours", status=401, field="webhook_token")

    def key(self, delivery: Delivery) -> str:
        """The body is its name: new and changed workouts come alike, without an id of the call."""
        return hashlib.sha256(delivery.body).hexdigest()

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """The workout, as its totals or as a pointer to its file; nothing for a plan that was not ridden yet."""
        push = parse(Push, delivery.body)
        if push.event_type != "workout_summary":
            return ()
        summary = push.workout_summary or _missing("workout_summary")
        workout = summary.workout or push.workout or _missing("workout_summary.workout")
        owner = str((push.user or _missing("user")).id)
        pointer = self._pointer(owner, workout, summary, int(delivery.received_at.timestamp() * 1000))
        if pointer is None:
            return ()
        return (pointer,) if "url" in pointer.extra else (Inline(owner, _known(pointer)),)

    def handshake(self, delivery: Delivery) -> None:
        """Asks for none: URL and token are set in Wahoo's portal."""

    async def fetch(self, pointer: Pointer, access: Access) -> Fetched | None:
        """The file, with the totals to fill what it lacks; the totals alone where the file cannot be had for good."""
        known, url = _known(pointer), pointer.extra.get("url", "")
        if not any(trusted(url, base) for base in self._files):
            return known
        try:  # the file's host gets no token: it is not the API
            found = await call(access.http, "GET", url, vendor="Wahoo's file server", deadline=self._deadline)
        except Refused as refused:
            log.warning("hop=fetch platform=wahoo outcome=totals_only status=%d", refused.status)
            return known
        return Recording(known.key, found.body, "fit", pointer.version, known) if found.body else known

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """All workouts since, with their totals and the link of their file."""
        pointers: list[Pointer] = []
        for page in range(1, PAGES + 1):
            found, more = await self._page(access, since, page)
            pointers += found
            if not more:
                break
        return pointers

    async def history(self, access: Access, since: datetime, page: str | None) -> tuple[Sequence[Item], str | None]:
        """One page of the past, newest first."""
        here = int(page or 1)
        found, more = await self._page(access, since, here)
        return found, str(here + 1) if more else None

    async def owner(self, access: Access) -> str:
        """The athlete's id at Wahoo, which its token answer does not hold."""
        found = inside(decoded(await self._call("GET", "user", access), "Wahoo"), "id")
        if not found:
            raise TryLater("Wahoo did not say whose token this is")
        return str(found)

    async def disconnect(self, access: Access) -> None:
        """Take back the athlete's consent, and with it the tokens."""
        try:
            await self._call("DELETE", "permissions", access)
        except Refused as refused:
            if refused.status not in {404, 410}:
                raise

    async def _page(self, access: Access, since: datetime, page: int) -> tuple[list[Pointer], bool]:
        """The workouts of a page that began since, and whether the next page may hold more."""
        if access.token is None and self.base == HOME:
            raise GiveUp("The athlete has not connected Wahoo yet: connect first (docs/platforms/wahoo.md)")
        said = await self._call("GET", "workouts", access, query={"page": str(page), "per_page": str(PAGE)})
        rows = inside(decoded(said, "Wahoo"), "workouts")
        pointers: list[Pointer] = []
        for row in rows if isinstance(rows, list) else ():
            try:
                workout = msgspec.convert(row, Workout)
                summary = msgspec.convert(inside(row, "workout_summary") or {}, Summary)
                if workout.starts < since:
                    return pointers, False
                pointer = self._pointer(access.owner, workout, summary, 0)
            except (msgspec.ValidationError, Rejected):
                log.warning("hop=list platform=wahoo outcome=left_out reason=wrong_shape")
                continue
            pointers += [pointer] if pointer else []
        return pointers, isinstance(rows, list) and len(rows) >= PAGE

    def _pointer(self, owner: str, workout: Workout, summary: Summary, received_ms: int) -> Pointer | None:
        """Where the file is, and the totals; None where nothing was done (yet)."""
        changed = summary.updated_at or summary.created_at
        version = int(changed.timestamp() * 1000) if changed else received_ms
        totals = to_activity(workout, summary, version)
        if not (totals.moving_s or totals.elapsed_s or totals.distance_m):
            return None
        url = summary.file.url if summary.file else None
        extra = {"known": msgspec.json.encode(totals).decode()}
        if url and any(trusted(url, base) for base in self._files):
            extra["url"] = url
        return Pointer(owner, str(workout.id), version, extra)

    async def _call(self, method: str, path: str, access: Access, **more: Any) -> Response:
        more |= {"vendor": "Wahoo", "token": access.token, "deadline": self._deadline, "pause": pause}
        return await call(access.http, method, f"{self.base}/v1/{path}", **more)


def pause(headers: Mapping[str, str]) -> timedelta | None:
    """How long a spent limit lasts: X-RateLimit-Reset, in seconds."""
    said = headers.get("X-RateLimit-Reset", "").partition(",")[0].strip()
    if said.isascii() and said.isdigit() and 0 < len(said) < 8 and int(said):
        return min(timedelta(seconds=int(said)), LONGEST_PAUSE)
    return pause_of(headers)


def _known(pointer: Pointer) -> Activity:
    try:
        return msgspec.json.decode(pointer.extra["known"], type=Activity)
    except (KeyError, msgspec.MsgspecError) as broken:
        raise GiveUp("This pointer holds no totals: it was not made by Wahoo's adapter", alert=True) from broken


def _missing(field: str) -> Any:
    raise Rejected(f"{field} is missing", field=field)
