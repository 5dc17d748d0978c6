"""Garmin Connect by asking, unofficially: what the athlete's own login sees, by the `garminconnect` library.

Garmin offers no such interface to private persons, and may end it or the account. So this is off until its two settings
are given, and no password is ever given to Twinge. See docs/platforms/garminconnect.md. The library is synchronous: one
call at a time, in a thread of its own, under our deadline, with a pause before each.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

import msgspec

from twinge.core.model import Activity, Wellness
from twinge.plugin import (
    Access,
    Capabilities,
    Delivery,
    Fetched,
    GiveUp,
    NotConfigured,
    OAuth,
    Pointer,
    RateLimited,
    Recording,
    Rejected,
    TryLater,
)
from twinge_garminconnect.mapping import to_activity, to_morning

__all__ = ["GarminConnect"]

log = logging.getLogger("twinge.garminconnect")

T = TypeVar("T")
PAGE = "docs/platforms/garminconnect.md"
DEADLINE_S = 25.0
PAUSE_S = 1.0
"""Before each call: nobody is in a hurry here."""
MORNINGS = 3
"""From the day after `since`: yesterday's, today's and, east of Greenwich, tomorrow's."""
LARGEST = 32 * 2**20
SPENT, BLOCKED, REFUSED = timedelta(hours=2), timedelta(hours=6), timedelta(hours=1)
"""How long nobody calls: after 429, after 403 (bots are blocked so), and while the saved login is not taken."""
STATUS = {
    "GarminConnectTooManyRequestsError": 429,
    "GarminConnectAuthenticationError": 401,
    "GarminConnectNotFoundError": 404,
}
"""The library's exceptions that carry no answer; by name, since it need not be installed."""


class GarminConnect:
    """The unofficial adapter: one installation, one Garmin account."""

    name: ClassVar[str] = "garminconnect"
    title: ClassVar[str] = "Garmin Connect"
    capabilities: ClassVar[Capabilities] = Capabilities(
        signed=False, points=True, polls=True, kinds=("workouts", "sleep", "hrv", "resting_hr"), poll_min=60
    )
    oauth: OAuth | None = None

    def __init__(self, login: Callable[[], Any], *, deadline_s: float = DEADLINE_S, pause_s: float = PAUSE_S) -> None:
        """`login` gives a client of the library that is logged in; it is called in the thread."""
        self._login, self._deadline_s, self._pause_s = login, deadline_s, pause_s
        self._client: Any = None
        self._turn, self._busy = asyncio.Lock(), threading.Lock()

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> GarminConnect:
        """Raises `NotConfigured` without the operator's word, without a folder, and without the library."""
        if env.get("ACCEPT_RISK") != "1":
            raise NotConfigured(f"Unofficial: read {PAGE} first, then set TWINGE_GARMINCONNECT_ACCEPT_RISK=1")
        folder = env.get("TOKENS", "")
        if not folder:
            raise NotConfigured(f"Set TWINGE_GARMINCONNECT_TOKENS to the folder of a saved login ({PAGE})")
        return cls(_saved(_library(), folder))

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Nobody calls."""
        raise Rejected("Garmin Connect is asked; it has no webhook.", status=404)

    def key(self, delivery: Delivery) -> str:
        """Never asked for: nothing passes `verify`."""
        raise Rejected("Garmin Connect is asked; it has no webhook.", status=404)

    def read(self, delivery: Delivery) -> Sequence[Pointer]:
        """Never asked for: nothing passes `verify`."""
        raise Rejected("Garmin Connect is asked; it has no webhook.", status=404)

    def handshake(self, delivery: Delivery) -> None:
        """Asks for none."""

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """The workouts since, with their totals, and three mornings."""
        start = since.date()

        def ask(client: Any) -> Any:
            return client.get_activities_by_date(start.isoformat())

        try:
            rows = await self._ask(access, ask)
        except Refused as refused:
            raise (blocked() if refused.status == 403 else refused) from None
        found = [_pointer(access.owner, row) for row in rows] if isinstance(rows, list) else []
        days = [start + timedelta(days=after) for after in range(1, MORNINGS + 1)]
        mornings = [Pointer(access.owner, f"morning-{day}", extra={"day": day.isoformat()}) for day in days]
        return [*(one for one in found if one is not None), *mornings]

    async def fetch(self, pointer: Pointer, access: Access) -> Fetched | None:
        """A morning; or a workout's own file, and its totals alone where there is none."""
        if "day" in pointer.extra:
            return await self._morning(pointer.extra["day"], access)
        known = _known(pointer)

        def ask(client: Any) -> bytes:
            body = client.download_activity(pointer.object_id, dl_fmt=client.ActivityDownloadFormat.ORIGINAL)
            return body if isinstance(body, bytes) else b""

        try:
            body = await self._ask(access, ask)
        except Refused:
            return known
        return Recording(known.key, body, "", known.version, known) if 0 < len(body) <= LARGEST else known

    async def _morning(self, day: str, access: Access) -> Wellness | None:
        try:
            return to_morning(day, await self._ask(access, lambda client: client.get_sleep_data(day)))
        except Refused:
            return None

    async def _ask(self, access: Access, ask: Callable[[Any], T]) -> T:
        """What the library says. Raises `RateLimited`, `TryLater`, and `Refused` for what can not be had."""
        async with self._turn:
            await asyncio.sleep(self._pause_s)
            if not self._busy.acquire(blocking=False):
                raise TryLater("An earlier call to Garmin Connect has not ended yet.")
            try:
                async with asyncio.timeout(self._deadline_s):
                    return await _in_thread(lambda: self._asked(access.owner, ask), self._busy.release)
            except TimeoutError:
                raise TryLater(f"Garmin Connect did not answer within {self._deadline_s:.0f} s.") from None

    def _asked(self, owner: str, ask: Callable[[Any], T]) -> T:
        """In the thread. The library's words may quote an answer, so none is passed on."""
        try:
            self._client = self._client or self._login()
            if self._client.display_name != owner:
                log.error("hop=login platform=garminconnect outcome=another_account")
                raise GiveUp(f"The saved login is another account's: see external_id in {PAGE}", alert=True)
            return ask(self._client)
        except (GiveUp, TryLater):
            raise
        except Exception as error:  # noqa: BLE001 - the library raises its own, requests' and curl's
            raise self._trouble(error) from None

    def _trouble(self, error: Exception) -> TryLater | GiveUp:
        status = status_of(error)
        if status == 429:
            return RateLimited("Garmin Connect wants to be left alone for a while (429).", after=SPENT)
        if status == 401:
            self._client = None
            log.error("hop=login platform=garminconnect outcome=refused")
            return RateLimited(f"Garmin does not take the saved login: make it anew ({PAGE}).", after=REFUSED)
        if status == 403 and self._client is None:
            return blocked()
        if status is not None and 400 <= status < 500:
            return Refused(status)
        return TryLater(f"Garmin Connect could not be asked: {type(error).__name__}.")


