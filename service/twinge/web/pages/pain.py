"""`/me/pain`: it hurts, in three taps: where, how bad, send. It goes the way of every answer, as a report."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from aiohttp import hdrs, web

from twinge import speech
from twinge.core.model import Athlete
from twinge.core.pain import Episode, Pain
from twinge.core.pain.limits import Limits
from twinge.core.pain.signs import MENU, SIDES, SIGNS, SITES, red
from twinge.core.pain.value import MONITOR, OPEN, TRIAGE
from twinge.web.answer import Problem
from twinge.web.api.shapes import NewReport
from twinge.web.pages.deeds import deliver, only
from twinge.web.pages.door import Guest, admitted, form
from twinge.web.pages.fields import Wrong, taken
from twinge.web.pages.frame import home, words_in
from twinge.web.pages.own import show_own
from twinge.web.pages.sheet import spot
from twinge.web.parts import RULEBOOK, STORE
from twinge.web.site import Form, base

ASKED: Final = (*MENU[1:-1], "numb", "worse_longer")
"""The signs that may be ticked."""
ALARMS: Final = (
    *("bowel_bladder", "saddle_numb", "both_legs", "weak_worse", "cannot_bear_weight", "unwell_chest", "fall", "fever"),
)
"""The signs of an emergency."""
SIDELESS: Final = frozenset({"back"})
CLEARERS: Final = ("physio", "doctor")


@dataclass(frozen=True, slots=True)
class Story:
    """A pain that is being looked after."""

    id: int
    place: str
    state: str


@dataclass(frozen=True, slots=True)
class Where:
    """What the report is about: an open story, or a place of the body."""

    name: str
    site: str = ""
    side: str = ""
    episode: int | None = None


async def page(request: web.Request) -> web.Response:
    """`GET /me/pain`: where it hurts; with `?site=&side=` or `?episode=` how bad it is."""
    one = await admitted(request)
    story = await _story(request, one)
    where = _where(request.query, story, one.athlete)
    return _places(request, one, story) if where is None else _form(request, one, where)


async def tell(request: web.Request) -> web.Response:
    """`POST /me/pain`: into the inbox; what an emergency is shows at once what to do."""
    one, given = await form(request, most=60)
    story = await _story(request, one)
    where = _where({name: only(given, name) for name in ("site", "side", "episode")}, story, one.athlete)
    if where is None:
        raise Problem(404, "not_found", "There is no such place of the body.")
    told, wrong = _told(request, given, where)
    if told is None:
        return _form(request, one, where, wrong, given)
    await deliver(request, one, only(given, "nonce"), {"told": msgspec.to_builtins(told)})
    if _urgent(told, story, (await request.app[RULEBOOK].current()).pain):
        return web.Response(status=303, headers={hdrs.LOCATION: f"{base(request)}/me/pain/urgent"})
    return home(request, "answer")


async def urgent(request: web.Request) -> web.Response:
    """`GET /me/pain/urgent`: what to do now, without waiting for anything."""
    one = await admitted(request)
    return show_own(request, one, "urgent", number=speech.emergency(one.athlete))


def _places(request: web.Request, one: Guest, story: Pain) -> web.Response:
    rows = [(site, [(side, _named(site, side, one.athlete)) for side in _sides(site)]) for site in SITES]
    stories = [Story(each.id, _capital(spot(each.site, each.side, one.athlete)), each.state) for each in _open(story)]
    names = {f"{site}.{side}": name for site, sides in rows for side, name in sides}
    return show_own(
        request,
        one,
        "pain",
        rows=rows,
        stories=stories,
        names=names,
        clearers=CLEARERS,
        nonce=secrets.token_urlsafe(16),
    )


def _form(
    request: web.Request, one: Guest, where: Where, wrong: Wrong | None = None, given: Form | None = None
) -> web.Response:
    signs = [(sign, _capital(_sign(request, one.athlete, sign))) for sign in ASKED]
    alarms = [(sign, _capital(speech.phrase(f"told.{sign}", {}, one.athlete))) for sign in ALARMS]
    ticked = frozenset((given or {}).get("sign", []))
    nonce = only(given or {}, "nonce") or secrets.token_urlsafe(16)
    return show_own(
        request, one, "pain_how", wrong, where=where, signs=signs, alarms=alarms, ticked=ticked, nonce=nonce
    )


def _sign(request: web.Request, athlete: Athlete, sign: str) -> str:
    """A sign that may be ticked; tingling and numbness are two here."""
    words = words_in(request)
    return words.say(f"sign.{sign}") if words.knows(f"sign.{sign}") else speech.phrase(f"menu.{sign}", {}, athlete)


def _where(query: Mapping[str, str], story: Pain, athlete: Athlete) -> Where | None:
    """What the fields name, or None where they name nothing of ours."""
    episode = next((each for each in _open(story) if str(each.id) == query.get("episode")), None)
    if episode is not None:
        return Where(_capital(spot(episode.site, episode.side, athlete)), episode=episode.id)
    site, side = query.get("site", ""), query.get("side", "")
    if site not in SITES or side not in _sides(site):
        return None
    return Where(_named(site, side, athlete), site, side)


def _sides(site: str) -> Sequence[str]:
    """The sides that a place has; "" for none."""
    return ("",) if site in SIDELESS else (*SIDES, "") if site == "other" else SIDES


def _named(site: str, side: str, athlete: Athlete) -> str:
    return _capital(spot(site, side, athlete))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _open(story: Pain) -> list[Episode]:
    return [each for each in story.episodes if each.state in OPEN - {MONITOR}]


async def _story(request: web.Request, one: Guest) -> Pain:
    kept = await request.app[STORE].history.state(one.athlete.id)
    return Pain() if kept is None else kept.state.pain


def _told(request: web.Request, given: Form, where: Where) -> tuple[NewReport | None, Wrong]:
    """The report, or what it lacks. Signs that were looked through and left alone are denied."""
    words, signs = words_in(request), set(given.get("sign", [])) & set(SIGNS)
    asked = signs | ({"none"} & set(given.get("sign", [])))
    said: dict[str, Any] = {name: value for name, value in _place_fields(where).items() if value}
    if asked & {*ASKED, "none"}:
        said |= dict.fromkeys(ASKED, False)
    said |= dict.fromkeys(signs, True)
    for name in ("pain", "cleared_by"):
        if only(given, name):
            said[name] = only(given, name)
    told, wrong = taken(NewReport, said, words)
    if told is not None and told.pain is None and not signs and told.cleared_by is None:
        return None, {"pain": words.say("wrong.pain")}
    return told, wrong


def _place_fields(where: Where) -> dict[str, Any]:
    return {"site": where.site, "side": where.side, "episode": where.episode}


def _urgent(told: NewReport, story: Pain, limits: Limits) -> bool:
    """Whether this report wants emergency care by itself (P06), whatever else was told before."""
    old = next((each for each in story.episodes if each.id == told.episode), None)
    site = old.site if old is not None else told.site or ""
    score = None if told.pain is None else round(told.pain)
    signs = tuple(name for name in SIGNS if getattr(told, name, None))
    return red(Episode(0, 0, TRIAGE, 0, None, 0, site=site, score=score, signs=signs), limits)
