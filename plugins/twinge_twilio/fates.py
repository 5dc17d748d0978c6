"""What to do about each of Twilio's error codes and message states, as data.

Twilio advises against logic on its codes, for they may change meaning: so an unlisted one stops and is shown.
Codes: https://www.twilio.com/docs/api/errors
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from twinge.plugin import GiveUp, Receipt, TryLater, TwingeError

_log = logging.getLogger("twinge.twilio")


class Fate(NamedTuple):
    """What one code asks of us."""

    act: str
    """One of `ACTS`."""
    words: str


ACTS: Mapping[str, str] = {
    "later": "nothing was taken: again in a minute, or when Twilio says",
    "full": "the same in five minutes, and the operator is told",
    "carrier": "the phone or its network is away: once or twice more, late",
    "rest": "a limit of the day: again in an hour, or by another channel",
    "hold": "the whole account is stuck: again in a quarter of an hour, and the operator is told",
    "opt_out": "the person there said STOP to the carrier",
    "disable": "this address takes no texts",
    "drop": "its time is over",
    "alert": "never again as it is, and the operator is told",
}
PAUSES = {
    "later": timedelta(minutes=1),
    "full": timedelta(minutes=5),
    "carrier": timedelta(minutes=5),
    "rest": timedelta(hours=1),
    "hold": timedelta(minutes=15),
}
"""How long to wait after a refusal, which is certain to have sent nothing."""
AGAIN = dict.fromkeys(("full", "carrier"), timedelta(minutes=30))
"""How long to wait after a message that Twilio took and lost. Later than a refusal: a phone that is off stays so."""
TOLD = frozenset({"full", "hold", "alert"})
"""Acts that the operator hears of."""

_TABLE: tuple[tuple[str, tuple[int, ...], str], ...] = (
    ("later", (429, 20429), "too many requests at once"),
    ("later", (21730,), "Twilio is under maintenance"),
    ("full", (21611, 30001), "the sender's queue is full: see its throughput, or add senders"),
    ("carrier", (30003, 30005, 30008, 30017, 30022, 30410), "the phone or its carrier could not be reached"),
    ("rest", (30023, 30027, 63038), "the day's limit of messages is reached"),
    ("rest", (60728,), "the account's limit of messages an hour is reached"),
    ("rest", (30610,), "the carrier keeps quiet hours"),
    ("hold", (401, 403, 10001, 20003, 20005, 30002), "the account is refused: check TWINGE_TWILIO_AUTH_TOKEN"),
    ("hold", (404, 20404), "no such account there: check TWINGE_TWILIO_ACCOUNT_SID and its region"),
    ("hold", (21408,), "sending to this country is not enabled: see the account's geographic permissions"),
    ("hold", (30450,), "stopped as suspected pumping: see the account's console"),
    ("opt_out", (21610,), "the recipient has opted out"),
    ("disable", (21211, 21614, 21635, 30006), "the number cannot take text messages"),
    ("disable", (30640,), "Twilio's Compliance Toolkit blocks the number"),
    ("drop", (30036,), "it could not be delivered while it was of use"),
    ("alert", (30004, 30007), "filtered or blocked on the way: see the sender's registration and the text"),
    ("alert", (30018, 30024, 30032, 30033, 30034, 30035), "the carrier refuses the sender: see its registration"),
    ("alert", (21612,), "no route from this sender to that number: see the countries it can reach"),
    ("alert", (14107,), "too many messages to one number in half a minute: does something answer by itself?"),
    ("alert", (21608,), "a trial account may only write to numbers that it has verified"),
    ("alert", (21212, 21606, 21607, 21659, 21660), "the sender's number is not the account's to use"),
    ("alert", (21609,), "the callback URL is refused: TWINGE_PUBLIC_URL must be reachable from outside"),
    ("alert", (301, 302, 303, 307, 308), "a redirect, which is not followed: check TWINGE_TWILIO_API_BASE"),
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
    act = fate(code).act
    if act not in PAUSES:
        return lost_cause(code)
    if act in TOLD:  # a TryLater alone would tell nobody
        _log.error("twilio=stuck code=%d words=%r", code, fate(code).words)
    return TryLater(describe(code), after=after or PAUSES[act])


def lost_cause(code: int) -> GiveUp:
    """The exception for a message that Twilio took and could not deliver: it has given up, and so do we."""
    act = fate(code).act
    return GiveUp(describe(code), disable=act == "disable", alert=act in TOLD, opt_out=act == "opt_out")


def failure(nudge: str, sid: str | None, code: int) -> Receipt:
    """The receipt for the same, where Twilio says so by itself."""
    act = fate(code).act
    return Receipt(
        nudge,
        "failed",
        sid,
        describe(code),
        disable=act == "disable",
        opt_out=act == "opt_out",
        again=AGAIN.get(act),
        alert=act in TOLD,
    )
