"""VAPID keys (RFC 8292): they sign for the push services, and seal what a device sends back.

A subscription is bound to the public key it was made with, so an old key keeps serving its own.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SIGNED_FOR = timedelta(hours=12)
"""RFC 8292 allows a day; half of it leaves room for clocks that differ."""
PRIVATE_BYTES, POINT_BYTES = 32, 65


class Key:
    """One key pair on P-256."""

    def __init__(self, private: str) -> None:
        """`private` is the number as base64url of 32 bytes; `ValueError` where it is none."""
        raw = from_base64(private)
        if len(raw) != PRIVATE_BYTES:
            raise ValueError("a private key has 32 bytes")
        self._private = ec.derive_private_key(int.from_bytes(raw), ec.SECP256R1())
        point = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public = to_base64(point)
        """The uncompressed point as base64url: what a page gives as `applicationServerKey`."""
        derived = HKDF(SHA256(), 32, salt=None, info=b"twinge webpush token").derive(raw)
        self._seal = Fernet(base64.urlsafe_b64encode(derived))

    def authorization(self, audience: str, subject: str, now: datetime) -> str:
        """The value of the Authorization header for the push service at `audience` (scheme, host and port).

        Signing takes 30 microseconds, so nothing is kept between calls.
        """
        from py_vapid import Vapid02  # noqa: PLC0415 - slow to load, and not needed before the first push

        claims = {"aud": audience, "exp": int((now + SIGNED_FOR).timestamp()), "sub": subject}
        signer = Vapid02(self._private, conf={"no-strict": True})  # its pattern refuses an https subject with a path
        return str(signer.sign(claims)["Authorization"])

    def seal(self, content: bytes, now: datetime) -> str:
        """`content` as a token that only this key opens."""
        return self._seal.encrypt_at_time(content, int(now.timestamp())).decode()

    def unseal(self, token: str) -> bytes | None:
        """What a token holds; None where another key, or nobody, has made it."""
        try:
            return self._seal.decrypt(token.encode(errors="replace"))
        except InvalidToken:
            return None


def unseal(keys: Sequence[Key], token: str) -> tuple[Key, bytes] | None:
    """Whose token it is, and what it holds."""
    for key in keys:
        if (content := key.unseal(token)) is not None:
            return key, content
    return None


def to_base64(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def from_base64(text: str) -> bytes:
    """Bytes of base64url, padded or not; `ValueError` where it is something else."""
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("not base64url") from None
