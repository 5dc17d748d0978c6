"""What goes wrong, and when: named faults of a call, and schedules made of a seed.

A schedule asks only for our id and how often it came, so the same seed plays the same faults whatever order the
calls arrive in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from random import Random

from fake_twilio.calls import Word


class Fault(StrEnum):
    """How one call of the API ends; only of those in `AFTER` the message is taken."""

    NONE = "none"
    SLOW = "slow"  # the answer takes its time, and comes
    EARLY = "early"  # a callback is faster than the answer
    BLIND = "blind"  # taken, and a list asked for so does not show it yet
    HANG_BEFORE = "hang before"
    HANG = "hang"
    DROP_BEFORE = "drop before"
    DROP = "drop"
    ERROR_BEFORE = "error before"  # 503
    ERROR = "error"  # 500
    CUT = "cut"  # a 201 whose body breaks off
    DRIP = "drip"  # a 201 whose body comes byte by byte, past any deadline
    GARBAGE = "garbage"  # a 201 with HTML
    LIST = "list"  # a 201 with JSON of another shape
    NAMELESS = "nameless"  # a 201 without a sid
    REDIRECT = "redirect"  # 307, to where it would be taken


BEFORE = (Fault.HANG_BEFORE, Fault.DROP_BEFORE, Fault.ERROR_BEFORE, Fault.REDIRECT)
AFTER = (
    Fault.NONE,
    Fault.SLOW,
    Fault.EARLY,
    Fault.BLIND,
    Fault.HANG,
    Fault.DROP,
    Fault.ERROR,
    Fault.CUT,
    Fault.DRIP,
    Fault.GARBAGE,
    Fault.LIST,
    Fault.NAMELESS,
)

Play = Fault | int
"""A fault; or an HTTP status without JSON (below 1,000); or a refusal with this code of Twilio's."""
Plan = Callable[[str, int], Play]
"""(our id, which call for it, from 1) → what happens. A list is asked for as `list <number>`."""
Script = Callable[[str], Sequence[Word]]
"""Our id → the statuses that Twilio will call back with."""

ROUGH: tuple[Play, ...] = (*BEFORE, *AFTER[1:], 20429, 503, 21611)
"""Everything that may happen on a bad day, save what a person must mend."""


def always(play: Play) -> Plan:
    """Every call ends so."""
    return lambda _nudge, _n: play


def seeded(seed: int, share: float = 0.3, kinds: Sequence[Play] = ROUGH) -> Plan:
    """This share of the calls goes wrong, in one of these ways."""

    def plan(nudge: str, n: int) -> Play:
        dice = Random(f"{seed} {nudge} {n}")
        return dice.choice(kinds) if dice.random() < share else Fault.NONE

    return plan


def happily(_nudge: str) -> Sequence[Word]:
    """The usual path of a message."""
    return Word("queued"), Word("sent"), Word("delivered")


def roughly(seed: int, *, lost: float = 0.2, doubled: float = 0.3, failed: float = 0.1) -> Script:
    """Callbacks as they really come: of some messages undelivered, some lost, some twice, in any order."""

    def script(nudge: str) -> Sequence[Word]:
        dice = Random(f"{seed} {nudge}")
        end = Word("undelivered", dice.choice((30003, 30007, 30006))) if dice.random() < failed else Word("delivered")
        words = [word for word in (Word("queued"), Word("sent"), end) if dice.random() >= lost]
        words += [word for word in words if dice.random() < doubled]
        dice.shuffle(words)
        return words

    return script
