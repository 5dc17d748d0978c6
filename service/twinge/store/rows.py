"""Rows written over rows with the same key, by the dialect's own statement.

On PostgreSQL all rows of a call are one statement of arrays, a column each: sent row by row each would start the
executor anew, and a table in sixteen parts opens them all for it. SQLite's driver runs through a list of rows in one
trip, which no statement of many values beats.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Table, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from twinge.store.engine import upsert

Complete = Callable[[Any], Any]
"""Adds its end to an insert: what is done where the row is there already."""


async def save(tx: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows over those with the same key; of two with one key the last holds. All have the same columns."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    last = {tuple(row[name] for name in keys): row for row in rows}
    await insert(tx, table, list(last.values()), _over)


def plainly(statement: Any) -> Any:
    """Nothing can be there already."""
    return statement


def _over(statement: Any) -> Any:
    table = statement.table
    keys = [column.name for column in table.primary_key]
    new = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=new)


async def insert(tx: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]], complete: Complete) -> None:
    """Insert rows of the same columns, as `complete` (a function of a module, it is remembered) ends the statement."""
    statement = _statement(tx.dialect.name, table, tuple(rows[0]), complete)
    arrayed = tx.dialect.name == "postgresql"
    await tx.execute(statement, {name: [row[name] for row in rows] for name in rows[0]} if arrayed else rows)


@lru_cache(maxsize=64)
def _statement(dialect: str, table: Table, names: tuple[str, ...], complete: Complete) -> Any:
    statement = upsert(dialect, table)
    if dialect == "postgresql":
        arrays = [bindparam(name, type_=ARRAY(table.c[name].type)) for name in names]
        one = func.unnest(*arrays).table_valued(*names, name="one").render_derived()
        statement = statement.from_select(list(names), select(*one.c))
    return complete(statement)
