"""As what a secret with 256 random bits is kept: only whoever has it can say it again."""

from __future__ import annotations

import hashlib


def hash_of(token: str) -> bytes:
    """SHA-256; so much randomness needs no slow hash."""
    return hashlib.sha256(token.encode(errors="replace")).digest()
