"""Tokens at rest: sealed with Fernet under a key derived from the store's secret."""

from __future__ import annotations

import base64
import hmac

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from twinge.plugin import TwingeError


class WrongSecret(TwingeError):
    """A sealed value does not open: TWINGE_SECRET_KEY is not the one it was written under."""


class Seal:
    """Seals and opens short secrets. The key is HKDF-SHA256 of the secret, so any length of secret will do.

    What is sealed for one purpose does not open for another.
    """

    def __init__(self, secret: bytes, purpose: bytes = b"tokens") -> None:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"twinge " + purpose).derive(secret)
        self._fernet = Fernet(base64.urlsafe_b64encode(key))
        self._voice = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"twinge proof").derive(secret)

    def prove(self, word: str) -> str:
        """What only a holder of the secret can answer to `word`: its HMAC-SHA256 under a key of its own, in hex."""
        return hmac.new(self._voice, word.encode(), "sha256").hexdigest()

    def close(self, value: str | None) -> bytes | None:
        """Seal a value; None stays None."""
        return None if value is None else self._fernet.encrypt(value.encode())

    def open(self, blob: bytes | None) -> str | None:
        """Open a sealed value, or raise `WrongSecret`."""
        if blob is None:
            return None
        try:
            return self._fernet.decrypt(blob).decode()
        except InvalidToken:
            message = "a stored token does not open: set TWINGE_SECRET_KEY to the key it was stored under"
            raise WrongSecret(message) from None
