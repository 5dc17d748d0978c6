"""PostgreSQL's twin of the inbox's one fast insert: the whole group in one statement of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twinge.store.commit import Row
from twinge.store.engine import Engines

TEXTS = 3
"""Columns of text, which are the first ones of a row."""
_INSERT = """
INSERT INTO inbox (platform, key, lane, envelope, body, received_ms, state, attempts, delays, not_before_ms, note)
SELECT platform, key, lane, envelope, body, received_ms, 'waiting', 0, 0, 0, ''
FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[], $6::bigint[]) WITH ORDINALITY
    AS one (platform, key, lane, envelope, body, received_ms, place)
ORDER BY place
ON CONFLICT DO NOTHING RETURNING platform, key
"""


async def insert(engines: Engines, rows: Sequence[Row]) -> list[bool]:
    """One transaction for all rows; True for each that is new."""
    columns = list(zip(*rows, strict=True))
    columns[:TEXTS] = [tuple(map(_storable, column)) for column in columns[:TEXTS]]
    made = await engines.beneath(lambda raw: raw.fetch(_INSERT, *columns))
    if len(made) == len(rows):
        return [True] * len(rows)
    new = {tuple(row) for row in made}
    fresh = []
    for platform, key, *_ in zip(*columns, strict=True):
        fresh.append((platform, key) in new)
        new.discard((platform, key))
    return fresh


def _storable(text: Any) -> Any:
    """A text without the two things that PostgreSQL keeps in none: a NUL, and half of a surrogate pair."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
