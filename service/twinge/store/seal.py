"""What must not be read in the database's file: sealed with AES-256-GCM (NIST SP 800-38D), bound to its row.

A sealed value is `v1.<key id>.<nonce><ciphertext and tag>`, as bytes, or as text with the last part in base64url. Its
place (table.column and the row's identity) is authenticated with it: a value that was moved to another row does not
open. Each column has a key of its own, so that the random nonces of one never meet those of another.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from twinge.plugin import TwingeError

SHORTEST: Final = 32
"""Characters of a key, where several stand beside each other."""
MARK: Final = b"v1."
NONCE, TAG = 12, 16
HEAD: Final = len(MARK) + 8 + 1
"""Bytes before the nonce: the mark, the key id, a dot."""
OVERHEAD: Final = HEAD + NONCE + TAG
"""By how many bytes a sealed value is longer."""
_FERNET: Final = b"gAAAA"

Part = str | int | bytes
"""One word of a place."""


class WrongSecret(TwingeError):
    """A sealed value does not open: the key it was sealed under is not here, or the value is not where it belongs."""


def keys_in(secret: bytes) -> Sequence[bytes]:
    """The keys of a setting or a key file: several of 32 characters and more with spaces or lines between them, or one.

    The first seals, all of them open. One pass phrase with spaces is one key.
    """
    parts = list(dict.fromkeys(secret.split()))
    return parts if parts and all(len(part) >= SHORTEST for part in parts) else [secret]


@lru_cache(maxsize=512)
def derive(secret: bytes, purpose: bytes, length: int = 32) -> bytes:
    """A key for one purpose: HKDF-SHA256 (RFC 5869), so any length of secret will do."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=b"twinge " + purpose).derive(secret)


def id_of(secret: bytes) -> str:
    """What a key is called: eight hex digits that say nothing of it."""
    return derive(secret, b"key id", 4).hex()


class _Key:
    """One key with what was derived from it."""

    def __init__(self, secret: bytes, purpose: bytes) -> None:
        self.id, self._secret, self._purpose = id_of(secret), secret, purpose
        self.head = MARK + self.id.encode() + b"."
        self._ciphers: dict[str, AESGCM] = {}

    def cipher(self, spot: str) -> AESGCM:
        """The cipher of one column."""
        found = self._ciphers.get(spot)
        if found is None:
            key = derive(self._secret, b"seal " + self._purpose + b" " + spot.encode())
            found = self._ciphers[spot] = AESGCM(key)
        return found

    def fernet(self) -> Fernet:
        """What versions before 0013 sealed with."""
        return Fernet(base64.urlsafe_b64encode(derive(self._secret, self._purpose)))


