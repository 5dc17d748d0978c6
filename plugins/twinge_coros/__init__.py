"""COROS: workouts pushed in lists, their FIT files, and days asked for. See docs/platforms/coros.md.

COROS signs nothing; its calls show the client's id and secret in two headers. What goes wrong in its API comes as
HTTP 200 with a result other than 0000.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import aiohttp
import msgspec

from twinge.core.model import Wellness
from twinge.event import parse
from twinge.plugin import (
    Access,
    Capabilities,
    Delivery,
    Fetched,
    GiveUp,
    OAuth,
    Pointer,
    Recording,
    Rejected,
    TokenRefused,
    Tokens,
    TryLater,
)
from twinge.plugin.loose import inside
from twinge.plugin.settings import require
from twinge.plugin.signing import among, first_of, keys_of
from twinge.plugin.vendor import DEADLINE, Response, call, decoded
from twinge.reach import Reach
from twinge_coros.files import bring
from twinge_coros.payload import Push, Workout, file_of, pointers, to_activity, to_morning

__all__ = ["Coros"]

log = logging.getLogger("twinge.coros")

HOME = "https://open.coros.com"
REQUIRED = ("CLIENT_ID", "CLIENT_SECRET")
OK = {"message": "ok", "result": "0000"}
WINDOW = timedelta(days=30)
"""Most that one question may span; both ends count."""
PAST = timedelta(days=89)
"""COROS tells three months back."""
PROLONGED = timedelta(days=30)
DAYS = "days:"


class Coros:
    """The COROS adapter."""

    name: ClassVar[str] = "coros"
    title: ClassVar[str] = "COROS"
    capabilities: ClassVar[Capabilities] = Capabilities(
        signed=False,
        points=True,
        polls=True,
        batch=True,
        kinds=("workouts", "sleep", "hrv", "resting_hr"),
        body_cap_kb=8_192,
    )
    oauth: OAuth | None

    def __init__(
        self, settings: Mapping[str, str], deadline: aiohttp.ClientTimeout = DEADLINE, reach: Reach | None = None
    ) -> None:
        self.base = base = settings.get("API_BASE", HOME).rstrip("/")
        self._deadline, self._reach = deadline, reach or Reach()
        self._client, self._secrets = keys_of(settings["CLIENT_ID"]), keys_of(settings["CLIENT_SECRET"])
        self.oauth = OAuth(
            authorize_url=f"{base}/oauth2/authorize",
            token_url=f"{base}/oauth2/accesstoken",
            client_id=settings["CLIENT_ID"],
            client_secret=first_of(settings["CLIENT_SECRET"]),
            scopes=("workout",),
            owner_at=("openId",),
        )

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Coros:
        """Settings are those of docs/platforms/coros.md, without their TWINGE_COROS_."""
        require(cls.name, env, REQUIRED, "docs/platforms/coros.md")
        return cls({name: value for name, value in env.items() if value})

    def admit(self, call: Delivery) -> None:
        """The client's id and secret, as COROS shows them in two headers."""
        client, secret, at = call.headers.get("client"), call.headers.get("secret"), call.received_at
        if not (among(client, self._client, at) & among(secret, self._secrets, at)):
            raise Rejected("The headers client and secret are missing or not ours.", status=401)

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Nothing but what admits."""
        self.admit(delivery)

    def key(self, delivery: Delivery) -> str:
        """The body is its name: COROS gives its calls none."""
        return hashlib.sha256(delivery.body).hexdigest()

    def read(self, delivery: Delivery) -> Sequence[Pointer]:
        """A pointer for each workout, and for each leg of a multisport."""
        version = int(delivery.received_at.timestamp() * 1000)
        return list(pointers(parse(Push, delivery.body).sportDataList, version))

    def answer(self, delivery: Delivery) -> tuple[int, str, bytes]:
        """COROS reads the body: without result 0000 it sends again, and may stop sending."""
        return 200, "application/json", msgspec.json.encode(OK)

    def handshake(self, delivery: Delivery) -> Mapping[str, Any]:
        """The status question, which carries no credentials."""
        return OK

    async def fetch(self, pointer: Pointer, access: Access) -> Fetched | Sequence[Fetched] | None:
        """The workout's file with what the list said beside it; that alone where there is no file. Or some days."""
        if pointer.object_id.startswith(DAYS):
            return await self._mornings(pointer, access)
        known, file = to_activity(pointer), await self._file(pointer, access)
        if file is not None:
            return Recording(f"coros:{pointer.object_id}", file, "fit", pointer.version, known)
        if known is None:
            log.warning("hop=fetch platform=coros outcome=left_out reason=no_file")
        return known

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """Pointers to the workouts since, and one to the days since."""
        clock = await self._clock(access)
        found: list[Pointer] = []
        start = max(since, clock - PAST)
        while start.date() <= clock.date():
            end = min(start + WINDOW - timedelta(days=1), clock)
            found += await self._listed(access, start, end)
            found.append(Pointer(access.owner, f"{DAYS}{start:%Y%m%d}-{end:%Y%m%d}", int(clock.timestamp() * 1000)))
            start = end + timedelta(days=1)
        return found

    async def history(self, access: Access, since: datetime, page: str | None) -> tuple[Sequence[Pointer], str | None]:
        """Thirty days a page, oldest first, three months at most. The list has no heart rate: the files are fetched."""
        clock = await self._clock(access)
        start = datetime.strptime(page, "%Y%m%d").replace(tzinfo=UTC) if page else since
        start = max(start, clock - PAST)
        end = min(start + WINDOW - timedelta(days=1), clock)
        found = await self._listed(access, start, end)
        days = Pointer(access.owner, f"{DAYS}{start:%Y%m%d}-{end:%Y%m%d}", int(clock.timestamp() * 1000))
        following = end + timedelta(days=1)
        return [*found, days], f"{following:%Y%m%d}" if following.date() <= clock.date() else None

    async def renew(self, access: Access, refresh_token: str, now: datetime) -> Tokens:
        """Prolong the access token: it stays the same and lasts thirty days again. The refresh token does not end."""
        secret = self.oauth.client_secret if self.oauth else ""
        query = {
            "client_id": self.oauth.client_id if self.oauth else "",
            "client_secret": secret,
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
        }
        try:
            await self._ask(access, "/oauth2/refresh-token", query, method="POST", mine=False)
        except TokenRefused as refused:
            raise GiveUp("COROS refuses this grant: the athlete must reconnect", alert=True) from refused
        ends = int((now + PROLONGED).timestamp() * 1000)
        return Tokens(access.token or "", refresh_token, ends, owner=access.owner)

    async def disconnect(self, access: Access) -> None:
        """Take back the consent there; to have ended already is fine."""
        try:
            await self._ask(access, "/oauth2/deauthorize", {"token": access.token or ""}, method="POST", mine=False)
        except TokenRefused:
            return

    async def _file(self, pointer: Pointer, access: Access) -> bytes | None:
        """From the address in the list; where that has run out, from a fresh one."""
        url = pointer.extra.get("url")
        if url and (body := await self._bring(url, access)) is not None:
            return body
        url = await self._fresh_url(pointer, access)
        return await self._bring(url, access) if url else None

    async def _bring(self, url: str, access: Access) -> bytes | None:
        return await bring(url, self.base, self._reach, access.http, self._deadline)

    async def _fresh_url(self, pointer: Pointer, access: Access) -> str | None:
        query = {
            "labelId": pointer.object_id.partition(".")[0],
            "mode": pointer.extra.get("mode", ""),
            "subMode": pointer.extra.get("subMode", ""),
        }
        try:
            said = await self._ask(access, "/v2/coros/sport/detail/fit", query)
        except GiveUp as refused:  # one entry that can never be had must not take the others of its body with it
            log.warning("hop=fetch platform=coros outcome=no_file reason=%s", refused.reason)
            return None
        return file_of(inside(decoded(said, "COROS"), "data"), pointer)

    async def _mornings(self, pointer: Pointer, access: Access) -> list[Wellness]:
        start, _, end = pointer.object_id.removeprefix(DAYS).partition("-")
        said = await self._ask(access, "/coros/daily/query", {"startDate": start, "endDate": end})
        rows = inside(decoded(said, "COROS"), "data", "dailyList")
        found = [to_morning(row, pointer.version) for row in rows or [] if isinstance(row, dict)]
        return [one for one in found if one is not None]

    async def _listed(self, access: Access, start: datetime, end: datetime) -> list[Pointer]:
        query = {"startDate": f"{start:%Y%m%d}", "endDate": f"{end:%Y%m%d}"}
        said = await self._ask(access, "/v2/coros/sport/list", query)
        try:
            workouts = msgspec.convert(inside(decoded(said, "COROS"), "data") or [], list[Workout])
            return list(pointers(workouts, int(said.at.timestamp() * 1000) if said.at else 0, access.owner))
        except (msgspec.ValidationError, Rejected) as odd:
            raise GiveUp("COROS lists workouts in a shape that is not known", alert=True) from odd

    async def _clock(self, access: Access) -> datetime:
        """COROS's own time, from the answer to the cheapest question: a list must not reach into the future."""
        said = await self._ask(access, "/coros/bindState", {})
        if inside(decoded(said, "COROS"), "data", "bindState") == 0:
            raise GiveUp("The athlete has ended the connection at COROS: they must reconnect", alert=True)
        if said.at is None:
            raise TryLater("COROS did not say what time it is")
        return said.at

    async def _ask(
        self, access: Access, path: str, query: Mapping[str, str], *, method: str = "GET", mine: bool = True
    ) -> Response:
        """An answer with result 0000. The token goes into the query, as COROS wants it: never log this URL."""
        headers = {"token": access.token} if mine and access.token else {}
        whole = ({"token": access.token or "", "openId": access.owner} if mine else {}) | dict(query)
        said = await call(
            access.http, method, self.base + path, vendor="COROS", query=whole, headers=headers, deadline=self._deadline
        )
        result = str(inside(decoded(said, "COROS"), "result"))
        if result.strip("0") == "" and result:
            return said
        raise _refusal(result)


def _refusal(result: str) -> TryLater | GiveUp:
    match result:
        case "5016":
            return TryLater("COROS asks to come again later")
        case "5006":
            return TokenRefused("COROS refuses this access token")
        case "5010":
            return GiveUp("COROS does not know this athlete: they must reconnect", alert=True)
    code = result if result.isdigit() and len(result) <= 6 else "another result"
    return GiveUp(f"COROS answered {code} where 0000 is good", alert=True)
