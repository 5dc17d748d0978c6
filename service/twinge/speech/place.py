"""Where it hurts and how, in the words of a language, and the menus that are answered by their numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from twinge.core.model import Facts
from twinge.speech.tongue import Tongue

SIDES: Final = ("left", "right", "both")
GRAVITY: Final = (
    *("bowel_bladder", "saddle_numb", "both_legs", "weak_worse", "cannot_bear_weight", "unwell_chest", "fall", "fever"),
    *("alarm", "weak", "numb_long", "numb", "tingling", "radiating", "limp", "spot", "night_uneased", "night"),
    *("walking", "worse_longer", "previous_bone", "weight_loss", "cancer_history"),
)
"""Every sign, the most pressing first: a message has room for one or two."""
EMERGENCIES: Final = frozenset(GRAVITY[: GRAVITY.index("alarm") + 1])
DISCREET: Final = EMERGENCIES | {"previous_bone", "weight_loss", "cancer_history"}
"""Not named in passing: a message may be read over a shoulder."""


def place(site: str, side: str, speaker: Tongue) -> str:
    """`left buttock`, `la rodilla izquierda`; "" where nothing is known."""
    site = "" if side and site == "other" else site
    return speaker.render(".".join(["place", *filter(None, (side, site))]), {}) if site or side else ""


def score(facts: Facts, speaker: Tongue) -> str:
    """`4 of 10`; "" where there is no number."""
    return "" if facts.get("score") is None else speaker.render("pain.score", facts)


def sign(facts: Facts, speaker: Tongue) -> str:
    """The most pressing sign that may be named in passing."""
    words = gravest(str(facts.get("signs") or "").split())
    return next((speaker.render(f"told.{word}", {}) for word in words if word not in DISCREET), "")


def gravest(words: Iterable[str]) -> list[str]:
    """Signs, the most pressing first."""
    return sorted(set(words) & set(GRAVITY), key=GRAVITY.index)


def told(words: str, most: int, speaker: Tongue) -> str:
    """The most pressing of the signs by name, so many at most; those of an emergency alone where there are any."""
    known = gravest(words.split())
    urgent = [word for word in known if word in EMERGENCIES]
    plain = [word for word in urgent if word != "alarm"]
    named = [speaker.render(f"told.{word}", {}) for word in (plain or urgent or known)[:most]]
    return speaker.render("and", {}).join(named)


def menu(kind: str, choices: Iterable[str], speaker: Tongue) -> str:
    """One choice a line, with its number."""
    return "".join(f"\n{number} {_choice(kind, word, speaker)}" for number, word in enumerate(choices, 1))


def _choice(kind: str, word: str, speaker: Tongue) -> str:
    if kind == "which_place":
        return named(word, speaker)
    if kind == "which_question":
        asked, _, where = word.partition(" ")
        about = speaker.render(f"asked.{asked}", {})
        return f"{about} ({named(where, speaker)})" if where else about
    return speaker.render(f"menu.{word}", {})


def named(words: str, speaker: Tongue) -> str:
    """A place as the machine lists it: `left knee`, `knee`, `left`, `new`, `unnamed`."""
    first, _, rest = words.partition(" ")
    return place(rest, first, speaker) if first in SIDES else place(first, "", speaker)
