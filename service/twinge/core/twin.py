"""The same workout from two recorders: counted once, the richest record leads, and what it lacks the others fill in.

Records are compared as they came, in order of start. One that adds nothing to what its group already tells is an echo;
one that lies wholly inside a longer record of another source is a part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from enum import Enum
from typing import Any, NamedTuple

from twinge.core.draft import draft
from twinge.core.model import Activity, Session, Shape, family
from twinge.core.pack import Gates, Pack

LONGEST_S = 172_800
"""No record of another workout that began two days ago is looked at: none lasts so long. Ours."""


class Record(NamedTuple):
    """One text of one workout, and the session it is."""

    activity: Activity
    session: Session


def source(key: str) -> str:
    """The platform of a key."""
    return key.partition(":")[0]


def is_part(one: Session, other: Session, gates: Gates) -> bool:
    """Whether `one` lies inside the clearly longer `other`, which another source recorded."""
    mine, whole = _length(one), _length(other)
    shorter = 100 * mine < (100 - gates.twin_duration) * whole
    return shorter and _apart(one, other) and 100 * _shared(one, other) >= (100 - gates.twin_duration) * mine > 0


def is_twin(one: Session, other: Session, gates: Gates) -> bool:
    """Whether two records are one workout.

    From any source: starts within two minutes and four fifths in common. From two sources: half of the shorter in
    common, durations within a tenth, distances (where known) within a twentieth.
    """
    if one.day_only or other.day_only or family(one.sport) != family(other.sport):
        return False
    longer, shared = max(_length(one), _length(other)), _shared(one, other)
    if abs(one.start - other.start) <= gates.twin_start_s and 100 * shared >= gates.twin_overlap * longer > 0:
        return True
    if not _apart(one, other) or 100 * shared < gates.twin_shared * min(_length(one), _length(other)) or shared <= 0:
        return False
    return _near(_length(one), _length(other), gates.twin_duration) and _near(
        one.metres, other.metres, gates.twin_distance
    )


def _apart(one: Session, other: Session) -> bool:
    """Whether two sources recorded the same sport, and both knew the hour."""
    by_clock = not one.day_only and not other.day_only
    return by_clock and source(one.key) != source(other.key) and family(one.sport) == family(other.sport)


def _length(session: Session) -> int:
    return session.end - session.start


def _shared(one: Session, other: Session) -> int:
    """Seconds in common; negative where there is a gap between them."""
    return min(one.end, other.end) - max(one.start, other.start)


def _near(one: int | None, other: int | None, percent: int) -> bool:
    return one is None or other is None or 100 * abs(one - other) <= percent * max(one, other)


class Group:
    """The records of one workout, and the one they make together."""

    def __init__(self, record: Record, zone: str, pack: Pack) -> None:
        self._records, self._zone, self._pack = [record], zone, pack
        self.whole = record
        self.others: list[str] = []

    def take(self, record: Record) -> bool:
        """Take a record in if it is of this workout."""
        gates = self._pack.gates
        whole, one = self.whole.session, record.session
        if is_part(whole, one, gates):
            self._records = []
        elif is_echo(one, whole, gates):
            self.others.append(record.activity.key)
            return True
        elif not is_twin(one, whole, gates):
            return False
        self._add(record)
        return True

    def _add(self, record: Record) -> None:
        """The richest record leads; what it lacks comes from the others."""
        keys = [self.whole.activity.key, *self.others, record.activity.key]
        self._records = sorted([*self._records, record], key=lambda one: -one.session.told)
        activity = self._records[0].activity
        for other in self._records[1:]:
            activity = _filled(activity, other.activity)
        self.whole = Record(activity, draft(activity, self._zone, self._pack))
        self.others = [key for key in keys if key != activity.key]


def is_echo(one: Session, whole: Session, gates: Gates) -> bool:
    """Whether `one` adds nothing to `whole`: a part of it, or its twin that tells nothing new."""
    return is_part(one, whole, gates) or (is_twin(one, whole, gates) and not one.told & ~whole.told)


def together(activities: Iterable[Activity], zone: str, pack: Pack) -> tuple[list[Record], dict[str, str]]:
    """The workouts of `activities` (given by start), and every other record's key → the key it is counted in."""
    groups: list[Group] = []
    for activity in activities:
        record = Record(activity, draft(activity, zone, pack))
        if not any(group.take(record) for group in _near_in_time(groups, record.session)):
            groups.append(Group(record, zone, pack))
    same = {key: group.whole.activity.key for group in groups if group.others for key in group.others}
    return [group.whole for group in groups], same


def _near_in_time(groups: Sequence[Group], session: Session) -> Iterator[Group]:
    """The groups that a record may share time with, the latest first."""
    for group in reversed(groups):
        if group.whole.session.start < session.start - LONGEST_S:
            return
        if group.whole.session.end > session.start:
            yield group


class Meeting(Enum):
    """What a new session is to those that a state remembers."""

    NEW = "new"
    ECHO = "echo"
    UNSURE = "unsure"


def meet(sessions: Sequence[Session], one: Session, gates: Gates) -> tuple[Meeting, str]:
    """Whether `one` is new, adds nothing to a session, or asks for a refold; with that session's key.

    A session put together from pieces no longer knows its records (`told` is 0), so only a refold can tell.
    """
    for past in reversed(sessions):
        if past.start < one.start - LONGEST_S:
            break
        if past.end <= one.start or family(past.sport) != family(one.sport):
            continue
        if past.told and is_echo(one, past, gates):
            return Meeting.ECHO, past.key
        if not past.told or is_twin(one, past, gates) or is_part(past, one, gates):
            return Meeting.UNSURE, past.key
    return Meeting.NEW, ""


KEPT = {"key", "sport", "start", "elapsed_s", "moving_s", "day_only", "version", "shape", "jumped_m", "gated"}
"""What is never taken from another record: it belongs together, or names the record."""


def _filled(one: Activity, other: Activity) -> Activity:
    return replace(one, **_gaps(one, other), shape=replace(one.shape, **_gaps(one.shape, other.shape)))


def _gaps(one: Activity | Shape, other: Activity | Shape) -> dict[str, Any]:
    """The fields that `one` lacks and `other` has."""
    names = [each.name for each in fields(one) if each.name not in KEPT and not getattr(one, each.name)]
    return {name: getattr(other, name) for name in names if getattr(other, name)}
