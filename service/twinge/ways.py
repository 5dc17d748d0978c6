"""Which of an athlete's addresses a message goes to: by what they agreed to there, in their order.

In a conversation it goes to where they wrote; what sends to a doctor or is urgent goes everywhere at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from twinge.core.insist import is_grave
from twinge.core.model import Nudge, Purpose, Voice
from twinge.core.purpose import purpose_of
from twinge.store import Address

SAID_FIRST = ("stopped", "not_verified", "no_consent")
"""Which reason is told where several addresses are shut, each for its own."""


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

    def route(self, nudge: Nudge) -> list[tuple[Nudge, Address, Voice]]:
        """The message with where it goes, its copies after it; nothing where it may go nowhere."""
        purpose = purpose_of(nudge)
        fit = [place for place in self.open if purpose is None or purpose in place.purposes]
        first = self.talking or next(iter(fit), None)
        if first is None:
            return []
        others = [place for place in fit if place.id != first.id] if is_grave(nudge.severity) else []
        return [(nudge, first, self.voices[first.channel]), *self._copies(nudge, others)]

    def _copies(self, nudge: Nudge, places: Sequence[Address]) -> Iterator[tuple[Nudge, Address, Voice]]:
        for place in places:
            yield replace(nudge, id=f"{nudge.id}-{place.id}", copy_of=nudge.id), place, self.voices[place.channel]

    def why_not(self, purpose: Purpose | None = None) -> str:
        """Why nothing (for this purpose) may go anywhere, in a word of docs/messages.md."""
        if purpose is not None and self.open:
            return "no_consent"
        reasons = {place.shut for place in self.places if place.channel in self.voices}
        return next((word for word in SAID_FIRST if word in reasons), "no_channel")
