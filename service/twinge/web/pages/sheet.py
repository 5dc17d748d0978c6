"""The athlete's things as the values that the template shows; every one of them is escaped there."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from twinge import speech
from twinge.core.model import Athlete, Purpose
from twinge.core.pain import Pain
from twinge.core.pain.place import NEW
from twinge.core.pain.questions import FORMS, SCORES, is_open
from twinge.core.pain.signs import BONE_MENU, MENU, SITE_MENU
from twinge.core.purpose import NOTICE
from twinge.plugin import Channel
from twinge.store import Address
from twinge.store.spoken import Spoken
from twinge.web.api.views import masked
from twinge.web.pages.reasons import explains
from twinge.web.pages.words import Words

MENUS: Final = frozenset((*MENU, *BONE_MENU, *SITE_MENU))
HIDDEN: Final = frozenset({"void"})
"""States of what was never said."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message."""

    at: datetime
    when: str
    severity: str
    head: str
    text: str
    state: str
    why: str = ""
    """The message's id where a page can say why it came."""


@dataclass(frozen=True, slots=True)
class Question:
    """What waits for a number."""

    kind: str
    """score · choice · several · weekly."""
    choices: Sequence[tuple[str, str]]
    """Each number with what it stands for, "" where it is only a number: buttons, and ticks where several may be."""


@dataclass(frozen=True, slots=True)
class Place:
    """One way to reach the athlete."""

    id: int
    name: str
    address: str
    state: str
    reason: str
    """What a channel said when it was switched off, in its own words; "" otherwise."""
    purposes: Sequence[tuple[str, bool]]
    stopped: bool
    testable: bool
    unproven: bool
    """Whether it waits for its code."""


def lines(said: Sequence[Spoken], athlete: Athlete, words: Words, channels: Mapping[str, Channel]) -> list[Line]:
    """Messages as they stand on the page, newest first; the same words to several addresses stand there once."""
    zone, families = ZoneInfo(athlete.timezone), dict[str, list[Spoken]]()
    for one in said:
        if _is_shown(one):
            families.setdefault(one.nudge.copy_of or one.nudge.id, []).append(one)
    told = [_line(family, words, zone, channels) for family in families.values()]
    return sorted(told, key=lambda line: line.at, reverse=True)


def _is_shown(one: Spoken) -> bool:
    """Not a code: it proves that an address is theirs only as long as it can be read nowhere else."""
    return one.state not in HIDDEN and one.nudge.facts.get(NOTICE) != "code"


def _line(family: Sequence[Spoken], words: Words, zone: ZoneInfo, channels: Mapping[str, Channel]) -> Line:
    nudge, at = family[0].nudge, max(map(_at, family))
    states = dict.fromkeys(_became(one, words, channels) for one in sorted(family, key=_at))
    head = words.say(f"severity.{nudge.severity.word}")
    why = nudge.id if explains(nudge) else ""
    return Line(at, words.when(at, zone), nudge.severity.word, head, nudge.text, " · ".join(states), why)


def _at(one: Spoken) -> datetime:
    return one.sent_at or one.nudge.not_before


def _became(one: Spoken, words: Words, channels: Mapping[str, Channel]) -> str:
    if one.channel == "me" and one.state == "delivered":
        return words.say("channel.me")
    name = channel_name(one.channel, words, channels)
    return words.say("said.line", state=words.say(f"state.{one.state}"), channel=name)


def open_question(story: Pain, athlete: Athlete, words: Words) -> Question | None:
    """The newest question that waits for bare digits, or None."""
    asked = max((one for one in story.asked if is_open(one)), key=lambda one: one.id, default=None)
    if asked is None:
        return None
    if asked.kind in SCORES:
        return Question("score", [(str(number), "") for number in range(11)])
    if asked.kind == "weekly":
        return Question("weekly", ())
    form = FORMS[asked.kind]
    meant = form.choices or [_option(story, asked.kind, one, athlete) for one in asked.options]
    choices = [(str(number), _meaning(word, athlete, words)) for number, word in enumerate(meant, 1)]
    return Question("several" if form.several else "choice", choices)


def _option(story: Pain, kind: str, option: int, athlete: Athlete) -> str:
    """The place that a number stands for; "" where it stands for a question."""
    if kind == "which_place" and option == NEW:
        return speech.phrase("place.new", {}, athlete)
    found = next((one for one in story.episodes if kind == "which_place" and one.id == option), None)
    return "" if found is None else spot(found.site, found.side, athlete)


def _meaning(word: str, athlete: Athlete, words: Words) -> str:
    """A word of a menu, in the athlete's language."""
    if words.knows(f"choice.{word}"):
        return words.say(f"choice.{word}")
    return speech.phrase(f"menu.{word}", {}, athlete) if word in MENUS else word


def spot(site: str, side: str, athlete: Athlete) -> str:
    """`left buttock`; a place without a name where nothing is known."""
    named = "" if side and site == "other" else site
    if not named and not side:
        return speech.phrase("place.unnamed", {}, athlete)
    return speech.phrase(".".join(filter(None, ("place", side, named))), {}, athlete)


def places(entries: Sequence[Address], athlete: Athlete, words: Words, channels: Mapping[str, Channel]) -> list[Place]:
    """Addresses in the order they are tried."""
    zone = ZoneInfo(athlete.timezone)
    return [_place(one, words, zone, channels) for one in entries]


def _place(one: Address, words: Words, zone: ZoneInfo, channels: Mapping[str, Channel]) -> Place:
    return Place(
        id=one.id,
        name=channel_name(one.channel, words, channels),
        address=_shown(one),
        state=_state(one, words, zone, channels),
        reason=one.disabled_reason or "",
        purposes=[(purpose.value, purpose in one.purposes) for purpose in Purpose],
        stopped=one.stopped_at is not None,
        testable=one.shut is None and one.channel in channels,
        unproven=one.verified_at is None and one.stopped_at is None and one.channel in channels,
    )


def _state(one: Address, words: Words, zone: ZoneInfo, channels: Container[str]) -> str:
    if one.stopped_at is not None:
        return words.say("place.stopped", day=words.day(one.stopped_at, zone))
    if one.disabled_reason is not None:
        return words.say("place.off")
    if one.channel not in channels:
        return words.say("place.absent")
    if one.verified_at is None:
        return words.say("place.not_verified")
    return words.say("place.usable" if one.usable else "place.none")


def channel_name(channel: str, words: Words, channels: Mapping[str, Channel]) -> str:
    """What people call it; a stranger's channel by its own name."""
    if words.knows(f"channel.{channel}"):
        return words.say(f"channel.{channel}")
    return words.say("channel.sms") if channel in channels and channels[channel].voice == "sms" else channel


def _shown(one: Address) -> str:
    """The two ends of an address; of a subscription whose push service it is."""
    if one.channel != "webpush":
        return masked(one.address)
    try:
        return urlsplit(json.loads(one.address)["endpoint"]).hostname or "…"
    except (ValueError, KeyError, TypeError):
        return "…"
