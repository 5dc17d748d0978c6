"""One picture of a pain story with its table, for the athlete's own page: scores, advice, care, steps back."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from twinge.core.pain import Episode
from twinge.episode.figures import edges
from twinge.episode.story import holds, local, marks, scores
from twinge.speech.tongue import tongue


class Point(NamedTuple):
    """One line of the table."""

    at: datetime
    """In the athlete's zone."""
    kind: str
    """score · rest · doctor · urgent · seen · agreed · step."""
    number: int
    """The score, or the step; 0 for the others."""


def course(episode: Episode, zone: ZoneInfo) -> list[Point]:
    """Everything that the picture shows, oldest first."""
    told = [Point(local(one.at, zone), "score", one.score) for one in scores(episode)]
    marked = [Point(local(one.at, zone), one.kind, one.step) for one in marks(episode)]
    return sorted([*told, *marked], key=lambda one: one.at)


@lru_cache(maxsize=64)
def draw_course(episode: Episode, zone: str, language: str, now: int, *, dark: bool = False) -> str:
    """The picture as an SVG file; `now` in epoch seconds: give the same for a whole day, and it is drawn once."""
    # Altair takes a second to import: only who draws pays for it.
    from twinge.episode.picture import draw_scores  # noqa: PLC0415
    from twinge.page.days import Days  # noqa: PLC0415
    from twinge.page.drawing import specify, write_svg  # noqa: PLC0415

    where = ZoneInfo(zone)
    days = Days(*edges(episode, where, now), where, tongue(language).locale)
    drawn = draw_scores(days, episode.onset, scores(episode), holds(episode), marks(episode))
    return write_svg(specify(drawn), dark=dark)
