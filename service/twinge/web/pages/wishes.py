"""`/me/wishes`: when and how often messages may come, and which rules are not to speak."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from twinge import speech
from twinge.core.model import Preferences
from twinge.core.rules import CATALOGUE
from twinge.core.talk import MUTABLE
from twinge.web.answer import Problem
from twinge.web.api.athletes import keep
from twinge.web.api.shapes import Profile, Wishes
from twinge.web.pages.deeds import only
from twinge.web.pages.door import Guest, admitted, form
from twinge.web.pages.fields import Wrong, hint, limits_of, number, taken, wrong_of
from twinge.web.pages.frame import words_in
from twinge.web.pages.own import back, show_own
from twinge.web.site import Form

SILENT: Final = frozenset({"F03", "X01"})
"""F03 says nothing, and X01 is a sum of others."""
OFFERED: Final = tuple(rule.id for rule in CATALOGUE if rule.id in MUTABLE - SILENT)
TIMES: Final = ("quiet_from", "quiet_to", "digest_at")
NUMBERS: Final = ("delay_min", "daily_cap", "weekly_cap")
YES_NO: Final = ("ask_effort", "weekly_check", "daily_runner")
DAYS: Final = range(1, 8)


async def page(request: web.Request) -> web.Response:
    """`GET /me/wishes`."""
    return _page(request, await admitted(request))


async def save(request: web.Request) -> web.Response:
    """`POST /me/wishes`: all of them at once, by the limits of `PATCH /athletes/{id}`."""
    one, given = await form(request, most=80)
    words = words_in(request)
    wishes, wrong = taken(Wishes, _given(given, one.athlete.preferences), words)
    if wishes is not None:
        try:
            await keep(request, one.athlete.id, Profile(preferences=wishes))
        except Problem as error:
            lone = error.field == "preferences"  # one quiet hour without the other
            wrong = {"quiet_from": hint(Wishes, "quiet_from", words)} if lone else wrong_of(error, Wishes, words)
    return _page(request, one, wrong, given) if wrong else back(request, "wishes", "saved")


def _given(given: Form, old: Preferences) -> dict[str, Any]:
    """The form's fields in the API's words. Rules that do not stand on the page stay as they were."""
    kept = [rule for rule in old.mute if rule not in OFFERED]
    return {
        **{name: only(given, name).strip() or None for name in TIMES},
        **{name: number(only(given, name)) for name in NUMBERS},
        **{name: name in given for name in YES_NO},
        "digest_day": only(given, "digest_day"),
        "mute": [*kept, *given.get("mute", [])],
    }


def _page(request: web.Request, one: Guest, wrong: Wrong | None = None, given: Form | None = None) -> web.Response:
    words, wishes = words_in(request), one.athlete.preferences
    values = _stand(wishes) if given is None else _typed(given)
    muted = set(wishes.mute if given is None else given.get("mute", []))
    rules = [(rule, _capital(speech.phrase(f"name.{rule}", {}, one.athlete)), rule in muted) for rule in OFFERED]
    return show_own(
        request,
        one,
        "wishes",
        wrong,
        values=values,
        numbers=[(name, limits_of(Wishes, name)) for name in NUMBERS],
        switches=YES_NO,
        days=[(str(day), words.weekday(day)) for day in DAYS],
        rules=rules,
    )


def _stand(wishes: Preferences) -> dict[str, Any]:
    clocks = {name: getattr(wishes, name) for name in TIMES}
    return {
        **{name: "" if clock is None else f"{clock:%H:%M}" for name, clock in clocks.items()},
        **{name: _text(getattr(wishes, name)) for name in NUMBERS},
        "ask_effort": wishes.ask_effort,
        "weekly_check": wishes.weekly_since is not None,
        "daily_runner": wishes.daily_runner,
        "digest_day": str(wishes.digest_day),
    }


def _typed(given: Form) -> dict[str, Any]:
    texts = {name: only(given, name) for name in (*TIMES, *NUMBERS, "digest_day")}
    return {**texts, **{name: name in given for name in YES_NO}}


def _text(value: int | None) -> str:
    return "" if value is None else str(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
