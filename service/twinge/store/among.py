"""A column among values that are given with the statement: one text for any number of them.

An IN with its values counted out is another statement for each count, and PostgreSQL parses and plans each anew; an
array is one parameter. SQLite has no arrays, and plans faster than it would read one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, any_, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import Boolean


class Among(ColumnElement[bool]):
    """See `among`."""

    inherit_cache = True
    type = Boolean()
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy's own shape
        ("listed", InternalTraversal.dp_clauseelement),
        ("arrayed", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.listed = column.in_(bindparam(name, expanding=True))
        self.arrayed = column == any_(bindparam(name, type_=ARRAY(column.type)))


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether `column` is one of the values of the parameter `name`, a list."""
    return Among(column, name)


@compiles(Among)
def _listed(element: Among, compiler: Any, **how: Any) -> str:
    return str(compiler.process(element.listed.self_group(), **how))


@compiles(Among, "postgresql")
def _arrayed(element: Among, compiler: Any, **how: Any) -> str:
    return f"({compiler.process(element.arrayed, **how)})"
