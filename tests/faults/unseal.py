"""Opening what lies sealed, by the words of docs/security.md alone: the checker asks nobody in the program.

AES-256-GCM under a key by HKDF-SHA256 for each column, bound to the row.
"""

from __future__ import annotations

import base64
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SEALED = {
    "address": [("address", ("athlete_id", "id"))],
    "nudge": [("text", ("athlete_id", "id"))],
    "inbox": [("body", ("platform", "key"))],
}
"""Of each table the columns that are read here, and what binds a value to its row."""
HEAD = len("v1.01234567.")
NONCE = 12


def opened(table: str, rows: list[dict[str, Any]], secret: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows with their sealed columns open; and a line for each value that does not open, which is "" then."""
    troubles = []
    for column, bound in SEALED.get(table, []):
        key = _key(secret, f"{table}.{column}")
        for row in rows:
            value = row[column]
            if not value:
                continue
            try:
                raw = _open(key, value, f"{table}.{column}", [row[name] for name in bound])
            except (InvalidTag, ValueError):
                raw = b""
                troubles.append(f"{table} {row['id']}: {column} does not open")
            row[column] = raw.decode() if isinstance(value, str) else raw
    return rows, troubles


def _key(secret: str, spot: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"twinge seal tokens " + spot.encode()).derive(
        secret.encode()
    )


def _open(key: bytes, value: str | bytes, spot: str, place: list[Any]) -> bytes:
    if isinstance(value, str):
        head, rest = value[:HEAD], value[HEAD:]
        blob = head.encode() + base64.urlsafe_b64decode(rest + "=" * (-len(rest) % 4))
    else:
        blob = bytes(value)
    if not blob.startswith(b"v1."):
        raise ValueError("not sealed")
    words = "\x1f".join([spot, *(bytes(one).hex() if isinstance(one, bytes) else str(one) for one in place)])
    return AESGCM(key).decrypt(blob[HEAD : HEAD + NONCE], blob[HEAD + NONCE :], words.encode())
