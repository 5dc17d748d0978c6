"""The limits of the rules as the desk shows and reads them: part by part, with how far each may be moved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Final

from twinge.core.bounds import safe
from twinge.core.pack import STANDARD, Pack
from twinge.core.rules import CATALOGUE, Rule
from twinge.meanings import limits as meanings
from twinge.web.answer import Problem
from twinge.web.site import Form

NUMBER: Final = re.compile(r"-?\d{1,7}", re.ASCII)

TITLES: Final[Mapping[str, str]] = {
    "effort": "What counts as hard",
    "pain": "Pain",
    "mornings": "What is made of mornings",
    "policy": "When something is said",
    "digest": "The weekly digest",
    "gates": "What is believed of a workout",
}
"""Parts of a pack that are no single rule's."""

UNITS: Final[tuple[tuple[str, str], ...]] = (
    ("mm_s", "mm/s"),
    ("_d", "days"),
    ("_h", "hours"),
    ("_m", "m"),
    ("_s", "s"),
    ("percent", "%"),
)
"""By the end of a limit's name."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit; a switch is true or false and has no range."""

    path: str
    """`l01.small`."""
    words: str
    about: str
    """What it does; "" where the words were not installed."""
    unit: str
    now: int
    ground: int
    """Where nobody has changed it."""
    low: int
    high: int
    given: str
    """What stands in the field."""

    @property
    def switch(self) -> bool:
        """Whether it can only be on or off."""
        return isinstance(self.ground, bool)

    @property
    def changed(self) -> bool:
        """Whether another value than the first one is in force."""
        return self.now != self.ground


@dataclass(frozen=True, slots=True)
class Part:
    """The limits that stand together, and the rules that use them."""

    name: str
    title: str
    rules: tuple[Rule, ...]
    limits: tuple[Limit, ...]

    @property
    def changes(self) -> int:
        """How many of them were changed."""
        return sum(one.changed for one in self.limits)


def part_of(name: str, pack: Pack, ground: Pack, given: Mapping[str, str] | None = None) -> Part | None:
    """One part with the limits of `pack`, in the fields what was `given`; None where there is none of this name."""
    if name not in {field.name for field in fields(pack)} or not is_dataclass(getattr(pack, name)):
        return None
    rules = tuple(rule for rule in CATALOGUE if rule.part == name)
    title = TITLES.get(name) or ", ".join(f"{rule.id} {rule.name}" for rule in rules)
    return Part(name, title, rules, tuple(_limits(name, pack, ground, given or {})))


def parts(pack: Pack, ground: Pack) -> list[Part]:
    """All of them, in the order of the pack."""
    found = (part_of(field.name, pack, ground) for field in fields(pack))
    return [part for part in found if part is not None]


def read_values(given: Form, ground: Pack) -> dict[str, int | None]:
    """The limits of a form by their paths; None for what is empty or as it was before anybody changed it."""
    return {path: _value(path, texts[-1].strip(), ground) for path, texts in given.items() if "." in path}


def _limits(name: str, pack: Pack, ground: Pack, given: Mapping[str, str]) -> Iterator[Limit]:
    for field in fields(getattr(pack, name)):
        path = f"{name}.{field.name}"
        now, first, shipped = (getattr(getattr(one, name), field.name) for one in (pack, ground, STANDARD))
        low, high = (0, 1) if isinstance(shipped, bool) else safe(path, shipped)
        unit = next((unit for end, unit in UNITS if field.name.endswith(end)), "")
        about = meanings().get(path, "")
        yield Limit(path, _words(field.name), about, unit, now, first, low, high, given.get(path, text_of(now)))


def _words(name: str) -> str:
    plain = re.sub(r"_(mm_s|d|h|m|s)$", "", name).replace("_", " ")
    return plain[:1].upper() + plain[1:]


def text_of(value: int) -> str:
    """A limit's value as a form has it: a switch is on or off."""
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def _value(path: str, text: str, ground: Pack) -> int | None:
    name, _, key = path.partition(".")
    first = getattr(getattr(ground, name, None), key, None)
    if not isinstance(first, int):
        raise Problem(400, "invalid", "There is no such limit.", field=path[:80])
    if isinstance(first, bool):
        if text not in {"", "on", "off"}:
            raise Problem(400, "invalid", "This must be on or off.", field=path)
        value: int = first if not text else text == "on"
    elif text and not NUMBER.fullmatch(text):
        raise Problem(400, "invalid", f"This must be a whole number such as {first}.", field=path)
    else:
        value = int(text) if text else first
    return None if value == first else value
