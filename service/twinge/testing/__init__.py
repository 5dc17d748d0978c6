"""The test kit: for plugin authors, and for Twinge's own tests first. Needs no test framework.

`check_adapter`, `check_callbacks` and `check_channel` try what every plugin must hold to and raise `ContractError`
with a sentence that says what does not hold. `check_stage` plays every channel the same faults on a `Stage` and gives
back one word for each. `MemoryChannel` and `FixedClock` stand in for a channel and for time.
"""

from twinge.testing.contract import (
    Fault,
    Outcome,
    Sample,
    check_adapter,
    check_callbacks,
    check_channel,
    send_once,
)
from twinge.testing.doubles import FixedClock, MemoryChannel, Swallowed
from twinge.testing.hostile import ContractError, hostile_bodies
from twinge.testing.stage import CASES, NEVER, OURS, Case, Stage, check_stage

__all__ = [
    "CASES",
    "NEVER",
    "OURS",
    "Case",
    "ContractError",
    "Fault",
    "FixedClock",
    "MemoryChannel",
    "Outcome",
    "Sample",
    "Stage",
    "Swallowed",
    "check_adapter",
    "check_callbacks",
    "check_channel",
    "check_stage",
    "hostile_bodies",
    "send_once",
]