class Seal:
    """Seals and opens. What is sealed for one purpose, or one place, does not open for another."""

    def __init__(self, secret: bytes, purpose: bytes = b"tokens") -> None:
        """`secret`: one key, or several (see `keys_in`)."""
        self._secrets = keys_in(secret)
        self._keys = {key.id: key for key in (_Key(one, purpose) for one in self._secrets)}
        self._first = next(iter(self._keys.values()))

    @property
    def ids(self) -> Sequence[str]:
        """The ids of the keys that are here; the first one seals."""
        return list(self._keys)

    @property
    def head(self) -> bytes:
        """What every value begins with that is sealed under the first key."""
        return self._first.head

    # ---- bytes -------------------------------------------------------------------------------------------------------

    def wrap(self, value: bytes, *place: Part) -> bytes:
        """Seal a value for its place, whose first word is `table.column`."""
        nonce = os.urandom(NONCE)
        return self._first.head + nonce + self._first.cipher(str(place[0])).encrypt(nonce, value, _bound(place))

    def unwrap(self, blob: bytes, *place: Part) -> bytes:
        """Open a sealed value, or raise `WrongSecret`."""
        key = self._keys.get(blob[len(MARK) : HEAD - 1].decode("ascii", "replace"))
        if key is not None and blob.startswith(key.head):
            body = memoryview(blob)[HEAD:]
            try:
                return key.cipher(str(place[0])).decrypt(body[:NONCE], body[NONCE:], _bound(place))
            except (InvalidTag, ValueError):
                pass
        elif blob.startswith(_FERNET):
            return self._unwrap_old(blob, str(place[0]))
        raise _wrong(str(place[0]), blob)

    def _unwrap_old(self, blob: bytes, spot: str) -> bytes:
        for key in self._keys.values():
            try:
                return key.fernet().decrypt(blob)
            except InvalidToken:
                continue
        raise _wrong(spot, blob)

    # ---- texts -------------------------------------------------------------------------------------------------------

    def close(self, value: str | None, *place: Part) -> bytes | None:
        """Seal a text into bytes; None stays None."""
        return None if value is None else self.wrap(value.encode("utf-8", "surrogatepass"), *place)

    def open(self, blob: bytes | None, *place: Part) -> str | None:
        """Open what `close` has sealed."""
        return None if blob is None else self.unwrap(bytes(blob), *place).decode("utf-8", "surrogatepass")

    def write(self, value: str, *place: Part) -> str:
        """Seal a text into ASCII, for a column of texts or an address of the web."""
        return to_text(self.wrap(value.encode("utf-8", "surrogatepass"), *place))

    def read(self, text: str, *place: Part) -> str:
        """Open what `write` has sealed; a text that was emptied since stays empty."""
        if not text:
            return text
        try:
            blob = from_text(text)
        except ValueError:
            raise _wrong(str(place[0]), b"") from None
        return self.unwrap(blob, *place).decode("utf-8", "surrogatepass")

    def prove(self, word: str) -> str:
        """What only a holder of the first key can answer to `word`: its HMAC-SHA256 under a key of its own, in hex."""
        return hmac.new(derive(self._secrets[0], b"proof"), word.encode(), "sha256").hexdigest()

    # ---- found again without being read ------------------------------------------------------------------------------

    def blind(self, *parts: str) -> bytes:
        """A value as it is written to be found again: its HMAC-SHA256 under the first key."""
        return _blind(self._secrets[0], parts)

    def blinds(self, *parts: str) -> Sequence[bytes]:
        """A value as it is looked for: `blind` under each key that is here, the first one first."""
        return [_blind(secret, parts) for secret in self._secrets]


def _blind(secret: bytes, parts: Sequence[str]) -> bytes:
    text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hmac.digest(derive(secret, b"blind"), text, "sha256")


def to_text(blob: bytes) -> str:
    """A sealed value as ASCII."""
    return blob[:HEAD].decode("ascii") + base64.urlsafe_b64encode(blob[HEAD:]).rstrip(b"=").decode("ascii")


def from_text(text: str) -> bytes:
    """The inverse of `to_text`; ValueError for what cannot be one."""
    try:
        head, rest = text[:HEAD].encode("ascii"), text[HEAD:].encode("ascii")
        return head + base64.b64decode(rest + b"=" * (-len(rest) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError("not a sealed text") from None


def _bound(place: Sequence[Part]) -> bytes:
    words = [part if isinstance(part, str) else part.hex() if isinstance(part, bytes) else str(part) for part in place]
    # As PostgreSQL keeps a text that it cannot keep as it is (`arrivals`): the row is read back under that name.
    return "\x1f".join(words).encode("utf-8", "replace").replace(b"\0", b"\xef\xbf\xbd")


def _wrong(spot: str, blob: bytes) -> WrongSecret:
    under = blob[len(MARK) : HEAD - 1].decode("ascii", "replace") if blob.startswith(MARK) else "of an older version"
    under = under if under.isalnum() else "of an older version"
    return WrongSecret(
        f"a value of {spot} does not open (key {under}): set TWINGE_SECRET_KEY to the key it was sealed under, "
        "behind the one you use now"
    )
