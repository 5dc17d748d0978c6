"""`/me/about`: who the athlete is, as far as it sharpens a rule; what is left empty stays unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

from aiohttp import web

from twinge import speech
from twinge.core.model import Athlete
from twinge.web.answer import Problem
from twinge.web.api.athletes import keep
from twinge.web.api.shapes import Profile
from twinge.web.pages.deeds import only
from twinge.web.pages.door import Guest, admitted, form
from twinge.web.pages.fields import Wrong, number, taken, wrong_of
from twinge.web.pages.frame import words_in
from twinge.web.pages.own import back, show_own
from twinge.web.pages.words import LANGUAGES, Words
from twinge.web.site import Form

OWN_NAMES: Final = {"en": "English", "de": "Deutsch", "es": "Español", "fr": "Français"}
SEXES: Final = ("female", "male", "other")
NOVICE: Final = {"yes": True, "no": False}
CHOSEN: Final = ("name", "language", "units", "timezone")
"""What is never unknown."""
NUMBERS: Final = ("birth_year", "hr_max", "hr_rest", "hr_threshold", "ftp_w", "runs_before")


@dataclass(frozen=True, slots=True)
class Entry:
    """One field: a box, or a list to choose from."""

    name: str
    value: str
    options: Sequence[tuple[str, str]] = ()
    numeric: bool = False


async def page(request: web.Request) -> web.Response:
    """`GET /me/about`."""
    one = await admitted(request)
    return _page(request, one, _stand(one.athlete))


async def save(request: web.Request) -> web.Response:
    """`POST /me/about`: the whole profile but for limits and wishes, by the limits of `PATCH /athletes/{id}`."""
    one, given = await form(request, most=40)
    words = words_in(request)
    profile, wrong = taken(Profile, _given(given, one.athlete), words)
    if profile is not None:
        try:
            await keep(request, one.athlete.id, profile)
        except Problem as error:
            wrong = wrong_of(error, Profile, words)
    if wrong:
        return _page(request, one, {name: only(given, name) for name in _stand(one.athlete)}, wrong)
    return back(request, "about", "saved")


def _given(given: Form, athlete: Athlete) -> dict[str, Any]:
    """The form's fields in the API's words and units."""
    return {
        **{name: only(given, name).strip() for name in CHOSEN},
        **{name: number(only(given, name)) for name in NUMBERS},
        "sex": only(given, "sex") or None,
        "country": only(given, "country") or None,
        "novice": NOVICE.get(only(given, "novice")),
        "threshold_pace_s": _seconds(only(given, "threshold_pace_s")),
        "declared_longest_m": _metres(only(given, "declared_longest_m"), athlete.units),
    }


def _seconds(text: str) -> str | int | None:
    """`4:30` in seconds; what is neither that nor a number is left to be refused."""
    minutes, colon, seconds = text.strip().partition(":")
    if colon and minutes.isdecimal() and seconds.isdecimal() and len(minutes) <= 2 and len(seconds) == 2:
        return 60 * int(minutes) + int(seconds)
    return number(text)


def _metres(text: str, units: str) -> str | int | None:
    value = number(text)
    try:
        return None if value is None else round(float(value) * _unit_m(units))
    except (ValueError, OverflowError):
        return "no number"


def _unit_m(units: str) -> float:
    return speech.MILE_M if units == "mi" else 1_000


def _stand(athlete: Athlete) -> dict[str, str]:
    """The profile as it stands in the boxes."""
    pace, longest = athlete.threshold_pace_s, athlete.declared_longest_m
    plain = {name: getattr(athlete, name) for name in (*CHOSEN, *NUMBERS, "sex", "country")}
    return {
        **{name: "" if value is None else str(value) for name, value in plain.items()},
        "novice": "" if athlete.novice is None else "yes" if athlete.novice else "no",
        "threshold_pace_s": "" if pace is None else f"{pace // 60}:{pace % 60:02d}",
        "declared_longest_m": ""
        if longest is None
        else f"{longest / _unit_m(athlete.units):.3f}".rstrip("0").rstrip("."),
    }


def _page(request: web.Request, one: Guest, values: dict[str, str], wrong: Wrong | None = None) -> web.Response:
    words = words_in(request)
    options = _options(one.athlete, words)
    groups = {
        "who": ("name", "language", "units", "timezone", "country"),
        "body": ("birth_year", "sex", "hr_max", "hr_rest", "hr_threshold"),
        "pace": ("threshold_pace_s", "ftp_w"),
        "past": ("novice", "runs_before", "declared_longest_m"),
    }
    numeric = {*NUMBERS, "declared_longest_m"}
    entries = {
        group: [Entry(name, values[name], options.get(name, ()), name in numeric) for name in names]
        for group, names in groups.items()
    }
    return show_own(request, one, "about", wrong, groups=entries, units=words.say(f"unit.{one.athlete.units}"))


def _options(athlete: Athlete, words: Words) -> dict[str, Sequence[tuple[str, str]]]:
    unknown = ("", words.say("about.unknown"))
    spoken = [(tag, OWN_NAMES[tag]) for tag in LANGUAGES]
    if athlete.language not in LANGUAGES:
        spoken.insert(0, (athlete.language, athlete.language))
    zones = [*_zones(), *([athlete.timezone] if athlete.timezone not in _zones() else [])]
    return {
        "language": spoken,
        "units": [(unit, words.say(f"unit.{unit}")) for unit in ("km", "mi")],
        "timezone": [(zone, zone.replace("_", " ")) for zone in zones],
        "country": [("", words.say("about.by_zone")), *_countries(words)],
        "sex": [unknown, *((sex, words.say(f"sex.{sex}")) for sex in SEXES)],
        "novice": [unknown, ("yes", words.say("choice.yes")), ("no", words.say("choice.no"))],
    }


@cache
def _zones() -> Sequence[str]:
    """The zones that are called after a place, and UTC."""
    places = [zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))]
    return ["UTC", *sorted(places)]


def _countries(words: Words) -> list[tuple[str, str]]:
    """Countries by their names in the reader's language."""
    named = ((code, name) for code, name in words.locale.territories.items() if len(code) == 2 and code.isalpha())
    return sorted(
        ((code, name) for code, name in named if code not in {"EU", "EZ", "QO", "UN", "ZZ", "XA", "XB"}),
        key=lambda each: each[1].casefold(),
    )
