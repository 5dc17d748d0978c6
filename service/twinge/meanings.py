"""What each field of a type means, for people: in the very words that stand under the field in the code."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import pairwise
from textwrap import dedent
from types import MappingProxyType

from twinge.core.pack import STANDARD


@cache
def fields_of(kind: type) -> Mapping[str, str]:
    """The words under each field of `kind` and its bases, by the field's name; empty where there is no source."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__[:-1]):
        found |= _own(one)
    return MappingProxyType(found)


@cache
def limits() -> Mapping[str, str]:
    """What each limit of a pack does, in one line, by its path: `l01.small`; empty where there is no source.

    The line is the first paragraph under the field; evidence may stand below it.
    """
    parts = {field.name: type(getattr(STANDARD, field.name)) for field in fields(STANDARD)}
    lines = {
        f"{part}.{name}": _line(words)
        for part, kind in parts.items()
        if is_dataclass(kind)
        for name, words in fields_of(kind).items()
    }
    return MappingProxyType(lines)


def _line(words: str) -> str:
    return " ".join(words.partition("\n\n")[0].replace("`", "").split())


def _own(kind: type) -> dict[str, str]:
    try:
        [body] = ast.parse(dedent(inspect.getsource(kind))).body
    except (OSError, TypeError, ValueError):  # made by a function, or installed without its source
        return {}
    found = {}
    for field, below in pairwise(getattr(body, "body", [])):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=str(name))),
                ast.Expr(value=ast.Constant(value=str(words))),
            ):
                found[name] = inspect.cleandoc(words)
    return found
