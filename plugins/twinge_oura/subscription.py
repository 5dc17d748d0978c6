"""Oura's webhook subscriptions: one for each kind of data and of event; each ends after about ninety days.

https://cloud.ouraring.com/v2/docs#tag/Webhook-Subscription-Routes. While one is made Oura calls the hook, so the
service must be up and reachable.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import aiohttp

from twinge.plugin import GiveUp, TokenRefused, TryLater
from twinge.plugin.vendor import DEADLINE, Refused, call, decoded
from twinge_oura.mapping import KINDS

EVENTS = ("create", "update", "delete")
EARLY = timedelta(days=30)
"""Renewed when it has no more than this left."""

Place = tuple[str, str]
"""(kind of data, kind of event)."""


class Subscriptions:
    """The application's own: signed for by its client id and secret, not by an athlete's token."""

    def __init__(
        self, url: str, client_id: str, secret: str, token: str, deadline: aiohttp.ClientTimeout = DEADLINE
    ) -> None:
        self._url, self._token, self._deadline = url, token, deadline
        self._headers = {"x-client-id": client_id, "x-client-secret": secret}

    async def keep(self, http: aiohttp.ClientSession, callback_url: str, now: datetime) -> str | None:
        """List what there is; make what is missing, point what is elsewhere here, renew what ends soon.

        What stays wrong, in words; None where nothing does.
        """
        try:
            there = _by_place(await self._call(http, "GET", ""))
            for place in product(KINDS, EVENTS):
                await self._mend(http, place, there.get(place), callback_url, now)
        except TokenRefused:
            return _words(401)
        except TryLater:
            return "Oura does not answer: its subscriptions could not be looked at."
        except Refused as refused:
            return _words(refused.status)
        except GiveUp as refused:
            return refused.reason
        return None

    async def _mend(
        self, http: aiohttp.ClientSession, place: Place, one: Mapping[str, Any] | None, callback_url: str, now: datetime
    ) -> None:
        kind, event = place
        wanted = {"callback_url": callback_url, "verification_token": self._token}
        wanted |= {"event_type": event, "data_type": kind}
        if one is None:
            await self._call(http, "POST", "", wanted)
        elif one.get("callback_url") != callback_url:
            await self._call(http, "PUT", f"/{one['id']}", wanted)
        elif _ends(one) <= now + EARLY:
            await self._call(http, "PUT", f"/renew/{one['id']}")

    async def _call(
        self, http: aiohttp.ClientSession, method: str, path: str, body: Mapping[str, str] | None = None
    ) -> Any:
        said = await call(
            http,
            method,
            self._url + path,
            vendor="Oura",
            json=body,
            headers=self._headers,
            deadline=self._deadline,
        )
        return decoded(said, "Oura")


def _by_place(rows: Any) -> dict[Place, Mapping[str, Any]]:
    if not isinstance(rows, list):
        raise GiveUp("Oura lists its subscriptions in another shape than its documentation says.")
    fit = (row for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str) and row["id"].isprintable())
    return {(str(row.get("data_type")), str(row.get("event_type"))): row for row in fit if "/" not in row["id"]}


def _ends(one: Mapping[str, Any]) -> datetime:
    """When it ends; the beginning of time where Oura does not say, so that it is renewed."""
    try:
        at = datetime.fromisoformat(str(one.get("expiration_time")))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _words(status: int) -> str:
    if status in {400, 422}:
        return "Oura could not confirm our address: it must be public https, and TWINGE_OURA_VERIFY_TOKEN be set there."
    return f"Oura refuses to show or change our subscriptions ({status}): check TWINGE_OURA_CLIENT_ID and its secret."
