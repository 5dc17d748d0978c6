"""Tokens and subscriptions at Withings: its token endpoint is not RFC 6749's, and events are for each athlete alone.

https://developer.withings.com/api-reference/#tag/oauth2: `action=requesttoken`, and the tokens lie in `body` below a
`status`. A code lives for 30 seconds, an access token for three hours; a refresh token changes with each use.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from twinge.plugin import Access, GiveUp, OAuth, Rejected, TokenRefused, Tokens, TryLater
from twinge.plugin.loose import inside, number
from twinge.plugin.vendor import Refused
from twinge_withings.api import TOKEN_IS_DEAD, WRONG, Api, status_of, trouble
from twinge_withings.mapping import ACCOUNT, ACTIVITY, SLEEP

log = logging.getLogger("twinge.withings")

OPERATOR_PAUSE = timedelta(minutes=15)
YEAR_S = 31_536_000


class Consent:
    """What begins and ends with an athlete's consent."""

    def __init__(self, api: Api, oauth: OAuth) -> None:
        self._api, self._oauth = api, oauth

    async def exchange(self, http: aiohttp.ClientSession, code: str, redirect_uri: str, now: datetime) -> Tokens:
        """Tokens for a code. Raises `Rejected` where it is old or used, `TryLater`."""
        grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        try:
            return await self._request(http, grant, now)
        except GiveUp as refused:
            raise Rejected("Withings no longer takes this code: start the connection again") from refused

    async def renew(self, http: aiohttp.ClientSession, refresh_token: str, now: datetime) -> Tokens:
        """Tokens for a refresh token, which is dead from then on. Raises `GiveUp`, `TryLater`."""
        return await self._request(http, {"grant_type": "refresh_token", "refresh_token": refresh_token}, now)

    async def _request(self, http: aiohttp.ClientSession, grant: Mapping[str, str], now: datetime) -> Tokens:
        client = {"client_id": self._oauth.client_id, "client_secret": self._oauth.client_secret}
        try:
            said = await self._api.ask(http, "v2/oauth2", None, {"action": "requesttoken", **client, **grant})
        except TokenRefused as refused:
            raise GiveUp("Withings refuses this grant: the athlete must reconnect", alert=True) from refused
        status = status_of(said)
        if status == 0:
            return _tokens(inside(said, "body"), now)
        if status not in TOKEN_IS_DEAD | WRONG:
            raise trouble(status)
        if "client" in str(inside(said, "error")).lower():
            raise TryLater("Withings refuses our client id or secret: check both settings", after=OPERATOR_PAUSE)
        raise GiveUp("Withings refuses this grant: the athlete must reconnect", alert=True)

    async def subscribe(self, access: Access, hook: str) -> None:
        """Ask for events of workouts, nights and the account. Raises `TryLater`.

        Where Withings will not call `hook` (no https, no open port) the connection lives by its daily reconcile.
        """
        forms = [_subscription("subscribe", hook, appli) for appli in (ACTIVITY, SLEEP, ACCOUNT)]
        answers = await asyncio.gather(*(self._notify(access, form) for form in forms), return_exceptions=True)
        for one in answers:
            if isinstance(one, Refused):
                log.warning("hop=subscribe platform=withings outcome=refused")
            elif isinstance(one, BaseException):
                raise one

    async def unsubscribe(self, access: Access) -> None:
        """End every subscription of this athlete to us. Withings has no way for an application to end a consent."""
        try:
            body = await self._notify(access, {"action": "list"})
            profiles = inside(body, "profiles")
            for one in profiles if isinstance(profiles, list) else []:
                hook, appli = inside(one, "callbackurl"), inside(one, "appli")
                if isinstance(hook, str) and isinstance(appli, int):
                    await self._notify(access, _subscription("revoke", hook, appli))
        except Refused as refused:
            log.info("hop=disconnect platform=withings outcome=refused status=%d", refused.status)

    async def _notify(self, access: Access, form: Mapping[str, str]) -> Any:
        return await self._api.post(access.http, "notify", access.token, form)


def _subscription(action: str, hook: str, appli: int) -> dict[str, str]:
    return {"action": action, "callbackurl": hook, "appli": str(appli)}


def _tokens(body: object, now: datetime) -> Tokens:
    access, refresh = inside(body, "access_token"), inside(body, "refresh_token")
    owner, scope = inside(body, "userid"), inside(body, "scope")
    lasts = number(inside(body, "expires_in"), 1, YEAR_S)
    if not isinstance(access, str) or not access or not isinstance(refresh, str) or not refresh:
        raise TryLater("Withings answered without tokens")
    return Tokens(
        access_token=access,
        refresh_token=refresh,
        expires_ms=int((now + timedelta(seconds=lasts)).timestamp() * 1000) if lasts else None,
        scope=scope if isinstance(scope, str) and scope else None,
        owner=str(owner) if isinstance(owner, int | str) and not isinstance(owner, bool) and owner else None,
    )
