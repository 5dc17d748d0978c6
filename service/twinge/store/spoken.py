"""Rows of the outbox as values, and values as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Select, select

from twinge.core.model import Athlete, Held, Nudge, Said, Severity, Voice
from twinge.store import codec
from twinge.store.addresses import Address, read_address
from twinge.store.seal import Seal
from twinge.store.tables import address, athlete, nudge


@dataclass(frozen=True, slots=True)
class Spoken:
    """A nudge and what became of it."""

    nudge: Nudge
    state: str
    channel: str
    attempts: int
    sent_at: datetime | None
    answered_at: datetime | None
    provider_id: str | None
    reason: str | None
    again_at: datetime | None = None
    """When another channel is tried, or the same words go out once more, if no word of it comes."""
    segments: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A nudge that is being sent, with all that the last checks ask. `address` is None when it is gone."""

    nudge: Nudge
    athlete: Athlete
    address: Address | None
    channel: str
    attempts: int
    taken_at: datetime
    lately: int = 0
    """How many messages went to this address in 24 hours; counted only where the channel has a cap."""


TEXT = "nudge.text"
"""Where the words of a message are sealed."""
PLACE = "a_"
"""What the columns of an address are labelled with where it is joined to a nudge."""


def nudge_row(seal: Seal, one: Nudge, place: Address, voice: Voice) -> dict[str, Any]:
    """A new nudge as its row."""
    return {
        "athlete_id": one.athlete,
        "id": one.id,
        "severity": int(one.severity),
        "rules": codec.to_json(one.rules),
        "bands": codec.to_json(one.bands),
        "text": seal.write(one.text, TEXT, one.athlete, one.id),
        "facts": codec.to_json(one.facts),
        "activity": one.activity,
        "address_id": place.id,
        "channel": place.channel,
        "voice": voice.value,
        "made_ms": codec.to_ms(one.made_at),
        "not_before_ms": codec.to_ms(one.not_before),
        "expires_ms": codec.to_ms(one.expires_at),
        "state": "waiting",
        "attempts": 0,
        "copy_of": one.copy_of,
    }


def held_id(one: Held) -> str:
    """The id of a silence: it sorts by time, and the same silence worked out twice has one."""
    rules = codec.to_json(one.rules)
    name = blake2b(f"{one.activity}\x1f{rules}\x1f{one.reason}".encode(), digest_size=6).hexdigest()
    return f"{codec.to_ms(one.at):011x}{name}"


def held_row(one: Held) -> dict[str, Any]:
    """A silence as its row."""
    at, rules = codec.to_ms(one.at), codec.to_json(one.rules)
    return {
        "athlete_id": one.athlete,
        "id": held_id(one),
        "rules": rules,
        "severity": int(one.severity),
        "reason": one.reason,
        "at_ms": at,
        "activity": one.activity,
        "facts": codec.to_json(one.facts),
    }


def read_nudge(seal: Seal, row: Any) -> Nudge:
    """The nudge of a row."""
    return _nudge(row, seal.read(row.text, TEXT, row.athlete_id, row.id))


def _nudge(row: Any, text: str) -> Nudge:
    return Nudge(
        id=row.id,
        athlete=row.athlete_id,
        severity=Severity(row.severity),
        rules=tuple(codec.from_json(row.rules)),
        text=text,
        facts=codec.from_json(row.facts),
        made_at=codec.from_ms(row.made_ms),
        not_before=codec.from_ms(row.not_before_ms),
        expires_at=codec.from_ms(row.expires_ms),
        activity=row.activity,
        bands=tuple(codec.from_json(row.bands)),
        copy_of=row.copy_of,
    )


def said_of(one: Nudge, *, answered: bool | None) -> Said:
    """A nudge as the policy remembers it. Nobody is asked to answer a digest."""
    answered = None if one.severity is Severity.INFO else answered
    return Said(one.rules, one.bands, int(one.severity), one.not_before, one.activity, answered)


def read_said(row: Any) -> Said:
    """A row as the policy remembers it: without the words, which stay sealed."""
    # Only SMS is a conversation: no word on a screen's message means nothing.
    answered = row.answered_ms is not None if row.voice == Voice.SMS.value else None
    return said_of(_nudge(row, ""), answered=answered)


def read_place(seal: Seal, row: Any) -> Address | None:
    """The address joined to a row, or None when it is gone."""
    if row.a_address is None:
        return None
    return read_address(seal, row, PLACE)


def with_people() -> Select[Any]:
    """A nudge with its athlete's profile and its address: what `read_taken` reads."""
    place = [column.label(f"{PLACE}{column.name}") for column in address.c if column.name != "athlete_id"]
    joined = nudge.join(athlete, athlete.c.id == nudge.c.athlete_id).outerjoin(
        address, address.c.id == nudge.c.address_id
    )
    return select(nudge, athlete.c.profile, *place).select_from(joined)


def read_taken(seal: Seal, row: Any, at: datetime, attempts: int, lately: int = 0) -> Taken:
    """A row that is being sent."""
    one, place = read_nudge(seal, row), read_place(seal, row)
    return Taken(one, codec.from_profile(row.profile), place, row.channel, attempts, at, lately)


def read_spoken(seal: Seal, row: Any) -> Spoken:
    """A row with what became of it."""
    return Spoken(
        read_nudge(seal, row),
        row.state,
        row.channel,
        row.attempts,
        codec.maybe_at(row.sent_ms),
        codec.maybe_at(row.answered_ms),
        row.provider_id,
        row.reason,
        codec.maybe_at(row.again_ms),
        row.segments,
    )


def read_held(row: Any) -> Held:
    """The silence of a row."""
    return Held(
        row.athlete_id,
        tuple(codec.from_json(row.rules)),
        Severity(row.severity),
        row.reason,
        codec.from_ms(row.at_ms),
        row.activity,
        codec.from_json(row.facts),
    )
