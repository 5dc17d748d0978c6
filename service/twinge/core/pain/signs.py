"""The words for where it hurts and how, and what a set of them means.

A sign is the name of a yes/no field of `Told`. What counts as an emergency follows BMJ Best Practice (cauda equina) and
the CSP/GIRFT pathway of 2024; the bone pattern follows Fredericson 2003 and Kahanov 2011 (sacral stress fractures of
runners hurt in the buttock). Strong as safety-netting; a single sign has low accuracy (Finucane 2020, JOSPT 50:350),
and false alarms are accepted. No message names what any of it may be.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from twinge.core.pain.given import Told
from twinge.core.pain.limits import HOUR, Limits
from twinge.core.pain.value import REFER, REST24, REST72, URGENT, Episode

SITES: Final = (
    *("buttock", "behind_hip", "hip", "groin", "back", "thigh", "hamstring", "knee", "shin", "calf", "ankle"),
    *("heel", "foot", "other"),
)
"""Where it may hurt; together with the sides they bound how many episodes there can be."""
SIDES: Final = ("left", "right", "both")
HARMLESS: Final = frozenset({"stitch", "blister", "breath"})
"""Sites that hold nobody back (P01)."""
MUSCLES: Final = frozenset({"buttock", "thigh", "hamstring", "calf"})
"""Where soreness after a hard day is soreness; both shins sore is another matter. Ours."""
BUTTOCK: Final = frozenset({"buttock", "behind_hip"})
BACK: Final = BUTTOCK | {"back", "hip", ""}
"""Where fever makes an emergency; an unknown site is counted in."""
NEAR: Final = (
    frozenset({"buttock", "behind_hip", "hip", "groin", "hamstring", "back"}),
    frozenset({"thigh", "hamstring", "knee"}),
    frozenset({"shin", "calf", "ankle"}),
    frozenset({"ankle", "heel", "foot"}),
)
"""Neighbours: a new pain next to an old one is asked about (P10)."""

MENU: Final = ("none", "radiating", "tingling", "weak", "limp", "walking", "night", "spot", "alarm")
"""The signs of the one menu, 1 to 9."""
BONE_MENU: Final = ("none", "worse_longer", "previous_bone")
SITE_MENU: Final = ("buttock", "hip", "back", "thigh", "knee", "calf", "ankle", "foot", "other")

RED: Final = frozenset(
    {"bowel_bladder", "saddle_numb", "both_legs", "weak_worse", "cannot_bear_weight", "unwell_chest", "alarm"}
)
NERVE: Final = frozenset({"radiating", "tingling", "numb", "numb_long", "weak"})
BONE: Final = frozenset({"spot", "worse_longer", "walking", "night", "previous_bone"})
SOON: Final = frozenset({"night_uneased", "weight_loss", "cancer_history"})
LASTING: Final = frozenset({"previous_bone", "weight_loss", "cancer_history"})
"""What a day without pain does not undo."""
SIGNS: Final = tuple(sorted((RED | NERVE | BONE | SOON | {"limp", "fall", "fever"}) - {"numb_long"}))
CONFIRMABLE: Final = frozenset(SIGNS)


class Verdict(NamedTuple):
    """Where a pain belongs by its signs and its number."""

    state: str
    rule: str


def site_of(word: str | None) -> str:
    """A site as we know it: "" when none was named, `other` for a word that is not ours."""
    return "" if not word else word if word in SITES else "other"


def side_of(word: str | None) -> str:
    """A side, or "" when none was named."""
    return word if word in SIDES else ""


def compatible(one: str, other: str) -> bool:
    """Whether two sides may be the same; an unknown one may."""
    return one == other or not one or not other


def near(one: str, other: str) -> bool:
    """Whether two different sites lie next to each other."""
    return one != other and any(one in group and other in group for group in NEAR)


def yes(told: Told) -> frozenset[str]:
    """The signs that were told."""
    return frozenset(name for name in SIGNS if getattr(told, name) is True)


def no(told: Told) -> frozenset[str]:
    """The signs that were denied."""
    return frozenset(name for name in SIGNS if getattr(told, name) is False)


def complete(told: Told) -> bool:
    """Whether everything the menu asks for was said, so that it need not be asked."""
    return all(getattr(told, name) is not None for name in MENU[1:-1])


def painful(told: Told) -> bool:
    """Whether anything in it speaks of pain: such a report may open an episode."""
    named = told.pain is None and bool(told.site)
    return bool(told.pain or told.hurts or told.soreness or named or yes(told) or told.unconfirmed)


def red(episode: Episode, limits: Limits) -> bool:
    """P06: what wants emergency care now."""
    signs = set(episode.signs)
    fell = "fall" in signs and (episode.score or 0) >= limits.severe
    return bool(signs & RED) or fell or ("fever" in signs and episode.site in BACK)


def bone(episode: Episode, limits: Limits) -> bool:
    """P07: two of the five, or one after a run of more than double the usual longest."""
    count = len(BONE & set(episode.signs))
    return count >= limits.bone_signs or (count >= 1 and episode.large)


def nerve(episode: Episode) -> bool:
    """P05: whether a nerve sign is there now."""
    return bool(NERVE & set(episode.signs))


def strict(episode: Episode) -> bool:
    """P05: once there was a nerve sign, no pain is acceptable for the whole episode."""
    return bool(NERVE & set(episode.ever))


def verdict(episode: Episode, limits: Limits) -> Verdict:
    """The triage table: the first row that fits."""
    signs = set(episode.signs)
    rows = (
        (red(episode, limits), URGENT, "P05" if signs & RED == {"weak_worse"} else "P06"),
        (signs & {"weak", "numb_long"}, REFER, "P05"),
        (bone(episode, limits), REFER, "P07"),
        (signs & (SOON | {"fever"}), REFER, "P06"),
        (signs & NERVE, REST72, "P05"),
        ("limp" in signs or (episode.score or 0) > limits.high, REST72, "P02"),
        (True, REST24, "P01"),
    )
    return next(Verdict(state, rule) for fits, state, rule in rows if fits)


def sore(told: Told, hard: tuple[int, ...], limits: Limits) -> bool:
    """Ordinary soreness: both sides, one to three days after a hard day, three or less, and no sign at all (P01).

    The athlete's own word for it is as good as a hard day in the record: not every hard day is recorded.
    """
    after = any(limits.sore_from_h * HOUR <= told.at - end <= limits.sore_to_h * HOUR for end in hard)
    called = told.soreness is True or (told.soreness is None and after and told.onset != "during")
    mild = told.side == "both" and (told.pain or 0) <= limits.sore_most and site_of(told.site) in MUSCLES
    return called and mild and not yes(told) and not told.unconfirmed
