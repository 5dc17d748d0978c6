"""A language as one athlete reads it: the words of a catalogue, numbers as the country writes them, their units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError

from twinge.core.model import Athlete, Facts, family
from twinge.speech import measure
from twinge.speech.catalogue import FIRST, LANGUAGES, Catalogue, Text, catalogue


@dataclass(frozen=True, slots=True)
class Tongue:
    """Renders any message of its catalogue."""

    catalogue: Catalogue
    locale: Locale
    """Of the numbers: de-CH writes 13.1 where de writes 13,1."""
    units: str
    """km or mi."""

    def knows(self, kind: str) -> bool:
        """Whether there is such a message."""
        return kind in self.catalogue.entries or kind in catalogue(FIRST).entries

    def render(self, kind: str, facts: Facts) -> str:
        """The message `kind` with its facts told; LookupError for a kind or fact that is not there."""
        parts: list[str] = []
        for before, fact, told in self._text(kind, facts):
            parts.append(before)
            if fact is not None:
                parts.append(TELL[told](self, facts[fact], facts))
        return "".join(parts)

    def _text(self, kind: str, facts: Facts) -> Text:
        text = self.catalogue.text(kind, facts) or catalogue(FIRST).text(kind, facts)
        if text is None:
            raise LookupError(f"no catalogue has a message {kind}")
        return text

    def word(self, group: str, value: str) -> str:
        """`sport`, `ride` → "this ride"; a value without a word of its own is the group's `other`."""
        kind = f"{group}.{value}"
        return self.render(kind if self.knows(kind) else f"{group}.other", {})

    def span(self, minutes: int) -> str:
        """`45 min`, `1h05`."""
        hours, rest = divmod(minutes, 60)
        return self.render("unit.hours" if hours else "unit.minutes", {"hours": hours, "minutes": rest})

    def days(self, hours: float) -> str:
        """Hours in whole days: `1 day`, `3 days`."""
        return self.render("unit.days", {"days": max(1, round(hours / 24))})

    def amount(self, value: int, what: str) -> str:
        """What the fact `measure` names: `distance_m`, `moving_s` or `load` (hundredths)."""
        if what == "distance_m":
            return measure.distance(value, self.units, self.locale)
        return self._span_or_load(value, what)

    def about(self, value: int, what: str) -> str:
        """The same without the tenths."""
        if what == "distance_m":
            return measure.about(value, self.units, self.locale)
        return self._span_or_load(value, what)

    def _span_or_load(self, value: int, what: str) -> str:
        return self.span(round(value / 60)) if what == "moving_s" else self.render("unit.load", {"load": value / 100})

    def hold(self, hours: int) -> str:
        """Hours of rest: `48 h`, above three days `7 days`; never none at all."""
        return self.days(hours) if hours > 72 else self.render("unit.hour", {"hours": max(1, hours)})

    def workout(self, sport: str, minutes: int | None) -> str:
        """`40 min swim`; `swim` where nobody knows how long it was."""
        if minutes is None:
            return self.word("did", family(sport))
        return self.render("did.timed", {"sport": sport, "minutes": minutes})

    def wait(self, hours: float, facts: Facts) -> str:
        """Hours up to three days; days where more than that is wanted, unless not even one has passed."""
        if facts["wanted_h"] > 72 and hours >= 24:
            return self.days(hours)
        return self.render("unit.hour", {"hours": int(hours)})

    def rough(self, metres: int, facts: Facts) -> str:
        """A height that may be an estimate."""
        told = measure.height(metres, self.units, self.locale)
        return self.render("unit.about", {"amount": told}) if facts.get("estimated") else told

    def names(self, rules: list[str]) -> str:
        """Rules by what they watch: `long runs (L01) and sleep (R05)`; X01 is only their sum."""
        own = [rule for rule in rules if rule != "X01"]
        told = [f"{self.render(f'name.{rule}', {})} ({rule})" if self.knows(f"name.{rule}") else rule for rule in own]
        return measure.listed(told, self.locale)


TELL: Mapping[str, Callable[[Tongue, Any, Facts], str]] = {
    "": lambda _tongue, value, _facts: str(value),
    "n": lambda _tongue, value, _facts: str(value),
    "two": lambda _tongue, value, _facts: f"{value:02d}",
    "over": lambda _tongue, value, _facts: str(value - 100),
    "whole": lambda tongue, value, _facts: measure.whole(value, tongue.locale),
    "tenths": lambda tongue, value, _facts: measure.tenths(value, tongue.locale),
    "amount": lambda tongue, value, facts: tongue.amount(value, facts["measure"]),
    "about": lambda tongue, value, facts: tongue.about(value, facts["measure"]),
    "distance": lambda tongue, value, _facts: measure.distance(value, tongue.units, tongue.locale),
    "height": lambda tongue, value, _facts: measure.height(value, tongue.units, tongue.locale),
    "rough": lambda tongue, value, facts: tongue.rough(value, facts),
    "span": lambda tongue, value, _facts: tongue.span(value),
    "wait": lambda tongue, value, facts: tongue.wait(value, facts),
    "days": lambda tongue, value, _facts: tongue.days(value),
    "hold": lambda tongue, value, _facts: tongue.hold(value),
    "day": lambda tongue, value, _facts: measure.day(value, tongue.locale),
    "sport": lambda tongue, value, _facts: tongue.word("sport", value),
    "did": lambda tongue, value, _facts: tongue.word("did", family(value)),
    "workout": lambda tongue, value, facts: tongue.workout(value, facts["minutes"]),
    "earlier": lambda tongue, value, _facts: tongue.word("earlier", value),
    "ground": lambda tongue, value, _facts: tongue.word("ground", value),
    "part": lambda tongue, value, _facts: tongue.render(*value),
    "names": lambda tongue, value, _facts: tongue.names(value),
}
"""How a fact is told, by the word after its colon.

`over`: per cent of, as per cent more. `span`: minutes. `wait`, `days`, `hold`: hours. `two`: two digits. `rough`:
about, where the fact `estimated` says so. `sport`: "this swim", `did`: "swim", `workout`: "40 min swim", by the fact
`minutes`. `part`: another message and its facts.
"""


def capital(text: str) -> str:
    """`text` as a sentence begins; what begins with a digit stays."""
    return f"{text[:1].upper()}{text[1:]}"


def tongue_of(athlete: Athlete) -> Tongue:
    """The athlete's tongue."""
    return tongue(athlete.language, athlete.units)


@lru_cache(maxsize=256)
def tongue(tag: str, units: str = "km") -> Tongue:
    """`de`, `de-AT` → German, its numbers as Austria writes them; English for a language that has no catalogue."""
    language = tag.replace("_", "-").split("-")[0].lower()
    if language not in LANGUAGES:
        return Tongue(catalogue(FIRST), Locale(FIRST), units)
    return Tongue(catalogue(language), _locale(tag, language), units)


def _locale(tag: str, language: str) -> Locale:
    try:
        return Locale.parse(tag.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale(language)
