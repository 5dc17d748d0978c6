"""The moments of OAuth 2: the athlete's consent, the calls of the vendor's token endpoint, and the end of it all.

Client credentials travel in the form body or in the Authorization header, tokens in the body, never in a query string.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode

import aiohttp
import msgspec

from twinge.plugin import GiveUp, OAuth, Rejected, Tokens, TryLater

DEADLINE = aiohttp.ClientTimeout(total=20)
OPERATOR_PAUSE = timedelta(minutes=15)
"""Wait after the vendor refused *us* (client id or secret): a person has to change a setting first."""

OURS_IS_WRONG = frozenset({"invalid_client", "unauthorized_client", "application", "client_id", "client_secret"})
GRANT_IS_DEAD = frozenset({"invalid_grant", "refreshtoken", "refresh_token", "authorizationcode", "code"})
"""RFC 6749's word and Strava's own: it answers 400 with errors[].resource = RefreshToken, never `invalid_grant`."""


class GrantRefused(GiveUp):
    """The refresh token or the code is dead: only the athlete can give a new one."""


def code_challenge(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def authorize_link(oauth: OAuth, redirect_uri: str, state: str, challenge: str | None = None) -> str:
    """Where to send the athlete's browser. `challenge` is `code_challenge(verifier)` where the vendor takes PKCE."""
    asked = {
        "client_id": oauth.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": oauth.scope_separator.join(oauth.scopes),
        "state": state,
    }
    asked |= oauth.asks
    if oauth.pkce and challenge:
        asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
    join = "&" if "?" in oauth.authorize_url else "?"
    return f"{oauth.authorize_url}{join}{urlencode({name: value for name, value in asked.items() if value})}"


def unticked(oauth: OAuth, granted: str) -> tuple[str, ...]:
    """The scopes we asked for and did not get: vendors let the athlete untick each one."""
    got = set(granted.replace(",", " ").split())
    return tuple(scope for scope in oauth.scopes if scope not in got)


async def exchange(
    oauth: OAuth,
    code: str,
    redirect_uri: str,
    http: aiohttp.ClientSession,
    now: datetime,
    *,
    verifier: str | None = None,
) -> Tokens:
    """Trade the code of a finished consent for tokens. `Rejected` when the code is old or used; `TryLater`."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    if verifier:
        form["code_verifier"] = verifier
    try:
        return await ask(oauth, form, http, now)
    except GrantRefused as refused:
        raise Rejected("The platform no longer takes this code: start the connection again") from refused


async def refresh(oauth: OAuth, token: str, http: aiohttp.ClientSession, now: datetime) -> Tokens:
    """New tokens for a refresh token, which may be dead from then on. Raises `GrantRefused`, `TryLater`."""
    return await ask(oauth, {"grant_type": "refresh_token", "refresh_token": token}, http, now, refresh_token=token)


async def ask(
    oauth: OAuth,
    form: Mapping[str, str],
    http: aiohttp.ClientSession,
    now: datetime,
    *,
    refresh_token: str | None = None,
) -> Tokens:
    """One call of the token endpoint; the client's credentials go in the body, or in a header (`OAuth.basic`).

    `refresh_token` is kept where the answer brings no new one (RFC 6749 section 6). Raises `GrantRefused`, `TryLater`.
    """
    status, body, pause = await _post(oauth, oauth.token_url, form, http)
    if status == 200:
        return _tokens(oauth, body, now, refresh_token)
    raise _refusal(status, body, pause)


async def revoke(oauth: OAuth, tokens: Tokens, http: aiohttp.ClientSession) -> None:
    """End a grant at the vendor (RFC 7009): the refresh token where there is one, else the access token.

    A token that the vendor does not know any more has ended already, which is as good. Raises `TryLater`.
    """
    if oauth.revoke_url is None:
        return
    hint = "access_token" if tokens.refresh_token is None else "refresh_token"
    form = {"token": tokens.refresh_token or tokens.access_token, "token_type_hint": hint}
    status, body, pause = await _post(oauth, oauth.revoke_url, form, http)
    gone = status in {400, 401, 404} and not _named(_object(body)) & OURS_IS_WRONG
    if status not in {200, 204} and not gone:
        raise _refusal(status, body, pause)


async def _post(
    oauth: OAuth, url: str, form: Mapping[str, str], http: aiohttp.ClientSession
) -> tuple[int, bytes, str | None]:
    """Status, body and Retry-After of one call in the client's name."""
    headers, whole = {}, dict(form)
    if oauth.basic:
        # RFC 6749 section 2.3.1: both are form-encoded before they are joined.
        pair = f"{quote_plus(oauth.client_id)}:{quote_plus(oauth.client_secret)}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        whole = {"client_id": oauth.client_id, "client_secret": oauth.client_secret, **form}
    try:
        async with http.post(url, data=whole, headers=headers, timeout=DEADLINE, allow_redirects=False) as response:
            return response.status, await response.read(), response.headers.get("Retry-After")
    except (aiohttp.ClientError, TimeoutError) as lost:
        raise TryLater("The platform's token endpoint did not answer") from lost


def _tokens(oauth: OAuth, body: bytes, now: datetime, refresh_token: str | None) -> Tokens:
    answer = _object(body)
    access = answer.get("access_token")
    if not isinstance(access, str) or not access:
        raise TryLater("The platform's token endpoint answered 200 without an access token")
    return Tokens(
        access_token=access,
        refresh_token=_text(answer.get("refresh_token")) or refresh_token,
        expires_ms=_expires_ms(answer, now),
        scope=_scope(answer.get("scope")),
        owner=_owner(oauth, answer),
    )


def _expires_ms(answer: Mapping[str, Any], now: datetime) -> int | None:
    match answer.get("expires_at"), answer.get("expires_in"):
        case int(at), _:
            return at * 1000
        case _, int(seconds):
            return _ms(now + timedelta(seconds=seconds))
    return None


def _owner(oauth: OAuth, answer: Mapping[str, Any]) -> str | None:
    found: Any = answer if oauth.owner_at else None
    for step in oauth.owner_at:
        found = found.get(step) if isinstance(found, Mapping) else None
    return None if found is None else str(found)


def _refusal(status: int, body: bytes, pause: str | None) -> Exception:
    """What a refused token request means for the caller: our mistake, a dead grant, or a bad moment."""
    named = _named(_object(body))
    if named & OURS_IS_WRONG:
        return TryLater("The platform refuses our client id or secret: check both settings", after=OPERATOR_PAUSE)
    if status in {400, 401} and named & GRANT_IS_DEAD:
        return GrantRefused("The platform refuses this grant", alert=True)
    after = timedelta(seconds=int(pause)) if pause and pause.isdecimal() and len(pause) < 6 else None
    return TryLater(f"The platform's token endpoint answered {status}", after=after)


def _named(answer: Mapping[str, Any]) -> set[str]:
    """The words by which an error is told: RFC 6749's `error`, or Strava's errors[].resource and .field."""
    words = [answer.get("error")]
    errors = answer.get("errors")
    for error in errors if isinstance(errors, list) else []:
        if isinstance(error, Mapping):
            words += [error.get("resource"), error.get("field")]
    return {word.lower() for word in words if isinstance(word, str)}


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _scope(value: object) -> str | None:
    """A text, or a list of words as some vendors give it."""
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return " ".join(value) or None
    return _text(value)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
