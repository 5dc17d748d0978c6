"""How large the database is on its disk."""

from __future__ import annotations

from pathlib import Path


def footprint(url: str) -> dict[str, int]:
    """Bytes of the SQLite file and of its write-ahead log; empty for a server, which has its own exporter."""
    scheme, _, path = url.partition(":///")
    if not scheme.startswith("sqlite"):
        return {}
    return {"file": _size(Path(path)), "wal": _size(Path(f"{path}-wal"))}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
