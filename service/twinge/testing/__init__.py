"""The test kit: for plugin authors, and for Twinge's own tests first. Needs no test framework.

`check_adapter`, `check_callbacks` and `check_channel` try what every plugin must hold to and raise `ContractError`
with a sentence that says what does not hold. `MemoryChannel` and `FixedClock` stand in for a channel and for time.
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

__all__ = [
    "ContractError",
    "Fault",
    "FixedClock",
    "MemoryChannel",
    "Outcome",
    "Sample",
    "Swallowed",
    "check_adapter",
    "check_callbacks",
    "check_channel",
    "hostile_bodies",
    "send_once",
]
