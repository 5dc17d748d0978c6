"""What a round leaves behind, as the checker reads it: the journal, the database, and what the provider wrote down.

Nothing here knows anything of the program; the database is opened for reading only.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import asyncpg

from faults.unseal import opened

Row = dict[str, Any]

TABLES = ("inbox", "hand", "nudge", "held", "address", "athlete", "connection", "activity", "feed")


@dataclass
class Evidence:
    """What a round has left behind."""

    journal: list[Row]
    provider: list[Row]
    tables: Mapping[str, list[Row]]
    log: list[str] = field(default_factory=list)
    integrity: list[str] = field(default_factory=list)
    """What the database says of itself; empty: it is sound."""
    restored: int = 0
    """`at` of the moment to which a backup set everything back; 0: none did."""

    @property
    def began(self) -> int:
        """The program's clock when its last process was started, epoch ms."""
        return max(int(line["clock"]) for line in self.journal if line["what"] == "start")

    @property
    def ended(self) -> int:
        """The program's clock when all that was due had come to its end, epoch ms.

        What became due in the second in which the program was stopped is not late.
        """
        *_, last = (line for line in self.journal if line["what"] == "end")
        return int(last.get("settled") or last["clock"])


def gather(folder: Path, database: str) -> Evidence:
    """Read it all; the database is opened for reading only."""
    journal = _lines(folder / "journal")
    secret = next((line["secret"] for line in journal if line["what"] == "key"), "")
    tables: dict[str, list[Row]] = {}
    troubles = _integrity(database)
    for name in TABLES:
        tables[name], closed = opened(name, ask(database, f"SELECT * FROM {name}"), secret)
        troubles += closed
    log = folder / "program.log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return Evidence(journal, _lines(folder / "provider.log"), tables, lines, troubles)


def ask(database: str, query: str) -> list[Row]:
    """The rows of a query."""
    if database.startswith("postgresql"):
        return asyncio.run(_ask_server(database.replace("+asyncpg", ""), query))
    with closing(_file(database)) as file:
        return [dict(row) for row in file.execute(query)]


def _file(database: str) -> sqlite3.Connection:
    file = sqlite3.connect(f"file:{database.partition(':///')[2]}?mode=ro", uri=True, timeout=20)
    file.row_factory = sqlite3.Row
    return file


async def _ask_server(url: str, query: str) -> list[Row]:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET default_transaction_read_only = on")
        return [dict(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


def _integrity(database: str) -> list[str]:
    if database.startswith("postgresql"):
        return []  # Reading every table has already read every page of it.
    with closing(_file(database)) as file:
        found = [str(row[0]) for row in file.execute("PRAGMA integrity_check")]
        return [one for one in found if one != "ok"] + [
            str(tuple(row)) for row in file.execute("PRAGMA foreign_key_check")
        ]


def _lines(path: Path) -> list[Row]:
    """The last line may be half there: whoever wrote it was killed."""
    if not path.exists():
        return []
    whole, _, _ = path.read_text().rpartition("\n")
    return [json.loads(line) for line in whole.splitlines()]


# ---- what the journal says -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """One call that was answered with 2xx."""

    number: int
    platform: str
    key: str
    body: str
    at: int
    """When its answer was there, ns;"""
    clock: int
    """by the program's clock, epoch ms."""


def acknowledged(evidence: Evidence) -> list[Made]:
    """Every call that was answered 2xx, with the key that its platform documents."""
    calls = {line["n"]: line for line in evidence.journal if line["what"] == "call"}
    made = []
    for line in evidence.journal:
        if line["what"] == "answer" and 200 <= line["status"] < 300:
            call = calls[line["n"]]
            made.append(Made(line["n"], *named(call["path"], call["body"]), call["body"], line["at"], line["clock"]))
    return made


def named(path: str, body: str) -> tuple[str, str]:
    """(platform, key): the SHA-256 of a generic body; Twilio's own sid of a text."""
    if path.startswith("/hooks/"):
        return path.removeprefix("/hooks/"), hashlib.sha256(body.encode()).hexdigest()
    return f"channel:{path.split('/')[2]}", parse_qs(body)["MessageSid"][0]


def events(row: Row) -> list[Row]:
    """The events of a delivery to the generic hook."""
    if row["platform"] != "generic":
        return []
    told = json.loads(bytes(row["body"]))
    return told if isinstance(told, list) else [told]


def backwards(evidence: Evidence) -> int:
    """By how many ms the clock was set back in all."""
    return -sum(min(0, int(line["by_ms"])) for line in evidence.journal if line["what"] == "clock")
