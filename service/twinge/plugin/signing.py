"""Whether a call proves who sent it: shared secrets and HMACs, compared in constant time, on bytes, several at once.

Several secrets live side by side while one is replaced by another: settings give them separated by spaces. One that is
on its way out may carry its last day: `next-secret old-secret,until=2026-06-30`. From the day after (UTC) it opens
nothing any more, whether or not somebody remembers to take it out.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from twinge.plugin.trouble import NotConfigured

UNTIL = ",until="
"""Between a secret and its last day; no vendor's secret has it."""


class Secret(bytes):
    """One secret of a setting, with its last day if it has one."""

    until: date | None = None

    def counts(self, now: datetime | None) -> bool:
        """Whether it still opens; one that ends does not where nobody says what time it is."""
        return self.until is None or (now is not None and now.astimezone(UTC).date() <= self.until)


def read_secret(word: str) -> Secret:
    """A secret as a setting writes it. Raises `NotConfigured`, without the secret, for a last day that is no day."""
    text, ends, day = word.partition(UNTIL)
    made = Secret(text.encode())
    if ends:
        try:
            made.until = date.fromisoformat(day)
        except ValueError:
            raise NotConfigured(f"Write the last day of a secret as secret{UNTIL}2026-06-30.") from None
    return made


def keys_of(setting: str) -> tuple[Secret, ...]:
    """The secrets of a setting that holds one, or several separated by spaces."""
    return tuple(read_secret(one) for one in setting.split())


def first_of(setting: str) -> str:
    """The one that we ourselves use where a setting holds several: the first."""
    return keys_of(setting)[0].decode()


def among(given: str | None, keys: Sequence[bytes], now: datetime | None = None) -> bool:
    """Whether `given` is one of our secrets that counts `now`; no secret of ours is empty.

    As long for the first as for none.
    """
    shown, found = (given or "").encode(errors="replace"), False
    for key in living(keys, now):
        found |= hmac.compare_digest(shown, key) and bool(key)
    return found


def hmac_fits(keys: Sequence[bytes], body: bytes, given: str | None, now: datetime | None = None) -> bool:
    """Whether `given` is the hexadecimal HMAC-SHA256 (RFC 2104) of `body` under one of our keys, in either case."""
    shown = (given or "").lower().encode(errors="replace")
    found = False
    for key in living(keys, now):
        found |= hmac.compare_digest(shown, hmac.new(key, body, "sha256").hexdigest().encode()) and bool(key)
    return found


def living(keys: Sequence[bytes], now: datetime | None) -> Iterator[bytes]:
    """Those that count `now`; plain bytes have no end."""
    return (key for key in keys if not isinstance(key, Secret) or key.counts(now))
