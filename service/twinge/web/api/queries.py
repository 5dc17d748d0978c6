"""The query fields of each list, as types: for the document, and for the test that each list knows just these."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from twinge.core.rules import CATALOGUE
from twinge.store.feed import TYPES
from twinge.web.api.filters import LONGEST, SPORTS
from twinge.web.api.listing import MOST
from twinge.web.api.records import Severity, State

Line = Annotated[str, Meta(min_length=1, max_length=LONGEST)]
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]
Rule = Annotated[str, Meta(extra_json_schema={"enum": [one.id for one in CATALOGUE]})]
Platform = Annotated[Line, Meta(description="A platform.")]
Account = Annotated[Line, Meta(description="Who an athlete is at the platform.")]


class Pages(Struct, kw_only=True):
    """Which page of a list."""

    limit: Annotated[int, Meta(ge=1, le=MOST, description="Items on a page.")] = 50
    cursor: Annotated[str, Meta(description="The last answer's `next`; left out for the first page.")] | None = None


class Span(Pages, kw_only=True):
    """What came in a span."""

    since: Annotated[Moment, Meta(description="From then on.")] | None = field(name="from", default=None)
    until: Annotated[Moment, Meta(description="Before then.")] | None = field(name="to", default=None)


class Days(Pages, kw_only=True):
    """Some mornings."""

    since: Annotated[Day, Meta(description="From that day on.")] | None = field(name="from", default=None)
    until: Annotated[Day, Meta(description="Before that day.")] | None = field(name="to", default=None)


class Athletes(Pages, kw_only=True):
    """Which athletes."""

    name: Annotated[Line, Meta(description="How the name begins, in any case.")] | None = None
    platform: Platform | None = None
    external_id: Annotated[Line, Meta(description="Who they are there; goes with `platform` only.")] | None = None
    status: Annotated[Literal["connected", "disconnected"], Meta(description="By a living connection.")] | None = None


class Connections(Pages, kw_only=True):
    """Which connections."""

    platform: Platform | None = None
    external_id: Account | None = None
    state: Literal["connected", "expired", "revoked"] | None = None
    quiet: Annotated[Literal["1"], Meta(description="Those that fell silent; goes with no other.")] | None = None


class Activities(Span, kw_only=True):
    """Which workouts, by their start."""

    sport: Annotated[str, Meta(extra_json_schema={"enum": SPORTS})] | None = None


class Findings(Span, kw_only=True):
    """Which findings."""

    rule: Rule | None = None


class Nudges(Findings, kw_only=True):
    """Which messages, by when they were made."""

    severity: Severity | None = None
    state: State | None = None


class Silent(Findings, kw_only=True):
    """Which silences."""

    severity: Severity | None = None
    reason: Annotated[str, Meta(pattern="^[a-z_]{1,40}$", description="A word, as messages.md has it.")] | None = None


class Deliveries(Span, kw_only=True):
    """Which deliveries, by when they came."""

    state: Literal["waiting", "done", "stray", "dead"] | None = None
    platform: Annotated[Line, Meta(description="A platform, or of a channel: `channel:twilio`.")] | None = None
    athlete: Annotated[str, Meta(description="Id of the athlete whose they are.")] | None = None


class Keys(Pages, kw_only=True):
    """Which keys."""

    scope: Literal["read", "admin", "coach"] | None = None
    state: Literal["alive", "ended"] | None = None


class Audit(Span, kw_only=True):
    """Which deeds."""

    actor: Annotated[Line, Meta(description="`key:…`, `athlete:…`.")] | None = None
    what: Annotated[Line, Meta(description="The deed: `delivery.replay`.")] | None = None


class Events(Struct, kw_only=True):
    """Which events, and from where on."""

    types: Annotated[str, Meta(description=f"Some of {', '.join(TYPES)}, with commas.")] | None = None
    athlete: Annotated[str, Meta(description="Id of an athlete.")] | None = None
    after: Annotated[str, Meta(pattern="^[0-9]{1,18}$", description="Id of the last one you have.")] | None = None


class File(Struct):
    """What a device's file cannot say."""

    sport: Annotated[str, Meta(max_length=80, pattern=r"^[ -~]*$", description="A word for the sport.")] = ""


class Word(Struct):
    """Who answers there?"""

    word: Annotated[str, Meta(description="32 hexadecimal digits; anything else is passed over.")] | None = None
