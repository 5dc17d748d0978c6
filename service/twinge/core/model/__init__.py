"""The words of the house as values: what comes in, what the rules see, what goes out.

Units everywhere: metres, seconds, beats per minute, watts; instants are aware datetimes. `None` means *not known*,
which is never the same as zero.
"""

from twinge.core.model.athlete import Athlete, Preferences, Silence
from twinge.core.model.morning import Form, Morning, Report, Wellness
from twinge.core.model.symptoms import Symptoms
from twinge.core.model.words import (
    EVERYTHING,
    Answer,
    Facts,
    Finding,
    Held,
    Nudge,
    Purpose,
    Said,
    Severity,
    Standing,
    Unjudged,
    Voice,
)
from twinge.core.model.workout import (
    FAMILY,
    GENTLE,
    RUNNING,
    Activity,
    Confidence,
    Drift,
    Removed,
    Session,
    Shape,
    family,
)

__all__ = [
    "EVERYTHING",
    "FAMILY",
    "GENTLE",
    "RUNNING",
    "Activity",
    "Answer",
    "Athlete",
    "Confidence",
    "Drift",
    "Facts",
    "Finding",
    "Form",
    "Held",
    "Morning",
    "Nudge",
    "Preferences",
    "Purpose",
    "Removed",
    "Report",
    "Said",
    "Session",
    "Severity",
    "Shape",
    "Silence",
    "Standing",
    "Symptoms",
    "Unjudged",
    "Voice",
    "Wellness",
    "family",
]
