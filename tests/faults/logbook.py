"""A file of JSON lines that outlives whoever writes it: appended, and on the disk before anything goes on."""

from __future__ import annotations

import json
import os
import time
from datetime import datetime
from pathlib import Path


class Logbook:
    """Every line has `at` (ns of the machine's monotonic clock, one for all processes) and `clock` (epoch ms)."""

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self._file = path.open("ab", buffering=0)
        self._durable = durable

    def note(self, what: str, clock: datetime, **more: object) -> None:
        """Append one line."""
        line = {"what": what, "at": time.monotonic_ns(), "clock": round(clock.timestamp() * 1000), **more}
        self._file.write(json.dumps(line).encode() + b"\n")
        if self._durable:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()
