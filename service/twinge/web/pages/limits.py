"""`/me/limits`: how early the rules speak, within safe bounds, with the shipped value beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec
from aiohttp import web

from twinge.core.bounds import own_pack, safe
from twinge.core.model import Athlete
from twinge.core.pack import STANDARD, Pack
from twinge.web.answer import Problem
from twinge.web.api.athletes import keep
from twinge.web.api.shapes import Profile
from twinge.web.pages.deeds import only
from twinge.web.pages.door import Guest, admitted, form
from twinge.web.pages.fields import Wrong, number
from twinge.web.pages.frame import words_in
from twinge.web.pages.own import back, show_own
from twinge.web.pages.words import Words
from twinge.web.parts import RULEBOOK
from twinge.web.site import Form

OFFERED: Final = (
    *("l01.small", "l01.moderate", "l01.large", "l02.slow", "l02.rest"),
    *("r02.slow", "r02.rest", "r03.rise", "t01.slow", "t02.slow"),
)
"""What can be moved here. The API knows more; what was set there stays."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit as it stands on the page."""

    path: str
    value: str
    shipped: int
    low: int
    high: int


async def page(request: web.Request) -> web.Response:
    """`GET /me/limits`."""
    one = await admitted(request)
    return await _page(request, one)


async def save(request: web.Request) -> web.Response:
    """`POST /me/limits`: all of them; an empty box takes the shipped value."""
    one, given = await form(request, most=40)
    words, pack = words_in(request), (await request.app[RULEBOOK].current())
    limits, wrong = _given(given, one.athlete, pack, words)
    if not wrong:
        try:
            await keep(request, one.athlete.id, Profile(limits=limits))
        except Problem as error:
            if error.status != 400 or error.field is None:
                raise
            path = error.field.removeprefix("limits.")
            wrong = {path: words.say("wrong.rising")}
    return await _page(request, one, wrong, given) if wrong else back(request, "limits", "saved")


def _given(given: Form, athlete: Athlete, pack: Pack, words: Words) -> tuple[dict[str, int], Wrong]:
    limits, wrong = {path: value for path, value in athlete.limits if path not in OFFERED}, Wrong()
    for path in OFFERED:
        text = number(only(given, path))
        if text is None:
            continue
        low, high = safe(path, _value(STANDARD, path))
        try:
            value = msgspec.convert(text, int, strict=False)
        except msgspec.ValidationError:
            value = low - 1
        if low <= value <= high:
            limits[path] = value
        else:
            wrong[path] = words.say("wrong.range", low=low, high=high)
    return limits, wrong


async def _page(
    request: web.Request, one: Guest, wrong: Wrong | None = None, given: Form | None = None
) -> web.Response:
    pack, own = await request.app[RULEBOOK].current(), dict(one.athlete.limits)
    shown = []
    for path in OFFERED:
        value = str(own.get(path, "")) if given is None else only(given, path)
        shown.append(Limit(path, value, _value(pack, path), *safe(path, _value(STANDARD, path))))
    others = sorted(path for path in own if path not in OFFERED)
    stale = bool(own) and own_pack(one.athlete, pack) == pack
    return show_own(request, one, "limits", wrong, limits=shown, others=", ".join(others), stale=stale)


def _value(pack: Pack, path: str) -> int:
    part, _, name = path.partition(".")
    value: int = getattr(getattr(pack, part), name)
    return value
