"""Health Auto Export: an iPhone app that posts Apple Health data. See docs/platforms/healthautoexport.md.

https://help.healthyapps.dev/en/health-auto-export/automations/rest-api: whole windows of days come again and again, in
the units of the phone, without deletions and without a date of change. So a workout's later text holds, of a morning
the fuller one, and what came before unchanged is no news.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from twinge.core.model import Activity, Wellness
from twinge.event import parse
from twinge.plugin import Access, Capabilities, Delivery, Inline, NotConfigured, OAuth, Pointer, Rejected
from twinge.plugin.tokens import AthleteTokens, athlete_of
from twinge_healthautoexport.mapping import to_activity
from twinge_healthautoexport.mornings import mornings_of
from twinge_healthautoexport.payload import Export

__all__ = ["HealthAutoExport"]


class HealthAutoExport:
    """The Health Auto Export adapter."""

    name: ClassVar[str] = "healthautoexport"
    capabilities: ClassVar[Capabilities] = Capabilities(
        signed=False,
        batch=True,
        kinds=("workouts", "sleep", "hrv", "resting_hr"),
        body_cap_kb=32_768,  # two days with workouts by the minute are 1 MB, routes are far more
    )
    oauth: OAuth | None = None

    def __init__(self, tokens: AthleteTokens, sports: Mapping[str, str]) -> None:
        self._tokens, self._sports = tokens, sports

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> HealthAutoExport:
        """TWINGE_HEALTHAUTOEXPORT_TOKENS, and perhaps TWINGE_HEALTHAUTOEXPORT_SPORTS."""
        tokens = AthleteTokens.of("TWINGE_HEALTHAUTOEXPORT_TOKENS", env.get("TOKENS", ""))
        return cls(tokens, _sports(env.get("SPORTS", "")))

    def admit(self, call: Delivery) -> None:
        """The secret of the athlete whom the call names."""
        self._tokens.check(call)

    def verify(self, delivery: Delivery, now: datetime) -> None:
        """Nothing but what admits."""
        self.admit(delivery)

    def key(self, delivery: Delivery) -> str:
        """Whose it is and what it says: the app names its sessions, not its calls."""
        return hashlib.sha256(athlete_of(delivery).encode() + b"\n" + delivery.body).hexdigest()

    def read(self, delivery: Delivery) -> Sequence[Inline]:
        """The workouts and mornings of the body; metrics of other kinds are ignored."""
        kind = delivery.headers.get("content-type", "").lower()
        if kind.startswith(("multipart/", "text/csv")):
            raise Rejected("Choose JSON as the export format of this automation.", status=415)
        owner, export = athlete_of(delivery), parse(Export, delivery.body).data
        events: list[Activity | Wellness] = []
        for number, given in enumerate(export.workouts or ()):
            workout = to_activity(given, self._sports, f"data.workouts[{number}]")
            events += [workout] if workout else []
        return [Inline(owner, event) for event in [*events, *mornings_of(export.metrics or ())]]

    def handshake(self, delivery: Delivery) -> None:
        """Asks for none."""

    async def fetch(self, pointer: Pointer, access: Access) -> None:
        """Never called: calls carry their data."""

    async def recent(self, access: Access, since: datetime) -> Sequence[Pointer]:
        """A phone that we cannot ask."""
        return ()


def _sports(setting: str) -> dict[str, str]:
    """`Outdoor-Lauf=run; Wandern=hike`: the phone's own names, in whatever language, and our words."""
    pairs = [pair.partition("=") for pair in setting.split(";") if pair.strip()]
    if any(not theirs.strip() or not ours.strip() for theirs, _, ours in pairs):
        raise NotConfigured("TWINGE_HEALTHAUTOEXPORT_SPORTS must be name=sport, separated by semicolons.")
    return {theirs.strip().lower(): ours.strip() for theirs, _, ours in pairs}
