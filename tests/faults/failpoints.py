"""Named places at which the process kills itself: around each kind of commit, and around the call of a provider.

A commit is seen by SQLite's own trace of statements, its end by the interpreter's profile of C calls
(https://docs.python.org/3/library/sys.html#sys.setprofile); the call by a channel that is passed as an argument.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import FrameType
from typing import Any

import aiohttp

from twinge.plugin import Channel, Message, Sent
from twinge_twilio import Twilio

WRITES = {
    "put": "INSERT INTO inbox",
    "claim": "INSERT INTO hand",
    "judge": "UPDATE inbox SET state='(done|stray|dead)'",
    "take": "UPDATE nudge SET state='taken'",
    "settle": "UPDATE nudge SET state='(sent|delivered|failed)'",
    "doubt": "UPDATE nudge SET state='unknown'",
}
"""What a transaction does → the statement by which it is known."""
NAMES = (
    *(f"{when} {what}" for what in ("put", "claim", "judge", "take", "settle") for when in ("before", "after")),
    "before call",
    "after call",
)
"""`before put`: the delivery is written and not committed. `after put`: committed, and not yet answered; and so on."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where to die, and at which time that it is passed (from 1)."""

    name: str
    count: int


def arm(point: Point, channels: Mapping[str, Channel]) -> dict[str, Channel]:
    """Watch for `point` from now on; the channels to use instead of `channels`."""
    when, _, what = point.name.partition(" ")
    if what == "call":
        twilio = channels["twilio"]
        assert isinstance(twilio, Twilio)
        return {**channels, "twilio": _Deadly(twilio, when, point.count)}
    _Commits(re.compile(WRITES[what]), when, point.count).watch()
    return dict(channels)


def die() -> None:
    """As if the power button were held: nothing is closed and nothing is flushed."""
    os.kill(os.getpid(), signal.SIGKILL)


class _Deadly(Twilio):
    """Dies before or after a call."""

    def __init__(self, real: Twilio, when: str, count: int) -> None:
        super().__init__(real._account)
        self._when, self._left = when, count

    async def send(self, message: Message, http: aiohttp.ClientSession, now: datetime) -> Sent:
        self._left -= 1
        if self._when == "before" and not self._left:
            die()
        sent = await super().send(message, http, now)
        if self._when == "after" and self._left <= 0:
            die()
        return sent


class _Commits:
    """Dies before or after the so-many-th commit of a kind."""

    def __init__(self, kind: re.Pattern[str], when: str, count: int) -> None:
        self._kind, self._when, self._left = kind, when, count
        self._here = threading.local()

    def watch(self) -> None:
        """See every connection that is opened from now on, and what C calls its thread makes."""
        sys.addaudithook(self._opened)
        if self._when == "after":
            threading.setprofile(self._returned)

    def _opened(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "sqlite3.connect/handle":
            connection: sqlite3.Connection = arguments[0]
            connection.set_trace_callback(self._traced)

    def _traced(self, statement: str) -> None:
        if statement.startswith("BEGIN"):
            self._here.seen = False
        elif self._kind.match(statement):
            self._here.seen = True
        elif statement.startswith("COMMIT") and getattr(self._here, "seen", False):
            self._here.seen = False
            self._left -= 1
            if self._left <= 0:
                if self._when == "before":
                    die()
                self._here.over = True

    def _returned(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "c_return" and getattr(self._here, "over", False) and argument.__name__ in {"execute", "commit"}:
            die()
