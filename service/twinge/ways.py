"""Which of an athlete's addresses a message goes to: by what they agreed to there, in their order.

In a conversation it goes to where they wrote; what sends to a doctor or is urgent goes everywhere at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from twinge.core.insist import is_grave
from twinge.core.model import Held, Nudge, Purpose, Voice
from twinge.core.purpose import purpose_of
from twinge.store import Address

SAID_FIRST = ("stopped", "not_verified", "no_consent")
"""Which reason is told where several addresses are shut, each for its own."""

Routed = tuple[Nudge, Address, Voice]
"""A message, where it goes, and how its channel speaks."""


@dataclass(slots=True)
class Ways:
    """The addresses of one athlete, in the order they are tried."""

    places: Sequence[Address]
    voices: Mapping[str, Voice]
    """Of the channels that are ready."""
    talking: Address | None = None
    """Where they have just written from."""

    @property
    def open(self) -> list[Address]:
        """Where something may go unasked."""
        return [place for place in self.places if place.usable and place.channel in self.voices]

    @property
    def reachable(self) -> bool:
        """Whether anything can be said to them at all."""
        return self.talking is not None or bool(self.open)

    @property
    def voice(self) -> Voice:
        """How they are reached first."""
        first = [self.talking] if self.talking is not None else self.open
        return self.voices.get(first[0].channel, Voice.NONE) if first else Voice.NONE

    def route(self, nudge: Nudge) -> list[Routed]:
        """The message with where it goes, its copies after it; nothing where it may go nowhere."""
        fit = self.fit(nudge)
        first = self.talking or next(iter(fit), None)
        if first is None:
            return []
        others = [place for place in fit if place.id != first.id] if is_grave(nudge.severity) else []
        return [(nudge, first, self.voices[first.channel]), *(self.copy(nudge, place) for place in others)]

    def fit(self, nudge: Nudge) -> list[Address]:
        """The addresses that may have this message, in order."""
        purpose = purpose_of(nudge)
        return [place for place in self.open if purpose is None or purpose in place.purposes]

    def copy(self, nudge: Nudge, place: Address, suffix: str = "") -> Routed:
        """The same words for another address, or once more (`suffix`); their id says of what and where."""
        first = nudge.copy_of or nudge.id
        again = replace(nudge, id=f"{first}-{place.id}{suffix}", copy_of=first)
        return again, place, self.voices[place.channel]

    def why_not(self, purpose: Purpose | None = None) -> str:
        """Why nothing (for this purpose) may go anywhere, in a word of docs/messages.md."""
        if purpose is not None and self.open:
            return "no_consent"
        reasons = {place.shut for place in self.places if place.channel in self.voices}
        return next((word for word in SAID_FIRST if word in reasons), "no_channel")


def held_for(nudge: Nudge, reason: str, now: datetime) -> Held:
    """The silence that a message became."""
    return Held(nudge.athlete, nudge.rules, nudge.severity, reason, now, nudge.activity, nudge.facts)
