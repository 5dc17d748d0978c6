"""Pages of a listing: newest first, by a cursor that stays valid while rows come and go."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Select, tuple_

from twinge.core.model import Severity
from twinge.plugin import Rejected
from twinge.store import codec

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items, and the cursor of the next page or None at the end."""

    items: Sequence[T]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a listing is narrowed to; None is everything. Each listing heeds those that its rows have."""

    since: datetime | None = None
    """From then on."""
    until: datetime | None = None
    """Before then."""
    sport: str | None = None
    rule: str | None = None
    severity: Severity | None = None
    state: str | None = None
    reason: str | None = None
    name: str | None = None
    """What a name begins with, in any case."""
    platform: str | None = None
    external_id: str | None = None
    status: str | None = None
    """connected · disconnected."""
    actor: str | None = None
    what: str | None = None
    scope: str | None = None


EVERYTHING = Filter()


def between(
    column: ColumnElement[Any], only: Filter, to: Callable[[datetime], Any] = codec.to_ms
) -> list[ColumnElement[bool]]:
    """The conditions of a span on a column of instants, which `to` writes as the column has them."""
    found = [] if only.since is None else [column >= to(only.since)]
    return found if only.until is None else [*found, column < to(only.until)]


def equal(*wanted: tuple[ColumnElement[Any], Any]) -> list[ColumnElement[bool]]:
    """A condition for each (column, value) whose value is not None."""
    return [column == value for column, value in wanted if value is not None]


def cut(
    statement: Select[Any],
    columns: Sequence[ColumnElement[Any]],
    cursor: str | None,
    limit: int,
    *,
    newest: bool = True,
) -> Select[Any]:
    """`statement` ordered by `columns`, after `cursor`, one row longer than `limit` so that the end is seen."""
    if cursor is not None:
        kinds = [column.type.python_type for column in columns]
        place, after = tuple_(*columns), tuple(read_cursor(cursor, kinds))
        statement = statement.where(place < after if newest else place > after)
    order = [column.desc() if newest else column.asc() for column in columns]
    return statement.order_by(*order).limit(limit + 1)


def page(rows: Sequence[Any], names: Sequence[str], limit: int, items: Sequence[T]) -> Page[T]:
    """The page of `items` read from `rows`; `names` are the columns of `cut` in their order."""
    if len(rows) <= limit:
        return Page(items, None)
    last = rows[limit - 1]._mapping
    return Page(items[:limit], write_cursor([last[name] for name in names]))


def write_cursor(values: Sequence[Any]) -> str:
    """Where a page ends, for the next one to begin behind."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(values)).rstrip(b"=").decode()


def read_cursor(cursor: str, kinds: Sequence[type]) -> list[Any]:
    """The inverse of `write_cursor`; `Rejected` where it does not hold values of these kinds that a database has."""
    try:
        blob = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = msgspec.msgpack.decode(blob, type=list[int | str])
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        values = []
    if len(values) != len(kinds) or not all(map(_fits, values, kinds)):
        raise Rejected("cursor is not one of ours: leave it out to start again", field="cursor")
    return values


def _fits(value: int | str, kind: type) -> bool:
    """A whole number of 64 bits, or a text without NUL, which PostgreSQL knows in none."""
    return type(value) is kind and (-(2**63) <= value < 2**63 if isinstance(value, int) else "\0" not in value)
