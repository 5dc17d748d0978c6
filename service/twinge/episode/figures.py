"""The pictures of the page with their captions, which say the same in words; none where nothing can draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from twinge.core.model import Session
from twinge.core.pack import DAY
from twinge.core.pain import STAGES, Episode
from twinge.episode.before import LATELY, Week, measure_of, total
from twinge.episode.story import holds, local, marks, scores
from twinge.episode.words import Words
from twinge.page import NoCharts, check_charts
from twinge.speech import MILE_M

if TYPE_CHECKING:
    from twinge.page.days import Bar

BEFORE_D: Final = 28
"""Days before the onset that stand left of it."""
AFTER_D: Final = 7
"""Days that are shown after an episode is over, and the least after its onset."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One picture."""

    title: str
    caption: str
    """What it shows, in words."""
    svg: str
    """"" where there is nothing to draw."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures and the key to them, or, where nothing can draw, what to install."""

    course: list[Figure] = field(default_factory=list)
    """Scores and running, day by day."""
    before: list[Figure] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    missing: str = ""


def draw_pictures(
    episode: Episode, runs: Sequence[Session], weeks: Sequence[Week], words: Words, zone: ZoneInfo, now: int
) -> Pictures:
    """Everything there is to draw. `runs` by start, `now` in epoch seconds."""
    try:
        check_charts()
    except NoCharts:
        return Pictures(missing=words.say("picture.missing"))
    shown = measure_of(runs)
    bars = _days(runs, shown, words)
    return Pictures(
        _course(episode, bars, shown, words, zone, now),
        _before(weeks, shown, words, zone),
        _key(episode, words, blank=any(bar.blank for bar in bars)),
    )


def _course(episode: Episode, bars: Sequence[Bar], shown: str, words: Words, zone: ZoneInfo, now: int) -> list[Figure]:
    # Altair takes a second to import: only who wants a page pays for it.
    from twinge.episode import picture  # noqa: PLC0415
    from twinge.page.days import Days  # noqa: PLC0415
    from twinge.page.drawing import draw  # noqa: PLC0415

    days = Days(*edges(episode, zone, now), zone, words.speaker.locale)
    rest = holds(episode)
    pain = draw(picture.draw_scores(days, episode.onset, scores(episode), rest, marks(episode)))
    found = [Figure(words.say("picture.scores"), _told(episode, words, zone), pain)]
    title = words.say(f"picture.days.{shown}")
    if not any(days.first <= bar.first < days.last for bar in bars):
        return [*found, Figure(title, words.say("picture.days.none"), "")]
    drawn = draw(picture.draw_runs(days, episode.onset, bars, rest, _scale(shown, words)[1]))
    return [*found, Figure(title, words.say("picture.days"), drawn)]


def edges(episode: Episode, zone: ZoneInfo, now: int) -> tuple[date, date]:
    """From four weeks before the onset to today, or to a week after it was over."""
    end = min(now, episode.since + AFTER_D * DAY) if episode.state == "closed" else now
    onset = local(episode.onset, zone).date()
    last = max(local(end, zone).date() + timedelta(days=1), onset + timedelta(days=AFTER_D))
    return onset - timedelta(days=BEFORE_D), last


def _days(runs: Sequence[Session], shown: str, words: Words) -> list[Bar]:
    """A bar for each day with a run."""
    from twinge.page.days import Bar  # noqa: PLC0415

    scale, _ = _scale(shown, words)
    bars = []
    for day, group in groupby(runs, key=lambda run: date.fromordinal(run.day)):
        sum_ = total([*group], shown)
        bars.append(Bar(day, day + timedelta(days=1), sum_.value / scale, sum_.blank > 0))
    return bars


def _scale(shown: str, words: Words) -> tuple[float, str]:
    """What a bar is divided by, and its unit."""
    if shown == "seconds":
        return 60, "min"
    return (MILE_M, "mi") if words.speaker.units == "mi" else (1000, "km")


def _before(weeks: Sequence[Week], shown: str, words: Words, zone: ZoneInfo) -> list[Figure]:
    """The weeks before the onset, if anything was run in them."""
    from twinge.episode import picture  # noqa: PLC0415
    from twinge.page.days import Bar, Days  # noqa: PLC0415
    from twinge.page.drawing import draw  # noqa: PLC0415

    if not any(week.runs for week in weeks):
        return []
    scale, unit = _scale(shown, words)
    bars = []
    for week in reversed(weeks):
        first, sum_ = local(week.start, zone).date(), total(week.runs, shown)
        blank = sum_.blank > 0 or not week.whole
        bars.append(Bar(first, first + timedelta(days=7), sum_.value / scale, blank, week.number >= LATELY))
    days = Days(bars[0].first, bars[-1].end, zone, words.speaker.locale)
    drawn = draw(picture.draw_weeks(days, bars, unit))
    return [Figure(words.say(f"picture.weeks.{shown}"), words.say("picture.weeks"), drawn)]


def _told(episode: Episode, words: Words, zone: ZoneInfo) -> str:
    """The scores in words."""
    told = scores(episode)
    if not told:
        return words.say("picture.scores.none")
    first, highest, latest = (
        words.say("score", score=n) for n in (told[0].score, max(one.score for one in told), told[-1].score)
    )
    day = words.short(local(told[-1].at, zone).date())
    return words.say("picture.scores.some", first=first, highest=highest, latest=latest, day=day)


def _key(episode: Episode, words: Words, *, blank: bool) -> list[str]:
    """What each mark means, of those that are there."""
    told, met = scores(episode), {mark.kind for mark in marks(episode)}
    there = {
        "onset": True,
        "hold": bool(holds(episode)),
        "daily": any(not one.run for one in told),
        "run": any(one.run for one in told),
        **{kind: kind in met for kind in ("rest", "doctor", "urgent", "seen", "agreed", "step")},
        "blank": blank,
    }
    return [words.say(f"key.{kind}", steps=len(STAGES)) for kind, seen in there.items() if seen]
