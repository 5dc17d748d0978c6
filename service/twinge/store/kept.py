"""What the inbox keeps: how a delivery lies there, and how it is found, read only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, func, select

from twinge.plugin import Delivery
from twinge.store import codec
from twinge.store.engine import Engines
from twinge.store.page import EVERYTHING, Filter, Page, between, cut, equal, page
from twinge.store.seal import OVERHEAD, Seal
from twinge.store.tables import inbox

ENVELOPE, BODY = "inbox.envelope", "inbox.body"
"""Where they are sealed."""
OPEN = ("waiting", "stray", "dead")
"""States that somebody may still have to look at; each has its partial index."""
LEAF_BYTES = 4 * 1024 * 1024
"""Bodies that are leafed through at a time."""
LENGTH, DIGEST = "content-length", "content-digest"
"""Headers that a delivery gets when its body is deleted: what the body was (RFC 9110, RFC 9530)."""
BODY_BYTES = case((func.length(inbox.c.body) > OVERHEAD, func.length(inbox.c.body) - OVERHEAD), else_=0)
"""How long a body was before it was sealed."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A delivery as an operator may see it."""

    id: int
    key: str
    delivery: Delivery
    state: str
    attempts: int
    delays: int
    not_before: datetime
    note: str
    settled_at: datetime | None

    @property
    def size(self) -> int:
        """Bytes of the body, also of one that was deleted."""
        return int(self.delivery.headers[LENGTH]) if self.emptied else len(self.delivery.body)

    @property
    def emptied(self) -> bool:
        """Whether the body was deleted once it had been used."""
        return not self.delivery.body and DIGEST in self.delivery.headers


class Seen(NamedTuple):
    """What became of a delivery."""

    id: int
    state: str
    note: str
    received_at: datetime


def fitting(rows: Sequence[Any], most: int) -> Sequence[Any]:
    """The first rows whose bodies have `most` bytes together, and always one."""
    held = 0
    for place, row in enumerate(rows):
        held += row.bytes
        if held > most:
            return rows[: max(place, 1)]
    return rows


class Shelf:
    """Deliveries as they lie."""

    def __init__(self, engines: Engines, seal: Seal) -> None:
        self._engines, self._seal = engines, seal

    async def get(self, number: int) -> Kept | None:
        """One delivery, or None."""
        async with self._engines.read() as tx:
            row = (await tx.execute(select(inbox).where(inbox.c.id == number))).one_or_none()
        return None if row is None else self._kept(row)

    async def find(
        self,
        state: str | None = None,
        platform: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
        *,
        only: Filter = EVERYTHING,
        lanes: Collection[str] | None = None,
    ) -> Page[Kept]:
        """Deliveries, newest first; by the span in which they came, and by their lanes."""
        named = equal((inbox.c.state, state), (inbox.c.platform, platform))
        wanted = select(inbox.c.id).where(*named, *between(inbox.c.received_ms, only))
        if lanes is not None:
            wanted = wanted.where(inbox.c.lane.in_(lanes))
        # The ids first: sorting whole rows would read bodies that nobody asked for.
        order = [inbox.c.received_ms, inbox.c.id]
        whole = select(inbox).where(inbox.c.id.in_(cut(wanted, order, cursor, limit)))
        async with self._engines.read() as tx:
            rows = (await tx.execute(whole.order_by(*(column.desc() for column in order)))).all()
        return page(rows, ["received_ms", "id"], limit, [self._kept(row) for row in rows])

    async def leaf(self, platforms: Collection[str], after: int, limit: int = 100) -> list[tuple[Kept, str]]:
        """Deliveries of these platforms from the oldest on, as (delivery, lane); those with long bodies come alone."""
        mine = (inbox.c.platform.in_(platforms)) & (inbox.c.id > after)
        sized = select(inbox.c.id, BODY_BYTES.label("bytes")).where(mine).order_by(inbox.c.id)
        async with self._engines.read() as tx:
            ids = [row.id for row in fitting((await tx.execute(sized.limit(limit))).all(), LEAF_BYTES)]
            rows = (await tx.execute(select(inbox).where(inbox.c.id.in_(ids)).order_by(inbox.c.id))).all()
        return [(self._kept(row), row.lane) for row in rows]

    async def recent(self, platform: str, prefix: str, since: datetime, limit: int = 10) -> list[Seen]:
        """The last deliveries whose keys begin with `prefix` and a colon, newest first."""
        mine = (inbox.c.platform == platform) & inbox.c.key.startswith(f"{prefix}:", autoescape=True)
        wanted = select(inbox.c.id, inbox.c.state, inbox.c.note, inbox.c.received_ms)
        wanted = wanted.where(mine, inbox.c.received_ms >= codec.to_ms(since)).order_by(inbox.c.id.desc())
        async with self._engines.read() as tx:
            rows = (await tx.execute(wanted.limit(limit))).all()
        return [Seen(row.id, row.state, row.note, codec.from_ms(row.received_ms)) for row in rows]

    async def counts(self) -> dict[str, int]:
        """How many deliveries are in each state."""
        async with self._engines.read() as tx:
            found = {state: (await tx.execute(_COUNTED, {"s": state})).scalar_one() for state in OPEN}
            total: int = (await tx.execute(select(func.count()).select_from(inbox))).scalar_one()
        return {**found, "done": total - sum(found.values())}

    def _delivery(self, row: Any, body: bytes) -> Delivery:
        place = (row.platform, row.key)
        envelope = self._seal.unwrap(row.envelope, ENVELOPE, *place)
        method, path, query, headers, url = codec.unpack_envelope(envelope)
        body = self._seal.unwrap(body, BODY, *place) if body else b""
        return Delivery(row.platform, method, path, query, headers, body, codec.from_ms(row.received_ms), url=url)

    def _kept(self, row: Any) -> Kept:
        return Kept(
            row.id,
            row.key,
            self._delivery(row, row.body),
            row.state,
            row.attempts,
            row.delays,
            codec.from_ms(row.not_before_ms),
            row.note,
            codec.maybe_at(row.settled_ms),
        )


_COUNTED = select(func.count()).select_from(inbox).where(inbox.c.state == bindparam("s"))
