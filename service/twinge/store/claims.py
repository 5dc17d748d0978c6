"""Which deliveries the worker gets next: by the law of lanes and suspects, and no more of them than fit into memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, case, false, func, literal_column, select

from twinge.store.among import not_among
from twinge.store.seal import OVERHEAD
from twinge.store.tables import inbox

CLAIM_BYTES = 64 * 1024 * 1024
"""Bodies of one claim together; a row that is larger comes alone. One body may have 100 MB (Garmin)."""
SHORT = 64 * 1024
"""A body up to this comes with its row; a longer one only when it is known that it fits."""
BODY_BYTES = case((func.length(inbox.c.body) > OVERHEAD, func.length(inbox.c.body) - OVERHEAD), else_=0)
"""How long a body was before it was sealed."""
IS_WAITING = inbox.c.state == literal_column("'waiting'")


def _claimable(*, shared: bool) -> Any:
    """`shared`: other processes claim too, and have marked what they have in hand; so have we.

    There the ids and lanes in hand are no part of the statement: PostgreSQL plans each claim anew, and took 30 ms to
    guess what three hundred of them would leave.
    """
    earlier = inbox.alias("earlier")
    blocked = (
        select(literal_column("1"))
        .select_from(earlier)
        .where(
            earlier.c.lane == inbox.c.lane,
            earlier.c.state == literal_column("'waiting'"),
            earlier.c.id < inbox.c.id,
            (earlier.c.not_before_ms > bindparam("now")) | (earlier.c.taken_by.is_not(None) if shared else false()),
        )
        .exists()
    )
    free = (inbox.c.lane == literal_column("''")) | ~blocked
    due = inbox.c.not_before_ms <= bindparam("now")
    idle = [inbox.c.taken_by.is_(None)] if shared else [not_among(inbox.c.id, "ids"), not_among(inbox.c.lane, "lanes")]
    body = case((BODY_BYTES <= SHORT, inbox.c.body)).label("body")
    columns = [column for column in inbox.c if column is not inbox.c.body]
    wanted = select(*columns, body, BODY_BYTES.label("bytes")).where(IS_WAITING, due, free, *idle)
    return wanted.order_by(inbox.c.id).limit(bindparam("n"))


CLAIMABLE, CLAIMABLE_SHARED = _claimable(shared=False), _claimable(shared=True)


def idle(rows: Sequence[Any], ids: Collection[int], lanes: Collection[str]) -> list[Any]:
    """Those that are not in hand, nor their lanes: a mark of ours may have gone with a lost connection."""
    return [row for row in rows if row.id not in ids and row.lane not in lanes]


def together(rows: Sequence[Any], busy: bool) -> Sequence[Any]:
    """The rows that may be worked on at once: all up to the first suspect, or that one alone."""
    for place, row in enumerate(rows):
        if row.attempts:
            return rows[:place] if place or busy else rows[:1]
    return rows


def fitting(rows: Sequence[Any], most: int) -> Sequence[Any]:
    """The first rows whose bodies have `most` bytes together, and always one."""
    held = 0
    for place, row in enumerate(rows):
        held += row.bytes
        if held > most:
            return rows[: max(place, 1)]
    return rows
