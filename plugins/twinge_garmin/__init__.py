"""Garmin: the Health and Activity APIs' pushes and pings. See docs/platforms/garmin.md for keys, limits and terms.

Garmin signs nothing. Its calls carry our client id in a header, which any athlete's browser has seen on the consent
page; so the route has a secret last segment, and the header is only held against a call that carries another's.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

import aiohttp
import msgspec

from twinge.core.model import Report
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
    Revoked,
    TryLater,
)
from twinge.plugin.loose import inside
from twinge.plugin.settings import require, require_hook_token
from twinge.plugin.signing import among, keys_of
from twinge.plugin.vendor import DEADLINE, Refused, call, decoded, trusted
from twinge_garmin.mapping import Stamp
from twinge_garmin.payload import PLAIN, Push
from twinge_garmin.reading import REST, Reading

__all__ = ["Garmin"]

log = logging.getLogger("twinge.garmin")

HOME = "https://apis.garmin.com"
CONSENT = "https://connect.garmin.com"
TOKENS = "https://diauth.garmin.com"
REQUIRED = ("CLIENT_ID", "CLIENT_SECRET", "HOOK_TOKEN")
CLIENT_HEADERS = ("garmin-client-id", "x-garmin-client-id")
PAST = ("activities", "activityDetails", "dailies", "sleeps", "hrv")
"""What a backfill asks for, one call each."""
PAST_WINDOW = timedelta(days=30)
"""Garmin gives no more before the athlete's consent (open-wearables, `backfill_config.py`)."""


