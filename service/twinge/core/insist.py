"""When a message is looked at again after it went out: another channel where no word of it came, or once more.

Doctor and urgent go to every address at once, so there is no other to fall back on; they are said once more when nobody
has acknowledged them. Times are ours.
"""

from __future__ import annotations

from datetime import timedelta

from twinge.core.model import Nudge, Severity

FALL_BACK = timedelta(minutes=15)
"""How long a channel that tells of arrivals may stay silent."""
REPEAT = {Severity.SEE_DOCTOR: timedelta(hours=24), Severity.URGENT: timedelta(minutes=15)}
"""How long a grave message may go unacknowledged."""


def is_grave(severity: Severity) -> bool:
    """Whether it goes to every address, and again."""
    return severity in REPEAT


def look_again(nudge: Nudge, *, confirms: bool, fall_back: timedelta = FALL_BACK) -> timedelta | None:
    """How long after it was handed over it is looked at again; None: never.

    `confirms` says whether its channel tells of arrivals.
    """
    if is_grave(nudge.severity):
        return None if nudge.copy_of else REPEAT[nudge.severity]
    return fall_back if confirms and nudge.severity > Severity.INFO else None
