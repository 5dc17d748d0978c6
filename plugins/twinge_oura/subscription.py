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

from twinge.plugin import GiveUp, TokenRefused
from twinge.plugin.vendor import DEADLINE, Refused, call, decoded
from twinge_oura.mapping import KINDS

EVENTS = ("create", "update", "delete")
Place = tuple[str, str]
"""(kind of data, kind of event)."""
PLACES: tuple[Place, ...] = tuple(product(KINDS, EVENTS))
EARLY = timedelta(days=30)
"""Renewed when it has no more than this left."""
SOON = timedelta(days=14)
"""Complained of when it has no more than this left: whoever renews once a month hears nothing."""


class Subscriptions:
    """The application's own: signed for by its client id and secret, not by an athlete's token."""

    def __init__(
        self, url: str, client_id: str, secret: str, token: str, deadline: aiohttp.ClientTimeout = DEADLINE
    ) -> None:
        self._url, self._token, self._deadline = url, token, deadline
        self._headers = {"x-client-id": client_id, "x-client-secret": secret}

    async def wrong(self, http: aiohttp.ClientSession, callback_url: str, now: datetime) -> str | None:
        """What is wrong with what there is, in words that say what to do; None: all stands. Changes nothing."""
        try:
            there = await self._listed(http)
        except TokenRefused:
            return _words(401)
        except Refused as refused:
            return _words(refused.status)
        except GiveUp as refused:
            return refused.reason
        lacking = [place for place in PLACES if not _stands(there.get(place), callback_url, now + SOON)]
        if not lacking:
            return None
        return (
            f"{len(lacking)} of our {len(PLACES)} subscriptions at Oura are missing, lead elsewhere or end soon: "
            "make and renew them (docs/platforms/oura.md)"
        )

    async def mend(self, http: aiohttp.ClientSession, callback_url: str, now: datetime) -> int:
        """Make what is missing, point what is elsewhere here, renew what ends soon; how many that were.

        Raises `GiveUp` with what to do, `TryLater`.
        """
        done = 0
        try:
            there = await self._listed(http)
            for place in PLACES:
                if not _stands(there.get(place), callback_url, now + EARLY):
                    await self._mend(http, place, there.get(place), callback_url)
                    done += 1
        except TokenRefused:
            raise GiveUp(_words(401)) from None
        except Refused as refused:
            raise GiveUp(_words(refused.status)) from None
        return done

    async def _listed(self, http: aiohttp.ClientSession) -> dict[Place, Mapping[str, Any]]:
        return _by_place(await self._call(http, "GET", ""))

    async def _mend(
        self, http: aiohttp.ClientSession, place: Place, one: Mapping[str, Any] | None, callback_url: str
    ) -> None:
        kind, event = place
        wanted = {"callback_url": callback_url, "verification_token": self._token}
        wanted |= {"event_type": event, "data_type": kind}
        if one is None:
            await self._call(http, "POST", "", wanted)
        elif one.get("callback_url") != callback_url:
            await self._call(http, "PUT", f"/{one['id']}", wanted)
        else:
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


def _stands(one: Mapping[str, Any] | None, callback_url: str, until: datetime) -> bool:
    return one is not None and one.get("callback_url") == callback_url and _ends(one) > until


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
