"""Training by local day and by week: what the rules of whole weeks add up.

Loads are hundredths of a load point. A day without a session is 0 inside the remembered history; it is None where one
of its sessions has no known load, and before that history begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Final

from twinge.core.model import Session

WEEK: Final = 7
KEPT_D: Final = 90
"""Whole days before today that the state surely remembers (91 × 24 h before the newest session)."""


def known_d(past: Sequence[Session], day: int) -> int:
    """How many whole days before `day` are known: those after the day of the first remembered session.

    That day itself may be a part of one. Days before it are not taken for rest: a history that is folded anew begins
    in its middle, and after a quarter of a year without training it begins anew.
    """
    return max(0, day - past[0].day - 1) if past else 0


def is_new(past: Sequence[Session], day: int) -> bool:
    """Whether a session of `day` is its first: whole days before it have to be looked at only then."""
    return bool(past) and past[-1].day < day


def loads(past: Sequence[Session], day: int, count: int) -> list[int | None]:
    """The loads of the `count` local days before `day`, oldest first. `past` is by start."""
    first, known = day - count, min(count, known_d(past, day))
    sums: list[int | None] = [None] * (count - known) + [0] * known
    for session in reversed(past):
        place = session.day - first
        if place < 0:
            break
        if place < count:
            before, load = sums[place], session.load
            sums[place] = None if before is None or load is None else before + load
    return sums


def week_sums(past: Sequence[Session], day: int) -> Iterator[int | None]:
    """The loads of the sevens of days before `day`, the newest first, walking back no further than they are asked for.

    None for a week with a session of unknown load. Weeks before the history began are 0: look at `known_d` first.
    """
    edge, so_far, known = day - WEEK, 0, True
    for session in reversed(past):
        if session.day >= day:
            continue
        while session.day < edge:
            yield so_far if known else None
            edge, so_far, known = edge - WEEK, 0, True
        if session.load is None:
            known = False
        else:
            so_far += session.load
    yield so_far if known else None
    yield from repeat(0)


def week_load(days: Sequence[int | None], least_known: int) -> int | None:
    """The load of some days together; an unknown day counts as the mean of the known, None with too few of those."""
    known = [day for day in days if day is not None]
    if len(known) == len(days):
        return sum(known)
    return (len(days) * sum(known) + len(known) // 2) // len(known) if len(known) >= max(1, least_known) else None


def weeks(days: Sequence[int | None]) -> list[Sequence[int | None]]:
    """Days cut into sevens, the newest week first."""
    return [days[end - WEEK : end] for end in range(len(days), WEEK - 1, -WEEK)]
