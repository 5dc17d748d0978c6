"""A column among values that are given with the statement: one text for any number of them.

An IN with its values counted out is another statement for each count, and PostgreSQL parses and plans each anew; an
array is one parameter. SQLite has no arrays, and plans faster than it would read one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, all_, any_, bindparam
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

    def __init__(self, listed: ColumnElement[bool], arrayed: ColumnElement[bool]) -> None:
        self.listed, self.arrayed = listed, arrayed

    def self_group(self, against: Any = None) -> ColumnElement[bool]:
        """Itself: a condition, which SQLite must not compare with 1, or it would use no index."""
        return self


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether `column` is one of the values of the parameter `name`, a list."""
    values = bindparam(name, type_=ARRAY(column.type))
    return Among(column.in_(bindparam(name, expanding=True)), column == any_(values))


def not_among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """The contrary."""
    values = bindparam(name, type_=ARRAY(column.type))
    return Among(column.not_in(bindparam(name, expanding=True)), column != all_(values))


@compiles(Among)
def _listed(element: Among, compiler: Any, **how: Any) -> str:
    return f"({compiler.process(element.listed, **how)})"


@compiles(Among, "postgresql")
def _arrayed(element: Among, compiler: Any, **how: Any) -> str:
    return f"({compiler.process(element.arrayed, **how)})"
