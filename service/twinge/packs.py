"""Rule packs from a file: JSON or TOML that names only what differs from the pack we ship."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from twinge.core.bounds import Unsafe, adjust
from twinge.core.pack import STANDARD, Pack
from twinge.plugin import TwingeError

SHIPPED = "standard"
"""The word that means the pack we ship, where a file is asked for."""
MOST = 65_536
"""Bytes of a pack file; a full one has three thousand."""


class BadPack(TwingeError):
    """A pack file that cannot be used: one line with the file, the key and what would do."""


def open_pack(path: Path | str) -> Pack:
    """The pack in the file at `path`, `.toml` or JSON; `standard` is the one we ship. Raises `BadPack`."""
    path = Path(path)
    if str(path) == SHIPPED:
        return STANDARD
    try:
        return adjust(_read(path))
    except Unsafe as error:
        raise BadPack(f"{path}: {error}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST + 1)
    except OSError as error:
        raise BadPack(f"{path}: cannot be read ({error.strerror}).") from None
    if len(raw) > MOST:
        raise BadPack(f"{path}: is too large for a pack.")
    try:
        text = raw.decode("utf-8-sig")
        found = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text, object_pairs_hook=_once)
    except Unsafe:
        raise
    except (ValueError, RecursionError) as error:
        kind = "TOML" if path.suffix.lower() == ".toml" else "JSON"
        raise BadPack(f"{path}: is not {kind} ({str(error).splitlines()[0]}).") from None
    if not isinstance(found, dict):
        raise BadPack(f'{path}: must be one object, such as {{"version": "2", "l01": {{"small": 115}}}}.')
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON lets a name come twice and the last one win: here that is a mistake to be told."""
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Unsafe(f"{twice}: is given twice.")
    return dict(pairs)
