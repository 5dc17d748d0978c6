"""A push subscription as an address: what a browser gives, checked, in one canonical form.

https://www.w3.org/TR/push-api/#dom-pushsubscription-tojson, and RFC 8291 section 2 for the keys.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from twinge.plugin import Rejected
from twinge_webpush.keys import POINT_BYTES, from_base64, to_base64

SERVICES = (
    "fcm.googleapis.com",
    "jmt17.google.com",  # what Chromium gives where Google has not built it, like Debian's
    "updates.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)
"""Hosts of the browsers' push services: Chrome and its kin, Firefox, Safari, Edge on Windows.

https://source.chromium.org/chromium/chromium/src/+/main:components/push_messaging/push_messaging_constants.cc,
https://mozilla-services.github.io/autopush-rs/, Apple's *Sending web push notifications in web apps and browsers*, and
https://learn.microsoft.com/answers/questions/940324/406-not-acceptable-may-be-returned-when-sending-a.
"""
AUTH_BYTES = 16
LONGEST_ENDPOINT = 2_000
LONGEST_ADDRESS = 4_096

_ENDPOINT = re.compile(r"(https?)://([A-Za-z0-9.-]{1,253})(?::([0-9]{1,5}))?(/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)")
"""Plain ASCII without user, fragment or backslash: what is checked here is what is called, letter by letter."""


class Keys(msgspec.Struct, frozen=True):
    """The device's keys, base64url without padding."""

    auth: str
    p256dh: str


class Subscription(msgspec.Struct, frozen=True):
    """One browser of one person. The fields stand in the order of the canonical form."""

    endpoint: str
    """Opaque: kept and called as the browser gave it."""
    key: str
    """The VAPID public key it was made with."""
    keys: Keys

    @property
    def address(self) -> str:
        """Compact JSON with sorted keys."""
        return msgspec.json.encode(self).decode()

    @property
    def origin(self) -> str:
        """Scheme, host and port of the push service, as a VAPID token names them (RFC 6454)."""
        scheme, host, port, _ = _parts(self.endpoint)
        usual = {"https": "443", "http": "80"}[scheme]
        return f"{scheme}://{host.lower()}" + (f":{port}" if port and port != usual else "")

    @property
    def path(self) -> str:
        """What follows the origin."""
        return _parts(self.endpoint)[3]


class _Given(msgspec.Struct):
    """As a page posts it, or as it is kept; expirationTime and the like are passed over."""

    endpoint: str
    keys: Keys
    key: str = ""


_given = msgspec.json.Decoder(_Given)


def parse(text: str, first_key: str) -> Subscription:
    """The subscription that `text` is, made with `first_key` where it does not say with which. Raises `Rejected`."""
    if len(text) > LONGEST_ADDRESS:
        raise wrong(f"is at most {LONGEST_ADDRESS} characters long")
    try:
        given = _given.decode(text)
    except (ValueError, RecursionError):
        raise wrong('is the JSON of a PushSubscription: {"endpoint", "keys": {"auth", "p256dh"}}') from None
    _parts(given.endpoint)
    keys = Keys(auth=_auth(given.keys.auth), p256dh=_point(given.keys.p256dh, "keys.p256dh"))
    return Subscription(given.endpoint, _point(given.key, "key") if given.key else first_key, keys)


def check_service(subscription: Subscription, hosts: tuple[str, ...], *, http: bool) -> None:
    """Raise `Rejected` unless the endpoint is of a push service that may be called."""
    scheme, host, _, _ = _parts(subscription.endpoint)
    if scheme != "https" and not http:
        raise wrong("has an endpoint that begins with https://; TWINGE_WEBPUSH_ALLOW_HTTP=1 allows others")
    if not any(fnmatchcase(host.lower(), one) for one in hosts):
        raise wrong("has an endpoint at a browser's push service; TWINGE_WEBPUSH_HOSTS allows more hosts")


def wrong(words: str) -> Rejected:
    """What is wrong with an address, without saying what it holds."""
    return Rejected(f"A Web Push address {words}.", field="address")


def _parts(endpoint: str) -> tuple[str, str, str | None, str]:
    found = _ENDPOINT.fullmatch(endpoint)
    if found is None or len(endpoint) > LONGEST_ENDPOINT or not 0 < int(found[3] or 443) < 65_536:
        raise wrong(f"has as endpoint a URL of plain ASCII, at most {LONGEST_ENDPOINT} characters")
    return found[1], found[2], found[3], found[4]


def _auth(text: str) -> str:
    raw = _bytes(text, "keys.auth", AUTH_BYTES)
    return to_base64(raw)


def _point(text: str, name: str) -> str:
    raw = _bytes(text, name, POINT_BYTES)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError:
        raise wrong(f"has in {name} a point of the curve P-256") from None
    return to_base64(raw)


def _bytes(text: str, name: str, length: int) -> bytes:
    try:
        raw = from_base64(text)
    except ValueError:
        raw = b""
    if len(raw) != length:
        raise wrong(f"has in {name} the base64url of {length} bytes")
    return raw