class Refused(GiveUp):
    """Garmin says no to this one thing."""

    def __init__(self, status: int) -> None:
        super().__init__(f"Garmin Connect answered {status}.")
        self.status = status


def status_of(error: BaseException) -> int | None:
    """The HTTP status behind one of the library's exceptions; None where there was no answer."""
    for kind in type(error).__mro__:
        if kind.__name__ in STATUS:
            return STATUS[kind.__name__]
    found = getattr(getattr(error, "response", None), "status_code", None)
    return found if isinstance(found, int) else None


def blocked() -> RateLimited:
    """What a 403 to a login or a listing means; to one thing alone it may mean anything."""
    return RateLimited("Garmin blocks this machine or this library (403).", after=BLOCKED)


def _pointer(owner: str, row: Any) -> Pointer | None:
    known = to_activity(row) if isinstance(row, Mapping) else None
    if known is None:
        log.warning("hop=list platform=garminconnect outcome=left_out reason=wrong_shape")
        return None
    extra = {"known": msgspec.json.encode(known).decode()}
    return Pointer(owner, known.key.removeprefix("garminconnect:"), known.version, extra)


def _known(pointer: Pointer) -> Activity:
    try:
        return msgspec.json.decode(pointer.extra["known"], type=Activity)
    except (KeyError, msgspec.MsgspecError) as broken:
        raise GiveUp("This pointer holds no totals: it was not made by this adapter", alert=True) from broken


def _library() -> Any:
    """The module, imported only when the plugin is on. Raises `NotConfigured` where it is not installed."""
    try:
        library: Any = importlib.import_module("garminconnect")
    except ImportError:
        raise NotConfigured("Install the library: pip install 'twinge[garminconnect]' (Python 3.12 on)") from None
    for name in ("garminconnect", "curl_cffi", "urllib3", "requests"):  # their lines name the account
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return library


def _saved(library: Any, folder: str) -> Callable[[], Any]:
    """A login by the saved tokens alone: the library renews them, and writes them back to the folder."""

    def login() -> Any:
        client = library.Garmin(retry_attempts=0)
        client.login(folder)
        return client

    return login


async def _in_thread(work: Callable[[], T], after: Callable[[], None]) -> T:
    """What `work` says, in a thread that nobody has to wait for: neither the loop, when it hangs, nor the process."""
    loop = asyncio.get_running_loop()
    said: asyncio.Future[T] = loop.create_future()

    def tell(say: Callable[[Any], None], what: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(lambda: None if said.done() else say(what))

    def run() -> None:
        try:
            found = work()
        except Exception as error:  # noqa: BLE001 - told to whoever waits
            after()
            tell(said.set_exception, error)
        else:
            after()
            tell(said.set_result, found)

    threading.Thread(target=run, name="twinge-garminconnect", daemon=True).start()
    return await said
