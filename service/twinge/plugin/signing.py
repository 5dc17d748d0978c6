"""Whether a call proves who sent it: shared secrets and HMACs, compared in constant time, on bytes, several at once.

Several secrets live side by side while one is replaced by another: settings give them separated by spaces.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence


def keys_of(setting: str) -> tuple[bytes, ...]:
    """The secrets of a setting that holds one, or several separated by spaces."""
    return tuple(one.encode() for one in setting.split())


def among(given: str | None, keys: Sequence[bytes]) -> bool:
    """Whether `given` is one of our secrets; no secret of ours is empty. As long for the first as for none."""
    shown, found = (given or "").encode(errors="replace"), False
    for key in keys:
        found |= hmac.compare_digest(shown, key) and bool(key)
    return found


def hmac_fits(keys: Sequence[bytes], body: bytes, given: str | None) -> bool:
    """Whether `given` is the hexadecimal HMAC-SHA256 (RFC 2104) of `body` under one of our keys, in either case."""
    shown = (given or "").lower().encode(errors="replace")
    found = False
    for key in keys:
        found |= hmac.compare_digest(shown, hmac.new(key, body, "sha256").hexdigest().encode()) and bool(key)
    return found
