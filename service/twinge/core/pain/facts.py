"""The facts of a message, each made from the episode as it stands when the message is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from twinge.core.pain.limits import DAY, HOUR, MINUTE, Limits
from twinge.core.pain.signs import strict
from twinge.core.pain.stages import STAGES, volume_percent
from twinge.core.pain.value import TRIAGE, Episode

Plain = int | str | bool | None
"""What a fact may be."""


class Look(NamedTuple):
    """What facts are made from."""

    episode: Episode
    at: int
    limits: Limits
    again: bool
    week_score: int | None


def _hours(look: Look) -> int:
    """Until the hold is over as far as it is known: until the next look, but no sooner than the hold's usual end."""
    episode, limits = look.episode, look.limits
    usual = limits.second_h if episode.spoken == "rest_72" else limits.first_h
    end = episode.held_from + usual * HOUR
    if episode.state != TRIAGE and episode.check is not None:
        end = max(end, episode.check) if episode.spoken == "rest_72" else episode.check
    return max(0, -(-(end - look.at) // HOUR))


def _worse(look: Look) -> bool:
    score, first = look.episode.score, look.episode.first
    return score is not None and first is not None and score > first


def _days(look: Look) -> int:
    """Days this state takes until the next look; once it has come, the days it took."""
    until = look.at if look.episode.check is None else look.episode.check
    return -(-(until - look.episode.since) // DAY)


def _ran(look: Look) -> int | None:
    run = look.episode.run
    return None if run is None or run.seconds is None else run.seconds // MINUTE


FACTS: Final[Mapping[str, Callable[[Look], Plain]]] = {
    "site": lambda look: look.episode.site,
    "side": lambda look: look.episode.side,
    "score": lambda look: look.episode.score,
    "first": lambda look: look.episode.first,
    "live": lambda look: look.episode.live,
    "worse": _worse,
    "hours": _hours,
    "hours_since": lambda look: (look.at - look.episode.onset) // HOUR,
    "day": lambda look: (look.at - look.episode.onset) // DAY,
    "days": _days,
    "minutes": lambda look: look.limits.walk_min,
    "nerve": lambda look: strict(look.episode),
    "signs": lambda look: " ".join(look.episode.signs),
    "found": lambda look: " ".join(look.episode.unconfirmed),
    "urgency": lambda look: look.episode.urgency,
    "again": lambda look: look.again,
    "stage": lambda look: look.episode.stage,
    "sets": lambda look: STAGES[look.episode.stage].sets,
    "walk_minutes": lambda look: STAGES[look.episode.stage].walk_min,
    "run_minutes_each": lambda look: STAGES[look.episode.stage].run_min,
    "run_minutes": lambda look: STAGES[look.episode.stage].run_s // MINUTE,
    "wait_hours": lambda look: look.limits.apart_h,
    "ran_minutes": _ran,
    "reason": lambda look: look.episode.why,
    "volume_percent": lambda look: volume_percent(look.episode, look.at),
    "week_score": lambda look: look.week_score,
}
