"""What was run in the four weeks before an episode's onset, against the eight weeks before those.

Weeks are seven times 24 hours counted back from the onset, so the run in which it began is in the last of them. Four
against eight: ours; a habit shows in eight weeks, and twelve are what the state remembers too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from twinge.core.model import RUNNING, Session
from twinge.core.pack import DAY

LATELY: Final = 4
"""Weeks."""
EARLIER: Final = 8
"""Weeks."""
LED_UP_D: Final = 7 * (LATELY + EARLIER)
WEEK_S: Final = 7 * DAY


class Week(NamedTuple):
    """One week before the onset; `number` 0 is the last."""

    number: int
    start: int
    """Epoch seconds."""
    whole: bool
    """Whether the records reach back over all of it."""
    runs: tuple[Session, ...]


class Total(NamedTuple):
    """A sum over runs, and of how many of them the value is not known."""

    value: int
    blank: int
    runs: int


class Fraction(NamedTuple):
    """So much in so many weeks: compared by cross-multiplication, never as a rounded mean."""

    value: int
    weeks: int


class Stretch(NamedTuple):
    """Those of some weeks that are known whole, with their runs."""

    weeks: int
    runs: tuple[Session, ...]

    def mean(self, name: str) -> Total | None:
        """What a week had of `metres`, `seconds` or `climb`; None where no week is known whole."""
        if not self.weeks:
            return None
        sum_ = total(self.runs, name)
        return sum_._replace(value=divided(sum_.value, self.weeks))

    def longest(self, name: str) -> Total | None:
        """The longest of the runs that tell."""
        if not self.weeks:
            return None
        most = max((getattr(run, name) or 0 for run in self.runs), default=0)
        return total(self.runs, name)._replace(value=most)


def weeks_before(runs: Sequence[Session], onset: int, since: int | None) -> list[Week]:
    """The twelve weeks, the last first. `since`: the start of the first record of all; None: there is none."""
    found = []
    for number in range(LATELY + EARLIER):
        start = onset - (number + 1) * WEEK_S
        inside = tuple(run for run in runs if start <= run.start < start + WEEK_S)
        found.append(Week(number, start, since is not None and since <= start, inside))
    return found


def runs_of(sessions: Sequence[Session]) -> list[Session]:
    """The runs among them."""
    return [one for one in sessions if one.sport in RUNNING]


def total(runs: Sequence[Session], name: str) -> Total:
    """The sum of `metres`, `seconds` or `climb` over the runs that tell."""
    known = [value for run in runs if (value := getattr(run, name)) is not None]
    return Total(sum(known), len(runs) - len(known), len(runs))


def stretch(weeks: Sequence[Week]) -> Stretch:
    """Some weeks together."""
    whole = [week for week in weeks if week.whole]
    return Stretch(len(whole), tuple(run for week in whole for run in week.runs))


def mean_of(name: str) -> Callable[[Stretch], Fraction | None]:
    """What a week had, where every run tells; for `change`."""

    def of(one: Stretch) -> Fraction | None:
        sum_ = total(one.runs, name)
        return None if not one.weeks or sum_.blank else Fraction(sum_.value, one.weeks)

    return of


def longest_of(name: str) -> Callable[[Stretch], Fraction | None]:
    """The longest run, where every run tells; for `change`."""

    def of(one: Stretch) -> Fraction | None:
        found = one.longest(name)
        return None if found is None or found.blank else Fraction(found.value, 1)

    return of


def count_of(one: Stretch) -> Fraction | None:
    """How many runs a week had; for `change`."""
    return Fraction(len(one.runs), one.weeks) if one.weeks else None


def change(lately: Stretch, earlier: Stretch, of: Callable[[Stretch], Fraction | None]) -> int | None:
    """Per cent more (or fewer) than earlier; None where either side is not wholly known, or earlier was nothing."""
    new, old = of(lately), of(earlier)
    if new is None or old is None or not old.value:
        return None
    return divided(100 * (new.value * old.weeks - old.value * new.weeks), old.value * new.weeks)


def divided(value: int, by: int) -> int:
    """The nearest whole number, halves away from zero."""
    return (2 * abs(value) + by) // (2 * by) * (1 if value >= 0 else -1)


def measure_of(runs: Sequence[Session]) -> str:
    """`metres` or `seconds`: what more of the runs tell, distance where it is all the same."""
    return "metres" if total(runs, "metres").blank <= total(runs, "seconds").blank else "seconds"
