"""The way to the vendor's consent page."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from twinge.oauth import authorize_link, code_challenge
from twinge.plugin import OAuth
from twinge.store import Store


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what it must keep."""

    url: str = field(repr=False)
    browser: str = field(repr=False)


async def begin(
    store: Store, oauth: OAuth, athlete_id: str, platform: str, ticket: str, back: str, now: datetime
) -> Begun:
    """Begin a consent by the link `ticket`; `back` is the exact redirect URI.

    The PKCE verifier (RFC 7636: 43 characters here) never leaves the house before the exchange.
    """
    verifier = secrets.token_urlsafe(32) if oauth.pkce else None
    async with store.write() as tx:
        made = await store.connecting.begin(tx, athlete_id, platform, ticket, verifier, now)
    challenge = None if verifier is None else code_challenge(verifier)
    return Begun(authorize_link(oauth, back, made.state, challenge), made.browser)
