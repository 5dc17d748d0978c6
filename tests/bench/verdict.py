"""What became of every message, by the provider's log and the database alone: no word of the sender's is believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from bench.provider import DROPPED, UNANSWERED
from bench.servers import settings
from twinge.core.model import Severity
from twinge.store.opening import plain

_ROWS = "SELECT id, state, severity, look_ms IS NOT NULL, attempts FROM nudge"
"""A look-up is planned when an answer is lost, and the plan stays in the row: so it tells who was ever unknown."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Messages by what happened to them."""

    queued: int
    calls: int
    unanswered: int
    """Calls whose answer was lost after the message was taken."""
    dropped: int
    """Calls that ended before it was taken."""
    doubled: int
    """Taken more than once though the answer was never lost, or though the words are not grave: none may be."""
    lost: int
    """Sent, says the database, and the provider never took it: none may be."""
    strange: int
    """Taken, and nobody had queued it: none may be."""
    open: int
    """Without an end: none may be."""
    repeated: int
    """Grave ones whose answer was lost, sent again: a double is better than a miss."""
    twice: int
    """Of those, the ones that the provider took more than once."""
    silent: int
    """Failed as "answer lost", and the provider had taken it."""
    missed: int
    """Failed as "answer lost", and rightly so."""
    states: dict[str, int]


Rows = Iterable[tuple[str, str, int, int, int]]
"""Id, state, severity, whether it was ever unknown, calls."""


async def rows(folder: Path) -> Rows:
    """What the database of this cell says."""
    engine = plain(settings(str(folder)).database_url)
    async with engine.connect() as connection:
        found = [(one[0], one[1], one[2], one[3], one[4]) for one in await connection.execute(text(_ROWS))]
    await engine.dispose()
    return found


def judge(rows: Rows, log: Path) -> Verdict:
    """Compare the two."""
    ends = [line.split()[:3] for line in log.read_text().splitlines()]
    taken = Counter(name for name, _, end in ends if end != DROPPED)
    return weigh(rows, taken, Counter(end for _, _, end in ends))


def weigh(rows: Rows, taken: Counter[str], ends: Counter[str]) -> Verdict:
    """What became of whom."""
    rows = list(rows)
    known = {row[0] for row in rows}
    again = {name for name, _, severity, unknown, _ in rows if unknown and severity >= Severity.SEE_DOCTOR}
    failed = [name for name, state, *_ in rows if state == "failed"]
    return Verdict(
        queued=len(rows),
        calls=sum(ends.values()),
        unanswered=ends[UNANSWERED],
        dropped=ends[DROPPED],
        doubled=sum(count > 1 and name not in again for name, count in taken.items()),
        lost=sum(state in {"sent", "delivered"} and not taken[name] for name, state, *_ in rows),
        strange=len(taken.keys() - known),
        open=sum(state in {"waiting", "taken", "unknown"} for _, state, *_ in rows),
        repeated=sum(name in again and calls > 1 for name, *_, calls in rows),
        twice=sum(taken[name] > 1 for name in again),
        silent=sum(taken[name] > 0 for name in failed),
        missed=sum(not taken[name] for name in failed),
        states=dict(Counter(state for _, state, *_ in rows)),
    )
