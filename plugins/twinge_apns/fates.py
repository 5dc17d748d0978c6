"""What to do about each reason that Apple gives, as data.

https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import msgspec


class Fate(NamedTuple):
    """What one reason asks of us."""

    act: str
    """later · renew (the provider token) · stuck (nobody gets anything) · disable (this address) · elsewhere (this
    address, and the operator hears of it: the settings may be at fault) · alert (the operator)."""
    words: str


_SETUP = "see Apple's page on responses from APNs"
_MISPLACED = "the token is of another app or environment than TWINGE_APNS_TOPIC and TWINGE_APNS_API_BASE"
_TABLE: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("disable", ("Unregistered", "ExpiredToken"), "the app is no longer there, or its token has changed"),
    ("elsewhere", ("BadDeviceToken", "DeviceTokenNotForTopic", "TopicDisallowed"), _MISPLACED),
    ("later", ("TooManyRequests",), "too many messages to this phone"),
    ("later", ("InternalServerError", "ServiceUnavailable", "Shutdown", "IdleTimeout"), "Apple's server is ill"),
    ("renew", ("ExpiredProviderToken",), "our provider token is too old: is the clock right?"),
    ("stuck", ("InvalidProviderToken", "MissingProviderToken"), "our key is refused: check TWINGE_APNS_KEY"),
    ("stuck", ("TooManyProviderTokenUpdates",), "renewed too often: does another service use our key?"),
    (
        "stuck",
        ("BadEnvironmentKeyIdInToken", "UnrelatedKeyIdInToken", "BadCertificate", "BadCertificateEnvironment"),
        "our key is not for this app or environment: see it in the developer account",
    ),
    ("alert", ("BadTopic", "MissingTopic"), "TWINGE_APNS_TOPIC must be the app's bundle id"),
    ("alert", ("PayloadTooLarge", "PayloadEmpty"), "the message does not fit"),
)  # fmt: skip
FATES: Mapping[str, Fate] = {reason: Fate(act, words) for act, reasons, words in _TABLE for reason in reasons}
"""By Apple's reason; an unlisted one stops and is shown."""

_BY_STATUS: Mapping[int, str] = {
    403: "InvalidProviderToken",
    410: "Unregistered",
    413: "PayloadTooLarge",
    429: "TooManyRequests",
}
_UNLISTED = Fate("alert", _SETUP)


class _Refused(msgspec.Struct):
    reason: str = ""


_refused = msgspec.json.Decoder(_Refused)


def fate_of(status: int, body: bytes) -> tuple[str, Fate]:
    """Apple's reason, else one that its status stands for; and what it asks of us."""
    try:
        reason = _refused.decode(body).reason
    except (ValueError, RecursionError):
        reason = ""
    if reason not in FATES and re.fullmatch(r"[A-Za-z]{1,40}", reason) is None:
        reason = _BY_STATUS.get(status, "InternalServerError" if status >= 500 else "")
    return reason, FATES.get(reason, FATES["InternalServerError"] if status >= 500 else _UNLISTED)
