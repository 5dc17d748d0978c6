"""Phones that post for their owner: a secret for each athlete, and the athlete named beside it.

An app on a phone can set a URL and headers, and signs nothing. Whose data it is stands in the URL's query or a header,
because that is kept with the delivery and the secret is not; a secret opens the door for its own athlete alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from twinge.plugin.delivery import Delivery
from twinge.plugin.signing import Secret, among, read_secret
from twinge.plugin.trouble import NotConfigured, Rejected

EVERYBODY = "*"
SHORTEST = 16


class AthleteTokens:
    """`alice:secret bob:secret bob:next-secret`; `*:secret` opens for everybody."""

    def __init__(self, keys: Mapping[str, tuple[Secret, ...]]) -> None:
        self._keys = keys

    @classmethod
    def of(cls, setting: str, value: str) -> AthleteTokens:
        """From the value of `setting`; raises `NotConfigured` with the shape that is wanted, never with the value."""
        keys: dict[str, tuple[Secret, ...]] = defaultdict(tuple)
        for pair in value.split():
            athlete, _, token = pair.rpartition(":")
            secret = read_secret(token)
            if not athlete or len(secret) < SHORTEST:
                raise NotConfigured(
                    f"{setting} must be athlete:secret, secrets of {SHORTEST} characters and more, separated by spaces."
                )
            keys[athlete] += (secret,)
        if not keys:
            raise NotConfigured(f"Set {setting}=athlete:secret for each athlete.")
        return cls(dict(keys))

    def check(self, delivery: Delivery) -> None:
        """Raise `Rejected` (401) unless the call shows a secret of the athlete whom it names."""
        athlete = named_in(delivery)
        keys = self._keys.get(athlete, ()) + self._keys.get(EVERYBODY, ())
        shown = [among(given, keys, delivery.received_at) for given in _shown(delivery)]
        if not athlete or not any(shown):
            raise Rejected("The call shows no secret of the athlete whom it names.", status=401)


def athlete_of(delivery: Delivery) -> str:
    """The athlete whom the call names; raises `Rejected` where it names none."""
    if athlete := named_in(delivery):
        return athlete
    raise Rejected("Name the athlete: ?athlete=… in the URL, or a header x-athlete.", field="athlete")


def named_in(delivery: Delivery) -> str:
    """`?athlete=…`, else the header `x-athlete`; empty where there is neither, or it is longer than 200 characters."""
    found = (delivery.query.get("athlete") or delivery.headers.get("x-athlete", "")).strip()
    return found if len(found) <= 200 and found.isprintable() else ""


def _shown(delivery: Delivery) -> Iterator[str]:
    """What the call shows as a secret: a bearer, an API key, or the last segment of the path."""
    scheme, _, bearer = delivery.headers.get("authorization", "").partition(" ")
    yield bearer.strip() if scheme.lower() == "bearer" else ""
    yield delivery.headers.get("x-api-key", "")
    yield delivery.headers.get("api-key", "")
    yield delivery.token or ""
