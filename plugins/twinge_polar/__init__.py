"""Polar AccessLink v3: signed events that only point, fetched with the athlete's token. See docs/platforms/polar.md."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

import aiohttp

from twinge.core.model import Activity, Wellness
from twinge.event import parse
from twinge.plugin import (
    Access,
    Capabilities,
    Delivery,
    GiveUp,
    Item,
    OAuth,
    Pointer,
    Rejected,
    TokenRefused,
    TryLater,
)
from twinge.plugin.loose import inside
from twinge.plugin.settings import require
from twinge.plugin.signing import hmac_fits, keys_of
from twinge.plugin.vendor import DEADLINE, LONGEST_PAUSE, Refused, Response, call, decoded, pause_of
from twinge_polar.events import NIGHT, PING, Event, items_of, night_of, workout_id
from twinge_polar.mapping import start_of, to_activity, to_night

__all__ = ["Polar"]

HOME = "https://www.polaraccesslink.com"
CONSENT = "https://flow.polar.com"
TOKENS = "https://polarremote.com"
REQUIRED = ("CLIENT_ID", "CLIENT_SECRET")
AHEAD = timedelta(days=1)
CONSENTS = "Polar wants the athlete to accept all its consents first (account.polar.com): replay then"
GONE = "Polar keeps an exercise for thirty days, and shows none from before the connection: this one is out of reach"


class Polar:
    """The Polar adapter."""

    name: ClassVar[str] = "polar"
    capabilities: ClassVar[Capabilities] = Capabilities(
        signed=True, points=True, polls=True, kinds=("workouts", "sleep", "hrv")
    )
    oauth: OAuth | None

    def __init__(self, settings: Mapping[str, str], deadline: aiohttp.ClientTimeout = DEADLINE) -> None:
        self.base = base = settings.get("API_BASE", HOME).rstrip("/")
        self._settings, self._deadline = settings, deadline
        self._keys = keys_of(settings.get("WEBHOOK_SECRET", ""))
        self.oauth = OAuth(
            authorize_url=f"{CONSENT if base == HOME else base}/oauth2/authorization",
            token_url=f"{TOKENS if base == HOME else base}/v2/oauth2/token",
            client_id=settings["CLIENT_ID"],
            client_secret=settings["CLIENT_SECRET"],
            scopes=("accesslink.read_all",),
            basic=True,
            owner_at=("x_user_id",),
        )

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Polar:
        """Settings are those of docs/platforms/polar.md, without their TWINGE_POLAR_."""
        require(cls.name, env, REQUIRED, "docs/platforms/polar.md")
        return cls({name: value for name, value in env.items() if value})

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """The signature over the raw body. A PING is let in without: it comes before the key that would sign it."""
        if not hmac_fits(self._keys, delivery.body, delivery.headers.get("polar-webhook-signature"), now):
            if _is_ping(delivery.body):
                return
            raise Rejected(self._unsigned(), status=401, field="polar-webhook-signature")
        event = parse(Event, delivery.body)
        if event.timestamp is not None and event.timestamp > now + AHEAD:
            raise Rejected("timestamp lies in the future", field="timestamp")

    def _unsigned(self) -> str:
        if not self._keys:
            return "Set TWINGE_POLAR_WEBHOOK_SECRET: without it only Polar's PING is let in (docs/platforms/polar.md)"
        return "Polar-Webhook-Signature is missing or fits none of our secrets"

    def key(self, delivery: Delivery) -> str:
        """The body is its name: an event has no id. All PINGs are one, whoever sends them."""
        return PING if _is_ping(delivery.body) else hashlib.sha256(delivery.body).hexdigest()

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """A pointer to a workout or a night, or nothing."""
        return items_of(parse(Event, delivery.body), delivery.received_at)

    def handshake(self, delivery: Delivery) -> None:
        """Asks for none by GET: its PING is a POST."""

    async def fetch(self, pointer: Pointer, access: Access) -> Activity | Wellness | None:
        """The workout with its samples, or the night with its recharge. Raises `GiveUp` where it is out of reach."""
        if access.token is None and self.base == HOME:
            raise GiveUp("The athlete has not connected Polar yet: connect, then replay (docs/platforms/polar.md)")
        if pointer.object_id.startswith(NIGHT):
            return await self._night(pointer, access)
        try:
            row = await self._get(f"exercises/{workout_id(pointer.object_id)}", access, {"samples": "true"})
        except Refused as refused:
            raise GiveUp(GONE) if refused.status == 404 else refused from None
        if not isinstance(row, dict) or _user_of(row) not in {None, access.owner}:
            return None
        return to_activity(row, f"polar:{pointer.object_id}", pointer.version)

    async def _night(self, pointer: Pointer, access: Access) -> Wellness | None:
        day = night_of(pointer.object_id.removeprefix(NIGHT))
        sleep = await self._if_there(f"users/sleep/{day}", access)
        recharge = await self._if_there(f"users/nightly-recharge/{day}", access)
        return to_night(day, sleep, recharge, pointer.version)

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """Workouts and nights since. Their version is the answer's own date: at that moment they were so."""
        exercises, at = await self._listed("exercises", access)
        nights, _ = await self._listed("users/sleep", access, "nights")
        recharges, _ = await self._listed("users/nightly-recharge", access, "recharges")
        days = {day for row in (*nights, *recharges) if (day := inside(row, "date")) is not None}
        things = [workout_id(inside(row, "id"), "id") for row in exercises if _is_since(row, since)]
        things += [f"{NIGHT}{day}" for day in sorted(map(night_of, days)) if day >= since.date()]
        return [Pointer(access.owner, thing, at) for thing in things]

    async def history(self, access: Access, since: datetime, page: str | None) -> tuple[Sequence[Item], str | None]:
        """What Polar still shows in one page: thirty days of workouts after the connection, 28 nights."""
        return await self.recent(access, since), None

    async def owner(self, access: Access) -> str:
        """Register the athlete, without which Polar sends nothing of them; their id there.

        The token answer names them (`x_user_id`), so give that as `access.owner`: of who is registered already (409)
        Polar does not say the id.
        """
        member = access.owner or hashlib.sha256((access.token or "").encode()).hexdigest()[:24]
        try:
            said = decoded(await self._call("POST", "users", access, json={"member-id": f"twinge-{member}"}), "Polar")
        except Refused as refused:
            if refused.status == 409 and access.owner:
                return access.owner
            raise GiveUp(CONSENTS) if refused.status == 403 else refused from None
        found = inside(said, "polar-user-id") or access.owner
        if not found:
            raise TryLater("Polar did not say whose token this is")
        return str(found)

    async def disconnect(self, access: Access) -> None:
        """End the registration, which ends the token too."""
        try:
            await self._call("DELETE", f"users/{access.owner}", access)
        except Refused as refused:
            if refused.status not in {404, 410}:
                raise

    async def subscription(self, http: aiohttp.ClientSession, public_url: str, now: datetime) -> str | None:
        """What is wrong with our webhook at Polar, in words; None: it stands. Polar switches it off after seven days
        without an answer of 200."""
        client = self._settings["CLIENT_ID"], self._settings["CLIENT_SECRET"]
        url = f"{self.base}/v3/webhooks"
        try:
            answer = await call(http, "GET", url, vendor="Polar", client=client, deadline=self._deadline, pause=pause)
        except TokenRefused:
            return "Polar refuses the client id or secret: check both settings"
        found = inside(decoded(answer, "Polar"), "data")
        ours = [one for one in found or () if inside(one, "url") == f"{public_url}/hooks/polar"]
        if not ours:
            return "Polar has no webhook with our URL: make it (docs/platforms/polar.md)"
        if inside(ours[0], "active") is not True:
            return "Polar has switched our webhook off: activate it (docs/platforms/polar.md)"
        lacking = {"EXERCISE", "SLEEP"} - {str(event) for event in inside(ours[0], "events") or ()}
        return f"Our webhook at Polar lacks the events {', '.join(sorted(lacking))}: add them" if lacking else None

    async def _listed(self, path: str, access: Access, within: str = "") -> tuple[list[Any], int]:
        """The rows of a listing, and the answer's date in epoch milliseconds."""
        answer = await self._call("GET", path, access)
        found = decoded(answer, "Polar")
        rows = inside(found, within) if within else found
        return rows if isinstance(rows, list) else [], int(answer.at.timestamp() * 1000) if answer.at else 0

    async def _get(self, path: str, access: Access, query: Mapping[str, str] | None = None) -> Any:
        return decoded(await self._call("GET", path, access, query=query), "Polar")

    async def _if_there(self, path: str, access: Access) -> Any:
        try:
            return await self._get(path, access)
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    async def _call(self, method: str, path: str, access: Access, **more: Any) -> Response:
        url = f"{self.base}/v3/{path}"
        more |= {"vendor": "Polar", "token": access.token, "deadline": self._deadline, "pause": pause}
        try:
            return await call(access.http, method, url, **more)
        except Refused as refused:
            raise Refused(CONSENTS, 403) if refused.status == 403 else refused from None


