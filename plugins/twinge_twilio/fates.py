"""What to do about each of Twilio's error codes and message states, as data.

Twilio advises against logic on its codes, for they may change meaning: so an unlisted one stops and is shown.
Codes: https://www.twilio.com/docs/api/errors
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from twinge.plugin import GiveUp, TryLater, TwingeError

_log = logging.getLogger("twinge.twilio")


class Fate(NamedTuple):
    """What one code asks of us."""

    act: str
    """later · rest · hold (the whole account is stuck) · disable (this address) · drop · alert (the operator)."""
    words: str


PAUSES = {"later": timedelta(minutes=1), "rest": timedelta(hours=1), "hold": timedelta(minutes=15)}

_TABLE: tuple[tuple[str, tuple[int, ...], str], ...] = (
    ("later", (429, 20429), "too many requests at once"),
    ("later", (21611, 30001), "the sender's queue is full"),
    ("later", (30003, 30005, 30008, 30017, 30022, 30410), "the phone or its carrier could not be reached"),
    ("rest", (30023, 30027, 63038), "the day's limit of messages is reached"),
    ("rest", (30610,), "the carrier keeps quiet hours"),
    ("hold", (401, 10001, 20003, 30002), "account or credentials are refused: check TWINGE_TWILIO_AUTH_TOKEN"),
    ("hold", (21408,), "sending to this country is not enabled: see the account's geographic permissions"),
    ("hold", (30450,), "stopped as suspected pumping: see the account's console"),
    ("disable", (21610, 30640), "the recipient has opted out"),
    ("disable", (21211, 21614, 21635, 30006), "the number cannot take text messages"),
    ("drop", (30036,), "it could not be delivered while it was of use"),
    ("alert", (30004, 30007, 30018, 30024, 30032, 30034), "the carrier refuses the sender: see its registration"),
    ("alert", (21212, 21606, 21607, 21659, 21660), "the sender's number is not the account's to use"),
    ("alert", (21609,), "the callback URL is refused: TWINGE_PUBLIC_URL must be reachable from outside"),
    ("alert", (21602, 21604, 21617, 21703, 21704, 21705, 90007), "the request is wrong"),
)
FATES: Mapping[int, Fate] = {code: Fate(act, words) for act, codes, words in _TABLE for code in codes}
_UNLISTED = Fate("alert", "see https://www.twilio.com/docs/api/errors")

STATES: Mapping[str, str] = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent", "partially_delivered"), "sent"),
    **dict.fromkeys(("delivered", "read"), "delivered"),
    **dict.fromkeys(("undelivered", "failed", "canceled"), "failed"),
}
"""Twilio's message status → ours."""


def fate(code: int) -> Fate:
    """The code's fate; an unlisted code's is to stop and be shown."""
    return FATES.get(code, _UNLISTED)


def describe(code: int) -> str:
    """The code in words, for the operator."""
    return f"Twilio {code}: {fate(code).words}"


def refusal(code: int, after: timedelta | None = None) -> TwingeError:
    """The exception that a refused message deserves. `after` is Twilio's own wish, where it had one."""
    act, reason = fate(code).act, describe(code)
    if act == "hold":
        _log.error("twilio=stuck code=%d words=%r", code, fate(code).words)
    if act in PAUSES:
        return TryLater(reason, after=after or PAUSES[act])
    return lost_cause(code)


def lost_cause(code: int) -> GiveUp:
    """The exception for a message that Twilio took and could not deliver: it has given up, and so do we."""
    act = fate(code).act
    return GiveUp(describe(code), disable=act == "disable", alert=act in {"alert", "hold"})
