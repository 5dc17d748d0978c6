"""What an athlete wrote back, as far as we understand it.

Only whole messages count, as carriers read them: STOP and its kin opt out, START and its kin opt in, HELP is the
carrier's. Everything else is data that is kept and not guessed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out"})
START_WORDS = frozenset({"start", "unstop", "yes"})


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing more on this channel."""


@dataclass(frozen=True, slots=True)
class Start:
    """Messages are welcome again."""


@dataclass(frozen=True, slots=True)
class Mute:
    """Not this rule any more; None means the rules of the last message."""

    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Ok:
    """Read and understood."""


Answer = Stop | Start | Mute | Ok

_MUTE = re.compile(r"mute(?:\s+([a-z]{1,2}\d{2}))?$")


def parse(text: str) -> Answer | None:
    """The answer in `text`, or None when it is none of ours."""
    words = " ".join(text.lower().replace(".", " ").replace("!", " ").split())
    if words in STOP_WORDS:
        return Stop()
    if words in START_WORDS:
        return Start()
    if words in {"ok", "okay", "k"}:
        return Ok()
    muted = _MUTE.match(words)
    return Mute(muted[1].upper() if muted[1] else None) if muted else None
