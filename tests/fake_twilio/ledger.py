"""Whether a run kept its promises, by someone who knows only Twilio's own log and the database afterwards."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from fake_twilio.api import FakeTwilio
from twinge.core.model import Severity

ENDS = {"sent", "delivered", "failed", "expired", "void"}
ONWARD = {
    "waiting": {"taken", "expired", "void", "delivered"},
    "taken": {"sent", "delivered", "failed", "unknown", "waiting", "expired", "void"},
    "unknown": {"sent", "delivered", "failed", "waiting", "unknown", "expired", "void"},
    "sent": {"delivered", "failed"},
    "failed": {"delivered"},
}
"""State → what it may become; from the rest nothing moves."""
PASSING = {30001, 30003, 30005, 30008, 30017, 30022, 30410}
"""Codes after which a message that failed may be sent again."""


class Row(NamedTuple):
    """One nudge as it ended."""

    id: str
    severity: int
    state: str


def watch(database: Path) -> None:
    """Have the database itself note every change of a nudge's state, from now on."""
    with closing(sqlite3.connect(database)) as file:
        file.executescript(
            """
            CREATE TABLE moves (n INTEGER PRIMARY KEY, id TEXT, was TEXT, became TEXT);
            CREATE TRIGGER moved AFTER UPDATE OF state ON nudge WHEN old.state <> new.state
            BEGIN INSERT INTO moves (id, was, became) VALUES (old.id, old.state, new.state); END;
            """
        )


def problems(fake: FakeTwilio, database: Path) -> list[str]:
    """What does not hold, a sentence each; `watch` must have come before the run."""
    with closing(sqlite3.connect(database)) as file:
        rows = [Row(*row) for row in file.execute("SELECT id, severity, state FROM nudge")]
        moves = [(str(one), str(was), str(became)) for one, was, became in file.execute(_MOVES)]
    return [*_ends(rows), *_doubles(fake, rows, moves), *_moves(fake, moves), *_truth(fake, rows)]


_MOVES = "SELECT id, was, became FROM moves ORDER BY n"


def _ends(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        if row.state not in ENDS:
            yield f"{row.id} never ended: {row.state}"


def _doubles(fake: FakeTwilio, rows: Sequence[Row], moves: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Taken more than once: only where a double is better than a miss, once more for each lost answer."""
    taken = Counter(one.nudge for one in fake.took)
    doubts = Counter(one for one, _, became in moves if became == "unknown")
    for row in rows:
        allowed = 1 + _passing(fake, row.id)
        if row.severity >= Severity.SEE_DOCTOR:
            allowed += doubts[row.id]
        if taken[row.id] > allowed:
            yield f"{row.id} was taken {taken[row.id]} times, with {doubts[row.id]} lost answers"
    for stranger in taken.keys() - {row.id for row in rows}:
        yield f"Twilio has {stranger}, and we do not"


def _moves(fake: FakeTwilio, moves: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    for one, was, became in moves:
        again = became == "waiting" and was in {"sent", "failed"} and _passing(fake, one)
        if became not in ONWARD.get(was, set()) and not again:
            yield f"{one} went back from {was} to {became}"


def _truth(fake: FakeTwilio, rows: Sequence[Row]) -> Iterator[str]:
    """What we say of a message is what Twilio knows, as far as it could tell us."""
    taken = {one.nudge for one in fake.took}
    arrived = {one.nudge for one in fake.called if one.word.status == "delivered" and one.answer == 200}
    for row in rows:
        if row.state in {"sent", "delivered"} and row.id not in taken:
            yield f"{row.id} is {row.state}, and Twilio never had it"
        if row.id in arrived and row.state != "delivered":
            yield f"{row.id} arrived, and is {row.state}"


def _passing(fake: FakeTwilio, nudge: str) -> int:
    return sum(one.nudge == nudge and one.word.code in PASSING for one in fake.called)