def pause(headers: Mapping[str, str]) -> timedelta | None:
    """How long a spent limit lasts: RateLimit-Usage, -Limit and -Reset tell a quarter of an hour and a day, in that
    order; -Usage is what was spent (https://www.polar.com/accesslink-api/, "Rate limits")."""
    used, limit, reset = (_pair(headers.get(f"RateLimit-{name}")) for name in ("Usage", "Limit", "Reset"))
    waits = [wait for one, most, wait in zip(used, limit, reset, strict=False) if one >= most]
    return min(timedelta(seconds=max(waits)), LONGEST_PAUSE) if waits else pause_of(headers)


def _pair(header: str | None) -> list[int]:
    parts = [part.strip() for part in (header or "").split(",")]
    return (
        [int(part) for part in parts]
        if all(part.isascii() and part.isdigit() and len(part) < 9 for part in parts)
        else []
    )


def _is_ping(body: bytes) -> bool:
    """Whether a body is a PING and nothing else."""
    try:
        event = parse(Event, body)
    except Rejected:
        return False
    return event.event == PING and event.user_id is None and event.entity_id is None and event.date is None


def _user_of(row: Mapping[str, Any]) -> str | None:
    """The id at the end of `polar_user`, a link."""
    found = row.get("polar_user")
    return found.rstrip("/").rpartition("/")[2] or None if isinstance(found, str) else None


def _is_since(row: object, since: datetime) -> bool:
    """Whether an exercise of the listing began, or was uploaded, since then; one that does not say so is taken too."""
    try:
        uploaded = datetime.fromisoformat(str(inside(row, "upload_time")))
        if uploaded.tzinfo is not None and uploaded >= since:
            return True
        return start_of(row if isinstance(row, dict) else {}) >= since
    except (Rejected, ValueError):
        return True
