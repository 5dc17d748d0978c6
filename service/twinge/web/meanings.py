"""What each field means, as it stands under the field in its type: for the document, in the very words of the code."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from itertools import pairwise
from textwrap import dedent
from typing import Any

from msgspec import Struct


@cache
def meanings(kind: type[Struct]) -> dict[str, str]:
    """The words under each field of `kind` and its bases, by the name on the wire; {} where there is no source."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        if issubclass(one, Struct) and one is not Struct:
            found |= _own(one)
    names = dict(zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True))
    return {names[field]: words for field, words in found.items() if field in names}


def describe(schemas: dict[str, Any], kinds: dict[str, type[Struct]]) -> None:
    """Write the meanings into the schemas of these types, by their names."""
    for name, kind in kinds.items():
        for field, words in meanings(kind).items():
            properties = schemas.get(name, {}).get("properties", {})
            if field in properties:
                properties[field] = {"description": words, **properties[field]}


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
