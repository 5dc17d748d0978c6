"""Health Connect: Android apps that post what it holds, HC Webhook first. See docs/platforms/healthconnect.md.

https://github.com/mcnaveen/health-connect-webhook (docs/webhook.md): one object with an array for each kind that has
something new in the last 48 hours. Records carry no id, nothing is ever taken back, and every instant is in UTC. So a
text's version is how much it holds: of two for one thing the fuller stays, and of equally full ones the later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import ClassVar
from zoneinfo import ZoneInfo

from twinge.core.model import Activity, Wellness
from twinge.event import parse
from twinge.plugin import Access, Capabilities, Delivery, Inline, NotConfigured, OAuth, Pointer, Rejected
from twinge.plugin.tokens import AthleteTokens, athlete_of
from twinge_healthconnect.mapping import to_activity
from twinge_healthconnect.mornings import nights, resting, variability
from twinge_healthconnect.payload import Export, Sent

__all__ = ["HealthConnect"]


class HealthConnect:
    """The Health Connect adapter."""

    name: ClassVar[str] = "healthconnect"
    capabilities: ClassVar[Capabilities] = Capabilities(
        signed=False,
        batch=True,
        kinds=("workouts", "sleep", "hrv", "resting_hr"),
        body_cap_kb=16_384,  # 48 hours of heart rate, every few seconds
    )
    oauth: OAuth | None = None

    def __init__(self, tokens: AthleteTokens, zone: tzinfo, mornings: Sequence[str] = ()) -> None:
        self._tokens, self._zone, self._mornings = tokens, zone, frozenset(mornings)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> HealthConnect:
        """TWINGE_HEALTHCONNECT_TOKENS, and perhaps TWINGE_HEALTHCONNECT_ZONE and TWINGE_HEALTHCONNECT_MORNINGS."""
        tokens = AthleteTokens.of("TWINGE_HEALTHCONNECT_TOKENS", env.get("TOKENS", ""))
        zone = _zone(env.get("ZONE", "UTC"))
        if zone is None:
            raise NotConfigured("TWINGE_HEALTHCONNECT_ZONE must be a zone like Europe/Berlin.")
        return cls(tokens, zone, env.get("MORNINGS", "").split())

    def admit(self, call: Delivery) -> None:
        """The secret of the athlete whom the call names."""
        self._tokens.check(call)

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Nothing but what admits."""
        self.admit(delivery)

    def key(self, delivery: Delivery) -> str:
        """Whose it is and what it says: the app names no calls."""
        return hashlib.sha256(athlete_of(delivery).encode() + b"\n" + delivery.body).hexdigest()

    def read(self, delivery: Delivery) -> Sequence[Inline]:
        """The workouts and mornings of the body; nothing of a test, and of other kinds."""
        owner, zone = athlete_of(delivery), self._zone_of(delivery)
        if parse(Sent, delivery.body).test:
            return ()
        export = parse(Export, delivery.body)
        events: list[Activity | Wellness] = []
        for number, workout in enumerate(export.exercise or export.exercise_sessions or ()):
            activity = to_activity(workout, export.heart_rate or (), zone, f"exercise[{number}]")
            events += [activity] if activity else []
        events += nights([one for one in export.sleep or () if self._counts(one.origin)], zone)
        events += resting([one for one in export.resting_heart_rate or () if self._counts(one.origin)], zone)
        events += variability([one for one in export.heart_rate_variability or () if self._counts(one.origin)], zone)
        return [Inline(owner, event) for event in events]

    def handshake(self, delivery: Delivery) -> None:
        """Asks for none."""

    async def fetch(self, pointer: Pointer, access: Access) -> None:
        """Never called: calls carry their data."""

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """A phone that we cannot ask."""
        return ()

    def _zone_of(self, delivery: Delivery) -> tzinfo:
        """`?zone=…`, else the header `x-zone`, else the setting: which day an instant belongs to."""
        named = delivery.query.get("zone") or delivery.headers.get("x-zone", "")
        zone = _zone(named) if named else self._zone
        if zone is None:
            raise Rejected("zone must be a zone like Europe/Berlin.", field="zone")
        return zone

    def _counts(self, origin: str) -> bool:
        """Whether this app's mornings are used: two devices of one athlete must not share a baseline."""
        return not self._mornings or origin in self._mornings


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
