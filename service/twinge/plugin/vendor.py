"""One call of a vendor's API: in time, in size, without redirects, and each refusal as what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import msgspec
from yarl import URL

from twinge.plugin.trouble import GiveUp, RateLimited, TokenRefused, TryLater, TwingeError

DEADLINE = aiohttp.ClientTimeout(total=20)
LARGEST = 32 * 1024 * 1024
"""Bytes of one answer; a whole day on foot, recorded once a second, has 5 MB."""
LONGEST_PAUSE = timedelta(days=1)


class Refused(GiveUp):
    """An answer of 4xx that stays so: 403, 404, 409, 410, … in `status`."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason, alert=status not in {404, 410})
        self.status = status


@dataclass(frozen=True, slots=True)
class Response:
    """An answer of 2xx."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def at(self) -> datetime | None:
        """The answer's own Date in UTC: the vendor's clock, where ours may not be asked."""
        try:
            return parsedate_to_datetime(self.headers["Date"]).astimezone(UTC)
        except (KeyError, ValueError, TypeError, OverflowError):
            return None


async def call(
    http: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    vendor: str,
    token: str | None = None,
    query: Mapping[str, str] | None = None,
    json: Mapping[str, Any] | None = None,
    form: Mapping[str, str] | None = None,
    client: tuple[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    deadline: aiohttp.ClientTimeout = DEADLINE,
    pause: Callable[[Mapping[str, str]], timedelta | None] | None = None,
) -> Response:
    """The answer of 2xx. Raises `TokenRefused` (401), `RateLimited` (429), `TryLater` (408, 425, 5xx, no answer) and
    `Refused` (the rest).

    `token` goes into an Authorization header as a bearer (RFC 6750); `client`, the application's own id and secret, in
    the basic way (RFC 7617), beside `headers`. The body is `json`, or `form` as browsers post it. `url` is taken as it
    is written. `pause` reads how long a spent limit lasts, where the vendor has headers of its own for that. Nothing of
    the URL, of the token or of the answer's body gets into the words of an error.
    """
    sent = dict(headers or {})
    if token:
        sent["Authorization"] = f"Bearer {token}"
    if client is not None:
        sent["Authorization"] = aiohttp.encode_basic_auth(*client)
    target = URL(url, encoded=True).update_query(dict(query)) if query else URL(url, encoded=True)
    try:
        async with http.request(
            method, target, json=json, data=form, headers=sent, timeout=deadline, allow_redirects=False
        ) as response:
            body = await _read(response, vendor) if response.status < 300 else b""
    except (aiohttp.ClientError, TimeoutError, ValueError) as lost:
        raise TryLater(f"{vendor} did not answer") from lost
    if not 200 <= response.status < 300:
        raise refusal(vendor, response.status, response.headers, pause or pause_of)
    return Response(response.status, response.headers, body)


def decoded(response: Response, vendor: str) -> Any:
    """The JSON of an answer; None for an empty one. A proxy's page in its place is `TryLater`."""
    if not response.body.strip():
        return None
    try:
        return msgspec.json.decode(response.body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as broken:
        raise TryLater(f"{vendor} answered {response.status} with something that is not JSON") from broken


def refusal(
    vendor: str,
    status: int,
    headers: Mapping[str, str],
    pause: Callable[[Mapping[str, str]], timedelta | None],
) -> TwingeError:
    """What an answer outside 2xx means for the caller. A redirect is refused: its target would be anybody's."""
    match status:
        case 401:
            return TokenRefused(f"{vendor} refuses this access token")
        case 429:
            return RateLimited(f"{vendor}'s rate limit is spent", after=pause(headers))
        case 403:
            return Refused(f"{vendor} does not allow this: the athlete's consent does not cover it", 403)
        case 404 | 410:
            return Refused(f"{vendor} no longer has this", status)
    if status >= 500 or status in {408, 425}:
        return TryLater(f"{vendor} answered {status}", after=pause_of(headers))
    return Refused(f"{vendor} answered {status}", status)


def pause_of(headers: Mapping[str, str]) -> timedelta | None:
    """How long the vendor asks us to wait: Retry-After (RFC 9110, section 10.2.3) in seconds or as a date.

    A date is taken relative to the answer's own Date. At most a day; None where nothing usable is said.
    """
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit() and len(said) < 8:
        return min(timedelta(seconds=int(said)), LONGEST_PAUSE)
    try:
        wait = parsedate_to_datetime(said) - parsedate_to_datetime(headers["Date"])
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    return max(timedelta(0), min(wait, LONGEST_PAUSE))


def trusted(url: str, base: str, prefix: str = "/") -> bool:
    """Whether a URL out of a body leads to the vendor's own host: the scheme, host and port of `base`, below `prefix`.

    Anything else would let whoever writes such a body send our tokens, or us, to a place of their choice.
    """
    try:
        given, ours = URL(url, encoded=True), URL(base)
        same = (given.scheme, given.host, given.port) == (ours.scheme, ours.host, ours.port)
        plain = given.user is None and given.password is None and not given.fragment
        path = given.path
    except ValueError:
        return False
    return same and plain and path.startswith(prefix) and ".." not in path and "\\" not in url and url.isprintable()


async def _read(response: aiohttp.ClientResponse, vendor: str) -> bytes:
    """The body, up to LARGEST."""
    taken = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        taken += chunk
        if len(taken) > LARGEST:
            raise Refused(f"{vendor} answered with more than {LARGEST // 1024 // 1024} MB", 413)
    return bytes(taken)
