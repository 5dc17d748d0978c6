"""What each field means, written into the document: in the very words of the code."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from twinge.meanings import fields_of


def meanings(kind: type[Struct]) -> dict[str, str]:
    """The words under each field of `kind` and its bases, by the name on the wire; {} where there is no source."""
    names = dict(zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True))
    return {names[field]: words for field, words in fields_of(kind).items() if field in names}


def describe(schemas: dict[str, Any], kinds: dict[str, type[Struct]]) -> None:
    """Write the meanings into the schemas of these types, by their names."""
    for name, kind in kinds.items():
        for field, words in meanings(kind).items():
            properties = schemas.get(name, {}).get("properties", {})
            if field in properties:
                properties[field] = {"description": words, **properties[field]}
