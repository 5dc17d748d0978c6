"""A pain story as one page that the athlete can show to a physio: dates, scores, what was run before it and since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from twinge.core.model import Athlete, Session
from twinge.core.pack import DAY
from twinge.core.pain import Episode
from twinge.episode.before import LED_UP_D
from twinge.episode.course import course, draw_course
from twinge.episode.sheet import draw_sheet, render

WANTED_S: Final = (LED_UP_D + 1) * DAY
"""How many seconds before an episode's onset the sessions for its page begin; the day more is for two records of one
workout that stand on either side of the edge."""


def write_episode(
    episode: Episode, sessions: Sequence[Session], athlete: Athlete, now: datetime, *, since: int | None = None
) -> str:
    """The whole page, complete in itself: no script, nothing loaded.

    `sessions` are by start, from `WANTED_S` before the onset on, each workout once; `since` is the start of the first
    activity of all (epoch seconds) where that is older than they are: what lies before it is not known. Without Altair
    or vl-convert the page comes without its pictures and says what to install. It takes half a second, and two the
    first time, when the libraries are loaded: not for the event loop.
    """
    return render(draw_sheet(episode, sessions, athlete, now, since))


__all__ = ["WANTED_S", "course", "draw_course", "write_episode"]
