"""What an athlete's message can mean, as values. Nothing of the text is kept but parsed words and the digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SITES: Final = (
    "buttock",
    "hip",
    "groin",
    "hamstring",
    "quad",
    "knee",
    "calf",
    "shin",
    "achilles",
    "ankle",
    "heel",
    "foot",
    "toe",
    "back",
    "thigh",
    "side_stitch",
    "blister",
    "other",
)
"""Where it hurts. A leg alone is no site: it is asked."""

SIDES: Final = ("left", "right", "both")

RED_FLAGS: Final = (
    "bladder_bowel",
    "saddle_numb",
    "both_legs",
    "foot_drop",
    "no_weight",
    "fall",
    "fever",
    "chest_pain",
    "faint",
    "calf_swelling",
    "cancer",
    "weight_loss",
)
"""P06 of the rules, from the most to the least pressing; the last two say *doctor soon*, not *urgent*.

`foot_drop` is a foot that slaps or drops and a leg that grows weaker. Guideline signs of emergencies of the lower
spine (CSP/GIRFT 2024, BMJ Best Practice; strong), low in accuracy each (Finucane 2020): one tap confirms them.
"""

FLAGS: Final = (
    *RED_FLAGS,
    "radiating",
    "tingling",
    "numb",
    "weak",
    "limp",
    "walking",
    "sitting",
    "stairs",
    "night",
    "spot",
    "worse_longer",
    "sore",
    "stitch",
    "blister",
    "seen",
    "opt_out",
)
"""What else a message about pain says. `seen`: somebody looks after it already. `opt_out`: it also asks us to stop,
beside a red flag that is answered first."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing more on this channel."""


@dataclass(frozen=True, slots=True)
class Start:
    """Messages are welcome again."""


@dataclass(frozen=True, slots=True)
class Help:
    """Who are you, and what can I say?"""


@dataclass(frozen=True, slots=True)
class Ok:
    """Read and understood."""


@dataclass(frozen=True, slots=True)
class Why:
    """What made you say so?"""


@dataclass(frozen=True, slots=True)
class Status:
    """Where do I stand?"""


@dataclass(frozen=True, slots=True)
class Mute:
    """Not this rule any more; None means the rules of the last message."""

    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Unmute:
    """This rule again; None means every rule."""

    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Snooze:
    """Quiet for so many days, 1 to 30."""

    days: int = 1


@dataclass(frozen=True, slots=True)
class Digits:
    """Bare numbers: the question decides what they mean.

    `text` is the digits alone, with one space between numbers: "26" may be twenty-six or the choices 2 and 6.
    """

    values: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Pain:
    """A report of pain or trouble. What was not said is None, which is not zero."""

    score: int | None = None
    """0 to 10; the highest where several were given, because asking again is cheaper than missing one. Ours."""
    site: str | None = None
    side: str | None = None
    flags: tuple[str, ...] = ()
    """Words of `FLAGS`, in that order."""
    onset: str | None = None
    """during · after · next_morning."""
    better: bool | None = None
    """True: less than it was; False: worse."""


@dataclass(frozen=True, slots=True)
class Better:
    """No pain any more, or (not `gone`) less than there was."""

    gone: bool = True
    site: str | None = None
    side: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A clinician looks after it already."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """A clinician or coach allows running again."""


@dataclass(frozen=True, slots=True)
class Walked:
    """The walk before the way back. `score` is 0 where it was said to be free of pain."""

    minutes: int | None = None
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """None of ours: kept, answered once, and not guessed at."""


Answer = (
    Stop
    | Start
    | Help
    | Ok
    | Why
    | Status
    | Mute
    | Unmute
    | Snooze
    | Digits
    | Pain
    | Better
    | Seen
    | Cleared
    | Walked
    | Unclear
)
