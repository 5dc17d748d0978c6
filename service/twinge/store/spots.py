"""Which columns are sealed, and what binds each value to its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, LargeBinary, Table

from twinge.store.seal import MARK, Part, Seal, from_text, to_text
from twinge.store.tables import (
    address,
    connection,
    erasure,
    farewell,
    handshake,
    inbox,
    nudge,
    report,
    sealing,
    wellness,
)


class Spot(NamedTuple):
    """One sealed column. `bound` names the columns that say which row it is, as the rooms bind it."""

    column: Column[Any]
    bound: tuple[str, ...]

    @property
    def table(self) -> Table:
        """Whose column it is."""
        return self.column.table

    @property
    def name(self) -> str:
        """`table.column`."""
        return f"{self.table.name}.{self.column.name}"

    @property
    def was_sealed(self) -> bool:
        """Whether versions before 0013 sealed it too: then nothing in it is plain."""
        return self.column.name in {"access_token", "refresh_token", "verifier", "trail", "value"}

    @property
    def is_raw(self) -> bool:
        """Whether it holds bytes, not text."""
        return isinstance(self.column.type, LargeBinary)

    def place(self, row: Mapping[Any, Any]) -> tuple[Part, ...]:
        """What a value in this row is bound to."""
        parts = (row[name] for name in self.bound)
        return (self.name, *(bytes(part) if isinstance(part, memoryview) else part for part in parts))

    def unwrap(self, seal: Seal, row: Mapping[Any, Any]) -> bytes:
        """The value of a row as bytes; `WrongSecret`."""
        value = row[self.column.name]
        return seal.unwrap(bytes(value) if self.is_raw else _blob(value), *self.place(row))

    def wrap(self, seal: Seal, row: Mapping[Any, Any], value: bytes) -> bytes | str:
        """A value for this row as the column keeps it."""
        made = seal.wrap(value, *self.place(row))
        return made if self.is_raw else to_text(made)

    def open(self, seal: Seal, row: Mapping[Any, Any]) -> Any:
        """The value of a row, as it was before it was sealed; nothing stays nothing."""
        if not row[self.column.name]:
            return row[self.column.name]
        found = self.unwrap(seal, row)
        return found if self.is_raw else found.decode("utf-8", "surrogatepass")


def _blob(text: str) -> bytes:
    try:
        return from_text(text)
    except ValueError:
        return text.encode("utf-8", "surrogatepass")


SPOTS: Final = (
    Spot(connection.c.access_token, ("platform", "external_id")),
    Spot(connection.c.refresh_token, ("platform", "external_id")),
    Spot(farewell.c.access_token, ("platform", "external_id")),
    Spot(farewell.c.refresh_token, ("platform", "external_id")),
    Spot(handshake.c.verifier, ("hash",)),
    Spot(erasure.c.trail, ("mark",)),
    Spot(address.c.address, ("athlete_id", "id")),
    Spot(report.c.blob, ("athlete_id", "key")),
    Spot(wellness.c.blob, ("athlete_id", "key")),
    Spot(nudge.c.text, ("athlete_id", "id")),
    Spot(inbox.c.envelope, ("platform", "key")),
    Spot(inbox.c.body, ("platform", "key")),
    Spot(sealing.c.value, ("name",)),
)


class Opened:
    """A row with its sealed columns open: by name, and as `_mapping`."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._mapping = values

    def __getattr__(self, name: str) -> Any:
        """A column's value."""
        try:
            return self._mapping[name]
        except KeyError:
            raise AttributeError(name) from None


def opened(seal: Seal, table: Table, row: Any) -> Opened:
    """A whole row of `table`, opened."""
    values = dict(row._mapping)
    kept = dict(values)
    for spot in spots_of(table):
        values[spot.column.name] = spot.open(seal, kept)
    return Opened(values)


def spots_of(table: Table) -> Sequence[Spot]:
    """The sealed columns of one table."""
    return [spot for spot in SPOTS if spot.table is table]


def is_sealed(value: bytes | str) -> bool:
    """Whether a stored value looks sealed, under whatever key."""
    return value.startswith(MARK) if isinstance(value, bytes) else value.startswith(MARK.decode())