class Garmin:
    """The Garmin adapter."""

    name: ClassVar[str] = "garmin"
    capabilities: ClassVar[Capabilities] = Capabilities(
        signed=False,
        points=True,
        batch=True,
        kinds=("workouts", "sleep", "hrv", "resting_hr"),
        body_cap_kb=102_400,  # what Garmin's partner check asks: a day's samples of many athletes in one body
    )
    oauth: OAuth | None

    def __init__(self, settings: Mapping[str, str], deadline: aiohttp.ClientTimeout = DEADLINE) -> None:
        self.base = base = settings.get("API_BASE", HOME).rstrip("/")
        self._settings, self._deadline = settings, deadline
        self._tokens, self._client = keys_of(settings["HOOK_TOKEN"]), keys_of(settings["CLIENT_ID"])
        self.oauth = OAuth(
            authorize_url=f"{CONSENT if base == HOME else base}/oauth2Confirm",
            token_url=f"{TOKENS if base == HOME else base}/di-oauth2-service/oauth/token",
            client_id=settings["CLIENT_ID"],
            client_secret=settings["CLIENT_SECRET"],
            pkce=True,
        )

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Garmin:
        """Settings are those of docs/platforms/garmin.md, without their TWINGE_GARMIN_."""
        require(cls.name, env, REQUIRED, "docs/platforms/garmin.md")
        require_hook_token(cls.name, env)
        return cls({name: value for name, value in env.items() if value})

    def admit(self, call: Delivery) -> None:
        """The secret path segment; and where a client id is told, it must be ours."""
        if not among(call.token, self._tokens, call.received_at):
            raise Rejected("The secret part of the webhook's path is missing or wrong", status=401)
        for header in CLIENT_HEADERS:
            if header in call.headers and not among(call.headers[header], self._client, call.received_at):
                raise Rejected("This call is meant for another application", status=401, field=header)

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Nothing but what admits: the body proves nothing."""
        self.admit(delivery)

    def key(self, delivery: Delivery) -> str:
        """The body is its name: Garmin gives its calls none, and sends the same body again until it is answered 200."""
        return hashlib.sha256(delivery.body).hexdigest()

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """An item for each summary, night, file or departure of the body."""
        return list(self._reading(delivery).items(parse(Push, delivery.body)))

    def glance(self, delivery: Delivery) -> str | None:
        """Whose the first item is; samples are checked, but not worked out, while Garmin waits."""
        owners = [_owner(item) for item in self._reading(delivery, shaped=False).items(parse(Push, delivery.body))]
        return owners[0] if owners else None

    def handshake(self, delivery: Delivery) -> None:
        """Asks for none: the URLs are set in Garmin's portal."""

    async def fetch(self, pointer: Pointer, access: Access) -> Fetched | Sequence[Fetched] | None:
        """What a ping points to: a list of summaries, or a device's file. What Garmin no longer has is left out.

        One body may speak of many athletes, and a link lives about a day: an entry that can never be had must not
        take the others' with it.
        """
        url = pointer.extra.get("url", "")
        if not trusted(url, self.base, REST):
            raise GiveUp("This is no address of Garmin's API", alert=True)
        try:
            found = await call(access.http, "GET", url, vendor="Garmin", token=access.token, deadline=self._deadline)
        except Refused as refused:
            log.warning("hop=fetch platform=garmin outcome=left_out status=%d", refused.status)
            return None
        if pointer.extra.get("kind") == "file":
            key, form = f"garmin:{pointer.object_id}", pointer.extra.get("format", "")
            return Recording(key, found.body, form, pointer.version) if found.body else None
        return self._listed(pointer, access.owner, decoded(found, "Garmin"))

    def _listed(self, pointer: Pointer, owner: str, rows: Any) -> Sequence[Fetched]:
        """The summaries of a ping's list that are this athlete's; what is of another shape is left out."""
        kind, stamp = pointer.extra.get("kind", ""), Stamp(pointer.version)
        if kind not in PLAIN or not isinstance(rows, list):
            log.warning("hop=fetch platform=garmin outcome=left_out reason=no_list")
            return []
        events: list[Fetched] = []
        for row in rows:
            if not isinstance(row, dict) or row.get("userId", owner) != owner:
                continue
            try:
                push = msgspec.convert({kind: [{**row, "userId": owner}]}, Push)
                items = list(Reading(self.base, stamp).items(push))
            except (Rejected, msgspec.ValidationError):
                log.warning("hop=fetch platform=garmin outcome=left_out reason=wrong_shape")
                continue
            events += [item.event for item in items if isinstance(item, Inline) and not isinstance(item.event, Report)]
        return events

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """Nothing: Garmin sends again for a week what was not answered 200, and asks its partners not to poll."""
        return ()

    async def owner(self, access: Access) -> str:
        """The athlete's id at Garmin, which its token answer does not hold."""
        found = inside(await self._ask(access, "user/id"), "userId")
        if not isinstance(found, str) or not found:
            raise TryLater("Garmin did not say whose token this is")
        return found

    async def disconnect(self, access: Access) -> None:
        """End the registration, as Garmin asks of everybody who offers a way out. It sends a deregistration then."""
        url = f"{self.base}{REST}user/registration"
        try:
            await call(access.http, "DELETE", url, vendor="Garmin", token=access.token, deadline=self._deadline)
        except Refused as refused:
            if refused.status not in {404, 410}:
                raise

    async def history(self, access: Access, since: datetime, page: str | None) -> tuple[Sequence[Item], str | None]:
        """Ask for the thirty days before, kind by kind: the answers come by the webhook, as all else does.

        The first page asks what the athlete allows, and takes the end of the window from Garmin's own clock. `since` is
        heeded where it is later. Without the permission for historical data there is no past to be had.
        """
        if page is None:
            return (), await self._first_page(access)
        end, _, index = page.partition(":")
        kind = PAST[int(index)]
        start = max(int(since.timestamp()), int(end) - int(PAST_WINDOW.total_seconds()))
        query = {"summaryStartTimeInSeconds": str(start), "summaryEndTimeInSeconds": end}
        try:
            await self._ask(access, f"backfill/{kind}", query)
        except Refused as refused:
            if refused.status != 409:  # asked for already
                log.warning("hop=backfill platform=garmin kind=%s outcome=refused status=%d", kind, refused.status)
        following = int(index) + 1
        return (), f"{end}:{following}" if following < len(PAST) else None

    async def _first_page(self, access: Access) -> str | None:
        url = f"{self.base}{REST}user/permissions"
        said = await call(access.http, "GET", url, vendor="Garmin", token=access.token, deadline=self._deadline)
        allowed = inside(decoded(said, "Garmin"), "permissions")
        if not isinstance(allowed, list) or "HISTORICAL_DATA_EXPORT" not in allowed or said.at is None:
            log.info("hop=backfill platform=garmin outcome=not_allowed")
            return None
        return f"{int(said.at.timestamp())}:0"

    async def _ask(self, access: Access, path: str, query: Mapping[str, str] | None = None) -> Any:
        url = f"{self.base}{REST}{path}"
        said = await call(
            access.http, "GET", url, vendor="Garmin", token=access.token, query=query, deadline=self._deadline
        )
        return decoded(said, "Garmin")

    def _reading(self, delivery: Delivery, *, shaped: bool = True) -> Reading:
        return Reading(self.base, Stamp(int(delivery.received_at.timestamp() * 1000)), shaped=shaped)


def _owner(item: Item) -> str:
    return item.owner if isinstance(item, Inline | Pointer | Revoked) else ""
