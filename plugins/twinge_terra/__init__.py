"""Terra: a paid hub for many vendors, its events signed and with their data. See docs/platforms/terra.md.

https://docs.tryterra.co/destinations/webhooks. Terra numbers no text, sends a thing again and again while it grows, and
a later text may lack what an earlier one had. So a text's version is ranked by how much it knows, and only then by when
it was sent: the fullest holds, in whatever order they come, and a deletion stands above all.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from twinge.core.model import Wellness
from twinge.event import parse
from twinge.plugin import (
    Access,
    Capabilities,
    Delivery,
    Inline,
    Item,
    NotConfigured,
    OAuth,
    Pointer,
    Rejected,
    Revoked,
)
from twinge.plugin.dated import millis, near
from twinge.plugin.signing import hmac_fits, keys_of
from twinge_terra.mapping import Stamp, to_day, to_event, to_night
from twinge_terra.payload import Activities, Days, Nights, Sent, User

__all__ = ["Terra"]

log = logging.getLogger("twinge.terra")

OWNERS = ("user_id", "reference_id")
DAY_MS = 86_400_000
LARGE = frozenset({"s3_payload", "large_request_processing", "large_request_sending"})


class Terra:
    """The Terra adapter."""

    name: ClassVar[str] = "terra"
    capabilities: ClassVar[Capabilities] = Capabilities(
        signed=True,
        deletes=True,
        batch=True,
        kinds=("workouts", "sleep", "hrv", "resting_hr", "readiness"),
        body_cap_kb=10_240,  # a workout's samples of several kinds, once a second
    )
    oauth: OAuth | None = None

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._keys = keys_of(settings["SECRET"])
        self._by_reference = settings.get("OWNER", "user_id") == "reference_id"
        self._chosen = frozenset(settings.get("MORNINGS", "").upper().split())

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Terra:
        """Settings are those of docs/platforms/terra.md, without their TWINGE_TERRA_."""
        if not env.get("SECRET", "").strip():
            raise NotConfigured("Set TWINGE_TERRA_SECRET to the destination's signing secret (docs/platforms/terra.md)")
        if env.get("OWNER", "user_id") not in OWNERS:
            raise NotConfigured(f"TWINGE_TERRA_OWNER must be one of {', '.join(OWNERS)}")
        return cls(env)

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """terra-signature: `t=<Unix seconds>,v1=<hexadecimal HMAC-SHA256 of "t.body">`."""
        header = delivery.headers.get("terra-signature") or delivery.headers.get("x-terra-signature") or ""
        parts = dict(part.strip().partition("=")[::2] for part in header.split(",")[:8])
        stamp = parts.get("t", "")
        if not hmac_fits(self._keys, stamp.encode(errors="replace") + b"." + delivery.body, parts.get("v1"), now):
            raise Rejected("terra-signature fits none of our signing secrets.", status=401)
        if not near(stamp, now):
            raise Rejected("terra-signature is more than five minutes from our clock.", status=401)

    def key(self, delivery: Delivery) -> str:
        """Terra's trace id; without one the body is its name (`terra-reference` names several calls)."""
        trace = delivery.headers.get("x-terra-trace-id", "")
        return trace if 0 < len(trace) <= 200 and trace.isprintable() else hashlib.sha256(delivery.body).hexdigest()

    def read(self, delivery: Delivery) -> Sequence[Item]:
        """An item for each entry of the body; nothing for kinds that tell nothing about load or rest."""
        return list(self._items(delivery, shaped=True))

    def glance(self, delivery: Delivery) -> str | None:
        """Whose the first item is; samples are checked, but not worked out, while Terra waits."""
        if (kind := parse(Sent, delivery.body).type) in LARGE:
            log.warning("hop=read platform=terra outcome=left_out kind=%s advice=send_by_webhook", kind)
        owners = [item.owner for item in self._items(delivery, shaped=False)]
        return owners[0] if owners else None

    def _items(self, delivery: Delivery, *, shaped: bool) -> Iterator[Inline | Revoked]:
        sent, body = parse(Sent, delivery.body), delivery.body
        stamp = Stamp(_ordered(delivery))
        match sent.type:
            case "activity":
                yield from self._workouts(parse(Activities, body), stamp, shaped=shaped)
            case "sleep":
                nights = parse(Nights, body)
                yield from self._mornings(
                    nights.user, (to_night(one, self._name(nights.user), stamp) for one in nights.data)
                )
            case "daily":
                days = parse(Days, body)
                yield from self._mornings(days.user, (to_day(one, self._name(days.user), stamp) for one in days.data))
            case "deauth" | "access_revoked" if not self._by_reference:
                # By reference one athlete may have several vendors: one that ends is not the end of the others.
                yield Revoked(self._owner(_user(sent)))

    def _workouts(self, given: Activities, stamp: Stamp, *, shaped: bool) -> Iterator[Inline]:
        owner, name = self._owner(given.user), self._name(given.user)
        for number, entry in enumerate(given.data):
            event = to_event(entry, name, stamp, f"data[{number}]", shaped=shaped)
            if event is not None:
                yield Inline(owner, event)

    def _mornings(self, user: User, mornings: Iterable[Wellness | None]) -> Iterator[Inline]:
        """Those of a vendor that counts: two of one athlete must not share a baseline."""
        owner = self._owner(user)
        if not self._chosen or user.provider.upper() in self._chosen:
            yield from (Inline(owner, morning) for morning in mornings if morning is not None)

    def handshake(self, delivery: Delivery) -> None:
        """Asks for none: the URL is set in Terra's dashboard."""

    async def fetch(self, pointer: Pointer, access: Access) -> None:
        """Never called: events carry their data."""

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """Terra tries for hours by itself."""
        return ()

    def _owner(self, user: User) -> str:
        if not self._by_reference:
            return user.user_id
        if not user.reference_id:
            raise Rejected("user.reference_id is missing: it is what athletes are known by.", field="user.reference_id")
        return user.reference_id

    def _name(self, user: User) -> str:
        """What a thing's own id is unique within: by reference the connection's id may change."""
        return f"terra:{self._owner(user)}:{user.provider}"


def _user(sent: Sent) -> User:
    if sent.user is None:
        raise Rejected("user is missing.", field="user")
    return sent.user


def _ordered(delivery: Delivery) -> int:
    """When Terra made the event, in epoch milliseconds, where it says so and that is near its arrival."""
    said, arrived = delivery.headers.get("x-terra-ordering-timestamp", ""), millis(delivery.received_at)
    known = said.isascii() and said.isdigit() and len(said) <= 15 and abs(int(said) - arrived) <= DAY_MS
    return int(said) if known else arrived
