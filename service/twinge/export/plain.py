"""Rows as plain values: instants in RFC 3339, JSON columns read, blobs as what they hold."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC
from typing import Any, Final

import msgspec
from sqlalchemy import LargeBinary, Table

from twinge.core.model import Activity, Report, Wellness
from twinge.core.purpose import NOTICE
from twinge.store import codec

JSON_COLUMNS: Final = frozenset({"rules", "bands", "facts", "purposes"})
HIDDEN: Final = frozenset({"athlete_id", "blob"})
RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins so is a formula to a spreadsheet: https://owasp.org/www-community/attacks/CSV_Injection"""

_BLOBS: Mapping[str, tuple[type, Callable[[bytes], Any]]] = {
    "activity": (Activity, codec.unpack_activity),
    "wellness": (Wellness, codec.unpack_wellness),
    "report": (Report, codec.unpack_report),
}


def columns(table: Table) -> list[str]:
    """The names that `plain` gives, in order."""
    own = [_name(column.name) for column in table.c if _is_shown(column)]
    if table.name not in _BLOBS:
        return own
    inner = [field.name for field in fields(_BLOBS[table.name][0])]
    return [*inner, *(name for name in own if name not in inner)]


def plain(table: Table, row: Any) -> dict[str, Any]:
    """One row by those names; what is not known is None."""
    found: dict[str, Any] = dict.fromkeys(columns(table))
    for column in table.c:
        if _is_shown(column):
            found[_name(column.name)] = _value(column.name, row._mapping[column.name])
    if table.name in _BLOBS and row.blob is not None:
        found |= msgspec.to_builtins(_BLOBS[table.name][1](row.blob))
    if table.name == "nudge" and (found["facts"] or {}).get(NOTICE) == "code":
        found["text"] = "•••"  # it proves whose an address is only as long as it can be read nowhere else
    return found


def to_csv(rows: Sequence[Mapping[str, Any]], names: Sequence[str], *, head: bool = False) -> bytes:
    """Rows of `names` as RFC 4180, UTF-8; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    if head:
        writer.writerow(names)
    writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return out.getvalue().encode("utf-8", "replace")


def to_json(value: Any) -> bytes:
    """Indented, for people."""
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _cell(value: Any) -> Any:
    if isinstance(value, list | tuple | dict):
        value = json.dumps(value, ensure_ascii=False)
    return f"'{value}" if isinstance(value, str) and value.startswith(RISKY) else value


def _is_shown(column: Any) -> bool:
    return column.name not in HIDDEN and not isinstance(column.type, LargeBinary)


def _name(column: str) -> str:
    return f"{column.removesuffix('_ms')}_at" if column.endswith("_ms") else column


def _value(column: str, value: Any) -> Any:
    if value is not None and column.endswith("_ms"):
        return codec.from_ms(value).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return codec.from_json(value) if column in JSON_COLUMNS and isinstance(value, str) else value
