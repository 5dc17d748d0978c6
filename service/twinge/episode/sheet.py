"""An episode into the values that the template shows; every one of them is escaped there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel.dates import format_time
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from twinge.core.model import Athlete, Session
from twinge.core.pack import DAY
from twinge.core.pain import Episode
from twinge.episode.before import runs_of, weeks_before
from twinge.episode.compare import Comparison, compare
from twinge.episode.figures import Pictures, draw_pictures
from twinge.episode.story import Line, lines, local, scores, signs, stands
from twinge.episode.words import Words, words_of


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that stands on the page."""

    words: Words
    title: str
    name: str
    """"" where none is set."""
    made: str
    stands: list[str]
    facts: list[tuple[str, str]]
    """(label, value)."""
    pictures: Pictures
    before: Comparison
    signs: list[str]
    asked: str
    """Whether what is not listed among the signs is known not to be there."""
    lines: list[Line]
    long: bool
    """Whether the days want their years."""


def draw_sheet(
    episode: Episode, sessions: Sequence[Session], athlete: Athlete, now: datetime, since: int | None
) -> Sheet:
    """The page's values, pictures and all."""
    words, zone = words_of(athlete), ZoneInfo(athlete.timezone)
    runs = runs_of(sessions)
    begun = min([one.start for one in sessions[:1]] + ([] if since is None else [since]), default=None)
    weeks = weeks_before(runs, episode.onset, begun)
    at, days = now.astimezone(zone), lines(episode.history, words, zone)
    hour = format_time(at, "short", locale=words.speaker.locale)
    return Sheet(
        words=words,
        title=words.say("title", place=words.place(episode.site, episode.side)),
        name=athlete.name,
        made=words.say("made", day=words.day(at), hour=hour, zone=athlete.timezone),
        stands=stands(episode, words, zone),
        facts=_facts(episode, words, zone, int(now.timestamp())),
        pictures=draw_pictures(episode, runs, weeks, words, zone, int(now.timestamp())),
        before=compare(weeks, begun, words, zone),
        signs=signs(episode, words, zone) or [words.say("signs.none")],
        asked=words.say("signs.answered" if episode.known else "signs.open"),
        lines=days,
        long=len({line.day.year for line in days}) > 1,
    )


def _facts(episode: Episode, words: Words, zone: ZoneInfo, now: int) -> list[tuple[str, str]]:
    """The few numbers at the top."""
    over = episode.state == "closed"
    days = ((episode.since if over else now) - episode.onset) // DAY
    told = scores(episode)
    untold = words.say("untold")
    first, highest, latest = (
        (words.say("score", score=n) for n in (told[0].score, max(one.score for one in told), told[-1].score))
        if told
        else (untold, untold, untold)
    )
    when = words.short(local(told[-1].at, zone)) if told else ""
    daily = {True: "daily.yes", False: "daily.no", None: "unknown"}[episode.daily]
    return [
        (words.say("fact.told"), words.day(local(episode.onset, zone))),
        (words.say("fact.lasted" if over else "fact.days"), f"{days}"),
        (words.say("fact.first"), first),
        (words.say("fact.highest"), highest),
        (words.say("fact.latest", day=when) if when else words.say("fact.latest.none"), latest),
        (words.say("fact.daily"), words.say(daily)),
    ]


def render(sheet: Sheet) -> str:
    """The page as text."""
    css = [files(room).joinpath(f"templates/{name}").read_text("utf-8") for room, name in SHEETS]
    page: str = _templates().get_template("episode.html").render(sheet=sheet, css=Markup("".join(css)))  # noqa: S704 - our own files
    return page


SHEETS = (("twinge.page", "page.css"), ("twinge.episode", "episode.css"))
"""The backtest page's look (its dark colours belong to the charts), and what is this page's own."""


def _templates() -> Environment:
    found = Environment(
        loader=PackageLoader("twinge.episode"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["svg"] = Markup  # drawn here by vl-convert, which escapes what it writes
    return found
