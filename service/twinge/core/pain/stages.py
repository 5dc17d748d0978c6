"""The walk-run ladder of the staged return (rules.md section 9), and how much to run once it is done.

Stages 1 to 3 match two published programmes, stage 4 one of them, 5 and 6 the other. Strength: weak (consensus; no
ladder has been shown to be better than another). Flat and easy throughout, never two days in a row.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from twinge.core.pain.limits import DAY, MINUTE
from twinge.core.pain.value import MONITOR, Episode


class Stage(NamedTuple):
    """`sets` times (`walk_min` walking, `run_min` running)."""

    sets: int
    walk_min: int
    run_min: int

    @property
    def run_s(self) -> int:
        """Seconds of running in the whole session."""
        return self.sets * self.run_min * MINUTE

    @property
    def session_s(self) -> int:
        """Seconds of the whole session."""
        return self.sets * (self.walk_min + self.run_min) * MINUTE


STAGES: Final = (
    Stage(1, 30, 0),
    Stage(5, 4, 2),
    Stage(5, 3, 3),
    Stage(5, 2, 4),
    Stage(5, 1, 5),
    Stage(2, 2, 14),
    Stage(1, 0, 30),
)
LAST: Final = len(STAGES) - 1

VOLUME: Final = (50, 65, 80, 100)
"""Per cent of the running before the episode, week by week after the last stage: distance first, then hills and
trail, speed last (Warden et al. 2021). The shares are ours."""


def volume_percent(episode: Episode, at: int) -> int | None:
    """The share of the weekly distance before the episode that fits this week; None when it says nothing."""
    if episode.state != MONITOR:
        return None
    week = (at - episode.since) // (7 * DAY)
    return VOLUME[week] if week < len(VOLUME) else None
