"""What to do about each error of FCM, as data.

https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec


class Fate(NamedTuple):
    """What one error asks of us."""

    act: str
    """later · rest (quota) · stuck (nobody gets anything) · disable (this address) · alert (the operator)."""
    words: str


_SETUP = "see https://firebase.google.com/docs/cloud-messaging/error-codes"
FATES: Mapping[str, Fate] = {
    "UNREGISTERED": Fate("disable", "the app is no longer there, or its token has changed"),
    "INVALID_ARGUMENT": Fate("alert", f"the request is wrong: {_SETUP}"),
    "SENDER_ID_MISMATCH": Fate("alert", "the token is of another Firebase project than TWINGE_FCM_CREDENTIALS"),
    "QUOTA_EXCEEDED": Fate("rest", "too many messages"),
    "RESOURCE_EXHAUSTED": Fate("rest", "too many messages"),
    "UNAVAILABLE": Fate("later", "overloaded"),
    "INTERNAL": Fate("later", "an error of its own"),
    "THIRD_PARTY_AUTH_ERROR": Fate("stuck", "the project lacks a good APNs key: see the Firebase console"),
    "UNAUTHENTICATED": Fate("stuck", "our access token is refused: check TWINGE_FCM_CREDENTIALS and the clock"),
    "PERMISSION_DENIED": Fate("stuck", "the service account may not send, or the FCM API is not enabled"),
}
"""By FCM's own errorCode, else Google's status; an unlisted one stops and is shown."""

_BY_STATUS: Mapping[int, str] = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 429: "QUOTA_EXCEEDED"}
_UNLISTED = Fate("alert", _SETUP)
_BAD_TOKEN = Fate("disable", "this is no registration token of an app")


class _Violation(msgspec.Struct):
    field: str = ""


class _Detail(msgspec.Struct, rename="camel"):
    error_code: str = ""
    field_violations: list[_Violation] = []


class _Error(msgspec.Struct):
    status: str = ""
    message: str = ""
    details: list[_Detail] = []


class _Refused(msgspec.Struct):
    error: _Error


_refused = msgspec.json.Decoder(_Refused)


def fate_of(status: int, text: bytes) -> tuple[str, Fate]:
    """FCM's own code, else Google's, else the status; and what it asks of us."""
    try:
        error = _refused.decode(text).error
    except (ValueError, RecursionError):
        error = _Error()
    own = next((one.error_code for one in error.details if one.error_code), "")
    code = own or error.status or _BY_STATUS.get(status, "")
    if code == "INVALID_ARGUMENT" and _blames_token(error):
        return "INVALID_ARGUMENT (token)", _BAD_TOKEN
    if code not in FATES:
        code = _BY_STATUS.get(status, "UNAVAILABLE" if status >= 500 else str(status))
    return code, FATES.get(code, _UNLISTED)


def _blames_token(error: _Error) -> bool:
    """One code stands for a bad token and for a bad request. The field tells; where there is none, only the words do:
    https://firebase.google.com/docs/cloud-messaging/error-codes"""
    fields = [violation.field for detail in error.details for violation in detail.field_violations]
    return "message.token" in fields if fields else "registration token" in error.message.lower()
